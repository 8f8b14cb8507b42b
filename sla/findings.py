"""Findings: what a statement has found that an agreement must be told. Everything else it never hears of.

Source: MON-5, MON-9, MON-11, TER-3.
"""

from enum import StrEnum

from sla.fields import Day, Line, Prose, Slug, Value


class FindingKind(StrEnum):
    """What was found."""

    MISS = "miss"
    """A target was missed: a corrective action opens."""
    EARLY_WARNING = "early_warning"
    """A target is about to be missed in a period that is not over."""
    WATERMELON = "watermelon"
    """Every service target was met, and an outcome was missed, for so many periods: a review opens."""
    TERMINATION_RIGHT = "termination_right"
    """So many misses give the customer the right to terminate: it is offered."""
    RESTATED = "restated"
    """What was stated of a period has changed."""


class Finding(Value):
    """One thing that was found. Two of the same kind, period and subject are the same finding."""

    kind: FindingKind
    period: Line
    """The name of the period: `2026-03`."""
    subject: Slug | None = None
    """The target that it is about; of a restatement, `r2` for the second revision."""
    sentence: Prose
    is_lost: bool | None = None
    """Of a warning: the target is missed already, whatever the rest of the period brings. It is told once more then."""
    until: Day | None = None
    """Until when a right can be used, that day outside."""

    @property
    def decision_id(self) -> str:
        """Under which the agreement is told, however often somebody tries to. No person's id has a stroke."""
        told = f"found/{self.kind}/{self.period.replace('/', '_')}/{self.subject or ''}"
        return f"{told}/lost" if self.is_lost else told
