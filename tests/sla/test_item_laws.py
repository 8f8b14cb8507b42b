"""The clocks of work items: against a walk unit by unit, and by laws that need none."""

from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from sla.evidence import ItemDoes, ItemEvent
from sla.service_calendar import Pause
from sla.service_hours import deadline, elapsed, next_close, next_open
from sla.work_items import (
    items_of,
    priority_at,
    resolved,
    resolved_by_priority,
    responded_by_priority,
)
from tests.sla import service_lives
from tests.sla.item_oracle import SECOND, Grid, SlowItem, Told, event, limit_of, some_limits, some_rows, told
from tests.sla.service_lives import DAY, MINUTE, ODD_ZONES
from tests.sla.service_oracle import Oracle
from tests.sla.test_service_hours import around_the_clock

ANY = st.integers(0, 10**9)


def compare(random: Random, grid: Grid, rows: list[ItemEvent], as_of: datetime) -> None:
    (item,), slow, limits = items_of(rows), SlowItem(rows), some_limits(random, grid.unit)
    asked = item, grid.calendar, limits, as_of, grid.rests
    limit = partial(limit_of, limits)
    assert told(responded_by_priority(*asked)) == slow.walked(grid, limit, as_of, is_response=True)
    assert told(resolved_by_priority(*asked)) == slow.walked(grid, limit, as_of, is_response=False)
    states = [state for state in slow.states if state.at <= as_of]
    assert priority_at(item, as_of) == (states[-1].priority if states else None)


@settings(max_examples=25, deadline=None)
@given(ANY)
def test_every_order_of_events_agrees_with_a_slow_walk_minute_by_minute(seed: int) -> None:
    random = Random(seed)
    zone = random.choice(ODD_ZONES)
    begin = service_lives.some_day(random, zone)
    calendar = service_lives.calendar(random, zone, begin)
    rests = service_lives.pauses(random, begin) if random.random() < 0.3 else ()
    grid = Grid(calendar, rests, Oracle(calendar, begin, 4, rests).running.__getitem__, MINUTE)
    for _ in range(10):
        instants = [begin + MINUTE * random.randrange(4 * 1440) for _ in range(random.randrange(1, 9))]
        as_of = random.choice((*instants, begin + MINUTE * random.randrange(4 * 1440)))
        compare(random, grid, some_rows(random, instants), as_of)


@settings(max_examples=100, deadline=None)
@given(ANY)
def test_without_a_calendar_every_order_of_events_agrees_with_a_slow_walk_second_by_second(seed: int) -> None:
    random = Random(seed)
    begin = datetime(2027, 3, 28, tzinfo=UTC)
    for _ in range(10):
        instants = [begin + SECOND * random.randrange(900) for _ in range(random.randrange(1, 9))]
        as_of = random.choice((*instants, begin + SECOND * random.randrange(900)))
        rest = Pause(start=begin + 300 * SECOND, end=begin + SECOND * random.randrange(300, 700))
        grid = Grid(None, (rest,), partial(outside, rest), SECOND)
        compare(random, grid, some_rows(random, instants), as_of)


def outside(rest: Pause, at: datetime) -> bool:
    return not rest.start <= at < rest.end


# Laws that need no walk


