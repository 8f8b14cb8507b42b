"""What a statement follows from in earlier ones: only if that changes, it is made again. MON-6, MON-8, MON-9."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.credit_scheme import CreditLine, CreditScheme
from sla.figures import Status
from sla.findings import FoundRight
from sla.looked_back import LookedBack, looked_back
from sla.money import Money
from sla.past_periods import PastPeriod, PastTarget
from sla.stating import state
from sla.terms import Terms
from tests.sla.credit_figures import TERM_START, months
from tests.sla.judged import MARCH, OFFICE, case, outage, row, some_terms, target

BEFORE = months("2026-11", 4)
TENTH = {"bands": [{"below": "99.5", "percent": "10"}]}
BONUS = {"bands": [{"at_least": "99.9", "percent": "1"}], "is_reward": True}
SCHEMES: dict[str, dict[str, object]] = {
    "nothing": {},
    "a cap over the period": {"caps": [{"over": "period", "percent": "50"}]},
    "a cap over twelve months": {"caps": [{"over": "rolling_12_months", "percent": "2"}]},
    "a cap over the term": {"caps": [{"over": "term", "percent": "2"}]},
    "a cap on rewards": {"rules": [TENTH, BONUS], "reward_caps": [{"over": "rolling_12_months", "percent": "2"}]},
    "earning back": {"earn_back": {"periods": 2}},
    "earning back at a level": {"earn_back": {"periods": 2, "at_least": "99.9"}},
    "misses in a row": {"termination": [{"misses": 2}]},
    "misses in some": {"termination": [{"misses": 2, "in_periods": 4, "chain": "every_miss"}]},
}


def scheme(name: str) -> CreditScheme:
    return CreditScheme.model_validate({"rules": [TENTH], **SCHEMES[name]})


def terms(name: str, *, with_outcome: bool = False) -> Terms:
    happy = target("outcome", id="happy", name="People are happy", committed="4", acceptable="3")
    return some_terms(target(), *((happy,) if with_outcome else ()), calendar=OFFICE, credits=scheme(name))


def earlier(
    place: int, attainment: str = "99.7", credit: str = "0", *, is_disputed: bool = False, is_reward: bool = False
) -> PastPeriod:
    """A month before March, the latest is 3: what it came to and what was credited."""
    exact = Fraction(attainment)
    status = Status.MET if exact >= Fraction("99.5") else Status.MISSED
    amount = Money(amount=Decimal(credit), currency="EUR")
    line = CreditLine(target="it-works", amount=amount, is_reward=is_reward, how="As stated.")
    seen = PastTarget(target="it-works", status=status, attainment=exact, is_disputed=is_disputed)
    return PastPeriod(period=BEFORE[place], targets=(seen,), lines=(line,) if amount.amount else ())


def seen(name: str, *past: PastPeriod) -> LookedBack | None:
    return looked_back(terms(name), scheme(name), MARCH, past, TERM_START)


@pytest.mark.parametrize("name", SCHEMES)
def test_good_months_without_credits_say_nothing(name: str) -> None:
    past = tuple(earlier(place) for place in range(4))
    assert seen(name, *past) is None
    assert looked_back(terms(name, with_outcome=True), scheme(name), MARCH, past, TERM_START) is None


@pytest.mark.parametrize("name", ["nothing", "a cap over the period"])
def test_terms_that_look_at_nothing_follow_from_nothing(name: str) -> None:
    assert seen(name, earlier(2, "90", "100"), earlier(3, "90", "100")) is None


def test_a_cap_sees_what_was_credited_in_its_window_and_nothing_else() -> None:
    name = "a cap over twelve months"
    one = seen(name, earlier(2, "99", "30"), earlier(3, "99.7"))
    assert one == seen(name, earlier(2, "97", "20"), earlier(3, "97", "10"))
    assert one != seen(name, earlier(2, "99", "31"))


def test_a_cap_over_the_term_sees_the_periods_of_the_term() -> None:
    name = "a cap over the term"
    assert seen(name, earlier(0, "90", "50"), earlier(2, "99", "30")) == seen(name, earlier(2, "99", "30"))


def test_a_cap_on_rewards_sees_rewards() -> None:
    name = "a cap on rewards"
    assert seen(name, earlier(3, "90", "50")) is None
    assert seen(name, earlier(3, "100", "5", is_reward=True)) is not None


def test_earning_back_sees_one_credit_and_whether_it_is_lost() -> None:
    name = "earning back"
    one = seen(name, earlier(1, "90", "80"), earlier(2, "90", "50"), earlier(3, "99.7"))
    assert one == seen(name, earlier(2, "97", "50"), earlier(3, "99.9"))
    assert one != seen(name, earlier(2, "97", "51"), earlier(3, "99.9"))
    assert seen(name, earlier(2, "97", "50"), earlier(3, "97", "50")) is None


def test_misses_in_a_row_are_seen_as_far_as_they_can_count() -> None:
    name = "misses in a row"
    one = seen(name, earlier(2), earlier(3, "99"))
    assert one == seen(name, earlier(2, "90"), earlier(3, "97", "100"))
    assert seen(name, earlier(2, "90"), earlier(3)) is None


def test_a_disputed_miss_is_seen_for_what_rests_on_it() -> None:
    name = "misses in a row"
    disputed, counting, none = seen(name, earlier(3, "97", is_disputed=True)), seen(name, earlier(3, "97")), seen(name)
    assert (disputed == counting, disputed == none) == (False, False)
    assert seen(name, earlier(3, is_disputed=True)) is None


def test_a_right_that_rests_is_lost_when_the_dispute_about_an_earlier_month_is_settled_against_it() -> None:
    said, fee = terms("misses in a row"), Money(amount=Decimal(1000), currency="EUR")
    rows = outage("03-04 10:00", "03-04 12:00"), row("observed", start=MARCH.begins, end=MARCH.ends)
    first = state(case(said, *rows, past=(earlier(3, "97"),), fee=fee))
    disputed = state(case(said, *rows, past=(earlier(3, "97", is_disputed=True),), fee=fee, previous=first))
    settled = state(case(said, *rows, past=(earlier(3, "100"),), fee=fee, previous=disputed))
    assert len({each.inputs.hash for each in (first, disputed, settled)}) == 3
    assert [each.resting for each in disputed.findings if each.resting] == [(FoundRight(subject="it-works"),)]
    assert [each.lost for each in settled.findings if each.lost] == [(FoundRight(subject="it-works"),)]


def test_a_month_whose_past_is_corrected_without_effect_keeps_its_inputs() -> None:
    """Late evidence for February makes it worse, and it cost nothing either way."""
    said = terms("misses in a row")
    rows = outage("03-04 10:00", "03-04 12:00"), row("observed", start=MARCH.begins, end=MARCH.ends)
    fee = Money(amount=Decimal(1000), currency="EUR")
    first = state(case(said, *rows, past=(earlier(2, "99.9"), earlier(3, "99.9")), fee=fee))
    again = state(case(said, *rows, past=(earlier(2, "97", "50"), earlier(3, "99.6")), fee=fee))
    assert (first.inputs.hash, first.hash) == (again.inputs.hash, again.hash)


ATTAINED = st.sampled_from(["97", "99", "99.7", "100"])
PAST = st.tuples(*(st.tuples(ATTAINED, st.integers(0, 3), st.booleans()) for _ in BEFORE))


Came = tuple[str, int, bool]
"""Attainment, tens of euros that were credited, and whether the figure is disputed."""


def past_from(rows: Sequence[Came]) -> tuple[PastPeriod, ...]:
    return tuple(
        earlier(place, attained, str(credit * 10), is_disputed=disputed)
        for place, (attained, credit, disputed) in enumerate(rows)
    )


@given(
    st.sampled_from(sorted(SCHEMES)),
    PAST,
    st.integers(0, 3),
    st.tuples(ATTAINED, st.integers(0, 3), st.booleans()),
    st.booleans(),
)
def test_what_is_the_same_when_looked_back_at_makes_the_same_statement(
    name: str, rows: tuple[Came, ...], place: int, corrected: Came, is_good: bool
) -> None:
    """The inputs hold everything that the statement follows from: equal inputs, equal bytes."""
    said, fee = terms(name, with_outcome=True), Money(amount=Decimal(100), currency="EUR")
    other = (*rows[:place], corrected, *rows[place + 1 :])
    looked = row("observed", start=MARCH.begins, end=MARCH.ends)
    down = () if is_good else (outage("03-04 10:00", "03-04 12:00", key="one"),)
    one, two = (state(case(said, looked, *down, past=past_from(each), fee=fee)) for each in (rows, other))
    if one.inputs == two.inputs:
        assert one == two


def test_the_first_day_of_the_term_counts_with_its_period() -> None:
    past = (earlier(3, "99", "30"),)
    name = "a cap over the term"
    assert looked_back(terms(name), scheme(name), MARCH, past, date(2027, 3, 1)) is None
