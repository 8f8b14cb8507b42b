"""The dates of a term: ends that never drift, notice from the current end, and local days over in every zone. AME-3."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sla.term import (
    Term,
    current_end,
    day_at,
    end_after,
    end_of_day,
    end_of_term,
    local_instant,
    months_after,
    next_notice,
    notice_deadline,
    notice_deadlines,
    reminder_days,
    renewals_by,
    start_of_day,
    term_of,
)
from sla.terms import Period, Renewal, RenewalMode
from tests import people
from tests.sla.test_terms import edition

ZONES = (
    *("UTC", "Europe/Berlin", "Europe/Lisbon", "Europe/London", "Europe/Dublin", "Europe/Moscow", "Europe/Istanbul"),
    *("Africa/Cairo", "Africa/Casablanca", "Africa/Johannesburg", "Africa/El_Aaiun", "Atlantic/Azores"),
    *("America/New_York", "America/Chicago", "America/Los_Angeles", "America/St_Johns", "America/Havana"),
    *("America/Sao_Paulo", "America/Asuncion", "America/Santiago", "America/Nuuk", "America/Phoenix"),
    *("America/Caracas", "America/Scoresbysund", "Asia/Tokyo", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Beirut"),
    *("Asia/Gaza", "Asia/Tehran", "Asia/Amman", "Asia/Pyongyang", "Asia/Shanghai", "Australia/Sydney"),
    *("Australia/Lord_Howe", "Australia/Adelaide", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia"),
    *("Pacific/Kiritimati", "Pacific/Kwajalein", "Pacific/Norfolk", "Antarctica/Troll"),
)
"""Forty and more: clock changes at midnight, by half an hour, on both hemispheres, and days that never were."""
DAYS = st.dates(date(1990, 1, 1), date(2120, 12, 31))
TICK, DAY = timedelta(microseconds=1), timedelta(days=1)


def tacit(anchor: date, months: int, every: int, notice: int) -> Term:
    renewal = Renewal(mode=RenewalMode.TACIT, renewal_months=every, notice_months=notice)
    return Term(anchor=anchor, months=months, renewal=renewal)


def express(anchor: date, months: int) -> Term:
    renewal = Renewal(mode=RenewalMode.EXPRESS, renewal_months=12, notice_months=3)
    return Term(anchor=anchor, months=months, renewal=renewal)


# -- golden cases


def test_a_term_that_has_renewed_once_is_given_notice_before_its_current_end() -> None:
    term = tacit(date(2025, 8, 28), 0, every=12, notice=2)
    found = next_notice(term, date(2026, 2, 11))
    assert found is not None
    assert (found.day, found.end, found.renewals) == (date(2026, 6, 28), date(2026, 8, 28), 1)
    assert current_end(term, date(2026, 2, 11)) == date(2026, 8, 28)


def test_a_first_term_of_three_years_is_given_notice_before_its_first_end() -> None:
    term = tacit(date(2020, 8, 1), 36, every=12, notice=3)
    found = next_notice(term, date(2020, 8, 1))
    assert end_of_term(date(2020, 8, 1), 36) == end_after(term, 0) == date(2023, 8, 1)
    assert found is not None
    assert (found.day, found.end) == (date(2023, 5, 1), date(2023, 8, 1))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2027, 8, 31), 3, date(2027, 11, 30)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2027, 3, 31), -1, date(2027, 2, 28)),
        (date(2027, 1, 15), -13, date(2025, 12, 15)),
        (date(2027, 5, 5), 0, date(2027, 5, 5)),
    ],
)
def test_months_clamp_to_the_end_of_the_month(start: date, months: int, end: date) -> None:
    assert months_after(start, months) == end


def test_a_term_from_a_leap_day_comes_back_to_it() -> None:
    term = tacit(date(2024, 2, 29), 12, every=12, notice=1)
    ends = [end_after(term, renewals) for renewals in range(5)]
    assert ends == [date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29), date(2029, 2, 28)]


def test_a_term_from_a_thirty_first_renews_by_the_month_without_drifting() -> None:
    term = tacit(date(2027, 1, 31), 1, every=1, notice=0)
    ends = [end_after(term, renewals).day for renewals in range(12)]
    assert ends == [28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31]


@given(DAYS, st.integers(1, 60), st.integers(1, 36), st.integers(0, 60))
def test_many_renewals_are_as_one_step_from_the_anchor(start: date, months: int, every: int, renewals: int) -> None:
    term = tacit(start, months, every, 0)
    assert end_after(term, renewals) == months_after(start, months + every * renewals)
    assert end_after(term, renewals) < end_after(term, renewals + 1)


# -- the running term


@given(DAYS, st.integers(1, 60), st.integers(1, 36), st.integers(0, 40_000))
def test_the_current_end_is_the_first_one_ahead(start: date, months: int, every: int, later: int) -> None:
    term, today = tacit(start, months, every, 0), start + timedelta(days=later)
    renewals = renewals_by(term, today)
    assert today < end_after(term, renewals)
    assert renewals == 0 or end_after(term, renewals - 1) <= today


@given(DAYS, st.integers(1, 60), st.integers(1, 36), st.integers(0, 36), st.integers(0, 5_000))
def test_no_notice_deadline_is_missed_and_none_comes_twice(
    start: date, months: int, every: int, notice: int, later: int
) -> None:
    term, today = tacit(start, months, every, notice), start + timedelta(days=later)
    found = tuple(islice(notice_deadlines(term, today), 5))
    expected = [notice_deadline(end_after(term, renewals), notice) for renewals in range(200 * 12)]
    assert [each.day for each in found] == [day for day in expected if day > today][:5]
    assert all(each.end == end_after(term, each.renewals) for each in found)


def test_on_the_day_of_a_deadline_the_next_one_is_ahead() -> None:
    term = tacit(date(2020, 8, 1), 36, every=12, notice=3)
    before, on = (next_notice(term, day) for day in (date(2023, 4, 30), date(2023, 5, 1)))
    assert before is not None
    assert on is not None
    assert (before.day, on.day) == (date(2023, 5, 1), date(2024, 5, 1))


def test_a_term_that_is_renewed_expressly_stays_at_its_first_end() -> None:
    term = express(date(2027, 1, 1), 12)
    assert current_end(term, date(2031, 1, 1)) == date(2028, 1, 1)
    assert [each.day for each in notice_deadlines(term, date(2027, 1, 1))] == [date(2027, 10, 1)]
    assert next_notice(term, date(2027, 10, 1)) is None


def test_a_term_without_renewal_has_an_end_and_no_notice() -> None:
    term = Term(anchor=date(2027, 1, 1), months=12)
    assert current_end(term, date(2031, 1, 1)) == date(2028, 1, 1)
    assert next_notice(term, date(2027, 1, 1)) is None


@pytest.mark.parametrize(
    ("start", "end", "anchor", "months"),
    [
        (date(2027, 1, 1), date(2028, 1, 1), date(2027, 1, 1), 12),
        (date(2028, 2, 29), date(2029, 2, 28), date(2028, 2, 29), 12),
        (date(2027, 1, 31), date(2027, 2, 28), date(2027, 1, 31), 1),
        (date(2027, 1, 15), date(2028, 1, 1), date(2028, 1, 1), 0),
        (date(2027, 1, 1), date(2027, 1, 20), date(2027, 1, 20), 0),
    ],
)
def test_a_period_of_whole_months_is_anchored_at_its_start(start: date, end: date, anchor: date, months: int) -> None:
    found = term_of(Period(start=start, end=end, zone="UTC"), None)
    assert (found.anchor, found.months, end_after(found, 0)) == (anchor, months, end)


# -- reminders


def test_a_deadline_is_called_to_mind_four_times() -> None:
    assert reminder_days(date(2026, 6, 28)) == (
        *(date(2026, 3, 30), date(2026, 4, 29), date(2026, 5, 29), date(2026, 6, 21)),
    )


def test_a_reminder_never_comes_before_the_deadline_before() -> None:
    assert reminder_days(date(2026, 6, 1), date(2026, 5, 1)) == (date(2026, 5, 2), date(2026, 5, 25))


# -- instants


@pytest.mark.parametrize("zone", ZONES)
def test_every_local_day_is_over_once_and_for_all(zone: str) -> None:
    day, last = date(2005, 1, 1), None
    while day < date(2029, 1, 1):
        over = end_of_day(day, zone)
        assert over.astimezone(ZoneInfo(zone)).date() > day
        assert (over - TICK).astimezone(ZoneInfo(zone)).date() <= day
        assert last is None or last <= over <= last + timedelta(hours=49)
        day, last = day + DAY, over


@pytest.mark.parametrize(
    ("zone", "day", "over"),
    [
        ("Europe/Berlin", date(2027, 3, 28), "2027-03-28T22:00:00+00:00"),
        ("Europe/Berlin", date(2027, 10, 31), "2027-10-31T23:00:00+00:00"),
        ("America/Sao_Paulo", date(2018, 11, 3), "2018-11-04T03:00:00+00:00"),  # 00:00 was skipped
        ("America/Sao_Paulo", date(2018, 2, 17), "2018-02-18T03:00:00+00:00"),  # 23:00 came twice
        ("America/Havana", date(2027, 11, 7), "2027-11-08T05:00:00+00:00"),
        ("America/Havana", date(2027, 11, 6), "2027-11-07T04:00:00+00:00"),  # 00:00 comes twice, on the new day
        ("America/St_Johns", date(2010, 11, 6), "2010-11-07T03:30:00+00:00"),  # 00:01 became 23:01 of the day before
        ("Pacific/Apia", date(2011, 12, 29), "2011-12-30T10:00:00+00:00"),
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00:00+00:00"),  # a day that never was
        ("Asia/Beirut", date(2027, 3, 27), "2027-03-27T22:00:00+00:00"),
    ],
)
def test_a_day_is_over_at_one_instant(zone: str, day: date, over: str) -> None:
    assert end_of_day(day, zone).isoformat() == over
    assert start_of_day(day + DAY, zone) == end_of_day(day, zone)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "instant"),
    [
        ("Europe/Berlin", date(2027, 3, 28), time(2, 30), "2027-03-28T01:30:00+00:00"),  # skipped
        ("Europe/Berlin", date(2027, 10, 31), time(2, 30), "2027-10-31T00:30:00+00:00"),  # the first of two
        ("Australia/Lord_Howe", date(2027, 10, 3), time(2, 15), "2027-10-02T15:45:00+00:00"),
        ("America/New_York", date(2027, 7, 1), time(9), "2027-07-01T13:00:00+00:00"),
    ],
)
def test_a_skipped_or_repeated_local_time_is_one_instant(zone: str, day: date, clock: time, instant: str) -> None:
    assert local_instant(day, clock, zone).isoformat() == instant
    assert local_instant(day, clock.replace(fold=1), zone).isoformat() == instant


@pytest.mark.parametrize("zone", ZONES)
def test_the_day_of_an_instant_begins_with_it_at_the_latest(zone: str) -> None:
    at = datetime(2010, 1, 1, tzinfo=UTC)
    while at < datetime(2013, 1, 1, tzinfo=UTC):
        day = day_at(at, zone)
        assert start_of_day(day, zone) <= at < end_of_day(day, zone) or start_of_day(day, zone) == end_of_day(day, zone)
        at += timedelta(hours=5)


def test_in_the_minute_that_comes_back_the_old_day_is_not_over() -> None:
    assert day_at(datetime(2010, 11, 7, 2, 30, 30, tzinfo=UTC), "America/St_Johns") == date(2010, 11, 6)


# -- renewal as a value


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"mode": "tacit", "notice_months": 2}, "a number of months is expected for tacit renewal"),
        ({"mode": "express", "renewal_months": 12}, "a number of months is expected for express renewal"),
        ({"mode": "none", "renewal_months": 12}, "without a renewal; leave it out"),
        ({"mode": "tacit", "renewal_months": 0, "notice_months": 2}, "greater than or equal to 1"),
        ({"mode": "silent"}, "'tacit', 'express' or 'none'"),
    ],
)
def test_a_renewal_that_does_not_say_what_it_needs_is_refused(fields: dict[str, object], wrong: str) -> None:
    with pytest.raises(ValidationError, match=wrong):
        Renewal.model_validate(fields)


def test_terms_without_a_renewal_keep_the_hash_that_they_had() -> None:
    known = "9c542adb9a25b513b41d36dd7bb3b959030ebe4f546da0c5ac82495e114433a7"
    assert edition(people.terms()).hash == known
    renewing = people.terms(renewal={"mode": "tacit", "renewal_months": 12, "notice_months": 2})
    assert edition(renewing).hash != known
