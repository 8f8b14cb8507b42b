"""How the executions do: does a worker answer, what is stuck and on what, do register and workflows agree.

Asks Temporal and compares with heads of the register. Changes nothing and sends no command.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import EventType, TaskQueueType
from temporalio.api.failure.v1 import Failure
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import (
    Client,
    RPCTimeoutOrCancelledError,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
)
from temporalio.service import RPCError, RPCStatusCode

from activities.views import Head, Views
from sla.agreement import AgreementState
from sla.errors import Unreachable
from starter.agreements import Agreements, NotRunning
from starter.findings import Finding, fine, ill
from starter.telling import counted
from workflows.ids import MAILROOM_ID, TASK_QUEUE

PROBE = timedelta(seconds=12)
"""A live worker answers a query in milliseconds; after a crash, Temporal takes ten seconds to ask another one."""
POLLED_WITHIN = timedelta(seconds=70)
"""A poll lasts up to a minute, and an idle worker begins no other one meanwhile."""
ASKED_AT_ONCE = 16
SETTLES_WITHIN = timedelta(seconds=2)
"""A decision that is just being recorded makes register and workflow differ for a moment."""
MANY_ATTEMPTS = 3
MOST_NAMED = 20
"""How many stuck executions are named; the rest is counted."""
STUCK = "TemporalReportedProblems IN ('category=WorkflowTaskFailed','category=WorkflowTaskTimedOut')"
RUNNING = "WorkflowType = 'sla-agreement' AND ExecutionStatus = 'Running'"
MAKE_WORKER = "start one: `sla up`, or `python -m worker` with the same settings"


class Pulse:
    """The executions of one namespace."""

    def __init__(self, client: Client, *, probe: timedelta = PROBE) -> None:
        self._client = client
        self._probe = probe

    async def worker(self) -> Finding:
        """A worker answers. It is asked a question; that one polled a while ago says little about now."""
        pollers = await self._pollers()
        if not pollers:
            return ill("worker", f"nobody polls the task queue {TASK_QUEUE!r}", MAKE_WORKER)
        if not await self._answers():
            last = max(pollers.values()).astimezone(UTC)
            found = f"none answers; {', '.join(pollers)} polled {TASK_QUEUE!r} last at {last:%H:%M:%S} UTC"
            return ill("worker", found, MAKE_WORKER)
        seen = lately(pollers, datetime.now(UTC))
        word = "worker polls" if len(seen) == 1 else "workers poll"
        return fine("worker", f"{len(seen)} {word} the task queue {TASK_QUEUE!r} ({', '.join(seen)})")

    async def mailroom(self) -> Finding:
        """The mailroom's workflow runs, and its delivery round does not fail over and over."""
        description = await self._described(MAILROOM_ID)
        if description is None or description.status is not WorkflowExecutionStatus.RUNNING:
            return ill("mailroom", "its workflow does not run, so no letter goes out", "start a worker: it opens it")
        if trouble := _trouble(description):
            return ill("mailroom", trouble, "mend what the failure names; the round is tried again by itself")
        return fine("mailroom", "its workflow runs")

    async def stuck(self) -> list[Finding]:
        """Executions whose workflow task fails again and again: code and history do not fit."""
        findings = []
        async for execution in self._client.list_workflows(STUCK, limit=MOST_NAMED):
            found = f"{execution.id} is stuck: {await self._last_task_failure(execution.id)}"
            todo = "run a worker of the release that it began with, or mend the code: it goes on by itself then"
            findings.append(ill("workflows", found, todo))
        if len(findings) == MOST_NAMED:
            total = (await self._client.count_workflows(STUCK)).count
            findings.append(ill("workflows", f"{total} are stuck; the first {MOST_NAMED} are named", "mend those"))
        return findings or [fine("workflows", "none is stuck on its code")]

    async def agreement_with(self, views: Views, heads: tuple[Head, ...], *, most: int) -> list[Finding]:
        """Whether each open agreement stands where the register says, and each ended one has ended."""
        open_heads = [head for head in heads if head.stage is None or not head.stage.is_end]
        asked = open_heads[-most:] if most < len(open_heads) else open_heads
        gate = asyncio.Semaphore(ASKED_AT_ONCE)
        answers = await asyncio.gather(*(self._compared(gate, views, head) for head in asked))
        findings = [answer for answer in answers if answer is not None]
        findings += await self._strays(heads)
        more = "" if len(asked) == len(open_heads) else f" (the newest of {len(open_heads)}; --all asks all)"
        return findings or [
            fine("register and workflows", f"agree on {counted(len(asked), 'open agreement', 'open agreements')}{more}")
        ]

    async def _compared(self, gate: asyncio.Semaphore, views: Views, head: Head) -> Finding | None:
        async with gate:
            try:
                return await self._difference(views, head)
            except NotRunning:
                found = f"{head.number} is {head.stage or 'not recorded'} in the register, and nothing carries it"
                todo = f"look for {head.workflow_id} on Temporal's page: it was ended or lost; restore its database"
                return ill("register and workflows", found, todo)
            except Unreachable as error:
                return ill("register and workflows", f"{head.number}: {error}", "see that its worker runs, then again")

    async def _difference(self, views: Views, head: Head) -> Finding | None:
        deadline = asyncio.get_running_loop().time() + SETTLES_WITHIN.total_seconds()
        while True:
            state = await Agreements(self._client).view(head.workflow_id)
            now = await asyncio.to_thread(views.find, head.number)
            if now is not None and state is not None and (now.seq, now.head_hash) == (state.head.seq, state.head.hash):
                return None
            if asyncio.get_running_loop().time() > deadline:
                return await self._differs(head, now.seq if now else 0, state)
            await asyncio.sleep(0.1)

    async def _differs(self, head: Head, registered: int, state: AgreementState | None) -> Finding:
        carried = state.head.seq if state else 0
        check = "register and workflows"
        description = await self._described(head.workflow_id)
        trouble = _trouble(description) if description else ""
        if carried == registered == 0:
            found = f"{head.number} has its number and no entry: {trouble or 'its opening is not recorded'}"
            return ill(check, found, "mend what the failure names; the opening is recorded by itself then")
        if carried > registered:
            waits = trouble or "its entries are not recorded"
            found = f"{head.number} is at entry {carried}, the register at {registered}: {waits}"
            return ill(check, found, "mend the register; the entries are recorded by themselves then")
        if carried < registered:
            found = f"the register has {registered} entries of {head.number}, its workflow only {carried}"
            return ill(check, found, "Temporal's database is older than the register: restore the newer copy")
        found = f"the register and the workflow of {head.number} differ at entry {registered}"
        return ill(check, found, f"the register was changed by hand: see `sla audit {head.number}`, restore its copy")

    async def _strays(self, heads: tuple[Head, ...]) -> list[Finding]:
        """Executions that run though their agreement has ended, or that the register does not know."""
        known = {head.workflow_id: head for head in heads}
        findings = []
        settled = datetime.now(UTC) - timedelta(minutes=1)
        async for execution in self._client.list_workflows(RUNNING):
            head = known.get(execution.id)
            if head is None and execution.start_time < settled:
                found = f"{execution.id} runs, and the register does not know it"
                todo = "see its pending activities on Temporal's page; is it another register's?"
                findings.append(ill("register and workflows", found, todo))
            elif head is not None and head.stage is not None and head.stage.is_end:
                findings += await self._runs_on(head)
        return findings

    async def _runs_on(self, head: Head) -> list[Finding]:
        """Visibility is told late: only what still runs when asked itself runs on."""
        description = await self._described(head.workflow_id)
        if description is None or description.status is not WorkflowExecutionStatus.RUNNING:
            return []
        found = f"{head.number} has ended as {head.stage} in the register, and its workflow still runs"
        return [ill("register and workflows", found, "see its pending work on Temporal's page, and `sla audit`")]

    async def _pollers(self) -> dict[str, datetime]:
        answer = await self._client.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=self._client.namespace,
                task_queue=TaskQueue(name=TASK_QUEUE),
                task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
            )
        )
        return {each.identity: each.last_access_time.ToDatetime(tzinfo=UTC) for each in answer.pollers}

    async def _answers(self) -> bool:
        """Whether somebody answers for the mailroom, which every worker opens. True where there is none to ask."""
        try:
            async with asyncio.timeout(self._probe.total_seconds()):
                await self._client.get_workflow_handle(MAILROOM_ID).query("__stack_trace")
        except (TimeoutError, RPCTimeoutOrCancelledError):
            return False
        except WorkflowQueryFailedError:
            return True
        except RPCError as error:
            return error.status is RPCStatusCode.NOT_FOUND
        return True

    async def _described(self, workflow_id: str) -> WorkflowExecutionDescription | None:
        try:
            return await self._client.get_workflow_handle(workflow_id).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise Unreachable(f"Temporal does not answer ({error.message})") from error

    async def _last_task_failure(self, workflow_id: str) -> str:
        """The failure that the history keeps: the first one of the run of failures."""
        message = "its workflow tasks time out"
        async for event in self._client.get_workflow_handle(workflow_id).fetch_history_events():
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                message = _innermost(event.workflow_task_failed_event_attributes.failure)
        return message


