"""What people ask of an agreement: one command per verb. They travel as messages, so they only grow.

Each new field has a default, and unknown fields are dropped: an old worker reads a new command and the other
way round. `by` is who acts; `decision_id` makes a repeat harmless; `edition` is the terms that somebody saw.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from sla.fields import Day, Email, Instant, Line, Plain, Prose, Reference, Slug, Value, Whole
from sla.findings import Finding
from sla.kinds import Side
from sla.life import Cause, ChangeKind, Results, ReviewNo, ReviewOutcome
from sla.money import Money
from sla.requirements import Requirement, Verdict
from sla.stages import Stage, Verb
from sla.terms import EditionRef, Terms

DecisionId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,80}$")]


Satisfaction = Annotated[Whole, Field(ge=1, le=5)]
"""From 1 (not at all) to 5 (entirely). Source: REV-5."""


class Command(Value):
    """What every command says."""

    verb: ClassVar[Verb]

    by: Email
    decision_id: DecisionId
    seen: Whole = 0
    """How far the register was (the seq of its last event) when the sender looked; 0 when they did not say."""


class EditionCommand(Command):
    """A command about the current edition; a stale one is refused."""

    edition: EditionRef


class NameEngineer(Command):
    """The SLA manager or the account manager names a competent service engineer. Source: INT-2."""

    verb = Verb.NAME_ENGINEER
    engineer: Email


class AgreeEngineer(Command):
    """The other manager agrees to the engineer who was named."""

    verb = Verb.AGREE_ENGINEER
    engineer: Email


class RecordRequirements(Command):
    """Rows to add or, where the number exists, to correct; and numbers to take out. Source: INT-3."""

    verb = Verb.RECORD_REQUIREMENTS
    rows: tuple[Requirement, ...] = Field(default=(), max_length=200)
    removed: tuple[Whole, ...] = Field(default=(), max_length=200)


class ConfirmRequirements(Command):
    """The customer confirms the rows as they stand, named by their hash."""

    verb = Verb.CONFIRM_REQUIREMENTS
    requirements_hash: str


class Assess(Command):
    """One verdict for each requirement, from the angle of whoever gives it. Source: FEA-1."""

    verb = Verb.ASSESS
    verdicts: tuple[Verdict, ...] = Field(max_length=200)


class SubmitDraft(Command):
    """The SLA manager submits terms to the gate. Source: DRA-3."""

    verb = Verb.SUBMIT_DRAFT
    terms: Terms


class SubmitOffer(EditionCommand):
    """An offer or counter-offer on the current edition: new terms (or none: as they stand) and an expiry."""

    verb = Verb.SUBMIT_OFFER
    terms: Terms | None = None
    expires_at: Instant


class AcceptOffer(EditionCommand):
    """The side that did not make the offer accepts it."""

    verb = Verb.ACCEPT_OFFER


class RejectOffer(EditionCommand):
    """The side that did not make the offer rejects it; `final` ends the request as declined."""

    verb = Verb.REJECT_OFFER
    reason: Prose
    final: bool = False


class WithdrawOffer(EditionCommand):
    """The side that made the offer takes it back."""

    verb = Verb.WITHDRAW_OFFER
    reason: Prose


class Acknowledge(EditionCommand):
    """A party proves receipt of the final draft. Source: APP-6."""

    verb = Verb.ACKNOWLEDGE


class RaiseComment(EditionCommand):
    """A remark that blocks approval until it is resolved."""

    verb = Verb.COMMENT
    text: Prose


class ResolveComment(EditionCommand):
    """Closes a comment, with how."""

    verb = Verb.RESOLVE_COMMENT
    no: Whole
    resolution: Prose


class Inspect(EditionCommand):
    """An inspector who is no author passes the edition or sends it back. Source: APP-2."""

    verb = Verb.INSPECT
    passed: bool
    reason: Prose | None = None


class Decide(EditionCommand):
    """An approver approves or rejects. `back_to` says where a rejected edition goes; `final` declines it."""

    verb = Verb.DECIDE
    approve: bool
    reason: Prose | None = None
    back_to: Stage = Stage.DRAFTING
    final: bool = False
    seat: Email | None = None
    """For whom, when somebody may decide for several."""


class Delegate(Command):
    """An approver gives their decisions to somebody else for a window. Source: APP-5."""

    verb = Verb.DELEGATE
    to: Email
    starts_at: Instant
    ends_at: Instant
    reason: Line | None = None


class Sign(EditionCommand):
    """A named signer signs."""

    verb = Verb.SIGN


class DeclineToSign(EditionCommand):
    """A named signer declines, with the reason; the request ends as declined."""

    verb = Verb.DECLINE_TO_SIGN
    reason: Prose


class Withdraw(Command):
    """The requester or a manager takes the request, or the amendment, back."""

    verb = Verb.WITHDRAW
    reason: Prose


# -- while it is in force


class ConcludeReview(Command):
    """A manager says what came of a review, and how satisfied both sides are, from 1 to 5. Source: REV-1, REV-5."""

    verb = Verb.CONCLUDE_REVIEW
    review: ReviewNo
    outcome: ReviewOutcome
    reason: Prose
    provider_satisfaction: Satisfaction
    customer_satisfaction: Satisfaction


class RequestChange(Command):
    """Somebody asks for a change; a review opens at once. Source: REV-2."""

    verb = Verb.REQUEST_CHANGE
    kinds: tuple[ChangeKind, ...] = Field(max_length=7)
    text: Annotated[Prose, Field(max_length=2000)]


class RecordResults(Command):
    """What the targets came to in a period, as somebody records it for a review."""

    verb = Verb.RECORD_RESULTS
    results: Results


class GiveNotice(Command):
    """A side gives notice that the term is not to renew. Source: AME-3."""

    verb = Verb.GIVE_NOTICE
    end: Day
    """The end after which nothing is to follow."""
    reason: Prose | None = None


class AcknowledgeNotice(Command):
    """The other side proves that it has received the notice."""

    verb = Verb.ACKNOWLEDGE_NOTICE


class AgreeRenewal(Command):
    """A side agrees to renew a term that renews expressly only."""

    verb = Verb.AGREE_RENEWAL
    end: Day
    """The end after which the renewal begins."""


class StateIndex(Command):
    """The account manager states the index rate for the next renewal, as a fact with its source. Source: PRI-7."""

    verb = Verb.STATE_INDEX
    rate: Annotated[Plain, Field(gt=-100, le=100)]
    source: Line


class Suspend(Command):
    """A manager suspends the agreement, at the longest until the beginning of a local day. Source: TER-4."""

    verb = Verb.SUSPEND
    until: Day
    reason: Prose


class Reinstate(Command):
    """A manager ends the suspension early."""

    verb = Verb.REINSTATE
    reason: Prose


class OpenTermination(Command):
    """The account manager, or the SLA manager, opens a termination for a case of the CRM. Source: TER-1."""

    verb = Verb.OPEN_TERMINATION
    case: Reference
    cause: Cause
    requested_by: Side
    effective: Day
    """It takes effect at the end of this local day."""
    reason: Prose
    waiver: Prose | None = None
    """Why the notice period does not bind, where the day comes before it allows."""


class Answer(Value):
    """Legal's answer to one question of the checklist."""

    question: Slug
    is_met: bool
    note: Prose | None = None


