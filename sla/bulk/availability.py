"""Service time, exclusions, downtime and unknown time of very many agreements in one period each.

With S the service time within the period, E = S within any exclusion, D = (S - E) within any outage, U = (S - E - D)
within any unknown stretch: each minute counts once, an exclusion wins over an outage, and an outage over not knowing.
Stretches may overlap, touch, lie within each other or outside the period, in any order. Source: MON-1, MON-5.

How: every instant becomes a place on one line, on which the service time of all agreements lies end to end. There
closed hours have no length and nobody's stretches meet another's, so what several stretches cover together follows
from their starts and their ends, each sorted by itself. Agreement after agreement lies there, so this is done for some
of them at a time, and no more memory is taken than these few need.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sla.bulk.rows import Rows, parts, require_columns, require_order, require_places
from sla.bulk.service_time import ServiceTables
from sla.errors import BadInput

_MOST = 2**62
"""Microseconds that fit on the line: 146,000 years of service."""
_IN_A_TURN = 65_536
"""Stretches that are worked on together: few enough for the cache, and enough for the calls of NumPy to cost little."""


@dataclass(frozen=True)
class Periods:
    """One row an agreement: the place of its calendar, and its half-open period in microseconds since 1970."""

    calendars: Rows
    starts: Rows
    ends: Rows

    def __len__(self) -> int:
        return len(self.starts)


@dataclass(frozen=True)
class Stretches:
    """One row a half-open stretch: the place of its agreement among the periods, in microseconds since 1970."""

    agreements: Rows
    starts: Rows
    ends: Rows

    def __len__(self) -> int:
        return len(self.starts)


@dataclass(frozen=True)
class Availability:
    """By agreement, in microseconds of service time."""

    service: Rows
    """All of the period: what was agreed."""
    excluded: Rows
    down: Rows
    unknown: Rows


def no_stretches() -> Stretches:
    """For where there are no exclusions, no outages, or no unknown time."""
    none = np.zeros(0, np.int64)
    return Stretches(none, none, none)


def availability(
    tables: ServiceTables, periods: Periods, exclusions: Stretches, outages: Stretches, unknown: Stretches
) -> Availability:
    """Each agreement's service time in its period, and how much of it was excluded, down and unknown. Exact.

    An outage that goes on ends with its period, or at any later instant. Raises BadInput, with the row, for an end
    before its start, a calendar or an agreement that is not there, or a period outside the days of the tables.
    """
    line = _Line(tables, periods)
    evidence = [
        _by_agreement(name, stretches, len(periods))
        for name, stretches in (("exclusions", exclusions), ("outages", outages), ("unknown stretches", unknown))
    ]
    covered = np.zeros((len(evidence) + 1, len(periods)), np.int64)
    for some in _turns(len(periods), sum(len(stretches) for stretches in evidence)):
        covered[1:, some] = line.covered(some, [_of(some, stretches) for stretches in evidence])
    excluded, down, not_known = np.diff(covered, axis=0)
    return Availability(line.service, excluded, down, not_known)


def _by_agreement(name: str, some: Stretches, agreements: int) -> Stretches:
    """The stretches, once they have been found right, in the order of their agreements, as a database gives them."""
    try:
        is_in_order = _require_right(some, agreements)
    except BadInput as refused:
        raise BadInput(f"the {name}: {refused.where}", refused.wrong, refused.right) from None
    return some if is_in_order else _in_order(some)


def _require_right(some: Stretches, agreements: int) -> bool:
    """Whether they are in the order of their agreements."""
    require_columns(agreements=some.agreements, starts=some.starts, ends=some.ends)
    is_in_order, last = True, 0
    for part in parts(len(some)):
        places = some.agreements[part]
        require_places(places, agreements, "agreement", part.start)
        require_order(some.starts[part], some.ends[part], part.start)
        is_in_order = is_in_order and bool(places[0] >= last and (places[1:] >= places[:-1]).all())
        last = places[-1]
    return is_in_order


def _in_order(some: Stretches) -> Stretches:
    """Each agreement and row are one number, which sorts faster than rows by their agreements; it fits, as they do."""
    count = len(some)
    both = some.agreements * count
    both += np.arange(count)
    both.sort(kind="stable")
    agreements = both // count
    both -= agreements * count
    return Stretches(agreements, some.starts[both], some.ends[both])


def _turns(agreements: int, stretches: int) -> Iterator[slice]:
    """The agreements in turns, as many at once as have about _IN_A_TURN stretches."""
    each = max(1, _IN_A_TURN * agreements // max(_IN_A_TURN, stretches))
    for first in range(0, agreements, each):
        yield slice(first, min(first + each, agreements))


def _of(some: slice, stretches: Stretches) -> Stretches:
    """The stretches of some agreements, where all are in order."""
    rows = slice(*np.searchsorted(stretches.agreements, (some.start, some.stop)))
    return Stretches(stretches.agreements[rows], stretches.starts[rows], stretches.ends[rows])


class _Line:
    """The service time of all agreements, end to end, in microseconds."""

    def __init__(self, tables: ServiceTables, periods: Periods) -> None:
        self._tables, self._periods = tables, periods
        self.service = tables.elapsed(periods.calendars, periods.starts, periods.ends)
        if self.service.sum(dtype=np.float64) > _MOST:
            raise BadInput("the periods", "are more than 146,000 years together", "fewer agreements are expected")
        self._ends = self.service.cumsum()
        self._offsets = self._ends - self.service - tables.accumulated(periods.calendars, periods.starts)

    def covered(self, some: slice, evidence: list[Stretches]) -> list[Rows]:
        """How much of each one's service time the first kind of stretches covers, the first two together, and so on."""
        agreements = np.concatenate([each.agreements for each in evidence])
        starts = [each.starts for each in evidence]
        ends = [each.ends for each in evidence]
        begun, over = self._places(agreements, np.concatenate(starts + ends))
        sums, count = [np.zeros(some.stop - some.start, np.int64)], 0
        for stretches in evidence:
            count += len(stretches)
            sums.append(_covered(begun[:count], over[:count], self._ends[some]) if len(stretches) else sums[-1])
        return sums[1:]

    def _places(self, agreements: Rows, edges: Rows) -> Rows:
        """Where all starts, and then all ends, are on the line; one outside its agreement's period is at its edge."""
        both = edges.reshape(2, -1)
        np.maximum(both, self._periods.starts.take(agreements, mode="clip"), out=both)
        np.minimum(both, self._periods.ends.take(agreements, mode="clip"), out=both)
        calendars = self._periods.calendars.take(agreements, mode="clip")
        places = self._tables.accumulated(np.concatenate((calendars, calendars)), edges).reshape(2, -1)
        places += self._offsets.take(agreements, mode="clip")
        return places


def _covered(begun: Rows, over: Rows, edges: Rows) -> Rows:
    """How much of the line stretches cover together, from edge to edge; the starts and the ends are put in order.

    In order, all stretches before a start are over exactly if as many ends are passed. So each start gains the time up
    to the end of its own number, or up to the next start.
    """
    begun.sort(kind="stable")  # several times faster than others on what is nearly in order
    over.sort(kind="stable")
    sums = np.zeros(len(begun) + 1, np.int64)
    np.minimum(over[:-1], begun[1:], out=sums[1:-1])
    sums[-1] = over[-1]
    sums[1:] -= begun
    np.cumsum(sums, out=sums)
    return np.diff(sums[np.searchsorted(begun, edges)], prepend=0)
