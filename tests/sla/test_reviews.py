"""Review days: on the cadence from the start, on working days, within the term, each once, none missed. REV-1."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.calendars import WorkCalendar, is_working_day
from sla.reviews import REVIEW_CLOCK, review_days, review_instant
from sla.term import months_after
from sla.terms import ReviewCadence
from tests.sla.test_term import ZONES

BERLIN = WorkCalendar(zone="Europe/Berlin")
QUARTERLY = ReviewCadence()
EVERY_DAY = WorkCalendar(weekdays=(0, 1, 2, 3, 4, 5, 6))


def days(start: date, end: date, cadence: ReviewCadence = QUARTERLY, calendar: WorkCalendar = BERLIN) -> list[date]:
    return [review.day for review in review_days(start, end, cadence, calendar)]


def test_quarterly_reviews_of_a_year_move_to_a_working_day() -> None:
    assert days(date(2026, 2, 1), date(2027, 2, 1)) == [date(2026, 5, 1), date(2026, 8, 3), date(2026, 11, 2)]


def test_a_review_moves_past_holidays_and_the_next_one_does_not_drift() -> None:
    calendar = WorkCalendar(holidays=(date(2026, 5, 1), date(2026, 5, 4)))
    expected = [date(2026, 5, 5), date(2026, 8, 3), date(2026, 11, 2)]
    assert days(date(2026, 2, 1), date(2027, 2, 1), calendar=calendar) == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (date(2027, 8, 31), [date(2027, 11, 30), date(2028, 2, 29), date(2028, 5, 31)]),
        (date(2028, 2, 29), [date(2028, 5, 29), date(2028, 8, 29), date(2028, 11, 29)]),
        (date(2026, 11, 30), [date(2027, 2, 28), date(2027, 5, 30), date(2027, 8, 30)]),
    ],
)
def test_month_ends_clamp_and_come_back(start: date, expected: list[date]) -> None:
    assert days(start, months_after(start, 12), calendar=EVERY_DAY) == expected


def test_no_review_is_held_on_the_day_of_the_end_or_after_it() -> None:
    assert days(date(2026, 1, 1), date(2026, 4, 1)) == []
    assert days(date(2025, 11, 1), date(2026, 2, 2)) == []  # Sunday moves to Monday, which is outside
    assert days(date(2025, 11, 1), date(2026, 2, 3)) == [date(2026, 2, 2)]


def test_two_reviews_that_holidays_move_to_one_day_are_one() -> None:
    closed = tuple(date(2026, 2, 1) + timedelta(days=n) for n in range(59))
    found = review_days(
        date(2026, 1, 1), date(2026, 6, 1), ReviewCadence(every_months=1), WorkCalendar(holidays=closed)
    )
    assert [(review.no, review.day) for review in found] == [
        *((1, date(2026, 4, 1)), (4, date(2026, 5, 1))),
    ]


STARTS = st.dates(date(1990, 1, 1), date(2120, 12, 31))
CALENDARS = st.builds(
    WorkCalendar,
    weekdays=st.sets(st.integers(0, 6), min_size=1).map(lambda found: tuple(sorted(found))),
    holidays=st.lists(STARTS, max_size=20).map(tuple),
)


@given(STARTS, st.integers(1, 4_000), st.integers(1, 24), CALENDARS)
def test_each_review_comes_once_and_none_is_missed(
    start: date, length: int, every: int, calendar: WorkCalendar
) -> None:
    end, cadence = start + timedelta(days=length), ReviewCadence(every_months=every)
    found = review_days(start, end, cadence, calendar)
    held = [review.day for review in found]
    assert held == sorted(set(held))
    assert all(start < day < end and is_working_day(calendar, day) for day in held)
    for no in range(1, length // 28 + 2):
        nominal = months_after(start, no * every)
        served = [day for day in held if day >= nominal]
        closed = [nominal + timedelta(days=n) for n in range(max(0, ((served or [end])[0] - nominal).days))]
        assert not any(is_working_day(calendar, day) for day in closed), "a working day went by without its review"


@given(STARTS, st.integers(30, 4_000), st.integers(1, 24), CALENDARS)
def test_a_longer_term_keeps_every_review(start: date, length: int, every: int, calendar: WorkCalendar) -> None:
    end, cadence = start + timedelta(days=length), ReviewCadence(every_months=every)
    before, after = (review_days(start, each, cadence, calendar) for each in (end, months_after(end, 12)))
    assert after[: len(before)] == before


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("clock", [REVIEW_CLOCK, time(0), time(0, 30), time(2, 30)])
def test_reviews_fall_once_on_their_local_time_in_every_zone(zone: str, clock: time) -> None:
    cadence = ReviewCadence(every_months=1)
    found = review_days(date(2005, 1, 31), date(2029, 1, 31), cadence, EVERY_DAY)
    instants = [review_instant(review, zone, clock) for review in found]
    assert len(instants) == 287
    assert all(before < after for before, after in pairwise(instants))
    for review, at in zip(found, instants, strict=True):
        local = at.astimezone(ZoneInfo(zone))
        late = local.replace(tzinfo=None) - review_local(review.day, clock)
        assert timedelta(0) <= late <= timedelta(days=1)
        assert not late or skipped(review.day, clock, zone)


def review_local(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock)


def skipped(day: date, clock: time, zone: str) -> bool:
    before, after = (datetime.combine(day, clock.replace(fold=fold), ZoneInfo(zone)).utcoffset() for fold in (0, 1))
    assert before is not None
    assert after is not None
    return before < after
