"""Prices: the list, the alternatives side by side, the discount, the contract's value."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sla.errors import NotPossible
from sla.money import Money
from sla.pricing import PriceBook, PricedLevel, PricedOption, alternatives, contract_value, discount, list_price
from sla.terms import Period, Price, Selection
from tests.people import euros, price_book

YEAR = Period(start=date(2027, 1, 1), end=date(2028, 1, 1), zone="UTC")


def priced(fee: str, quantity: int = 40, options: tuple[str, ...] = ()) -> Price:
    return Price(selection=Selection(level="standard", quantity=quantity, options=options), monthly_fee=euros(fee))


@pytest.mark.parametrize(
    ("level", "quantity", "options", "expected"),
    [
        ("basic", 1, (), "18.00"),
        ("standard", 40, (), "1000.00"),
        ("standard", 40, ("toner-stock",), "1120.00"),
        ("standard", 40, ("secure-print",), "1140.00"),
        ("premium", 3, ("secure-print", "toner-stock"), "247.50"),
    ],
)
def test_the_list_price_is_units_and_options(
    level: str, quantity: int, options: tuple[str, ...], expected: str
) -> None:
    assert list_price(price_book(), Selection(level=level, quantity=quantity, options=options)) == euros(expected)


@pytest.mark.parametrize(
    ("selection", "wrong"),
    [
        (Selection(level="gold"), "has no level 'gold'; it has basic, standard, premium"),
        (Selection(level="basic", options=("ink",)), "has no option 'ink'; it has toner-stock, secure-print"),
    ],
)
def test_what_the_book_lacks_is_refused_with_what_it_has(selection: Selection, wrong: str) -> None:
    with pytest.raises(NotPossible, match=wrong):
        list_price(price_book(), selection)


def test_the_alternatives_stand_side_by_side_cheapest_first() -> None:
    rows = alternatives(price_book(), Selection(level="premium", quantity=10, options=("toner-stock",)))
    assert [(level.id, str(price)) for level, price in rows] == [
        ("basic", "EUR 300.00"),
        ("standard", "EUR 370.00"),
        ("premium", "EUR 510.00"),
    ]


@pytest.mark.parametrize(
    ("fee", "percent"), [("1000", "0.00"), ("900", "10.00"), ("666.67", "33.33"), ("0", "100.00"), ("1100", "-10.00")]
)
def test_the_discount_is_told_in_percent_of_the_list(fee: str, percent: str) -> None:
    assert str(discount(price_book(), priced(fee))) == percent


def test_a_free_service_has_no_discount() -> None:
    free = PricedLevel(id="standard", name="Free", promise="none", unit_price=euros("0"))
    assert discount(PriceBook(service="printing", levels=(free,)), priced("10")) == 0


def test_a_fee_in_another_currency_is_refused() -> None:
    fee = Money(amount=Decimal(1000), currency="USD")
    with pytest.raises(NotPossible, match="one currency is expected"):
        discount(price_book(), Price(selection=Selection(level="standard"), monthly_fee=fee))


@given(st.integers(0, 10**8), st.integers(1, 600))
def test_the_contract_value_is_the_fee_for_each_month_exactly(cents: int, months: int) -> None:
    end = date(2027 + months // 12, months % 12 + 1, 1)
    value = contract_value(
        priced(f"{cents // 100}.{cents % 100:02}"), Period(start=date(2027, 1, 1), end=end, zone="UTC")
    )
    assert value.amount * 100 == cents * months


def test_a_sum_that_no_money_can_hold_is_refused_by_name() -> None:
    with pytest.raises(NotPossible, match=r"the value of 12 month\(s\) at EUR 999,999,999,999.00 is 10\^12"):
        contract_value(priced("999999999999"), YEAR)
    dear = PricedLevel(id="standard", name="S", promise="p", unit_price=euros("900000000000"))
    with pytest.raises(NotPossible, match="the monthly list price is"):
        list_price(PriceBook(service="printing", levels=(dear,)), Selection(level="standard", quantity=10_000_000))


def test_a_price_book_has_one_currency_and_each_id_once() -> None:
    level = PricedLevel(id="a", name="A", promise="p", unit_price=euros("1"))
    dollars = PricedOption(id="b", name="B", price=Money(amount=Decimal(1), currency="USD"))
    with pytest.raises(ValidationError, match="all in EUR are expected"):
        PriceBook(service="printing", levels=(level,), options=(dollars,))
    with pytest.raises(ValidationError, match="names an id twice"):
        PriceBook(service="printing", levels=(level, level))
