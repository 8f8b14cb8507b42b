"""The workflow of a compliance run on the real server: page after page, told by signal, due at its own time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from threading import Event
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleBackfill,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    ScheduleRange,
    ScheduleSpec,
    WorkflowExecutionStatus,
    WorkflowHandle,
)
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker, WorkflowRunner

from sla.cadence import Cadence
from sla.commands import NoteFinding
from sla.findings import Finding, FindingKind
from tests.workflows.listener import Listener
from tests.workflows.test_sandbox import strict_runner
from worker import production_runner
from workflows.compliance_run import LONGEST_RUN, ComplianceRun
from workflows.messages import Notable, PageOrder, PageReport, PullReport, RunFault, RunOrder, RunReport, Unasked
from workflows.ports import Measurements, Sweep

AT = datetime(2026, 3, 1, 14, tzinfo=UTC)
UNASKED = Unasked(number="0003", start=date(2026, 2, 1), end=date(2026, 3, 1))
Answer = Callable[[PageOrder], PageReport]


class Pages(Sweep):
    """A sweep that answers what it is told to, and keeps what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[PageOrder] = []

    @activity.defn(name="compliance.judge_page")
    def judge_page(self, order: PageOrder) -> PageReport:
        self.asked.append(order)
        return self.answer(order)


class Pulls(Measurements):
    """Measurements that are pulled as often as they are asked for, or never."""

    def __init__(self) -> None:
        self.asked: list[PageOrder] = []
        self.is_away = False

    @activity.defn(name="measurements.pull_page")
    async def pull_page(self, order: PageOrder) -> PullReport:
        self.asked.append(order)
        if self.is_away:
            raise ApplicationError("Prometheus is away", type="Away", non_retryable=True)
        fault = RunFault(number="0003", wrong="its expression is none")
        return PullReport(targets=1, rows=7, faults=(fault,), unasked=(UNASKED,))


@dataclass
class Runs:
    """A worker with a sweep of its own."""

    client: Client
    queue: str
    pages: Pages
    pulls: Pulls

    async def start(self, order: RunOrder) -> WorkflowHandle[ComplianceRun, RunReport]:
        return await self.client.start_workflow(ComplianceRun.run, order, id=f"run-{uuid4()}", task_queue=self.queue)

    async def report(self, order: RunOrder) -> RunReport:
        return await (await self.start(order)).result()

    async def listener(self) -> WorkflowHandle[Listener, None]:
        return await self.client.start_workflow(Listener.run, id=f"agreement-{uuid4()}", task_queue=self.queue)


@asynccontextmanager
async def _runs(client: Client, answer: Answer, runner: WorkflowRunner | None = None) -> AsyncIterator[Runs]:
    pages, pulls, queue = Pages(answer), Pulls(), f"runs-{uuid4()}"
    with ThreadPoolExecutor(4) as threads:
        async with Worker(
            client,
            task_queue=queue,
            workflows=[ComplianceRun, Listener],
            activities=[pages.judge_page, pulls.pull_page],
            activity_executor=threads,
            workflow_runner=runner or production_runner(),
            build_id="tests",
        ):
            yield Runs(client, queue, pages, pulls)


def _three_pages(order: PageOrder) -> PageReport:
    """Pages that end with 0002, 0004 and the last."""
    following = {None: "0002", "0002": "0004", "0004": None}
    return PageReport(after=following[order.after], agreements=2, stated=1, restated=0, unchanged=1)


def _notable(workflow_id: str, number: str = "0001") -> Notable:
    finding = Finding(kind=FindingKind.MISS, period="2026-02", subject=f"t{number}", sentence="It was missed.")
    command = NoteFinding(decision_id=finding.decision_id, finding=finding)
    return Notable(workflow_id=workflow_id, number=number, command=command)


async def test_a_run_judges_page_after_page_and_adds_up_what_they_came_to(temporal: Client) -> None:
    async with _runs(temporal, _three_pages) as runs:
        report = await runs.report(RunOrder(at=AT, cadence=Cadence.QUARTER, page_size=2))
        assert [order.after for order in runs.pages.asked] == [None, "0002", "0004"]
        assert {(order.at, order.limit, order.cadence) for order in runs.pages.asked} == {(AT, 2, Cadence.QUARTER)}
        assert (report.pages, report.agreements, report.stated, report.unchanged) == (3, 6, 3, 3)
        assert report.at == AT


