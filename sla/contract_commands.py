"""What people ask of a contract, or an amendment, on its way to the signature: one command per verb.

They keep to the rule of messages in `command`. `edition` is the terms that somebody saw.
"""

from pydantic import Field

from sla.command import Command, EditionCommand
from sla.fields import Email, Instant, Line, Prose, Whole
from sla.requirements import Requirement, Verdict
from sla.stages import Stage, Verb
from sla.terms import Terms


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
