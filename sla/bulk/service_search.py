"""Searches among the open stretches of many calendars: all lie on one line, each calendar on its own part of it.

Slower than the slots, and never at a loss. Knows no checks. Source: MON-2.
"""

from dataclasses import dataclass

import numpy as np

from sla.bulk.rows import SECOND, Marks, Rows
from sla.bulk.service_stretches import OpenTime


@dataclass(frozen=True)
class Stretches:
    """Every stretch of every calendar, in seconds since the base; the first of each calendar is empty and at the base.

    Whole seconds suffice for searching: openings and closings are on whole minutes of clocks changed on whole minutes.
    """

    base: int
    """In microseconds since 1970."""
    span: int
    """Seconds; above every time and every sum of a calendar: its share of each line."""
    opens: Rows
    closes: Rows
    before: Rows
    """Service time of the calendar up to the opening."""
    totals: Rows
    """By calendar: all the service time, in seconds."""
    line_of_openings: Rows
    line_of_sums: Rows
    """Service time up to the openings, each calendar in its share."""
    line_of_later_sums: Rows
    """Up to the closings."""

    def accumulated(self, calendars: Rows, instants: Rows) -> Rows:
        """Service time since the base, in microseconds."""
        found = self._around(calendars, instants)
        opens = self.opens[found] * SECOND
        past: Rows = np.minimum(instants - self.base, self.closes[found] * SECOND) - opens
        return past + self.before[found] * SECOND

    def is_open(self, calendars: Rows, instants: Rows) -> Marks:
        """An opening is inside, a closing is not."""
        found = self._around(calendars, instants)
        return instants - self.base < self.closes[found] * SECOND

    def first_reaching(self, calendars: Rows, spent: Rows) -> Rows:
        """The first instants at which so much service time has accumulated: above 0, and not above the total."""
        sought = calendars * self.span - (-spent // SECOND)
        found = np.searchsorted(self.line_of_later_sums, sought, side="left")
        return self.base + self.opens[found] * SECOND + spent - self.before[found] * SECOND

    def last_holding(self, calendars: Rows, spent: Rows) -> Rows:
        """The last instants up to which no more than that has accumulated: not below 0, and below the total."""
        sought = calendars * self.span + spent // SECOND
        found = np.searchsorted(self.line_of_sums, sought, side="right") - 1
        return self.base + self.opens[found] * SECOND + spent - self.before[found] * SECOND

    def _around(self, calendars: Rows, instants: Rows) -> Rows:
        """The last stretch that has begun."""
        sought = calendars * self.span + (instants - self.base) // SECOND
        return np.searchsorted(self.line_of_openings, sought, side="right") - 1


def stretches_of(times: list[OpenTime], base: int, end: int) -> Stretches:
    """The stretches of many calendars between two instants, in seconds since 1970."""
    edge = np.zeros(1, np.int64)
    opens = [np.concatenate((edge, each.opens - base)) for each in times]
    closes = [np.concatenate((edge, each.closes - base)) for each in times]
    sums = [np.cumsum(last - first) for first, last in zip(opens, closes, strict=True)]
    before = [np.concatenate((edge, sum_[:-1])) for sum_ in sums]
    span = end - base + 2
    return Stretches(
        base=base * SECOND,
        span=span,
        opens=np.concatenate(opens),
        closes=np.concatenate(closes),
        before=np.concatenate(before),
        totals=np.array([sum_[-1] for sum_ in sums], np.int64),
        line_of_openings=_line(opens, span),
        line_of_sums=_line(before, span),
        line_of_later_sums=_line(sums, span),
    )


def _line(seconds: list[Rows], span: int) -> Rows:
    return np.concatenate([place * span + each for place, each in enumerate(seconds)])
