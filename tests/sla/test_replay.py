"""Past evidence under other terms: each month as it was, and as it would have been."""

from decimal import Decimal
from itertools import pairwise

import pytest

from sla.credit_scheme import CreditScheme
from sla.evidence import Evidence
from sla.figures import Status
from sla.money import Money
from sla.replay import Question, Replayed, months_until, replay
from sla.terms import Price, Selection, Terms
from tests.sla.judged import BERLIN, ENGINE, MARCH, OFFICE, applied, at, outage, row, some_terms, target

MONTHS = months_until(3, MARCH.end, BERLIN)
"""January to March 2027."""
SCHEME = CreditScheme.model_validate({"rules": [{"bands": [{"below": "99.5", "percent": "10"}]}]})
STRICTER = CreditScheme.model_validate({"rules": [{"bands": [{"below": "99.9", "percent": "10"}]}]})
PRICE = Price(
    selection=Selection(level="standard", quantity=1), monthly_fee=Money(amount=Decimal(1000), currency="EUR")
)


def promised(level: str, scheme: CreditScheme = SCHEME) -> Terms:
    written = target(committed=level, acceptable="90")
    return some_terms(written, calendar=OFFICE, credits=scheme, price=PRICE)


def seen(month: str) -> Evidence:
    """The probe was looking all month."""
    ends = {"01": "02-01", "02": "03-01", "03": "04-01"}[month]
    return row("observed", start=at(f"{month}-01 00:00"), end=at(f"{ends} 00:00"))


def asked(current: Terms | None, proposed: Terms, *rows: Evidence) -> Replayed:
    counted = (applied(current),) if current else ()
    return replay(Question(months=MONTHS, current=counted, proposed=proposed, rows=rows, engine=ENGINE))


LOOKED = (seen("01"), seen("02"), seen("03"))
HALF_AN_HOUR = outage("02-03 10:00", "02-03 10:30")
"""February 2027 has 160 hours: 99.6875 %."""


def test_a_stricter_level_would_have_been_missed_where_the_current_one_was_met() -> None:
    found = asked(promised("99.5"), promised("99.9", STRICTER), *LOOKED, HALF_AN_HOUR)
    february = found.months[1].targets[0]
    assert february.current is not None
    assert february.proposed is not None
    assert (february.current.status, february.current.attained) == (Status.MET, Decimal("99.687"))
    assert (february.proposed.status, february.proposed.committed) == (Status.MISSED, "99.9 %")


def test_a_month_that_an_amendment_cuts_is_told_with_the_level_of_the_part_that_is_told() -> None:
    editions = (
        applied(promised("99.9"), until="2027-02-16"),
        applied(promised("99.5"), "2027-02-16", no=2),
    )
    found = replay(
        Question(months=MONTHS, current=editions, proposed=promised("99"), rows=(*LOOKED, HALF_AN_HOUR), engine=ENGINE)
    )
    february = found.months[1].targets[0].current
    assert february is not None
    assert (february.committed, february.attained, february.status) == ("99.9 %", Decimal("99.431"), Status.MISSED)


def test_the_conclusion_counts_the_months_and_the_money() -> None:
    found = asked(promised("99.5"), promised("99.9", STRICTER), *LOOKED, HALF_AN_HOUR)
    assert found.conclusion == (
        "It works: the proposed 99.9 % would have been met in 2 of 3 months; "
        "the current 99.5 % was met in 3 of 3 months.",
        "Credits would have come to EUR 100.00 instead of EUR 0.00.",
    )


def test_a_month_of_which_no_evidence_speaks_is_said_and_costs_nothing() -> None:
    careless = promised("99.5").model_copy(update={"targets": (target(no_data="missed"),)})
    found = asked(careless, careless, row("observed", start=at("02-01 00:00"), end=at("02-28 00:00")))
    assert found.without_evidence == ("2027-01", "2027-03")
    assert [month.has_evidence for month in found.months] == [False, True, False]
    assert found.conclusion[-1] == "No evidence speaks of 2 of 3 months, which count neither way: 2027-01, 2027-03."


def test_a_target_that_is_dropped_and_one_that_is_new_are_said() -> None:
    new = some_terms(target("throughput", id="pages", name="Pages", unit="pages", committed="1", acceptable="1"))
    found = asked(promised("99.5"), new, *LOOKED, row("quantity", target="pages", at=at("02-03 10:00"), amount="5"))
    assert [each.target for each in found.totals] == ["pages", "it-works"]
    begins = "Pages: the proposed 1 pages a month would have been met in 1 of 1 month, 2 more"
    assert found.conclusion[0].startswith(begins)
    assert found.conclusion[0].endswith("; it is new.")
    assert found.conclusion[1] == ("It works: the proposed terms drop it; the current 99.5 % was met in 3 of 3 months.")


def test_months_before_the_current_terms_are_scored_by_the_proposed_ones_alone() -> None:
    since_march = Question(
        months=MONTHS,
        current=(applied(promised("99.5"), since="2027-03-01"),),
        proposed=promised("99.9", STRICTER),
        rows=LOOKED,
        engine=ENGINE,
    )
    found = replay(since_march)
    assert [month.targets[0].current is None for month in found.months] == [True, True, False]
    assert "would have been met in 3 of 3 months; the current 99.5 % was met in 1 of 1 month" in found.conclusion[0]


def test_terms_that_nothing_precedes_are_scored_alone() -> None:
    found = asked(None, promised("99.9", STRICTER), *LOOKED, HALF_AN_HOUR)
    assert found.totals[0].current is None
    assert found.conclusion == (
        "It works: the proposed 99.9 % would have been met in 2 of 3 months; it is new.",
        "Credits: EUR 100.00.",
    )


def test_the_same_terms_come_to_the_same() -> None:
    found = asked(promised("99.5"), promised("99.5"), *LOOKED, HALF_AN_HOUR)
    assert all(each.current == each.proposed for month in found.months for each in month.targets)
    assert found.credit_current == found.credit_proposed


def test_each_side_caps_its_credits_by_its_own_earlier_months() -> None:
    capped = CreditScheme.model_validate(
        {
            "rules": [{"bands": [{"below": "99.9", "percent": "10"}]}],
            "caps": [{"over": "rolling_12_months", "amount": {"amount": "150", "currency": "EUR"}}],
        }
    )
    downs = (HALF_AN_HOUR, outage("01-05 10:00", "01-05 11:00"), outage("03-03 10:00", "03-03 11:00"))
    found = asked(promised("99.5"), promised("99.9", capped), *LOOKED, *downs)
    assert [str(month.credit_proposed) for month in found.months] == ["EUR 100.00", "EUR 50.00", "EUR 0.00"]
    assert [str(month.credit_current) for month in found.months] == ["EUR 100.00", "EUR 0.00", "EUR 100.00"]


@pytest.mark.parametrize("months", [1, 12, 30])
def test_months_are_counted_back_from_the_last(months: int) -> None:
    found = months_until(months, MARCH.end, BERLIN)
    assert len(found) == months
    assert found[-1] == MARCH
    assert all(one.end == after.start for one, after in pairwise(found))
