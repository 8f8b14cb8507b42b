"""Merging found closures into a service calendar: each once, by name, and never against the calendar's own words."""

from datetime import UTC, date, datetime

import pytest

from sla.closures import ClosedDay, ClosedTime, ClosedYearly, Found, MakeUpDay, Merged, merge
from sla.errors import BadInput
from sla.service_calendar import ServiceCalendar
from sla.service_hours import is_open

WEEK = [
    {"weekdays": "mon-thu", "opens": "08:00", "closes": "17:00"},
    {"weekdays": "fri", "opens": "08:00", "closes": "13:00"},
]


def calendar(**more: object) -> ServiceCalendar:
    return ServiceCalendar.model_validate({"zone": "Europe/Berlin", "weekly": WEEK, **more})


def found(**what: object) -> Found:
    return Found.model_validate({"source": "a test", **what})


def christmas(day: str = "2027-12-24") -> ClosedDay:
    return ClosedDay(day=date.fromisoformat(day), name="Christmas Eve")


def made_up(day: str, instead_of: str | None) -> MakeUpDay:
    off = None if instead_of is None else date.fromisoformat(instead_of)
    return MakeUpDay(day=date.fromisoformat(day), instead_of=off, name="work day")


def hours(merged: Merged) -> list[tuple[str, str]]:
    return [(str(row.day), row.words) for row in merged.hours]


def test_a_found_day_is_closed_in_the_calendar() -> None:
    merged = merge(calendar(), found(days=[christmas()]))
    assert merged.calendar.closed == (date(2027, 12, 24),)
    assert not is_open(merged.calendar, datetime(2027, 12, 24, 9, tzinfo=UTC))


def test_what_the_calendar_has_stays_before_what_is_new() -> None:
    merged = merge(calendar(closed=["2028-05-05"]), found(days=[christmas("2027-12-27"), christmas()]))
    assert [str(day) for day in merged.calendar.closed] == ["2028-05-05", "2027-12-24", "2027-12-27"]


def test_the_same_again_changes_nothing() -> None:
    source = found(
        days=[christmas()],
        yearly=[ClosedYearly(day="05-01", name="Labour Day")],
        times=[ClosedTime.model_validate({"start": "2027-03-05T12:00", "end": "2027-03-05T14:00", "name": "drill"})],
        make_up=[made_up("2027-03-06", "2027-03-08")],
    )
    once = merge(calendar(), source)
    twice = merge(once.calendar, source)
    assert twice.calendar == once.calendar
    assert (twice.days, twice.yearly, twice.times, twice.hours, twice.again) == ((), (), (), (), 3)


def test_two_names_of_one_day_are_joined() -> None:
    days = [christmas(), ClosedDay(day=date(2027, 12, 24), name="Year-end closing"), christmas()]
    assert [each.name for each in merge(calendar(), found(days=days)).days] == ["Christmas Eve; Year-end closing"]


def test_a_closed_day_with_other_hours_is_told_and_the_hours_stay() -> None:
    mine = calendar(other_hours=[{"day": "2027-12-24", "opens": "08:00", "closes": "12:00"}])
    merged = merge(mine, found(days=[christmas()]))
    assert merged.calendar == mine
    assert merged.contradictions == (
        "2027-12-24 (Christmas Eve) is closed by the source, and open 08:00 to 12:00 by other_hours; "
        "the calendar's hours stay",
    )


def test_a_day_of_every_year_with_other_hours_in_one_year_is_told() -> None:
    mine = calendar(other_hours=[{"day": "2028-12-24", "opens": "08:00", "closes": "12:00"}])
    merged = merge(mine, found(yearly=[ClosedYearly(day="12-24", name="Christmas Eve")]))
    assert merged.calendar.closed_every_year == ("12-24",)
    assert [each[:10] for each in merged.contradictions] == ["2028-12-24"]


@pytest.mark.parametrize(
    ("start", "end", "is_told"),
    [
        ("2027-12-24T10:00", "2027-12-24T11:00", True),
        ("2027-12-24T12:00", "2027-12-24T14:00", False),
        ("2027-12-23T10:00", "2027-12-24T08:00", False),
        ("2027-12-23T10:00", "2027-12-24T08:01", True),
    ],
)
def test_a_closure_that_cuts_other_hours_is_taken_and_told(start: str, end: str, is_told: bool) -> None:
    mine = calendar(other_hours=[{"day": "2027-12-24", "opens": "08:00", "closes": "12:00"}])
    times = [ClosedTime.model_validate({"start": start, "end": end, "name": "party"})]
    merged = merge(mine, found(times=times))
    assert (len(merged.calendar.closed_between), bool(merged.contradictions)) == (1, is_told)


