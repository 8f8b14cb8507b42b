"""Suspension and reinstatement on the real server."""

from datetime import timedelta

from sla.agreement import life_of
from sla.ending_commands import Reinstate
from sla.living import risks
from sla.renewal import end_of
from sla.stages import Stage
from sla.terms import SuspensionRule
from tests.people import FINN
from tests.temporal import World
from tests.workflows.deeds import fresh, month_of, suspension

EXTENDING = SuspensionRule(extends_term=True)


async def test_a_suspension_is_over_on_its_day_and_moves_the_end_where_the_terms_say_so(world: World) -> None:
    case = await world.signed(suspension=EXTENDING)
    state = await case.live_to(month_of(await case.state(), 1))
    until = month_of(state, 1, 40)
    await case.act(suspension(until))
    assert risks(await case.state()) == (f"suspended, service resumes on {until}",)
    state = await case.live_to(until)
    assert life_of(state).suspension is None
    assert end_of(state) == month_of(state, 12) + timedelta(days=40)
    assert world.views.history(state.number)[-1].event.fact.value == "reinstated"


async def test_an_early_reinstatement_moves_the_end_by_what_was_really_suspended(world: World) -> None:
    case = await world.signed(suspension=EXTENDING)
    state = await case.live_to(month_of(await case.state(), 1))
    await case.act(suspension(month_of(state, 1, 40)))
    await case.live_to(month_of(state, 1, 10))
    await case.act(Reinstate(by=FINN, decision_id=fresh(), reason="the house is ready"))
    state = await case.live_to(month_of(state, 1, 41))
    assert end_of(state) == month_of(state, 12) + timedelta(days=10)
    assert case.facts(state.number).count("reinstated") == 1


async def test_a_suspension_that_does_not_move_the_end_leaves_it(world: World) -> None:
    case = await world.signed()
    state = await case.live_to(month_of(await case.state(), 1))
    await case.act(suspension(month_of(state, 1, 40)))
    state = await case.live_to(month_of(state, 12, 1))
    assert state.stage is Stage.EXPIRED


async def test_the_end_that_was_moved_is_the_end_that_comes(world: World) -> None:
    case = await world.signed(suspension=EXTENDING)
    state = await case.live_to(month_of(await case.state(), 10))
    await case.act(suspension(month_of(state, 10, 20)))
    state = await case.live_to(month_of(state, 12, 19))
    assert state.stage is Stage.ACTIVE
    assert (await case.live_to(month_of(state, 12, 21))).stage is Stage.EXPIRED
