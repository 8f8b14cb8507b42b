"""The slow oracle of work items: it walks unit by unit, and knows the rules as somebody else would tell them."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from sla.evidence import ItemDoes, ItemEvent
from sla.service_calendar import Pause, ServiceCalendar
from sla.work_items import (
    Clocking,
    Limit,
)
from tests.sla.service_lives import DAY

SECOND, NONE = timedelta(seconds=1), timedelta(0)
REASONS = ("waits for the customer", "waits for a part")
PRIORITIES = ("high", "low", None)


def event(at: datetime, does: ItemDoes, no: int = 0, *, said: str | None = None, item: str = "INC-1") -> ItemEvent:
    is_about_priority = does in {ItemDoes.OPENED, ItemDoes.PRIORITY_CHANGED}
    return ItemEvent(
        source="ticket system",
        key=f"{item}/{no:03}",
        item=item,
        does=does,
        at=at,
        priority=said if is_about_priority else None,
        reason=None if is_about_priority else said,
    )


class Told(NamedTuple):
    """What the walk finds."""

    done_at: datetime | None
    spent: timedelta
    decided_at: datetime | None
    is_late: bool
    priority: str | None


class Grid(NamedTuple):
    """The hours, as the product is told them and as the walk sees them."""

    calendar: ServiceCalendar | None
    rests: tuple[Pause, ...]
    runs: Callable[[datetime], bool]
    unit: timedelta


class _State(NamedTuple):
    at: datetime
    is_held: bool
    resolved_at: datetime | None
    priority: str | None


class SlowItem:
    """An item as its rules tell it, told again."""

    def __init__(self, rows: Iterable[ItemEvent]) -> None:
        order = list(ItemDoes)
        rows = sorted(rows, key=lambda row: (row.at, order.index(row.does), row.key))
        openings = [row for row in rows if row.does is ItemDoes.OPENED]
        self.opened_at = openings[0].at if openings else None
        self.answered_at: datetime | None = None
        self.states = list[_State]()
        held, since, priority = set[str | None](), None, openings[0].priority if openings else None
        resumed_idly = reopened_idly = None
        pausing, passed = _when(rows, ItemDoes.PAUSED), set[tuple[datetime, str | None]]()
        for row in (row for row in rows if self.opened_at is not None and row.at >= self.opened_at):
            match row.does, since is None:
                case ItemDoes.PRIORITY_CHANGED, _:
                    priority = row.priority
                case ItemDoes.REOPENED, is_open:
                    reopened_idly = (
                        row.at if is_open and (row.at, None) in _when(rows, ItemDoes.RESOLVED) else reopened_idly
                    )
                    held, since = set(), None
                case ItemDoes.RESUMED, True if row.reason not in held and (row.at, row.reason) in pausing:
                    passed.add((row.at, row.reason))
                case ItemDoes.RESUMED, True:
                    resumed_idly = resumed_idly if held else row.at
                    held = held - {row.reason} if row.reason in held else set()
                case ItemDoes.RESPONDED, True:
                    self.answered_at = self.answered_at or row.at
                case ItemDoes.PAUSED, True if resumed_idly != row.at and (row.at, row.reason) not in passed:
                    held = held | {row.reason}
                case ItemDoes.RESOLVED, True:
                    self.answered_at = self.answered_at or row.at
                    held, since = set(), None if reopened_idly == row.at else row.at
            self.states.append(_State(row.at, bool(held), since, priority))

    def walked(
        self, grid: Grid, limit: Callable[[str | None], timedelta], as_of: datetime, *, is_response: bool
    ) -> Told | None:
        """Unit by unit, from the opening until it is done or now."""
        if self.opened_at is None or self.opened_at > as_of:
            return None
        known = [state for state in self.states if state.at <= as_of]
        done_at = self.answered_at if is_response else known[-1].resolved_at
        done_at = done_at if done_at is not None and done_at <= as_of else None
        at, end, spent, index, late = self.opened_at, done_at or as_of, NONE, 0, None
        while at <= end:
            while index + 1 < len(known) and known[index + 1].at <= at:
                index += 1
            state = known[index]
            if late is None and spent > limit(state.priority) and (state.resolved_at in {None, at} or at == end):
                late = (at, state.priority)
            if at < end and not state.is_held and state.resolved_at is None and grid.runs(at):
                if late is None and spent + grid.unit > limit(state.priority):
                    late = (at + (limit(state.priority) - spent), state.priority)
                spent += grid.unit
            at += grid.unit
        priority = late[1] if late else known[index].priority
        return Told(done_at, spent, late[0] if late else done_at, late is not None, priority)


def _when(rows: Iterable[ItemEvent], does: ItemDoes) -> set[tuple[datetime, str | None]]:
    """When something happens, and for which reason: none is named of a resolution."""
    return {(row.at, row.reason if does is ItemDoes.PAUSED else None) for row in rows if row.does is does}


def told(clocking: Clocking | None) -> Told | None:
    if clocking is None:
        return None
    return Told(clocking.done_at, clocking.spent, clocking.decided_at, clocking.is_late, clocking.priority)


def some_rows(random: Random, instants: list[datetime], item: str = "INC-1") -> list[ItemEvent]:
    """Events in any order, many at one instant, mostly after an opening; mostly those that a ticket system sends."""
    rows = [event(min(instants), ItemDoes.OPENED, 0, said=random.choice(PRIORITIES), item=item)]
    if random.random() < 0.15:
        rows = []
    for no in range(1, random.randrange(2, 14)):
        does = random.choice(
            (*ItemDoes, ItemDoes.PAUSED, ItemDoes.RESUMED, ItemDoes.RESUMED, ItemDoes.PRIORITY_CHANGED)
        )
        said: str | None = random.choice(("high", "low"))
        if does in {ItemDoes.PAUSED, ItemDoes.RESUMED}:
            said = random.choice((*REASONS, "waits" if does is ItemDoes.PAUSED else None)) or None
        rows.append(event(random.choice(instants), does, no, said=said, item=item))
    random.shuffle(rows)
    return rows


def some_limits(random: Random, unit: timedelta) -> tuple[Limit, ...]:
    if random.random() < 0.4:
        return (Limit(None, unit * random.randrange(1, 500)),)
    few = [Limit(priority, unit / 2 * random.randrange(1, 1600)) for priority in PRIORITIES]
    return tuple(random.sample(few, random.randrange(1, 4)))


def limit_of(limits: tuple[Limit, ...], priority: str | None) -> timedelta:
    named: dict[str | None, timedelta] = {limit.priority: limit.within for limit in limits}
    return named.get(priority, named.get(None, DAY * 999))