async def test_every_page_is_stated_at_the_instant_at_which_the_run_began(temporal: Client) -> None:
    async with _runs(temporal, _three_pages) as runs:
        before = datetime.now(UTC) - timedelta(minutes=1)
        await runs.report(RunOrder(at=AT))
        said = {order.said_at for order in runs.pages.asked}
        assert len(said) == 1
        assert before < (said.pop() or AT) < datetime.now(UTC) + timedelta(minutes=1)


async def test_a_page_that_names_nothing_in_prometheus_costs_one_activity(temporal: Client) -> None:
    async with _runs(temporal, lambda order: PageReport()) as runs:
        handle = await runs.start(RunOrder(at=AT))
        await handle.result()
        assert runs.pulls.asked == []
        assert len((await handle.fetch_history()).events) <= 11


async def test_a_page_is_judged_after_what_it_names_was_pulled(temporal: Client) -> None:
    async with _runs(temporal, lambda o: PageReport(agreements=1) if o.is_pulled else PageReport(to_pull=2)) as runs:
        report = await runs.report(RunOrder(at=AT))
        assert [order.is_pulled for order in runs.pages.asked] == [False, True]
        assert len(runs.pulls.asked) == 1
        assert (report.pages, report.agreements, report.pulled, report.faulty) == (1, 1, 7, 1)
        assert report.faults[0].number == "0003"


async def test_a_page_that_could_not_be_pulled_is_judged_knowing_that(temporal: Client) -> None:
    async with _runs(temporal, lambda o: PageReport(agreements=1) if o.is_pulled else PageReport(to_pull=2)) as runs:
        runs.pulls.is_away = True
        report = await runs.report(RunOrder(at=AT))
        assert (report.agreements, report.pulled, report.faulty) == (1, 0, 0)
        assert [order.not_pulled for order in runs.pages.asked] == [None, "Away: Prometheus is away"]


async def test_what_could_not_be_asked_is_told_to_whoever_judges_the_page(temporal: Client) -> None:
    async with _runs(temporal, lambda o: PageReport(agreements=1) if o.is_pulled else PageReport(to_pull=2)) as runs:
        await runs.report(RunOrder(at=AT))
        assert [order.unasked for order in runs.pages.asked] == [(), (UNASKED,)]


async def test_only_agreements_with_something_notable_are_told(temporal: Client) -> None:
    notable: list[Notable] = []
    async with _runs(temporal, lambda order: PageReport(agreements=2, notable=tuple(notable))) as runs:
        agreement, other = await runs.listener(), await runs.listener()
        notable.append(_notable(agreement.id))
        report = await runs.report(RunOrder(at=AT))
        assert (report.told, report.faulty) == (1, 0)
        assert await agreement.query(Listener.told) == ["found/miss/2026-02/t0001"]
        assert await other.query(Listener.told) == []


async def test_an_agreement_that_does_not_hear_is_a_fault_and_stops_nothing(temporal: Client) -> None:
    notable: list[Notable] = [_notable("nobody", "0007")]
    async with _runs(temporal, lambda order: PageReport(agreements=3, notable=tuple(notable))) as runs:
        agreement, closed = await runs.listener(), await runs.listener()
        await closed.terminate()
        notable.extend((_notable(closed.id, "0008"), _notable(agreement.id, "0009")))
        report = await runs.report(RunOrder(at=AT))
        assert (report.told, report.faulty) == (1, 2)
        assert [fault.number for fault in report.faults] == ["0007", "0008"]
        assert "its workflow does not hear it" in report.faults[0].wrong
        assert await agreement.query(Listener.told) == ["found/miss/2026-02/t0009"]


