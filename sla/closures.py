"""Closures that were found elsewhere, and a service calendar that takes them in as its own words.

Knows days, times and make-up work days with their names, and writes them out into the calendar: what is resolved once
stands there for good, whatever the source says later. What contradicts the calendar's own words is told, and the
calendar's words stay. Where closures come from (a library, a file) is not known here. Source: DRA-8.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from datetime import time as clock_time

from pydantic import ValidationError

from sla.errors import BadInput
from sla.fields import Day, Line, Value
from sla.service_calendar import ClosedBetween, DayHours, LaterHours, ServiceCalendar, WeeklyHours, YearDay

MOST_CLOSURES = 5000
"""As many as each list of a calendar takes."""
_MIDNIGHT = clock_time(0)
_TOMORROW = timedelta(days=1)


class ClosedDay(Value):
    """A local day that is closed from midnight to midnight."""

    day: Day
    name: Line


class ClosedYearly(Value):
    """A day that is closed in every year; `since` is the first one, where the source says so."""

    day: YearDay
    name: Line
    since: Day | None = None


class ClosedTime(ClosedBetween):
    """A closure by the hour in the calendar's zone, half-open."""

    name: Line


class MakeUpDay(Value):
    """A day, mostly of a weekend, on which people work in place of another day, and as they would have on that day."""

    day: Day
    instead_of: Day | None = None
    name: Line


class Found(Value):
    """What a source says. `remarks` are sentences on what it does not know, left out or only computed."""

    source: Line
    days: tuple[ClosedDay, ...] = ()
    yearly: tuple[ClosedYearly, ...] = ()
    times: tuple[ClosedTime, ...] = ()
    make_up: tuple[MakeUpDay, ...] = ()
    remarks: tuple[str, ...] = ()


class Merged(Value):
    """A calendar with what was found: what is new in it, and what was not taken because the calendar says otherwise."""

    calendar: ServiceCalendar
    source: Line
    days: tuple[ClosedDay, ...] = ()
    yearly: tuple[ClosedYearly, ...] = ()
    times: tuple[ClosedTime, ...] = ()
    hours: tuple[DayHours, ...] = ()
    """Hours of make-up work days."""
    again: int = 0
    """How many closures stood in the calendar already."""
    contradictions: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def merge(calendar: ServiceCalendar, found: Found) -> Merged:
    """The calendar with the found closures added behind its own, each once; the same again changes nothing.

    A closed day that has other hours in the calendar is not taken: the calendar's hours stay, and that is told under
    `contradictions`. A closure by the hour is stronger than other hours, so it is taken, and told. A day closed every
    year is added to each later week that names such days anew. Raises BadInput for more than a list of the calendar
    takes. Source: DRA-8.
    """
    days, yearly = _new_days(calendar, found.days), _new_yearly(calendar, found.yearly)
    times = _new_times(calendar, found)
    hours, refused = _make_up_hours(calendar, found)
    return Merged(
        calendar=_with(calendar, days, found.yearly, times, hours),
        source=found.source,
        days=days,
        yearly=yearly,
        times=times,
        hours=hours,
        again=_known(calendar, found),
        contradictions=(*_contradictions(calendar, found), *refused),
        remarks=(*found.remarks, *_before_they_began(calendar, yearly)),
    )


def each_once(days: Iterable[ClosedDay]) -> tuple[ClosedDay, ...]:
    """The days in order, each once; several names of one day are joined."""
    names: dict[date, list[str]] = {}
    for each in days:
        known = names.setdefault(each.day, [])
        if each.name not in known:
            known.append(each.name)
    return tuple(ClosedDay(day=day, name=_joined(names[day])) for day in sorted(names))


def _joined(names: list[str]) -> str:
    text = "; ".join(names)
    return text if len(text) <= 200 else f"{text[:199]}…"


def _other_days(calendar: ServiceCalendar) -> frozenset[date]:
    return frozenset(row.day for row in calendar.other_hours)


def _new_days(calendar: ServiceCalendar, days: tuple[ClosedDay, ...]) -> tuple[ClosedDay, ...]:
    taken = frozenset(calendar.closed) | _other_days(calendar)
    return tuple(each for each in each_once(days) if each.day not in taken)


def _year_lists(calendar: ServiceCalendar) -> list[tuple[str, ...]]:
    """The days closed every year, and again for each later week that names them anew."""
    anew = [row.closed_every_year for row in calendar.later if row.closed_every_year is not None]
    return [calendar.closed_every_year, *anew]


def _new_yearly(calendar: ServiceCalendar, yearly: tuple[ClosedYearly, ...]) -> tuple[ClosedYearly, ...]:
    lists = _year_lists(calendar)
    new = {each.day: each for each in reversed(yearly) if not all(each.day in known for known in lists)}
    return tuple(new[day] for day in sorted(new))


def _new_times(calendar: ServiceCalendar, found: Found) -> tuple[ClosedTime, ...]:
    taken = {(each.start, each.end) for each in calendar.closed_between}
    new = {(each.start, each.end): each for each in reversed(found.times)}
    return tuple(new[span] for span in sorted(new) if span not in taken)


def _known(calendar: ServiceCalendar, found: Found) -> int:
    taken, spans = frozenset(calendar.closed), {(each.start, each.end) for each in calendar.closed_between}
    days = sum(each.day in taken for each in each_once(found.days))
    yearly = sum(all(each.day in known for known in _year_lists(calendar)) for each in found.yearly)
    return days + yearly + sum((each.start, each.end) in spans for each in found.times)


