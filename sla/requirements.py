"""What the customer needs, as numbered rows; and what was found feasible. Source: INT-3, FEA-1, DRA-5."""

from enum import StrEnum

from pydantic import Field

from sla.canonical import Digested
from sla.fields import Email, Instant, Line, Name, Prose, Value, Whole


class Priority(StrEnum):
    """How much a requirement matters (MoSCoW)."""

    MUST = "must"
    SHOULD = "should"
    COULD = "could"


class Requirement(Value):
    """One numbered need of the customer."""

    no: Whole = Field(ge=1, le=500)
    need: Prose
    outcome: Line
    """The outcome that the customer desires."""
    measure: Line
    priority: Priority = Priority.MUST
    source: Line
    """Where it comes from: a workshop, a law, a letter."""
    asked_by: Name


class RequirementDocument(Digested):
    """All requirements of one agreement; its digest is part of every edition. Source: DRA-5."""

    rows: tuple[Requirement, ...] = Field(default=(), max_length=200)

    @property
    def numbers(self) -> frozenset[int]:
        """The numbers in use."""
        return frozenset(row.no for row in self.rows)


class Angle(StrEnum):
    """The two decisions of a feasibility assessment. Source: FEA-1."""

    TECHNICAL = "technical"
    COMMERCIAL = "commercial"


class Finding(StrEnum):
    """Whether one requirement can be met."""

    MET = "met"
    MET_WITH_CHANGES = "met_with_changes"
    NOT_MET = "not_met"


class Verdict(Value):
    """One finding on one requirement, with its reason."""

    requirement: Whole
    finding: Finding
    reason: Prose


class Assessment(Value):
    """One angle of the feasibility decision, complete: one verdict for each requirement."""

    angle: Angle
    by: Email
    at: Instant
    verdicts: tuple[Verdict, ...]
