"""The clocks of work items: what each has spent of service time, and when and how it was decided. Source: MON-2, DRA-7.

When a clock runs is `sla/item_clock.py`'s, what is open is the service calendar's; this room adds up the one within the
other and compares it with a limit. It knows nothing of levels, periods and credits. Conventions: docs/conventions.md.

- Exactly at the limit is in time. An item is decided in time at the instant at which it is done.
- It is decided late at the instant from which more than the limit has been spent. Where the limit is used up at closing
  time, at a pause or at a resolution, that is when the clock runs on, for until then it can still be done in time.
- What is decided late stays so. What was done in time is open again once it is reopened, and is decided anew.
- An item has the limit of the priority that it then has, and keeps the time already spent. It counts once, under the
  priority under which it is decided first.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from sla.evidence import ItemEvent
from sla.fields import Value
from sla.item_clock import Course, Step, course_of, in_order
from sla.service_calendar import Pause, ServiceCalendar
from sla.service_clock import ServiceClock
from sla.service_days import Holes

_ZERO = timedelta(0)
_Hours = tuple[ServiceCalendar | None, tuple[Pause, ...]]
"""The calendar, and the times in which every clock rests: approved exclusions."""


class WorkItem(Value):
    """A ticket, an order, a task: whatever carries one name, whichever source speaks of it."""

    item: str
    events: tuple[ItemEvent, ...]
    """In order: by instant, at one instant by the order of `ItemDoes`, then by key and source."""
    faults: tuple[str, ...]
    """What is odd in it, in sentences: told, never fatal. One that was never opened is not judged."""

    @cached_property
    def course(self) -> Course:
        """What its events make of it."""
        return course_of(self.events)

    @property
    def opened_at(self) -> datetime | None:
        """When it was first opened; None for one that never was, and is not judged."""
        return self.course.steps[0].at if self.course.steps else None


class Limit(NamedTuple):
    """How much service time an item of a priority may take; with None, one of every priority not named beside it."""

    priority: str | None
    within: timedelta


class Clocking(NamedTuple):
    """What one clock of an item shows."""

    item: WorkItem
    priority: str | None
    """The one under which it is decided; while it is not, the one that it has by now."""
    opened_at: datetime
    done_at: datetime | None
    """When it was answered, or resolved and not reopened since; None while that is not so."""
    spent: timedelta
    """Service time until it was done; until now while it is not."""
    decided_at: datetime | None
    """When it was done in time, or the instant from which it was late; None while neither is so."""
    is_late: bool


class Asked(NamedTuple):
    """Items whose clocks are asked about by the same terms. Equal ones have equal answers."""

    is_response: bool
    as_of: datetime
    limits: tuple[Limit, ...]
    calendar: ServiceCalendar | None
    rests: tuple[Pause, ...]
    items: tuple[WorkItem, ...]


Shown = tuple[Clocking | None, ...]
"""What the clock of each item shows; None for one that is not opened by then."""


def shown(asked: Asked) -> Shown:
    """What the clocks show, one by one; `sla.bulk.items` answers many of these together. Raises BadInput as they do."""
    clock = responded_by_priority if asked.is_response else resolved_by_priority
    return tuple(clock(item, asked.calendar, asked.limits, asked.as_of, asked.rests) for item in asked.items)


def items_of(rows: Iterable[ItemEvent]) -> tuple[WorkItem, ...]:
    """The items that rows speak of, by name, whatever the order of the rows.

    Rows that count no more, because they were corrected or withdrawn, are left out before (`sla.evidence.standing`).
    """
    found: defaultdict[str, list[ItemEvent]] = defaultdict(list)
    for row in rows:
        found[row.item].append(row)
    return tuple(_item(name, found[name]) for name in sorted(found))


def _item(name: str, rows: list[ItemEvent]) -> WorkItem:
    events = in_order(rows)
    course = course_of(events)
    item = WorkItem(item=name, events=events, faults=course.faults)
    item.__dict__["course"] = course  # walked already: a course is asked for by every clock
    return item


def priority_at(item: WorkItem, at: datetime) -> str | None:
    """The priority that an item has at an instant; None where it has none, or is not opened yet."""
    return next((step.priority for step in reversed(item.course.steps) if step.at <= at), None)


def responded(item: WorkItem, calendar: ServiceCalendar | None, within: timedelta, as_of: datetime) -> Clocking | None:
    """The clock until the first response, with one limit for every priority; see `responded_by_priority`."""
    return responded_by_priority(item, calendar, (Limit(None, within),), as_of)


def resolved(item: WorkItem, calendar: ServiceCalendar | None, within: timedelta, as_of: datetime) -> Clocking | None:
    """The clock until the resolution, with one limit for every priority; see `resolved_by_priority`."""
    return resolved_by_priority(item, calendar, (Limit(None, within),), as_of)


def responded_by_priority(
    item: WorkItem,
    calendar: ServiceCalendar | None,
    limits: tuple[Limit, ...],
    as_of: datetime,
    rests: tuple[Pause, ...] = (),
) -> Clocking | None:
    """The clock until the first response, or the first resolution where nobody responded before.

    It rests while the item is paused and in `rests` (approved exclusions), and a reopening does not start it again.
    Events after `as_of` are not known. None where the item is not opened by then. Without a calendar every hour counts.
    Of several limits for a priority the first counts: to judge one target among several by priority, name its own limit
    first, then those of the others, the shortest first, and count the items that are decided under its priority. Raises
    BadInput for an item that is opened before the calendar begins.
    """
    return _clocked(item, (calendar, rests), limits, known_of(item, as_of, is_response=True))


def resolved_by_priority(
    item: WorkItem,
    calendar: ServiceCalendar | None,
    limits: tuple[Limit, ...],
    as_of: datetime,
    rests: tuple[Pause, ...] = (),
) -> Clocking | None:
    """The clock until the resolution: the last one, where the item was reopened.

    It rests while the item is paused, and from a resolution until the reopening, and then goes on with the time already
    spent. Otherwise like `responded_by_priority`.
    """
    return _clocked(item, (calendar, rests), limits, known_of(item, as_of, is_response=False))


class Known(NamedTuple):
    """What is known of one clock of an item at an instant."""

    steps: tuple[Step, ...]
    done_at: datetime | None
    end: datetime
    """When it was done, or now."""

    @property
    def untils(self) -> tuple[datetime, ...]:
        """Until when each step lasts."""
        return (*(step.at for step in self.steps[1:]), self.end)


class Crossing(NamedTuple):
    """The step in which an item spends more than its limit."""

    place: int
    start: datetime
    end: datetime
    left: timedelta
    """How much of the limit was left at the start; below zero, it was above the limit of a new priority at once."""
    beyond: timedelta
    """How much of the step's service time came after the limit; zero where it was above the limit at once."""
    priority: str | None


