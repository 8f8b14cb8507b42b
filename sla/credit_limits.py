"""What bounds a credit and how it becomes due: minimum, caps, rounding, claims. Values only. Source: MON-6."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from sla.fields import Plain, Value, Whole, WrongField
from sla.money import Money

Months = Annotated[Whole, Field(ge=1, le=36)]
Days = Annotated[Whole, Field(ge=1, le=1096)]


class FeeBase(StrEnum):
    """Of which fee a cap is a percentage."""

    PERIOD = "period"
    """The fee of the period, pro rata where the scheme says so."""
    MONTH = "month"
    YEAR = "year"
    """Twelve monthly fees."""


class Most(Value):
    """A highest amount: fixed, or a percentage of a fee."""

    percent: Annotated[Plain, Field(ge=0, le=1000)] | None = None
    of: FeeBase | None = None
    amount: Money | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.percent is None) == (self.amount is None):
            raise WrongField("needs a percent or an amount; exactly one of them is expected")
        if self.amount is not None and self.of is not None:
            raise WrongField("is stated beside an amount; leave it out", "of")
        return self


class CapOver(StrEnum):
    """For how long credits are added up under a cap."""

    PERIOD = "period"
    ROLLING_12_MONTHS = "rolling_12_months"
    TERM = "term"


class Cap(Most):
    """Credits (or rewards) never come to more than this.

    A percentage is of the period's fee for a period, and of twelve monthly fees for longer, where `of` is not stated.
    """

    over: CapOver


class BelowMinimum(StrEnum):
    """What becomes of a credit below the minimum."""

    NOTHING = "nothing"
    RAISED = "raised"
    """The minimum is paid instead; a cap still holds."""


class Minimum(Value):
    """The smallest credit that is paid for a period."""

    amount: Money
    below: BelowMinimum
    pays_exactly: bool = True
    """A credit of exactly this much is paid; `false` where only a larger one is."""


class RoundingWay(StrEnum):
    """How an exact amount becomes money."""

    HALF_EVEN = "half_even"
    HALF_UP = "half_up"
    DOWN = "down"


class RoundedOnce(StrEnum):
    """What is rounded."""

    LINE = "line"
    """Each line; the total is their sum."""
    TOTAL = "total"
    """The total; the lines are cut so that they add up to it."""


class MoneyRounding(Value):
    """How credits are rounded to the currency's smallest unit: each line, or the total, and never both."""

    way: RoundingWay = RoundingWay.HALF_EVEN
    once: RoundedOnce = RoundedOnce.LINE


class ClaimFrom(StrEnum):
    """From when the time for a claim runs. The day of the event itself does not count."""

    PERIOD_END = "period_end"
    STATEMENT = "statement"


class Claim(Value):
    """Within which time a credit must be claimed. Days are calendar days of the period's zone, months end with one.

    30 days from the end of March: 30 April is the last day, and 1 May is `claim_by`, outside. Two months from it: 31
    May is the last.
    """

    days: Days | None = None
    months: Months | None = None
    counted_from: ClaimFrom = ClaimFrom.PERIOD_END
    moves_to_monday: bool = False
    """A last day that falls on a Saturday or Sunday is the Monday after; it stays where nothing is stated."""

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if (self.days is None) == (self.months is None):
            raise WrongField("needs days or months; exactly one of them is expected")
        return self
