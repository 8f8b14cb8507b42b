"""Service calendars: the zone and the hours in which a service is promised, as somebody writes them down.

Knows what a calendar says, and refuses one that contradicts itself. What is open when is told by `sla/service_days.py`.
All conventions stand together, with examples, in docs/conventions.md. Source: DRA-8.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from sla.calendars import Clock, Weekdays
from sla.fields import Day, Instant, Value, WrongField, Zone

MINUTES_OF_DAY = 1440
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_YEAR_DAY = re.compile(r"(0[1-9]|1[0-2])-([0-3][0-9])")
_LOCAL_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")


def _closing(value: object) -> object:
    if value == "24:00":
        return time(0)
    if value == "00:00":
        raise ValueError("'00:00' is the beginning of a day; 24:00, its end, is expected")
    return value


def _closing_text(closes: time) -> str:
    return f"{closes:%H:%M}" if closes != time(0) else "24:00"


Closing = Annotated[Clock, BeforeValidator(_closing), PlainSerializer(_closing_text, return_type=str)]
"""A time of day at which something closes; `24:00` is the end of the day, kept as midnight."""


def _year_day(value: object) -> str:
    if isinstance(value, str) and (match := _YEAR_DAY.fullmatch(value)):
        try:
            return f"{date(2000, int(match[1]), int(match[2])):%m-%d}"
        except ValueError:
            pass
    raise ValueError(f"{value!r:.40} is no day of every year; month and day such as 12-25 are expected")


YearDay = Annotated[str, BeforeValidator(_year_day)]
"""A day of every year, `12-25`; `02-29` comes in leap years only."""


def _local_time(value: object) -> datetime:
    right = "one such as 2027-03-05T12:00, without an offset, is expected"
    if isinstance(value, str) and _LOCAL_TIME.fullmatch(value):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{value!r:.40} is no local time; {right}") from None
    if not isinstance(value, datetime) or value.tzinfo is not None or value.second or value.microsecond:
        raise ValueError(f"{value!r:.40} is no local time; {right}")
    if not 1990 <= value.year <= 2199:
        raise ValueError(f"{value:%Y-%m-%d} is out of range; years from 1990 to 2199 are taken")
    return value


LocalTime = Annotated[
    datetime,
    BeforeValidator(_local_time),
    PlainSerializer(lambda at: at.isoformat(timespec="minutes"), return_type=str),
]
"""A day and a time of the calendar's zone, to the minute, without an offset."""


class Hours(Value):
    """From an opening to the next closing, half-open: the opening is inside, the closing outside.

    A closing that is not later than the opening is one of the next day: 22:00 to 06:00 is open over midnight.
    """

    opens: Clock
    closes: Closing

    @property
    def minutes(self) -> tuple[int, int]:
        """Opening and closing in minutes of the day on which it opens; above 1440 on the next."""
        start = 60 * self.opens.hour + self.opens.minute
        end = 60 * self.closes.hour + self.closes.minute
        return start, end if end > start else end + MINUTES_OF_DAY

    @property
    def words(self) -> str:
        """`22:00 to 06:00`."""
        return f"{self.opens:%H:%M} to {_closing_text(self.closes)}"

    @model_validator(mode="after")
    def _says_how_long(self) -> Self:
        if self.opens == self.closes != time(0):
            wrong = (
                f"is {self.opens:%H:%M} like the opening; another time, or 00:00 to 24:00 for a whole day, is expected"
            )
            raise WrongField(wrong, "closes")
        return self


class WeeklyHours(Hours):
    """Hours of some days of every week; several rows make several intervals a day."""

    weekdays: Weekdays

    @model_validator(mode="after")
    def _has_days(self) -> Self:
        if not self.weekdays:
            raise WrongField("names no weekday; at least one such as mon is expected", "weekdays")
        return self


class DayHours(Hours):
    """Hours of one day, in place of what the week says; several rows make several intervals."""

    day: Day


class ClosedBetween(Value):
    """A closure by the hour, half-open, in local times of the calendar's zone."""

    start: LocalTime
    end: LocalTime

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.end <= self.start:
            wrong = f"{_minute(self.end)} is not after the start at {_minute(self.start)}; a later time is expected"
            raise WrongField(wrong, "end")
        return self


class LaterHours(Value):
    """The week as it is from a later day on; days of every year stay as before unless they are named again.

    An empty week is the end of the service: from then on only days with other hours are open.
    """

    effective: Day
    weekly: tuple[WeeklyHours, ...] = Field(max_length=200)
    closed_every_year: tuple[YearDay, ...] | None = Field(default=None, max_length=366)

    @model_validator(mode="after")
    def _keeps_apart(self) -> Self:
        _refuse_overlapping_weeks(self.weekly)
        return self


