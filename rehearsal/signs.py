"""Which sign each fact has in the picture: its lane, its shape, and how much it matters where several share one place.

Shapes tell by their form alone; colour only repeats it. Source: SEE-2.
"""

from enum import StrEnum
from typing import NamedTuple

from sla.events import Fact


class Lane(StrEnum):
    """A row of signs."""

    WORK = "work and decisions"
    REVIEWS = "reviews"
    TERM = "term and notice"
    SILENCE = "silence"


class Shape(StrEnum):
    """The form of a sign; its value names its drawing."""

    WORK = "work"
    YES = "yes"
    NO = "no"
    PACK = "pack"
    OPENED = "opened"
    HELD = "held"
    OVERDUE = "overdue"
    CHANGE = "change"
    WARNING = "warning"
    DEADLINE = "deadline"
    NOTICE = "notice"
    TURN = "turn"
    REST = "rest"
    STOP = "stop"
    REMINDER = "reminder"
    ESCALATION = "escalation"

    @property
    def words(self) -> str:
        """As the legend says it."""
        return _WORDS[self]


_WORDS: dict[Shape, str] = {
    Shape.WORK: "a step of work",
    Shape.YES: "a yes: agreed, passed, approved, signed",
    Shape.NO: "a no: rejected, failed, withdrawn, lapsed, missed",
    Shape.PACK: "review pack sent",
    Shape.OPENED: "review opened",
    Shape.HELD: "review concluded",
    Shape.OVERDUE: "review overdue",
    Shape.CHANGE: "change asked for",
    Shape.WARNING: "reminder of a notice deadline",
    Shape.DEADLINE: "notice deadline passed",
    Shape.NOTICE: "notice or termination, given or proven",
    Shape.TURN: "a term or an edition begins, or goes on",
    Shape.REST: "suspended",
    Shape.STOP: "the end, and the ordered stop",
    Shape.REMINDER: "reminder to somebody who is silent",
    Shape.ESCALATION: "somebody else is told or called",
}


class SignRow(NamedTuple):
    """Where a fact stands, and as what."""

    lane: Lane
    shape: Shape


def _rows(lane: Lane, shape: Shape, *facts: Fact) -> dict[Fact, SignRow]:
    return dict.fromkeys(facts, SignRow(lane, shape))


SIGNS: dict[Fact, SignRow] = {
    **_rows(
        Lane.WORK,
        Shape.WORK,
        Fact.REQUEST_RECEIVED,
        Fact.ENGINEER_NAMED,
        Fact.REQUIREMENTS_RECORDED,
        Fact.FEASIBILITY_ASSESSED,
        Fact.DRAFT_SUBMITTED,
        Fact.OFFER_SUBMITTED,
        Fact.RECEIPT_ACKNOWLEDGED,
        Fact.COMMENT_RAISED,
        Fact.COMMENT_RESOLVED,
        Fact.DELEGATED,
        Fact.RESULTS_RECORDED,
        Fact.INDEX_STATED,
        Fact.LIFE_TAKEN_UP,
        Fact.STATEMENT_RESTATED,
        Fact.FIGURE_DISPUTED,
        Fact.CREDIT_CLAIMED,
        Fact.ACTION_ASSIGNED,
        Fact.ACTION_COMPLETED,
    ),
    **_rows(
        Lane.WORK,
        Shape.YES,
        Fact.ENGINEER_AGREED,
        Fact.REQUIREMENTS_CONFIRMED,
        Fact.OFFER_ACCEPTED,
        Fact.INSPECTION_PASSED,
        Fact.APPROVED,
        Fact.SIGNED,
        Fact.ACTION_VERIFIED,
        Fact.DISPUTE_SETTLED,
    ),
    **_rows(
        Lane.WORK,
        Shape.NO,
        Fact.OFFER_REJECTED,
        Fact.OFFER_WITHDRAWN,
        Fact.OFFER_LAPSED,
        Fact.INSPECTION_FAILED,
        Fact.REJECTED,
        Fact.SIGNING_DECLINED,
        Fact.SIGNING_EXPIRED,
        Fact.SIGN_OFF_REFUSED,
        Fact.WITHDRAWN,
        Fact.LAPSED,
        Fact.BREACH_FORECAST,
        Fact.TARGET_MISSED,
        Fact.ACTION_REOPENED,
    ),
    **_rows(Lane.REVIEWS, Shape.PACK, Fact.REVIEW_PREPARED),
    **_rows(Lane.REVIEWS, Shape.OPENED, Fact.REVIEW_OPENED, Fact.WATERMELON_FOUND),
    **_rows(Lane.REVIEWS, Shape.HELD, Fact.REVIEW_CONCLUDED),
    **_rows(Lane.REVIEWS, Shape.OVERDUE, Fact.REVIEW_OVERDUE),
    **_rows(Lane.REVIEWS, Shape.CHANGE, Fact.CHANGE_REQUESTED),
    **_rows(Lane.TERM, Shape.WARNING, Fact.NOTICE_REMINDED),
    **_rows(Lane.TERM, Shape.DEADLINE, Fact.NOTICE_DEADLINE_PASSED),
    **_rows(
        Lane.TERM,
        Shape.NOTICE,
        Fact.NOTICE_GIVEN,
        Fact.NOTICE_ACKNOWLEDGED,
        Fact.NOTICE_DEEMED_RECEIVED,
        Fact.TERMINATION_OPENED,
        Fact.TERMINATION_CHECKED,
        Fact.RIGHT_AROSE,
    ),
    **_rows(
        Lane.TERM,
        Shape.TURN,
        Fact.TERM_BEGAN,
        Fact.RENEWAL_AGREED,
        Fact.RENEWED,
        Fact.EDITION_TOOK_EFFECT,
        Fact.REINSTATED,
    ),
    **_rows(Lane.TERM, Shape.REST, Fact.SUSPENDED),
    **_rows(
        Lane.TERM,
        Shape.NO,
        Fact.TERMINATION_HELD,
        Fact.TERMINATION_WITHDRAWN,
        Fact.TERMINATION_LAPSED,
        Fact.RIGHT_EXPIRED,
    ),
    **_rows(
        Lane.TERM,
        Shape.STOP,
        Fact.TERMINATION_TOOK_EFFECT,
        Fact.TERM_ENDED,
        Fact.FINAL_PERIOD_JUDGED,
        Fact.CREDITS_SETTLED,
        Fact.MONITORING_STOPPED,
        Fact.UNDERPINNING_FLAGGED,
        Fact.CLOSED,
    ),
    **_rows(Lane.SILENCE, Shape.REMINDER, Fact.REMINDED),
    **_rows(
        Lane.SILENCE,
        Shape.ESCALATION,
        Fact.ESCALATED,
        Fact.DEPUTY_CALLED,
        Fact.OWNER_CALLED,
        Fact.ACTION_OVERDUE,
    ),
}
"""Every fact has its sign; a test proves it."""

_WEIGHT = (
    Shape.STOP,
    Shape.NO,
    Shape.OVERDUE,
    Shape.NOTICE,
    Shape.DEADLINE,
    Shape.REST,
    Shape.TURN,
    Shape.HELD,
    Shape.CHANGE,
    Shape.YES,
    Shape.ESCALATION,
    Shape.OPENED,
    Shape.WARNING,
    Shape.WORK,
    Shape.PACK,
    Shape.REMINDER,
)


def weightiest(shapes: list[Shape]) -> Shape:
    """The sign that stands for several at one place."""
    return min(shapes, key=_WEIGHT.index)