def _with(
    calendar: ServiceCalendar,
    days: tuple[ClosedDay, ...],
    yearly: tuple[ClosedYearly, ...],
    times: tuple[ClosedTime, ...],
    hours: tuple[DayHours, ...],
) -> ServiceCalendar:
    closed = (*calendar.closed, *(each.day for each in days))
    between = (*calendar.closed_between, *(ClosedBetween(start=each.start, end=each.end) for each in times))
    other = (*calendar.other_hours, *hours)
    for name, rows in (("closed", closed), ("closed_between", between), ("other_hours", other)):
        if len(rows) > MOST_CLOSURES:
            wrong = f"would have {len(rows):,} entries, and at most {MOST_CLOSURES:,} are taken"
            raise BadInput(name, wrong, "fewer years are expected")
    return calendar.model_copy(
        update={
            "closed": closed,
            "closed_every_year": with_every_year(calendar.closed_every_year, yearly),
            "other_hours": other,
            "closed_between": between,
            "later": tuple(_later(row, yearly) for row in calendar.later),
        }
    )


def with_every_year(known: tuple[str, ...], yearly: tuple[ClosedYearly, ...]) -> tuple[str, ...]:
    """The days of every year with those added that are not among them, in order."""
    return (*known, *sorted({each.day for each in yearly} - set(known)))


def _later(row: LaterHours, yearly: tuple[ClosedYearly, ...]) -> LaterHours:
    if row.closed_every_year is None:
        return row
    return row.model_copy(update={"closed_every_year": with_every_year(row.closed_every_year, yearly)})


def _contradictions(calendar: ServiceCalendar, found: Found) -> list[str]:
    open_days = _other_days(calendar)
    told = [
        f"{each.day} ({each.name}) is closed by the source, and open {_spoken(calendar, each.day)} by other_hours; "
        "the calendar's hours stay"
        for each in each_once(found.days)
        if each.day in open_days
    ]
    for each in found.yearly:
        told += [
            f"{day} ({each.name}) is closed every year by the source, and open {_spoken(calendar, day)} by "
            "other_hours; the calendar's hours stay"
            for day in sorted(open_days)
            if f"{day:%m-%d}" == each.day
        ]
    for time in found.times:
        told += [
            f"{_span(time)} ({time.name}) cuts the other_hours of {row.day}, {row.words}; the closure is the stronger"
            for row in calendar.other_hours
            if _meets(row, time)
        ]
    return told


def _before_they_began(calendar: ServiceCalendar, yearly: tuple[ClosedYearly, ...]) -> Iterable[str]:
    for each in yearly:
        if each.since and (calendar.effective is None or calendar.effective < each.since):
            yield f"{each.day} ({each.name}) is closed in every year, those before {each.since:%Y} too, when it began"


def _spoken(calendar: ServiceCalendar, day: date) -> str:
    return " and ".join(row.words for row in calendar.other_hours if row.day == day)


def _span(time: ClosedTime) -> str:
    return f"{time.start:%Y-%m-%dT%H:%M} to {time.end:%Y-%m-%dT%H:%M}"


def _meets(row: DayHours, time: ClosedTime) -> bool:
    midnight = row.day.toordinal() * 1440
    opens, closes = (midnight + minutes for minutes in row.minutes)
    start, end = (at.toordinal() * 1440 + 60 * at.hour + at.minute for at in (time.start, time.end))
    return start < closes and opens < end


def _make_up_hours(calendar: ServiceCalendar, found: Found) -> tuple[tuple[DayHours, ...], list[str]]:
    """Hours of the make-up days that can be written, and a sentence for each that cannot."""
    rows: list[DayHours] = []
    refused: list[str] = []
    for each in sorted(found.make_up, key=lambda made: made.day):
        new, why = _hours_of(calendar, found, each)
        if new and not _fits((*calendar.other_hours, *rows, *new)):
            new, why = (), "its hours would overlap those of a neighbouring day"
        rows += new
        if why:
            refused.append(f"{each.day} ({each.name}) is a make-up work day by the source, but {why}")
    return tuple(rows), refused


def _hours_of(calendar: ServiceCalendar, found: Found, made: MakeUpDay) -> tuple[tuple[DayHours, ...], str]:
    """The hours of the weekday that is made up for; without any, why not, or nothing where none are missing."""
    closed = frozenset(calendar.closed) | {each.day for each in found.days}
    week, yearly = _week_of(calendar, made.day)
    yearly = (*yearly, *(each.day for each in found.yearly))
    if made.day in _other_days(calendar) or any(made.day.weekday() in row.weekdays for row in week):
        return (), ""  # the calendar has hours for it
    if made.day in closed or f"{made.day:%m-%d}" in yearly:
        return (), "the calendar has it closed; the closure stays"
    if made.instead_of is None:
        return (), "it is not known which day it makes up for; write its hours under other_hours"
    like = [row for row in week if made.instead_of.weekday() in row.weekdays]
    if not like:
        return (), ""  # no service is off on that day, so none is made up for
    before = (made.day - _TOMORROW).weekday()
    night = [row for row in week if before in row.weekdays and row.minutes[1] > 1440]
    return (
        *(DayHours(day=made.day, opens=_MIDNIGHT, closes=row.closes) for row in night),
        *(DayHours(day=made.day, opens=row.opens, closes=row.closes) for row in like),
    ), ""


def _week_of(calendar: ServiceCalendar, day: date) -> tuple[tuple[WeeklyHours, ...], tuple[str, ...]]:
    """The week that counts on a day, and its days closed every year."""
    week, yearly = calendar.weekly, calendar.closed_every_year
    for row in calendar.later:
        if row.effective <= day:
            week, yearly = row.weekly, yearly if row.closed_every_year is None else row.closed_every_year
    return week, yearly


def _fits(rows: tuple[DayHours, ...]) -> bool:
    try:
        ServiceCalendar(zone="UTC", other_hours=rows)
    except ValidationError:
        return False
    return True
