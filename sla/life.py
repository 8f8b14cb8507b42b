"""What an agreement in force carries: its term, its editions, its reviews, and what is going on in it.

Values only. What happens to them is said in `living` and the modules that it names. Bodies of editions that are past
are in the register; the record of everything closed is in the events.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from sla.fields import Day, Email, Instant, Line, Plain, Prose, Reference, Slug, Value, Whole
from sla.kinds import Side
from sla.money import Money
from sla.monthly_fees import Fees
from sla.term import Term
from sla.terms import Edition, EditionRef

MOST_KEPT = 12
"""How many results, held reviews and suspensions the state keeps; the record keeps them all."""

ReviewNo = Annotated[str, Field(pattern=r"^x?[1-9][0-9]{0,4}$")]
"""A scheduled review by its place in the cadence (`3`), one that a change has opened by its own count (`x1`)."""


class InForce(Value):
    """An edition, and from when until when (outside) it counts; no end while nothing has ended it. Source: AME-1."""

    edition: EditionRef
    since: Instant
    until: Instant | None = None


class Coming(Value):
    """An edition that both sides have signed, and the instant at which it takes effect."""

    edition: Edition
    at: Instant


class ChangeKind(StrEnum):
    """What a change request or a changed goal is about. Source: REV-2."""

    HOURS = "hours"
    ACCESSIBILITY = "accessibility"
    UPTIME = "uptime"
    COMPLETION = "completion"
    RESPONSE = "response"
    SCOPE = "scope"
    PRICE = "price"


class ChangeRequest(Value):
    """A change that somebody asks for, until a review answers it."""

    no: Whole
    by: Email
    kinds: tuple[ChangeKind, ...]
    text: Prose
    at: Instant
    touches: tuple[Line, ...]
    """What it touches: targets, requirements, documents."""


class ReviewOutcome(StrEnum):
    """What a review decides. Source: REV-1."""

    KEEP = "keep"
    RENEGOTIATE = "renegotiate"
    RAISE_TARGET = "raise_target"
    TERMINATE = "terminate"

    @property
    def words(self) -> str:
        """As a sentence says it after "to"."""
        return {
            ReviewOutcome.KEEP: "keep the terms",
            ReviewOutcome.RENEGOTIATE: "renegotiate the terms",
            ReviewOutcome.RAISE_TARGET: "raise the target",
            ReviewOutcome.TERMINATE: "end the agreement",
        }[self]


class OpenReview(Value):
    """A review that is open: both sides look back, and one of the managers says what came of it."""

    no: ReviewNo
    opened_at: Instant
    is_overdue: bool = False


class HeldReview(Value):
    """What came of a review, with the satisfaction of both sides from 1 to 5. Source: REV-5."""

    no: ReviewNo
    at: Instant
    outcome: ReviewOutcome
    provider_satisfaction: int
    customer_satisfaction: int


class Measured(Value):
    """What one target came to in a period, in the unit of its levels."""

    target: Slug
    value: Plain


class Results(Value):
    """The results of one period, from its first local day to the day on which it ends (outside)."""

    start: Day
    end: Day
    measured: tuple[Measured, ...]


class Proposal(Value):
    """A better level that sustained over-performance suggests. Source: REV-4."""

    target: Slug
    level: Plain


class Notice(Value):
    """Notice that the term is not to renew after `end`; proven by who acknowledged it, or deemed received."""

    by: Email
    side: Side
    at: Instant
    end: Day
    received_at: Instant | None = None
    received_by: Email | None = None
    """None where it was deemed received."""


class Index(Value):
    """The rate of the index for the next renewal, in percent, given as a fact. Source: PRI-7."""

    rate: Plain
    source: Line
    by: Email


class Suspended(Value):
    """One suspension: since an instant, until a local day at whose beginning the service resumes by itself."""

    by: Email
    since: Instant
    until: Day
    over_at: Instant | None = None
    """When it was over; none while it lasts."""
    moved_days: Whole = 0
    """By how many days it has moved the end of the term so far."""
    moves_end: bool = False
    """Whether the terms said so when it began, and no amendment has stated a new end since."""


class Cause(StrEnum):
    """Why an agreement is ended. Source: TER-1."""

    CONVENIENCE = "convenience"
    BREACH = "breach"
    MUTUAL = "mutual"
    INSOLVENCY = "insolvency"
    END_OF_SERVICE = "end_of_service"

    @property
    def words(self) -> str:
        """As a sentence says it."""
        return "end of service" if self is Cause.END_OF_SERVICE else self.value


class Termination(Value):
    """A termination that was opened through the CRM, and is not yet in effect. Source: TER-1."""

    case: Reference
    cause: Cause
    requested_by: Side
    by: Email
    opened_at: Instant
    effective: Day
    """It takes effect at the end of this local day."""
    reason: Prose
    waiver: Prose | None = None
    """Why the notice period does not bind; none where it is kept."""
    checked_by: Email | None = None
    held: Prose | None = None
    """What legal's last check found missing."""