class ServiceCalendar(Value):
    """When a service is promised: a zone, a week, what differs from it, and how the week changes by date.

    The strongest first: closures by the hour, closed days and days with other hours, days closed every year, the week.
    Each says something of its own local time from midnight to midnight, whichever evening an interval began on.
    """

    zone: Zone
    effective: Day | None = None
    """Before this day the calendar says nothing, and every question about an earlier time is refused."""
    weekly: tuple[WeeklyHours, ...] = Field(default=(), max_length=200)
    closed: tuple[Day, ...] = Field(default=(), max_length=5000)
    closed_every_year: tuple[YearDay, ...] = Field(default=(), max_length=366)
    other_hours: tuple[DayHours, ...] = Field(default=(), max_length=5000)
    closed_between: tuple[ClosedBetween, ...] = Field(default=(), max_length=5000)
    later: tuple[LaterHours, ...] = Field(default=(), max_length=200)

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if not (self.weekly or self.other_hours or any(each.weekly for each in self.later)):
            raise WrongField("has no hours, so no clock would ever run; at least one row is expected", "weekly")
        _refuse_overlapping_weeks(self.weekly)
        _refuse_overlapping_days(self.other_hours)
        self._refuse_hours_of_closed_days()
        self._refuse_disorder()
        return self

    def _refuse_hours_of_closed_days(self) -> None:
        closed = frozenset(self.closed)
        for index, row in enumerate(self.other_hours):
            if row.day in closed:
                wrong = f"{row.day} stands under closed, too; either closed or other hours are expected"
                raise WrongField(wrong, "other_hours", index, "day")

    def _refuse_disorder(self) -> None:
        last = self.effective
        for index, row in enumerate(self.later):
            if last is not None and row.effective <= last:
                wrong = f"{row.effective} is not after {last}, which comes before it; later days in order are expected"
                raise WrongField(wrong, "later", index, "effective")
            last = row.effective


class Pause(Value):
    """A time in which the clock rests, half-open. One of no length is allowed and changes nothing."""

    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.end < self.start:
            wrong = f"{self.end:%Y-%m-%dT%H:%M:%SZ} is before the start at {self.start:%Y-%m-%dT%H:%M:%SZ}"
            raise WrongField(f"{wrong}; the start or a later instant is expected", "end")
        return self


def _minute(at: datetime) -> str:
    return at.isoformat(timespec="minutes")


def _refuse_overlapping_weeks(rows: tuple[WeeklyHours, ...]) -> None:
    """Sunday's interval over midnight meets Monday's."""
    week = 7 * MINUTES_OF_DAY
    found = sorted(
        (day * MINUTES_OF_DAY + start, day * MINUTES_OF_DAY + end, index)
        for index, row in enumerate(rows)
        for start, end in (row.minutes,)
        for day in row.weekdays
    )
    again = [(start + week, end + week, index) for start, end, index in found[:1] if len(found) > 1]
    for start, one, other in _overlaps([*found, *again]):
        weekday = _DAYS[start // MINUTES_OF_DAY % 7]
        raise WrongField(_overlap(rows[one], rows[other], f"on {weekday}"), "weekly", one, "opens")


def _refuse_overlapping_days(rows: tuple[DayHours, ...]) -> None:
    found = sorted(
        (row.day.toordinal() * MINUTES_OF_DAY + start, row.day.toordinal() * MINUTES_OF_DAY + end, index)
        for index, row in enumerate(rows)
        for start, end in (row.minutes,)
    )
    for start, one, other in _overlaps(found):
        day = date.fromordinal(start // MINUTES_OF_DAY)
        raise WrongField(_overlap(rows[one], rows[other], f"on {day}"), "other_hours", one, "opens")


def _overlaps(found: list[tuple[int, int, int]]) -> Iterable[tuple[int, int, int]]:
    """Where neighbours overlap: the minute, the row further down, the row further up."""
    for (_, end, first), (start, _, second) in pairwise(found):
        if start < end:
            yield start, max(first, second), min(first, second)


def _overlap(row: Hours, other: Hours, when: str) -> str:
    if row is other:
        return f"{row.words} meets itself {when}; hours that do not overlap are expected"
    return f"{row.words} overlaps {other.words} {when}; hours that do not overlap are expected"
