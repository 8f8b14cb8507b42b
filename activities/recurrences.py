"""What repeats in an iCalendar file (RFC 5545, 3.8.5), unfolded within a stretch of years.

Rules are unfolded in the local time of the event's own zone, so that a closure at 09:00 stays at 09:00 when the clock
changes. What cannot be unfolded soon, or means different things to different programs, is refused with the reason.
The library `dateutil` is imported when something repeats, and no earlier.
"""

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from activities.icalendar_files import Event, Rule, When

MOST_TIMES = 20_000
_KNOWN = frozenset(
    [
        "FREQ",
        "COUNT",
        "INTERVAL",
        "BYDAY",
        "BYMONTH",
        "BYMONTHDAY",
        "BYYEARDAY",
        "BYWEEKNO",
        "BYSETPOS",
        "WKST",
        "BYHOUR",
        "BYMINUTE",
        "BYSECOND",
    ]
)
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_MARGIN = timedelta(days=2)
"""More than zones differ: the caller cuts exactly."""


class NotUnfolded(Exception):
    """Why an event cannot be unfolded, and what would be right."""


class Window(NamedTuple):
    """The local days that are looked at; the end is outside."""

    start: date
    end: date


class Times(NamedTuple):
    """The beginnings of an event, in its own zone and in order, and whether more come after the window."""

    walls: tuple[datetime, ...]
    goes_on: bool
    endless: bool


def instant(when: When, zone: ZoneInfo) -> datetime:
    """The instant of a time; a floating one is meant in `zone`. A skipped one counts from before the change."""
    return when.wall.replace(tzinfo=when.zone or zone).astimezone(UTC)


def unfold(event: Event, zone: ZoneInfo, window: Window, longest: timedelta) -> Times:
    """The beginnings of the rule, without those that EXDATE takes out; RDATE is not among them.

    `zone` is meant by floating times; `longest` is how long one occurrence lasts, for those that reach into the window.
    Raises NotUnfolded.
    """
    if event.rule is None:
        walls, goes_on = [event.start.wall], False
    else:
        walls, goes_on = _walls(event, zone, window, longest)
    out = LeftOut(event.without, zone)
    kept = tuple(wall for wall in walls if replace(event.start, wall=wall) not in out)
    endless = event.rule is not None and event.until is None and "COUNT" not in event.rule
    return Times(kept, goes_on, endless)


class LeftOut:
    """Names of occurrences (EXDATE, RECURRENCE-ID). A day names what begins on it; a time names a whole day, too."""

    def __init__(self, named: Iterable[When], zone: ZoneInfo) -> None:
        self._zone = zone
        named = tuple(named)
        self._instants = frozenset(instant(each, zone) for each in named if not each.is_day)
        self._days = frozenset(each.wall.date() for each in named if each.is_day)
        self._any_days = self._days | {_local_day(each, zone) for each in named if not each.is_day}

    def __contains__(self, mine: When) -> bool:
        if mine.is_day:
            return mine.wall.date() in self._any_days
        return mine.wall.date() in self._days or instant(mine, self._zone) in self._instants


def _local_day(named: When, zone: ZoneInfo) -> date:
    local = named.wall if named.zone is None else instant(named, zone).astimezone(named_zone(named, zone))
    return local.date()


def named_zone(named: When, zone: ZoneInfo) -> ZoneInfo:
    """UTC names a day of the calendar's zone; a zone of its own names a day there."""
    return zone if named.zone is None or named.zone.key == "UTC" else named.zone


def yearly_days(event: Event, days: int) -> tuple[str, ...]:
    """`12-25` of what is a whole day of every year, without end and exception; empty for anything else.

    Several days in a row count if no 29 February can come between them.
    """
    if event.rule is None or not event.start.is_day or event.until or event.more or event.without:
        return ()
    first = event.start.wall.date()
    expected = {"FREQ": "YEARLY", "INTERVAL": "1", "BYMONTH": str(first.month), "BYMONTHDAY": str(first.day)}
    for name, values in event.rule.items():
        if name != "WKST" and (name not in expected or values != (expected[name],)):
            return ()
    if "BYMONTHDAY" in event.rule and "BYMONTH" not in event.rule:
        return ()  # that is a day of every month
    if event.rule.get("FREQ") != ("YEARLY",) or days > 60 or _spans_the_end_of_february(first, days):
        return ()
    return tuple(f"{first + timedelta(days=index):%m-%d}" for index in range(days))