class CheckTermination(Command):
    """Legal answers the checklist of a termination. Source: TER-1."""

    verb = Verb.CHECK_TERMINATION
    case: Reference
    answers: tuple[Answer, ...] = Field(max_length=50)


class WithdrawTermination(Command):
    """A termination is taken back before it takes effect."""

    verb = Verb.WITHDRAW_TERMINATION
    case: Reference
    reason: Prose


class OfferRight(Command):
    """The SLA manager (later the compliance run) finds a termination right; its side is told. Source: TER-3."""

    verb = Verb.OFFER_RIGHT
    side: Side
    ground: Prose
    until: Day
    """Until when it may be used, that day outside."""


class CompleteAction(Command):
    """Whoever owns a corrective action says that it is done, and what proves it. Source: MON-11."""

    verb = Verb.COMPLETE_ACTION
    no: Whole
    evidence: Prose


class VerifyAction(Command):
    """Somebody else than who has done it looks whether it helps. Source: MON-11."""

    verb = Verb.VERIFY_ACTION
    no: Whole
    is_effective: bool
    note: Prose | None = None


class AssignAction(Command):
    """Another owner, or another day, for a corrective action. Source: MON-11."""

    verb = Verb.ASSIGN_ACTION
    no: Whole
    owner: Email
    due: Day | None = None
    reason: Prose | None = None


