"""The rows that are measured: calendars of several zones, intervals, outages, and samples, from a seed."""

from datetime import UTC, date, datetime

import numpy as np

from sla.bulk.availability import Periods, Stretches
from sla.bulk.ratios import Periods as ZonedPeriods
from sla.bulk.ratios import Samples
from sla.bulk.rows import Rows, microseconds
from sla.service_calendar import ServiceCalendar

HOUR, DAY = 3_600_000_000, 86_400_000_000
ZONES = (
    "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "UTC", "Asia/Tokyo", "America/Sao_Paulo",
    "Europe/London",
)  # fmt: skip
YEARS = range(2025, 2028)
BEGINS, ENDS = (microseconds(datetime(year, 1, 1, tzinfo=UTC)) for year in (YEARS[0], YEARS[-1] + 1))
FIRST, LAST = date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31)
MONTH = date(2026, 3, 1), date(2026, 3, 31)
MONTH_IN_FULL = (microseconds(datetime(2026, 3, 1, tzinfo=UTC)), microseconds(datetime(2026, 4, 1, tzinfo=UTC)))


def calendars(count: int) -> list[ServiceCalendar]:
    """Office hours, office hours with a break at noon, early and late shifts, in turns in all zones."""
    return [_calendar(index) for index in range(count)]


def _calendar(index: int) -> ServiceCalendar:
    opens = 6 + index % 4
    rows = (
        [("mon-fri", opens, opens + 9)],
        [("mon-thu", opens, opens + 4), ("mon-thu", opens + 5, opens + 10), ("fri", opens, opens + 6)],
        [("mon-sun", opens, opens + 7), ("mon-fri", opens + 8, opens + 14)],
    )[index // len(ZONES) % 3]
    weekly = [{"weekdays": days, "opens": f"{first:02}:00", "closes": f"{last:02}:00"} for days, first, last in rows]
    return ServiceCalendar.model_validate({"zone": ZONES[index % len(ZONES)], "weekly": weekly})


def intervals(count: int, among: int) -> tuple[Rows, Rows, Rows]:
    """Calendars, starts and ends: work items of up to five days."""
    random = np.random.default_rng(1)
    starts = random.integers(BEGINS, ENDS - 5 * DAY, count)
    return random.integers(0, among, count), starts, starts + random.integers(0, 5 * DAY, count)


def month(agreements: int, among: int) -> Periods:
    """The same month for all, each with one of the calendars."""
    same = np.ones(agreements, np.int64)
    return Periods(np.arange(agreements) % among, *(same * edge for edge in MONTH_IN_FULL))


def stretches(agreements: int, each: int, longest: int) -> Stretches:
    """So many for each agreement in the month, by agreement and start, as a database gives them."""
    random = np.random.default_rng(each)
    starts = np.sort(random.integers(*MONTH_IN_FULL, (agreements, each)), axis=1).reshape(-1)
    places = np.repeat(np.arange(agreements), each)
    return Stretches(places, starts, starts + random.integers(0, longest, len(starts)))


def in_no_order(some: Stretches) -> Stretches:
    """The same rows, mixed up."""
    order = np.random.default_rng(3).permutation(len(some))
    return Stretches(some.agreements[order], some.starts[order], some.ends[order])


def first(some: Stretches, agreements: int) -> Stretches:
    """The rows of the first agreements."""
    rows = slice(0, int(np.searchsorted(some.agreements, agreements)))
    return Stretches(some.agreements[rows], some.starts[rows], some.ends[rows])


def zoned_month(agreements: int) -> ZonedPeriods:
    """The same month, with one of the zones each."""
    same = np.ones(agreements, np.int64)
    return ZonedPeriods(np.arange(agreements) % len(ZONES), *(same * edge for edge in MONTH_IN_FULL))


def samples(count: int, agreements: int) -> Samples:
    """In the order of time, as they are taken in; each counts up to a hundred events."""
    random = np.random.default_rng(2)
    valid = random.integers(1, 100, count)
    good = valid - (random.random(count) < 0.01)
    instants = np.sort(random.integers(*MONTH_IN_FULL, count))
    return Samples(random.integers(0, agreements, count), instants, good, valid)
