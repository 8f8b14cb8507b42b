"""Figures: what a target came to in a period, with its explanation as data. Source: MON-15, MON-5.

Values only. They are made by `sla.compliance`; attainment and levels are in the unit of the target's levels: percent
for shares, units for throughput, the scale for outcomes. More is better everywhere.
"""

from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction

from sla.evidence import ExclusionCause
from sla.exact import Exact
from sla.fields import Instant, Line, Plain, Prose, Slug, Value
from sla.terms import EditionRef

MOST_NAMED = 50
"""How many rows of evidence a figure names one by one; their number and their digest cover the rest."""


class Status(StrEnum):
    """How a figure is judged."""

    MET = "met"
    """The attainment is at or above the committed level."""
    AT_RISK = "at_risk"
    """About to be missed, in a period that is not over: see `ErrorBudget`. Never in a final statement."""
    MISSED = "missed"
    """The attainment is below the committed level, or the terms count missing data so."""
    NO_DATA = "no_data"
    """Nobody looked, so nothing can be said. Source: MON-14."""
    EXCLUDED = "excluded"
    """Nothing was left to judge: all of the service time is excluded, or nothing happened while somebody looked."""


class RowRef(Value):
    """A row of evidence by its source and key."""

    source: str
    key: str


class Counted(Value):
    """One number that the figure was computed from: `service time`, `down`, `items`, `within the limit`."""

    what: Line
    amount: Exact
    unit: Line
    """`s` for seconds, else the noun that is counted."""


class Excluded(Value):
    """An exclusion that counted, and how much service time it took out. Source: MON-3."""

    row: RowRef
    cause: ExclusionCause
    approved_by: str
    seconds: Exact


class ErrorBudget(Value):
    """How much may go wrong in the period before the committed level is lost. Source: MON-5.

    `unit` is `s` of service time, or the noun that is counted. `burn_rate` is 1 where the budget would last exactly for
    the period; none before anything is counted. `breach_at` is when it would be used up at the rate so far (rounded up
    to a second), none where that is not within the period, or was before it.
    """

    unit: Line
    allowed: Exact
    used: Exact
    left: Exact
    burn_rate: Exact | None = None
    breach_at: Instant | None = None


class Figure(Value):
    """One target in one part of a period: a part ends where other terms take effect. Source: MON-7, MON-15."""

    target: Slug
    form: str
    name: Line
    outcome: Line | None = None
    since: Instant
    until: Instant
    is_carried_over: bool = False
    """Only of work that was begun under words that counted before the period, and is decided in it."""
    edition: EditionRef | None = None
    """The edition whose line this is; none where terms are judged that nobody has signed."""
    committed: Plain | None
    acceptable: Plain | None
    attainment: Exact | None
    """None where there is nothing to compute it from."""
    shown: Plain | None
    """The attainment as it is shown: rounded by the rule of the terms. Nothing is judged by it."""
    status: Status
    is_acceptable: bool | None = None
    """Whether the attainment is at or above the acceptable level. Source: DRA-6."""
    misses: int | None = None
    """How many items were beyond the limit, or how many seconds down, rounded up: what credits per unit count."""
    counted: tuple[Counted, ...] = ()
    budget: ErrorBudget | None = None
    exclusions: tuple[Excluded, ...] = ()
    not_approved: tuple[RowRef, ...] = ()
    """Exclusions that are claimed and that nobody has approved: they did not count."""
    evidence: tuple[RowRef, ...] = ()
    """The rows that it rests on, those that count against it first; at most 50."""
    evidence_rows: int = 0
    evidence_digest: str
    """SHA-256 over the digests of all of them."""
    how: Prose
    """How it was computed, as a sentence with its numbers."""
    dispute: int | None = None
    """The dispute for which it is frozen. Source: MON-10."""
    ruling: int | None = None
    """The dispute whose decision stands in place of what was measured. Source: MON-10."""


class Judgement(Value):
    """What a period came to, before credits."""

    figures: tuple[Figure, ...]
    is_provisional: bool

    def of(self, target: str) -> tuple[Figure, ...]:
        """The figures of a target, the first part first."""
        return tuple(figure for figure in self.figures if figure.target == target)


WORST_FIRST = (Status.MISSED, Status.AT_RISK, Status.NO_DATA, Status.MET, Status.EXCLUDED)
"""Of several parts, the status of the whole is the first of these that any of them has."""


def worst(statuses: frozenset[Status]) -> Status:
    """The status of several figures together."""
    return next(status for status in WORST_FIRST if status in statuses)


def worst_parts(figures: Iterable[Figure]) -> tuple[Figure, ...]:
    """One figure for each target: of its parts one whose status is that of the whole, with the lowest attainment."""
    parts: dict[str, list[Figure]] = {}
    for figure in figures:
        parts.setdefault(figure.target, []).append(figure)
    return tuple(min(found, key=_badness) for found in parts.values())


def _badness(figure: Figure) -> tuple[int, bool, Fraction]:
    return WORST_FIRST.index(figure.status), figure.attainment is None, figure.attainment or Fraction(0)
