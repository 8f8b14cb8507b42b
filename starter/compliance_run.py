"""A compliance run that a person asks for at the command line: ordered, awaited, and what it came to in lines.

What a run does is said in `workflows.compliance_run`. Source: MON-16.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from activities.views import padded
from sla.cadence import Cadence
from sla.errors import BadInput, NotPossible
from sla.fields import Value
from sla.periods import JudgedPeriod, period_named
from starter.calling import call
from starter.moments import in_utc
from starter.session import Session
from starter.telling import counted, say, tell
from workflows.compliance_run import ComplianceRun
from workflows.ids import TASK_QUEUE, asked_run_id
from workflows.messages import RunOrder, RunReport

BETWEEN_LOOKS = timedelta(seconds=3)
"""How often somebody who waits for a run is told how far it is."""
LAST_ZONE = "Etc/GMT+12"
"""Where a day ends last."""


class RunStarted(Value):
    """A run that a person has asked for, and its workflow."""

    workflow_id: str


class Asked(NamedTuple):
    """What a run is asked for at the command line."""

    period: str | None = None
    numbers: tuple[str, ...] = ()
    cadence: Cadence | None = None
    is_provisional: bool = False
    only_late: bool = False


def run(session: Session, asked: Asked) -> None:
    """Runs now, waits for the end, and prints what it came to; exit status 1 where an agreement was not judged."""
    order = order_of(asked)
    handle, report = call(session, lambda client: _awaited(session, client, order))
    session.exit_status = 1 if report.faulty else 0
    tell(session, report, *_report_lines(handle, report, order))


def order_of(asked: Asked) -> RunOrder:
    """The order of a run that a person asks for. Raises BadInput for a period that is none, or is not over."""
    period = period_named(asked.period, LAST_ZONE) if asked.period else None
    if period is not None and not asked.is_provisional and period.ends > datetime.now(UTC):
        right = "an earlier period, or `--provisional` for early warnings, is expected"
        raise BadInput("--period", f"{period.name} is not over everywhere before {in_utc(period.ends)} UTC", right)
    if period is not None and asked.cadence not in {None, _cadence_of(period)}:
        right = f"a {asked.cadence} is expected, or the {_cadence_of(period)} schedule"
        raise BadInput("--period", f"{period.name} is no {asked.cadence}", right)
    return RunOrder(
        cadence=asked.cadence or _cadence_of(period),
        period=period.name if period else None,
        numbers=tuple(dict.fromkeys(padded(number) for number in asked.numbers)),
        is_provisional=asked.is_provisional,
        only_late=asked.only_late,
    )


def _cadence_of(period: JudgedPeriod | None) -> Cadence:
    """The cadence that a period's name tells; the month where it tells none."""
    if period is None:
        return Cadence.MONTH
    days = (period.end - period.start).days
    return Cadence.MONTH if days <= 31 else Cadence.QUARTER if days <= 92 else Cadence.YEAR


async def start(client: Client, order: RunOrder) -> WorkflowHandle[ComplianceRun, RunReport]:
    """A run of its own; the same order again finds the run that is going on."""
    return await client.start_workflow(
        ComplianceRun.run,
        order,
        id=asked_run_id(order.model_dump_json()),
        task_queue=TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )


async def _awaited(session: Session, client: Client, order: RunOrder) -> tuple[str, RunReport]:
    handle = await start(client, order)
    ending = asyncio.create_task(handle.result())
    while not (await asyncio.wait({ending}, timeout=BETWEEN_LOOKS.total_seconds()))[0]:
        if not session.as_json:
            say(session.err, await _how_far(handle))
    try:
        return handle.id, await ending
    except WorkflowFailureError as error:
        raise NotPossible(f"the run {handle.id} did not come to its end: {error.cause or error}") from None


async def _how_far(handle: WorkflowHandle[ComplianceRun, RunReport]) -> str:
    try:
        so_far = await handle.query(ComplianceRun.progress, rpc_timeout=BETWEEN_LOOKS)
    except RPCError:
        return f"{handle.id} waits for a worker; Ctrl-C leaves it running, `sla doctor` tells what is wrong"
    return f"{handle.id}: {counted(so_far.agreements, 'agreement', 'agreements')} so far"


def _report_lines(id_: str, report: RunReport, order: RunOrder) -> list[str]:
    what = "looked at" if order.is_provisional else "judged"
    lines = [f"{counted(report.agreements, 'agreement', 'agreements')} {what} as of {in_utc(report.at)} UTC ({id_}):"]
    if not order.is_provisional:
        lines.append(
            f"  {counted(report.stated, 'statement', 'statements')} made, {report.restated} stated again, "
            f"{report.unchanged} unchanged"
        )
    lines.append(f"  {counted(report.told, 'finding', 'findings')} told to the agreements")
    if report.pulled:
        lines.append(f"  {counted(report.pulled, 'row', 'rows')} pulled from Prometheus")
    lines += [f"  {fault.number}: {fault.wrong}" for fault in report.faults]
    unnamed = report.faulty - len(report.faults)
    return [*lines, f"  and {unnamed} more faults, in the log of the worker"] if unnamed else lines
