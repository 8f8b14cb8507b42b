"""Money is exact, has one currency, and is rounded in one place."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sla.canonical import digest
from sla.money import MINOR_DIGITS, Money, rounded, total

CENTS = st.integers(0, 10**14 - 1).map(lambda cents: Decimal(cents).scaleb(-2))


def euros(amount: Decimal | str) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


@given(st.lists(st.integers(0, 10**9).map(lambda cents: Decimal(cents).scaleb(-2)), max_size=50))
def test_a_sum_is_exact_whatever_the_order(amounts: list[Decimal]) -> None:
    forward = total((euros(amount) for amount in amounts), "EUR")
    backward = total((euros(amount) for amount in reversed(amounts)), "EUR")
    assert forward == backward
    assert forward.amount * 100 == sum(int(amount * 100) for amount in amounts)


@given(CENTS)
def test_an_amount_reads_back_as_it_was_written(amount: Decimal) -> None:
    money = euros(amount)
    assert Money.model_validate_json(money.model_dump_json()) == money


@given(CENTS, st.sampled_from(sorted(MINOR_DIGITS)))
def test_rounding_is_never_off_by_more_than_half_a_step(amount: Decimal, currency: str) -> None:
    step = Decimal(1).scaleb(-MINOR_DIGITS[currency])
    if amount < Decimal(10) ** 12 - 1:
        assert abs(rounded(amount, currency).amount - amount) <= step / 2


@pytest.mark.parametrize(
    ("amount", "expected"), [("0.005", "0.00"), ("0.015", "0.02"), ("2.345", "2.34"), ("2.3451", "2.35")]
)
def test_half_a_cent_goes_to_the_even_one(amount: str, expected: str) -> None:
    assert rounded(Decimal(amount), "EUR") == euros(expected)


def test_one_amount_has_one_digest_however_it_was_written() -> None:
    assert len({digest(euros(text)) for text in ("12", "12.0", "12.00")}) == 1


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [("1234567.5", "EUR", "EUR 1,234,567.50"), ("1200", "JPY", "JPY 1,200"), ("1.234", "KWD", "KWD 1.234")],
)
def test_money_shows_the_digits_of_its_currency(amount: str, currency: str, text: str) -> None:
    assert str(Money(amount=Decimal(amount), currency=currency)) == text


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        *(("-0.01", "EUR"), ("0.001", "EUR"), ("0.5", "JPY"), ("1000000000000", "EUR")),
        *(("1", "EURO"), ("1", "eur"), ("1", "XXX"), ("1", "DEM"), ("1", "")),
    ],
)
def test_money_below_zero_too_fine_too_large_or_of_no_currency_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(ValidationError):
        Money(amount=Decimal(amount), currency=currency)


@pytest.mark.parametrize("amount", [1.5, True, "1e3", "1_000", float("nan")])
def test_an_amount_that_is_no_plain_decimal_is_refused(amount: object) -> None:
    with pytest.raises(ValidationError):
        Money.model_validate({"amount": amount, "currency": "EUR"})


def test_two_currencies_are_never_added() -> None:
    with pytest.raises(ValueError, match="one currency is expected"):
        total((euros("1"), Money(amount=Decimal(1), currency="USD")), "EUR")
