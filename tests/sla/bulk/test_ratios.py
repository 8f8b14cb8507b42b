"""Counts by agreement and local day, against plain sums of Python, and where floats would go wrong."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.bulk.ratios import DailyCounts, Periods, Samples, daily_counts
from sla.bulk.rows import instant, microseconds
from sla.errors import BadInput
from sla.service_days import service_days
from tests.sla import service_lives
from tests.sla.bulk.rows import MICROSECOND, rows
from tests.sla.service_lives import ALL_ZONES, DAY, MINUTE, ODD_ZONES
from tests.sla.test_service_hours import around_the_clock

ANY = st.integers(0, 10**9)


class Counted:
    """Some agreements in several zones, and samples around a clock change of one of them."""

    def __init__(self, seed: int, samples: int = 120) -> None:
        self.random = Random(seed)
        self.zones = [self.random.choice(ODD_ZONES if self.random.random() < 0.7 else ALL_ZONES) for _ in range(3)]
        self.begin = service_lives.some_day(self.random, self.zones[0])
        pairs = [sorted((self.instant(), self.instant())) for _ in range(5)]
        self.periods = Periods(
            rows(self.random.randrange(3) for _ in pairs), rows(a for a, _ in pairs), rows(b for _, b in pairs)
        )
        valid = [self.random.choice((0, 1, 7, 10**12)) for _ in range(samples)]
        self.samples = Samples(
            rows(self.random.randrange(5) for _ in valid),
            rows(self.instant() for _ in valid),
            rows(self.random.randrange(each + 1) for each in valid),
            rows(valid),
        )

    def instant(self) -> int:
        """Within five days; often on a whole minute, where days begin."""
        at = self.begin + MICROSECOND * self.random.randrange(5 * 86400 * 10**6)
        at = at if self.random.random() < 0.5 else self.begin + self.random.randrange(5 * 96) * 15 * MINUTE
        return microseconds(at)

    def counts(self) -> DailyCounts:
        return daily_counts(self.zones, self.periods, self.samples)


def _plain(counted: Counted) -> tuple[Counter[tuple[int, date]], Counter[tuple[int, date]]]:
    """The same sums with the days that the scalar code finds."""
    good, valid = Counter[tuple[int, date]](), Counter[tuple[int, date]]()
    each = counted.samples
    columns = (each.agreements.tolist(), each.instants.tolist(), each.good.tolist(), each.valid.tolist())
    for agreement, when, well, all_ in zip(*columns, strict=True):
        if counted.periods.starts[agreement] <= when < counted.periods.ends[agreement]:
            zone = counted.zones[counted.periods.zones[agreement]]
            day = service_days(around_the_clock(zone)).day_of(instant(when))
            good[agreement, day] += well
            valid[agreement, day] += all_
    return +good, +valid


def _told(first: date, sums: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Counter[tuple[int, date]]:
    cells = zip(*(each.tolist() for each in np.nonzero(sums)), strict=True)
    return Counter({(agreement, first + day * DAY): int(sums[agreement, day]) for agreement, day in cells})


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_every_day_has_what_plain_sums_say(seed: int) -> None:
    counted = Counted(seed)
    found, (good, valid) = counted.counts(), _plain(counted)
    assert (_told(found.first, found.good), _told(found.first, found.valid)) == (good, valid)
    assert found.good_of_period.tolist() == [sum(n for (a, _), n in good.items() if a == each) for each in range(5)]
    assert int(found.valid_of_period.sum()) == sum(valid.values())


@settings(max_examples=30, deadline=None)
@given(ANY)
def test_the_order_of_samples_does_not_matter(seed: int) -> None:
    counted = Counted(seed)
    found, each = counted.counts(), counted.samples
    order = np.array(counted.random.sample(range(len(each)), len(each)))
    counted.samples = Samples(each.agreements[order], each.instants[order], each.good[order], each.valid[order])
    assert np.array_equal(found.good, counted.counts().good)


def _one_day(count: int, valid: int) -> DailyCounts:
    start = microseconds(datetime(2027, 3, 1, tzinfo=UTC))
    periods = Periods(rows([0]), rows([start]), rows([start + 86_400_000_000]))
    many = np.full(count, valid, np.int64)
    return daily_counts(["UTC"], periods, Samples(np.zeros_like(many), np.full_like(many, start), many - 1, many))


def test_sums_above_two_to_the_53_are_exact() -> None:
    found = _one_day(100_001, 2**40 + 1)
    assert found.valid.tolist() == [[100_001 * (2**40 + 1)]]
    assert found.good.tolist() == [[100_001 * 2**40]]


def test_sums_that_fit_into_no_int64_are_refused() -> None:
    with pytest.raises(BadInput) as refused:
        _one_day(4, 2**62)
    assert str(refused.value) == (
        "agreement 0: has about 1.84e+19 valid events; no more than 4611686018427387904 are expected"
    )


@pytest.mark.parametrize(
    ("hours", "counted"),
    [
        ((2, 3), [2, 2]),  # in both periods
        ((0, 2), [2, 1]),  # before the second begins
        ((2, 5), [2, 1]),  # when the second is over, and the first still runs
        ((-1, 2), [1, 1]),
        ((2, 6), [1, 1]),
    ],
)
def test_only_what_lies_in_the_period_of_its_agreement_counts(hours: tuple[int, int], counted: list[int]) -> None:
    """The first runs for six hours, the second from the first hour until the fifth; each has a sample at both hours."""
    begin, hour = microseconds(datetime(2027, 3, 1, tzinfo=UTC)), 3600 * 10**6
    periods = Periods(rows((0, 0)), rows((begin, begin + hour)), rows((begin + 6 * hour, begin + 5 * hour)))
    instants = rows(begin + each * hour for each in hours for _ in range(2))
    samples = Samples(rows((0, 1, 0, 1)), instants, rows([1] * 4), rows([1] * 4))
    assert daily_counts(["UTC"], periods, samples).valid_of_period.tolist() == counted


def test_a_day_begins_when_the_clock_first_shows_its_midnight() -> None:
    """Asuncion goes forward at midnight: the day begins at 01:00, which is 04:00 in UTC."""
    change = microseconds(datetime(2022, 10, 2, 4, tzinfo=UTC))
    periods = Periods(rows([0]), rows([change - 86_400_000_000]), rows([change + 1]))
    both = rows([1, 1])
    found = daily_counts(["America/Asuncion"], periods, Samples(both * 0, rows([change - 1, change]), both, both))
    assert (found.first, found.valid.tolist()) == (date(2022, 10, 1), [[1, 1]])


def test_a_day_that_the_zone_leaves_out_has_no_samples() -> None:
    change = datetime(2011, 12, 30, 10, tzinfo=UTC)
    times = [microseconds(change - timedelta(hours=1)), microseconds(change)]
    periods = Periods(rows([0]), rows(times[:1]), rows([times[1] + 1]))
    both = rows([3, 4])
    found = daily_counts(["Pacific/Apia"], periods, Samples(both * 0, rows(times), both, both))
    assert (found.first, found.valid.tolist()) == (date(2011, 12, 29), [[3, 0, 4]])


def test_without_samples_every_day_is_nought() -> None:
    counted = Counted(1, samples=0)
    assert not counted.counts().valid.any()


START = microseconds(datetime(2027, 3, 1, tzinfo=UTC))
DAY_LONG = 86_400_000_000
FINE = Samples(rows([0]), rows([START]), rows([1]), rows([1]))


@pytest.mark.parametrize(
    ("periods", "samples", "sentence"),
    [
        ([0, START, START + 1], Samples(rows([1]), rows([START]), rows([1]), rows([1])),
         "row 0: names agreement 1; one from 0 to 0 is expected"),
        ([0, START, START + 1], Samples(rows([0]), rows([START]), rows([2]), rows([1])),
         "row 0: counts 2 good of 1 valid events; from none to all of them are expected"),
        ([0, START, START + 1], Samples(rows([0]), rows([START]), rows([-1]), rows([1])),
         "row 0: counts -1 good of 1 valid events; from none to all of them are expected"),
        ([1, START, START + 1], FINE, "row 0: names zone 1; one from 0 to 0 is expected"),
        ([0, START + 1, START], FINE, "row 0: the end at 2027-03-01T00:00:00Z is before the start at "
         "2027-03-01T00:00:00.000001Z; the start or a later instant is expected"),
        ([0, 0, START], FINE, "row 0: the period from 1970-01-01T00:00:00Z to 2027-03-01T00:00:00Z is out of range; "
         "years from 1990 to 2199 are taken"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(periods: list[int], samples: Samples, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        daily_counts(["UTC"], Periods(*(rows([each]) for each in periods)), samples)
    assert str(refused.value) == sentence