def test_a_day_of_every_year_holds_in_later_weeks_that_name_such_days_anew() -> None:
    later = [
        {"effective": "2028-01-01", "weekly": WEEK},
        {"effective": "2029-01-01", "weekly": WEEK, "closed_every_year": ["05-01"]},
        {"effective": "2030-01-01", "weekly": WEEK, "closed_every_year": ["12-24"]},
    ]
    merged = merge(calendar(later=later), found(yearly=[ClosedYearly(day="12-24", name="Christmas Eve")]))
    assert [row.closed_every_year for row in merged.calendar.later] == [None, ("05-01", "12-24"), ("12-24",)]
    assert not is_open(merged.calendar, datetime(2029, 12, 24, 9, tzinfo=UTC))


def test_years_before_a_yearly_day_began_are_told_unless_the_calendar_is_younger() -> None:
    source = found(yearly=[ClosedYearly(day="09-17", name="Founding day", since=date(2015, 9, 17))])
    assert merge(calendar(), source).remarks == (
        "09-17 (Founding day) is closed in every year, those before 2015 too, when it began",
    )
    assert merge(calendar(effective="2020-01-01"), source).remarks == ()


def test_a_make_up_day_has_the_hours_of_the_day_that_it_makes_up_for() -> None:
    merged = merge(
        calendar(), found(make_up=[made_up("2027-03-06", "2027-03-12"), made_up("2027-03-13", "2027-03-15")])
    )
    assert hours(merged) == [("2027-03-06", "08:00 to 13:00"), ("2027-03-13", "08:00 to 17:00")]
    assert is_open(merged.calendar, datetime(2027, 3, 6, 9, tzinfo=UTC))


def test_a_make_up_day_follows_the_week_that_then_counts() -> None:
    later = [{"effective": "2027-03-01", "weekly": [{"weekdays": "mon", "opens": "10:00", "closes": "11:00"}]}]
    merged = merge(calendar(later=later), found(make_up=[made_up("2027-03-06", "2027-03-08")]))
    assert hours(merged) == [("2027-03-06", "10:00 to 11:00")]


def test_a_make_up_day_keeps_the_night_that_reaches_into_it() -> None:
    nights = ServiceCalendar.model_validate(
        {"zone": "Asia/Shanghai", "weekly": [{"weekdays": "mon-fri", "opens": "22:00", "closes": "06:00"}]}
    )
    merged = merge(nights, found(make_up=[made_up("2026-02-14", "2026-02-20")]))
    assert hours(merged) == [("2026-02-14", "00:00 to 06:00"), ("2026-02-14", "22:00 to 06:00")]


@pytest.mark.parametrize(
    ("more", "instead_of", "told"),
    [
        ({"closed": ["2027-03-06"]}, "2027-03-08", "the calendar has it closed; the closure stays"),
        ({"closed_every_year": ["03-06"]}, "2027-03-08", "the calendar has it closed; the closure stays"),
        ({}, None, "it is not known which day it makes up for; write its hours under other_hours"),
        (
            {"other_hours": [{"day": "2027-03-05", "opens": "20:00", "closes": "09:00"}]},
            "2027-03-08",
            "its hours would overlap those of a neighbouring day",
        ),
    ],
)
def test_a_make_up_day_that_cannot_be_written_is_told(
    more: dict[str, object], instead_of: str | None, told: str
) -> None:
    merged = merge(calendar(**more), found(make_up=[made_up("2027-03-06", instead_of)]))
    assert (merged.hours, merged.contradictions) == (
        (),
        (f"2027-03-06 (work day) is a make-up work day by the source, but {told}",),
    )


def test_a_make_up_day_that_has_hours_anyhow_changes_nothing() -> None:
    source = found(make_up=[made_up("2027-03-05", "2027-03-08"), made_up("2027-03-06", "2027-03-08")])
    mine = calendar(other_hours=[{"day": "2027-03-06", "opens": "08:00", "closes": "12:00"}])
    assert merge(mine, source).calendar == mine


def test_more_than_a_calendar_takes_is_refused_with_numbers() -> None:
    days = [ClosedDay(day=date.fromordinal(date(2000, 1, 1).toordinal() + index), name="x") for index in range(5001)]
    with pytest.raises(BadInput, match=r"^closed: would have 5,001 entries, and at most 5,000 are taken; fewer years "):
        merge(calendar(), found(days=days))
