"""What an attainment costs: bands, each with a charge, without gaps and overlaps. Values only. Source: MON-6.

A band says of each of its bounds whether it is inside: `at_least` and `at_most` are, `above` and `below` are not. It
knows nothing of fees and figures; what a charge comes to is computed by `sla.credit_charges`.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from sla.fields import Percent, Plain, Span, Value, Whole, WrongField
from sla.money import Money

INSIDE, BEHIND = 0, 1
"""Where a boundary lies: right before its value, which is then in the band above, or right behind it."""
Edge = tuple[Decimal, int]
"""A boundary between two attainments."""
BOTTOM: Edge = (Decimal("-Infinity"), INSIDE)
TOP: Edge = (Decimal("Infinity"), INSIDE)


def _above_zero(number: Decimal) -> Decimal:
    if number <= 0:
        raise ValueError(f"{number} is not above zero; a number above zero is expected")
    return number


def _not_below_zero(number: Decimal) -> Decimal:
    if number < 0:
        raise ValueError(f"{number} is below zero; zero or more is expected")
    return number


Positive = Annotated[Plain, AfterValidator(_above_zero)]
Level = Annotated[Plain, AfterValidator(_not_below_zero)]


class Begun(StrEnum):
    """How a unit counts that is not missed in full."""

    STARTED = "started"
    """In full: 31 minutes are two started half hours."""
    FULL = "full"
    """Not at all: 59 minutes are one full half hour."""
    EXACT = "exact"
    """By its part: 45 minutes are one and a half half hours."""


class Beyond(StrEnum):
    """From where units are counted."""

    COMMITTED = "committed"
    """Only what is missed beyond what the committed level leaves room for."""
    TOTAL = "total"
    """Everything, once the attainment is in the band."""


class Units(Value):
    """What is counted where a charge is for each unit missed: time down, items, or points of attainment."""

    time: Span | None = None
    """Each 30 minutes down: `30min`."""
    items: Annotated[Whole, Field(ge=1, le=1_000_000)] | None = None
    """Each so many items beyond the limit."""
    points: Positive | None = None
    """Each so many points of attainment: `0.1`."""
    begun: Begun = Begun.STARTED
    beyond: Beyond

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        _exactly_one("time, items or points", self.time, self.items, self.points)
        return self

    @property
    def words(self) -> str:
        """`each started 30 minutes down beyond the committed level`."""
        begun = {Begun.STARTED: "each started ", Begun.FULL: "each full ", Begun.EXACT: "each "}[self.begun]
        beyond = {Beyond.COMMITTED: " beyond the committed level", Beyond.TOTAL: " in total"}[self.beyond]
        part = " (parts of it by their share)" if self.begun is Begun.EXACT else ""
        return f"{begun}{self._unit()}{beyond}{part}"

    def _unit(self) -> str:
        if self.time is not None:
            return f"{_minutes(self.time)} down"
        if self.items is not None:
            return "item missed" if self.items == 1 else f"{self.items} items missed"
        return "point of attainment" if self.points == 1 else f"{self.points} points of attainment"


def _minutes(span: timedelta) -> str:
    seconds = round(span.total_seconds())
    number, unit = next((seconds // size, unit) for size, unit in _SIZES if seconds % size == 0)
    return f"{number} {unit}" if number != 1 else unit.removesuffix("s")


_SIZES = ((86400, "days"), (3600, "hours"), (60, "minutes"), (1, "seconds"))


def _exactly_one(what: str, *given: object) -> None:
    stated = sum(each is not None for each in given)
    if stated != 1:
        wrong = "is missing" if stated == 0 else "is stated more than once"
        raise WrongField(f"{what} {wrong}; exactly one of them is expected")


class Charge(Value):
    """A percentage of the period's fee, a fixed amount, or so many days of the fee; once, or for each unit missed."""

    percent: Percent | None = None
    amount: Money | None = None
    days: Annotated[Whole, Field(ge=0, le=366)] | None = None
    """The fee of so many days: the period's fee, divided by its local days."""
    per: Units | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        _exactly_one("percent, amount or days", self.percent, self.amount, self.days)
        return self

    @property
    def rate(self) -> Decimal:
        """Its number, whatever it is of."""
        if self.percent is not None:
            return self.percent
        return self.amount.amount if self.amount is not None else Decimal(self.days or 0)

    @property
    def way(self) -> tuple[bool, bool, Units | None]:
        """Two charges of one way can be compared by their numbers."""
        return self.percent is None, self.amount is None, self.per

    @property
    def words(self) -> str:
        """`10 % of the fee`, `EUR 50.00 for each item missed in total`."""
        if self.percent is not None:
            base = f"{self.percent} % of the fee"
        elif self.amount is not None:
            base = str(self.amount)
        else:
            base = "the fee of one day" if self.days == 1 else f"the fee of {self.days} days"
        return f"{base} for {self.per.words}" if self.per else base


