"""The calls on running agreements: start one, send a command, sign off by signal, look at the state.

Knows Temporal's client and what its errors mean to a person. Reads no register and decides nothing: every refusal
comes from the agreement itself.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple

from temporalio.client import (
    Client,
    RPCTimeoutOrCancelledError,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateHandle,
    WorkflowUpdateStage,
)
from temporalio.common import QueryRejectCondition, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from sla.agenda import Entry
from sla.agreement import AgreementState
from sla.command import Command
from sla.contract_commands import Decide
from sla.errors import Conflict, Refusal, SlaError, Unreachable
from sla.intake import Opening
from sla.kinds import KINDS
from workflows.agreement import Agreement
from workflows.ids import TASK_QUEUE, agreement_id, update_id
from workflows.messages import Carried, Closing, Receipt

ADMISSION = timedelta(seconds=10)
"""How long an agreement may take to accept or refuse a command: a worker does it in milliseconds."""
COMPLETION = timedelta(seconds=30)
"""How long an accepted command may take to be in the register: longer only while the register is away."""
ANSWER = timedelta(seconds=5)
"""How long Temporal itself may take to answer."""

FORM_DIGEST = "form_digest"
"""The memo key under which an execution carries the digest of its form. A durable name."""

Handle = WorkflowHandle[Agreement, Closing]


class Started(NamedTuple):
    """What a start came to; `already` when the same form had started it before."""

    workflow_id: str
    already: bool


class RefusedThere(Refusal):
    """A refusal that came over the wire: its class name there, and its sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        self._code = code
        super().__init__(sentence)

    @property
    def code(self) -> str:
        """The name of the class that the agreement raised."""
        return self._code


class OutcomeUnknown(Unreachable):
    """The command may have been carried out or not; the same decision id can be sent again safely."""


class NotRunning(SlaError):
    """No execution of this id takes commands: the agreement has ended, or its execution is missing."""


class Agreements:
    """The running agreements behind one connection to Temporal."""

    def __init__(self, client: Client, *, admission: timedelta = ADMISSION, completion: timedelta = COMPLETION) -> None:
        self._client = client
        self._admission = admission
        self._completion = completion

    async def start(self, opening: Opening) -> Started:
        """Starts the agreement of a form; the same form again gives the same agreement.

        Raises Conflict for another form under the same reference, Unreachable when Temporal does not answer.
        Source: INT-1.
        """
        workflow_id = agreement_id(opening.provider, opening.reference)
        try:
            with _reaching():
                await self._client.start_workflow(
                    Agreement.run,
                    Carried(opening=opening),
                    id=workflow_id,
                    task_queue=TASK_QUEUE,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                    memo={FORM_DIGEST: opening.form_digest},
                    static_summary=f"{KINDS[opening.kind].name}: {opening.service_name}",
                    rpc_timeout=self._admission,
                )
        except WorkflowAlreadyStartedError:
            refuse_other_form(opening, await self._form_digest(workflow_id))
            return Started(workflow_id, already=True)
        return Started(workflow_id, already=False)

    async def act(self, workflow_id: str, command: Command) -> Receipt:
        """Sends a command and returns when it is in the register.

        Raises RefusedThere with the agreement's own sentence, NotRunning when nothing takes commands, and
        OutcomeUnknown when nobody answered in time or the connection was lost.
        """
        sent = await self._send(workflow_id, command)
        with _unknown_when_lost(f"it was accepted, and is not in the register after {_seconds(self._completion)}"):
            async with asyncio.timeout(self._completion.total_seconds()):
                return await sent.result()
        raise AssertionError("the contexts above re-raise")

    async def sign_off(self, workflow_id: str, command: Decide) -> None:
        """Signals an approver's decision. Nobody answers a signal: the register tells what became of it."""
        with _reaching(), _not_running(workflow_id):
            await self._handle(workflow_id).signal(Agreement.sign_off, command, rpc_timeout=ANSWER)

    async def wake(self, workflow_id: str) -> None:
        """Signals an agreement that an earlier release has signed to keep its dates. One that is awake ignores it."""
        with _reaching(), _not_running(workflow_id):
            await self._handle(workflow_id).signal(Agreement.wake, rpc_timeout=ANSWER)

    async def agenda(self, workflow_id: str) -> tuple[Entry, ...]:
        """Every date ahead as the execution sees it. Raises NotRunning, or Unreachable when no worker answers."""
        with _reaching(), _not_running(workflow_id), _answering(workflow_id):
            return await self._handle(workflow_id).query(
                Agreement.agenda, reject_condition=QueryRejectCondition.NOT_OPEN, rpc_timeout=ANSWER
            )
        raise AssertionError("the contexts above re-raise")

    async def view(self, workflow_id: str) -> AgreementState | None:
        """The state as the execution holds it. Raises NotRunning, or Unreachable when no worker answers."""
        with _reaching(), _not_running(workflow_id), _answering(workflow_id):
            return await self._handle(workflow_id).query(
                Agreement.view, reject_condition=QueryRejectCondition.NOT_OPEN, rpc_timeout=ANSWER
            )
        raise AssertionError("the contexts above re-raise")

    async def _send(self, workflow_id: str, command: Command) -> WorkflowUpdateHandle[Receipt]:
        nobody = f"no worker answered within {_seconds(self._admission)}"
        with _unknown_when_lost(nobody), _not_running(workflow_id):
            async with asyncio.timeout(self._admission.total_seconds()):
                return await self._handle(workflow_id).start_update(
                    command.verb.value,
                    command,
                    id=update_id(command),
                    result_type=Receipt,
                    wait_for_stage=WorkflowUpdateStage.ACCEPTED,
                )
        raise AssertionError("the contexts above re-raise")

    async def _form_digest(self, workflow_id: str) -> str:
        with _reaching():
            description = await self._client.get_workflow_handle(workflow_id).describe(rpc_timeout=ANSWER)
        return str(await description.memo_value(FORM_DIGEST, ""))

    def _handle(self, workflow_id: str) -> Handle:
        return self._client.get_workflow_handle_for(Agreement.run, workflow_id)


