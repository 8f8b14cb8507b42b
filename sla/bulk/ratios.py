"""Good and valid events of very many agreements, added up by local day and over the period. Exact whole numbers.

A sample belongs to the local day of its agreement's zone, which begins at the first instant at which the clock shows
midnight or later (docs/conventions.md). Samples outside their agreement's period are left out. Source: MON-1, MON-6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sla.bulk.local_days import midnights
from sla.bulk.rows import (
    SECOND,
    Marks,
    Rows,
    first_row,
    instant,
    microseconds,
    parts,
    require_columns,
    require_order,
    require_places,
    told,
)
from sla.errors import BadInput

_Numbers: TypeAlias = NDArray[np.int32]
_SLOT = 900 * SECOND
"""A quarter of an hour: every midnight of the world has fallen on one since 1990. Where one does not, less is taken."""
_MOST = 2**62
_ONE_DAY = timedelta(days=1)
_FROM = microseconds(datetime(1990, 1, 1, tzinfo=UTC))
_UNTIL = microseconds(datetime(2200, 1, 1, tzinfo=UTC))


@dataclass(frozen=True)
class Periods:
    """One row an agreement: the place of its zone, and its half-open period in microseconds since 1970."""

    zones: Rows
    starts: Rows
    ends: Rows

    def __len__(self) -> int:
        return len(self.starts)

    @cached_property
    def common(self) -> tuple[int, int]:
        """What lies in every period: from the latest start until the earliest end, which may be before it."""
        return int(self.starts.max()), int(self.ends.min())

    def all_have(self, instants: Rows) -> bool:
        """Whether all instants lie in every period: most do, and then nothing is looked up by agreement."""
        since, until = self.common
        return bool(len(instants)) and since <= int(instants.min()) and int(instants.max()) < until


@dataclass(frozen=True)
class Samples:
    """One row a sample: its agreement's place among the periods, its instant in microseconds, and what it counted."""

    agreements: Rows
    instants: Rows
    good: Rows
    valid: Rows

    def __len__(self) -> int:
        return len(self.instants)


@dataclass(frozen=True)
class DailyCounts:
    """`good[agreement, day]` and `valid[agreement, day]`; day 0 is the local day `first` of each agreement."""

    first: date
    good: Rows
    valid: Rows

    @property
    def good_of_period(self) -> Rows:
        """By agreement."""
        sums: Rows = self.good.sum(axis=1)
        return sums

    @property
    def valid_of_period(self) -> Rows:
        """By agreement."""
        sums: Rows = self.valid.sum(axis=1)
        return sums


def daily_counts(zones: Sequence[str], periods: Periods, samples: Samples) -> DailyCounts:
    """The sums of all samples that lie in the period of their agreement, in whatever order they come.

    Raises BadInput, with the row, for a zone or an agreement that is not there, a period that ends before it starts or
    lies outside 1990 to 2199, counts below zero, more good than valid events, or sums that reach 2^62.
    """
    _require_periods(zones, periods)
    require_columns(agreements=samples.agreements, instants=samples.instants, good=samples.good, valid=samples.valid)
    days = _Days(zones, periods)
    shape = (len(periods), days.count)
    found = DailyCounts(days.first, np.zeros(shape, np.int64), np.zeros(shape, np.int64))
    most = 0  # of the counts
    for part in parts(len(samples)):
        rows = Samples(samples.agreements[part], samples.instants[part], samples.good[part], samples.valid[part])
        most = max(most, _most_valid(rows, len(periods), part.start))
        _add(found, days, periods, rows)
    if most > _MOST // max(1, len(samples)):
        _require_room(periods, samples)
    return found