class Right(Value):
    """A termination right that one side holds until a local day (outside). Source: TER-3."""

    no: Whole
    side: Side
    ground: Prose
    until: Day
    found: Line | None = None
    """The `decision_id` of the finding that it comes from; none where somebody has offered it."""
    is_groundless: bool = False
    """Its ground was stated away, and a termination rests on it: it stands until that one is called off."""


class CorrectiveAction(Value):
    """What is done about a miss: by whom, until when, what proves it, and who has looked. Source: MON-11."""

    no: Whole
    period: Line
    target: Slug
    owner: Email
    opened_at: Instant
    due: Day
    """By the end of this local day."""
    is_overdue: bool = False
    misses: Whole = 1
    """How many misses it answers: while it is open, another miss of its target joins it."""
    evidence: Prose | None = None
    """In short; the record has all of it."""
    done_by: Email | None = None
    done_at: Instant | None = None


class Dispute(Value):
    """A figure that a side disputes; it is frozen until the other side has settled it. Source: MON-10."""

    no: Whole
    by: Email
    side: Side
    at: Instant
    period: Line
    target: Slug
    statement: str
    reason: Prose
    """In short; the record has all of it."""


class Life(Value):
    """Everything that an agreement in force carries beyond its paper."""

    term: Term
    renewals: Whole = 0
    renewals_before: Whole = 0
    """Where the count of ends went on when an amendment began it anew: no name of a date on the agenda comes twice."""
    moved_days: Whole = 0
    """By how many days suspensions have moved the end."""
    has_begun: bool = False
    revision: Whole = 0
    """How often dates have moved: the sequence number of its calendar entries. Source: SEE-1."""
    in_force: tuple[InForce, ...]
    coming: Coming | None = None
    fee: Money | None = None
    """The monthly fee now: that of the edition, as revised at renewals."""
    fees: Fees = ()
    """Every monthly fee that has counted, and from when; none where an earlier release began it and none has changed
    since. Source: PRI-7."""

    last_review: Whole = 0
    """The scheduled review that was opened last."""
    reviews_before: int = 0
    """How far the numbers of reviews are ahead of their places in the cadence, since an amendment has changed it."""
    prepared: Whole = 0
    """The scheduled review whose pack went out last."""
    extra_reviews: Whole = 0
    review: OpenReview | None = None
    held: tuple[HeldReview, ...] = ()
    closed_reviews: Whole = 0
    changes: tuple[ChangeRequest, ...] = ()
    changes_asked: Whole = 0
    results: tuple[Results, ...] = ()

    announced: Whole = 0
    """Which end (by the renewals before it) the notice deadline belongs to that is called to mind."""
    reminders: Whole = 0
    """How many steps of its chain are done: the reminders, and last the deadline itself."""
    notice: Notice | None = None
    renewal_agreed: tuple[Side, ...] = ()
    index: Index | None = None

    suspension: Suspended | None = None
    suspensions: tuple[Suspended, ...] = ()
    termination: Termination | None = None
    rights: tuple[Right, ...] = ()
    rights_arisen: Whole = 0
    actions: tuple[CorrectiveAction, ...] = ()
    """The corrective actions that are open."""
    actions_opened: Whole = 0
    disputes: tuple[Dispute, ...] = ()
    """The disputes that are open; the settled ones are in the record."""
    disputes_raised: Whole = 0
    settled: tuple[Line, ...] = ()
    """The latest figures whose dispute is settled: period, target and the beginning of the statement's digest."""
    claims: tuple[Line, ...] = ()
    """The latest periods whose credit is claimed. Source: MON-6."""
    amendments: Whole = 0
    ended_at: Instant | None = None
    stop: tuple[Line, ...] = ()
    """What the steps of the ordered stop have answered so far."""

    def action(self, no: int | str) -> CorrectiveAction | None:
        """The open corrective action of this number."""
        return next((each for each in self.actions if str(each.no) == str(no)), None)

    def dispute(self, no: int | str) -> Dispute | None:
        """The open dispute of this number."""
        return next((each for each in self.disputes if str(each.no) == str(no)), None)
