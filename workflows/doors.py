"""The doors of an agreement: one Update per verb, each made by `door`, which refuses or acts.

All verbs are Updates because their senders need the answer: refused with the reason before anything is recorded,
or done and in the register. Only `sign_off` is a Signal, for approvers' systems that cannot wait for one, and
`note_finding`, with which a compliance run tells what it has found and goes on.
The names are Temporal's wire; they never change.
"""

from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from sla import commands, contract_commands, ending_commands
from sla.agenda import Entry, agenda
from sla.agreement import AgreementState
from sla.command import Command
from sla.contract_commands import Decide
from sla.errors import SlaError
from workflows.desk import Desk
from workflows.messages import Receipt

Asked = TypeVar("Asked", bound=Command)

MOST_ENTRIES = 1000
"""A query answers within the two seconds that a workflow may think; `sla agenda` shows the longest agendas whole."""


def door(kind: type[Asked]) -> workflow.UpdateMethodMultiParam[["AgreementDoors", Asked], Receipt]:
    """The Update of one command, under the name of its verb: its validator refuses, its handler acts.

    Temporal reads the name and the argument's type off the two functions, so they are written on them.
    """

    async def act(self: "AgreementDoors", command: Asked) -> Receipt:
        try:
            return await self.desk.act(command)
        except SlaError as error:
            raise _wire(error) from error

    def refuse(self: "AgreementDoors", command: Asked) -> None:
        try:
            self.desk.refuse(command)
        except SlaError as error:
            raise _wire(error) from error

    act.__name__ = kind.verb.value
    act.__annotations__ = {"command": kind, "return": Receipt}
    refuse.__annotations__ = {"command": kind, "return": None}
    update = workflow.update(act)
    update.validator(refuse)
    return update


class AgreementDoors:
    """What people, and their systems, can say to an agreement."""

    desk: Desk

    @workflow.query
    def view(self) -> AgreementState | None:
        """The state, for checking; pages read the register."""
        return self.desk.state

    @workflow.signal
    async def sign_off(self, command: Decide) -> None:
        """An approver's decision by signal."""
        await self.desk.sign_off(command)

    @workflow.signal
    async def note_finding(self, command: commands.NoteFinding) -> None:
        """A finding of a compliance run; never refused, and told twice it is noted once."""
        await self.desk.note(command)

    @workflow.query
    def agenda(self) -> tuple[Entry, ...]:
        """The dates ahead as of the last task of the workflow, with their causes. Source: SEE-1."""
        state = self.desk.state
        return agenda(state, workflow.now(), MOST_ENTRIES) if state else ()

    @workflow.signal
    async def wake(self) -> None:
        """Sent by `sla doctor --wake` to an agreement that an earlier release has signed."""
        await self.desk.wake()

    name_engineer = door(contract_commands.NameEngineer)
    agree_engineer = door(contract_commands.AgreeEngineer)
    record_requirements = door(contract_commands.RecordRequirements)
    confirm_requirements = door(contract_commands.ConfirmRequirements)
    assess = door(contract_commands.Assess)
    submit_draft = door(contract_commands.SubmitDraft)
    submit_offer = door(contract_commands.SubmitOffer)
    accept_offer = door(contract_commands.AcceptOffer)
    reject_offer = door(contract_commands.RejectOffer)
    withdraw_offer = door(contract_commands.WithdrawOffer)
    acknowledge = door(contract_commands.Acknowledge)
    comment = door(contract_commands.RaiseComment)
    resolve_comment = door(contract_commands.ResolveComment)
    inspect = door(contract_commands.Inspect)
    decide = door(contract_commands.Decide)
    delegate = door(contract_commands.Delegate)
    sign = door(contract_commands.Sign)
    decline_to_sign = door(contract_commands.DeclineToSign)
    withdraw = door(contract_commands.Withdraw)
    conclude_review = door(commands.ConcludeReview)
    request_change = door(commands.RequestChange)
    record_results = door(commands.RecordResults)
    give_notice = door(commands.GiveNotice)
    acknowledge_notice = door(commands.AcknowledgeNotice)
    agree_renewal = door(commands.AgreeRenewal)
    state_index = door(commands.StateIndex)
    suspend = door(ending_commands.Suspend)
    reinstate = door(ending_commands.Reinstate)
    open_termination = door(ending_commands.OpenTermination)
    check_termination = door(ending_commands.CheckTermination)
    withdraw_termination = door(ending_commands.WithdrawTermination)
    offer_right = door(ending_commands.OfferRight)
    complete_action = door(commands.CompleteAction)
    verify_action = door(commands.VerifyAction)
    assign_action = door(commands.AssignAction)
    dispute = door(commands.DisputeFigure)
    settle_dispute = door(commands.SettleDispute)
    claim_credit = door(commands.ClaimCredit)


def _wire(error: SlaError) -> ApplicationError:
    """The refusal as it travels: its class name as the type, its sentence as the message."""
    return ApplicationError(str(error), type=error.code, non_retryable=True)
