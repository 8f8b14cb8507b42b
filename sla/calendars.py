"""Working calendars: which days are working days for the people who are waited for.

Conventions, each stated once: intervals are half-open; local times are converted through the zone; a working
day added to an instant lands on the same local time of a later working day, moved into the opening hours.
Source: APP-4, DRA-8.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from sla.fields import Day, Value, WrongField, Zone

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def _clock(value: object) -> time:
    if isinstance(value, time):
        return value
    if isinstance(value, str) and (match := _CLOCK.fullmatch(value)):
        return time(int(match[1]), int(match[2]))
    raise ValueError(f"{value!r:.20} is no time of day; one such as 09:00 is expected")


Clock = Annotated[
    time, BeforeValidator(_clock), PlainSerializer(lambda clock: clock.strftime("%H:%M"), return_type=str)
]

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _weekdays(value: object) -> tuple[int, ...]:
    """`mon-fri`, `mon,wed,sat`, or numbers from 0 (Monday)."""
    if isinstance(value, list | tuple):
        numbers = {day if day in range(7) and not isinstance(day, bool) else _weekday(str(day)) for day in value}
    else:
        numbers = {number for part in str(value).lower().split(",") for number in _weekday_range(part.strip())}
    return tuple(sorted(numbers))


def _weekday(name: str) -> int:
    if name.lower() not in _WEEKDAYS:
        raise ValueError(f"{name!r:.20} is no weekday; one of {', '.join(_WEEKDAYS)} is expected")
    return _WEEKDAYS.index(name.lower())


def _weekday_range(part: str) -> range:
    first, _, last = part.partition("-")
    start, end = _weekday(first), _weekday(last or first)
    if end < start:
        raise ValueError(f"{part!r:.20} runs backwards; a range such as mon-fri is expected")
    return range(start, end + 1)


Weekdays = Annotated[
    tuple[int, ...],
    BeforeValidator(_weekdays),
    PlainSerializer(lambda days: ",".join(_WEEKDAYS[day] for day in days), return_type=str),
]


class WorkCalendar(Value):
    """When somebody works: a zone, weekdays, one interval a day, and days off."""

    zone: Zone = "UTC"
    weekdays: Weekdays = (0, 1, 2, 3, 4)
    opens: Clock = time(9)
    closes: Clock = time(17)
    holidays: tuple[Day, ...] = Field(default=(), max_length=2000)

    @model_validator(mode="after")
    def _has_hours(self) -> Self:
        if not self.weekdays:
            raise WrongField("has no working weekday; at least one is expected", "weekdays")
        if self.opens >= self.closes:
            raise WrongField(
                f"closes at {self.closes:%H:%M}, not after {self.opens:%H:%M}; a later time is expected", "closes"
            )
        return self


def is_working_day(calendar: WorkCalendar, day: date) -> bool:
    """A weekday that the calendar names and no holiday."""
    return day.weekday() in calendar.weekdays and day not in calendar.holidays


def open_hours(calendar: WorkCalendar, day: date) -> tuple[datetime, datetime] | None:
    """Opening and closing of a local day in UTC; None on a day off, or when the clock change skips all of it."""
    if not is_working_day(calendar, day):
        return None
    zone = ZoneInfo(calendar.zone)
    opens = datetime.combine(day, calendar.opens, zone).astimezone(UTC)
    closes = datetime.combine(day, calendar.closes, zone).astimezone(UTC)
    return (opens, closes) if opens < closes else None


def next_working_moment(calendar: WorkCalendar, at: datetime) -> datetime:
    """`at` itself when the calendar is open, else the next opening. A closing instant counts as closed."""
    at = at.astimezone(UTC)
    day = at.astimezone(ZoneInfo(calendar.zone)).date()
    while (hours := open_hours(calendar, day)) is None or hours[1] <= at:
        day = later_working_day(calendar, day, 1)
    return max(at, hours[0])


def add_working_days(calendar: WorkCalendar, at: datetime, days: int) -> datetime:
    """The same local time, `days` working days after the working moment of `at`.

    Friday 16:00 plus one working day is Monday 16:00; Saturday plus one is Tuesday at opening. A local time
    that the clock change skips is read with the offset before the change (Python's fold=0). `days` >= 0.
    """
    zone = ZoneInfo(calendar.zone)
    start = next_working_moment(calendar, at).astimezone(zone)
    if days == 0:
        return start.astimezone(UTC)
    day = later_working_day(calendar, start.date(), days)
    return datetime.combine(day, start.time().replace(fold=0), zone).astimezone(UTC)


def add_service_time(calendar: WorkCalendar, at: datetime, span: timedelta) -> datetime:
    """The first instant at which `span` of opening hours has passed since `at`. Hours are real, clock change or not."""
    at = at.astimezone(UTC)
    day, left = at.astimezone(ZoneInfo(calendar.zone)).date(), span
    while True:
        if (hours := open_hours(calendar, day)) and hours[1] > at:
            start = max(at, hours[0])
            if left <= hours[1] - start:
                return start + left
            left -= hours[1] - start
        day = later_working_day(calendar, day, 1)


def later_working_day(calendar: WorkCalendar, day: date, days: int) -> date:
    """The working day that is `days` working days after a day. Ends always: there are only so many holidays."""
    holidays = frozenset(calendar.holidays)
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() in calendar.weekdays and day not in holidays:
            days -= 1
    return day
