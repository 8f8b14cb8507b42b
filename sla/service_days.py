"""What a service calendar has open on one local day, in UTC: the one place where local times become instants.

A local time means the first instant at which the zone's clock shows that time or a later one. So a time that the clock
skips is the instant of the change, a time that it shows twice is the first, and a local day has 23, 24 or 25 hours, or
none. Knows days; sums and searches are in `sla/service_hours.py`. Source: DRA-8.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Generic, NamedTuple, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from sla.service_calendar import MINUTES_OF_DAY, Hours, ServiceCalendar, WeeklyHours

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)
"""The days that are looked at; nothing is searched beyond."""

_Point = TypeVar("_Point", int, datetime)
_Day: TypeAlias = tuple[tuple[int, int], ...]
"""Open minutes of a local day, from 0 to 1440."""
_TOMORROW = timedelta(days=1)
_CLOCK = tuple((time(minute // 60, minute % 60), time(minute // 60, minute % 60, fold=1)) for minute in range(1440))
"""Every minute of a day, as shown once and as shown again: made once, for making them is most of the work."""


def instant_of(zone: ZoneInfo, local: datetime) -> datetime:
    """The first instant at which the zone's clock shows `local` or later. Never earlier for a later `local`."""
    return _first(zone, local.date(), local.time().replace(fold=0), local.time().replace(fold=1))


