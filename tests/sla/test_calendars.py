"""Working days and service time, against an oracle that walks day by day and minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sla.calendars import (
    WorkCalendar,
    add_service_time,
    add_working_days,
    is_working_day,
    next_working_moment,
    open_hours,
)

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo")
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = WorkCalendar(zone="Europe/Berlin")

calendars = st.builds(
    WorkCalendar,
    zone=st.sampled_from(ZONES),
    weekdays=st.sets(st.integers(0, 6), min_size=1).map(sorted),
    opens=st.integers(0, 11).map(time),
    closes=st.integers(12, 23).map(time),
    holidays=st.lists(st.dates(date(2026, 12, 1), date(2027, 12, 31)), max_size=40).map(tuple),
)
instants = st.datetimes(datetime(2027, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001


def open_at(calendar: WorkCalendar, at: datetime) -> bool:
    """The oracle's own idea: the wall clock of the zone, and nothing of the module but the fields."""
    local = at.astimezone(ZoneInfo(calendar.zone))
    day = local.date()
    return (
        day.weekday() in calendar.weekdays
        and day not in calendar.holidays
        and calendar.opens <= local.time() < calendar.closes
    )


def day_by_day(calendar: WorkCalendar, at: datetime, days: int) -> datetime:
    """Steps in whole minutes to the first open one, then through the days."""
    at = at.replace(second=0, microsecond=0)
    while not open_at(calendar, at):
        at += timedelta(minutes=1)
    local = at.astimezone(ZoneInfo(calendar.zone))
    day = local.date()
    for _ in range(days):
        day += timedelta(days=1)
        while day.weekday() not in calendar.weekdays or day in calendar.holidays:
            day += timedelta(days=1)
    return datetime.combine(day, local.time(), ZoneInfo(calendar.zone)).astimezone(UTC)


@settings(max_examples=40, deadline=None)
@given(calendars, instants, st.integers(1, 30))
def test_working_days_are_those_that_a_slow_walk_finds(calendar: WorkCalendar, at: datetime, days: int) -> None:
    at = at.replace(second=0, microsecond=0)
    assert add_working_days(calendar, at, days) == day_by_day(calendar, at, days)


@given(calendars, instants)
def test_the_next_working_moment_is_open_and_nothing_before_it_is(calendar: WorkCalendar, at: datetime) -> None:
    moment = next_working_moment(calendar, at)
    assert moment >= at
    assert open_at(calendar, moment)
    assert moment == at or not open_at(calendar, moment - timedelta(microseconds=1))


@given(calendars, instants, st.integers(0, 20), st.integers(0, 20))
def test_later_instants_and_more_days_never_come_earlier(
    calendar: WorkCalendar, at: datetime, fewer: int, more: int
) -> None:
    first, second = sorted((fewer, more))
    assert add_working_days(calendar, at, first) <= add_working_days(calendar, at, second)


@settings(max_examples=40, deadline=None)
@given(calendars, instants, st.integers(1, 3000))
def test_service_time_passes_while_the_wall_clock_says_open(calendar: WorkCalendar, at: datetime, minutes: int) -> None:
    at = at.replace(second=0, microsecond=0)
    end, walked, left = add_service_time(calendar, at, timedelta(minutes=minutes)), at, minutes
    while left:
        left -= open_at(calendar, walked)
        walked += timedelta(minutes=1)
    assert end == walked


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2027-02-05T16:00", 1, "2027-02-08T16:00"),  # Friday to Monday
        ("2027-02-06T12:00", 1, "2027-02-09T09:00"),  # Saturday counts from Monday's opening
        ("2027-02-05T17:00", 0, "2027-02-08T09:00"),  # closing time is closed
        ("2027-02-05T08:59", 0, "2027-02-05T09:00"),
        ("2027-03-26T16:00", 1, "2027-03-29T16:00"),  # the clock goes forward on the Sunday between
        ("2027-10-29T16:00", 1, "2027-11-01T16:00"),  # and back
    ],
)
def test_a_working_day_keeps_the_local_time(start: str, days: int, end: str) -> None:
    at, expected = (datetime.fromisoformat(each).replace(tzinfo=BERLIN) for each in (start, end))
    assert add_working_days(OFFICE, at, days) == expected


def test_holidays_do_not_count() -> None:
    calendar = WorkCalendar(zone="Europe/Berlin", holidays=(date(2027, 3, 26), date(2027, 3, 29)))
    thursday = datetime(2027, 3, 25, 10, tzinfo=BERLIN)
    assert add_working_days(calendar, thursday, 1) == datetime(2027, 3, 30, 10, tzinfo=BERLIN)


def test_an_hour_that_comes_twice_is_open_twice() -> None:
    night = WorkCalendar(zone="Europe/Berlin", weekdays=(0, 1, 2, 3, 4, 5, 6), opens=time(2), closes=time(4))
    again = datetime(2027, 10, 31, 2, 15, tzinfo=BERLIN, fold=1).astimezone(UTC)
    assert next_working_moment(night, again) == again
    hours = open_hours(night, date(2027, 10, 31))
    assert hours is not None
    assert hours[1] - hours[0] == timedelta(hours=3)


def test_an_opening_that_the_clock_skips_is_no_opening() -> None:
    night = WorkCalendar(zone="Europe/Berlin", weekdays=(0, 1, 2, 3, 4, 5, 6), opens=time(2, 30), closes=time(3, 15))
    assert open_hours(night, date(2027, 3, 28)) is None
    skipped = datetime(2027, 3, 28, 0, 0, tzinfo=BERLIN)
    assert next_working_moment(night, skipped) == datetime(2027, 3, 29, 2, 30, tzinfo=BERLIN)


def test_a_calendar_of_holidays_only_ends_its_search() -> None:
    mondays = tuple(date(2027, 1, 4) + timedelta(weeks=n) for n in range(2000))
    calendar = WorkCalendar(weekdays=(0,), holidays=mondays)
    assert next_working_moment(calendar, datetime(2027, 1, 1, tzinfo=UTC)).date() == mondays[-1] + timedelta(weeks=1)


@pytest.mark.parametrize(
    ("text", "days"),
    [("mon-fri", (0, 1, 2, 3, 4)), ("SUN", (6,)), ("mon, wed,sat", (0, 2, 5)), ("mon-wed,tue-thu", (0, 1, 2, 3))],
)
def test_weekdays_are_names_and_ranges(text: str, days: tuple[int, ...]) -> None:
    assert WorkCalendar.model_validate({"weekdays": text}).weekdays == days


@pytest.mark.parametrize(
    "fields",
    [
        *({"weekdays": each} for each in ("fri-mon", "", "monday", [], [7], [-1], [True], ["mon-fri"], None, 5)),
        *({"opens": each} for each in ("9:00", "24:00", "09:60", "09:00:00", "17:00", "09:00\n", 9, None)),
        {"holidays": ["2027-13-01"]},
        {"zone": "Factory"},
    ],
)
def test_a_calendar_that_cannot_be_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        WorkCalendar.model_validate(fields)


@given(calendars)
def test_a_calendar_reads_back_as_it_was_written(calendar: WorkCalendar) -> None:
    assert WorkCalendar.model_validate_json(calendar.model_dump_json()) == calendar


def test_a_holiday_is_no_working_day() -> None:
    assert not is_working_day(WorkCalendar(holidays=(date(2027, 2, 1),)), date(2027, 2, 1))
    assert is_working_day(WorkCalendar(), date(2027, 2, 1))
