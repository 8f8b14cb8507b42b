"""Silence in each stage, to its end, on the agreement's own clock."""

from datetime import UTC, datetime, timedelta

import pytest

from sla.calendars import is_working_day
from sla.contract_commands import Decide, Delegate, SubmitOffer
from sla.policy import OnDeadline
from sla.stages import Stage
from tests.people import BO, HUGO, JUN, KOFI, a_state
from tests.temporal import World

SILENT_STAGES = [stage for stage in Stage if not stage.is_end and stage not in {Stage.ACTIVE, Stage.ENDING}]


@pytest.mark.parametrize("stage", SILENT_STAGES)
async def test_silence_to_its_end_closes_the_request_as_lapsed(world: World, stage: Stage) -> None:
    case = await world.start()
    before = await case.carry_to(stage)
    closing = await case.silence_to_the_end()
    assert closing.stage is Stage.LAPSED
    assert closing.by == "system"
    told = {letter.recipient for letter in world.views.letters(before.number) if letter.kind.value == "lapsed"}
    assert "ana@northwind.example" in told


@pytest.mark.parametrize("stage", [Stage.REQUESTED, Stage.CAPTURING, Stage.ASSESSING, Stage.DRAFTING, Stage.REVIEWING])
async def test_whoever_is_silent_is_reminded_before_somebody_is_told(world: World, stage: Stage) -> None:
    case = await world.start()
    state = await case.carry_to(stage)
    await case.silence_to_the_end()
    facts = case.facts(state.number)[state.head.seq :]
    assert facts.index("reminded") < facts.index("escalated") < facts.index("lapsed")


async def test_an_offer_that_lapses_opens_the_round_again_once(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.NEGOTIATING)
    await case.silence_to_the_end()
    facts = case.facts(state.number)[state.head.seq :]
    assert [fact for fact in facts if fact != "reminded"] == ["offer_lapsed", "lapsed"]


async def test_an_offer_lapses_exactly_when_it_expires(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.NEGOTIATING)
    assert state.edition is not None
    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(days=9)
    await case.act(SubmitOffer(by=BO, decision_id="o", edition=state.edition.ref, expires_at=expires))
    await case.silence_to_the_end()
    lapse = next(row.event for row in world.views.history(state.number) if row.event.fact.value == "offer_lapsed")
    assert expires <= lapse.at < expires + timedelta(seconds=1)


async def test_a_silent_approver_is_followed_by_deputy_and_owner(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.APPROVING)
    await case.silence_to_the_end()
    events = [row.event for row in world.views.history(state.number)[state.head.seq :]]
    about_hugo = [event.fact.value for event in events if event.sentence.startswith("Hugo")]
    assert about_hugo[:3] == ["reminded", "deputy_called", "owner_called"]
    assert events[-1].fact.value == "lapsed"


async def test_the_deputy_may_decide_once_called_and_both_names_are_kept(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.APPROVING)
    assert state.edition is not None
    approval = Decide(by=JUN, decision_id="j", edition=state.edition.ref, approve=True)
    assert (await case.refused(approval)).type == "NotYourRole"
    await case.pass_time(timedelta(days=7))
    await case.act(approval)
    event = world.views.history(state.number)[-1].event
    assert (event.by, event.on_behalf_of) == (JUN, HUGO)


async def test_a_delegation_opens_and_closes_with_its_window(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.APPROVING)
    assert state.edition is not None
    now = case.now(state)
    starts, ends = now + timedelta(hours=5), now + timedelta(hours=10)
    await case.act(Delegate(by=HUGO, decision_id="g", to=KOFI, starts_at=starts, ends_at=ends, reason="on the train"))
    early = Decide(by=KOFI, decision_id="k", edition=state.edition.ref, approve=True)
    assert (await case.refused(early)).type == "NotYourRole"
    await case.pass_time(timedelta(hours=6))
    await case.act(early.model_copy(update={"decision_id": "k2"}))
    event = world.views.history(state.number)[-1].event
    assert (event.by, event.on_behalf_of) == (KOFI, HUGO)


async def test_reminders_fall_on_working_days_of_whoever_is_reminded(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.DRAFTING)
    await case.silence_to_the_end()
    calendar = state.people.calendar_of("finn@meridian.example")
    days = [row.event.at.date() for row in world.views.history(state.number) if row.event.fact.value == "reminded"]
    assert days
    assert all(is_working_day(calendar, day) for day in days)


def test_the_signing_deadline_lapses_by_default() -> None:
    assert a_state().policy.signing.on_deadline is OnDeadline.LAPSE
