"""Service hours case by case: edges, clock changes, closures, later weeks, pauses, and what cannot be answered."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla.errors import BadInput
from sla.service_calendar import Pause, ServiceCalendar
from sla.service_clock import spoken_time
from sla.service_days import FIRST_DAY, LAST_DAY, instant_of
from sla.service_hours import (
    add_working_days,
    count_working_days,
    deadline,
    elapsed,
    is_open,
    is_working_day,
    later_working_day,
    latest_start,
    next_close,
    next_open,
)
from tests.sla import service_lives
from tests.sla.service_lives import DAY, HOUR, MINUTE, ODD_ZONES

SECOND = timedelta(seconds=1)
NONE = timedelta(0)
OFFICE = {
    "zone": "Europe/Berlin",
    "weekly": [
        {"weekdays": "mon-thu", "opens": "08:00", "closes": "12:00"},
        {"weekdays": "mon-thu", "opens": "13:00", "closes": "18:00"},
        {"weekdays": "fri", "opens": "08:00", "closes": "15:00"},
    ],
}
ROUND_THE_CLOCK = {"weekly": [{"weekdays": "mon-sun", "opens": "00:00", "closes": "24:00"}]}


def calendar_of(*parts: Mapping[str, object], **more: object) -> ServiceCalendar:
    said: dict[str, object] = {}
    for part in (*parts, more):
        said |= part
    return ServiceCalendar.model_validate(said)


def office(**more: object) -> ServiceCalendar:
    return calendar_of(OFFICE, more)


def nights(**more: object) -> ServiceCalendar:
    rows = [{"weekdays": "mon-fri", "opens": "22:00", "closes": "06:00"}]
    return calendar_of({"zone": "Europe/Berlin", "weekly": rows}, more)


def around_the_clock(zone: str = "Europe/Berlin", **more: object) -> ServiceCalendar:
    return calendar_of(ROUND_THE_CLOCK, {"zone": zone}, more)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


def local(at: datetime | None, zone: str = "Europe/Berlin") -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M}" if at else "never"


def raised(question: object, *arguments: object) -> str:
    assert callable(question)
    with pytest.raises(BadInput) as refused:
        question(*arguments)
    return str(refused.value)


def test_a_deadline_that_falls_on_closing_time_stays_there() -> None:
    assert local(deadline(office(), berlin("2027-03-04T16:00"), 2 * HOUR)) == "Thu 2027-03-04 18:00"


def test_a_second_more_than_closing_time_is_the_next_opening() -> None:
    due = deadline(office(), berlin("2027-03-04T16:00"), 2 * HOUR + SECOND)
    assert due == berlin("2027-03-05T08:00") + SECOND


def test_backwards_a_start_that_falls_on_an_opening_stays_there() -> None:
    assert local(latest_start(office(), berlin("2027-03-05T09:00"), HOUR)) == "Fri 2027-03-05 08:00"


def test_no_time_at_all_is_due_at_once_even_while_it_is_closed() -> None:
    at = berlin("2027-03-06T12:00")
    assert (deadline(office(), at, NONE), latest_start(office(), at, NONE)) == (at, at)


def test_at_an_opening_it_is_open_and_at_a_closing_it_is_not() -> None:
    assert is_open(office(), berlin("2027-03-04T13:00"))
    assert not is_open(office(), berlin("2027-03-04T12:00"))


def test_a_midnight_between_two_open_days_is_no_closing() -> None:
    rows = [
        {"weekdays": "mon", "opens": "20:00", "closes": "24:00"},
        {"weekdays": "tue", "opens": "00:00", "closes": "04:00"},
    ]
    calendar = calendar_of(zone="Europe/Berlin", weekly=rows)
    assert local(next_close(calendar, berlin("2027-03-01T21:00"))) == "Tue 2027-03-02 04:00"


@pytest.mark.parametrize(("day", "hours"), [("2027-03-28", 23), ("2027-10-31", 25), ("2027-06-01", 24)])
def test_a_day_round_the_clock_has_the_hours_of_its_zone(day: str, hours: int) -> None:
    start = berlin(day)
    assert elapsed(around_the_clock(), start, berlin(str(date.fromisoformat(day) + DAY))) == hours * HOUR


def test_a_day_that_the_zone_leaves_out_has_no_hours() -> None:
    apia = around_the_clock("Pacific/Apia")
    assert not is_working_day(apia, date(2011, 12, 30))
    assert later_working_day(apia, date(2011, 12, 29), 1) == date(2011, 12, 31)


def test_a_clock_that_is_set_back_into_the_day_before_does_not_begin_that_day_again() -> None:
    again = datetime(2005, 10, 30, 3, tzinfo=UTC)  # 23:30 of the 29th for the second time; the 30th began at 02:30 UTC
    calendar = around_the_clock("America/St_Johns", closed=["2005-10-30"])
    assert local(again, calendar.zone) == "Sat 2005-10-29 23:30"
    assert not is_open(calendar, again)
    assert is_open(around_the_clock(calendar.zone, closed=["2005-10-29"]), again)
    assert local(add_working_days(around_the_clock(calendar.zone), again, 1), calendar.zone) == "Mon 2005-10-31 00:00"


@pytest.mark.parametrize(
    ("change", "closes"),
    [
        ({"later": [{"effective": "2031-05-01", "weekly": []}]}, "Thu 2031-05-01 00:00"),
        ({"closed": ["2031-05-01"]}, "Thu 2031-05-01 00:00"),
        ({"closed_every_year": ["05-01"]}, "Sat 2027-05-01 00:00"),
        ({"closed_between": [{"start": "2031-05-01T09:00", "end": "2031-05-01T10:00"}]}, "Thu 2031-05-01 09:00"),
        ({"other_hours": [{"day": "2031-05-01", "opens": "00:00", "closes": "09:00"}]}, "Thu 2031-05-01 09:00"),
    ],
)
def test_hours_round_the_clock_close_when_something_says_so_years_ahead(change: dict[str, object], closes: str) -> None:
    calendar = around_the_clock("Europe/Berlin", **change)
    assert local(next_close(calendar, AT)) == closes
    assert elapsed(calendar, AT, berlin(closes[4:14])) == berlin(closes[4:14]) - AT


def test_a_pause_far_ahead_stops_hours_round_the_clock() -> None:
    ahead = (Pause(start=berlin("2031-05-01T09:00"), end=berlin("2031-05-01T10:00")),)
    assert local(next_close(around_the_clock(), AT, ahead)) == "Thu 2031-05-01 09:00"


@pytest.mark.parametrize(
    ("opens", "closes", "minutes"),
    [("02:15", "02:45", 0), ("02:30", "04:00", 60), ("01:00", "02:30", 60), ("22:00", "06:00", 420)],
)
def test_in_a_skipped_hour_a_local_time_is_the_instant_of_the_change(opens: str, closes: str, minutes: int) -> None:
    rows = [{"weekdays": "sat,sun" if opens > closes else "sun", "opens": opens, "closes": closes}]
    calendar = calendar_of(zone="Europe/Berlin", weekly=rows)
    assert elapsed(calendar, berlin("2027-03-27T12:00"), berlin("2027-03-28T12:00")) == minutes * MINUTE


@pytest.mark.parametrize(
    ("opens", "closes", "minutes"),
    [("02:15", "02:45", 30), ("02:30", "04:00", 150), ("01:00", "02:30", 90), ("02:00", "03:00", 120)],
)
def test_in_a_repeated_hour_a_local_time_is_the_first_of_two(opens: str, closes: str, minutes: int) -> None:
    calendar = calendar_of(zone="Europe/Berlin", weekly=[{"weekdays": "sun", "opens": opens, "closes": closes}])
    assert elapsed(calendar, berlin("2027-10-31"), berlin("2027-10-31T12:00")) == minutes * MINUTE


def test_a_closed_day_is_closed_from_midnight_to_midnight() -> None:
    calendar = nights(closed=["2027-03-03"])
    spent = elapsed(calendar, berlin("2027-03-03"), berlin("2027-03-04"))
    assert spent == NONE
    assert is_open(calendar, berlin("2027-03-02T23:59"))
    assert is_open(calendar, berlin("2027-03-04T00:00"))


def test_a_day_with_other_hours_has_these_and_no_others() -> None:
    calendar = nights(other_hours=[{"day": "2027-03-03", "opens": "09:00", "closes": "10:00"}])
    assert elapsed(calendar, berlin("2027-03-03"), berlin("2027-03-04")) == HOUR
    assert is_open(calendar, berlin("2027-03-04T05:00"))


def test_other_hours_reach_over_midnight_but_never_into_a_closed_day() -> None:
    late = [{"day": "2026-12-31", "opens": "18:00", "closes": "02:00"}]
    assert local(next_close(office(other_hours=late), berlin("2026-12-31T19:00"))) == "Fri 2027-01-01 02:00"
    closed = office(other_hours=late, closed=["2027-01-01"])
    assert local(next_close(closed, berlin("2026-12-31T19:00"))) == "Fri 2027-01-01 00:00"


def test_other_hours_of_one_year_stand_above_a_closure_of_every_year() -> None:
    calendar = office(
        closed_every_year=["12-24"], other_hours=[{"day": "2027-12-24", "opens": "08:00", "closes": "12:00"}]
    )
    assert not is_working_day(calendar, date(2026, 12, 24))
    assert is_working_day(calendar, date(2027, 12, 24))


def test_the_29th_of_february_comes_in_leap_years_only() -> None:
    calendar = around_the_clock(closed_every_year=["02-29"])
    assert local(next_close(calendar, berlin("2027-01-01"))) == "Tue 2028-02-29 00:00"


def test_a_closure_by_the_hour_stands_above_everything() -> None:
    calendar = office(
        other_hours=[{"day": "2027-03-06", "opens": "08:00", "closes": "18:00"}],
        closed_between=[{"start": "2027-03-06T10:00", "end": "2027-03-08T09:00"}],
    )
    assert elapsed(calendar, berlin("2027-03-06"), berlin("2027-03-08T10:00")) == 3 * HOUR


def test_a_later_week_counts_from_the_midnight_of_its_day() -> None:
    calendar = nights(
        later=[{"effective": "2027-03-04", "weekly": [{"weekdays": "thu", "opens": "09:00", "closes": "10:00"}]}]
    )
    assert is_open(calendar, berlin("2027-03-03T23:59"))
    assert local(next_close(calendar, berlin("2027-03-03T23:59"))) == "Thu 2027-03-04 00:00"
    assert local(next_open(calendar, berlin("2027-03-04T00:00"))) == "Thu 2027-03-04 09:00"


def test_a_later_week_keeps_the_closed_days_of_every_year_until_it_names_them_again() -> None:
    week = OFFICE["weekly"]
    later = [
        {"effective": "2027-01-01", "weekly": week},
        {"effective": "2028-01-01", "weekly": week, "closed_every_year": []},
    ]
    calendar = office(closed_every_year=["05-05"], later=later)
    assert [is_working_day(calendar, date(year, 5, 5)) for year in (2026, 2027, 2028)] == [False, False, True]


def test_what_is_open_from_the_evening_before_makes_no_working_day() -> None:
    assert is_open(nights(), berlin("2027-03-06T05:00"))
    assert not is_working_day(nights(), date(2027, 3, 6))


@pytest.mark.parametrize(
    ("at", "days", "due"),
    [
        ("2027-03-04T16:00", 0, "Thu 2027-03-04 16:00"),
        ("2027-03-04T16:00", 1, "Fri 2027-03-05 15:00"),
        ("2027-03-04T16:00", 2, "Mon 2027-03-08 16:00"),
        ("2027-03-06T11:00", 0, "Mon 2027-03-08 08:00"),
        ("2027-03-06T11:00", 1, "Tue 2027-03-09 08:00"),
        ("2027-03-05T12:30", 1, "Mon 2027-03-08 13:00"),
    ],
)
def test_working_days_added_land_on_the_same_time_moved_into_the_hours(at: str, days: int, due: str) -> None:
    assert local(add_working_days(office(), berlin(at), days)) == due


def test_a_day_paused_through_is_no_working_day_and_a_day_with_a_minute_left_is_one() -> None:
    through = (Pause(start=berlin("2027-03-05T08:00"), end=berlin("2027-03-05T15:00")),)
    almost = (Pause(start=berlin("2027-03-05T08:01"), end=berlin("2027-03-05T15:00")),)
    assert not is_working_day(office(), date(2027, 3, 5), through)
    assert is_working_day(office(), date(2027, 3, 5), almost)
    assert later_working_day(office(), date(2027, 3, 4), 1, through) == date(2027, 3, 8)


def test_while_it_is_paused_the_clock_does_not_run() -> None:
    pauses = (Pause(start=berlin("2027-03-04T09:00"), end=berlin("2027-03-04T09:30")),)
    assert not is_open(office(), berlin("2027-03-04T09:00"), pauses)
    assert local(next_close(office(), berlin("2027-03-04T08:30"), pauses)) == "Thu 2027-03-04 09:00"
    assert local(deadline(office(), berlin("2027-03-04T08:30"), HOUR, pauses)) == "Thu 2027-03-04 10:00"


@pytest.mark.parametrize("zone", ODD_ZONES)
def test_a_later_local_time_is_never_an_earlier_instant(zone: str) -> None:
    clock = ZoneInfo(zone)
    for change in service_lives.changes(zone)[:12]:
        begin = change.astimezone(clock).replace(tzinfo=None, minute=0) - 30 * HOUR
        found = [instant_of(clock, begin + 10 * MINUTE * index) for index in range(6 * 90)]
        assert found == sorted(found)


def test_service_time_is_spoken_in_hours() -> None:
    spans = (NONE, 26 * HOUR + 30 * MINUTE, 5 * SECOND, 1000 * DAY)
    assert [spoken_time(span) for span in spans] == ["0h", "26h 30min", "5s", "24000h"]


AT = datetime(2027, 3, 4, 9, tzinfo=UTC)
ENDED = office(later=[{"effective": "2028-01-01", "weekly": []}])
SHUT = office(closed_between=[{"start": "2027-01-01T00:00", "end": "2199-12-31T23:59"}])
MINUTE_A_WEEK = calendar_of(zone="UTC", weekly=[{"weekdays": "mon", "opens": "12:00", "closes": "12:01"}])
BEGINS = office(effective="2027-03-04")


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (
            (deadline, ENDED, datetime(2028, 5, 1, tzinfo=UTC), HOUR),
            "the calendar: is never open after 2028-05-01 02:00 Europe/Berlin; "
            "hours in which the clock can run are expected",
        ),
        (
            (deadline, SHUT, AT, HOUR),
            "the calendar: is never open after 2027-03-04 10:00 Europe/Berlin; "
            "hours in which the clock can run are expected",
        ),
        (
            (deadline, MINUTE_A_WEEK, AT, 366 * DAY),
            "the calendar: has only 150h 18min of service time after 2027-03-04 09:00 UTC (until 2199-12-31), and "
            "8784h is asked for; a shorter time, or more hours, is expected",
        ),
        (
            (latest_start, BEGINS, AT, 3 * HOUR),
            "the calendar: has only 2h of service time before 2027-03-04 10:00 Europe/Berlin (from 2027-03-04), and "
            "3h is asked for; a shorter time, or more hours, is expected",
        ),
        (
            (is_open, BEGINS, AT - DAY),
            "the instant: 2027-03-03 10:00 Europe/Berlin is before the calendar begins on 2027-03-04; "
            "that day or a later one is expected",
        ),
        (
            (elapsed, office(), AT, AT - SECOND * 60),
            "the end: 2027-03-04 09:59 Europe/Berlin is before the start at 2027-03-04 10:00 Europe/Berlin; "
            "the start or a later instant is expected",
        ),
        (
            (count_working_days, office(), date(2027, 3, 4), date(2027, 3, 3)),
            "the end: 2027-03-03 is before the start on 2027-03-04; the start or a later day is expected",
        ),
        (
            (later_working_day, SHUT, date(2027, 3, 4), 10**400),
            None,
        ),
        (
            (add_working_days, SHUT, AT, 1),
            "the calendar: is never open after 2027-03-04 10:00 Europe/Berlin; "
            "hours in which the clock can run are expected",
        ),
        ((deadline, office(), AT, -HOUR), "the service time: is below zero; a length of time such as 4h is expected"),
        (
            (later_working_day, office(), date(2027, 3, 4), -1),
            "the working days: -1 is below zero; a whole number such as 3 is expected",
        ),
        (
            (is_open, office(), datetime(2027, 3, 4)),  # noqa: DTZ001
            "the instant: 2027-03-04 00:00:00 has no zone; an instant such as 2027-02-28T09:00:00+01:00 is expected",
        ),
        (
            (is_open, office(), datetime.max.replace(tzinfo=UTC)),
            "the instant: 9999-12-31 is out of range; years from 1990 to 2199 are taken",
        ),
        (
            (is_working_day, office(), date(1, 1, 1)),
            "the day: 0001-01-01 is out of range; years from 1990 to 2199 are taken",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused_with_what_would_be_right(
    question: tuple[object, ...], sentence: str | None
) -> None:
    told = raised(*question)
    assert told == sentence or (sentence is None and "has not so many working days" in told)


def test_hours_round_the_clock_never_close_and_an_ended_service_never_opens() -> None:
    assert next_close(around_the_clock(), AT) is None
    assert next_open(ENDED, datetime(2028, 5, 1, tzinfo=UTC)) is None
    assert next_close(ENDED, datetime(2028, 5, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_first_and_the_last_day_are_days_like_others(zone: str) -> None:
    clock, calendar = ZoneInfo(zone), around_the_clock(zone)
    first, last = (datetime.combine(day, time(), clock).astimezone(UTC) for day in (FIRST_DAY, LAST_DAY))
    assert is_open(calendar, first)
    assert elapsed(calendar, first, last) == last - first
    assert raised(is_open, calendar, first - SECOND).endswith("years from 1990 to 2199 are taken")
    assert raised(is_open, calendar, last + DAY).endswith("years from 1990 to 2199 are taken")
