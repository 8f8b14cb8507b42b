"""A worked example for each target: what it means in the first month of a period, with dates and figures. DRA-9.

Every figure is computed from the terms and their service hours, exact, in English.
"""

import math
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import singledispatch
from zoneinfo import ZoneInfo

from sla.calendars import WorkCalendar
from sla.errors import BadInput
from sla.example_hours import ExampleHours, StatedHours, WorkHours
from sla.hours_text import DAYS
from sla.promises import plural, span_text
from sla.service_calendar import ServiceCalendar
from sla.targets import (
    Availability,
    DoneByEndOfDay,
    DoneWithin,
    GoodEventRatio,
    Outcome,
    ResolutionTime,
    ResponseTime,
    Statistic,
    Target,
    Throughput,
    counts_misses,
    level_text,
)
from sla.terms import Period

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_TOTALS = (200, 1000, 10_000, 10**6, 10**8, 10**11)
"""How many things an example counts; the first number that tells the two levels apart."""


def worked_example(target: Target, period: Period, calendar: WorkCalendar | ServiceCalendar | None = None) -> str:
    """What the target means in the first month of the period, with dates and figures.

    `calendar` gives the service hours; without one the example takes, and names, Monday to Friday from 9 to 17.
    """
    if not counts_misses(target) and (target.committed is None or target.acceptable is None):
        return "Example: none yet, for a level is not stated."
    if not isinstance(calendar, ServiceCalendar):
        hours = WorkHours(calendar or WorkCalendar(zone=period.zone))
        return f"Example: {_example(target, _Frame(period, hours))}"
    try:
        return f"Example: {_example(target, _Frame(period, StatedHours(calendar)))}"
    except BadInput:
        return "Example: none, for the service hours do not open within reach of the period."


@dataclass(frozen=True)
class _Frame:
    """The first month of a period, seen through service hours."""

    period: Period
    hours: ExampleHours

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
        return self.hours.later(self.period.start - timedelta(days=1), 1)

    @property
    def service(self) -> timedelta:
        """The service time of the month."""
        return self.hours.service(self.period.start, self.after)


@singledispatch
def _example(target: Target, frame: _Frame) -> str:
    raise NotImplementedError(type(target).__name__)


@_example.register
def _(target: Availability, frame: _Frame) -> str:
    service = frame.service
    if not service:
        return f"with service on {frame.hours.words}, there is no service {frame.month}, so nothing is measured."
    kept, least = (_outage(service, level) for level in _levels(target))
    bands = _bands(f"up to {kept} of outage", f"up to {least}", "more", target)
    return f"with service on {frame.hours.words}, there are {span_text(service)} of service {frame.month}; {bands}."


@_example.register
def _(target: ResponseTime, frame: _Frame) -> str:
    return f"{_until(frame, target.within, 'answered')} {_counted_items(target, frame, 'answered')}"


@_example.register
def _(target: ResolutionTime, frame: _Frame) -> str:
    return f"{_until(frame, target.within, 'resolved')} {_counted_items(target, frame, 'resolved')}"


def _counted_items(target: ResponseTime | ResolutionTime, frame: _Frame, done: str) -> str:
    if target.statistic is Statistic.MISSES:
        most = target.allowed_misses or 0
        return (
            f"Of all work items {frame.month}, {most:,} may be late, however many there are; with {most + 1:,} late "
            "the commitment is broken."
        )
    if target.statistic is Statistic.AVERAGE:
        half = timedelta(seconds=int(target.within.total_seconds()) // 2)
        return (
            f"Two items that take {span_text(half)} and {span_text(target.within * 2 - half)} take "
            f"{span_text(target.within)} on average, which is exactly the limit: 100 %."
        )
    return _counted(target, frame, "work items", f"{done} in time")


@_example.register
def _(target: DoneWithin, frame: _Frame) -> str:
    last = frame.hours.later(frame.working_day, target.working_days)
    after = f" (working day {target.working_days} after it)" if target.working_days else ""
    return (
        f"with working days on {frame.hours.weekdays}, what follows an event on "
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
    tail = plural(rest, "second")
    if minutes == 0:
        return tail
    return plural(minutes, "minute") + (f" {tail}" if rest else "")


def _until(frame: _Frame, within: timedelta, done: str) -> str:
    """When something that arrives near the end of the first service day is due."""
    zone = ZoneInfo(frame.hours.zone)
    opens, closes = frame.hours.opening(frame.working_day) or (None, None)
    assert opens is not None
    assert closes is not None
    arrives = max(opens, closes - timedelta(hours=1))
    due = frame.hours.due(arrives, within)
    arrival, deadline = (_moment(each.astimezone(zone)) for each in (arrives, due))
    return f"with service on {frame.hours.words}, what arrives on {arrival} is {done} in time until {deadline}."


def _date(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _weekday(day: date) -> str:
    return f"{DAYS[day.weekday()]}, {_date(day)}"


def _moment(local: datetime) -> str:
    return f"{_weekday(local.date())} at {local:%H:%M}"
