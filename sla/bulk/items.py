"""The clocks of very many work items at once: what `sla/work_items.py` answers one by one, with its hours from tables.

The items' events are walked one by one; their service time, and the instants from which they are late, are taken from
the tables for all of them together. Source: MON-2, MON-16.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate, chain, islice, pairwise
from typing import NamedTuple

import numpy as np

from sla import work_items
from sla.bulk.rows import Rows, instant, microseconds
from sla.bulk.service_time import ServiceTables
from sla.errors import BadInput
from sla.service_calendar import ServiceCalendar
from sla.service_days import FIRST_DAY, LAST_DAY, Holes
from sla.work_items import Asked, Clocking, Crossing, Known, Shown, WorkItem, added, clocking_of, known_of

_A_DAY, _MICROSECOND = timedelta(days=1), timedelta(microseconds=1)
_LONGEST = timedelta(days=366)


class _Row(NamedTuple):
    """A clock that the tables answer."""

    asked: Asked
    calendar: int
    item: WorkItem
    known: Known
    runs: tuple[int, ...]
    """In how many stretches it runs in each of its steps."""


class _Runs:
    """When the clocks run, less the rests, whatever the hours: stretch by stretch, in microseconds since 1970."""

    def __init__(self) -> None:
        self.starts, self.ends = list[int](), list[int]()

    def add(self, known: Known, rests: Holes[datetime]) -> tuple[int, ...]:
        """The stretches of each step of a clock; how many they are."""
        found = list[int]()
        for step, until in zip(known.steps, known.untils, strict=True):
            before = len(self.starts)
            for start, end in rests.leave(step.at, until) if step.runs else ():
                self.starts.append(microseconds(start))
                self.ends.append(microseconds(end))
            found.append(len(self.starts) - before)
        return tuple(found)


def shown_together(asked: Sequence[Asked], longest: timedelta = _LONGEST) -> list[Shown | BadInput]:
    """The answers of `sla.work_items.shown`; or what is wrong, which spoils no other question.

    Items that were opened longer before the last instant than `longest` are answered one by one, for the tables cost a
    little for each day; so are those without a calendar, for which nothing is looked up.
    """
    opened = [item.opened_at for each in asked for item in each.items if each.calendar and item.opened_at]
    if not opened:
        return [_alone(each) for each in asked]
    last = min((max(each.as_of for each in asked) + 2 * _A_DAY).date(), LAST_DAY)
    first = max(min((min(opened) - 2 * _A_DAY).date(), last), last - longest, FIRST_DAY)
    calendars: dict[ServiceCalendar | None, int] = {}
    places = [calendars.setdefault(each.calendar, len(calendars)) if each.calendar else 0 for each in asked]
    return _Clocks([each for each in calendars if each], first, last).shown(asked, places)


def _alone(asked: Asked) -> Shown | BadInput:
    try:
        return work_items.shown(asked)
    except BadInput as wrong:
        return wrong


class _Clocks:
    """Calendars, by their places, with their service time on the local days from `first` to `last`."""

    def __init__(self, calendars: Sequence[ServiceCalendar], first: date, last: date) -> None:
        self._tables = ServiceTables(calendars, first, last)

    def shown(self, asked: Sequence[Asked], calendars: Sequence[int]) -> list[Shown | BadInput]:
        """The answer to each question."""
        runs = _Runs()
        rows = [list(self._rows(runs, *each)) for each in zip(asked, calendars, strict=True)]
        together = self._together([*chain.from_iterable(rows)], runs)
        return [
            _with_others(each, [row.item for row in some], list(islice(together, len(some))))
            for each, some in zip(asked, rows, strict=True)
        ]

    def _rows(self, runs: _Runs, asked: Asked, calendar: int) -> Iterator[_Row]:
        if asked.calendar is None:
            return
        rests = Holes((rest.start, rest.end) for rest in asked.rests)
        first = max(asked.calendar.effective or self._tables.first, self._tables.first)
        for item in asked.items:
            known = known_of(item, asked.as_of, is_response=asked.is_response)
            if known is not None and self._knows(known, first):
                yield _Row(asked, calendar, item, known, runs.add(known, rests))

    def _knows(self, known: Known, first: date) -> bool:
        """Whether the tables know all of it, wherever on earth its calendar is."""
        return first <= known.steps[0].at.date() - _A_DAY and known.end.date() + _A_DAY <= self._tables.last

    def _together(self, rows: list[_Row], runs: _Runs) -> Iterator[Clocking]:
        """What each row shows. Late it is from the last instant from which the rest of the stretch in which it spends
        its limit, which is too much, passes until the end of that stretch."""
        lengths, place = self._lengths(rows, runs), 0
        verdicts, late = list[tuple[timedelta, Crossing | None]](), list[tuple[int, int, int]]()
        for row in rows:
            places = list(accumulate(row.runs, initial=place))
            spent, crossing = added(row.known, row.asked.limits, _sums(lengths, places))
            verdicts.append((spent, crossing))
            if crossing is not None and crossing.beyond:
                at, beyond = _crossed(lengths, places[crossing.place], crossing.left // _MICROSECOND)
                late.append((row.calendar, runs.ends[at], beyond))
            place = places[-1]
        columns = np.array(late, np.int64).reshape(-1, 3).T.copy()
        instants = iter(self._tables.latest_start(columns[0], columns[1], columns[2]).tolist())
        for row, (spent, crossing) in zip(rows, verdicts, strict=True):
            late_at = None if crossing is None else instant(next(instants)) if crossing.beyond else crossing.start
            yield clocking_of(row.item, row.known, spent, crossing, late_at)

    def _lengths(self, rows: list[_Row], runs: _Runs) -> list[int]:
        """The service time of every stretch, in microseconds."""
        calendars = np.repeat(_column([row.calendar for row in rows]), [sum(row.runs) for row in rows])
        lengths: list[int] = self._tables.elapsed(calendars, _column(runs.starts), _column(runs.ends)).tolist()
        return lengths


def _sums(lengths: list[int], places: list[int]) -> Iterator[timedelta]:
    """The service time of each step."""
    return (timedelta(microseconds=sum(lengths[begin:end])) for begin, end in pairwise(places))


def _crossed(lengths: list[int], place: int, left: int) -> tuple[int, int]:
    """The stretch in which what is left is spent, and how much of its time comes after that."""
    while left >= lengths[place]:
        left -= lengths[place]
        place += 1
    return place, lengths[place] - left


def _with_others(asked: Asked, items: list[WorkItem], clockings: list[Clocking]) -> Shown | BadInput:
    """With those that the tables do not answer, in the order of the question."""
    if len(items) == len(asked.items):
        return tuple(clockings)
    together = {item.item: clocking for item, clocking in zip(items, clockings, strict=True)}
    others = _alone(asked._replace(items=tuple(each for each in asked.items if each.item not in together)))
    if isinstance(others, BadInput):
        return others
    alone = iter(others)
    return tuple(together[each.item] if each.item in together else next(alone) for each in asked.items)


def _column(numbers: list[int]) -> Rows:
    return np.array(numbers, np.int64)
