"""The clocks of very many work items at once: what `sla/work_items.py` answers one by one, with its hours from tables.

The items' events are walked one by one; their service time, and the instants from which they are late, are taken from
the tables for all of them together. Source: MON-2, MON-16.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np

from sla.bulk.rows import Rows, instant, microseconds
from sla.bulk.service_time import ServiceTables
from sla.service_calendar import Pause, ServiceCalendar
from sla.work_items import (
    Clocking,
    Crossing,
    Known,
    Limit,
    WorkItem,
    added,
    clocking_of,
    known_of,
    resolved_by_priority,
    responded_by_priority,
)

_A_DAY, _MICROSECOND = timedelta(days=1), timedelta(microseconds=1)


class Asked(NamedTuple):
    """One clock of an item that is asked about; the rest is as in `resolved_by_priority`."""

    item: WorkItem
    calendar: int | None
    """The place of its calendar; with None every hour counts."""
    limits: tuple[Limit, ...]
    is_response: bool
    rests: tuple[Pause, ...] = ()


class _Row(NamedTuple):
    """A clock that the tables answer."""

    place: int
    asked: Asked
    known: Known
    calendar: int


_Verdict = tuple[timedelta, Crossing | None]


class ItemClocks:
    """Calendars, by their places, with their service time on the local days from `first` to `last`.

    Items beyond these days, with rests, or without a calendar are answered one by one.
    """

    def __init__(self, calendars: Sequence[ServiceCalendar], first: date, last: date) -> None:
        self._calendars = tuple(calendars)
        self._tables = ServiceTables(calendars, first, last)

    def clockings(self, asked: Sequence[Asked], as_of: datetime) -> list[Clocking | None]:
        """What each clock shows, in the order of the questions; None for an item that is not opened by then.

        Raises BadInput as the scalar rules do, for an item that is opened before its calendar begins.
        """
        found: list[Clocking | None] = [None] * len(asked)
        rows = list[_Row]()
        for place, each in enumerate(asked):
            known = known_of(each.item, as_of, is_response=each.is_response)
            if known is not None and each.calendar is not None and self._knows(each, known):
                rows.append(_Row(place, each, known, each.calendar))
            elif known is not None:
                found[place] = self._alone(each, as_of)
        for row, clocking in zip(rows, self._together(rows), strict=True):
            found[row.place] = clocking
        return found

    def _knows(self, asked: Asked, known: Known) -> bool:
        """Whether the tables know all of it, wherever on earth its calendar is."""
        if asked.calendar is None or asked.rests:
            return False
        first = max(self._calendars[asked.calendar].effective or self._tables.first, self._tables.first)
        begins, ends = known.steps[0].at.date(), known.end.date()
        return first <= begins - _A_DAY and ends + _A_DAY <= self._tables.last

    def _alone(self, asked: Asked, as_of: datetime) -> Clocking | None:
        calendar = None if asked.calendar is None else self._calendars[asked.calendar]
        clock = responded_by_priority if asked.is_response else resolved_by_priority
        return clock(asked.item, calendar, asked.limits, as_of, asked.rests)

    def _together(self, rows: list[_Row]) -> Iterator[Clocking]:
        lengths = self._lengths(rows)
        verdicts = [added(row.known, row.asked.limits, [next(lengths) for _ in row.known.steps]) for row in rows]
        instants = self._late_at(rows, verdicts)
        for row, (spent, late) in zip(rows, verdicts, strict=True):
            yield clocking_of(row.asked.item, row.known, spent, late, next(instants) if late else None)

    def _lengths(self, rows: list[_Row]) -> Iterator[timedelta]:
        """The service time of every step of every row; of one that does not run, of no time at all."""
        calendars, starts, ends = list[int](), list[int](), list[int]()
        for row in rows:
            for step, until in zip(row.known.steps, row.known.untils, strict=True):
                calendars.append(row.calendar)
                starts.append(microseconds(step.at))
                ends.append(microseconds(until) if step.runs else starts[-1])
        found = self._tables.elapsed(_column(calendars), _column(starts), _column(ends))
        return (timedelta(microseconds=length) for length in found.tolist())

    def _late_at(self, rows: list[_Row], verdicts: list[_Verdict]) -> Iterator[datetime]:
        """The instants from which more is spent than was left, of the rows that are late.

        Seen from the end of the step: the last instant from which the rest of its time, which is too much, passes.
        """
        calendars, ends, beyond = list[int](), list[int](), list[int]()
        for row, (_, late) in zip(rows, verdicts, strict=True):
            if late is not None:
                calendars.append(row.calendar)
                ends.append(microseconds(late.end if late.beyond else late.start))
                beyond.append(late.beyond // _MICROSECOND)
        found = self._tables.latest_start(_column(calendars), _column(ends), _column(beyond))
        return (instant(at) for at in found.tolist())


def _column(numbers: list[int]) -> Rows:
    return np.array(numbers, np.int64)
