"""Which period is due: the cadence's, within the stretch in force, and never what is stated already. MON-4, MON-16."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.applied import Applied
from sla.cadence import Cadence
from sla.due_periods import days_in_force, due_period, left_of, running_period, spans_of, terms_at, unstated_until
from sla.errors import BadInput
from sla.life import Coming, InForce
from sla.periods import JudgedPeriod, period_named
from sla.term import start_of_day
from sla.terms import ComplianceRule, Edition, EditionRef, Origin
from tests import people

ZONE = "Europe/Berlin"
NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)


def applied(
    since: date = date(2026, 1, 1), until: date | None = None, every: Cadence = Cadence.MONTH
) -> tuple[Applied, ...]:
    terms = people.terms(compliance=ComplianceRule(every=every))
    ends = start_of_day(until, ZONE) if until else None
    return (Applied(terms=terms, since=start_of_day(since, ZONE), until=ends),)


def named(text: str) -> JudgedPeriod:
    return period_named(text, ZONE)


@pytest.mark.parametrize(
    ("every", "name"), [(Cadence.MONTH, "2026-03"), (Cadence.QUARTER, "2026-Q1"), (Cadence.YEAR, None)]
)
def test_the_last_period_of_the_cadence_that_is_over_is_due(every: Cadence, name: str | None) -> None:
    found = due_period(applied(every=every), ZONE, NOON, None, ())
    assert (found.name if found else None) == name


def test_a_first_month_is_due_from_its_first_day_in_force() -> None:
    found = due_period(applied(date(2026, 3, 12)), ZONE, NOON, None, ())
    assert found == named("2026-03-12/2026-04-01")


def test_a_month_in_whose_middle_it_began_is_due_from_that_day_whatever_the_hour() -> None:
    late = applied()[0].model_copy(update={"since": datetime(2026, 3, 12, 17, tzinfo=UTC)})
    assert due_period((late,), ZONE, NOON, None, ()) == named("2026-03-12/2026-04-01")


def test_a_last_month_is_due_to_its_last_day_in_force() -> None:
    ended = applied(until=date(2026, 3, 20))
    assert days_in_force(ended, ZONE) == (date(2026, 1, 1), date(2026, 3, 20))
    assert due_period(ended, ZONE, NOON, "2026-03", ()) == named("2026-03-01/2026-03-20")


def test_before_and_after_its_stretch_nothing_is_due() -> None:
    assert due_period(applied(date(2026, 4, 1)), ZONE, NOON, None, ()) is None
    assert due_period(applied(until=date(2026, 3, 1)), ZONE, NOON, None, ()) is None


def test_a_part_is_found_by_its_own_name_too() -> None:
    found = due_period(applied(date(2026, 3, 12)), ZONE, NOON, "2026-03-12/2026-04-01", ())
    assert found == named("2026-03-12/2026-04-01")


@pytest.mark.parametrize("name", ["2026-Q1", "2026", "2026-03-02/2026-03-09", "2026-04"])
def test_another_period_or_one_that_is_not_over_is_refused(name: str) -> None:
    with pytest.raises(BadInput):
        due_period(applied(), ZONE, NOON, name, ())


def test_what_is_stated_is_due_again_as_it_was() -> None:
    march = named("2026-03")
    assert due_period(applied(), ZONE, NOON, None, [(march.start, march.end)]) == march


def test_a_quarter_after_stated_months_is_what_they_have_left() -> None:
    january, february = named("2026-01"), named("2026-02")
    stated = [(each.start, each.end) for each in (january, february)]
    assert due_period(applied(every=Cadence.QUARTER), ZONE, NOON, None, stated) == named("2026-03")


def test_nothing_is_left_of_a_month_in_a_stated_quarter() -> None:
    quarter = named("2026-Q1")
    assert due_period(applied(), ZONE, NOON, None, [(quarter.start, quarter.end)]) is None


def test_the_running_period_is_the_one_that_the_instant_lies_in() -> None:
    assert running_period(applied(), ZONE, NOON) == named("2026-04")


def test_everything_unstated_up_to_the_end_is_told_in_order() -> None:
    ended, end = applied(until=date(2026, 4, 20)), start_of_day(date(2026, 4, 20), ZONE)
    february = named("2026-02")
    found = unstated_until(ended, ZONE, end, [(february.start, february.end)])
    assert [each.name for each in found] == ["2026-01", "2026-03", "2026-04-01/2026-04-20"]


def test_the_terms_that_count_last_before_an_instant_say_how() -> None:
    early, late = applied()[0], applied(date(2026, 3, 1), every=Cadence.YEAR)[0]
    assert terms_at((early, late), NOON) == late.terms
    assert terms_at((early, late), start_of_day(date(2026, 2, 1), ZONE)) == early.terms
    assert terms_at((late,), start_of_day(date(2026, 2, 1), ZONE)) == late.terms


def test_an_edition_that_waits_for_its_day_ends_the_one_before() -> None:
    edition = Edition(
        no=2, origin=Origin.OFFER, author=people.BO, at=NOON, requirements_hash="0" * 64, terms=people.terms()
    )
    first = InForce(edition=EditionRef(no=1, hash="a" * 64), since=start_of_day(date(2026, 1, 1), ZONE))
    at = start_of_day(date(2026, 5, 1), ZONE)
    spans = spans_of((first,), Coming(edition=edition, at=at))
    assert [(each.edition.no, each.since, each.until) for each in spans] == [(1, first.since, at), (2, at, None)]
    assert spans_of((first,), None) == (first,)


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(st.lists(st.tuples(DAYS, DAYS).filter(lambda days: days[0] < days[1]), max_size=5), DAYS, DAYS)
def test_what_is_left_never_overlaps_what_is_stated(stated: list[tuple[date, date]], one: date, other: date) -> None:
    if one == other:
        return
    period = JudgedPeriod(start=min(one, other), end=max(one, other), zone=ZONE)
    ordered = sorted(stated)
    apart = [days for days, after in pairwise([*ordered, (date.max, date.max)]) if days[1] <= after[0]]
    left = left_of(period, apart)
    if left is not None and (left.start, left.end) not in apart:
        assert all(last <= left.start or left.end <= first for first, last in apart)
        assert period.start <= left.start < left.end <= period.end
