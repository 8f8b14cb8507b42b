"""Amendments on the real server: the phases play again, while the edition in force stays in force."""

from datetime import timedelta

import pytest

from sla.agreement import edition_of, life_of
from sla.amendment import in_force_at, scene
from sla.contract_commands import Decide, DeclineToSign, SubmitDraft, Withdraw
from sla.life import ReviewOutcome
from sla.stages import Stage
from sla.term import start_of_day
from tests.people import ANA, DORA, FINN, HUGO, PIA
from tests.temporal import Case, World
from tests.workflows.deeds import GROWN, change, conclusion, fresh, month_of, redraft, renegotiated

WAITED_OUT = [Stage.DRAFTING, Stage.NEGOTIATING, Stage.REVIEWING, Stage.APPROVING, Stage.SIGNING]


async def test_an_amendment_goes_through_every_phase_and_counts_from_its_day(world: World) -> None:
    case = await world.signed()
    begins = month_of(await case.state(), 6)
    await renegotiated(case, effective_from=begins)
    state = await case.carry_amendment()
    coming = life_of(state).coming
    assert coming is not None
    assert (coming.at, edition_of(state).no) == (start_of_day(begins, state.zone), 1)
    state = await case.live_to(begins + timedelta(days=1))
    assert edition_of(state).terms.limits == GROWN
    instants = (coming.at - timedelta(seconds=1), coming.at)
    assert [span.edition.no for at in instants if (span := in_force_at(state, at))] == [1, edition_of(state).no]


async def test_its_events_say_where_the_amendment_stands_and_the_agreement_stays_in_force(world: World) -> None:
    case = await world.signed()
    state = await renegotiated(case)
    await case.carry_amendment()
    events = [row.event for row in world.views.history(state.number)][state.head.seq :]
    assert {event.stage for event in events} == {Stage.ACTIVE}
    stages = [event.amending for event in events if event.amending]
    assert stages[-1] is Stage.ACTIVE
    assert set(stages) >= {Stage.REVIEWING, Stage.APPROVING, Stage.SIGNING}


@pytest.mark.parametrize("stage", WAITED_OUT)
async def test_an_amendment_that_nobody_carries_on_ends_and_the_agreement_goes_on(world: World, stage: Stage) -> None:
    case = await world.signed()
    state = await renegotiated(case)
    if stage is Stage.DRAFTING:
        case = await world.signed()
        state = await case.live_to(month_of(await case.state(), 3, 4))
        await case.act(conclusion(outcome=ReviewOutcome.RENEGOTIATE))
    else:
        state = await case.carry_amendment(stage)
    before = edition_of(state)
    state = await case.live_to(month_of(state, 8, 10))
    assert state.amendment is None
    assert (state.stage, edition_of(state), life_of(state).coming) == (Stage.ACTIVE, before, None)
    assert "lapsed" in case.facts(state.number)


async def test_a_declined_and_a_withdrawn_amendment_leave_the_agreement_as_it_was(world: World) -> None:
    case = await world.signed()
    await renegotiated(case)
    state = await case.carry_amendment(Stage.SIGNING)
    paper = edition_of(scene(state)).ref
    await case.act(DeclineToSign(by=PIA, decision_id=fresh(), edition=paper, reason="not at this price"))
    assert (await case.state()).amendment is None
    state = await case.live_to(month_of(state, 6, 5))
    await case.act(conclusion("2", ReviewOutcome.RENEGOTIATE))
    await case.act(Withdraw(by=ANA, decision_id=fresh(), reason="we leave it as it is"))
    state = await case.state()
    assert (state.stage, state.amendment, edition_of(state).no) == (Stage.ACTIVE, None, 1)


async def test_two_amendments_at_a_time_are_refused(world: World) -> None:
    case = await world.signed()
    await renegotiated(case)
    await case.act(change())
    second = await case.refused(conclusion("x1", ReviewOutcome.RENEGOTIATE))
    assert "one at a time" in second.message


async def test_a_sign_off_by_signal_counts_on_an_amendment(world: World) -> None:
    case = await world.signed()
    await renegotiated(case)
    state = await case.carry_amendment(Stage.APPROVING)
    paper = edition_of(scene(state)).ref
    await case.handle.signal("sign_off", Decide(by=DORA, decision_id="dora", edition=paper, approve=True))
    await case.handle.signal("sign_off", Decide(by=DORA, decision_id="dora", edition=paper, approve=True))
    await case.act(Decide(by=HUGO, decision_id="hugo", edition=paper, approve=True))
    state = await case.until(lambda now: now.amendment is None or now.amendment.stage is not Stage.APPROVING)
    assert case.facts(state.number)[-2:] == ["approved", "approved"]


async def test_a_sign_off_of_the_edition_in_force_is_refused_on_record_and_by_letter(world: World) -> None:
    case = await world.signed()
    await renegotiated(case)
    state = await case.carry_amendment(Stage.APPROVING)
    stale = Decide(by=DORA, decision_id="stale", edition=edition_of(state).ref, approve=True)
    await case.handle.signal("sign_off", stale)
    after = await case.until(lambda now: now.head.seq > state.head.seq)
    event = world.views.history(state.number)[-1].event
    assert (event.fact.value, event.by, after.amendment) == ("sign_off_refused", DORA, state.amendment)
    assert world.views.letters(state.number)[-1].kind.value == "sign_off_refused"
    assert (await case.refused(stale)).type == "AlreadyDone"


async def test_a_sign_off_with_no_amendment_on_its_way_is_refused_on_record(world: World) -> None:
    case = await world.signed()
    state = await case.state()
    await case.handle.signal(
        "sign_off", Decide(by=DORA, decision_id="idle", edition=edition_of(state).ref, approve=True)
    )
    await case.until(lambda now: now.head.seq > state.head.seq)
    event = world.views.history(state.number)[-1].event
    assert event.reason is not None
    assert "no amendment is on its way" in event.reason


async def test_a_draft_with_another_decision_id_of_a_review_is_refused(world: World) -> None:
    case = await world.signed()
    state = await case.live_to(month_of(await case.state(), 3, 4))
    concluded = conclusion(outcome=ReviewOutcome.RENEGOTIATE)
    await case.act(concluded)
    draft = redraft(state)
    stolen = SubmitDraft(by=FINN, decision_id=concluded.decision_id, terms=draft.terms)
    assert "was used for another decision" in (await case.refused(stolen)).message
    await _unchanged(case, Stage.DRAFTING)


async def _unchanged(case: Case, stage: Stage) -> None:
    state = await case.state()
    assert state.amendment is not None
    assert state.amendment.stage is stage
