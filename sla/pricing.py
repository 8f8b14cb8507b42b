"""What a service costs: the price book, the alternatives side by side, the discount. Source: PRI-1.

All prices are for one month; sums are exact and rounded once, half to even, to the currency's minor unit.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Self

from pydantic import Field, model_validator

from sla.errors import NotPossible
from sla.fields import Name, Slug, Value, WrongField
from sla.money import Money, rounded
from sla.terms import Period, Price, Selection


class PricedOption(Value):
    """Something added to a level, for a monthly price a unit or a flat one."""

    id: Slug
    name: Name
    price: Money
    per_unit: bool = False


class PricedLevel(Value):
    """One alternative of delivery, with its monthly price a unit."""

    id: Slug
    name: Name
    promise: Name
    unit_price: Money


class PriceBook(Value):
    """The prices of one service. Source: PRI-1."""

    service: Slug
    unit: Name = "unit"
    levels: tuple[PricedLevel, ...] = Field(min_length=1, max_length=50)
    options: tuple[PricedOption, ...] = Field(default=(), max_length=100)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        prices = [*(level.unit_price for level in self.levels), *(option.price for option in self.options)]
        if len({price.currency for price in prices}) > 1:
            raise ValueError(f"has prices in several currencies; all in {prices[0].currency} are expected")
        for field, ids in (("levels", [x.id for x in self.levels]), ("options", [x.id for x in self.options])):
            if len(set(ids)) != len(ids):
                raise WrongField("names an id twice; each once is expected", field)
        return self


def list_price(book: PriceBook, selection: Selection) -> Money:
    """The monthly list price of a selection. Raises NotPossible for a level or option that the book lacks."""
    level = next((level for level in book.levels if level.id == selection.level), None)
    if level is None:
        known = ", ".join(level.id for level in book.levels)
        raise NotPossible(f"the price book of {book.service} has no level {selection.level!r}; it has {known}")
    amount = level.unit_price.amount * selection.quantity
    for wanted in selection.options:
        option = next((option for option in book.options if option.id == wanted), None)
        if option is None:
            known = ", ".join(option.id for option in book.options) or "none"
            raise NotPossible(f"the price book of {book.service} has no option {wanted!r}; it has {known}")
        amount += option.price.amount * (selection.quantity if option.per_unit else 1)
    return _sum(amount, level.unit_price.currency, "the monthly list price")


def alternatives(book: PriceBook, selection: Selection) -> tuple[tuple[PricedLevel, Money], ...]:
    """Every level of the book with the monthly price of the same quantity and options, cheapest first."""
    rows = [(level, list_price(book, selection.model_copy(update={"level": level.id}))) for level in book.levels]
    return tuple(sorted(rows, key=lambda row: row[1].amount))


def discount(book: PriceBook, price: Price) -> Decimal:
    """By how many percent a price is below the list, rounded half to even to two digits; below zero if above it."""
    listed = list_price(book, price.selection)
    if listed.currency != price.monthly_fee.currency:
        raise NotPossible(
            f"the fee is in {price.monthly_fee.currency}, the price book of {book.service} in {listed.currency}; "
            "one currency is expected"
        )
    if listed.amount == 0:
        return Decimal("0.00")
    exact = (listed.amount - price.monthly_fee.amount) * 100 / listed.amount
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)


def contract_value(price: Price, period: Period) -> Money:
    """The monthly fee times the begun months of the period. Raises NotPossible from 10^12 on."""
    fee = price.monthly_fee
    return _sum(fee.amount * period.months, fee.currency, f"the value of {period.months} month(s) at {fee}")


def _sum(amount: Decimal, currency: str, what: str) -> Money:
    if amount >= Decimal(10) ** 12:
        raise NotPossible(f"{what} is 10^12 {currency} or more; a smaller sum is expected")
    return rounded(amount, currency)