class Band(Charge):
    """The charge of every attainment between two bounds; open on a side where no bound is stated."""

    at_least: Level | None = None
    above: Level | None = None
    below: Level | None = None
    at_most: Level | None = None

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        for inside, outside in (("at_least", "above"), ("at_most", "below")):
            if getattr(self, inside) is not None and getattr(self, outside) is not None:
                raise WrongField(f"is stated beside {inside}; one bound for each side is expected", outside)
        if self.lower >= self.upper:
            raise WrongField(f"holds no attainment: {self.range}; a lower bound below the upper one is expected")
        return self

    @property
    def lower(self) -> Edge:
        """Where it begins."""
        if self.at_least is not None:
            return self.at_least, INSIDE
        return BOTTOM if self.above is None else (self.above, BEHIND)

    @property
    def upper(self) -> Edge:
        """Where it ends."""
        if self.below is not None:
            return self.below, INSIDE
        return TOP if self.at_most is None else (self.at_most, BEHIND)

    @property
    def range(self) -> str:
        """`at least 99 and below 99.9`, or `any attainment`."""
        bounds = (("at least", self.at_least), ("above", self.above), ("below", self.below), ("at most", self.at_most))
        return " and ".join(f"{word} {level}" for word, level in bounds if level is not None) or "any attainment"


def refuse_gaps(bands: tuple[Band, ...]) -> None:
    """Each attainment between the outermost bounds is in exactly one band. Raises WrongField with the band's place."""
    places = sorted(range(len(bands)), key=lambda place: bands[place].lower)
    for low, high in pairwise(places):
        end, start = bands[low].upper, bands[high].lower
        if end > start:
            wrong = f"overlaps the band `{bands[low].range}`, which holds {_between(start, end)} too"
            raise WrongField(f"{wrong}; each attainment in one band is expected", "bands", high)
        if end < start:
            wrong = f"leaves a gap to the band `{bands[low].range}`: {_between(end, start)} is in no band"
            raise WrongField(f"{wrong}; bands that touch are expected", "bands", high)


def _between(start: Edge, end: Edge) -> str:
    if start[0] == end[0]:
        return f"exactly {start[0]}"
    low = "everything below" if start == BOTTOM else f"{'at least' if start[1] == INSIDE else 'above'} {start[0]} and"
    high = "up" if end == TOP else f"{'below' if end[1] == INSIDE else 'up to'} {end[0]}"
    return f"everything below {end[0]}" if start == BOTTOM else f"{low} {high}"


def refuse_open_ends(bands: tuple[Band, ...], *, is_reward: bool) -> None:
    """The worst attainment has its credit, the best one its reward, and neither is for everybody."""
    worst, best = _outermost(bands)
    outer, inner = (best, worst) if is_reward else (worst, best)
    reaches = (
        best.upper in {TOP, (Decimal(100), BEHIND)} if is_reward else worst.lower in {BOTTOM, (Decimal(0), INSIDE)}
    )
    if not reaches:
        beyond = f"above the band `{outer.range}`" if is_reward else f"below the band `{outer.range}`"
        right = "the best band without an upper bound" if is_reward else "the lowest band without a lower bound"
        raise WrongField(f"leaves out every attainment {beyond}; {right} is expected", "bands", bands.index(outer))
    is_everywhere = inner.lower == BOTTOM if is_reward else inner.upper == TOP
    if is_everywhere and inner.rate > 0 and inner.per is None:
        word, side = ("reward", "lower") if is_reward else ("credit", "upper")
        wrong = f"gives a {word} whatever the attainment is: `{inner.range}`; an {side} bound is expected"
        raise WrongField(wrong.replace("an lower", "a lower"), "bands", bands.index(inner))


def refuse_wrong_way(bands: tuple[Band, ...], *, is_reward: bool) -> None:
    """A worse attainment never costs less, a better one is never rewarded with less. Raises WrongField."""
    ordered = sorted(bands, key=lambda band: band.lower, reverse=not is_reward)
    for before, after in pairwise(ordered):
        if before.rate == 0 or after.rate == 0:
            is_wrong = before.rate > 0
        else:
            is_wrong = before.way != after.way or after.rate < before.rate
        if is_wrong:
            wrong = f"{after.words} is not known to be at least as much as {before.words} of the band `{before.range}`"
            raise WrongField(f"{wrong}; say `may_fall: true` where this is meant", "bands", bands.index(after))


def _outermost(bands: tuple[Band, ...]) -> tuple[Band, Band]:
    lower: Callable[[Band], Edge] = lambda band: band.lower  # noqa: E731
    return min(bands, key=lower), max(bands, key=lower)
