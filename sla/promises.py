"""Targets in plain words: a sentence for each, and a worked example with dates and figures. Source: DRA-9.

Each form of target reads in its own way. Every figure is computed from the terms, exact, in English.
"""

import math
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import singledispatch
from zoneinfo import ZoneInfo

from sla.calendars import WorkCalendar, add_service_time, later_working_day, open_hours
from sla.targets import (
    Availability,
    DoneByEndOfDay,
    DoneWithin,
    GoodEventRatio,
    Outcome,
    ResolutionTime,
    ResponseTime,
    Target,
    Throughput,
    level_text,
)
from sla.terms import Period

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_TOTALS = (200, 1000, 10_000, 10**6, 10**8, 10**11)
"""How many things an example counts; the first number that tells the two levels apart."""


def sentence(target: Target) -> str:
    """The target in plain words: `Printers work: the service is available in 99.5 % of its service hours; ...`."""
    committed, acceptable = level_text(target, target.committed), level_text(target, target.acceptable)
    least = "nothing less" if target.committed == target.acceptable else f"no less than {acceptable}"
    return f"{target.name}: {_promise(target, committed)}; {least} is acceptable."


@singledispatch
def _promise(target: Target, level: str) -> str:
    raise NotImplementedError(type(target).__name__)


@_promise.register
def _(target: Availability, level: str) -> str:
    return f"the service is available in {level} of its service hours"


@_promise.register
def _(target: ResponseTime, level: str) -> str:
    return f"{level} of {_items(target)} are answered within {span_text(target.within)} of service time"


@_promise.register
def _(target: ResolutionTime, level: str) -> str:
    return f"{level} of {_items(target)} are resolved within {span_text(target.within)} of service time"


@_promise.register
def _(target: DoneWithin, level: str) -> str:
    return f"{level} are done {_by_working_day(target.working_days)} this event: {target.event}"


@_promise.register
def _(target: DoneByEndOfDay, level: str) -> str:
    return f"{level} are done by the end of {target.day}, after this event: {target.event}"


@_promise.register
def _(target: GoodEventRatio, level: str) -> str:
    return f"{level} of these: {target.valid}, are these: {target.good}"


@_promise.register
def _(target: Throughput, level: str) -> str:
    return f"at least {level} are delivered"


@_promise.register
def _(target: Outcome, level: str) -> str:
    return f"the outcome is {level} or better"


def worked_example(target: Target, period: Period, calendar: WorkCalendar | None = None) -> str:
    """What the target means in the first month of the period, with dates and figures.

    `calendar` gives the service hours; without one the example takes, and names, Monday to Friday from 9 to 17.
    """
    if target.committed is None or target.acceptable is None:
        return "Example: none yet, for a level is not stated."
    frame = _Frame(period, calendar or WorkCalendar(zone=period.zone))
    return f"Example: {_example(target, frame)}"


@dataclass(frozen=True)
class _Frame:
    """The first month of a period, seen through service hours."""

    period: Period
    calendar: WorkCalendar

    @property
    def after(self) -> date:
        """The day after the first month; the end of a shorter period."""
        start = self.period.start
        year, month = divmod(start.year * 12 + start.month, 12)
        last = monthrange(year, month + 1)[1]
        return min(date(year, month + 1, min(start.day, last)), self.period.end)

    @property
    def month(self) -> str:
        return f"from {_date(self.period.start)} to {_date(self.after - timedelta(days=1))}"

    @property
    def working_day(self) -> date:
        return later_working_day(self.calendar, self.period.start - timedelta(days=1), 1)

    @property
    def service(self) -> timedelta:
        """The service time of the month."""
        days = (self.period.start + timedelta(days=n) for n in range((self.after - self.period.start).days))
        openings = (open_hours(self.calendar, day) for day in days)
        return sum((hours[1] - hours[0] for hours in openings if hours), timedelta(0))

    @property
    def hours(self) -> str:
        clocks = f"{self.calendar.opens:%H:%M} to {self.calendar.closes:%H:%M}"
        return f"{_weekdays(self.calendar)}, {clocks} ({self.calendar.zone})"


@singledispatch
def _example(target: Target, frame: _Frame) -> str:
    raise NotImplementedError(type(target).__name__)


@_example.register
def _(target: Availability, frame: _Frame) -> str:
    service = frame.service
    if not service:
        return f"with service on {frame.hours}, there is no service {frame.month}, so nothing is measured."
    kept, least = (_outage(service, level) for level in _levels(target))
    bands = _bands(f"up to {kept} of outage", f"up to {least}", "more", target)
    return f"with service on {frame.hours}, there are {span_text(service)} of service {frame.month}; {bands}."


@_example.register
def _(target: ResponseTime, frame: _Frame) -> str:
    return f"{_until(frame, target.within, 'answered')} {_counted(target, frame, 'work items', 'answered in time')}"


@_example.register
def _(target: ResolutionTime, frame: _Frame) -> str:
    return f"{_until(frame, target.within, 'resolved')} {_counted(target, frame, 'work items', 'resolved in time')}"


@_example.register
def _(target: DoneWithin, frame: _Frame) -> str:
    last = later_working_day(frame.calendar, frame.working_day, target.working_days)
    after = f" (working day {target.working_days} after it)" if target.working_days else ""
    return (
        f"with working days on {_weekdays(frame.calendar)}, what follows an event on "
        f"{_weekday(frame.working_day)} is done in time until the end of {_weekday(last)}{after}. "
        f"{_counted(target, frame, 'events', 'done in time')}"
    )


