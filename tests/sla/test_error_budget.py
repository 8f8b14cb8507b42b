"""Error budgets at their edges: rare hours, tiny outages, the last moments. MON-5."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from sla.compliance import judge
from sla.evidence import ANY_EVIDENCE, Evidence
from sla.figures import ErrorBudget
from sla.periods import JudgedPeriod, period_named
from sla.service_calendar import ServiceCalendar
from sla.term import start_of_day
from tests.sla.judged import BERLIN, applied, some_terms, target

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