def _add(found: DailyCounts, days: "_Days", periods: Periods, rows: Samples) -> None:
    """Adds the samples of the periods in; NumPy adds whole numbers here, never floats."""
    if not periods.all_have(rows.instants):
        kept = rows.instants >= periods.starts.take(rows.agreements, mode="clip")
        kept &= rows.instants < periods.ends.take(rows.agreements, mode="clip")
        rows = _only(rows, kept)
    cells = rows.agreements * days.count
    cells += days.of(rows.agreements, rows.instants)
    np.add.at(found.good.reshape(-1), cells, rows.good)
    np.add.at(found.valid.reshape(-1), cells, rows.valid)


def _only(rows: Samples, kept: Marks) -> Samples:
    return Samples(rows.agreements[kept], rows.instants[kept], rows.good[kept], rows.valid[kept])


class _Days:
    """Which local day of its agreement an instant belongs to; day 0 is the first one of any period."""

    def __init__(self, zones: Sequence[str], periods: Periods) -> None:
        begin, end = int(periods.starts.min()), int(periods.ends.max())
        first, last = instant(begin).date() - 2 * _ONE_DAY, instant(end).date() + 2 * _ONE_DAY
        edges = [midnights(zone, first, (last - first).days) * SECOND for zone in zones]
        self._slot = int(np.gcd.reduce(np.concatenate(edges), initial=_SLOT))
        slots = np.arange(begin // self._slot, end // self._slot + 1)
        days = [np.searchsorted(each, slots * self._slot, side="right") - 1 for each in edges]
        self._table = np.concatenate(days).astype(np.int32)
        self._places = periods.zones * len(slots) - slots[0]
        self.first, self.count = self._begin(periods, first)

    def _begin(self, periods: Periods, first: date) -> tuple[date, int]:
        """Counts from the first day that any period has; gives it, and how many days there are."""
        places = np.arange(len(periods))
        begun, ended = self.of(places, periods.starts), self.of(places, np.maximum(periods.starts, periods.ends - 1))
        skipped = int(begun.min())
        self._table -= skipped
        return first + skipped * _ONE_DAY, int(ended.max()) - skipped + 1

    def of(self, agreements: Rows, instants: Rows) -> _Numbers:
        """The numbers of the local days of instants, each in the period of its agreement.

        Of days that begin together, because the zone leaves one out, it is the last.
        """
        slots = (instants.view(np.uint64) // np.uint64(self._slot)).view(np.int64)  # none is before 1970: faster so
        slots += self._places.take(agreements, mode="clip")
        return self._table.take(slots, mode="clip")


def _require_periods(zones: Sequence[str], periods: Periods) -> None:
    require_columns(zones=periods.zones, starts=periods.starts, ends=periods.ends)
    if not len(periods):
        raise BadInput("the periods", "are none", "at least one agreement is expected")
    require_places(periods.zones, len(zones), "zone")
    require_order(periods.starts, periods.ends)
    row = first_row((periods.starts < _FROM) | (periods.ends > _UNTIL))
    if row is not None:
        found = f"{told(int(periods.starts[row]))} to {told(int(periods.ends[row]))}"
        raise BadInput(f"row {row}", f"the period from {found} is out of range", "years from 1990 to 2199 are taken")


def _most_valid(rows: Samples, agreements: int, first: int) -> int:
    """The largest count, once the rows have been found right. `first` is the number of the first of them."""
    require_places(rows.agreements, agreements, "agreement", first)
    wrong = first_row((rows.good < 0) | (rows.good > rows.valid))
    if wrong is not None:
        what = f"counts {rows.good[wrong]} good of {rows.valid[wrong]} valid events"
        raise BadInput(f"row {first + wrong}", what, "from none to all of them are expected")
    return int(rows.valid.max(initial=0))


def _require_room(periods: Periods, samples: Samples) -> None:
    """Refuses sums that might not fit; here a float is near enough, for the limit is half of what fits."""
    sums = np.bincount(samples.agreements, weights=samples.valid, minlength=len(periods))
    row = first_row(sums > _MOST)
    if row is not None:
        wrong = f"has about {sums[row]:.3g} valid events"
        raise BadInput(f"agreement {row}", wrong, f"no more than {_MOST} are expected")