class Scene:
    """A random calendar or none, an item in it, and limits."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        zone = self.random.choice(ODD_ZONES)
        self.begin = service_lives.some_day(self.random, zone)
        self.calendar = self.random.choice((service_lives.calendar(self.random, zone, self.begin), None))
        self.rows = [event(self.begin, ItemDoes.OPENED, 900, said="high")]
        self.rows += some_rows(self.random, [self.instant() for _ in range(8)])
        self.limits = some_limits(self.random, MINUTE)
        self.as_of = self.begin + 8 * DAY

    def instant(self) -> datetime:
        return self.begin + SECOND * self.random.randrange(1, 7 * 86400)

    def shown(self, rows: list[ItemEvent], as_of: datetime | None = None) -> tuple[Told | None, Told | None]:
        (item,), as_of = items_of(rows), as_of or self.as_of
        return (
            told(responded_by_priority(item, self.calendar, self.limits, as_of)),
            told(resolved_by_priority(item, self.calendar, self.limits, as_of)),
        )


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    scene = Scene(seed)
    expected = items_of(scene.rows)
    scene.random.shuffle(scene.rows)
    assert items_of(scene.rows) == expected


@settings(max_examples=100, deadline=None)
@given(ANY)
def test_what_is_decided_late_was_not_late_before_and_stays_so(seed: int) -> None:
    scene = Scene(seed)
    for now, then in zip(scene.shown(scene.rows), (responded_by_priority, resolved_by_priority), strict=True):
        if now is None or not now.is_late or now.decided_at is None:
            continue
        (item,) = items_of(scene.rows)
        before = then(item, scene.calendar, scene.limits, now.decided_at - timedelta(microseconds=1))
        after = then(item, scene.calendar, scene.limits, now.decided_at + timedelta(microseconds=1))
        assert before is None or not before.is_late
        assert after is not None
        assert (after.is_late, after.decided_at, after.priority) == (True, now.decided_at, now.priority)


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_what_comes_after_now_is_not_known(seed: int) -> None:
    scene = Scene(seed)
    now = scene.instant()
    known = [row for row in scene.rows if row.at <= now]
    assert scene.shown(scene.rows, now) == scene.shown(known, now)


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_a_change_to_the_same_priority_changes_nothing(seed: int) -> None:
    scene = Scene(seed)
    (item,), at = items_of(scene.rows), scene.instant()
    if any(row.at == at for row in scene.rows):
        return
    same = event(at, ItemDoes.PRIORITY_CHANGED, 901, said=priority_at(item, at) or "none")
    if priority_at(item, at) is not None:
        assert scene.shown([*scene.rows, same]) == scene.shown(scene.rows)


def an_item(scene: Scene, *pauses: tuple[datetime, datetime]) -> list[ItemEvent]:
    """Opened at first, resolved at last, paused in between."""
    rows = [event(scene.begin, ItemDoes.OPENED), event(scene.begin + 7 * DAY, ItemDoes.RESOLVED)]
    for no, (start, end) in enumerate(pauses):
        rows.append(event(start, ItemDoes.PAUSED, no, said=f"pause {no}"))
        rows.append(event(end, ItemDoes.RESUMED, no, said=f"pause {no}"))
    return rows


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_a_pause_over_closed_hours_changes_nothing(seed: int) -> None:
    scene = Scene(seed)
    closes = next_close(scene.calendar, scene.instant()) if scene.calendar else None
    opens = next_open(scene.calendar, closes) if scene.calendar and closes else None
    if closes and opens and opens < scene.begin + 7 * DAY:
        assert scene.shown(an_item(scene, (closes, opens))) == scene.shown(an_item(scene))


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_a_pause_split_in_two_changes_nothing(seed: int) -> None:
    scene = Scene(seed)
    start, middle, end = sorted((scene.instant(), scene.instant(), scene.instant()))
    other = (scene.instant(), scene.begin + 7 * DAY)
    for others in ((), (other,)):
        whole = scene.shown(an_item(scene, *others, (start, end)))
        assert scene.shown(an_item(scene, *others, (start, middle), (middle, end))) == whole


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_one_opened_and_resolved_agrees_with_the_service_hours(seed: int) -> None:
    scene = Scene(seed)
    calendar = scene.calendar or around_the_clock("UTC")
    done, within = scene.instant(), SECOND * scene.random.randrange(1, 200_000)
    (item,) = items_of([event(scene.begin, ItemDoes.OPENED), event(done, ItemDoes.RESOLVED)])
    clocking = resolved(item, scene.calendar, within, scene.as_of)
    assert clocking is not None
    spent = elapsed(calendar, scene.begin, done)
    assert (clocking.spent, clocking.is_late) == (spent, spent > within)
    if spent > within:
        assert clocking.decided_at == next_open(calendar, deadline(calendar, scene.begin, within))