def _spans_the_end_of_february(first: date, days: int) -> bool:
    steps = [first + timedelta(days=index) for index in range(days)]
    return days > 1 and any(day.month == 2 and day.day >= 28 for day in steps)


def _walls(event: Event, zone: ZoneInfo, window: Window, longest: timedelta) -> tuple[list[datetime], bool]:
    from dateutil.rrule import rrulestr

    rule = event.rule or {}
    _refuse(rule, event)
    text = ";".join(f"{name}={','.join(values)}" for name, values in rule.items())
    first, last = _edge(window.start) - longest - _MARGIN, _edge(window.end) + _MARGIN
    until = None if event.until is None else _until(event, event.until, zone)
    found = [event.start.wall] if first <= event.start.wall < last else []
    try:
        walls: Iterator[datetime] = iter(rrulestr(text, dtstart=event.start.wall))
        for wall in walls:
            if until is not None and wall > until:
                return found, False
            if wall >= last:
                return found, True
            if wall >= first and wall != event.start.wall:
                found.append(wall)
            if len(found) > MOST_TIMES:
                raise NotUnfolded(f"repeats more than {MOST_TIMES:,} times in these years; fewer years are expected")
    except (ValueError, OverflowError, TypeError, IndexError) as error:  # as dateutil fails, for BYDAY=60MO too
        raise NotUnfolded(
            f"RRULE {text:.80} cannot be unfolded ({error!s:.80}); a rule of RFC 5545 is expected"
        ) from None
    return found, False


def _edge(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001  a wall clock of any zone


def _until(event: Event, until: When, zone: ZoneInfo) -> datetime:
    """The last possible beginning, on the event's own wall clock. A day means its end."""
    if until.is_day or event.start.is_day:
        local = until.wall if until.zone is None else instant(until, zone).astimezone(named_zone(until, zone))
        return datetime(local.year, local.month, local.day, 23, 59, 59)  # noqa: DTZ001
    if until.zone is None:
        return until.wall
    return instant(until, zone).astimezone(event.start.zone or zone).replace(tzinfo=None)


def _refuse(rule: Rule, event: Event) -> None:
    if unknown := sorted(set(rule) - _KNOWN):
        raise NotUnfolded(
            f"RRULE has {', '.join(unknown):.60}, which is not known here; the days written out are expected"
        )
    if rule.get("FREQ", ("",))[0] not in _FREQUENCIES:
        right = f"one of {', '.join(_FREQUENCIES)} is expected"
        raise NotUnfolded(f"RRULE repeats by {', '.join(rule.get('FREQ', ('nothing',))):.20}; {right}")
    if "COUNT" in rule and event.until is not None:
        raise NotUnfolded("RRULE has a COUNT and an UNTIL; one of them is expected")
    for name in ("COUNT", "INTERVAL"):
        if name in rule and not 1 <= _number(rule[name][0]) <= 100_000:
            raise NotUnfolded(f"RRULE has {name}={rule[name][0]:.20}; a number from 1 to 100,000 is expected")
    times = [len(rule[name]) for name in ("BYHOUR", "BYMINUTE", "BYSECOND") if name in rule]
    if times and event.start.is_day:
        raise NotUnfolded("RRULE of whole days has hours; days only are expected")
    if _product(times) > 24:
        raise NotUnfolded("RRULE repeats more than 24 times a day; fewer are expected")
    _refuse_days_that_never_come(rule)


def _refuse_days_that_never_come(rule: Rule) -> None:
    """30 February would be looked for until the end of all years."""
    months = [_number(month) for month in rule.get("BYMONTH", ())] or [1]
    days = [abs(_number(day)) for day in rule.get("BYMONTHDAY", ())] or [1]
    if not all(1 <= month <= 12 for month in months):
        raise NotUnfolded(f"RRULE has BYMONTH={','.join(rule['BYMONTH']):.40}; months from 1 to 12 are expected")
    if min(days) > max(calendar.monthrange(2000, month)[1] for month in months):
        raise NotUnfolded(f"RRULE has a day {min(days)} that no month of it has; a day that comes is expected")


def _product(numbers: list[int]) -> int:
    made = 1
    for number in numbers:
        made *= number
    return made


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return 0
