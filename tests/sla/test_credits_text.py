"""A scheme in sentences, and what the gate says of one that does not fit its terms."""

from decimal import Decimal

import pytest

from sla.credit_faults import scheme_faults
from sla.credit_scheme import CreditScheme
from sla.credit_text import scheme_text
from sla.money import Money
from sla.targets import Availability, Outcome, ResponseTime, Statistic, Target
from tests.sla.credit_figures import CLOUD, FEE, Plain, bands, euros, figure, owed, scheme

UPTIME = Availability.model_validate({"id": "uptime", "name": "Uptime", "committed": "99.9"})
TICKETS = ResponseTime.model_validate({"id": "tickets", "name": "Tickets", "committed": "95", "within": "4h"})
HAPPY = Outcome.model_validate({"id": "happy", "name": "Satisfaction", "committed": "4"})

EVERYTHING = scheme(
    bands(
        {"below": "99.5", "at_least": "99", "percent": "0"},
        {"below": "99", "percent": "5", "per": {"time": "30min", "beyond": "committed"}},
        no_report={"amount": {"amount": "250", "currency": "EUR"}, "counts": ["missed", "no_data"]},
        monthly_fee={"amount": "400", "currency": "EUR"},
        most={"percent": "50"},
    ),
    {"targets": ["a", "b"], "reading": "share_met", "bands": [{"at_most": "50", "days": "3"}]},
    bands({"at_least": "99.99", "percent": "2"}, is_reward="yes", only_if_all_met="yes"),
    combine="worst",
    pro_rata="yes",
    minimum={"amount": {"amount": "1", "currency": "EUR"}, "below": "raised"},
    caps=[
        {"over": "period", "percent": "15"},
        {"over": "rolling_12_months", "percent": "10", "of": "year"},
        {"over": "term", "amount": {"amount": "50000", "currency": "EUR"}},
    ],
    reward_caps=[{"over": "period", "percent": "2", "of": "month"}],
    rounding={"way": "half_up", "once": "total"},
    claim={"days": "1", "counted_from": "statement", "moves_to_monday": "yes"},
    earn_back={"periods": "3", "at_least": "99.95"},
    termination=[
        {"misses": "3"},
        {"misses": "4", "in_periods": "12", "chain": "any_target", "counts": ["missed", "no_data"]},
        {"misses": "1", "below": "90", "targets": ["uptime"], "usable_days": "30"},
    ],
)


def test_everything_that_a_scheme_says_is_said_in_sentences() -> None:
    assert scheme_text(EVERYTHING) == (
        "Credit for the attainment of uptime: at least 99 and below 99.5: 0 % of the fee; below 99: 5 % of the fee for "
        "each started 30 minutes down beyond the committed level.",
        "For it the monthly fee is EUR 400.00.",
        "A missing report (judged missed or no data) costs EUR 250.00.",
        "It comes to at most 50 % of the period's fee in one period.",
        "Credit for the share of targets met, in percent, of a and b: at most 50: the fee of 3 days.",
        "Reward for the attainment of uptime: at least 99.99: 2 % of the fee.",
        "It is owed only where no target was missed or is without data.",
        "Of several credits of a period only the largest is owed.",
        "The fee of a part of a month is the month's fee by its days.",
        "Credits of a period below EUR 1.00 are raised to it.",
        "Credits come to at most 15 % of the period's fee in one period.",
        "Credits come to at most 10 % of twelve monthly fees in the twelve months that end with a period.",
        "Credits come to at most EUR 50,000.00 in one term.",
        "Rewards come to at most 2 % of the monthly fee in one period.",
        "The total is rounded once, half up, to the smallest unit of the currency.",
        "A credit must be claimed within 1 day after the day of the statement; "
        "a last day on a weekend moves to Monday.",
        "A credit is owed back when each of the 3 periods after it is at or above 99.95.",
        "3 misses (missed) of a target in consecutive periods give the customer the right to terminate for 90 days "
        "after the end of the last of these periods.",
        "4 misses (missed or no data) of any targets, each period counted once, within 12 periods give the customer "
        "the right to terminate for 90 days after the end of the last of these periods.",
        "One miss (missed with an attainment below 90) of uptime gives the customer the right to terminate for 30 days "
        "after the end of that period.",
        "Example: at a monthly fee of EUR 1,000.00, an attainment of below 99, with 3 such units missed, in a month "
        "costs EUR 60.00.",
    )


