"""What the arithmetic of many rows is measured against: the same, done in the ways that a sensible person would.

Each gives what the product gives, which is checked before anything is timed; only the bare ones do less, on purpose.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import businesstimedelta
import numpy as np
import polars
import pytz

from sla.bulk.availability import Stretches
from sla.bulk.ratios import Periods, Samples
from sla.bulk.rows import Rows, instant, microseconds
from sla.bulk.service_time import ServiceTables
from sla.service_calendar import ServiceCalendar
from sla.service_days import Holes, service_days
from sla.service_hours import open_stretches


class DayTables:
    """By local day: its beginning, the service time up to it, and its open stretches, in plain lists."""

    def __init__(self, calendars: Sequence[ServiceCalendar], first: date, last: date) -> None:
        self._tables = [_day_table(calendar, first, last) for calendar in calendars]

    def until(self, calendar: int, at: int) -> int:
        """Service time from the first day to an instant, in microseconds."""
        midnights, before, opened = self._tables[calendar]
        day = bisect_right(midnights, at) - 1
        spent = before[day]
        for opens, closes in opened[day]:
            if at <= opens:
                break
            spent += min(at, closes) - opens
        return spent

    def elapsed(self, calendars: Sequence[int], starts: Sequence[int], ends: Sequence[int]) -> list[int]:
        """The plain loop."""
        until = self.until
        return [until(c, end) - until(c, start) for c, start, end in zip(calendars, starts, ends, strict=True)]


def _day_table(
    calendar: ServiceCalendar, first: date, last: date
) -> tuple[list[int], list[int], list[list[tuple[int, int]]]]:
    days, count = service_days(calendar), (last - first).days + 5
    dates = [first + timedelta(days=index - 2) for index in range(count)]
    opened = [[(microseconds(a), microseconds(b)) for a, b in days.opened(day)] for day in dates]
    before, spent = [], 0
    for stretches in opened:
        before.append(spent)
        spent += sum(closes - opens for opens, closes in stretches)
    return [microseconds(days.instant(day, 0)) for day in dates], before, opened


_Pairs = list[tuple[int, int]]
"""Starts and ends in microseconds."""


def hours_of(calendars: Sequence[ServiceCalendar], period: tuple[int, int]) -> list[_Pairs]:
    """By calendar: its open stretches in a period."""
    first, last = (instant(at) for at in period)
    return [
        [(microseconds(opens), microseconds(closes)) for opens, closes in open_stretches(calendar, first, last)]
        for calendar in calendars
    ]


def plain_availability(
    hours: list[_Pairs], calendars: Sequence[int], exclusions: Stretches, outages: Stretches
) -> tuple[list[int], ...]:
    """The plain merge: service hours, less exclusions, less outages, of one agreement after the other."""
    left_out, down = _by_agreement(len(calendars), exclusions), _by_agreement(len(calendars), outages)
    found: tuple[list[int], ...] = ([], [], [])
    for place, calendar in enumerate(calendars):
        service = hours[calendar]
        counted = _less(service, left_out[place])
        sums = [sum(end - start for start, end in each) for each in (service, counted, _less(counted, down[place]))]
        for column, spent in zip(found, (sums[0], sums[0] - sums[1], sums[1] - sums[2]), strict=True):
            column.append(spent)
    return found


def _less(stretches: _Pairs, more: _Pairs) -> _Pairs:
    holes = Holes(more)
    return [part for each in stretches for part in holes.leave(*each)]


def _by_agreement(count: int, some: Stretches) -> list[_Pairs]:
    found: list[_Pairs] = [[] for _ in range(count)]
    for place, start, end in zip(some.agreements.tolist(), some.starts.tolist(), some.ends.tolist(), strict=True):
        found[place].append((start, end))
    return found


class BareTable:
    """Service time at the beginning of slots of four hours, as ours are; two look-ups and their difference.

    No checks and no part of a slot, so its answers are wrong: it is what a look-up costs at least.
    """

    def __init__(self, tables: ServiceTables, begin: int, end: int) -> None:
        self._begin, self._slot = begin, 4 * 3_600_000_000
        starts = np.arange(begin, end, self._slot)
        self._width = len(starts)
        places = np.repeat(np.arange(len(tables)), self._width)
        self._sums = tables.accumulated(places, np.tile(starts, len(tables)))

    def elapsed(self, calendars: Rows, starts: Rows, ends: Rows) -> Rows:
        """In whole slots."""
        first = calendars * self._width
        before = self._sums[first + (starts - self._begin) // self._slot]
        spent: Rows = self._sums[first + (ends - self._begin) // self._slot] - before
        return spent


def bare_sort_and_sum(agreements: int, period: tuple[int, int], outages: Stretches) -> Rows:
    """Outages in order of agreement and start, and their lengths added up: no hours, no overlaps, no exclusions."""
    order = np.argsort(outages.agreements * (period[1] - period[0]) + (outages.starts - period[0]), kind="stable")
    sums: Rows = np.add.reduceat(
        (outages.ends - outages.starts)[order],
        np.searchsorted(outages.agreements[order], np.arange(agreements)),
    )
    return sums


class BusinessTime:
    """`businesstimedelta`, with the rules of each calendar made once. Only the week: days off would slow it down."""

    def __init__(self, calendars: Sequence[ServiceCalendar]) -> None:
        self._rules = [_rules_of(calendar) for calendar in calendars]
        self._zones = [ZoneInfo(each.zone) for each in calendars]

    def elapsed(self, calendars: Sequence[int], starts: Sequence[int], ends: Sequence[int]) -> list[int]:
        """Service time of each interval, in whole seconds."""
        return [self._seconds(*row) for row in zip(calendars, starts, ends, strict=True)]

    def _seconds(self, calendar: int, start: int, end: int) -> int:
        first, last = (instant(at).astimezone(self._zones[calendar]) for at in (start, end))
        spent: timedelta = self._rules[calendar].difference(first, last).timedelta
        return spent // timedelta(seconds=1)


def _rules_of(calendar: ServiceCalendar) -> businesstimedelta.Rules:
    zone = pytz.timezone(calendar.zone)
    return businesstimedelta.Rules(
        [businesstimedelta.WorkDayRule(row.opens, row.closes, list(row.weekdays), tz=zone) for row in calendar.weekly]
    )


class Frame:
    """Samples in polars, which uses all processors; we use one."""

    def __init__(self, zones: Sequence[str], periods: Periods, samples: Samples) -> None:
        self._rows = polars.DataFrame(
            {
                "agreement": samples.agreements,
                "zone": periods.zones[samples.agreements],
                "at": samples.instants,
                "good": samples.good,
                "valid": samples.valid,
            }
        ).with_columns(polars.from_epoch("at", time_unit="us").dt.replace_time_zone("UTC"))
        local = polars.coalesce(
            polars.when(polars.col("zone") == place).then(polars.col("at").dt.convert_time_zone(zone).dt.date())
            for place, zone in enumerate(zones)
        )
        self._local = local.alias("day")
        self._given = self._rows.with_columns(self._local).drop("zone", "at")

    def by_local_day(self) -> list[int]:
        """The sums of all days, each found by its zone; gives their totals."""
        return self._totals(self._rows.with_columns(self._local))

    def by_given_day(self) -> list[int]:
        """The group-by alone: somebody has found the days before."""
        return self._totals(self._given)

    @staticmethod
    def _totals(rows: polars.DataFrame) -> list[int]:
        sums = rows.group_by("agreement", "day").agg(polars.col("good").sum(), polars.col("valid").sum())
        return [int(sums[name].sum()) for name in ("good", "valid")]
