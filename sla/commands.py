"""What people ask of an agreement in force, and the table of all commands: one per verb.

Before the signature they stand in `contract_commands`, those that interrupt or end it in `ending_commands`, and what
every command says in `command`. A command is kept as its verb and its JSON, and heard again by this table.
"""

from typing import Annotated, Literal

from pydantic import Field

from sla.command import Command
from sla.contract_commands import (
    AcceptOffer,
    Acknowledge,
    AgreeEngineer,
    Assess,
    ConfirmRequirements,
    Decide,
    DeclineToSign,
    Delegate,
    Inspect,
    NameEngineer,
    RaiseComment,
    RecordRequirements,
    RejectOffer,
    ResolveComment,
    Sign,
    SubmitDraft,
    SubmitOffer,
    Withdraw,
    WithdrawOffer,
)
from sla.ending_commands import (
    CheckTermination,
    OfferRight,
    OpenTermination,
    Reinstate,
    Suspend,
    TakeStep,
    WithdrawTermination,
)
from sla.fields import Day, Email, Line, Plain, Prose, Slug, Value, Whole
from sla.findings import Finding
from sla.life import ChangeKind, Results, ReviewNo, ReviewOutcome
from sla.money import Money
from sla.stages import Verb

Satisfaction = Annotated[Whole, Field(ge=1, le=5)]
"""From 1 (not at all) to 5 (entirely). Source: REV-5."""


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
    claim_by: Day | None = None
    """The day (outside) by which the credit must be claimed, where the statement says it."""


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