def known_of(item: WorkItem, as_of: datetime, *, is_response: bool) -> Known | None:
    """The steps that one of its clocks has seen by now; None where it is not opened by then."""
    steps = _until(item.course.steps, as_of)
    if not steps:
        return None
    done_at = item.course.answered_at if is_response else steps[-1].resolved_at
    if done_at is None or done_at > as_of:
        return Known(steps, None, as_of)
    return Known(_until(steps, done_at), done_at, done_at)


def _until(steps: tuple[Step, ...], at: datetime) -> tuple[Step, ...]:
    """Those that have begun by then; mostly all of them."""
    return steps if steps and steps[-1].at <= at else tuple(step for step in steps if step.at <= at)


def added(known: Known, limits: tuple[Limit, ...], lengths: Iterable[timedelta]) -> tuple[timedelta, Crossing | None]:
    """What was spent, and where it first was above the limit of the priority of the time.

    `lengths` are the service time of each step, zero while it does not run.
    """
    spent, late = _ZERO, None
    for place, (step, until, length) in enumerate(zip(known.steps, known.untils, lengths, strict=True)):
        if late is None and step.at < until and step.resolved_at in {None, step.at}:
            limit = _limit(limits, step.priority)
            if spent + length > limit:
                left = limit - spent
                late = Crossing(place, step.at, until, left, length - left if left >= _ZERO else _ZERO, step.priority)
        spent += length
    last = known.steps[-1]
    left = _limit(limits, last.priority) - spent
    if late is None and left < _ZERO:
        late = Crossing(len(known.steps) - 1, known.end, known.end, left, _ZERO, last.priority)
    return spent, late


def clocking_of(
    item: WorkItem, known: Known, spent: timedelta, late: Crossing | None, late_at: datetime | None
) -> Clocking:
    """What the clock shows, where all of that is known."""
    priority = late.priority if late else known.steps[-1].priority
    decided_at = late_at if late else known.done_at
    return Clocking(item, priority, known.steps[0].at, known.done_at, spent, decided_at, late is not None)


def _clocked(item: WorkItem, hours: _Hours, limits: tuple[Limit, ...], known: Known | None) -> Clocking | None:
    if known is None:
        return None
    clock = _begun(item, hours, known.steps[0].at)
    steps = zip(known.steps, known.untils, strict=True)
    opened = [list(_open(clock, step.at, until)) if step.runs else [] for step, until in steps]
    lengths = (sum((closes - opens for opens, closes in each), _ZERO) for each in opened)
    spent, late = added(known, limits, lengths)
    return clocking_of(item, known, spent, late, _late_at(late, opened[late.place]) if late else None)


def _late_at(late: Crossing, opened: list[tuple[datetime, datetime]]) -> datetime:
    """The instant from which more is spent than was left."""
    left = late.left
    for opens, closes in opened if left >= _ZERO else ():
        if left < closes - opens:
            return opens + left
        left -= closes - opens
    return late.start


def _limit(limits: tuple[Limit, ...], priority: str | None) -> timedelta:
    """The first that names the priority, else the first for all others."""
    for named in (priority, None):
        for limit in limits:
            if limit.priority == named:
                return limit.within
    return timedelta.max


def _begun(item: WorkItem, hours: _Hours, at: datetime) -> ServiceClock | Holes[datetime]:
    """The calendar less the rests; the rests alone where every hour counts."""
    calendar, rests = hours
    if calendar is None:
        return Holes((rest.start, rest.end) for rest in rests)
    clock = ServiceClock(calendar, rests)
    clock.checked(at, f"the opening of item {item.item}")
    return clock


def _open(clock: ServiceClock | Holes[datetime], start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The open stretches between two instants."""
    if isinstance(clock, Holes):
        yield from clock.leave(start, end)
        return
    for opens, closes in clock.after(start):
        if opens >= end:
            return
        yield opens, min(closes, end)
