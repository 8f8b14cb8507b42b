"""The axis of a picture: where an instant stands, and which hours, days, quarters or years are told below each other.

Knows lengths and local days; knows nothing of agreements.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sla.term import day_at, months_after, start_of_day

LEFT = 136.0
"""Where the time begins; the names of the rows stand before it."""
WIDTH = 1180.0
RIGHT = WIDTH - 16.0
_MARGIN = 0.012
"""How much of the time is added on both sides, so that the first mark and the last can be seen whole."""
_SHORTEST = timedelta(hours=1)
_MINOR_ROOM = 13.0
_QUARTER_ROOM = 32.0


class Unit(StrEnum):
    """What an axis counts in."""

    HOURS = "hours"
    DAYS = "days"
    MONTHS = "months"


class Step(NamedTuple):
    """From one line of the axis to the next; `room` is what its words take."""

    unit: Unit
    number: int
    length: timedelta
    room: float


def _step(unit: Unit, count: int, room: float) -> Step:
    lengths = {Unit.HOURS: timedelta(hours=1), Unit.DAYS: timedelta(days=1), Unit.MONTHS: timedelta(days=30.44)}
    return Step(unit, count, lengths[unit] * count, room)


STEPS = (
    *(_step(Unit.HOURS, count, 132) for count in (1, 3, 6, 12)),
    *(_step(Unit.DAYS, count, 76) for count in (1, 2, 7, 14)),
    *(_step(Unit.MONTHS, count, 76) for count in (1, 3)),
    *(_step(Unit.MONTHS, count, 50) for count in (12, 60, 120)),
)


class Tick(NamedTuple):
    """One line of the axis. `width` reaches to the next line of its kind; `text` is empty where there is no room."""

    x: float
    width: float
    text: str
    is_major: bool
    is_shaded: bool


class Window(NamedTuple):
    """A part of the time."""

    since: datetime
    until: datetime
    zone: str

    def x(self, at: datetime) -> float:
        """Where an instant stands; what is outside stands at the edge."""
        share = (at - self.since) / (self.until - self.since)
        return round(LEFT + min(max(share, 0.0), 1.0) * (RIGHT - LEFT), 1)

    def room(self, length: timedelta) -> float:
        """How long a time is on the plane."""
        return length / (self.until - self.since) * (RIGHT - LEFT)

    def has(self, at: datetime) -> bool:
        """Whether an instant is inside."""
        return self.since <= at <= self.until


def window(since: datetime, until: datetime, zone: str) -> Window:
    """The time between two instants, with a margin on both sides."""
    margin = max(until - since, _SHORTEST) * _MARGIN
    return Window(since - margin, max(until, since + _SHORTEST) + margin, zone)


def ticks(shown: Window) -> tuple[Tick, ...]:
    """The lines of the axis: those with words, and finer ones between them."""
    place = next((no for no, step in enumerate(STEPS) if shown.room(step.length) >= step.room), len(STEPS) - 1)
    finer = [step for step in STEPS[:place] if shown.room(step.length) >= _MINOR_ROOM]
    minor = _lines(shown, finer[0], is_major=False) if finer else ()
    return (*minor, *_lines(shown, STEPS[place], is_major=True))


def _lines(shown: Window, step: Step, *, is_major: bool) -> Iterator[Tick]:
    starts = list(_starts(shown, step))
    for no, (at, following) in enumerate(pairwise(starts)):
        x, end = shown.x(at), shown.x(following)
        text = _words(at, step, shown.zone) if is_major else _quarter(at, step, shown)
        fits = end - x >= step.room * 0.8 if is_major else end - x >= _QUARTER_ROOM * 0.8
        yield Tick(x, round(end - x, 1), text if fits else "", is_major, is_major and no % 2 == 0)


def _starts(shown: Window, step: Step) -> Iterator[datetime]:
    """Every line from the last one before the window to the first one after it."""
    day = day_at(shown.since, shown.zone)
    at, count = start_of_day(_aligned(day, step), shown.zone), 0
    first = at
    while True:
        count += 1
        following = _after(first, day, step, count, shown.zone)
        if following > shown.since:
            yield at
        if at >= shown.until:
            return
        at = following


def _aligned(day: date, step: Step) -> date:
    """The last day by this one on which a line falls: weeks begin on Monday, quarters in January."""
    if step.unit is Unit.MONTHS:
        months = (day.year * 12 + day.month - 1) // step.number * step.number
        return date(months // 12, months % 12 + 1, 1)
    if step.unit is Unit.DAYS:
        return date.fromordinal((day.toordinal() - 1) // step.number * step.number + 1)
    return day


def _after(first: datetime, day: date, step: Step, count: int, zone: str) -> datetime:
    if step.unit is Unit.HOURS:
        return first + step.length * count
    start = _aligned(day, step)
    if step.unit is Unit.DAYS:
        return start_of_day(start + timedelta(days=step.number * count), zone)
    return start_of_day(months_after(start, step.number * count), zone)


def _words(at: datetime, step: Step, zone: str) -> str:
    if step.unit is Unit.HOURS:
        local = at.astimezone(ZoneInfo(zone))
        return f"{local:%a} {local.day} {local:%b, %H:%M}"
    day = day_at(at, zone)
    if step.unit is Unit.DAYS:
        return f"{day:%a} {day.day} {day:%b}"
    return f"{day:%Y}" if step.number >= 12 else f"{day:%b %Y}"


def _quarter(at: datetime, step: Step, shown: Window) -> str:
    is_quarter = step.unit is Unit.MONTHS and step.number == 3
    return f"Q{(day_at(at, shown.zone).month - 1) // 3 + 1}" if is_quarter else ""