@_example.register
def _(target: DoneByEndOfDay, frame: _Frame) -> str:
    day = frame.working_day
    return (
        f"when {target.day} is {_weekday(day)}, it is done in time until 24:00 of that day ({frame.period.zone}), and "
        f"late from 00:00 of {_weekday(day + timedelta(days=1))}. {_counted(target, frame, 'cases', 'done in time')}"
    )


@_example.register
def _(target: GoodEventRatio, frame: _Frame) -> str:
    counted = _counted(target, frame, f"({target.valid})", f"({target.good})", least_total=10_000)
    return counted[:1].lower() + counted[1:]


@_example.register
def _(target: Throughput, frame: _Frame) -> str:
    day = _weekday(frame.working_day)
    when = {"hour": f"in one service hour of {day}", "day": f"on {day}", "month": f"in the month {frame.month}"}
    kept, least = (f"{level:,f} {target.unit}" for level in _levels(target))
    return f"{when[target.per]}, {_bands(f'{kept} or more', f'{least} or more', 'fewer', target)}."


@_example.register
def _(target: Outcome, frame: _Frame) -> str:
    kept, least = (level_text(target, level) for level in _levels(target))
    bands = _bands(f"a result of {kept} or more", f"{least} or more", "less", target)
    return f"measured {frame.month}, {bands}."


def _levels(target: Target) -> tuple[Decimal, Decimal]:
    assert target.committed is not None
    assert target.acceptable is not None
    return target.committed, target.acceptable


def _bands(kept: str, least: str, beyond: str, target: Target) -> str:
    """`the commitment of 95 % is kept with 190 or more, the acceptable 90 % with 180 or more, neither with fewer`."""
    committed, acceptable = (level_text(target, level) for level in _levels(target))
    if committed == acceptable:
        return f"the commitment of {committed} is kept with {kept} and broken with {beyond}"
    acceptably = f"the acceptable {acceptable} with {least}"
    return f"the commitment of {committed} is kept with {kept}, {acceptably}, neither with {beyond}"


def _counted(target: Target, frame: _Frame, things: str, good: str, least_total: int = 0) -> str:
    """The bands of a share, counted out on a number of things that tells both levels apart."""
    levels = _levels(target)
    totals = [total for total in _TOTALS if total >= least_total]
    total = next((each for each in totals if len({_needed(each, x) for x in levels}) == len(set(levels))), totals[-1])
    kept, least = (f"{_needed(total, level):,}{' or more' if level < 100 else ''}" for level in levels)
    bands = _bands(f"{kept} {good}", least, "fewer", target)
    return f"Of {total:,} {things} {frame.month}, {bands}."


def _needed(total: int, percent: Decimal) -> int:
    return math.ceil(total * percent / 100)


def _outage(service: timedelta, percent: Decimal) -> str:
    """The longest outage that still keeps a level, exact: `48 minutes`, `5.76 seconds`."""
    seconds = int(service.total_seconds()) * (100 - percent) / 100
    minutes, rest = divmod(seconds, 60)
    tail = _plural(rest, "second")
    if minutes == 0:
        return tail
    return _plural(minutes, "minute") + (f" {tail}" if rest else "")


def _until(frame: _Frame, within: timedelta, done: str) -> str:
    """When something that arrives near the end of the first service day is due."""
    zone = ZoneInfo(frame.calendar.zone)
    opens, closes = open_hours(frame.calendar, frame.working_day) or (None, None)
    assert opens is not None
    assert closes is not None
    arrives = max(opens, closes - timedelta(hours=1))
    due = add_service_time(frame.calendar, arrives, within)
    arrival, deadline = (_moment(each.astimezone(zone)) for each in (arrives, due))
    return f"with service on {frame.hours}, what arrives on {arrival} is {done} in time until {deadline}."


def span_text(span: timedelta) -> str:
    """`4 hours`, `90 minutes`, `1 second`: never days, for a day of service time is no calendar day."""
    seconds = round(span.total_seconds())
    for size, unit in ((3600, "hour"), (60, "minute")):
        if seconds % size == 0:
            return _plural(Decimal(seconds // size), unit)
    return _plural(Decimal(seconds), "second")


def _plural(number: Decimal, unit: str) -> str:
    text = format(number, ",f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text} {unit}" if text == "1" else f"{text} {unit}s"


def _items(target: ResponseTime | ResolutionTime) -> str:
    return f"work items of priority {target.priority}" if target.priority else "work items"


def _by_working_day(days: int) -> str:
    if days == 0:
        return "on the working day of"
    return f"within {_plural(Decimal(days), 'working day')} after"


def _weekdays(calendar: WorkCalendar) -> str:
    days = calendar.weekdays
    in_a_row = len(days) > 2 and days[-1] - days[0] == len(days) - 1
    names = f"{_DAYS[days[0]]} to {_DAYS[days[-1]]}" if in_a_row else ", ".join(_DAYS[day] for day in days)
    return f"{names} without holidays" if calendar.holidays else names


def _date(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _weekday(day: date) -> str:
    return f"{_DAYS[day.weekday()]}, {_date(day)}"


def _moment(local: datetime) -> str:
    return f"{_weekday(local.date())} at {local:%H:%M}"
