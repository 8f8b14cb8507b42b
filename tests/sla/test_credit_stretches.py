"""A period in which the scheme of the credits or the fee changes: each stretch of days by its own. MON-6, MON-7."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.credit_scheme import CreditScheme
from sla.credit_stretches import Stretch, scheme_of, stretches_of
from sla.credits import Owed, credits_due
from sla.errors import BadInput
from sla.figures import Counted, Figure
from sla.monthly_fees import with_fee
from sla.past_periods import PastPeriod
from sla.periods import JudgedPeriod, period_named
from sla.stating import state
from sla.terms import Terms
from tests import people
from tests.sla.credit_figures import (
    BERLIN,
    CLOUD,
    MARCH,
    TERM_START,
    bands,
    euros,
    figure,
    looked_back,
    months,
    scheme,
)
from tests.sla.judged import OFFICE, applied, case, outage, row, some_terms, target

ELEVENTH = date(2027, 3, 11)
FLAT = scheme(bands({"below": "99.99", "percent": "20"}))
"""Twenty percent of every miss."""


def march(first: Figure | str, second: str | None = None) -> tuple[Figure, ...]:
    """All of March, or until the 11th and from there on: 10 and 21 days."""
    if second is None:
        return (first if isinstance(first, Figure) else figure(first),)
    early = JudgedPeriod(start=MARCH.start, end=ELEVENTH, zone=BERLIN)
    late = JudgedPeriod(start=ELEVENTH, end=MARCH.end, zone=BERLIN)
    assert isinstance(first, str)
    return figure(first, period=early), figure(second, period=late)


def changed(
    before: CreditScheme | None,
    after: CreditScheme | None,
    *figures: Figure,
    fees: tuple[str, str] = ("310", "620"),
    period: JudgedPeriod = MARCH,
    on: date = ELEVENTH,
    past: tuple[PastPeriod, ...] = (),
) -> Owed:
    """What a period costs in which another scheme and another fee count from a day on."""
    stretches = (
        Stretch(before, euros(fees[0]), period.start, on),
        Stretch(after, euros(fees[1]), on, period.end),
    )
    last = after or before
    assert last is not None
    return credits_due(last, period, figures, euros(fees[1]), past, TERM_START, stretches)


def test_each_day_costs_by_its_own_fee() -> None:
    found = changed(scheme(CLOUD), scheme(CLOUD), *march("99.5"))
    assert found.total == euros("52")  # 10 % of 310 for 10 of 31 days, and of 620 for 21: 10 + 42


def test_each_part_costs_by_the_fee_of_its_own_days() -> None:
    found = changed(scheme(CLOUD), scheme(CLOUD), *march("99.5", "97"))
    assert found.total == euros("136")  # 10 % of 310 for 10 of 31 days, 30 % of 620 for 21: 10 + 126


def test_each_part_costs_by_the_scheme_of_its_own_days() -> None:
    found = changed(scheme(CLOUD), FLAT, *march("97", "99.5"), fees=("310", "310"))
    assert found.total == euros("72")  # 30 % for 10 of 31 days, 20 % for 21: 30 + 42


def test_credits_that_an_amendment_brings_or_ends_count_for_their_days() -> None:
    fees = ("310", "310")
    assert changed(None, FLAT, *march("97"), fees=fees).total == euros("42")
    assert changed(FLAT, None, *march("97"), fees=fees).total == euros("20")


def test_a_fixed_amount_weighs_its_days() -> None:
    fixed = scheme(bands({"below": "99.99", "amount": {"amount": "31", "currency": "EUR"}}))
    dearer = scheme(bands({"below": "99.99", "amount": {"amount": "62", "currency": "EUR"}}))
    assert changed(fixed, dearer, *march("97")).total == euros("52")


def test_a_quarter_is_charged_what_is_paid_for_its_months() -> None:
    quarter = period_named("2027-Q1", BERLIN)
    of = scheme(bands({"below": "99.99", "percent": "10"}))
    found = changed(of, of, figure("99", period=quarter), fees=("300", "600"), period=quarter, on=date(2027, 3, 1))
    assert found.total == euros("120")  # of 300 + 300 + 600


def test_pro_rata_is_by_the_days_of_the_month() -> None:
    part = JudgedPeriod(start=date(2027, 3, 1), end=date(2027, 3, 21), zone=BERLIN)
    of = scheme(bands({"below": "99.99", "percent": "10"}), pro_rata=True)
    found = changed(of, of, figure("99", period=part), period=part)
    assert found.total == euros("30")  # 10 % of 310 for 10 of 31 days, of 620 for 10


HALF_HOURS = scheme(bands({"below": "99.99", "percent": "5", "per": {"time": "30min", "beyond": "total"}}))


def test_units_of_a_figure_that_goes_through_count_by_its_days() -> None:
    down = figure("99", budget=("3600", "1"))
    assert changed(HALF_HOURS, HALF_HOURS, down).total == euros("52")  # 2 * 5 % of 310 for 10 of 31 days, of 620 for 21


def test_units_of_a_part_count_in_full_at_its_own_fee() -> None:
    first, second = march("99", "99")
    found = changed(
        HALF_HOURS,
        HALF_HOURS,
        first.model_copy(update={"budget": figure("99", budget=("1800", "1")).budget}),
        second.model_copy(update={"budget": figure("99", budget=("3600", "1")).budget}),
    )
    assert found.total == euros("77.50")  # 5 % of 310, and 2 * 5 % of 620


def test_work_that_was_carried_over_weighs_its_share_of_the_items_once_however_the_others_are_cut() -> None:
    def counting(items: int, made: Figure, **more: object) -> Figure:
        counted = (Counted(what="items", amount=Fraction(items), unit="items"),)
        return made.model_copy(update={"form": "response_time", "counted": counted, **more})

    carried = counting(1, figure("0"), is_carried_over=True)
    first, second = march("100", "100")
    of, fees = scheme(bands({"below": "50", "percent": "100"})), ("310", "310")
    # Ten and twenty-one days with three items a day: one late item of ninety-four costs that much of 310 EUR.
    assert changed(of, of, carried, counting(30, first), counting(63, second), fees=fees).total == euros("3.30")
    lowest = scheme(bands({"below": "99", "percent": "10"}, targets=[], reading="lowest"))
    assert changed(lowest, lowest, carried, counting(30, first), counting(63, second), fees=fees).total == euros("31")
    assert changed(lowest, lowest, carried, counting(50, first), counting(105, second), fees=fees).total == euros("0")


def test_an_attainment_of_the_agreement_is_read_in_each_stretch() -> None:
    lowest = scheme({**CLOUD, "targets": [], "reading": "lowest"})
    found = changed(lowest, lowest, *march("99.5", "97"), figure("100", "disk"))
    assert [(line.target, line.amount) for line in found.lines] == [(None, euros("136"))]


def test_the_worst_of_each_stretch_counts() -> None:
    of = scheme({**CLOUD, "targets": []}, combine="worst")
    found = changed(of, of, *march("99.5", "97"), figure("99", "disk"))
    assert found.total == euros("136")  # 10 % of both in the first stretch, 30 % of uptime in the second


def test_the_worst_of_each_stretch_is_the_one_that_costs_most_within_its_limit() -> None:
    limited = {**CLOUD, "targets": ["disk"], "most": {"percent": "5"}}
    of = scheme(CLOUD, limited, combine="worst")
    found = changed(of, of, figure("99.5"), figure("97", "disk"))
    assert [(line.target, line.amount) for line in found.lines] == [("uptime", euros("52"))]


def test_of_rewards_each_counts_not_the_worst() -> None:
    bonus = {"bands": [{"at_least": "99.99", "percent": "1"}], "is_reward": True}
    of = scheme(CLOUD, {**bonus, "targets": ["uptime"]}, {**bonus, "targets": ["disk"]}, combine="worst")
    assert changed(of, of, figure("100"), figure("100", "disk")).rewards == euros("10.40")


def test_a_line_is_frozen_where_one_of_its_stretches_is_disputed() -> None:
    first, second = march("99.5", "97")
    found = changed(scheme(CLOUD), scheme(CLOUD), first, second.model_copy(update={"dispute": 1}))
    assert [line.is_frozen for line in found.lines] == [True]


# What spans the period


def test_a_cap_is_of_the_fee_that_is_paid_for_the_period() -> None:
    capped = scheme(CLOUD, caps=[{"over": "period", "percent": "20"}])
    assert changed(capped, capped, *march("97")).total == euros("104")  # 156, and 20 % of 310 * 10/31 + 620 * 21/31
    yearly = scheme(CLOUD, caps=[{"over": "rolling_12_months", "percent": "1"}])
    assert changed(yearly, yearly, *march("97")).total == euros("62.40")  # 1 % of 12 * 520


def test_the_example_of_the_conventions_comes_out_as_it_is_written() -> None:
    ten, twenty = ({"below": "99.99", "percent": percent} for percent in ("10", "20"))
    assert changed(scheme(bands(ten)), scheme(bands(twenty)), *march("97")).total == euros("94")
    capped = scheme(bands(twenty), caps=[{"over": "period", "percent": "10"}])
    assert changed(scheme(bands(ten)), capped, *march("97")).total == euros("52")


def test_caps_and_minimum_are_those_that_count_last() -> None:
    capped = scheme(CLOUD, caps=[{"over": "period", "amount": {"amount": "50", "currency": "EUR"}}])
    assert changed(scheme(CLOUD), capped, *march("97")).total == euros("50")
    assert changed(capped, scheme(CLOUD), *march("97")).total == euros("156")
    least = {"amount": {"amount": "200", "currency": "EUR"}, "below": "nothing"}
    assert changed(scheme(CLOUD), scheme(CLOUD, minimum=least), *march("97")).total == euros("0")


def test_a_cap_over_months_has_what_earlier_months_have_left() -> None:
    capped = scheme(CLOUD, caps=[{"over": "rolling_12_months", "amount": {"amount": "100", "currency": "EUR"}}])
    february = months("2027-02", 1)[0]
    before = looked_back(february, march("97"), changed(scheme(CLOUD), scheme(CLOUD), *march("99.5")).lines)
    assert changed(capped, capped, *march("97"), past=(before,)).total == euros("48")


def test_lines_stand_in_the_order_of_the_rules_and_targets_whichever_stretch_they_begin_in() -> None:
    """So a cap is filled in the same order, whether anything has changed within the period or not."""
    of = scheme(CLOUD, {**CLOUD, "targets": ["disk"]})
    assert [each.targets for each in of.rules] == [("uptime",), ("disk",)]
    found = changed(of, of, figure("99.5", "disk"), *march("100", "99.5"))
    assert [(line.target, line.amount) for line in found.lines] == [("uptime", euros("42")), ("disk", euros("52"))]


def test_the_limit_of_a_line_is_that_of_its_days() -> None:
    limited = scheme({**CLOUD, "most": {"percent": "20"}})
    found = changed(limited, limited, *march("97"))
    assert found.total == euros("104")  # 20 % of 310 for 10 of 31 days, and of 620 for 21
    assert found.lines[0].how.endswith(", at most its limit = EUR 104.00.")
    assert changed(limited, scheme(CLOUD), *march("97")).total == euros("146")  # 20 + 126


def test_a_bonus_needs_all_targets_to_be_met_in_all_of_the_period() -> None:
    of = scheme(bands({"at_least": "99.99", "percent": "2"}, is_reward=True, only_if_all_met=True))
    assert changed(of, of, *march("100", "100")).rewards == euros("10.40")
    assert changed(of, of, *march("100", "97")).rewards == euros("0")


def test_a_rolling_window_speaks_of_every_day_of_the_period() -> None:
    """Its figure reaches back to February, and March is what is paid."""
    window = JudgedPeriod(start=date(2027, 2, 1), end=MARCH.end, zone=BERLIN)
    assert changed(scheme(CLOUD), scheme(CLOUD), figure("99.5", period=window)).total == euros("52")
    assert changed(HALF_HOURS, HALF_HOURS, figure("99", period=window, budget=("3600", "1"))).total == euros("52")


def test_a_line_says_how_much_of_it_is_by_what() -> None:
    (line,) = changed(scheme(CLOUD), FLAT, *march("99.5")).lines
    assert line.how == (
        "uptime: 99.5 % is at least 99 and below 99.99, 10 % of the fee (10 of 31 days, EUR 310.00 a month); 99.5 % is "
        "below 99.99, 20 % of the fee (21 of 31 days, EUR 620.00 a month) = EUR 94.00."
    )


def test_a_percentage_of_days_without_a_fee_is_refused() -> None:
    stretches = Stretch(FLAT, None, MARCH.start, ELEVENTH), Stretch(FLAT, euros("310"), ELEVENTH, MARCH.end)
    with pytest.raises(BadInput, match="the terms state no price"):
        credits_due(FLAT, MARCH, march("97"), euros("310"), (), TERM_START, stretches)


@given(
    st.lists(st.integers(1, 30), unique=True, min_size=1, max_size=4), st.integers(0, 100_000), st.integers(1, 9_999)
)
def test_cutting_a_period_in_stretches_of_one_scheme_and_fee_changes_nothing(
    cuts: list[int], points: int, euro: int
) -> None:
    days = [MARCH.start + timedelta(days=number) for number in (0, *sorted(cuts), 31)]
    of, fee, found = scheme(CLOUD), euros(str(euro)), figure(Fraction(points, 1000))
    stretches = tuple(Stretch(of, fee, start, end) for start, end in pairwise(days))
    whole = credits_due(of, MARCH, (found,), fee, (), TERM_START)
    assert credits_due(of, MARCH, (found,), fee, (), TERM_START, stretches).total == whole.total


# Which stretches there are


def priced(fee: str, of: CreditScheme = FLAT, committed: str = "99.5") -> Terms:
    return some_terms(target(committed=committed), calendar=OFFICE, price=people.terms(fee).price, credits=of)


def test_a_change_of_the_fee_alone_makes_two_stretches() -> None:
    edition = applied(priced("310.00"))
    fees = with_fee(with_fee((), euros("310"), edition.since), euros("620"), applied(edition.terms, "2027-03-11").since)
    assert stretches_of(MARCH, (edition,), fees) == (
        Stretch(FLAT, euros("310"), MARCH.start, ELEVENTH),
        Stretch(FLAT, euros("620"), ELEVENTH, MARCH.end),
    )


def test_a_day_counts_by_what_counts_when_it_ends() -> None:
    first, second = priced("310.00"), priced("310.00", scheme(CLOUD))
    noon = applied(first, "2027-03-11").since + timedelta(hours=12)
    begun = applied(first)
    editions = (
        begun.model_copy(update={"until": noon}),
        applied(second, "2027-03-11", no=2).model_copy(update={"since": noon}),
    )
    found = stretches_of(MARCH, editions, with_fee((), euros("310"), begun.since))
    assert [(each.scheme, each.start) for each in found] == [(FLAT, MARCH.start), (scheme(CLOUD), ELEVENTH)]


def test_credits_that_an_amendment_ends_are_stated_for_the_days_before_it() -> None:
    ended = priced("310.00").model_copy(update={"credits": None})
    ten = scheme(bands({"below": "99.5", "percent": "10"}, targets=["it-works"]))
    editions = applied(priced("310.00", ten), until="2027-03-11"), applied(ended, "2027-03-11", no=2)
    fees = with_fee((), euros("310"), editions[0].since)
    rows = row("observed", start=MARCH.begins, end=MARCH.ends), outage("03-04 10:00", "03-04 12:00")
    assert state(case(editions[0].terms, *rows, applied=editions, fees=fees)).credit == euros("10")


def test_an_edition_that_leaves_scheme_and_fee_makes_none() -> None:
    first, second = priced("310.00"), priced("310.00", committed="99")
    editions = applied(first, until="2027-03-11"), applied(second, "2027-03-11", no=2)
    fees = with_fee((), euros("310"), editions[0].since)
    assert stretches_of(MARCH, editions, fees) == (Stretch(FLAT, euros("310"), MARCH.start, MARCH.end),)


def test_credits_are_claimed_by_the_scheme_that_counts_last() -> None:
    ended = priced("310.00").model_copy(update={"credits": None})
    assert scheme_of(MARCH, (applied(priced("310.00"), until="2027-03-11"), applied(ended, "2027-03-11"))) == FLAT
    assert scheme_of(MARCH, (applied(ended),)) is None


def test_an_amended_month_is_stated_by_the_schemes_and_fees_of_its_days() -> None:
    """Down for two of 184 hours: missed by both editions, 10 % of 310 until the 11th and 20 % of 620 from then on."""
    ten = scheme(bands({"below": "99.5", "percent": "10"}, targets=["it-works"]))
    twenty = scheme(bands({"below": "99.5", "percent": "20"}, targets=["it-works"]))
    first, second = priced("310.00", ten), priced("620.00", twenty)
    editions = applied(first, until="2027-03-11"), applied(second, "2027-03-11", no=2)
    fees = with_fee(with_fee((), euros("310"), editions[0].since), euros("620"), editions[1].since)
    looked = row("observed", start=MARCH.begins, end=MARCH.ends)
    statement = state(case(first, looked, outage("03-04 10:00", "03-04 12:00"), applied=editions, fees=fees))
    assert len(statement.figures) == 1
    assert statement.credit == euros("94")
    assert statement.inputs.fee == euros("620")
    assert statement.inputs.fees is not None
    assert [each.fee for each in statement.inputs.fees] == [euros("310"), euros("620")]
