"""Wires everything, once: settings, register, mail, Temporal. Run as many of these as the load asks for."""

import asyncio
import logging
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import Engine
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.absent import NoUnderpinning
from activities.compliance import SqlCompliance, SqlMonitoring
from activities.database import migrate, open_engine
from activities.letters import SmtpLetters
from activities.outbox import Outbox
from activities.prometheus import PrometheusMeasurements
from activities.records import SqlRecords
from activities.settings import Settings
from activities.sweep import SqlSweep
from sla.errors import SlaError, Unreachable
from sla.release import VERSION
from workflows.agreement import Agreement
from workflows.compliance_run import ComplianceRun
from workflows.ids import MAILROOM_ID, NUMBER_KEY, TASK_QUEUE
from workflows.mailroom import Mailroom
from workflows.messages import DeliveryRound
from workflows.timetable import make_missing
from workflows.wire import connect

PASSED_THROUGH = (
    "sla",
    "workflows",
    "pydantic",
    "pydantic_core",
    "annotated_types",
    "rfc8785",
)
"""Modules that workflows share with the worker: a cached agreement then costs kilobytes, not half a megabyte."""

GRACE = timedelta(seconds=5)
"""How long activities may take to end when the worker stops."""


def production_runner() -> WorkflowRunner:
    """The sandbox in which agreements run; the strict test job runs them without the pass-through."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))


def build_worker(
    client: Client,
    engine: Engine,
    settings: Settings,
    *,
    task_queue: str = TASK_QUEUE,
    runner: WorkflowRunner | None = None,
) -> Worker:
    """A worker with every workflow and activity of the product; needs the thread pool to be as large as the setting."""
    records, letters = SqlRecords(engine), SmtpLetters(Outbox(engine), settings)
    compliance, monitoring, underpinning = SqlCompliance(engine, settings), SqlMonitoring(engine), NoUnderpinning()
    sweep, measurements = SqlSweep(engine), PrometheusMeasurements(engine, settings)
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[Agreement, ComplianceRun, Mailroom],
        activities=[
            records.number,
            records.record,
            records.beyond,
            letters.deliver,
            compliance.judge_final_period,
            compliance.settle_credits,
            sweep.judge_page,
            measurements.pull_page,
            monitoring.stop,
            underpinning.flag,
        ],
        activity_executor=ThreadPoolExecutor(settings.worker_threads, thread_name_prefix="register"),
        workflow_runner=runner or production_runner(),
        max_cached_workflows=settings.worker_cached_workflows,
        graceful_shutdown_timeout=GRACE,
        build_id=f"sla-{VERSION}",
    )


async def declare_search_attributes(client: Client) -> None:
    """The number must exist on the server before an agreement shows it; twice is harmless."""
    request = AddSearchAttributesRequest(
        namespace=client.namespace,
        search_attributes={NUMBER_KEY.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD},
    )
    try:
        await client.operator_service.add_search_attributes(request)
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            logging.getLogger("worker").warning("search attributes could not be declared: %s", error.message)


async def open_mailroom(client: Client, settings: Settings) -> None:
    """The one mailroom of this namespace; the second worker finds it open."""
    order = DeliveryRound(looks_every=timedelta(milliseconds=settings.mail_looks_every_ms))
    await client.start_workflow(
        Mailroom.run,
        order,
        id=MAILROOM_ID,
        task_queue=TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )


async def keep_timetable(client: Client) -> None:
    """The schedules of the compliance runs, where they are missing; one that is there is left as people have it."""
    try:
        made = await make_missing(client)
    except RPCError as error:
        logging.getLogger("worker").warning("schedules could not be made (`sla schedules apply`): %s", error.message)
        return
    if made:
        logging.getLogger("worker").info("schedules made: %s", ", ".join(made))


async def serve(settings: Settings) -> None:
    """Runs a worker until the process is asked to stop."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    engine = open_engine(settings.register_url)
    migrate(engine)
    client = await connect_patiently(settings)
    await declare_search_attributes(client)
    async with build_worker(client, engine, settings):
        await open_mailroom(client, settings)
        await keep_timetable(client)
        print("worker ready", flush=True)
        await stop.wait()


async def connect_patiently(settings: Settings, tries: int = 60) -> Client:
    """Connects to Temporal, waiting up to a minute for it to come up. Raises Unreachable."""
    for attempt in range(1, tries + 1):
        try:
            return await connect(settings)
        except Unreachable:
            if attempt == tries:
                raise
            await asyncio.sleep(1)
    raise AssertionError("unreachable")


def main() -> int:
    """Exit status 0 after a clean stop, 2 when something that it needs is not there."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        asyncio.run(serve(Settings()))
    except SlaError as error:
        print(f"worker: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # A client's own threads may call into an interpreter that is going away, which aborts it and hides the status.
    os._exit(status)