def test_the_example_is_what_the_arithmetic_says() -> None:
    of = scheme(CLOUD, caps=[{"over": "period", "percent": "7"}])
    assert scheme_text(of, euros("1234.56"))[-1].endswith("costs EUR 86.41.")
    assert owed(of, figure("99.5"), fee=euros("1234.56")).total == euros("86.41")


def test_an_example_in_another_currency_than_the_scheme_is_not_made() -> None:
    of = scheme(bands({"below": "99", "amount": {"amount": "5", "currency": "EUR"}}))
    dollars = Money(amount=Decimal(1000), currency="USD")
    assert not any(sentence.startswith("Example") for sentence in scheme_text(of, dollars))


def test_a_scheme_that_gives_only_rights_says_only_these() -> None:
    assert len(scheme_text(CreditScheme.model_validate({"termination": [{"misses": "3"}]}))) == 1


PER_TIME = {"percent": "5", "per": {"time": "30min", "beyond": "total"}}
PER_ITEM = {"percent": "5", "per": {"items": "1", "beyond": "committed"}}
PER_POINT = {"percent": "5", "per": {"points": "1", "beyond": "total"}}
AVERAGE = TICKETS.model_copy(update={"statistic": Statistic.AVERAGE})
FAULTS: list[tuple[CreditScheme, Target, Money | None, str]] = [
    (
        scheme({**CLOUD, "targets": ["up"]}),
        UPTIME,
        FEE,
        "credits.rules.0.targets: up is no target; one of uptime is expected",
    ),
    (
        CreditScheme.model_validate({"termination": [{"misses": "1", "targets": ["up"]}]}),
        UPTIME,
        FEE,
        "credits.termination.0.targets: up is no target; one of uptime is expected",
    ),
    (
        scheme(CLOUD),
        UPTIME,
        None,
        "credits: are a part of the fee, and the terms state no price; a monthly fee is expected",
    ),
    (
        scheme(bands({"below": "99", "amount": {"amount": "5", "currency": "USD"}})),
        UPTIME,
        FEE,
        "credits: are in USD, and the fee is in EUR; one currency is expected",
    ),
    (
        scheme(bands(PER_TIME, targets=["tickets"])),
        TICKETS,
        FEE,
        "credits.rules.0.bands.0.per: counts time down, which tickets (response_time) has not; "
        "items or points are expected",
    ),
    (
        scheme(bands(PER_ITEM)),
        UPTIME,
        FEE,
        "credits.rules.0.bands.0.per: counts items, which uptime (availability) has not; points or time are expected",
    ),
    (
        scheme(bands(PER_ITEM, targets=["happy"])),
        HAPPY,
        FEE,
        "credits.rules.0.bands.0.per: counts items, which happy (outcome) has not; points are expected",
    ),
    (
        scheme(bands(PER_POINT, targets=["happy"])),
        HAPPY,
        FEE,
        "credits.rules.0.bands.0.per: counts points up to 100, and happy is no percentage; "
        "`beyond: committed` is expected",
    ),
    (
        scheme(bands(PER_ITEM, targets=["tickets"])),
        AVERAGE,
        FEE,
        "credits.rules.0.bands.0.per: counts from the committed level, and tickets promises an average; "
        "`beyond: total` is expected",
    ),
    (
        scheme(bands(PER_ITEM, targets=["tickets"])),
        TICKETS.model_copy(update={"committed": None}),
        FEE,
        "credits.rules.0.bands.0.per: counts from the committed level, and tickets states none; one is expected",
    ),
]


@pytest.mark.parametrize(("of", "target", "fee", "fault"), FAULTS)
def test_a_scheme_that_does_not_fit_its_terms_is_told_with_the_place(
    of: CreditScheme, target: Target, fee: Money | None, fault: str
) -> None:
    assert scheme_faults(of, (target,), fee) == (fault,)


@pytest.mark.parametrize("rule", [CLOUD, bands(PER_TIME), bands(PER_POINT)])
def test_a_scheme_that_fits_has_no_faults(rule: Plain) -> None:
    assert scheme_faults(scheme(rule), (UPTIME,), FEE) == ()
