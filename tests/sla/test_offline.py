"""Which terms count when, said by files and days alone; and what of a period is left to judge."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sla.applied import Applied
from sla.credit_scheme import CreditScheme
from sla.due_periods import window_of
from sla.errors import BadInput
from sla.money import Money
from sla.offline import GivenTerms, applied_of, counted_part, last_revisions, refuse_other_currency, rows_for
from sla.periods import period_named
from sla.stating import state
from sla.term import start_of_day
from sla.terms import ComplianceRule, Period, Renewal, RenewalMode, Terms
from tests.sla.judged import BERLIN, MARCH, OFFICE, applied, at, case, outage, row, some_terms, target

TERMS = some_terms(target(), calendar=OFFICE)
ELSEWHERE = Period(start=date(2027, 3, 1), end=date(2028, 1, 1), zone="UTC")
TACIT = Renewal(mode=RenewalMode.TACIT, renewal_months=12, notice_months=3)


def given(terms: Terms = TERMS, day: str | None = None, source: str = "terms.yaml") -> GivenTerms:
    return GivenTerms(terms, None, date.fromisoformat(day) if day else None, source)


def spans(*files: GivenTerms) -> list[tuple[object, object]]:
    return [(each.since, each.until) for each in applied_of(files)]


def midnight(day: str) -> Any:
    return start_of_day(date.fromisoformat(day), BERLIN)


def test_terms_count_for_their_period() -> None:
    assert spans(given()) == [(midnight("2027-01-01"), midnight("2028-01-01"))]


def test_terms_that_renew_tacitly_go_on() -> None:
    assert spans(given(TERMS.model_copy(update={"renewal": TACIT}))) == [(midnight("2027-01-01"), None)]


def test_each_counts_until_the_next_one_does_in_whatever_order_they_are_named() -> None:
    first, second = given(), given(day="2027-03-16", source="second.yaml")
    expected = [(midnight("2027-01-01"), midnight("2027-03-16")), (midnight("2027-03-16"), midnight("2028-01-01"))]
    assert spans(first, second) == spans(second, first) == expected


def test_an_amendment_counts_from_the_day_that_it_says_itself() -> None:
    amended = given(TERMS.model_copy(update={"effective_from": date(2027, 4, 1)}))
    assert [since for since, _ in spans(given(), amended)] == [midnight("2027-01-01"), midnight("2027-04-01")]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ((given(), given(source="b.yaml")), "the terms b.yaml: count from 2027-01-01, and so do those of terms.yaml; "),
        ((given(day="2026-01-01"),), "the terms terms.yaml: begin to count on 2026-01-01, outside their own period; "),
        ((given(day="2028-01-01"),), "the terms terms.yaml: begin to count on 2028-01-01, outside their own period; "),
        (
            (given(), given(TERMS.model_copy(update={"period": ELSEWHERE}))),
            "the terms terms.yaml: are of the zone UTC, and those of terms.yaml of Europe/Berlin; ",
        ),
    ],
)  # fmt: skip
def test_terms_that_do_not_fit_together_are_refused(files: tuple[GivenTerms, ...], told: str) -> None:
    with pytest.raises(BadInput) as caught:
        applied_of(files)
    assert str(caught.value).startswith(told)


def test_of_a_period_only_the_days_in_force_are_judged() -> None:
    cut = counted_part(MARCH, (applied(TERMS, since="2027-03-10"),))
    assert cut.name == "2027-03-10/2027-04-01"


def test_a_period_before_all_terms_is_refused() -> None:
    with pytest.raises(BadInput, match="in 2026-03 no terms count; a period with days from 2027-01-01 on is expected"):
        counted_part(period_named("2026-03", BERLIN), (applied(TERMS),))


def test_a_rolling_rule_looks_back() -> None:
    rolling = TERMS.model_copy(update={"compliance": ComplianceRule(rolling_months=3)})
    assert window_of(MARCH, (applied(rolling),)).start == date(2027, 1, 1)
    assert window_of(MARCH, (applied(TERMS),)) == MARCH


def test_rows_of_other_times_are_left_out() -> None:
    inside, outside = outage("03-04 10:00", "03-04 11:00"), outage("05-04 10:00", "05-04 11:00")
    assert rows_for((inside, outside), MARCH) == (inside,)


DOLLARS = Money(amount=Decimal(100), currency="USD")


def test_a_fee_in_another_currency_than_the_terms_is_refused() -> None:
    """In that of the price, or where there is none in that of the credits; terms of other times say nothing."""
    band = {"below": "99.5", "amount": {"amount": "5", "currency": "EUR"}}
    scheme = CreditScheme.model_validate({"rules": [{"bands": [band]}]})
    fixed = applied(some_terms(target(), price=None, credits=scheme), until="2027-03-01")
    free = applied(some_terms(target(), price=None), "2027-03-01")
    refuse_other_currency(DOLLARS, (fixed, free), MARCH)
    with pytest.raises(BadInput, match="in USD, and the credits of the terms in EUR; an amount in EUR is expected"):
        refuse_other_currency(DOLLARS, (applied(fixed.terms),), MARCH)
    with pytest.raises(BadInput, match="in USD, and the price of the terms in EUR"):
        refuse_other_currency(DOLLARS, (applied(TERMS),), MARCH)


def test_only_the_last_revision_of_a_period_is_looked_back_at() -> None:
    looked = row("observed", start=at("03-01 00:00"), end=at("03-31 22:00"))
    first = state(case(TERMS, looked))
    second = state(case(TERMS, looked, outage("03-04 10:00", "03-04 12:00"), previous=first, why="It came late."))
    (past,) = last_revisions((second, first))
    assert past.targets[0].status == "missed"


def test_a_provisional_statement_is_no_past() -> None:
    looked = row("observed", start=at("03-01 00:00"), end=at("03-31 22:00"))
    assert last_revisions((state(case(TERMS, looked, as_of=at("03-20 00:00"))),)) == ()


def test_applied_terms_keep_their_edition() -> None:
    (one,) = applied_of([given()])
    assert one == Applied(terms=TERMS, since=midnight("2027-01-01"), until=midnight("2028-01-01"))
