"""The state of one agreement: one serialisable value that a phase can be resumed from.

All deadlines are absolute instants. Bodies of past editions are in the register; here only the current one.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from sla.fields import Email, Instant, Name, Value, Zone
from sla.kinds import Kind, Level, Side
from sla.life import Life, Proposal
from sla.money import Money
from sla.people import People
from sla.policy import ApprovalPolicy, ApprovalStage
from sla.pricing import PriceBook
from sla.requirements import Assessment, RequirementDocument
from sla.sharing import SHARED
from sla.stages import Stage, Verb
from sla.terms import Edition, EditionRef, Period, Price

SYSTEM = "system"
"""Who acts when a rule for silence does."""


class Engineer(Value):
    """The service engineer: named by one manager, agreed by the other. Source: INT-2."""

    email: Email
    named_by: Email
    agreed_by: Email | None = None


class Offer(Value):
    """A proposed edition with a price and an expiry. Source: PRI-2."""

    edition: EditionRef
    side: Side
    by: Email
    fee: Money | None
    expires_at: Instant


class Negotiation(Value):
    """Whose turn it is, and what is on the table."""

    turn: Side = Side.PROVIDER
    round: int = 0
    """Offers made so far in this negotiation."""
    lapses: int = 0
    """How often silence ended a turn since somebody last answered an offer."""
    offer: Offer | None = None


class Comment(Value):
    """A remark on the reviewed edition; it blocks approval until it is resolved. Source: APP-6."""

    no: int
    by: Email
    text: str
    at: Instant
    resolved_by: Email | None = None
    resolution: str | None = None


class Review(Value):
    """Receipts, comments and the inspection of one edition. Source: APP-2, APP-6."""

    acknowledged_by: tuple[Email, ...] = ()
    comments: tuple[Comment, ...] = ()
    passed_by: Email | None = None

    @property
    def open_comments(self) -> tuple[Comment, ...]:
        """What still blocks approval."""
        return tuple(comment for comment in self.comments if comment.resolved_by is None)


class Delegation(Value):
    """One approver's decisions in the hands of another, for a window. Source: APP-5."""

    giver: Email
    taker: Email
    starts_at: Instant
    ends_at: Instant


class SeatDecision(Value):
    """One seat's decision, with both names when somebody decided for the approver."""

    stage: int
    seat: Email
    by: Email
    approved: bool
    edition_hash: str
    at: Instant


class Call(StrEnum):
    """Who was called when a seat stayed silent."""

    DEPUTY = "deputy"
    OWNER = "owner"


class Called(Value):
    """A seat for which somebody else may decide by now. Source: APP-4."""

    stage: int
    seat: Email
    who: Call


