"""Samples made into evidence: steps, days, hours of the local clock, and what is pulled again."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.errors import BadInput
from sla.evidence import Count, Observed, Outage, Unknown, Withdrawn
from sla.samples import Grid, PulledDay, availability_days, of_day, ratio_days, what_changes

BERLIN = "Europe/Berlin"
MIDNIGHT = datetime(2027, 3, 9, 23, tzinfo=UTC)
NIGHT = datetime(2027, 3, 27, 23, tzinfo=UTC)
"""Midnight in Berlin before the clock goes forward."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ONE = Decimal(1)


def test_a_grid_is_counted_from_1970_and_leaves_out_the_step_that_is_not_over() -> None:
    grid = Grid(MIDNIGHT + timedelta(seconds=90), MIDNIGHT + timedelta(minutes=4, seconds=59), MINUTE)
    assert grid.instants == (MIDNIGHT + 2 * MINUTE, MIDNIGHT + 3 * MINUTE)
    assert Grid(MIDNIGHT, MIDNIGHT, MINUTE).instants == ()


@given(st.sets(st.integers(0, 99)), st.sets(st.integers(0, 99)), st.integers(1, 100))
def test_every_step_is_seen_or_unknown_and_outages_are_those_below(known: set[int], down: set[int], steps: int) -> None:
    grid = Grid(MIDNIGHT, MIDNIGHT + steps * MINUTE, MINUTE)
    samples = {MIDNIGHT + at * MINUTE: Decimal(0) if at in down else ONE for at in known}
    (day,) = availability_days("t", grid, samples, ONE, BERLIN)

    def minutes(kind: type[Outage | Observed | Unknown]) -> set[int]:
        spans = [(row.start, row.end or row.start) for row in day.rows if isinstance(row, kind)]
        return {at for at in range(steps) if any(start <= MIDNIGHT + at * MINUTE < end for start, end in spans)}

    within = set(range(steps))
    assert minutes(Observed) == known & within
    assert minutes(Unknown) == within - known
    assert minutes(Outage) == known & down & within
    assert day.seen == len(known & within) * MINUTE


def test_a_night_over_two_local_days_is_two_outages_that_touch() -> None:
    grid = Grid(MIDNIGHT - HOUR, MIDNIGHT + HOUR, MINUTE)
    days = availability_days("t", grid, dict.fromkeys(grid.instants, Decimal(0)), ONE, BERLIN)
    spans = [(row.start, row.end) for day in days for row in day.rows if isinstance(row, Outage)]
    assert spans == [(MIDNIGHT - HOUR, MIDNIGHT), (MIDNIGHT, MIDNIGHT + HOUR)]


@pytest.mark.parametrize(("zone", "since", "hours"), [(BERLIN, NIGHT, 23), ("Asia/Kolkata", MIDNIGHT - 4.5 * HOUR, 24)])
def test_events_are_counted_by_hours_of_the_local_clock(zone: str, since: datetime, hours: int) -> None:
    grid = Grid(since, since + hours * HOUR, 10 * MINUTE)
    (day,) = ratio_days("t", grid, dict.fromkeys(grid.instants, ONE), dict.fromkeys(grid.instants, ONE), zone)
    counts = [row for row in day.rows if isinstance(row, Count)]
    assert [(row.at, row.valid) for row in counts] == [(since + hour * HOUR, 6) for hour in range(hours)]


def test_an_hour_counts_only_the_steps_of_which_both_numbers_are_known() -> None:
    grid = Grid(MIDNIGHT, MIDNIGHT + 4 * MINUTE, MINUTE)
    first, second, third, _ = grid.instants
    (day,) = ratio_days("t", grid, {first: ONE, second: ONE}, {second: ONE, third: ONE}, BERLIN)
    assert [(row.good, row.valid) for row in day.rows if isinstance(row, Count)] == [(1, 1)]
    assert day.seen == MINUTE


def test_fractions_are_added_exactly_and_rounded_once() -> None:
    grid = Grid(MIDNIGHT, MIDNIGHT + 5 * MINUTE, MINUTE)
    (day,) = ratio_days(
        "t", grid, dict.fromkeys(grid.instants, Decimal("0.1")), dict.fromkeys(grid.instants, Decimal("0.3")), BERLIN
    )
    assert [(row.good, row.valid) for row in day.rows if isinstance(row, Count)] == [(0, 2)]


@pytest.mark.parametrize("number", ["-0.01", "Infinity", "-Infinity", "1e400", "1000000000000"])
def test_what_is_no_number_of_events_is_refused(number: str) -> None:
    grid = Grid(MIDNIGHT, MIDNIGHT + MINUTE, MINUTE)
    samples = dict.fromkeys(grid.instants, Decimal(number))
    with pytest.raises(BadInput, match="a number from 0 to a million millions is expected"):
        ratio_days("t", grid, samples, samples, BERLIN)


def _day(seen: int, down: int) -> PulledDay:
    grid = Grid(MIDNIGHT, MIDNIGHT + HOUR, MINUTE)
    samples = {at: Decimal(0) if index < down else ONE for index, at in enumerate(grid.instants[:seen])}
    return availability_days("t", grid, samples, ONE, BERLIN)[0]


def test_what_is_no_more_is_withdrawn_and_what_is_the_same_is_the_same() -> None:
    before, after = _day(30, 5), _day(40, 0)
    changes = what_changes(after, before.rows, NIGHT)
    assert changes[: len(after.rows)] == after.rows
    gone = {row.key for row in changes if isinstance(row, Withdrawn)}
    assert gone == {row.key for row in before.rows} - {row.key for row in after.rows}
    assert what_changes(before, before.rows, NIGHT) == before.rows


def test_a_system_that_has_forgotten_takes_nothing_away() -> None:
    assert what_changes(_day(29, 0), _day(30, 5).rows, NIGHT) == ()


def test_only_rows_of_this_target_that_were_pulled_are_looked_at() -> None:
    mine = _day(10, 0).rows
    other = Outage(source="probe", key="k", target="t", start=MIDNIGHT, end=MIDNIGHT + MINUTE)
    another = mine[0].model_copy(update={"target": "another"})
    assert dict(of_day((*mine, other, another), "t", BERLIN)) == {MIDNIGHT.date() + DAY: mine}
