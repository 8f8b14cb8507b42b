"""Terminations on the real server: for a case, checked by legal, in every sub-state of an agreement in force."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest

from sla.agreement import AgreementState, life_of
from sla.amendment import in_force_at
from sla.ending_commands import OfferRight, WithdrawTermination
from sla.kinds import Side
from sla.stages import Stage
from sla.term import day_at, end_of_day
from sla.terms import SuspensionRule
from tests.people import ANA, BO, FINN
from tests.temporal import Case, World
from tests.workflows.deeds import (
    TACIT,
    change,
    fresh,
    legal_check,
    month_of,
    notice,
    renegotiated,
    suspension,
    terminated,
    termination,
)


async def _today(case: Case, days: int = 0) -> date:
    return day_at(await case.clock(), (await case.state()).zone) + timedelta(days=days)


async def _before_the_term(case: Case) -> None:
    assert not life_of(await case.state()).has_begun


async def _in_an_open_review(case: Case) -> None:
    await case.live_to(month_of(await case.state(), 3, 4))


async def _in_an_overdue_review(case: Case) -> None:
    state = await case.live_to(month_of(await case.state(), 4))
    assert life_of(state).review is not None


async def _with_a_change_asked_for(case: Case) -> None:
    await case.act(change())


async def _with_an_amendment_in(case: Case, stage: Stage) -> None:
    await renegotiated(case)
    await case.carry_amendment(stage)


async def _with_an_edition_signed(case: Case) -> None:
    await renegotiated(case, effective_from=month_of(await case.state(), 8))
    assert life_of(await case.carry_amendment()).coming is not None


async def _suspended(case: Case) -> None:
    state = await case.live_to(month_of(await case.state(), 1))
    await case.act(suspension(month_of(state, 1, 60)))


async def _under_notice(case: Case) -> None:
    await case.act(notice(await case.state()))


SUB_STATES: dict[str, Callable[[Case], Awaitable[None]]] = {
    "before the term begins": _before_the_term,
    "in an open review": _in_an_open_review,
    "in an overdue review": _in_an_overdue_review,
    "with a change asked for": _with_a_change_asked_for,
    "with an edition signed and not in effect": _with_an_edition_signed,
    "suspended": _suspended,
    "under notice": _under_notice,
}
PHASES = [Stage.NEGOTIATING, Stage.REVIEWING, Stage.APPROVING, Stage.SIGNING]


async def _ends(case: Case) -> AgreementState:
    """A termination of tomorrow, checked, takes effect; nothing else is left of what was going on."""
    effective = await _today(case, 20)
    state = await terminated(case, effective)
    assert (state.stage, (await case.handle.result()).stage) == (Stage.TERMINATED, Stage.TERMINATED)
    assert (state.amendment, life_of(state).coming, life_of(state).review, state.waits) == (None, None, None, ())
    assert life_of(state).ended_at == end_of_day(effective, state.zone)
    return state


@pytest.mark.parametrize("sub_state", SUB_STATES)
async def test_a_termination_ends_the_agreement_from_every_sub_state(world: World, sub_state: str) -> None:
    case = await world.signed(renewal=TACIT, suspension=SuspensionRule(extends_term=True))
    await SUB_STATES[sub_state](case)
    state = await _ends(case)
    assert in_force_at(state, end_of_day(await _today(case), state.zone)) is None


@pytest.mark.parametrize("phase", PHASES)
async def test_a_termination_stops_an_amendment_in_every_phase(world: World, phase: Stage) -> None:
    case = await world.signed()
    await _with_an_amendment_in(case, phase)
    state = await _ends(case)
    opened = next(
        row.event for row in world.views.history(state.number) if row.event.fact.value == "termination_opened"
    )
    assert "Amendment 1 is stopped" in opened.sentence


async def test_a_withdrawn_termination_ends_nothing(world: World) -> None:
    case = await world.signed()
    effective = await _today(case, 5)
    await case.act(termination(effective))
    await case.act(legal_check())
    await case.act(WithdrawTermination(by=BO, decision_id=fresh(), case="CRM-7", reason="they stay"))
    state = await case.live_to(effective + timedelta(days=10))
    assert (state.stage, life_of(state).termination) == (Stage.ACTIVE, None)


async def test_a_termination_that_legal_does_not_check_lapses_and_ends_nothing(world: World) -> None:
    case = await world.signed()
    await case.act(termination(await _today(case, 5)))
    state = await case.live_to(await _today(case, 120))
    assert (state.stage, life_of(state).termination) == (Stage.ACTIVE, None)
    assert "termination_lapsed" in case.facts(state.number)


async def test_a_termination_that_legal_holds_waits_for_its_second_check(world: World) -> None:
    case = await world.signed()
    effective = await _today(case, 20)
    await case.act(termination(effective))
    await case.act(legal_check(unmet="claims"))
    held = life_of(await case.state()).termination
    assert held is not None
    assert (held.checked_by, held.held) == (None, "claims: nothing shows it")
    await case.act(legal_check())
    assert (await case.live_to(effective + timedelta(days=2))).stage is Stage.TERMINATED


async def test_a_check_after_the_day_lets_it_end_with_the_day_of_the_check(world: World) -> None:
    case = await world.signed()
    await case.act(termination(await _today(case, 3)))
    await case.live_to(await _today(case, 10))
    checked_on = await _today(case)
    await case.act(legal_check())
    state = await case.live_to(checked_on + timedelta(days=2))
    assert life_of(state).ended_at == end_of_day(checked_on, state.zone)


async def test_a_day_before_the_notice_allows_takes_a_waiver(world: World) -> None:
    case = await world.signed()
    refused = await case.refused(termination(await _today(case, 5), waiver=None))
    assert "or a waiver with its reason" in refused.message
    past = await case.refused(termination(await _today(case, -1)))
    assert "is past" in past.message
    assert life_of(await case.state()).termination is None


async def test_a_second_termination_names_the_one_that_is_open(world: World) -> None:
    case = await world.signed()
    await case.act(termination(await _today(case, 5)))
    second = await case.refused(termination(await _today(case, 9), case="CRM-8"))
    assert (second.type, "CRM-7" in second.message) == ("AlreadyDone", True)


async def test_a_right_is_offered_to_its_side_and_expires_without_ending_anything(world: World) -> None:
    case = await world.signed()
    until = await _today(case, 30)
    await case.act(
        OfferRight(by=FINN, decision_id=fresh(), side=Side.CUSTOMER, ground="three periods missed", until=until)
    )
    state = await case.state()
    told = {letter.recipient for letter in world.views.letters(state.number) if letter.kind.value == "right_offered"}
    assert ANA in told
    state = await case.live_to(until + timedelta(days=1))
    assert (state.stage, life_of(state).rights) == (Stage.ACTIVE, ())
    assert case.facts(state.number)[-2:] == ["right_arose", "right_expired"]


async def test_nothing_can_be_done_any_more_on_an_agreement_that_has_ended(world: World) -> None:
    case = await world.signed()
    state = await _ends(case)
    report = world.views.audit(state.number)
    assert report is not None
    assert report.problem is None
    stored = world.views.find(state.number)
    assert stored is not None
    assert stored.state == await case.state()
