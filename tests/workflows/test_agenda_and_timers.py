"""The agenda and the durable timers agree at every stage: the server's own history is asked, not our state. SEE-1.

The alarm is lazy (docs/decisions/0005): it may ring before the next date, and is then set anew; it never rings after.
"""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from sla.life import ReviewOutcome
from sla.living import next_due
from sla.renewal import end_of
from sla.stages import Stage
from sla.term import start_of_day
from sla.terms import Renewal, RenewalMode, SuspensionRule
from tests.temporal import Case, World, coming_period
from tests.workflows.clockwork import TASK, pending_timers
from tests.workflows.deeds import (
    EXPRESS,
    GROWN,
    TACIT,
    change,
    conclusion,
    legal_check,
    month_of,
    notice,
    redraft,
    suspension,
    termination,
)

Stages = AsyncIterator[None]


async def assert_they_agree(case: Case) -> None:
    """The next date of the agenda is the next date of the state, and the one pending timer rings no later."""
    state = await case.until(lambda now: len(case.facts(now.number)) == now.head.seq)
    due, timers, ahead = next_due(state), await pending_timers(case), await case.agenda()
    assert len(timers) <= 1
    if due is None:
        assert ahead == ()
        return
    assert timers, f"nothing rings for {due} in {state.stage}"
    assert timers[0] <= due + TASK
    assert ahead[0].at == due


BEFORE_SIGNATURE = [stage for stage in Stage if not stage.is_end and stage is not Stage.ENDING]


async def test_at_every_stage_before_the_signature(world: World) -> None:
    case = await world.start(period=coming_period())
    for stage in BEFORE_SIGNATURE:
        await case.carry_to(stage)
        await assert_they_agree(case)


async def _a_quiet_life(case: Case) -> Stages:
    for months in range(2, 15, 2):
        await case.live_to(month_of(await case.state(), months))
        yield


async def _an_amended_life(case: Case) -> Stages:
    state = await case.live_to(month_of(await case.state(), 3, 4))
    yield
    await case.act(conclusion(outcome=ReviewOutcome.RENEGOTIATE))
    yield
    await case.act(redraft(state, limits=GROWN, effective_from=month_of(state, 8)))
    for stage in (Stage.NEGOTIATING, Stage.REVIEWING, Stage.APPROVING, Stage.SIGNING, None):
        await case.carry_amendment(stage)
        yield
    await case.live_to(month_of(state, 8, 1))
    yield


async def _a_suspended_life(case: Case) -> Stages:
    state = await case.live_to(month_of(await case.state(), 2))
    await case.act(suspension(month_of(state, 2, 50)))
    yield
    await case.live_to(month_of(state, 2, 20))
    yield
    await case.live_to(month_of(state, 5))
    yield


async def _a_disputed_life(case: Case) -> Stages:
    state = await case.live_to(month_of(await case.state(), 1))
    await case.act(change())
    yield
    await case.act(termination(month_of(state, 2)))
    yield
    await case.live_to(month_of(state, 1, 10))
    yield
    await case.act(legal_check())
    yield
    await case.act(conclusion("x1"))
    yield


async def _a_life_under_notice(case: Case) -> Stages:
    await case.act(notice(await case.state()))
    yield
    await case.live_to(month_of(await case.state(), 3, 4))
    yield
    await case.live_to(month_of(await case.state(), 11, 28))
    yield


NONE = Renewal(mode=RenewalMode.NONE)
LIVES: dict[str, tuple[Renewal, Callable[[Case], Stages]]] = {
    "quiet, tacit": (TACIT, _a_quiet_life),
    "quiet, express": (EXPRESS, _a_quiet_life),
    "amended": (TACIT, _an_amended_life),
    "suspended": (NONE, _a_suspended_life),
    "disputed": (TACIT, _a_disputed_life),
    "under notice": (TACIT, _a_life_under_notice),
}


@pytest.mark.parametrize("life", LIVES)
async def test_at_every_stage_of_a_life_in_force(world: World, life: str) -> None:
    renewal, stages = LIVES[life]
    case = await world.signed(renewal=renewal, suspension=SuspensionRule(extends_term=True))
    await assert_they_agree(case)
    async for _ in stages(case):
        if (await case.state()).stage.is_end:
            break
        await assert_they_agree(case)


async def test_an_alarm_that_rings_with_nothing_due_tells_nothing_and_is_set_for_the_next_date(world: World) -> None:
    case = await world.signed(suspension=SuspensionRule(extends_term=True))
    await case.act(termination(month_of(await case.state(), 5)))  # legal is waited for: a reminder in two days
    early = next_due(await case.state())
    assert early is not None
    await case.act(legal_check())  # nothing is due before the term begins
    later = next_due(await case.state())
    assert later is not None
    assert (await pending_timers(case))[0] <= early + TASK < later
    before = (await case.state()).head.seq
    await case.pass_time(early - await case.clock() + timedelta(minutes=1))
    timers = await pending_timers(case)
    assert abs(timers[0] - later) <= TASK
    assert (await case.state()).head.seq == before


async def test_every_date_of_the_agenda_happens_at_its_instant_if_nobody_acts(world: World) -> None:
    case = await world.signed(renewal=TACIT)
    state = await case.state()
    end = start_of_day(end_of(state), state.zone)
    ahead = [entry for entry in await case.agenda() if entry.at < end]
    await case.live_to(end - timedelta(minutes=1))
    told = [row.event.at for row in world.views.history(state.number)][state.head.seq :]
    assert len(told) == len(ahead)
    late = [abs(at - entry.at) for at, entry in zip(told, ahead, strict=True)]
    assert max(late) < timedelta(seconds=2)
