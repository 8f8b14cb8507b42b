"""Samples of a monitoring system made into evidence. Source: MON-1, MON-14.

- Samples lie on the grid of their step, counted from 1970: whoever asks for what stretch, the instants are the same.
- A sample speaks for the step that begins at it. A step without one, and one that is not a number, is unknown time.
- Availability: below the threshold the service is down. Ratio: the events of the steps of each local clock hour are one
  count, rounded half to even once; an hour counts only the steps of which both numbers are known.
- Each local day stands for itself, so that what is pulled again of one day never changes the rows of another. What was
  seen once stays where a later pull sees less, for a monitoring system forgets.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from itertools import groupby, pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sla.errors import BadInput
from sla.evidence import Count, Evidence, Observed, Outage, Unknown, Withdrawn
from sla.term import day_at

SOURCE = "prometheus"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_MOST_EVENTS = Decimal(10) ** 12
_WITHDRAWN = "what was pulled again says otherwise"

Samples = Mapping[datetime, Decimal]
"""The numbers of a series, by instant on the grid; what is missing, or no number, is not in it."""


class Grid(NamedTuple):
    """The instants from `since` on, before `until`, that lie on the grid of a step, and whose step is over by then."""

    since: datetime
    until: datetime
    step: timedelta

    @property
    def first(self) -> datetime:
        """The first of them."""
        return self.since + (-((self.since - _EPOCH) % self.step)) % self.step if self._is_off else self.since

    @property
    def _is_off(self) -> bool:
        return bool((self.since - _EPOCH) % self.step)

    @property
    def instants(self) -> tuple[datetime, ...]:
        """All of them."""
        count = max(0, (self.until - self.first) // self.step)
        return tuple(self.first + at * self.step for at in range(count))


class PulledDay(NamedTuple):
    """What one local day of one target came to."""

    day: date
    rows: tuple[Evidence, ...]
    seen: timedelta
    """So much of it has samples."""


def availability_days(
    target: str, grid: Grid, samples: Samples, threshold: Decimal, zone: str
) -> tuple[PulledDay, ...]:
    """Outages, observed and unknown stretches, local day by local day."""
    days = []
    for day, instants in _by_day(grid, zone):
        known = [at for at in instants if at in samples]
        down = [at for at in known if samples[at] < threshold]
        rows: list[Evidence] = _looked(target, instants, known, grid.step)
        rows += [
            Outage(source=SOURCE, key=_key(target, "down", start), target=target, start=start, end=end)
            for start, end in _stretches(down, grid.step)
        ]
        days.append(PulledDay(day, tuple(rows), grid.step * len(known)))
    return tuple(days)


def ratio_days(target: str, grid: Grid, good: Samples, valid: Samples, zone: str) -> tuple[PulledDay, ...]:
    """Counts hour by hour, observed and unknown stretches, local day by local day.

    Raises BadInput for a negative number, and where more events are good than valid.
    """
    days = []
    for day, instants in _by_day(grid, zone):
        known = [at for at in instants if at in good and at in valid]
        rows: list[Evidence] = _looked(target, instants, known, grid.step)
        hours = groupby(known, key=lambda at: _hour_of(at, zone))
        rows += [_count(target, hour, list(steps), good, valid) for hour, steps in hours]
        days.append(PulledDay(day, tuple(rows), grid.step * len(known)))
    return tuple(days)


def what_changes(pulled: PulledDay, standing: Iterable[Evidence], at: datetime) -> tuple[Evidence, ...]:
    """The rows to store for one day, where others of the same day and target stand: those that were pulled, and for
    each that is no more its withdrawal. Nothing where less was seen than before: the monitoring system has forgotten.
    """
    before = tuple(standing)
    seen_before = sum((row.end - row.start for row in before if isinstance(row, Observed)), timedelta(0))
    if pulled.seen < seen_before:
        return ()
    keys = {row.key for row in pulled.rows}
    gone = (row for row in before if row.key not in keys)
    return (*pulled.rows, *(Withdrawn(source=SOURCE, key=row.key, at=at, reason=_WITHDRAWN) for row in gone))


def of_day(rows: Iterable[Evidence], target: str, zone: str) -> Mapping[date, tuple[Evidence, ...]]:
    """What was pulled before for a target, by local day."""
    mine = [row for row in rows if row.source == SOURCE and getattr(row, "target", None) == target]
    days: dict[date, list[Evidence]] = {}
    for row in mine:
        days.setdefault(day_at(row.first, zone), []).append(row)
    return {day: tuple(found) for day, found in days.items()}


def _by_day(grid: Grid, zone: str) -> list[tuple[date, tuple[datetime, ...]]]:
    return [(day, tuple(instants)) for day, instants in groupby(grid.instants, key=lambda at: day_at(at, zone))]


def _looked(target: str, instants: tuple[datetime, ...], known: list[datetime], step: timedelta) -> list[Evidence]:
    seen = frozenset(known)
    missing = [at for at in instants if at not in seen]
    return [
        *(
            Observed(source=SOURCE, key=_key(target, "seen", start), target=target, start=start, end=end)
            for start, end in _stretches(known, step)
        ),
        *(
            Unknown(source=SOURCE, key=_key(target, "unknown", start), target=target, start=start, end=end)
            for start, end in _stretches(missing, step)
        ),
    ]


def _stretches(instants: list[datetime], step: timedelta) -> list[tuple[datetime, datetime]]:
    """Steps that follow each other are one stretch."""
    if not instants:
        return []
    breaks = [later for before, later in pairwise(instants) if later - before > step]
    starts = [instants[0], *breaks]
    last_before = {later: before for before, later in pairwise(instants)}
    ends = [*(last_before[start] + step for start in breaks), instants[-1] + step]
    return list(zip(starts, ends, strict=True))


def _count(target: str, hour: datetime, steps: list[datetime], good: Samples, valid: Samples) -> Count:
    of_good, of_valid = _sum(target, steps, good), _sum(target, steps, valid)
    if of_good > of_valid:
        wrong = f"has {of_good} good events and {of_valid} valid ones in the hour from {_told(hour)}"
        raise BadInput(f"target {target}", wrong, "expressions of which one counts a part of the other are expected")
    return Count(
        source=SOURCE,
        key=_key(target, "count", hour),
        target=target,
        at=steps[0],
        good=_whole(of_good),
        valid=_whole(of_valid),
    )


def _sum(target: str, steps: list[datetime], samples: Samples) -> Decimal:
    for at in steps:
        if not 0 <= samples[at] < _MOST_EVENTS:
            wrong = f"has {samples[at]:.6g} events in the step from {_told(at)}"
            raise BadInput(f"target {target}", wrong, "a number from 0 to a million millions is expected")
    with localcontext(prec=60):
        return sum((samples[at] for at in steps), Decimal(0))


def _whole(number: Decimal) -> int:
    return int(number.to_integral_value(rounding=ROUND_HALF_EVEN))


def _hour_of(at: datetime, zone: str) -> datetime:
    """The beginning of its hour on the local clock, in UTC."""
    offset = at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)
    return at - (at - _EPOCH + offset) % _HOUR


def _key(target: str, what: str, start: datetime) -> str:
    return f"{target}/{what}/{_told(start)}"


def _told(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