def refuse_other_form(opening: Opening, digest: str) -> None:
    """Raises Conflict when the reference was used for a form of another digest."""
    if digest != opening.form_digest:
        raise Conflict(
            f"{opening.provider} has an agreement under the reference {opening.reference} already, from another form; "
            "give a reference of its own, or the very form that was used then"
        )


@contextmanager
def _reaching() -> Iterator[None]:
    """Temporal that does not answer, as a sentence."""
    try:
        yield
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise
        raise Unreachable(
            f"Temporal does not answer ({error.message or error.status.name}); nothing was sent twice, try again"
        ) from error


@contextmanager
def _not_running(workflow_id: str) -> Iterator[None]:
    try:
        yield
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise NotRunning(f"no execution {workflow_id} takes commands ({error.message})") from error


@contextmanager
def _answering(workflow_id: str) -> Iterator[None]:
    """A query that nobody answers, as a sentence."""
    try:
        yield
    except WorkflowQueryRejectedError as error:
        raise NotRunning(f"the execution {workflow_id} has ended") from error
    except (WorkflowQueryFailedError, RPCTimeoutOrCancelledError) as error:
        raise Unreachable(f"{workflow_id} does not answer ({error})") from error


@contextmanager
def _unknown_when_lost(why: str) -> Iterator[None]:
    """A refusal as the agreement worded it; silence and lost connections as an unknown outcome."""
    try:
        yield
    except WorkflowUpdateFailedError as error:
        raise refusal(error) from error
    except (TimeoutError, RPCTimeoutOrCancelledError) as error:
        raise OutcomeUnknown(why) from error
    except RPCError as error:
        raise OutcomeUnknown(f"the connection to Temporal was lost ({error.message or error.status.name})") from error


def refusal(error: WorkflowUpdateFailedError) -> RefusedThere:
    """The refusal that the agreement raised, with its name and its sentence."""
    cause = error.cause
    if isinstance(cause, ApplicationError):
        return RefusedThere(cause.type or "Refusal", cause.message)
    return RefusedThere("Refusal", str(cause))


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():g} s"