async def test_history_stays_flat_however_many_pages_there_are(temporal: Client) -> None:
    pages = 250

    def answer(order: PageOrder) -> PageReport:
        place = int(order.after or 0) + 1
        return PageReport(after=f"{place:04d}" if place < pages else None, agreements=1, stated=1)

    async with _runs(temporal, answer) as runs:
        first = await runs.start(RunOrder(at=AT))
        report = await first.result()
        assert (report.pages, report.agreements, report.stated, report.at) == (pages, pages, pages, AT)
        assert len({order.said_at for order in runs.pages.asked}) == 1
        past = temporal.get_workflow_handle(first.id, run_id=first.first_execution_run_id)
        assert (await past.describe()).status is WorkflowExecutionStatus.CONTINUED_AS_NEW
        assert len((await past.fetch_history()).events) < LONGEST_RUN + 50


async def test_only_the_first_hundred_faults_are_named_and_all_are_counted(temporal: Client) -> None:
    faults = tuple(RunFault(number=f"{place:04d}", wrong="no") for place in range(130))
    async with _runs(temporal, lambda order: PageReport(faults=faults)) as runs:
        report = await runs.report(RunOrder(at=AT))
        assert (report.faulty, len(report.faults)) == (130, 100)


async def test_a_page_that_fails_is_judged_again_until_it_is(temporal: Client) -> None:
    failures = [ConnectionError("the register is away"), ConnectionError("still away")]

    def answer(order: PageOrder) -> PageReport:
        if failures:
            raise failures.pop()
        return PageReport(agreements=5)

    async with _runs(temporal, answer) as runs:
        assert (await runs.report(RunOrder(at=AT))).agreements == 5


async def test_how_far_it_is_can_be_asked_while_it_runs(temporal: Client) -> None:
    held = Event()

    def answer(order: PageOrder) -> PageReport:
        if order.after is None:
            return PageReport(after="0002", agreements=2)
        held.wait(20)
        return PageReport(agreements=1)

    async with _runs(temporal, answer) as runs:
        handle = await runs.start(RunOrder(at=AT))
        try:
            async with asyncio.timeout(20):
                while (await handle.query(ComplianceRun.progress)).pages < 1:
                    await asyncio.sleep(0.02)
        finally:
            held.set()
        assert (await handle.result()).agreements == 3


async def test_a_run_without_an_instant_is_as_of_its_start(temporal: Client) -> None:
    async with _runs(temporal, lambda order: PageReport()) as runs:
        before = datetime.now(UTC) - timedelta(minutes=1)
        report = await runs.report(RunOrder())
        assert report.at is not None
        assert before < report.at < datetime.now(UTC) + timedelta(minutes=1)


async def test_no_run_looks_ahead(temporal: Client) -> None:
    async with _runs(temporal, lambda order: PageReport()) as runs:
        report = await runs.report(RunOrder(at=AT.replace(year=2190)))
        assert report.at is not None
        assert report.at < datetime.now(UTC) + timedelta(minutes=1)


async def test_a_backfilled_run_judges_as_of_the_instant_for_which_it_was_due(temporal: Client) -> None:
    async with _runs(temporal, lambda order: PageReport()) as runs:
        first = (ScheduleRange(1),)
        calendar = ScheduleCalendarSpec(hour=(ScheduleRange(14),), day_of_month=first)
        action = ScheduleActionStartWorkflow(ComplianceRun.run, RunOrder(), id=f"due-{uuid4()}", task_queue=runs.queue)
        schedule = Schedule(action=action, spec=ScheduleSpec(calendars=[calendar]))
        handle = await temporal.create_schedule(f"due-{uuid4()}", schedule)
        try:
            since, until = datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 4, 15, tzinfo=UTC)
            await handle.backfill(ScheduleBackfill(since, until, overlap=ScheduleOverlapPolicy.BUFFER_ALL))
            async with asyncio.timeout(30):
                while len(runs.pages.asked) < 3:
                    await asyncio.sleep(0.05)
            due = [datetime(2026, month, 1, 14, tzinfo=UTC) for month in (2, 3, 4)]
            assert [order.at for order in runs.pages.asked] == due
        finally:
            await handle.delete()


@pytest.mark.parametrize("to_pull", [0, 1])
async def test_a_run_needs_nothing_passed_through(temporal: Client, to_pull: int) -> None:
    def answer(order: PageOrder) -> PageReport:
        return PageReport(agreements=1) if order.is_pulled or not to_pull else PageReport(to_pull=to_pull)

    async with _runs(temporal, answer, strict_runner()) as runs:
        assert (await runs.report(RunOrder(at=AT))).agreements == 1
