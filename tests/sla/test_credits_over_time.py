"""What earlier periods change: caps, earn-back, and the rights that misses add up to."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sla.credit_scheme import CreditScheme
from sla.credits import Owed, claimable_since, past_of
from sla.errors import BadInput
from sla.figures import Figure, Status
from sla.findings import FindingKind
from sla.periods import JudgedPeriod, period_named
from sla.statements import Engine, Inputs, Statement
from sla.term import months_after
from tests.sla.credit_figures import (
    BERLIN,
    CLOUD,
    FEE,
    MARCH,
    Plain,
    bands,
    euros,
    figure,
    looked_back,
    months,
    owed,
    played,
    scheme,
)

Row = tuple[JudgedPeriod, list[Figure]]


def year(*attainments: str | None, first: str = "2027-01", target: str = "uptime") -> list[Row]:
    """Month after month, each with one attainment."""
    periods = months(first, len(attainments))
    return [(period, [figure(each, target, period=period)]) for period, each in zip(periods, attainments, strict=True)]


def totals(found: list[Owed]) -> list[str]:
    return [str(each.total.amount) if each.total else "" for each in found]


# Caps


def test_a_cap_of_the_period_is_a_part_of_its_fee() -> None:
    of = scheme(CLOUD, caps=[{"over": "period", "percent": "25"}])
    assert owed(of, figure("97")).total == euros("250")
    assert owed(of, figure("97")).lines[0].how.endswith("= EUR 250.00; more would be beyond a cap.")


def test_a_cap_over_twelve_months_forgets_the_thirteenth() -> None:
    of = scheme(CLOUD, caps=[{"over": "rolling_12_months", "amount": {"amount": "350", "currency": "EUR"}}])
    rows = year("97", "99.5", *["100"] * 9, "99.5", "99.5", "99.5")
    assert totals(played(of, rows)) == ["300", "50", *["0"] * 9, "0", "100", "100"]


def test_a_cap_over_the_term_starts_again_with_it() -> None:
    of = scheme(CLOUD, caps=[{"over": "term", "percent": "3", "of": "year"}])
    past = [looked_back(MARCH, [], owed(of, figure("97")).lines)]
    april = period_named("2027-04", BERLIN)
    missed = figure("97", period=april)
    assert owed(of, missed, period=april, past=past).total == euros("60")
    assert owed(of, missed, period=april, past=past, term_start=date(2027, 4, 1)).total == euros("300")


def test_a_percentage_over_longer_than_a_period_is_of_twelve_monthly_fees() -> None:
    of = scheme(CLOUD, caps=[{"over": "term", "percent": "1"}])
    assert owed(of, figure("97")).total == euros("120")


def test_a_cap_of_part_of_a_cent_is_cut_down_to_the_cent() -> None:
    of = scheme({**CLOUD, "targets": []}, caps=[{"over": "period", "percent": "20"}], rounding={"way": "half_up"})
    rows = [figure("99.5", target) for target in ("a", "b", "c")]
    assert owed(of, *rows, fee=euros("0.98")).total == euros("0.19")  # 0.196 exactly


def test_rewards_have_their_own_caps() -> None:
    bonus = bands({"at_least": "100", "percent": "10"}, is_reward="yes")
    of = scheme(CLOUD, bonus, caps=[{"over": "period", "percent": "1"}], reward_caps=[{"over": "term", "percent": "1"}])
    found = played(of, year("100", "100", "100"))
    assert [str(each.rewards.amount) for each in found if each.rewards] == ["100", "20", "0"]


def test_what_a_cap_leaves_must_reach_the_minimum() -> None:
    of = scheme(
        CLOUD,
        caps=[{"over": "term", "amount": {"amount": "305", "currency": "EUR"}}],
        minimum={"amount": {"amount": "10", "currency": "EUR"}, "below": "nothing"},
    )
    assert totals(played(of, year("97", "97"))) == ["300", "0"]


ATTAINMENT = st.sampled_from(["100", "99.995", "99.99", "99.5", "97", "50"])


@given(
    rows=st.lists(st.tuples(ATTAINMENT, ATTAINMENT), min_size=13, max_size=20),
    caps=st.tuples(st.integers(1, 9000), st.integers(1, 20000), st.integers(1, 40000)),
    way=st.sampled_from(["half_even", "half_up", "down"]),
    once=st.sampled_from(["line", "total"]),
)
def test_caps_hold_to_the_cent_over_any_sequence_of_periods(
    rows: list[tuple[str, str]], caps: tuple[int, int, int], way: str, once: str
) -> None:
    """Percentages with three digits of a fee with cents: no cap is a whole number of cents."""
    overs = ("period", "rolling_12_months", "term")
    stated = [{"over": over, "percent": str(Decimal(cap) / 1000)} for over, cap in zip(overs, caps, strict=True)]
    of = scheme({**CLOUD, "targets": []}, caps=stated, rounding={"way": way, "once": once})
    periods = months("2027-01", len(rows))
    found = played(
        of,
        [
            (period, [figure(a, "a", period=period), figure(b, "b", period=period)])
            for period, (a, b) in zip(periods, rows, strict=True)
        ],
    )
    paid = [Fraction(each.total.amount) for each in found if each.total]
    month, rolling, term = (Fraction(cap, 100_000) * Fraction(FEE.amount) for cap in caps)
    assert max(paid) <= month
    assert sum(paid) <= term * 12
    for last in range(len(paid)):
        assert sum(paid[max(0, last - 11) : last + 1]) <= rolling * 12


# Earn-back

BACK = scheme(CLOUD, earn_back={"periods": "2"})


def earned(found: list[Owed]) -> list[list[str]]:
    return [[line.earns_back or "" for line in each.lines if line.earns_back] for each in found]


def test_a_credit_is_earned_back_by_the_periods_after_it() -> None:
    found = played(BACK, year("97", "100", "99.99", "100"))
    assert earned(found) == [[], [], ["2027-01"], []]
    assert (found[2].total, found[2].rewards) == (euros("0"), euros("300"))


@pytest.mark.parametrize("between", ["99.98", None])
def test_a_miss_or_a_gap_in_the_data_between_keeps_the_credit(between: str | None) -> None:
    assert earned(played(BACK, year("97", between, "100", "100")))[2] == []


def test_a_period_that_was_never_stated_keeps_the_credit() -> None:
    rows = year("97", "100", "100", "100")
    assert earned(played(BACK, [rows[0], rows[2], rows[3]])) == [[], [], []]


def test_the_level_of_an_earn_back_may_be_stated() -> None:
    of = scheme(CLOUD, earn_back={"periods": "1", "at_least": "99.999"})
    assert earned(played(of, year("97", "99.999"))) == [[], ["2027-01"]]
    assert earned(played(of, year("97", "99.998"))) == [[], []]


def test_a_disputed_credit_is_earned_back_but_frozen() -> None:
    first, second, third = year("97", "100", "100")
    disputed = [figure("97", period=first[0], dispute=1)]
    found = played(BACK, [(first[0], disputed), second, third])
    assert [line.is_frozen for line in found[2].lines] == [True]


def test_a_credit_that_was_not_claimed_in_time_is_not_earned_back() -> None:
    january, february = year("97", "100")
    of = scheme(CLOUD, earn_back={"periods": "1"}, claim={"days": "30"})
    past = looked_back(*january, owed(of, *january[1], period=january[0]).lines)
    for forgone, number in ((False, 1), (True, 0)):
        known = past.model_copy(update={"is_forgone": forgone})
        assert len(owed(of, *february[1], period=february[0], past=[known]).lines) == number


def test_a_level_in_percent_is_not_asked_of_a_target_on_a_scale() -> None:
    of = scheme({**CLOUD, "targets": ["uptime"], "reading": "lowest"}, earn_back={"periods": "1", "at_least": "99"})
    january, february = months("2027-01", 2)
    happy = figure("4.5", "happy", form="outcome", committed="4", period=february)
    rows = [(january, [figure("97", period=january)]), (february, [figure("99", period=february), happy])]
    assert earned(played(of, rows)) == [[], ["2027-01"]]


def test_a_credit_for_the_agreement_needs_every_target() -> None:
    of = scheme({**CLOUD, "targets": [], "reading": "lowest"}, earn_back={"periods": "1"})
    january, february = months("2027-01", 2)
    for second, back in (("100", ["2027-01"]), ("99.98", [])):
        rows = [
            (january, [figure("97", "a", period=january), figure("97", "b", period=january)]),
            (february, [figure("100", "a", period=february), figure(second, "b", period=february)]),
        ]
        assert earned(played(of, rows))[1] == back


@given(st.lists(ATTAINMENT, min_size=3, max_size=24), st.integers(1, 4))
def test_a_credit_is_never_earned_back_twice(attainments: list[str], periods: int) -> None:
    of = scheme(CLOUD, earn_back={"periods": str(periods)})
    found = played(of, year(*attainments))
    back = [name for each in earned(found) for name in each]
    credited = {
        period.name: sum(line.amount.amount for line in each.lines if not line.is_reward)
        for period, each in zip(months("2027-01", len(found)), found, strict=True)
    }
    assert len(back) == len(set(back))
    rewarded = sum((each.rewards.amount for each in found if each.rewards), start=Decimal(0))
    assert rewarded == sum(credited[name] for name in back)


@given(st.lists(ATTAINMENT, min_size=1, max_size=24), st.integers(1, 4))
def test_just_those_credits_are_earned_back_that_good_periods_follow(attainments: list[str], periods: int) -> None:
    of = scheme(CLOUD, earn_back={"periods": str(periods)})
    names = [period.name for period in months("2027-01", len(attainments))]
    good = [Fraction(each) >= Fraction("99.99") for each in attainments]
    expected = [
        name
        for place, name in enumerate(names)
        if not good[place] and len(names) > place + periods and all(good[place + 1 : place + periods + 1])
    ]
    assert [name for each in earned(played(of, year(*attainments))) for name in each] == expected


# Rights


def rights_of(of: CreditScheme, rows: list[Row]) -> list[list[str | None]]:
    return [[finding.subject for finding in each.rights] for each in played(of, rows)]


def misses(**rule: object) -> CreditScheme:
    return CreditScheme.model_validate({"termination": [rule]})


def test_misses_in_a_row_give_a_right_with_its_end() -> None:
    found = played(misses(misses="3", usable_days="60"), year("99", "99", "99"))
    assert [len(each.rights) for each in found] == [0, 0, 1]
    right = found[2].rights[0]
    assert (right.kind, right.period, right.subject) == (FindingKind.TERMINATION_RIGHT, "2027-03", "uptime")
    assert right.until == date(2027, 5, 31)
    assert right.sentence == "Missed in 3 periods in a row: uptime: the customer may terminate until 2027-05-30."


def test_a_period_that_was_met_breaks_the_row() -> None:
    assert rights_of(misses(misses="3"), year("99", "99", "100", "99", "99")) == [[]] * 5


def test_each_further_miss_renews_the_right() -> None:
    assert rights_of(misses(misses="2"), year("99", "99", "99")) == [[], ["uptime"], ["uptime"]]


def test_so_many_misses_within_so_many_periods_give_a_right() -> None:
    rows = year("99", "100", "99", "100", "100", "99", "100", "100", "99")
    found = rights_of(misses(misses="3", in_periods="6"), rows)
    assert found == [[]] * 5 + [["uptime"]] + [[]] * 3


@given(st.lists(st.sampled_from(["100", "99"]), min_size=1, max_size=20), st.integers(1, 4), st.integers(0, 4))
def test_a_right_arises_with_just_the_misses_that_complete_it(levels: list[str], least: int, more: int) -> None:
    missed = [level == "99" for level in levels]
    in_periods = least + more
    windows = [missed[max(0, place - in_periods + 1) : place + 1] for place in range(len(levels))]
    expected = [missed[place] and sum(window) >= least for place, window in enumerate(windows)]
    found = rights_of(misses(misses=str(least), in_periods=str(in_periods)), year(*levels))
    assert [bool(each) for each in found] == expected
    rows = [missed[max(0, place + 1 - least) : place + 1] for place in range(len(levels))]
    in_a_row = [len(row) == least and all(row) for row in rows]
    assert [bool(each) for each in rights_of(misses(misses=str(least)), year(*levels))] == in_a_row


def test_misses_outside_the_window_of_time_count_for_nothing() -> None:
    january, february, *_ = year("99", "99", *["100"] * 9, "99")
    december = year("99", first="2027-12")
    assert rights_of(misses(misses="3", in_periods="6"), [january, february, *december])[-1] == []


def test_a_last_period_that_is_cut_short_looks_back_as_far_as_a_whole_one() -> None:
    rows = [
        (period_named("2026-Q4", BERLIN), [figure("99", period=period_named("2026-Q4", BERLIN))]),
        (period_named("2027-Q1", BERLIN), [figure("100", period=period_named("2027-Q1", BERLIN))]),
        (period_named("2027-04", BERLIN), [figure("99", period=period_named("2027-04", BERLIN))]),
    ]
    assert rights_of(misses(misses="2", in_periods="3"), rows) == [[], [], ["uptime"]]


@pytest.mark.parametrize(
    ("chain", "in_periods", "found"),
    [
        ("one_target", None, [[], []]),
        ("any_target", None, [[], [None]]),
        ("every_miss", "2", [[], [None]]),
    ],
)
def test_misses_of_different_targets_count_as_stated(
    chain: str, in_periods: str | None, found: list[list[str | None]]
) -> None:
    rule = {"misses": "2", "chain": chain} | ({"in_periods": in_periods} if in_periods else {})
    rows = [*year("99", target="a"), *year("99", first="2027-02", target="b")]
    assert rights_of(misses(**rule), rows) == found


def test_every_miss_of_one_period_counts() -> None:
    of = misses(misses="2", chain="every_miss", in_periods="1")
    both = [(MARCH, [figure("99", "a"), figure("99", "b")])]
    assert rights_of(of, both) == [[None]]


def test_missing_data_counts_as_a_miss_only_where_stated() -> None:
    rows = year(None, None)
    assert rights_of(misses(misses="2"), rows) == [[], []]
    assert rights_of(misses(misses="2", counts=["missed", "no_data"]), rows) == [[], ["uptime"]]


def test_a_right_may_need_worse_misses() -> None:
    of = misses(misses="1", below="95")
    assert rights_of(of, year("95", "94.999")) == [[], ["uptime"]]


def test_a_figure_in_dispute_gives_no_right() -> None:
    january, february = months("2027-01", 2)
    rows = [(january, [figure("99", period=january, dispute=1)]), (february, [figure("99", period=february)])]
    assert rights_of(misses(misses="2"), rows) == [[], []]


def test_of_two_rules_for_one_target_the_longer_right_counts() -> None:
    of = CreditScheme.model_validate(
        {"termination": [{"misses": "1", "usable_days": "30"}, {"misses": "1", "usable_days": "90"}]}
    )
    assert [finding.until for finding in owed(of, figure("99")).rights] == [date(2027, 6, 30)]


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ({"misses": "3", "in_periods": "2"}, "cannot hold 3 misses"),
        ({"misses": "3", "chain": "every_miss"}, "the periods in which every miss counts are expected"),
    ],
)
def test_a_right_that_can_never_arise_is_refused(rule: Plain, wrong: str) -> None:
    with pytest.raises(ValidationError, match=wrong):
        misses(**rule)


# The past


def test_later_statements_and_their_own_change_nothing() -> None:
    of = scheme(CLOUD, caps=[{"over": "rolling_12_months", "amount": {"amount": "300", "currency": "EUR"}}])
    lines = owed(of, figure("97")).lines
    april = period_named("2027-04", BERLIN)
    assert owed(of, figure("97"), past=[looked_back(MARCH, [], lines), looked_back(april, [], lines)]).total == euros(
        "300"
    )


def test_two_revisions_of_one_period_are_refused() -> None:
    february = looked_back(period_named("2027-02", BERLIN), [])
    with pytest.raises(BadInput, match="2027-02 and 2027-02 overlap"):
        owed(scheme(CLOUD), figure("97"), past=[february, february])


def test_a_statement_is_looked_back_at_with_its_targets_and_lines() -> None:
    figures = (figure("97"), figure("99.5", "mail"), figure(None, "mail", status=Status.NO_DATA))
    lines = owed(scheme(CLOUD), figure("97")).lines
    statement = Statement(
        number="0007",
        period=MARCH,
        window=MARCH,
        figures=figures,
        credits=lines,
        inputs=Inputs(evidence="0" * 64, evidence_rows=0, terms=()),
        engine=Engine(version="0", tzdata="2026a"),
    )
    found = past_of(statement)
    assert [(each.target, each.status, each.attainment) for each in found.targets] == [
        ("mail", Status.MISSED, None),
        ("uptime", Status.MISSED, Fraction(97)),
    ]
    assert found.credited == 300


def test_quarters_are_counted_as_quarters() -> None:
    quarters = [period_named(f"2027-Q{number}", BERLIN) for number in (1, 2, 3, 4)]
    assert months_after(quarters[0].start, 3) == quarters[1].start
    rows = [
        (each, [figure(level, period=each)]) for each, level in zip(quarters, ["99", "100", "99", "99"], strict=True)
    ]
    assert rights_of(misses(misses="3", in_periods="4"), rows) == [[], [], [], ["uptime"]]


def test_the_time_for_a_claim_runs_from_the_statement_that_first_says_what_is_owed_now() -> None:
    nothing, little, much = (owed(scheme(CLOUD), figure(level)).lines for level in ("100", "97", "90"))
    days = [date(2027, 4, 1), date(2027, 4, 20), date(2027, 5, 9)]
    assert little != much
    assert claimable_since(list(zip(days, (nothing, little, little), strict=True))) == days[1]
    assert claimable_since(list(zip(days, (little, little, much), strict=True))) == days[2]
    assert claimable_since(list(zip(days, (little, little, little), strict=True))) == days[0]
    frozen = tuple(line.model_copy(update={"is_frozen": True}) for line in little)
    assert claimable_since(list(zip(days, (little, frozen, little), strict=True))) == days[0]
