"""Exact fractions as values, and how they are rounded when they are shown. Nothing is judged by a rounded figure."""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from sla.terms import Rounding, RoundingMode

_FRACTION = re.compile(r"(-?[0-9]{1,40})/([0-9]{1,40})")


def _fraction(value: object) -> Fraction:
    if isinstance(value, Fraction):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, str) and (match := _FRACTION.fullmatch(value)) and int(match[2]):
        return Fraction(int(match[1]), int(match[2]))
    raise ValueError(f"{value!r:.60} is no fraction; one such as 1999/2000 is expected")


Exact = Annotated[
    Fraction,
    BeforeValidator(_fraction),
    PlainSerializer(lambda number: f"{number.numerator}/{number.denominator}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+/[0-9]+$"}),
]
"""An exact fraction in lowest terms; `1999/20` in JSON."""


def shown(number: Fraction, rounding: Rounding) -> Decimal:
    """The number as people see it: so many digits after the point, by the stated mode."""
    sign = -1 if number < 0 else 1
    scaled = abs(number) * 10**rounding.digits
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    doubled = 2 * rest - scaled.denominator
    up = {
        RoundingMode.DOWN: False,
        RoundingMode.HALF_EVEN: doubled > 0 or (doubled == 0 and whole % 2 == 1),
        RoundingMode.HALF_UP: doubled >= 0,
    }[rounding.mode]
    return Decimal(sign * (whole + up)).scaleb(-rounding.digits)
