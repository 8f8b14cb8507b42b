"""Ten years with forty reviews and three amendments: small state, short runs."""

import asyncio

import pytest
from temporalio.client import WorkflowHandle

from sla.agreement import life_of
from sla.contract_commands import RecordRequirements
from sla.life import ReviewOutcome
from sla.stages import Stage
from tests.people import ANA, requirement
from tests.temporal import Case, World, coming_period
from tests.workflows.deeds import TACIT, conclusion, month_of, redraft
from workflows.agreement import LONGEST_RUN, Agreement
from workflows.messages import Closing

YEARS = 10
AMENDED_AT = (5, 17, 29)


async def _held(case: Case, no: int) -> str:
    """Review `no` comes and is concluded; the run in which that happened."""
    state = await case.live_to(month_of(await case.state(), 3 * no, 5))
    run = (await case.handle.describe()).run_id
    amends = no in AMENDED_AT
    outcome = ReviewOutcome.RENEGOTIATE if amends else ReviewOutcome.KEEP
    await case.act(conclusion(str(no), outcome))
    if amends:
        await case.act(redraft(state, limits=(f"{no} devices at three sites.",)))
        await case.carry_amendment()
    return run


@pytest.mark.timeout(180)
async def test_ten_years_stay_small_and_their_runs_short(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    case = await world.signed(coming_period(12 * YEARS), renewal=TACIT)
    runs = [await _held(case, no) for no in range(1, 4 * YEARS)]
    state = await case.live_to(month_of(await case.state(), 12 * YEARS, 5))
    runs.append((await case.handle.describe()).run_id)
    sizes = [await _size(case, run) for run in runs]
    kept = len(state.model_dump_json())
    with capsys.disabled():
        events, size = max(count for count, _ in sizes), max(size for _, size in sizes)
        total, size_in_all = sum(count for count, _ in sizes), sum(size for _, size in sizes)
        print(f"\nten years: {len(runs)} runs, the longest of {events} events and the largest of {size:,} bytes;")
        print(f"in all {total} events and {size_in_all:,} bytes; state {kept:,} bytes; {state.head.seq} records")
    assert (state.stage, life_of(state).amendments, life_of(state).renewals) == (Stage.ACTIVE, 3, 1)
    assert life_of(state).last_review == 4 * YEARS
    assert len(set(runs)) == len(runs)
    assert kept < 100_000
    assert max(sizes)[0] < 2_000
    report = world.views.audit(state.number)
    assert report is not None
    assert report.problem is None


@pytest.mark.timeout(120)
async def test_a_busy_run_hands_on_before_its_budget_is_spent(world: World) -> None:
    case = await world.start(period=coming_period())
    before = await case.carry_to(Stage.CAPTURING)
    run = (await case.handle.describe()).run_id
    corrections = [
        RecordRequirements(by=ANA, decision_id=f"row-{place}", rows=(requirement(1, f"The {place}. wording."),))
        for place in range(LONGEST_RUN // 3 + 20)
    ]
    for first in range(0, len(corrections), 8):
        await asyncio.gather(*(case.stubborn(each) for each in corrections[first : first + 8]))
    events, size = await _size(case, run)
    assert (await case.handle.describe()).run_id != run
    assert (events < 2_000, size < 1_000_000) == (True, True)
    assert (await case.state()).head.seq == before.head.seq + len(corrections)


async def _size(case: Case, run: str) -> tuple[int, int]:
    handle: WorkflowHandle[Agreement, Closing] = case.world.skipper.client.get_workflow_handle_for(
        Agreement.run, case.handle.id, run_id=run
    )
    described = (await handle.describe()).raw_description.workflow_execution_info
    return described.history_length, described.history_size_bytes
