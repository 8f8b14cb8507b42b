"""Service time: is it open, when does it open and close, how much has passed, when is something due, on which day.

The clock runs while the calendar is open and no pause holds it; that one set answers every question below. Pauses may
overlap and come in any order. Instants are aware; answers are in UTC and exact. Nothing is looked for beyond 2199, so
every question ends. The conventions, with examples: docs/conventions.md. Source: DRA-8, MON-2.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sla.errors import BadInput
from sla.service_calendar import Pause, ServiceCalendar
from sla.service_clock import ServiceClock
from sla.service_days import LAST_DAY

_ZERO = timedelta(0)


def is_open(calendar: ServiceCalendar, at: datetime, pauses: Iterable[Pause] = ()) -> bool:
    """Whether the clock runs at this instant: at an opening it does, at a closing it does not."""
    clock = ServiceClock(calendar, pauses)
    at = clock.checked(at, "the instant")
    return any(start <= at < end for start, end in clock.running(clock.days.day_of(at)))


def next_open(calendar: ServiceCalendar, at: datetime, pauses: Iterable[Pause] = ()) -> datetime | None:
    """The first instant from `at` on at which the clock runs: `at` itself when it is open. None for never again."""
    clock = ServiceClock(calendar, pauses)
    return next((start for start, _ in clock.after(clock.checked(at, "the instant"))), None)


def next_close(calendar: ServiceCalendar, at: datetime, pauses: Iterable[Pause] = ()) -> datetime | None:
    """The first instant after `at` at which the clock stops: of this opening, or of the next one while it is closed.

    A midnight between two open days is no closing. None for never again, as with hours round the clock.
    """
    clock = ServiceClock(calendar, pauses)
    closes = None
    for start, end in clock.after(clock.checked(at, "the instant")):
        if closes is not None and start > closes:
            return closes
        closes = end
    return closes if closes is not None and closes < clock.end else None


def open_stretches(
    calendar: ServiceCalendar, start: datetime, end: datetime, pauses: Iterable[Pause] = ()
) -> Iterator[tuple[datetime, datetime]]:
    """The half-open stretches from `start` to `end` in which the clock runs, in order; they may touch at midnight.

    Raises BadInput for an end before the start.
    """
    clock = ServiceClock(calendar, pauses)
    start, end = clock.checked(start, "the start"), clock.checked(end, "the end")
    if end < start:
        wrong = f"{clock.told(end)} is before the start at {clock.told(start)}"
        raise BadInput("the end", wrong, "the start or a later instant is expected")
    for opens, closes in clock.after(start):
        if opens >= end:
            return
        yield opens, min(closes, end)


def elapsed(calendar: ServiceCalendar, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> timedelta:
    """The service time in the half-open stretch from `start` to `end`. Hours are real, clock change or not.

    Raises BadInput for an end before the start.
    """
    return sum((closes - opens for opens, closes in open_stretches(calendar, start, end, pauses)), _ZERO)


def deadline(calendar: ServiceCalendar, at: datetime, span: timedelta, pauses: Iterable[Pause] = ()) -> datetime:
    """The first instant by which `span` of service time has passed since `at`.

    One that falls exactly on closing time stays there. No time at all has passed at `at` itself, open or not.
    Raises BadInput when the clock never runs for so long.
    """
    clock = ServiceClock(calendar, pauses)
    at, left = clock.checked(at, "the start"), _not_negative(span)
    if not left:
        return at
    for opens, closes in clock.after(at):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    raise clock.too_short(f"after {clock.told(at)}", span, span - left, f"until {LAST_DAY}")


def latest_start(calendar: ServiceCalendar, due: datetime, span: timedelta, pauses: Iterable[Pause] = ()) -> datetime:
    """The same backwards: the last instant from which `span` of service time passes until `due`.

    One that falls exactly on an opening stays there. Raises BadInput when the clock never ran for so long.
    """
    clock = ServiceClock(calendar, pauses)
    due, left = clock.checked(due, "the deadline"), _not_negative(span)
    if not left:
        return due
    for opens, closes in clock.before(due):
        if left <= closes - opens:
            return closes - left
        left -= closes - opens
    raise clock.too_short(f"before {clock.told(due)}", span, span - left, f"from {clock.days.first_day}")


def is_working_day(calendar: ServiceCalendar, day: date, pauses: Iterable[Pause] = ()) -> bool:
    """Whether service begins on this local day and the clock runs in some of it.

    What is open after midnight from the evening before makes no working day. Raises BadInput for a day out of range.
    """
    clock = ServiceClock(calendar, pauses)
    return clock.works(clock.checked_day(day))


def later_working_day(calendar: ServiceCalendar, day: date, days: int, pauses: Iterable[Pause] = ()) -> date:
    """The working day that is `days` working days after a day, which itself does not count. The day itself for 0."""
    clock = ServiceClock(calendar, pauses)
    return clock.stepped(clock.checked_day(day), _not_below_zero(days), 1)


def earlier_working_day(calendar: ServiceCalendar, day: date, days: int, pauses: Iterable[Pause] = ()) -> date:
    """The working day that is `days` working days before a day, which itself does not count. The day itself for 0."""
    clock = ServiceClock(calendar, pauses)
    return clock.stepped(clock.checked_day(day), _not_below_zero(days), -1)


def count_working_days(calendar: ServiceCalendar, start: date, end: date, pauses: Iterable[Pause] = ()) -> int:
    """The working days from `start` until `end`, which is outside. Raises BadInput for an end before the start."""
    clock = ServiceClock(calendar, pauses)
    start, end = clock.checked_day(start), clock.checked_day(end)
    if end < start:
        raise BadInput("the end", f"{end} is before the start on {start}", "the start or a later day is expected")
    return sum(clock.works(start + timedelta(days=index)) for index in range((end - start).days))


def add_working_days(calendar: ServiceCalendar, at: datetime, days: int, pauses: Iterable[Pause] = ()) -> datetime:
    """The same local time, `days` working days after the moment from `at` on at which the clock runs.

    Where the clock does not run at that time, the next opening of that day; after its last closing, that closing:
    Thursday 16:00 plus one working day is Friday 15:00 if that is when Friday ends. It never leaves that day.
    Raises BadInput when there are not so many working days.
    """
    clock = ServiceClock(calendar, pauses)
    at = clock.checked(at, "the start")
    begin = next((start for start, _ in clock.after(at)), None)
    if begin is None:
        raise clock.never(f"after {clock.told(at)}")
    if _not_below_zero(days) == 0:
        return begin
    first = clock.days.day_of(begin)
    return clock.moved_in(clock.stepped(first, days, 1), _clock_time(clock.days.zone, begin, first))


def _clock_time(zone: ZoneInfo, at: datetime, day: date) -> time:
    """What the clock shows; midnight where it has been set back into the day before."""
    local = at.astimezone(zone)
    return local.time() if local.date() == day else time()


def _not_negative(span: timedelta) -> timedelta:
    if span < _ZERO:
        raise BadInput("the service time", "is below zero", "a length of time such as 4h is expected")
    return span


def _not_below_zero(days: int) -> int:
    if days < 0:
        raise BadInput("the working days", f"{days} is below zero", "a whole number such as 3 is expected")
    return days
