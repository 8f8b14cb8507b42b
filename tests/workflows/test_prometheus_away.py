"""A run while Prometheus is away, and the night after it is back: real Temporal, real tries, a real register."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.worker import Worker

from activities.prometheus import PrometheusMeasurements
from activities.settings import Settings
from activities.sweep import SqlSweep
from tests.activities.judged import MARCH_FIRST, in_force, statements, watched
from tests.activities.test_held_back import NIGHT, NOWHERE, pulled
from tests.prometheus import needed, running_prometheus
from worker import production_runner
from workflows.compliance_run import ComplianceRun
from workflows.messages import RunOrder, RunReport


@asynccontextmanager
async def _queue(client: Client, engine: Engine, url: str) -> AsyncIterator[str]:
    """The queue of a worker that asks this Prometheus."""
    sweep, measurements = SqlSweep(engine), PrometheusMeasurements(engine, Settings(prometheus_url=url))
    queue = f"away-{uuid4()}"
    with ThreadPoolExecutor(4) as threads:
        async with Worker(
            client,
            task_queue=queue,
            workflows=[ComplianceRun],
            activities=[sweep.judge_page, measurements.pull_page],
            activity_executor=threads,
            workflow_runner=production_runner(),
            build_id="tests",
        ):
            yield queue


async def _run(client: Client, engine: Engine, url: str, order: RunOrder) -> RunReport:
    async with _queue(client, engine, url) as queue:
        return await client.execute_workflow(ComplianceRun.run, order, id=f"run-{uuid4()}", task_queue=queue)


async def test_a_month_waits_for_prometheus_and_is_stated_in_the_night_after(
    temporal: Client, engine: Engine, tmp_path: Path
) -> None:
    needed()
    state, other = in_force(engine, targets=(pulled(),)), in_force(engine)
    watched(engine, other, 2)
    report = await _run(temporal, engine, NOWHERE, RunOrder(at=MARCH_FIRST))
    assert (report.stated, report.told, report.faulty) == (1, 0, 1)
    assert report.faults[0].number == state.number
    assert report.faults[0].wrong.startswith(
        "target t1: could not be asked; Prometheus at http://127.0.0.1:9 does not "
    )
    assert (statements(engine, state.number), len(statements(engine, other.number))) == ([], 1)
    with running_prometheus(tmp_path, {"up": {MARCH_FIRST: "1"}}) as url:
        night = RunOrder(at=MARCH_FIRST + NIGHT, only_late=True)
        assert (await _run(temporal, engine, url, night)).stated == 1
    (stated,) = statements(engine, state.number)
    assert (stated.period.name, stated.figures[0].status.value) == ("2026-02", "met")
