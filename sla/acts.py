"""What each verb does, how each stage begins, whom it waits for and what silence does there: two tables.

The functions stand in the file of their stage, or of their theme; `transitions` keeps the books around them.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, TypeVar, cast

from sla import (
    approvals,
    capture,
    changes,
    corrective_work,
    credit_claims,
    delegation,
    disputes,
    drafting,
    ending,
    feasibility,
    findings_noted,
    living,
    negotiation,
    notice,
    price_revision,
    renewal,
    request,
    results,
    review,
    service_reviews,
    signing,
    suspension,
    termination,
    termination_rights,
)
from sla.agreement import AgreementState, Ending, Wait
from sla.awaited import Awaited
from sla.command import Command
from sla.contract_commands import Withdraw
from sla.events import Fact
from sla.happening import Happening
from sla.patience import remind_escalate
from sla.stages import Stage, Verb

Act = Callable[[AgreementState, Command, datetime], Happening]
Silence = Callable[[AgreementState, Wait | None, datetime], Happening]
_C = TypeVar("_C", bound=Command)


def _act(function: Callable[[AgreementState, _C, datetime], Happening]) -> Act:
    return cast("Act", function)


def withdraw(state: AgreementState, command: Withdraw, now: datetime) -> Happening:
    """The request, or the amendment, is taken back before it is in force."""
    what = "amendment" if state.life else "request"
    return Happening(
        state=state,
        fact=Fact.WITHDRAWN,
        by=command.by,
        reason=command.reason,
        sentence=f"{state.people.name_of(command.by)} withdrew the {what}.",
        goto=Stage.WITHDRAWN,
        ending=Ending(by=command.by, why=command.reason, at=now),
    )


ACTS: dict[Verb, Act] = {
    Verb.NAME_ENGINEER: _act(request.name_engineer),
    Verb.AGREE_ENGINEER: _act(request.agree_engineer),
    Verb.RECORD_REQUIREMENTS: _act(capture.record_requirements),
    Verb.CONFIRM_REQUIREMENTS: _act(capture.confirm_requirements),
    Verb.ASSESS: _act(feasibility.assess),
    Verb.SUBMIT_DRAFT: _act(drafting.submit_draft),
    Verb.SUBMIT_OFFER: _act(negotiation.submit_offer),
    Verb.ACCEPT_OFFER: _act(negotiation.accept_offer),
    Verb.REJECT_OFFER: _act(negotiation.reject_offer),
    Verb.WITHDRAW_OFFER: _act(negotiation.withdraw_offer),
    Verb.ACKNOWLEDGE: _act(review.acknowledge),
    Verb.COMMENT: _act(review.comment),
    Verb.RESOLVE_COMMENT: _act(review.resolve_comment),
    Verb.INSPECT: _act(review.inspect),
    Verb.DECIDE: _act(approvals.decide),
    Verb.DELEGATE: _act(delegation.delegate),
    Verb.SIGN: _act(signing.sign),
    Verb.DECLINE_TO_SIGN: _act(signing.decline_to_sign),
    Verb.WITHDRAW: _act(withdraw),
    Verb.CONCLUDE_REVIEW: _act(service_reviews.conclude_review),
    Verb.REQUEST_CHANGE: _act(changes.request_change),
    Verb.RECORD_RESULTS: _act(results.record_results),
    Verb.GIVE_NOTICE: _act(notice.give_notice),
    Verb.ACKNOWLEDGE_NOTICE: _act(notice.acknowledge_notice),
    Verb.AGREE_RENEWAL: _act(renewal.agree_renewal),
    Verb.STATE_INDEX: _act(price_revision.state_index),
    Verb.SUSPEND: _act(suspension.suspend),
    Verb.REINSTATE: _act(suspension.reinstate),
    Verb.OPEN_TERMINATION: _act(termination.open_termination),
    Verb.CHECK_TERMINATION: _act(termination.check_termination),
    Verb.WITHDRAW_TERMINATION: _act(termination.withdraw_termination),
    Verb.OFFER_RIGHT: _act(termination_rights.offer_right),
    Verb.COMPLETE_ACTION: _act(corrective_work.complete_action),
    Verb.VERIFY_ACTION: _act(corrective_work.verify_action),
    Verb.ASSIGN_ACTION: _act(corrective_work.assign_action),
    Verb.DISPUTE: _act(disputes.dispute_figure),
    Verb.SETTLE_DISPUTE: _act(disputes.settle_dispute),
    Verb.CLAIM_CREDIT: _act(credit_claims.claim_credit),
    Verb.NOTE_FINDING: _act(findings_noted.note_finding),
    Verb.TAKE_STEP: _act(ending.take_step),
}


class StageRow(NamedTuple):
    """How a stage begins, who is waited for in it, and what silence does."""

    awaited: Callable[[AgreementState, datetime], tuple[Awaited, ...]]
    silence: Silence
    begin: Callable[[AgreementState, datetime], AgreementState] | None = None


def _always(function: Callable[[AgreementState], tuple[Awaited, ...]]) -> Callable[..., tuple[Awaited, ...]]:
    """Who is waited for, where that does not depend on the hour."""
    return lambda state, now: function(state)


def _silence(function: Callable[[AgreementState, Wait, datetime], Happening]) -> Silence:
    return cast("Silence", function)


STAGES: dict[Stage, StageRow] = {
    Stage.REQUESTED: StageRow(_always(request.awaited), _silence(remind_escalate)),
    Stage.CAPTURING: StageRow(_always(capture.awaited), _silence(remind_escalate)),
    Stage.ASSESSING: StageRow(_always(feasibility.awaited), _silence(remind_escalate)),
    Stage.DRAFTING: StageRow(_always(drafting.awaited), _silence(remind_escalate)),
    Stage.NEGOTIATING: StageRow(_always(negotiation.awaited), negotiation.silence, negotiation.begin),
    Stage.REVIEWING: StageRow(_always(review.awaited), _silence(review.silence), review.begin),
    Stage.APPROVING: StageRow(approvals.awaited, _silence(approvals.silence), approvals.begin),
    Stage.SIGNING: StageRow(_always(signing.awaited), signing.silence, signing.begin),
    Stage.ACTIVE: StageRow(_always(living.awaited), living.happen, living.begin),
}
