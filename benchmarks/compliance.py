"""Measures the arithmetic of many rows: `python -m benchmarks.compliance [--quick] [--only GROUP]`.

Service time, availability and ratios, each against the library, the plain loop and the bare NumPy that do the same or
less, in turns on the same rows. Needs the extra `bench`. Exits with 0 whatever the figures are: a busy machine is no
defect.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from typing import NamedTuple

from benchmarks import compliance_page, compliance_plain, compliance_rows
from benchmarks.compliance_rows import BEGINS, ENDS, FIRST, HOUR, LAST, MONTH, MONTH_IN_FULL, ZONES
from benchmarks.measure import Figure, cpu, median_ratio, milliseconds, show, took
from sla.bulk.availability import Stretches, availability, no_stretches
from sla.bulk.ratios import daily_counts
from sla.bulk.rows import SECOND, Rows
from sla.bulk.service_time import ServiceTables


class Size(NamedTuple):
    """How much is measured, and how often."""

    rounds: int = 7
    calendars: int = 200
    intervals: int = 1_000_000
    agreements: int = 100_000
    samples: int = 10_000_000
    cases: int = 200
    """Of a page."""
    by_hand: int = 2_000
    """Rows that the slow ones do; they are compared by the row."""


QUICK = Size(rounds=3, intervals=200_000, agreements=20_000, samples=2_000_000, cases=40, by_hand=500)


class Race:
    """Things that do the same or less, timed in turns, by the row.

    In processor time, for the machine may be shared; by the clock where one of them uses several processors.
    """

    def __init__(self, ours: Callable[[], object], rows: int, clock: Callable[[Callable[[], object]], float] = cpu):
        self._clock, self._ours, self._rows = clock, ours, rows
        self._rivals: dict[str, tuple[Callable[[], object], int]] = {}
        self._taken: dict[str, list[float]] = {"": []}

    def against(self, name: str, work: Callable[[], object], rows: int) -> None:
        """One that does so many rows."""
        self._rivals[name], self._taken[name] = (work, rows), []

    def run(self, rounds: int) -> None:
        """Each once in a round, after one round that does not count for us."""
        self._ours()
        for _ in range(rounds):
            self._taken[""].append(self._clock(self._ours) / self._rows)
            for name, (work, rows) in self._rivals.items():
                self._taken[name].append(self._clock(work) / rows)

    def faster(self, what: str, name: str, goal: float) -> Figure:
        """How many times faster than it we are."""
        ratio = median_ratio(self._taken[name], self._taken[""])
        return Figure(f"{what}, faster than {name}", ratio, goal, detail=self._detail(name), at_least=True)

    def of(self, what: str, name: str, goal: float, more: str = "") -> Figure:
        """How many times its time we take."""
        ratio = median_ratio(self._taken[""], self._taken[name])
        return Figure(f"{what}, of {name}", ratio, goal, detail=self._detail(name) + more)

    def _detail(self, name: str) -> str:
        ours, theirs = (median(self._taken[each]) * self._rows for each in ("", name))
        return f"{milliseconds(ours)} against {milliseconds(theirs)} for {self._rows:,} rows"


def service_time(size: Size) -> Iterator[Figure]:
    """Elapsed service time of many intervals."""
    calendars, what = compliance_rows.calendars(size.calendars), "service time"
    columns = compliance_rows.intervals(size.intervals, size.calendars)
    build = partial(ServiceTables, calendars, FIRST, LAST)
    building, tables = median(cpu(build) for _ in range(3)), build()
    library, plain = compliance_plain.BusinessTime(calendars), compliance_plain.DayTables(calendars, FIRST, LAST)
    few, more = (_lists(columns, rows) for rows in (size.by_hand, 20 * size.by_hand))
    _require_same(tables.elapsed(*columns), plain.elapsed(*more), library.elapsed(*few))
    race = Race(partial(tables.elapsed, *columns), size.intervals)
    race.against("businesstimedelta", partial(library.elapsed, *few), size.by_hand)
    race.against("a plain loop", partial(plain.elapsed, *more), 20 * size.by_hand)
    bare = compliance_plain.BareTable(tables, BEGINS, ENDS)
    race.against("the bare look-up", partial(bare.elapsed, *columns), size.intervals)
    race.run(size.rounds)
    built = f"; {size.calendars} tables of three years are built in {milliseconds(building)}"
    yield race.faster(what, "businesstimedelta", 2500)
    yield race.faster(what, "a plain loop", 50)
    yield race.of(what, "the bare look-up", 2, built)


def downtime(size: Size) -> Iterator[Figure]:
    """Availability of a month, with exclusions and service hours."""
    calendars = compliance_rows.calendars(size.calendars)
    tables, hours = ServiceTables(calendars, *MONTH), compliance_plain.hours_of(calendars, MONTH_IN_FULL)
    periods = compliance_rows.month(size.agreements, size.calendars)
    exclusions, outages = (
        compliance_rows.stretches(size.agreements, *each) for each in ((2, 8 * HOUR), (12, 4 * HOUR))
    )
    ours = partial(availability, tables, periods, exclusions, outages, no_stretches())
    few = (compliance_rows.first(each, size.by_hand) for each in (exclusions, outages))
    some = periods.calendars[: size.by_hand].tolist()
    merge = partial(compliance_plain.plain_availability, hours, some, *few)
    found = ours()
    for column, other in zip((found.service, found.excluded, found.down), merge(), strict=True):
        _require_same(column, other)
    race = Race(ours, size.agreements)
    race.against("a plain merge", merge, size.by_hand)
    _bare_race(race, size, outages)
    race.run(size.rounds)
    yield race.faster("availability", "a plain merge", 60)
    yield race.of("availability", BARE_SORT, 2)
    outages = compliance_rows.in_no_order(outages)
    race = Race(partial(availability, tables, periods, exclusions, outages, no_stretches()), size.agreements)
    _bare_race(race, size, outages)
    race.run(size.rounds)
    yield race.of("availability, rows in no order", BARE_SORT, 2)


BARE_SORT = "a bare sort and sum of the outages"


def _bare_race(race: Race, size: Size, outages: Stretches) -> None:
    bare = partial(compliance_plain.bare_sort_and_sum, size.agreements, MONTH_IN_FULL, outages)
    race.against(BARE_SORT, bare, size.agreements)


def ratios(size: Size) -> Iterator[Figure]:
    """Good and valid events by agreement and local day."""
    what, agreements = "ratios", 1_000
    periods, samples = compliance_rows.zoned_month(agreements), compliance_rows.samples(size.samples, agreements)
    ours = partial(daily_counts, ZONES, periods, samples)
    frame = compliance_plain.Frame(ZONES, periods, samples)
    assert frame.by_local_day() == [int(each.sum()) for each in (ours().good, ours().valid)]
    race = Race(ours, size.samples, took)
    race.against("a polars group-by from instants", frame.by_local_day, size.samples)
    race.against("a polars group-by of given days", frame.by_given_day, size.samples)
    race.run(size.rounds)
    yield race.faster(what, "a polars group-by from instants", 3)
    yield race.faster(what, "a polars group-by of given days", 3)


def page(size: Size) -> Iterator[Figure]:
    """A page of cases with targets of several forms, in one pass and one by one, and what one pass adds up."""
    what, cases = "a page", compliance_page.cases(size.cases)
    compliance_page.require_same(cases)
    race = Race(partial(compliance_page.in_one_pass, cases), size.cases)
    race.against("the same cases one by one", partial(compliance_page.one_by_one, cases), size.cases)
    race.run(size.rounds)
    yield race.faster(what, "the same cases one by one", 0.9)
    asked = compliance_page.asked(cases)
    race = Race(partial(compliance_page.clocked_together, asked), size.cases)
    race.against("their work items one by one", partial(compliance_page.clocked_alone, asked), size.cases)
    race.run(size.rounds)
    yield race.faster("clocks of a page", "their work items one by one", 1.5)


GROUPS: dict[str, Callable[[Size], Iterator[Figure]]] = {
    "service-time": service_time,
    "availability": downtime,
    "ratios": ratios,
    "page": page,
}
"""A group yields its figures; another one is a line here."""


def _lists(columns: tuple[Rows, ...], rows: int) -> tuple[list[int], ...]:
    return tuple(each[:rows].tolist() for each in columns)


def _require_same(found: Rows, *others: list[int]) -> None:
    """What is compared does the same; the library knows whole seconds only."""
    for other in others:
        ours = found[: len(other)].tolist()
        assert other in (ours, [each // SECOND for each in ours])


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description="The arithmetic of many rows, against others and bare NumPy.")
    parser.add_argument("--quick", action="store_true", help="fewer rows and repeats, more noise")
    parser.add_argument("--only", choices=sorted(GROUPS), help="one group")
    asked = parser.parse_args()
    groups = [GROUPS[asked.only]] if asked.only else list(GROUPS.values())
    size = QUICK if asked.quick else Size()
    show([figure for group in groups for figure in group(size)], "The arithmetic of compliance, row by row")
    return 0


if __name__ == "__main__":
    sys.exit(main())
