"""Service time, exclusions, downtime and unknown time of very many agreements in one period each.

With S the service time within the period, E = S within any exclusion, D = (S - E) within any outage, U = (S - E - D)
within any unknown stretch: each minute counts once, an exclusion wins over an outage, and an outage over not knowing.
Stretches may overlap, touch, lie within each other or outside the period, in any order. Source: MON-1, MON-5.

How: every instant becomes a place on one line, on which the service time of all agreements lies end to end. There
closed hours have no length and nobody's stretches meet another's, so what several stretches cover together follows
from their starts and their ends, each sorted by itself.
"""

from dataclasses import dataclass

import numpy as np

from sla.bulk.rows import Rows, parts, require_columns, require_order, require_places
from sla.bulk.service_time import ServiceTables
from sla.errors import BadInput

_MOST = 2**62
"""Microseconds that fit on the line: 146,000 years of service."""


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
    line = _Line(tables, periods, len(exclusions) + len(outages) + len(unknown))
    sums = [np.zeros_like(line.service)]
    for name, stretches in (("exclusions", exclusions), ("outages", outages), ("unknown stretches", unknown)):
        line.add(name, stretches)
        sums.append(line.covered() if len(stretches) else sums[-1])
    excluded, down, not_known = np.diff(sums, axis=0)
    return Availability(line.service, excluded, down, not_known)


class _Line:
    """The service time of all agreements, end to end, in microseconds, and the stretches that have been put on it."""

    def __init__(self, tables: ServiceTables, periods: Periods, room: int) -> None:
        self._tables, self._periods = tables, periods
        self.service = tables.elapsed(periods.calendars, periods.starts, periods.ends)
        if self.service.sum(dtype=np.float64) > _MOST:
            raise BadInput("the periods", "are more than 146,000 years together", "fewer agreements are expected")
        self._ends = self.service.cumsum()
        self._offsets = self._ends - self.service - tables.accumulated(periods.calendars, periods.starts)
        self._begun, self._over, self._count = np.empty(room, np.int64), np.empty(room, np.int64), 0

    def add(self, name: str, stretches: Stretches) -> None:
        """Puts stretches on the line; what lies outside their agreement's period is moved to its edge."""
        try:
            require_columns(agreements=stretches.agreements, starts=stretches.starts, ends=stretches.ends)
            require_places(stretches.agreements, len(self._periods), "agreement")
            require_order(stretches.starts, stretches.ends)
        except BadInput as refused:
            raise BadInput(f"the {name}: {refused.where}", refused.wrong, refused.right) from None
        for part in parts(len(stretches)):
            self._place(stretches.agreements[part], stretches.starts[part], stretches.ends[part])

    def _place(self, agreements: Rows, starts: Rows, ends: Rows) -> None:
        calendars, offsets = self._periods.calendars[agreements], self._offsets[agreements]
        first, last = self._periods.starts[agreements], self._periods.ends[agreements]
        room = slice(self._count, self._count + len(agreements))
        for instants, places in ((starts, self._begun), (ends, self._over)):
            within = np.minimum(np.maximum(instants, first), last)
            np.add(self._tables.accumulated(calendars, within), offsets, out=places[room])
        self._count = room.stop

    def covered(self) -> Rows:
        """How much of each agreement's service time the stretches on the line cover together.

        In order of the starts and of the ends: all stretches before a start are over exactly if as many ends are
        passed. So each start gains the time up to the end of its own number, or up to the next start.
        """
        begun, over = self._begun[: self._count], self._over[: self._count]
        begun.sort(kind="stable")  # several times faster where the rows come by agreement, as from a database
        over.sort(kind="stable")
        sums = np.zeros(self._count + 1, np.int64)
        np.minimum(over[:-1], begun[1:], out=sums[1:-1])
        sums[-1] = over[-1]
        sums[1:] -= begun
        np.cumsum(sums, out=sums)
        return np.diff(sums[np.searchsorted(begun, self._ends)], prepend=0)
