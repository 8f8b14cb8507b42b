"""How the executions do: does a worker answer, what is stuck and on what, do register and workflows agree.

Asks Temporal and compares with heads of the register. Changes nothing, but for waking whom it is told to wake.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from temporalio.api.enums.v1 import EventType, PendingActivityState, TaskQueueType
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

from activities.views import AgreementView, Head, Views
from sla.agreement import AgreementState
from sla.errors import SlaError, Unreachable
from sla.living import next_due
from sla.stages import Stage
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
WAKES_WITHIN = timedelta(seconds=10)
"""An agreement that is sent `wake` records that its life is taken up."""
FORESEEN = 100
"""How many agendas are asked for: one plays a whole term forward, in tens of milliseconds."""
ASLEEP = "sleeping agreements"
MANY_ATTEMPTS = 3
GOES_WELL_AFTER = timedelta(seconds=30)
"""An activity that has run for so long and beats has got over its failures: a worker killed, a register away."""
MOST_NAMED = 20
"""How many stuck executions are named; the rest is counted."""
STUCK = "TemporalReportedProblems IN ('category=WorkflowTaskFailed','category=WorkflowTaskTimedOut')"
RUNNING = "WorkflowType = 'sla-agreement' AND ExecutionStatus = 'Running'"
MAKE_WORKER = "start one: `sla up`, or `python -m worker` with the same settings"


class _Compared(NamedTuple):
    """What a look at one agreement came to: what is wrong, and whether it sleeps."""

    finding: Finding | None = None
    sleeper: Head | None = None


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

    async def agreement_with(
        self, views: Views, heads: tuple[Head, ...], *, most: int, wake: bool = False
    ) -> list[Finding]:
        """Whether each open agreement stands where the register says and keeps its dates, and each ended one has
        ended. With `wake`, those that sleep are woken."""
        open_heads = [head for head in heads if head.stage is None or not head.stage.is_end]
        asked = open_heads[-most:] if most < len(open_heads) else open_heads
        gate = asyncio.Semaphore(ASKED_AT_ONCE)
        far = len(asked) - FORESEEN
        answers = await asyncio.gather(
            *(self._compared(gate, views, head, foresees=no >= far) for no, head in enumerate(asked))
        )
        findings = [answer.finding for answer in answers if answer.finding is not None]
        findings += await self._strays(heads)
        more = "" if len(asked) == len(open_heads) else f" (the newest of {len(open_heads)}; --all asks all)"
        agree = f"agree on {counted(len(asked), 'open agreement', 'open agreements')}{more}"
        sleepers = [answer.sleeper for answer in answers if answer.sleeper is not None]
        return [
            *(findings or [fine("register and workflows", agree)]),
            *(await self._sleeping(sleepers, wake=wake)),
        ]

    async def _sleeping(self, sleepers: list[Head], *, wake: bool) -> list[Finding]:
        """Those that an earlier release has signed keep no dates until they are woken."""
        if not sleepers:
            return []
        if not wake:
            found = f"{_numbers(sleepers)}: signed under an earlier release, so no date is kept"
            return [ill(ASLEEP, found, "`sla doctor --wake` wakes every one of them")]
        awake = await asyncio.gather(*(self._woken(head) for head in sleepers))
        woken = [head for head, is_awake in zip(sleepers, awake, strict=True) if is_awake]
        still = [head for head in sleepers if head not in woken]
        findings = []
        if woken:
            findings.append(fine(ASLEEP, f"the signal `wake` went to {_numbers(woken)}: dates are kept from now on"))
        if still:
            todo = "see that a worker of this release runs, then look again"
            findings.append(ill(ASLEEP, f"the signal `wake` went to {_numbers(still)}, without an answer yet", todo))
        return findings

    async def _woken(self, head: Head) -> bool:
        """Sends the signal, which nobody answers, and looks whether it was heard."""
        agreements = Agreements(self._client)
        try:
            await agreements.wake(head.workflow_id)
            async with asyncio.timeout(WAKES_WITHIN.total_seconds()):
                while not _is_awake(await agreements.view(head.workflow_id)):
                    await asyncio.sleep(0.1)
        except (SlaError, TimeoutError):
            return False
        return True

    async def _compared(self, gate: asyncio.Semaphore, views: Views, head: Head, *, foresees: bool) -> _Compared:
        async with gate:
            try:
                return await self._difference(views, head, foresees=foresees)
            except NotRunning:
                found = f"{head.number} is {head.stage or 'not recorded'} in the register, and nothing carries it"
                todo = f"look for {head.workflow_id} on Temporal's page: it was ended or lost; restore its database"
                return _Compared(ill("register and workflows", found, todo))
            except Unreachable as error:
                todo = "see that its worker runs, then again"
                return _Compared(ill("register and workflows", f"{head.number}: {error}", todo))

    async def _difference(self, views: Views, head: Head, *, foresees: bool) -> _Compared:
        deadline = asyncio.get_running_loop().time() + SETTLES_WITHIN.total_seconds()
        while True:
            state = await Agreements(self._client).view(head.workflow_id)
            now = await asyncio.to_thread(views.find, head.number)
            agree = now and state and (now.seq, now.head_hash) == (state.head.seq, state.head.hash)
            if agree and now and state:
                wrong = await self._misdated(head, now, state, foresees=foresees)
                if wrong is None or asyncio.get_running_loop().time() > deadline:
                    sleeps = state.stage is Stage.ACTIVE and state.life is None
                    return _Compared(wrong, head if sleeps else None)
            elif asyncio.get_running_loop().time() > deadline:
                return _Compared(await self._differs(head, now.seq if now else 0, state))
            await asyncio.sleep(0.1)

    async def _misdated(
        self, head: Head, now: AgreementView, state: AgreementState, *, foresees: bool
    ) -> Finding | None:
        """In force, the next date in the register is that of the state, and the first of the agenda. Source: SEE-1."""
        if state.stage is not Stage.ACTIVE or state.life is None:
            return None
        first = next_due(state)
        if foresees:
            entries = await Agreements(self._client).agenda(head.workflow_id)
            first = entries[0].at if entries else None
        if first == now.next_due:
            return None
        found = f"the next date of {head.number} is {_utc(first)} by its agenda, {_utc(now.next_due)} in the register"
        todo = f"the register was changed by hand, or a worker of another release runs: see `sla agenda {head.number}`"
        return ill("register and workflows", found, todo)

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


def _is_awake(state: AgreementState | None) -> bool:
    return state is not None and state.life is not None


def _numbers(heads: list[Head]) -> str:
    return ", ".join(head.number for head in heads)


def _utc(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else "none"


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
    return "; ".join(failing(description.raw_description.pending_activities, datetime.now(UTC)))


def failing(pending: Iterable[PendingActivityInfo], now: datetime) -> Iterable[str]:
    """Those that fail again and again. A round of the mailroom lasts half an hour, and Temporal keeps the failures
    before it for as long: what runs and beats is well."""
    for activity in pending:
        if activity.attempt >= MANY_ATTEMPTS and activity.last_failure.message and not _goes_well(activity, now):
            message = activity.last_failure.message.strip().splitlines()[0][:200]
            yield f"{activity.activity_type.name} has failed {activity.attempt - 1} times: {message}"


def _goes_well(activity: PendingActivityInfo, now: datetime) -> bool:
    if activity.state != PendingActivityState.PENDING_ACTIVITY_STATE_STARTED:
        return False
    started, beat = activity.last_started_time, activity.last_heartbeat_time
    runs_for, silent_for = (now - each.ToDatetime(UTC) for each in (started, beat))
    return runs_for >= GOES_WELL_AFTER >= silent_for