def lately(pollers: dict[str, datetime], now: datetime) -> tuple[str, ...]:
    """Those that are not known to be gone: Temporal names a worker for minutes after its end.

    All of them where none was seen lately, because clocks of two machines differ and one of them has just answered.
    """
    return tuple(sorted(name for name, at in pollers.items() if now - at < POLLED_WITHIN)) or tuple(sorted(pollers))


def _innermost(failure: Failure) -> str:
    """The outermost and the innermost words of a failure, one line each."""
    words = [failure.message]
    while failure.HasField("cause"):
        failure = failure.cause
        words.append(failure.message)
    ends = dict.fromkeys((words[0], words[-1]))
    return ": ".join(" ".join(each.split())[:200] for each in ends if each.strip()) or "no words"


def _trouble(description: WorkflowExecutionDescription) -> str:
    """The pending activity that has failed most, with its last failure; empty when none fails."""
    return "; ".join(_failing(description.raw_description.pending_activities))


def _failing(pending: Iterable[PendingActivityInfo]) -> Iterable[str]:
    for activity in pending:
        if activity.attempt >= MANY_ATTEMPTS and activity.last_failure.message:
            message = activity.last_failure.message.strip().splitlines()[0][:200]
            yield f"{activity.activity_type.name} has failed {activity.attempt - 1} times: {message}"