def _first(zone: ZoneInfo, day: date, once: time, again: time) -> datetime:
    """`once` and `again` are one time with fold 0 and 1 (PEP 495); only a skipped one has them the wrong way round."""
    first = datetime.combine(day, once, zone).astimezone(UTC)
    second = datetime.combine(day, again, zone).astimezone(UTC)
    return first if first <= second else _change(zone, second, first)


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The instant in (before, after] from which the clock is ahead; changes come at whole seconds."""
    second = timedelta(seconds=1)
    old = before.astimezone(zone).utcoffset()
    low, high = 0, (after - before) // second
    while high - low > 1:
        middle = (low + high) // 2
        is_old = (before + middle * second).astimezone(zone).utcoffset() == old
        low, high = (middle, high) if is_old else (low, middle)
    return before + high * second


class Holes(Generic[_Point]):
    """Half-open stretches that are taken out of others. Those that overlap or touch are one."""

    def __init__(self, stretches: Iterable[tuple[_Point, _Point]]) -> None:
        found = merged(stretches)
        self._starts: list[_Point] = [start for start, _ in found]
        self._ends: list[_Point] = [end for _, end in found]

    def leave(self, start: _Point, end: _Point) -> Iterator[tuple[_Point, _Point]]:
        """What is left of one stretch, in order."""
        index = bisect_right(self._ends, start)
        while index < len(self._starts) and self._starts[index] < end:
            if start < self._starts[index]:
                yield start, self._starts[index]
            start = self._ends[index]
            index += 1
        if start < end:
            yield start, end


def merged(stretches: Iterable[tuple[_Point, _Point]]) -> list[tuple[_Point, _Point]]:
    """The same points as stretches in order that neither overlap nor touch."""
    found: list[tuple[_Point, _Point]] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif start < end:
            found.append((start, end))
    return found


class _Week(NamedTuple):
    """The week from some day on."""

    begun: tuple[_Day, ...]
    """By weekday: what opens on the day, up to midnight."""
    whole: tuple[_Day, ...]
    """By weekday: also what is still open from the evening before."""
    closed_every_year: frozenset[tuple[int, int]]

    @property
    def is_round_the_clock(self) -> bool:
        """Never closed, whatever the day."""
        return not self.closed_every_year and set(self.whole) == {((0, MINUTES_OF_DAY),)}


class ServiceDays:
    """A calendar, day by day. Made once for a calendar by `service_days`."""

    def __init__(self, calendar: ServiceCalendar) -> None:
        self.zone = ZoneInfo(calendar.zone)
        self.first_day = max(calendar.effective or FIRST_DAY, FIRST_DAY)
        self._closed = frozenset(calendar.closed)
        self._begun, self._from_before = _named_days(calendar)
        self._holes = Holes((_minutes(each.start), _minutes(each.end)) for each in calendar.closed_between)
        self._effective = [each.effective for each in calendar.later]
        self._weeks = _weeks(calendar)
        self._never_closed = [week.is_round_the_clock for week in self._weeks]
        self._marked = sorted(
            {
                *(*self._closed, *self._begun, *self._effective),
                *(each.start.date() for each in calendar.closed_between),
            }
        )

    def day_of(self, at: datetime) -> date:
        """The local day that an instant belongs to: from its midnight to the next. `at` is in UTC."""
        day = at.astimezone(self.zone).date()
        while self.instant(day, MINUTES_OF_DAY) <= at:
            day += timedelta(days=1)
        return day

    def instant(self, day: date, minutes: int) -> datetime:
        """The instant of a local time, given in minutes of a day."""
        if minutes == MINUTES_OF_DAY:
            day, minutes = day + _TOMORROW, 0
        return _first(self.zone, day, *_CLOCK[minutes])

    def opened(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of a local day that are open, in UTC and in order."""
        return self._in_utc(day, self._whole(day))

    def begun(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The same without what is still open from the evening before."""
        return self._in_utc(day, self._own(day))

    def round_the_clock_until(self, day: date) -> date | None:
        """The first later day that may be otherwise, where this one is open from midnight to midnight; else None.

        Spares long searches: most round-the-clock calendars have nothing else to say for years.
        """
        if not self._never_closed[bisect_right(self._effective, day)] or not self._is_plain(day):
            return None
        index = bisect_right(self._marked, day)
        return self._marked[index] if index < len(self._marked) else LAST_DAY + timedelta(days=1)

    def _is_plain(self, day: date) -> bool:
        """Whether the day is just as its week says."""
        start, end = day.toordinal() * MINUTES_OF_DAY, (day.toordinal() + 1) * MINUTES_OF_DAY
        is_named = day in self._closed or day in self._begun
        return not is_named and list(self._holes.leave(start, end)) == [(start, end)]

    def _in_utc(self, day: date, minutes: _Day) -> Iterator[tuple[datetime, datetime]]:
        if not minutes:
            return
        midnight = day.toordinal() * MINUTES_OF_DAY
        for opens, closes in minutes:
            for start, end in self._holes.leave(midnight + opens, midnight + closes):
                first, last = self.instant(day, start - midnight), self.instant(day, end - midnight)
                if first < last:
                    yield first, last

    def _week(self, day: date) -> _Week:
        return self._weeks[bisect_right(self._effective, day)]

    def _whole(self, day: date) -> _Day:
        own = self._begun.get(day)
        if day in self._closed or (own is None and self._is_closed_every_year(day)):
            return ()
        before = self._from_before.get(day, ())
        hours = own if own is not None else self._week(day).whole[day.weekday()]
        return tuple(merged((*hours, *before))) if before else hours

    def _own(self, day: date) -> _Day:
        own = self._begun.get(day)
        if day in self._closed or (own is None and self._is_closed_every_year(day)):
            return ()
        return own if own is not None else self._week(day).begun[day.weekday()]

    def _is_closed_every_year(self, day: date) -> bool:
        closed = self._week(day).closed_every_year
        return bool(closed) and (day.month, day.day) in closed


@lru_cache(maxsize=512)
def service_days(calendar: ServiceCalendar) -> ServiceDays:
    """The days of a calendar; calendars that say the same share them."""
    return ServiceDays(calendar)


def _minutes(local: datetime) -> int:
    return local.toordinal() * MINUTES_OF_DAY + 60 * local.hour + local.minute


def _parts(hours: Hours) -> tuple[tuple[int, int], tuple[int, int]]:
    """The part up to midnight, and the part after it, which may be empty."""
    start, end = hours.minutes
    return (start, min(end, MINUTES_OF_DAY)), (0, max(0, end - MINUTES_OF_DAY))


def _named_days(calendar: ServiceCalendar) -> tuple[dict[date, _Day], dict[date, _Day]]:
    """Days with other hours, and the days after them into which these reach."""
    begun: dict[date, _Day] = {}
    from_before: dict[date, _Day] = {}
    for row in calendar.other_hours:
        today, tomorrow = _parts(row)
        begun[row.day] = tuple(merged((*begun.get(row.day, ()), today)))
        if tomorrow[1]:
            from_before[row.day + timedelta(days=1)] = (tomorrow,)
    return begun, from_before


def _weeks(calendar: ServiceCalendar) -> list[_Week]:
    yearly = calendar.closed_every_year
    found = [_week(calendar.weekly, yearly)]
    for each in calendar.later:
        yearly = yearly if each.closed_every_year is None else each.closed_every_year
        found.append(_week(each.weekly, yearly))
    return found


def _week(rows: tuple[WeeklyHours, ...], yearly: tuple[str, ...]) -> _Week:
    begun: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    whole: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for row in rows:
        today, tomorrow = _parts(row)
        for day in row.weekdays:
            begun[day].append(today)
            whole[day].append(today)
            whole[(day + 1) % 7].append(tomorrow)
    closed = frozenset((int(each[:2]), int(each[3:])) for each in yearly)
    return _Week(tuple(tuple(merged(day)) for day in begun), tuple(tuple(merged(day)) for day in whole), closed)
