"""Dates that come late and at once: nobody was there for months. Each still happens, once, and nobody is buried."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from temporalio.client import Client, WorkflowUpdateStage

from sla.agreement import AgreementState, life_of
from sla.living import next_due
from sla.renewal import end_of
from sla.stages import Stage
from sla.term import start_of_day
from sla.terms import Renewal
from tests.temporal import Case, World, coming_period, empty_world
from tests.workflows.deeds import TACIT, change, conclusion, month_of

DAY = timedelta(days=1)


async def _found_after(world: World, months_ago: int, months: int = 12, renewal: Renewal | None = None) -> Case:
    """Signed shortly before its term began so many months ago, and found only now."""
    period = coming_period(months, starts_in=-months_ago)
    signed_at = start_of_day(period.start, period.zone) - 10 * DAY
    return await world.signed(period, ago=datetime.now(UTC) - signed_at, renewal=renewal)


def _is_up_to_date(state: AgreementState) -> bool:
    due = next_due(state)
    return due is None or due > datetime.now(UTC)


async def test_after_months_every_date_has_happened_once(world: World) -> None:
    case = await _found_after(world, 8, renewal=TACIT)
    state = await case.until(_is_up_to_date)
    facts = Counter(case.facts(state.number)[16:])
    assert facts["term_began"] == 1
    assert facts["review_opened"] == life_of(state).last_review == 2
    assert facts["review_prepared"] == life_of(state).prepared
    assert facts["review_overdue"] == facts["reminded"] == facts["escalated"] == 0
    report = world.views.audit(state.number)
    assert report is not None
    assert report.problem is None


async def test_a_deadline_that_passed_unseen_is_told_once_and_its_reminders_are_not(world: World) -> None:
    case = await _found_after(world, 13, renewal=TACIT)
    state = await case.until(_is_up_to_date)
    facts = Counter(case.facts(state.number))
    assert (facts["notice_reminded"], facts["notice_deadline_passed"], facts["renewed"]) == (0, 1, 1)
    assert end_of(state) == month_of(state, 24)


async def test_whoever_is_asked_late_still_has_days_to_answer(world: World) -> None:
    case = await _found_after(world, 4)
    state = await case.until(lambda now: now.life is not None and now.life.review is not None)
    assert {wait.due is None or wait.due > datetime.now(UTC) + DAY for wait in state.waits} == {True}
    await case.act(conclusion())


async def test_an_end_that_passed_unseen_ends_it_with_its_own_day(world: World) -> None:
    case = await _found_after(world, 9, months=6)
    assert (await case.handle.result()).stage is Stage.EXPIRED
    state = await case.state()
    assert end_of(state) == month_of(state, 6)
    assert life_of(state).in_force[-1].until == life_of(state).ended_at


@pytest.mark.parametrize("runs", [1, 3])
async def test_an_agreement_outlives_its_workers(temporal: Client, register: Engine, runs: int) -> None:
    here = empty_world(temporal, register)
    async with here.worker():
        case = await here.signed()
        state = await case.state()
    for run in range(runs):
        update = asyncio.create_task(
            case.handle.start_update(
                "request_change", change(), id=f"{case.handle.id}-{run}", wait_for_stage=WorkflowUpdateStage.ACCEPTED
            )
        )
        async with here.worker():
            await (await update).result()
            state = await case.live_to(month_of(state, run + 1))
    assert len(life_of(state).changes) == runs
    assert case.facts(state.number).count("change_requested") == runs