class DisputeFigure(Command):
    """A side disputes a figure of a statement; it is frozen until that is settled. Source: MON-10."""

    verb = Verb.DISPUTE
    period: Line
    target: Slug
    statement: str = Field(pattern=r"^[0-9a-f]{64}$")
    """The digest of the statement that somebody saw."""
    reason: Prose


class SettleDispute(Command):
    """The other side decides: the figure stands (no value), or another attainment is stated. Source: MON-10."""

    verb = Verb.SETTLE_DISPUTE
    no: Whole
    value: Annotated[Plain, Field(ge=0)] | None = None
    """In the unit of the target's levels."""
    reason: Prose
    evidence: Prose | None = None


class ClaimCredit(Command):
    """The customer claims the credit of a period, where the terms ask for a claim. Source: MON-6."""

    verb = Verb.CLAIM_CREDIT
    period: Line
    statement: str = Field(pattern=r"^[0-9a-f]{64}$")


class NoteFinding(Command):
    """What a compliance run has found; it tells the agreement by signal. Source: MON-5, MON-9, MON-11, TER-3."""

    verb = Verb.NOTE_FINDING
    by: Literal["system"] = "system"
    decision_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:/-]{1,160}$")]
    finding: Finding
    statement: str | None = None
    """The digest of the statement that says so; none for a warning, which no statement holds."""
    credit: Money | None = None


class TakeStep(Command):
    """What a neighbour answered to one step of the ordered stop. The agreement says it to itself. Source: TER-2."""

    verb = Verb.TAKE_STEP
    by: Literal["system"] = "system"
    decision_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:/-]{1,80}$")]
    """May have a stroke, which no person's id has: nobody can use the id of a step before the step does."""
    step: Slug
    answered: Line
    timers: Whole = 0
    activities: Whole = 0


COMMANDS: dict[Verb, type[Command]] = {
    command.verb: command
    for command in (
        NameEngineer,
        AgreeEngineer,
        RecordRequirements,
        ConfirmRequirements,
        Assess,
        SubmitDraft,
        SubmitOffer,
        AcceptOffer,
        RejectOffer,
        WithdrawOffer,
        Acknowledge,
        RaiseComment,
        ResolveComment,
        Inspect,
        Decide,
        Delegate,
        Sign,
        DeclineToSign,
        Withdraw,
        ConcludeReview,
        RequestChange,
        RecordResults,
        GiveNotice,
        AcknowledgeNotice,
        AgreeRenewal,
        StateIndex,
        Suspend,
        Reinstate,
        OpenTermination,
        CheckTermination,
        WithdrawTermination,
        OfferRight,
        CompleteAction,
        VerifyAction,
        AssignAction,
        DisputeFigure,
        SettleDispute,
        ClaimCredit,
        NoteFinding,
        TakeStep,
    )
}


class Said(Value):
    """A command as it is kept: its verb and its JSON."""

    verb: Verb
    body: str


def said(command: Command) -> Said:
    """The command as it is kept: whole, because what a later release reads must not depend on its defaults."""
    return Said(verb=command.verb, body=command.model_dump_json(exclude_none=True))


def heard(kept: Said) -> Command:
    """The command that was kept. Raises pydantic's ValidationError for a body that is none."""
    return COMMANDS[kept.verb].model_validate_json(kept.body)
