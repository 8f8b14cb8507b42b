"""An agreement that 0.1.0 has signed sleeps, with nothing of the life after it; `wake` takes it up. Source: ADM-2."""

from datetime import timedelta

import pytest

from sla.agreement import edition_of, life_of
from sla.amendment import in_force_at
from sla.command import Command
from sla.contract_commands import Withdraw
from sla.living import begin
from sla.stages import Stage
from sla.term import end_of_term
from sla.terms import Period
from tests.people import ANA
from tests.temporal import Case, World, coming_period
from tests.workflows.clockwork import pending_timers
from tests.workflows.deeds import change, conclusion, month_of, suspension, termination


async def _wake(case: Case) -> None:
    before = (await case.state()).head.seq
    await case.handle.signal("wake")
    await case.until(lambda state: state.head.seq > before)


async def test_a_sleeping_agreement_waits_for_nothing_and_tells_no_dates(world: World) -> None:
    case = await world.signed(sleeping=True)
    state = await case.live_to(month_of(await case.state(), 14))
    assert (state.stage, state.life, state.head.seq) == (Stage.ACTIVE, None, 16)
    assert await pending_timers(case) == []
    assert await case.agenda() == ()


async def test_what_needs_a_life_is_refused_until_it_wakes(world: World) -> None:
    case = await world.signed(sleeping=True)
    day = month_of(await case.state(), 6)
    deeds: tuple[Command, ...] = (change(), conclusion(), suspension(day), termination(day))
    for command in deeds:
        error = await case.refused(command)
        assert error.type == "NotPossible"
        assert "`sla doctor --wake` wakes it" in error.message
    error = await case.refused(Withdraw(by=ANA, decision_id="late", reason="changed my mind"))
    assert "ends by a termination" in error.message
    assert (await case.state()).head.seq == 16


async def test_waking_takes_its_life_up_on_record_and_its_dates_are_kept(world: World) -> None:
    case = await world.signed(sleeping=True)
    await _wake(case)
    state = await case.state()
    event = world.views.history(state.number)[-1].event
    assert (event.fact.value, event.by) == ("life_taken_up", "system")
    assert len(await pending_timers(case)) == 1
    state = await case.live_to(month_of(state, 3, 5))
    assert case.facts(state.number)[17:20] == ["term_began", "review_prepared", "review_opened"]
    await case.act(conclusion())
    report = world.views.audit(state.number)
    assert report is not None
    assert report.problem is None


async def test_reviews_that_it_slept_through_are_not_made_up_for(world: World) -> None:
    case = await world.signed(sleeping=True)
    asleep = await case.live_to(month_of(await case.state(), 7))
    await _wake(case)
    state = await case.state()
    assert life_of(state) == life_of(begin(asleep, world.views.history(state.number)[-1].event.at))
    assert (life_of(state).last_review, life_of(state).review) == (2, None)
    counted = in_force_at(state, await case.clock())
    assert counted is not None
    assert counted.edition == edition_of(state).ref
    state = await case.live_to(month_of(state, 9, 5))
    assert case.facts(state.number).count("review_opened") == 1


async def test_one_that_slept_past_its_end_ends_as_soon_as_it_wakes(world: World) -> None:
    case = await world.signed(sleeping=True)
    await case.live_to(month_of(await case.state(), 13))
    await case.handle.signal("wake")
    closing = await case.handle.result()
    assert closing.stage is Stage.EXPIRED
    assert case.facts(closing.number)[16:18] == ["life_taken_up", "term_ended"]


async def test_waking_twice_or_one_that_lives_changes_nothing(world: World) -> None:
    sleeping, living = await world.signed(sleeping=True), await world.signed()
    await _wake(sleeping)
    for case in (sleeping, living):
        before = await case.state()
        for _ in range(3):
            await case.handle.signal("wake")
        await case.pass_time(timedelta(hours=1))
        assert await case.state() == before


async def test_waking_a_request_that_is_not_signed_changes_nothing(world: World) -> None:
    case = await world.start(period=coming_period())
    before = await case.carry_to(Stage.REVIEWING)
    await case.handle.signal("wake")
    await case.pass_time(timedelta(minutes=1))
    assert await case.state() == before


@pytest.mark.parametrize("months", [1, 18])
def test_the_coming_period_lasts_whole_months(months: int) -> None:
    period: Period = coming_period(months)
    assert end_of_term(period.start, months) == period.end
