"""What a period costs: bands, readings, rounding, minimum, rewards and claims."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sla.credits import claim_by
from sla.errors import BadInput
from sla.figures import Status
from sla.periods import JudgedPeriod
from tests.sla.credit_figures import BERLIN, CLOUD, FEE, MARCH, Plain, amounts, bands, euros, figure, owed, scheme

EXACT = st.fractions(min_value=0, max_value=100)
ALL_DOWN = {"below": "99.9", "percent": "10"}


@pytest.mark.parametrize(
    ("attainment", "credit"),
    [
        ("100", "0"),
        ("99.99", "0"),
        ("99.989999999", "100"),
        ("99", "100"),
        ("98.999999999", "300"),
        ("95", "300"),
        ("94.999999999", "1000"),
        ("0", "1000"),
    ],
)
def test_a_boundary_is_in_the_band_that_says_so(attainment: str, credit: str) -> None:
    assert owed(scheme(CLOUD), figure(attainment)).total == euros(credit)


def test_a_boundary_that_is_outside_below_is_inside_above() -> None:
    rule = bands({"at_most": "99", "above": "95", "percent": "10"}, {"at_most": "95", "percent": "50"})
    found = [owed(scheme(rule), figure(each)).total for each in ("99", "95.0000001", "95", "94")]
    assert found == [euros("100"), euros("100"), euros("500"), euros("500")]


def test_a_band_is_found_by_the_exact_attainment_and_not_by_a_rounded_one() -> None:
    found = owed(scheme(CLOUD), figure(Fraction(9999, 100) - Fraction(1, 10**30)))
    assert found.total == euros("100")


REFUSED: list[tuple[str, str, Plain]] = [
    (
        "gap",
        "99 and below 99.5",
        bands({"below": "99.9", "at_least": "99.5", "percent": "5"}, {"below": "99", "percent": "9"}),
    ),
    ("gap", "exactly 99", bands({"below": "99.9", "above": "99", "percent": "5"}, {"below": "99", "percent": "9"})),
    (
        "overlap",
        "exactly 99",
        bands({"below": "99.9", "at_least": "99", "percent": "5"}, {"at_most": "99", "percent": "9"}),
    ),
    ("overlap", "98", bands({"below": "99.9", "at_least": "98", "percent": "5"}, {"below": "99", "percent": "9"})),
    ("lowest band without a lower bound", "90", bands({"below": "99.9", "at_least": "90", "percent": "5"})),
    ("whatever the attainment is", "upper bound", bands({"percent": "5"})),
    ("holds no attainment", "at least 99 and below 99", bands({"below": "99", "at_least": "99", "percent": "5"})),
    (
        "beside at_least",
        "one bound for each side",
        bands({"below": "99", "at_least": "95", "above": "95", "percent": "5"}),
    ),
    (
        "may_fall",
        "5 % of the fee",
        bands({"below": "99.9", "at_least": "99", "percent": "10"}, {"below": "99", "percent": "5"}),
    ),
    (
        "may_fall",
        "EUR 5.00",
        bands(
            {"below": "99.9", "at_least": "99", "percent": "10"},
            {"below": "99", "amount": {"amount": "5", "currency": "EUR"}},
        ),
    ),
    ("exactly one", "percent, amount or days", bands({"below": "99.9"})),
    (
        "exactly one",
        "percent, amount or days",
        bands({"below": "99.9", "percent": "5", "amount": {"amount": "5", "currency": "EUR"}}),
    ),
    ("exactly one", "time, items or points", bands({"percent": "5", "per": {"beyond": "total"}})),
    ("only_if_all_met", "", bands(ALL_DOWN, only_if_all_met="yes")),
    ("at least 1", "", bands()),
]


@pytest.mark.parametrize(("wrong", "place", "rule"), REFUSED)
def test_bands_that_do_not_fit_together_are_refused_with_the_place(wrong: str, place: str, rule: Plain) -> None:
    with pytest.raises(ValidationError) as refused:
        scheme(rule)
    assert wrong in str(refused.value)
    assert place in str(refused.value)


def test_bands_may_be_written_in_any_order() -> None:
    rows = ({"below": "95", "percent": "100"}, {"below": "99", "at_least": "95", "percent": "30"})
    assert owed(scheme(bands(*rows)), figure("97")).total == euros("300")


def test_a_scheme_that_states_it_may_pay_less_for_worse() -> None:
    rule = bands({"below": "99", "at_least": "98", "percent": "10"}, {"below": "98", "percent": "0"}, may_fall="yes")
    assert owed(scheme(rule), figure("50")).total == euros("0")


def test_amounts_in_two_currencies_are_refused_with_the_place() -> None:
    rule = bands({"below": "99", "amount": {"amount": "5", "currency": "EUR"}})
    with pytest.raises(ValidationError, match="is in USD, and the amounts before it are in EUR"):
        scheme(rule, minimum={"amount": {"amount": "1", "currency": "USD"}, "below": "nothing"})


def test_a_scheme_in_another_currency_than_the_fee_is_refused() -> None:
    rule = bands({"below": "99", "amount": {"amount": "5", "currency": "USD"}})
    with pytest.raises(BadInput, match="are in USD, and EUR is what they are part of"):
        owed(scheme(rule), figure("98"))


def test_a_percentage_without_a_fee_is_refused_only_when_it_is_due() -> None:
    assert owed(scheme(CLOUD), figure("100"), fee=None).total is None
    with pytest.raises(BadInput, match="the terms state no price"):
        owed(scheme(CLOUD), figure("98"), fee=None)


def test_a_fixed_credit_needs_no_fee() -> None:
    rule = bands({"below": "99", "amount": {"amount": "50", "currency": "EUR"}})
    assert owed(scheme(rule), figure("98"), fee=None).total == euros("50")


def test_days_of_the_fee_are_days_of_that_month() -> None:
    rule = bands({"below": "99.9", "at_least": "99", "days": "3"}, {"below": "99", "days": "7"})
    assert owed(scheme(rule), figure("99.5"), fee=euros("310")).total == euros("30")


def test_a_provisional_judgement_gives_no_credits() -> None:
    with pytest.raises(BadInput, match="a period that is not over"):
        owed(scheme(CLOUD), figure("99.99", status=Status.AT_RISK))


# Several targets


def test_each_target_has_its_own_line_and_they_add_up() -> None:
    rule = {**CLOUD, "targets": []}
    found = owed(scheme(rule), figure("99.5", "mail"), figure("96", "disk"), figure("100", "net"))
    assert amounts(found) == [("disk", "EUR 300.00"), ("mail", "EUR 100.00")]
    assert found.total == euros("400")


def test_of_the_worst_target_only_the_largest_credit_is_owed() -> None:
    found = owed(scheme({**CLOUD, "targets": []}, combine="worst"), figure("99.5", "mail"), figure("96", "disk"))
    assert amounts(found) == [("disk", "EUR 300.00")]
    assert found.lines[0].how.startswith("the worst is disk")


def test_a_share_of_targets_met_is_over_every_target() -> None:
    of = scheme({**CLOUD, "targets": [], "reading": "share_met"})
    happy = figure("3", "happiness", form="outcome", committed="4")
    assert owed(of, figure("100"), happy).total == euros("1000")


@pytest.mark.parametrize(("reading", "credit"), [("lowest", "300"), ("mean", "300"), ("share_met", "1000")])
def test_one_attainment_of_several_targets_gives_one_line_for_the_agreement(reading: str, credit: str) -> None:
    rule = {**CLOUD, "targets": [], "reading": reading}
    found = owed(scheme(rule), figure("96", "mail"), figure("100", "disk"))
    assert amounts(found) == [(None, str(euros(credit)))]


def test_targets_whose_level_is_no_percentage_count_only_where_they_are_named() -> None:
    happy = figure("4.2", "happiness", form="outcome", committed="4")
    assert not owed(scheme({**CLOUD, "targets": []}), happy).lines
    named = bands({"below": "4", "percent": "5"}, targets=["happiness"])
    assert owed(scheme(named), figure("3.9", "happiness", form="outcome")).total == euros("50")


def test_a_rule_can_have_the_fee_of_one_service() -> None:
    rule = {**CLOUD, "monthly_fee": {"amount": "200", "currency": "EUR"}}
    assert owed(scheme(rule), figure("99.5")).total == euros("20")


def test_a_line_is_within_the_limit_of_its_rule() -> None:
    assert owed(scheme({**CLOUD, "most": {"percent": "15"}}), figure("97")).total == euros("150")


@given(st.permutations([("a", "99.5"), ("b", "97"), ("c", "12"), ("d", "100")]))
def test_the_order_of_figures_does_not_matter(rows: list[tuple[str, str]]) -> None:
    of = scheme({**CLOUD, "targets": []}, caps=[{"over": "period", "percent": "60"}])
    found = owed(of, *(figure(attainment, target) for target, attainment in rows))
    assert found == owed(of, *(figure(attainment, target) for target, attainment in sorted(rows)))


# Rounding and minimum


@pytest.mark.parametrize(("way", "credit"), [("half_even", "0.12"), ("half_up", "0.13"), ("down", "0.12")])
def test_an_amount_is_rounded_by_the_stated_rule(way: str, credit: str) -> None:
    found = owed(scheme(CLOUD, rounding={"way": way}), figure("99.5"), fee=euros("1.25"))
    assert found.total == euros(credit)


def test_a_total_that_is_rounded_once_is_the_sum_of_its_lines() -> None:
    rows = [figure("99.5", target) for target in ("a", "b", "c")]
    of = {**CLOUD, "targets": []}
    by_line = owed(scheme(of, rounding={"way": "half_up", "once": "line"}), *rows, fee=euros("0.05"))
    once = owed(scheme(of, rounding={"way": "half_up", "once": "total"}), *rows, fee=euros("0.05"))
    assert by_line.total == euros("0.03")
    assert once.total == euros("0.02")  # 0.015 exactly


@pytest.mark.parametrize(
    ("rule", "fee", "credit"),
    [
        ({"below": "nothing"}, "9.99", "0"),
        ({"below": "nothing"}, "10", "1"),
        ({"below": "nothing", "pays_exactly": "no"}, "10", "0"),
        ({"below": "nothing", "pays_exactly": "no"}, "10.01", "1"),
        ({"below": "raised"}, "0.10", "1"),
        ({"below": "raised"}, "20", "2"),
    ],
)
def test_below_the_minimum_nothing_is_paid_or_it_is_raised(rule: Plain, fee: str, credit: str) -> None:
    minimum = {**rule, "amount": {"amount": "1", "currency": "EUR"}}
    assert owed(scheme(CLOUD, minimum=minimum), figure("99.5"), fee=euros(fee)).total == euros(credit)


def test_no_credit_is_never_raised_to_the_minimum() -> None:
    minimum = {"below": "raised", "amount": {"amount": "1", "currency": "EUR"}}
    assert owed(scheme(CLOUD, minimum=minimum), figure("100")).lines == ()


def test_a_cap_holds_for_what_is_raised_to_the_minimum() -> None:
    minimum = {"below": "raised", "amount": {"amount": "5", "currency": "EUR"}}
    of = scheme(CLOUD, minimum=minimum, caps=[{"over": "period", "percent": "20"}])
    assert owed(of, figure("99.5"), fee=euros("10")).total == euros("2")


@given(EXACT, EXACT, st.sampled_from(["half_even", "half_up", "down"]), st.sampled_from(["line", "total"]))
def test_more_attainment_never_gives_more_credit(one: Fraction, other: Fraction, way: str, once: str) -> None:
    of = scheme(
        CLOUD,
        bands({"percent": "0.7", "per": {"points": "0.3", "beyond": "committed"}}),
        rounding={"way": way, "once": once},
        caps=[{"over": "period", "percent": "80"}],
        minimum={"amount": {"amount": "3", "currency": "EUR"}, "below": "nothing"},
    )
    better, worse = (owed(of, figure(each), fee=euros("33.33")).total for each in (max(one, other), min(one, other)))
    assert better is not None
    assert worse is not None
    assert better.amount <= worse.amount


@given(
    st.lists(EXACT, min_size=1, max_size=6), st.integers(1, 99_999), st.sampled_from(["half_even", "half_up", "down"])
)
def test_the_total_is_rounded_once_and_is_the_sum_of_its_lines(rows: list[Fraction], cents: int, way: str) -> None:
    fee = euros(f"{cents // 100}.{cents % 100:02}")
    of = scheme({**CLOUD, "targets": []}, rounding={"way": way, "once": "total"})
    found = owed(of, *(figure(each, f"t{place}") for place, each in enumerate(rows)), fee=fee)
    exact = sum((_cloud(each) for each in rows), start=Fraction(0)) * cents / 10_000
    assert found.total is not None
    assert found.total.amount == sum(line.amount.amount for line in found.lines)
    assert abs(Fraction(found.total.amount) - exact) <= Fraction(1, 200) * (2 if way == "down" else 1)


def _cloud(attainment: Fraction) -> Fraction:
    steps = ((Fraction(95), 100), (Fraction(99), 30), (Fraction("99.99"), 10))
    return Fraction(next((percent for level, percent in steps if attainment < level), 0))


# Disputes and rewards


def test_a_disputed_figure_freezes_its_line_and_still_fills_the_cap() -> None:
    of = scheme({**CLOUD, "targets": []}, caps=[{"over": "period", "percent": "40"}])
    found = owed(of, figure("97", "a", dispute=1), figure("97", "b"))
    assert [(line.target, line.is_frozen, str(line.amount)) for line in found.lines] == [
        ("a", True, "EUR 300.00"),
        ("b", False, "EUR 100.00"),
    ]


BONUS = bands({"at_least": "99.995", "percent": "2"}, is_reward="yes")


def test_over_performance_is_owed_by_the_customer() -> None:
    found = owed(scheme(CLOUD, BONUS), figure("99.995"))
    assert [(line.is_reward, str(line.amount)) for line in found.lines] == [(True, "EUR 20.00")]
    assert (found.total, found.rewards) == (euros("0"), euros("20"))
    assert owed(scheme(CLOUD, BONUS), figure("99.9949")).rewards == euros("0")


def test_a_reward_can_need_every_target() -> None:
    of = scheme({**BONUS, "only_if_all_met": "yes"})
    assert owed(of, figure("100"), figure("50", "mail")).lines == ()
    assert owed(of, figure("100"), figure(None, "mail")).lines == ()
    assert owed(of, figure("100"), figure("100", "mail")).rewards == euros("20")


def test_a_reward_that_needs_every_target_is_frozen_while_any_is_in_dispute() -> None:
    of = scheme({**BONUS, "only_if_all_met": "yes"})
    assert owed(of, figure("100"), figure("100", "mail", dispute=1)).lines[0].is_frozen


def test_a_reward_that_everybody_gets_is_refused() -> None:
    with pytest.raises(ValidationError, match="gives a reward whatever the attainment is"):
        scheme(bands({"percent": "2"}, is_reward="yes"))


# Claims


@pytest.mark.parametrize(
    ("claim", "until"),
    [
        ({"days": "30"}, date(2027, 5, 1)),
        ({"months": "2"}, date(2027, 6, 1)),
        ({"days": "30", "counted_from": "statement"}, date(2027, 5, 16)),
        ({"months": "1", "counted_from": "statement"}, date(2027, 5, 16)),
        ({"days": "31"}, date(2027, 5, 2)),
        ({"days": "31", "moves_to_monday": "yes"}, date(2027, 5, 4)),
    ],
)
def test_a_claim_has_its_day_outside(claim: Plain, until: date) -> None:
    """Stated on Thursday 15 April. 31 days from March end with Saturday 1 May, whose Monday is the 3rd."""
    of = scheme(CLOUD, claim=claim)
    assert of.claim is not None
    assert claim_by(of.claim, MARCH, date(2027, 4, 15)) == until


@pytest.mark.parametrize(
    ("start", "end", "until"),
    [
        (date(2027, 1, 1), date(2027, 1, 31), date(2027, 3, 1)),  # one month from 30 January ends on 28 February
        (date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 1)),
        (date(2027, 2, 1), date(2027, 3, 1), date(2027, 4, 1)),
        (date(2027, 3, 1), date(2027, 3, 16), date(2027, 4, 16)),
    ],
)
def test_months_for_a_claim_are_never_cut_by_the_day_on_which_a_period_ends(
    start: date, end: date, until: date
) -> None:
    of = scheme(CLOUD, claim={"months": "1"})
    assert of.claim is not None
    assert claim_by(of.claim, JudgedPeriod(start=start, end=end, zone=BERLIN)) == until


def test_a_line_says_until_when_it_must_be_claimed_where_that_is_known() -> None:
    assert owed(scheme(CLOUD, claim={"days": "30"}), figure("97")).lines[0].claim_by == date(2027, 5, 1)
    later = scheme(CLOUD, claim={"days": "30", "counted_from": "statement"})
    assert owed(later, figure("97")).lines[0].claim_by is None
    assert owed(scheme(CLOUD), figure("97")).lines[0].claim_by is None


def test_a_line_says_whether_it_must_be_claimed() -> None:
    later = scheme(CLOUD, claim={"days": "30", "counted_from": "statement"})
    assert owed(later, figure("97")).lines[0].is_to_be_claimed
    assert not owed(scheme(CLOUD), figure("97")).lines[0].is_to_be_claimed


def test_the_sentence_of_a_line_has_its_numbers() -> None:
    found = owed(scheme(CLOUD), figure("97.25"))
    expected = "uptime: 97.25 % is at least 95 and below 99, 30 % of the fee = EUR 300.00."
    assert found.lines[0].how == expected


def test_a_sentence_is_never_longer_than_a_line() -> None:
    long = "x" * 60
    parts = [figure("97", long, period=MARCH) for _ in range(12)]
    assert len(owed(scheme({**CLOUD, "targets": [long]}), *parts).lines[0].how) <= 300


def test_amounts_beyond_all_bounds_are_refused_in_words() -> None:
    rule = bands({"percent": "100", "per": {"time": "1s", "beyond": "total"}})
    with pytest.raises(BadInput, match="10\\^12 or more"):
        owed(scheme(rule), figure("10", misses=10**9), fee=FEE)
