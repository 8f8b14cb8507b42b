"""Periods by name and by local dates of the contract's zone. Source: MON-4."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sla.cadence import Cadence
from sla.errors import BadInput
from sla.periods import JudgedPeriod, last_ended, period_named, period_of, rolling, within

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("2026-03", "2026-03-01", "2026-04-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026-Q1", "2026-01-01", "2026-04-01"),
        ("2026-Q4", "2026-10-01", "2027-01-01"),
        ("2024", "2024-01-01", "2025-01-01"),
        ("2026-03-01/2026-03-16", "2026-03-01", "2026-03-16"),
    ],
)
def test_a_name_and_its_period_are_the_same(name: str, start: str, end: str) -> None:
    period = period_named(name, BERLIN)
    assert (str(period.start), str(period.end), period.name) == (start, end, name)


@pytest.mark.parametrize(
    "name", ["", "2026-13", "2026-00", "2026-Q5", "26-03", "March", "2026-03-16/2026-03-01", "2026-02-30/2026-03-01",
             "1989", "2199", "2026-03-01/2030-03-01", "2026-3", "2026-03-01", "2026-03/2026-04", "٢٠٢٦"]
)  # fmt: skip
def test_what_names_no_period_is_refused_with_what_would(name: str) -> None:
    with pytest.raises(BadInput, match=r"2026-03, 2026-Q1, 2026 or 2026-03-01/2026-03-16"):
        period_named(name, BERLIN)


def test_a_month_begins_and_ends_at_midnight_of_the_contracts_zone() -> None:
    march = period_named("2027-03", BERLIN)
    assert march.begins == datetime(2027, 2, 28, 23, tzinfo=UTC)
    assert march.ends == datetime(2027, 3, 31, 22, tzinfo=UTC)
    assert march.ends - march.begins == timedelta(days=31, hours=-1)


def test_periods_of_a_cadence_follow_each_other_without_a_gap() -> None:
    for cadence, count in ((Cadence.MONTH, 24), (Cadence.QUARTER, 8), (Cadence.YEAR, 2)):
        day, found = date(2026, 1, 1), []
        while day < date(2028, 1, 1):
            found.append(period_of(cadence, day, BERLIN))
            day = found[-1].end
        assert len(found) == count
        assert {period_of(cadence, each.end - timedelta(days=1), BERLIN) for each in found} == set(found)


@pytest.mark.parametrize(
    ("at", "name"),
    [
        (datetime(2027, 3, 31, 21, 59, tzinfo=UTC), "2027-02"),
        (datetime(2027, 3, 31, 22, 0, tzinfo=UTC), "2027-03"),
        (datetime(2027, 1, 1, 14, 0, tzinfo=UTC), "2026-12"),
    ],
)
def test_the_month_that_ended_last_is_that_of_the_zone(at: datetime, name: str) -> None:
    assert last_ended(Cadence.MONTH, at, BERLIN).name == name


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "America/Sao_Paulo", "Africa/Cairo"])
def test_on_the_first_at_two_in_the_afternoon_the_month_is_over_everywhere(zone: str) -> None:
    assert last_ended(Cadence.MONTH, datetime(2027, 4, 1, 14, tzinfo=UTC), zone).name == "2027-03"


def test_a_rolling_window_ends_with_its_day_and_clamps_to_the_month() -> None:
    window = rolling(3, date(2027, 5, 31), BERLIN)
    assert (window.start, window.end) == (date(2027, 2, 28), date(2027, 5, 31))


def test_a_partial_period_is_what_is_left_between_two_days() -> None:
    march = period_named("2027-03", BERLIN)
    part = within(march, date(2027, 3, 10), None)
    assert part is not None
    assert part.name == "2027-03-10/2027-04-01"
    assert within(march, date(2027, 1, 1), date(2027, 3, 1)) is None
    assert within(march, date(2027, 1, 1), date(2028, 1, 1)) == march


def test_a_period_that_runs_backwards_is_none() -> None:
    with pytest.raises(ValueError, match="is not after the start"):
        JudgedPeriod.model_validate({"start": "2027-03-02", "end": "2027-03-02", "zone": BERLIN})
