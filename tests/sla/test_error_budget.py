"""Error budgets at their edges: rare hours, tiny outages, the last moments. MON-5."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from sla.compliance import judge
from sla.evidence import ANY_EVIDENCE, Evidence
from sla.figures import ErrorBudget, Status
from sla.periods import JudgedPeriod, period_named
from sla.service_calendar import ServiceCalendar
from sla.term import start_of_day
from tests.sla.judged import BERLIN, applied, some_terms, target

DAY = timedelta(days=1)
ONE_HOUR_A_WEEK = ServiceCalendar.model_validate(
    {"zone": BERLIN, "weekly": [{"weekdays": "mon", "opens": "09:00", "closes": "10:00"}]}
)


def outage(start: datetime, lasts: timedelta) -> Evidence:
    said = {"kind": "outage", "source": "probe", "key": "1", "start": start, "end": start + lasts}
    return ANY_EVIDENCE.validate_python(said)


def budget(period: JudgedPeriod, as_of: datetime, row: Evidence, calendar: ServiceCalendar | None) -> ErrorBudget:
    terms = applied(some_terms(target(), calendar=calendar), f"{period.start}")
    found = judge(period, (terms,), [row], as_of).figures[0].budget
    assert found is not None
    return found


@pytest.mark.parametrize("year", [2027, 2190])
def test_what_is_not_used_up_within_rare_hours_is_no_breach_and_no_search(year: int) -> None:
    period = period_named(f"{year}", BERLIN)
    first_monday = next(day for day in (period.start + timedelta(days=n) for n in range(7)) if day.weekday() == 0)
    down = start_of_day(first_monday, BERLIN) + timedelta(hours=9)
    found = budget(period, datetime(year, 7, 1, tzinfo=UTC), outage(down, timedelta(seconds=6)), ONE_HOUR_A_WEEK)
    assert (found.used, found.breach_at) == (Fraction(6), None)


def test_an_outage_of_a_microsecond_is_far_from_every_breach() -> None:
    march = period_named("2027-03", BERLIN)
    down = outage(march.begins + timedelta(days=1), timedelta(microseconds=1))
    found = budget(march, march.begins + timedelta(days=20), down, None)
    assert (found.used, found.breach_at) == (Fraction(1, 1_000_000), None)


def test_excluded_time_neither_uses_up_a_budget_nor_passes() -> None:
    march = period_named("2027-03", BERLIN)
    first = {"kind": "exclusion", "source": "probe", "key": "2", "start": march.begins, "cause": "maintenance"}
    said = {**first, "end": march.begins + timedelta(days=10), "evidence": "announced", "approved_by": "ana@b.example"}
    rows = [outage(march.begins + timedelta(days=12), timedelta(hours=1)), ANY_EVIDENCE.validate_python(said)]
    as_of = march.begins + timedelta(days=15)
    (figure,) = judge(march, (applied(some_terms(target()), "2027-03-01"),), rows, as_of).figures
    assert figure.budget is not None
    assert figure.attainment == 100 - Fraction(100, 5 * 24)
    # An hour was lost in 120 hours that count, and one in 200 may be.
    assert figure.budget.burn_rate == Fraction(200, 5 * 24)
    # Of 743 hours 503 count in the end: 2.515 hours may be lost, and the 1.515 that are left last for 181.8 hours.
    assert figure.budget.allowed == Fraction(503 * 3600, 200)
    assert figure.budget.breach_at == as_of + timedelta(hours=181, minutes=48)


def test_a_budget_is_of_the_time_that_is_not_excluded_ahead_already() -> None:
    march = period_named("2027-03", BERLIN)
    start = march.begins + timedelta(days=20)
    said = {"kind": "exclusion", "source": "probe", "key": "2", "start": start, "end": start + timedelta(days=10)}
    more = {"cause": "maintenance", "evidence": "announced", "approved_by": "ana@b.example"}
    rows = [
        outage(march.begins + timedelta(days=2), timedelta(hours=1)),
        ANY_EVIDENCE.validate_python({**said, **more}),
    ]
    terms = (applied(some_terms(target()), "2027-03-01"),)
    (figure,) = judge(march, terms, rows, march.begins + timedelta(days=15)).figures
    assert figure.budget is not None
    assert figure.budget.allowed == Fraction((743 - 240) * 3600, 200)


def excluded(start: datetime, end: datetime) -> Evidence:
    said = {"kind": "exclusion", "source": "probe", "key": "2", "start": start, "end": end, "cause": "maintenance"}
    return ANY_EVIDENCE.validate_python({**said, "evidence": "announced", "approved_by": "ana@b.example"})


def test_nothing_is_used_up_in_time_that_is_excluded_ahead() -> None:
    march = period_named("2027-03", BERLIN)
    as_of = march.begins + timedelta(days=15)
    down, terms = outage(march.begins + timedelta(days=2), timedelta(hours=1)), (applied(some_terms(target())),)
    (calm,) = judge(march, terms, [down, excluded(as_of, march.ends)], as_of).figures
    assert calm.budget is not None
    assert (calm.status, calm.budget.breach_at) == (Status.MET, None)
    # An hour was lost in 360; 743 hours less 48 allow 3.475, and the 2.475 that are left last for 891 hours.
    rest = excluded(as_of, as_of + timedelta(days=2))
    (late,) = judge(march, terms, [down, rest], as_of).figures
    assert late.budget is not None
    assert late.budget.breach_at is None
    (soon,) = judge(march, terms, [outage(march.begins, timedelta(hours=3)), rest], as_of).figures
    assert soon.budget is not None
    # Three hours were lost in 360, and the 0.475 that are left last for 57 hours after the two days.
    assert soon.budget.breach_at == as_of + timedelta(days=2, hours=57)


def test_a_number_of_misses_is_used_up_in_the_time_that_is_not_excluded() -> None:
    march = period_named("2027-03", BERLIN)
    said = some_terms(target("resolution_time", within="1h", statistic="misses", allowed_misses=2, committed=None))
    late = {"kind": "item", "source": "desk", "target": "it-works", "item": "T1", "key": "1", "does": "opened"}
    rows = [ANY_EVIDENCE.validate_python({**late, "at": march.begins}), excluded(march.begins + 10 * DAY, march.ends)]
    (figure,) = judge(march, (applied(said),), rows, march.begins + 8 * DAY).figures
    assert figure.budget is not None
    # One of two in eight of ten days that count.
    assert (figure.budget.burn_rate, figure.budget.breach_at) == (Fraction(5, 8), None)


def test_a_share_burns_as_fast_as_the_share_of_its_budget_that_is_used_whenever_one_looks() -> None:
    march = period_named("2027-03", BERLIN)
    said = some_terms(target("good_event_ratio", good="answered", valid="all calls"))
    row = {"kind": "count", "source": "gateway", "key": "1", "target": "it-works", "at": march.begins}
    rows = [ANY_EVIDENCE.validate_python({**row, "good": 9975, "valid": 10000})]
    found = [
        judge(march, (applied(said, "2027-03-01"),), rows, march.begins + timedelta(days=days)).figures[0].budget
        for days in (1, 15, 31)
    ]
    assert [each and each.burn_rate for each in found] == [Fraction(1, 2)] * 3
