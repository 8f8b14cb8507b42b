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


class FoundRight(Value):
    """A right to terminate that the statement of a period has found."""

    subject: Slug | None = None
    """The target whose misses give it; none where those of several do."""
    again: int | None = None

    @property
    def whose(self) -> str:
        """As a sentence says it: `right to terminate for portal-up`."""
        return f"right to terminate for {self.subject}" if self.subject else "right to terminate"

    def told_as(self, period: str) -> str:
        """The `decision_id` of its finding."""
        return told_as(FindingKind.TERMINATION_RIGHT, period, self.subject, self.again)


def told_as(kind: FindingKind, period: str, subject: str | None, again: int | None) -> str:
    """Under which an agreement is told of something that was found. No person's id has a stroke."""
    told = f"found/{kind}/{period.replace('/', '_')}/{subject or ''}"
    return f"{told}/r{again}" if again else told


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
    again: int | None = None
    """Of a miss or a right that was stated away and came back: the revision that has found it again."""
    mended: tuple[Slug, ...] | None = None
    """Of a restatement: the targets that were missed before it and are not any more."""
    lost: tuple[FoundRight, ...] | None = None
    """Of a restatement: the rights that were found before it and are not any more. Source: TER-3."""
    resting: tuple[FoundRight, ...] | None = None
    """Of a restatement: the rights that are not found for no other reason than that a figure is disputed."""
    until: Day | None = None
    """Until when a right can be used, that day outside."""

    @property
    def decision_id(self) -> str:
        """Under which the agreement is told, however often somebody tries to."""
        told = told_as(self.kind, self.period, self.subject, self.again)
        return f"{told}/lost" if self.is_lost else told
