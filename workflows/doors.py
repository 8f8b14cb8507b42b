"""The doors of an agreement: one Update per verb, each with the same two steps, refuse or act.

All verbs are Updates because their senders need the answer: refused with the reason before anything is recorded,
or done and in the register. Only `sign_off` is a Signal, for approvers' systems that cannot wait for one, and
`note_finding`, with which a compliance run tells what it has found and goes on.
The names are Temporal's wire; they never change.
"""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from sla import commands
from sla.agenda import Entry, agenda
from sla.agreement import AgreementState
from sla.commands import Command, Decide
from sla.errors import SlaError
from workflows.desk import Desk
from workflows.messages import Receipt

MOST_ENTRIES = 1000
"""A query answers within the two seconds that a workflow may think; `sla agenda` shows the longest agendas whole."""


class AgreementDoors:
    """What people, and their systems, can say to an agreement."""

    desk: Desk

    def _refuse(self, command: Command) -> None:
        try:
            self.desk.refuse(command)
        except SlaError as error:
            raise _wire(error) from error

    async def _act(self, command: Command) -> Receipt:
        try:
            return await self.desk.act(command)
        except SlaError as error:
            raise _wire(error) from error

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

    @workflow.update
    async def name_engineer(self, command: commands.NameEngineer) -> Receipt:
        """See `sla.commands.NameEngineer`."""
        return await self._act(command)

    @name_engineer.validator
    def _refuse_name_engineer(self, command: commands.NameEngineer) -> None:
        self._refuse(command)

    @workflow.update
    async def agree_engineer(self, command: commands.AgreeEngineer) -> Receipt:
        """See `sla.commands.AgreeEngineer`."""
        return await self._act(command)

    @agree_engineer.validator
    def _refuse_agree_engineer(self, command: commands.AgreeEngineer) -> None:
        self._refuse(command)

    @workflow.update
    async def record_requirements(self, command: commands.RecordRequirements) -> Receipt:
        """See `sla.commands.RecordRequirements`."""
        return await self._act(command)

    @record_requirements.validator
    def _refuse_record_requirements(self, command: commands.RecordRequirements) -> None:
        self._refuse(command)

    @workflow.update
    async def confirm_requirements(self, command: commands.ConfirmRequirements) -> Receipt:
        """See `sla.commands.ConfirmRequirements`."""
        return await self._act(command)

    @confirm_requirements.validator
    def _refuse_confirm_requirements(self, command: commands.ConfirmRequirements) -> None:
        self._refuse(command)

    @workflow.update
    async def assess(self, command: commands.Assess) -> Receipt:
        """See `sla.commands.Assess`."""
        return await self._act(command)

    @assess.validator
    def _refuse_assess(self, command: commands.Assess) -> None:
        self._refuse(command)

    @workflow.update
    async def submit_draft(self, command: commands.SubmitDraft) -> Receipt:
        """See `sla.commands.SubmitDraft`."""
        return await self._act(command)

    @submit_draft.validator
    def _refuse_submit_draft(self, command: commands.SubmitDraft) -> None:
        self._refuse(command)

    @workflow.update
    async def submit_offer(self, command: commands.SubmitOffer) -> Receipt:
        """See `sla.commands.SubmitOffer`."""
        return await self._act(command)

    @submit_offer.validator
    def _refuse_submit_offer(self, command: commands.SubmitOffer) -> None:
        self._refuse(command)

    @workflow.update
    async def accept_offer(self, command: commands.AcceptOffer) -> Receipt:
        """See `sla.commands.AcceptOffer`."""
        return await self._act(command)

    @accept_offer.validator
    def _refuse_accept_offer(self, command: commands.AcceptOffer) -> None:
        self._refuse(command)

    @workflow.update
    async def reject_offer(self, command: commands.RejectOffer) -> Receipt:
        """See `sla.commands.RejectOffer`."""
        return await self._act(command)

    @reject_offer.validator
    def _refuse_reject_offer(self, command: commands.RejectOffer) -> None:
        self._refuse(command)

    @workflow.update
    async def withdraw_offer(self, command: commands.WithdrawOffer) -> Receipt:
        """See `sla.commands.WithdrawOffer`."""
        return await self._act(command)

    @withdraw_offer.validator
    def _refuse_withdraw_offer(self, command: commands.WithdrawOffer) -> None:
        self._refuse(command)

    @workflow.update
    async def acknowledge(self, command: commands.Acknowledge) -> Receipt:
        """See `sla.commands.Acknowledge`."""
        return await self._act(command)

    @acknowledge.validator
    def _refuse_acknowledge(self, command: commands.Acknowledge) -> None:
        self._refuse(command)

    @workflow.update
    async def comment(self, command: commands.RaiseComment) -> Receipt:
        """See `sla.commands.RaiseComment`."""
        return await self._act(command)

    @comment.validator
    def _refuse_comment(self, command: commands.RaiseComment) -> None:
        self._refuse(command)

    @workflow.update
    async def resolve_comment(self, command: commands.ResolveComment) -> Receipt:
        """See `sla.commands.ResolveComment`."""
        return await self._act(command)

    @resolve_comment.validator
    def _refuse_resolve_comment(self, command: commands.ResolveComment) -> None:
        self._refuse(command)

    @workflow.update
    async def inspect(self, command: commands.Inspect) -> Receipt:
        """See `sla.commands.Inspect`."""
        return await self._act(command)

    @inspect.validator
    def _refuse_inspect(self, command: commands.Inspect) -> None:
        self._refuse(command)

    @workflow.update
    async def decide(self, command: commands.Decide) -> Receipt:
        """See `sla.commands.Decide`."""
        return await self._act(command)

    @decide.validator
    def _refuse_decide(self, command: commands.Decide) -> None:
        self._refuse(command)

    @workflow.update
    async def delegate(self, command: commands.Delegate) -> Receipt:
        """See `sla.commands.Delegate`."""
        return await self._act(command)

    @delegate.validator
    def _refuse_delegate(self, command: commands.Delegate) -> None:
        self._refuse(command)

    @workflow.update
    async def sign(self, command: commands.Sign) -> Receipt:
        """See `sla.commands.Sign`."""
        return await self._act(command)

    @sign.validator
    def _refuse_sign(self, command: commands.Sign) -> None:
        self._refuse(command)

    @workflow.update
    async def decline_to_sign(self, command: commands.DeclineToSign) -> Receipt:
        """See `sla.commands.DeclineToSign`."""
        return await self._act(command)

    @decline_to_sign.validator
    def _refuse_decline_to_sign(self, command: commands.DeclineToSign) -> None:
        self._refuse(command)

    @workflow.update
    async def withdraw(self, command: commands.Withdraw) -> Receipt:
        """See `sla.commands.Withdraw`."""
        return await self._act(command)

    @withdraw.validator
    def _refuse_withdraw(self, command: commands.Withdraw) -> None:
        self._refuse(command)

    @workflow.update
    async def conclude_review(self, command: commands.ConcludeReview) -> Receipt:
        """See `sla.commands.ConcludeReview`."""
        return await self._act(command)

    @conclude_review.validator
    def _refuse_conclude_review(self, command: commands.ConcludeReview) -> None:
        self._refuse(command)

    @workflow.update
    async def request_change(self, command: commands.RequestChange) -> Receipt:
        """See `sla.commands.RequestChange`."""
        return await self._act(command)

    @request_change.validator
    def _refuse_request_change(self, command: commands.RequestChange) -> None:
        self._refuse(command)

    @workflow.update
    async def record_results(self, command: commands.RecordResults) -> Receipt:
        """See `sla.commands.RecordResults`."""
        return await self._act(command)

    @record_results.validator
    def _refuse_record_results(self, command: commands.RecordResults) -> None:
        self._refuse(command)

    @workflow.update
    async def give_notice(self, command: commands.GiveNotice) -> Receipt:
        """See `sla.commands.GiveNotice`."""
        return await self._act(command)

    @give_notice.validator
    def _refuse_give_notice(self, command: commands.GiveNotice) -> None:
        self._refuse(command)

    @workflow.update
    async def acknowledge_notice(self, command: commands.AcknowledgeNotice) -> Receipt:
        """See `sla.commands.AcknowledgeNotice`."""
        return await self._act(command)

    @acknowledge_notice.validator
    def _refuse_acknowledge_notice(self, command: commands.AcknowledgeNotice) -> None:
        self._refuse(command)

    @workflow.update
    async def agree_renewal(self, command: commands.AgreeRenewal) -> Receipt:
        """See `sla.commands.AgreeRenewal`."""
        return await self._act(command)

    @agree_renewal.validator
    def _refuse_agree_renewal(self, command: commands.AgreeRenewal) -> None:
        self._refuse(command)

    @workflow.update
    async def state_index(self, command: commands.StateIndex) -> Receipt:
        """See `sla.commands.StateIndex`."""
        return await self._act(command)

    @state_index.validator
    def _refuse_state_index(self, command: commands.StateIndex) -> None:
        self._refuse(command)

    @workflow.update
    async def suspend(self, command: commands.Suspend) -> Receipt:
        """See `sla.commands.Suspend`."""
        return await self._act(command)

    @suspend.validator
    def _refuse_suspend(self, command: commands.Suspend) -> None:
        self._refuse(command)

    @workflow.update
    async def reinstate(self, command: commands.Reinstate) -> Receipt:
        """See `sla.commands.Reinstate`."""
        return await self._act(command)

    @reinstate.validator
    def _refuse_reinstate(self, command: commands.Reinstate) -> None:
        self._refuse(command)

    @workflow.update
    async def open_termination(self, command: commands.OpenTermination) -> Receipt:
        """See `sla.commands.OpenTermination`."""
        return await self._act(command)

    @open_termination.validator
    def _refuse_open_termination(self, command: commands.OpenTermination) -> None:
        self._refuse(command)

    @workflow.update
    async def check_termination(self, command: commands.CheckTermination) -> Receipt:
        """See `sla.commands.CheckTermination`."""
        return await self._act(command)

    @check_termination.validator
    def _refuse_check_termination(self, command: commands.CheckTermination) -> None:
        self._refuse(command)

    @workflow.update
    async def withdraw_termination(self, command: commands.WithdrawTermination) -> Receipt:
        """See `sla.commands.WithdrawTermination`."""
        return await self._act(command)

    @withdraw_termination.validator
    def _refuse_withdraw_termination(self, command: commands.WithdrawTermination) -> None:
        self._refuse(command)

    @workflow.update
    async def offer_right(self, command: commands.OfferRight) -> Receipt:
        """See `sla.commands.OfferRight`."""
        return await self._act(command)

    @offer_right.validator
    def _refuse_offer_right(self, command: commands.OfferRight) -> None:
        self._refuse(command)

    @workflow.update
    async def complete_action(self, command: commands.CompleteAction) -> Receipt:
        """See `sla.commands.CompleteAction`."""
        return await self._act(command)

    @complete_action.validator
    def _refuse_complete_action(self, command: commands.CompleteAction) -> None:
        self._refuse(command)

    @workflow.update
    async def verify_action(self, command: commands.VerifyAction) -> Receipt:
        """See `sla.commands.VerifyAction`."""
        return await self._act(command)

    @verify_action.validator
    def _refuse_verify_action(self, command: commands.VerifyAction) -> None:
        self._refuse(command)

    @workflow.update
    async def assign_action(self, command: commands.AssignAction) -> Receipt:
        """See `sla.commands.AssignAction`."""
        return await self._act(command)

    @assign_action.validator
    def _refuse_assign_action(self, command: commands.AssignAction) -> None:
        self._refuse(command)

    @workflow.update
    async def dispute(self, command: commands.DisputeFigure) -> Receipt:
        """See `sla.commands.DisputeFigure`."""
        return await self._act(command)

    @dispute.validator
    def _refuse_dispute(self, command: commands.DisputeFigure) -> None:
        self._refuse(command)

    @workflow.update
    async def settle_dispute(self, command: commands.SettleDispute) -> Receipt:
        """See `sla.commands.SettleDispute`."""
        return await self._act(command)

    @settle_dispute.validator
    def _refuse_settle_dispute(self, command: commands.SettleDispute) -> None:
        self._refuse(command)

    @workflow.update
    async def claim_credit(self, command: commands.ClaimCredit) -> Receipt:
        """See `sla.commands.ClaimCredit`."""
        return await self._act(command)

    @claim_credit.validator
    def _refuse_claim_credit(self, command: commands.ClaimCredit) -> None:
        self._refuse(command)


def _wire(error: SlaError) -> ApplicationError:
    """The refusal as it travels: its class name as the type, its sentence as the message."""
    return ApplicationError(str(error), type=error.code, non_retryable=True)
