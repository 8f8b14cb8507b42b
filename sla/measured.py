"""What a measure of a target comes to, before anybody judges it: numbers, the rows that they rest on, and words."""

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from sla.applied import Part
from sla.evidence import Evidence, Exclusion, ItemEvent, Observed, Withdrawn
from sla.figures import Counted, Excluded, RowRef
from sla.targets import DoneByEndOfDay, DoneWithin, ResolutionTime, ResponseTime


class Counts(NamedTuple):
    """A share: so many of so many. Seconds, items or events; `of` is what the whole period may come to."""

    bad: Fraction
    total: Fraction
    of: Fraction
    unit: str


class Measured(NamedTuple):
    """What was measured of one part."""

    attainment: Fraction | None
    """In the unit of the levels; None where there is nothing to compute it from."""
    somebody_looked: bool
    words: str
    """How it was computed, as the end of a sentence."""
    counts: Counts | None = None
    misses: int | None = None
    counted: tuple[Counted, ...] = ()
    used: tuple[Evidence, ...] = ()
    """Those that count against it first."""
    excluded: tuple[Excluded, ...] = ()


def percent(good: Fraction | int, total: Fraction | int) -> Fraction:
    """So many of so many, in percent."""
    return Fraction(good) * 100 / Fraction(total)


def seconds(microseconds: int) -> Fraction:
    """In seconds, exactly."""
    return Fraction(microseconds, 1_000_000)


def counted(**amounts: tuple[Fraction | int, str]) -> tuple[Counted, ...]:
    """Each number with its unit, in the order given: `items=(7, "items")`."""
    return tuple(
        Counted(what=what.replace("_", " "), amount=Fraction(amount), unit=unit)
        for what, (amount, unit) in amounts.items()
    )


def duration_words(amount: Fraction) -> str:
    """Seconds as people say them, rounded down to the second: `176h`, `1h 30min`, `45s`."""
    whole = int(amount)
    parts = ((whole // 3600, "h"), (whole // 60 % 60, "min"), (whole % 60, "s"))
    return " ".join(f"{number}{unit}" for number, unit in parts if number) or "0s"


def concerns(part: Part, rows: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The rows that name this target or none."""
    named = (None, part.target.id)
    return tuple([row for row in rows if isinstance(row, _NAMES_NONE) or row.target in named])


_NAMES_NONE = (ItemEvent, Withdrawn)


def somebody_looked(part: Part, rows: Iterable[Evidence]) -> bool:
    """Some source was looking for just this target in the part, so that nothing seen means that nothing happened.

    One that names no target speaks of availability alone: who probes a service knows nothing of surveys and tickets.
    """
    return any(
        isinstance(row, Observed) and row.target == part.target.id and row.start < part.as_of and row.end > part.since
        for row in rows
    )


def exclusions_of(part: Part, rows: Iterable[Evidence]) -> tuple[tuple[Exclusion, ...], tuple[RowRef, ...]]:
    """The approved exclusions that count for the part, and those in it that nobody has approved. Source: MON-3.

    They count that touch it. Of work and deeds, those count too that came before it or after it in the period: what was
    begun under its words goes on by them.
    """
    goes_on = isinstance(part.target, ResponseTime | ResolutionTime | DoneWithin | DoneByEndOfDay)
    since, until = (part.counts_from, part.known) if goes_on else (part.since, part.until)
    found = [
        row
        for row in rows
        if isinstance(row, Exclusion) and row.target in {None, part.target.id} and row.start < until and row.end > since
    ]
    claimed = (ref(row) for row in found if not row.is_approved and row.end > part.since)
    return tuple(row for row in found if row.is_approved), tuple(claimed)


def ref(row: Evidence) -> RowRef:
    """A row by its source and key."""
    return RowRef(source=row.source, key=row.key)