class Approval(Value):
    """The approval of one edition: the plan made from the policy, and what was decided."""

    plan: tuple[ApprovalStage, ...] = ()
    decisions: tuple[SeatDecision, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    called: tuple[Called, ...] = ()


class Signature(Value):
    """One signature, bound to the hash of the edition."""

    by: Email
    side: Side
    edition_hash: str
    at: Instant


class Signing(Value):
    """Who has signed, and until when the others may."""

    deadline: Instant | None = None
    signatures: tuple[Signature, ...] = ()


class Wait(Value):
    """Somebody who is waited for, for what, and when silence has its next step. Source: APP-4."""

    person: Email
    verb: Verb
    subject: str = ""
    """What exactly is waited for: an offer's edition, an approver's seat."""
    part: int = 0
    """In which stage of the approval policy; 0 elsewhere."""
    since: Instant
    step: int = 0
    due: Instant | None = None

    @property
    def key(self) -> tuple[str, str, str, int]:
        """Two waits with one key are the same wait."""
        return (self.person, self.verb.value, self.subject, self.part)

    @property
    def words(self) -> str:
        """What is waited for, with its number where there may be several: `settle dispute 2`. For lists and letters:
        the sentences of events go without the number."""
        noun = _NUMBERED.get(self.verb)
        return self.verb.words.replace(f"the {noun}", f"{noun} {self.subject}") if noun else self.verb.words


_NUMBERED = {
    Verb.COMPLETE_ACTION: "corrective action",
    Verb.VERIFY_ACTION: "corrective action",
    Verb.SETTLE_DISPUTE: "dispute",
}


class Done(Value):
    """A decision id that was carried out, so that a repeat gets the first answer."""

    id: str
    seq: int
    stage: Stage
    by: str = ""
    verb: Verb | None = None
    refused: bool = False
    """It was a sign-off by signal that did not count."""


class Ending(Value):
    """Who ended it and why."""

    by: str
    why: str
    at: Instant


class ChainHead(Value):
    """The last event of the audit chain. Source: REG-3."""

    seq: int = 0
    hash: str = "0" * 64


class Amendment(Value):
    """A change of an agreement in force on its way: the paper of a new edition, beside the one that counts.

    Its fields are those of the state that the phases from drafting to signature work on. Source: AME-1.
    """

    no: int
    decided_in: str
    """The review that decided it."""
    proposals: tuple[Proposal, ...] = ()
    price: Price | None = None
    """The price that was in force when it began; where the paper leaves it as it is, the revised fee stays. PRI-7."""
    stage: Stage = Stage.DRAFTING
    stage_since: Instant
    edition: Edition
    """Until the first draft, the edition in force."""
    authors: tuple[Email, ...] = ()
    negotiation: Negotiation = Negotiation()
    review: Review = Review()
    approval: Approval = Approval()
    signing: Signing = Signing()
    sent_back: str | None = None
    waits: tuple[Wait, ...] = ()


class AgreementState(Value):
    """Everything that carries one agreement on from here."""

    number: str
    reference: str
    title: Name
    kind: Kind
    level: Level
    service: str | None
    service_name: Name
    provider: Name
    customer: Name
    period: Period
    zone: Zone
    people: People
    policy: Annotated[ApprovalPolicy, SHARED]
    signers: tuple[Email, ...]
    price_book: Annotated[PriceBook, SHARED] | None = None

    stage: Stage = Stage.REQUESTED
    stage_since: Instant
    engineer: Engineer | None = None
    requirements: RequirementDocument = RequirementDocument()
    assessments: tuple[Assessment, ...] = ()
    edition: Edition | None = None
    editions: int = 0
    authors: tuple[Email, ...] = ()
    negotiation: Negotiation = Negotiation()
    review: Review = Review()
    approval: Approval = Approval()
    signing: Signing = Signing()
    sent_back: str | None = None
    """Why the draft was sent back, until the next draft answers it."""
    waits: tuple[Wait, ...] = ()
    head: ChainHead = ChainHead()
    done: tuple[Done, ...] = Field(default=())
    ending: Ending | None = None
    life: Life | None = None
    """What it carries from the signature on; none before, and on agreements that 0.1.0 has signed until they wake."""
    amendment: Amendment | None = None


def life_of(state: AgreementState) -> Life:
    """The life of an agreement that has one: every verb and date of the living agreement asks for it first."""
    assert state.life is not None
    return state.life


def edition_of(state: AgreementState) -> Edition:
    """The edition, where there is one: in force from the signature on, else the one in work."""
    assert state.edition is not None
    return state.edition


def with_life(state: AgreementState, **changes: object) -> AgreementState:
    """The state with some fields of its life changed."""
    return state.model_copy(update={"life": life_of(state).model_copy(update=changes)})


def local_time(state: AgreementState, at: datetime) -> str:
    """An instant as sentences say it, in the contract's zone: `2026-11-24 16:00 Europe/Berlin`."""
    return f"{at.astimezone(ZoneInfo(state.zone)):%Y-%m-%d %H:%M} {state.zone}"


def waited_for(state: AgreementState) -> tuple[str, ...]:
    """Every address that is waited for, once, in the order of the waits."""
    waits = (*state.waits, *(state.amendment.waits if state.amendment else ()))
    return tuple(dict.fromkeys(wait.person for wait in waits))
