"""Service hours against an oracle that walks minute by minute, and against laws that need no oracle."""

from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from sla.errors import BadInput
from sla.service_calendar import Pause, ServiceCalendar
from sla.service_days import instant_of, merged
from sla.service_hours import (
    add_working_days,
    count_working_days,
    deadline,
    earlier_working_day,
    elapsed,
    is_open,
    is_working_day,
    later_working_day,
    latest_start,
    next_close,
    next_open,
    open_stretches,
)
from tests.sla import service_lives
from tests.sla.service_lives import ALL_ZONES, DAY, MINUTE, ODD_ZONES
from tests.sla.service_oracle import Oracle
from tests.sla.test_service_hours import NONE, around_the_clock, berlin, calendar_of, office

SECOND = timedelta(seconds=1)


ANY = st.integers(0, 10**9)


class Scene:
    """A random calendar with pauses, and some instants to ask about, most of them near a clock change."""

    def __init__(self, seed: int, days: int = 4) -> None:
        self.random = Random(seed)
        zone = self.random.choice(ODD_ZONES if self.random.random() < 0.7 else ALL_ZONES)
        self.begin = service_lives.some_day(self.random, zone)
        self.calendar = service_lives.calendar(self.random, zone, self.begin)
        self.pauses = service_lives.pauses(self.random, self.begin) if self.random.random() < 0.7 else ()
        self.end = self.begin + days * DAY

    def instant(self) -> datetime:
        """Anywhere in the days of the scene, to the second; often on a whole minute."""
        at = self.begin + SECOND * self.random.randrange((self.end - self.begin) // SECOND)
        return at if self.random.random() < 0.5 else at.replace(second=0)

    def instants(self) -> tuple[datetime, datetime]:
        """Two, in order."""
        first, second = sorted((self.instant(), self.instant()))
        return first, second

    def span(self) -> timedelta:
        """A short or a long one."""
        return SECOND * self.random.choice((1, 60, 3600, self.random.randrange(1, 40 * 3600)))


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_everything_agrees_with_a_slow_walk_minute_by_minute(seed: int) -> None:
    scene = Scene(seed)
    calendar, pauses = scene.calendar, scene.pauses
    oracle = Oracle(calendar, scene.begin, 4, pauses)
    stretches = list(open_stretches(calendar, scene.begin, oracle.end, pauses))
    assert minutes_of(stretches) == [at for at, runs in oracle.running.items() if runs]
    for at in (scene.instant() for _ in range(60)):
        assert is_open(calendar, at, pauses) == oracle.is_open(at)
    for _ in range(4):
        start, end = scene.instants()
        assert elapsed(calendar, start, end, pauses) == oracle.elapsed(start, end)
        agrees(next_open(calendar, start, pauses), oracle.next_open(start), oracle.end)
        agrees(next_close(calendar, start, pauses), oracle.next_close(start), oracle.end)
        span = scene.span()
        if (due := oracle.deadline(start, span)) is not None:
            assert deadline(calendar, start, span, pauses) == due
        if (begin := oracle.latest_start(end, span)) is not None:
            assert latest_start(calendar, end, span, pauses) == begin


def minutes_of(stretches: list[tuple[datetime, datetime]]) -> list[datetime]:
    """Every minute of some stretches, in order."""
    return [start + MINUTE * index for start, end in stretches for index in range((end - start) // MINUTE)]


def agrees(found: datetime | None, expected: datetime | None, end: datetime) -> None:
    """What the oracle does not see lies beyond its last minute."""
    assert found == expected or (expected is None and (found is None or found >= end))


@settings(max_examples=25, deadline=None)
@given(ANY)
def test_days_and_working_days_are_those_that_a_slow_walk_finds(seed: int) -> None:
    scene = Scene(seed)
    oracle = Oracle(scene.calendar, scene.begin, 5, scene.pauses)
    zone = ZoneInfo(scene.calendar.zone)
    days = list(oracle.midnights)[1:-1]
    assert [instant_of(zone, datetime.combine(day, time())) for day in days] == [oracle.midnights[day] for day in days]
    found = {day for day in days if is_working_day(scene.calendar, day, scene.pauses)}
    assert found == oracle.worked & set(days)
    assert count_working_days(scene.calendar, days[0], days[-1], scene.pauses) == len(found - {days[-1]})


@settings(max_examples=100, deadline=None)
@given(ANY)
def test_a_deadline_is_the_first_instant_by_which_the_time_has_passed(seed: int) -> None:
    scene = Scene(seed, days=40)
    at, span = scene.instant(), scene.span()
    try:
        due = deadline(scene.calendar, at, span, scene.pauses)
    except BadInput:
        return
    assert elapsed(scene.calendar, at, due, scene.pauses) == span
    assert elapsed(scene.calendar, at, due - SECOND, scene.pauses) < span
    assert latest_start(scene.calendar, due, span, scene.pauses) >= at


@settings(max_examples=100, deadline=None)
@given(ANY)
def test_a_latest_start_is_the_last_instant_from_which_the_time_passes(seed: int) -> None:
    scene = Scene(seed, days=40)
    due, span = scene.instant(), scene.span()
    try:
        start = latest_start(scene.calendar, due, span, scene.pauses)
    except BadInput:
        return
    assert elapsed(scene.calendar, start, due, scene.pauses) == span
    assert elapsed(scene.calendar, start + SECOND, due, scene.pauses) < span
    assert is_open(scene.calendar, start, scene.pauses)
    assert deadline(scene.calendar, start, span, scene.pauses) <= due


@settings(max_examples=100, deadline=None)
@given(ANY)
def test_splitting_a_stretch_adds_up(seed: int) -> None:
    scene = Scene(seed, days=60)
    start, middle, end = sorted(scene.instant() for _ in range(3))
    whole = elapsed(scene.calendar, start, end, scene.pauses)
    first, second = (elapsed(scene.calendar, *part, scene.pauses) for part in ((start, middle), (middle, end)))
    assert whole == first + second


@settings(max_examples=80, deadline=None)
@given(ANY)
def test_two_spans_after_each_other_are_one_long_one(seed: int) -> None:
    scene = Scene(seed)
    at, first, second = scene.instant(), scene.span(), scene.span()
    try:
        whole = deadline(scene.calendar, at, first + second, scene.pauses)
    except BadInput:
        return
    halfway = deadline(scene.calendar, at, first, scene.pauses)
    assert deadline(scene.calendar, halfway, second, scene.pauses) == whole


@settings(max_examples=80, deadline=None)
@given(ANY)
def test_a_pause_takes_its_open_part_once_however_often_it_is_said(seed: int) -> None:
    scene = Scene(seed)
    start, end = scene.begin, scene.end
    held = merged((pause.start, pause.end) for pause in scene.pauses)
    rest = sum((elapsed(scene.calendar, max(a, start), min(b, end)) for a, b in held if a < end and b > start), NONE)
    twice = (*scene.pauses, *reversed(scene.pauses))
    assert elapsed(scene.calendar, start, end, twice) == elapsed(scene.calendar, start, end) - rest


@settings(max_examples=80, deadline=None)
@given(ANY)
def test_a_pause_over_closed_hours_changes_nothing(seed: int) -> None:
    scene = Scene(seed)
    at, span = scene.instant(), scene.span()
    closes = next_close(scene.calendar, at)
    opens = next_open(scene.calendar, closes) if closes else None
    if closes is None or opens is None:
        return
    resting = (Pause(start=closes, end=opens),)
    assert elapsed(scene.calendar, at, opens + DAY, resting) == elapsed(scene.calendar, at, opens + DAY)
    assert next_open(scene.calendar, at, resting) == next_open(scene.calendar, at)
    assert next_close(scene.calendar, at, resting) == closes
    try:
        due = deadline(scene.calendar, at, span)
    except BadInput:
        return
    assert deadline(scene.calendar, at, span, resting) == due


@settings(max_examples=80, deadline=None)
@given(ANY)
def test_one_more_pause_never_brings_a_deadline_nearer(seed: int) -> None:
    scene = Scene(seed)
    at, span = scene.instant(), scene.span()
    more = (*scene.pauses, Pause(start=scene.instant(), end=scene.end))
    try:
        later = deadline(scene.calendar, at, span, more)
    except BadInput:
        return
    assert deadline(scene.calendar, at, span, scene.pauses) <= later


@settings(max_examples=100, deadline=None)
@given(ANY)
def test_an_interval_cut_in_two_at_any_minute_is_the_same_calendar(seed: int) -> None:
    scene = Scene(seed)
    cut = scene.random.randrange(1, 1440)
    halves = [
        {"weekdays": "mon-sun", "opens": "00:00", "closes": f"{cut // 60:02}:{cut % 60:02}"},
        {"weekdays": "mon-sun", "opens": f"{cut // 60:02}:{cut % 60:02}", "closes": "24:00"},
    ]
    zone = scene.calendar.zone
    start, end = scene.instants()
    assert elapsed(calendar_of(zone=zone, weekly=halves), start, end) == end - start
    assert elapsed(around_the_clock(zone), start, end) == end - start


@settings(max_examples=80, deadline=None)
@given(ANY, st.integers(0, 12))
def test_a_working_day_later_is_counted_again(seed: int, days: int) -> None:
    scene = Scene(seed)
    day = scene.begin.date()
    try:
        later = later_working_day(scene.calendar, day, days, scene.pauses)
    except BadInput:
        return
    assert count_working_days(scene.calendar, day + DAY, later + DAY, scene.pauses) == days
    if days:
        assert earlier_working_day(scene.calendar, later + DAY, 1, scene.pauses) == later
        back = earlier_working_day(scene.calendar, later, days, scene.pauses)
        assert count_working_days(scene.calendar, back, later, scene.pauses) == days
        assert back <= day


@settings(max_examples=80, deadline=None)
@given(ANY, st.integers(1, 6))
def test_working_days_added_to_an_instant_stay_on_their_day_and_in_its_hours(seed: int, days: int) -> None:
    scene = Scene(seed)
    at = scene.instant()
    try:
        due = add_working_days(scene.calendar, at, days, scene.pauses)
    except BadInput:
        return
    assert due > at
    assert is_open(scene.calendar, due, scene.pauses) or is_open(scene.calendar, due - SECOND, scene.pauses)


def test_the_form_of_a_calendar_survives_json() -> None:
    calendar = Scene(7).calendar
    assert ServiceCalendar.model_validate_json(calendar.model_dump_json()) == calendar
    assert '"closes":"24:00"' in around_the_clock().model_dump_json()


def test_the_oracle_itself_knows_the_office() -> None:
    oracle = Oracle(office(), berlin("2027-03-04"), 1)
    found = [oracle.is_open(berlin(f"2027-03-04T{hour:02}:00")) for hour in (7, 8, 12, 13, 17, 18)]
    assert found == [False, True, False, True, True, False]
