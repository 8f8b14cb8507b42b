"""When calendars are open between two days, as arrays: the scalar `ServiceDays` asked as seldom as possible.

Days on which nothing but the week speaks, and the clock is not changed, are copies of one such day; every other day is
asked of the scalar code. So a convention stands in one place only. Source: DRA-8.
"""

from calendar import isleap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from sla.bulk.local_days import DAY, midnights
from sla.bulk.rows import SECOND, Marks, Rows, microseconds
from sla.service_calendar import ServiceCalendar
from sla.service_days import FIRST_DAY, LAST_DAY, ServiceDays, service_days

_SLACK = timedelta(days=2)
"""An instant's local days in two zones are up to two days apart (UTC-12 and UTC+14)."""
_MIDNIGHT_OF_1990 = 631_152_000 * SECOND
_END_OF_2199 = 7_258_118_400 * SECOND - 1


@dataclass(frozen=True)
class OpenTime:
    """One calendar. Openings and closings in seconds since 1970, in order, touching neither each other nor themselves.

    Instants from `first` to `last` are known, both inclusive, in microseconds; none when `last` is before `first`.
    """

    opens: Rows
    closes: Rows
    first: int
    last: int


def open_time(calendar: ServiceCalendar, first: date, last: date) -> OpenTime:
    """All that is open on the local days from `first` to `last`, of whatever zone: two days more on each side."""
    days = service_days(calendar)
    begin = max(days.first_day, first - min(_SLACK, first - FIRST_DAY))
    end = last + min(_SLACK, LAST_DAY - last)
    known_from = max(microseconds(days.instant(begin, 0)), _MIDNIGHT_OF_1990)
    known_to = min(microseconds(days.instant(end, 1440)), _END_OF_2199)
    found = [np.empty((0, 2), np.int64)]
    if begin <= end:
        found.extend(_days(calendar, days, begin, (end - begin).days + 1))
    opens, closes = _joined(np.concatenate(found)).clip(known_from // SECOND, max(known_from, known_to) // SECOND + 1).T
    is_left = opens < closes
    return OpenTime(opens[is_left], closes[is_left], known_from, known_to)


def _days(calendar: ServiceCalendar, days: ServiceDays, begin: date, count: int) -> Iterator[Rows]:
    edges = midnights(calendar.zone, begin, count + 1)
    is_plain = np.diff(edges) == DAY
    for index in _named(calendar, begin, count):
        is_plain[index] = False
    for index in np.flatnonzero(~is_plain).tolist():
        yield _opened(days, begin + timedelta(days=index))
    yield from _copies(calendar, days, begin, edges, is_plain)


def _copies(calendar: ServiceCalendar, days: ServiceDays, begin: date, edges: Rows, is_plain: Marks) -> Iterator[Rows]:
    """The days that are like another one of the same weekday in the same edition of the week."""
    ordinals = begin.toordinal() + np.arange(len(is_plain))
    effective = np.array([each.effective.toordinal() for each in calendar.later], np.int64)
    kinds = np.where(is_plain, np.searchsorted(effective, ordinals, side="right") * 7 + ordinals % 7, -1)
    for kind in np.unique(kinds[is_plain]):
        alike = np.flatnonzero(kinds == kind)
        one = int(alike[0])
        hours = _opened(days, begin + timedelta(days=one)) - edges[one]
        yield (edges[alike, None, None] + hours).reshape(-1, 2)


def _opened(days: ServiceDays, day: date) -> Rows:
    found = [(microseconds(start) // SECOND, microseconds(end) // SECOND) for start, end in days.opened(day)]
    return np.array(found, np.int64).reshape(-1, 2)


def _named(calendar: ServiceCalendar, begin: date, count: int) -> Iterator[int]:
    """The places of days of which the calendar says something of their own."""
    for day in _named_days(calendar, range(begin.year, (begin + timedelta(days=count)).year + 1)):
        if 0 <= (day - begin).days < count:
            yield (day - begin).days
    for each in calendar.closed_between:
        first, last = (each.start.date() - begin).days, (each.end.date() - begin).days
        yield from range(max(0, first), min(last + 1, count))


def _named_days(calendar: ServiceCalendar, years: Iterable[int]) -> Iterator[date]:
    yield from calendar.closed
    for row in calendar.other_hours:
        yield row.day
        yield row.day + timedelta(days=1)
    yearly = {*calendar.closed_every_year, *(name for each in calendar.later for name in each.closed_every_year or ())}
    for year in years:
        for name in yearly:
            if name != "02-29" or isleap(year):
                yield date(year, int(name[:2]), int(name[3:]))


def _joined(stretches: Rows) -> Rows:
    """In order; those that touch at midnight are one."""
    stretches = stretches[stretches[:, 0].argsort(kind="stable")]
    is_apart = stretches[1:, 0] > stretches[:-1, 1]
    edge = np.ones(min(1, len(stretches)), np.bool_)
    opens, closes = np.concatenate((edge, is_apart)), np.concatenate((is_apart, edge))
    return np.stack((stretches[opens, 0], stretches[closes, 1]), axis=1)
