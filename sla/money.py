"""Money: an exact amount with a currency. No float, no rounding but the one stated here."""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, field_serializer, model_validator

from sla.fields import Plain, Value, WrongField

_TWO_DIGITS = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR "
    "IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN "
    "NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP "
    "STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG"
)
MINOR_DIGITS: dict[str, int] = (
    dict.fromkeys(_TWO_DIGITS.split(), 2)
    | dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    )
    | dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3)
)
"""ISO 4217: the currencies in use and the digits after the point of each."""


def _currency(code: str) -> str:
    if code not in MINOR_DIGITS:
        raise ValueError(f"{code!r:.20} is no currency in use; an ISO 4217 code such as EUR is expected")
    return code


Currency = Annotated[str, AfterValidator(_currency)]


BOUND = Decimal(10) ** 12
"""No amount reaches it."""


def _in_bounds(amount: Decimal) -> Decimal:
    if amount < 0:
        raise ValueError(f"{amount} is below zero; an amount of zero or more is expected")
    if amount >= BOUND:
        raise ValueError("is 10^12 or more; a smaller amount is expected")
    return amount


class Money(Value):
    """An amount of at least zero and below 10^12, in no finer steps than the currency has."""

    amount: Annotated[Plain, AfterValidator(_in_bounds)]
    currency: Currency

    @model_validator(mode="after")
    def _in_steps(self) -> Self:
        if self.amount != self.amount.quantize(_step(self.currency)):
            raise WrongField(
                f"{self.amount} has more digits than {self.currency} knows; "
                f"{MINOR_DIGITS[self.currency]} after the point are expected",
                "amount",
            )
        return self

    @field_serializer("amount")
    def _with_its_digits(self, amount: Decimal) -> str:
        return format(amount.quantize(_step(self.currency)), "f")

    def __str__(self) -> str:
        return f"{self.currency} {self.amount.quantize(_step(self.currency)):,}"


def _step(currency: str) -> Decimal:
    return Decimal(1).scaleb(-MINOR_DIGITS[currency])


def rounded(amount: Decimal, currency: str) -> Money:
    """Money from an exact amount, rounded half to even to the currency's minor unit."""
    return Money(amount=amount.quantize(_step(currency), rounding=ROUND_HALF_EVEN), currency=currency)


def total(parts: Iterable[Money], currency: str) -> Money:
    """The sum; zero of `currency` for nothing. Raises ValueError when a part has another currency."""
    amount = Decimal(0)
    for part in parts:
        if part.currency != currency:
            raise ValueError(f"{part} cannot be added to amounts in {currency}; one currency is expected")
        amount += part.amount
    return Money(amount=amount, currency=currency)
