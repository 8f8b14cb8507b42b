"""The forms that a service level target takes, as types. Source: DRA-7, DRA-6.

Every form states a committed and an acceptable level in which more is better. What a draft may still lack
(a measure, a source, a level) is optional here and demanded by the gate in `drafting`.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from sla.fields import Line, Name, Percent, Plain, Slug, Span, Value, Whole, WrongField, render_span


class _TargetCore(Value):
    """What every target has, whatever its form."""

    id: Slug
    name: Name
    requirements: tuple[Whole, ...] = Field(default=(), max_length=200)
    """The numbers of the requirements that it covers. Source: DRA-4."""
    measure: Line | None = None
    """What is measured, and how."""
    source: Line | None = None
    """Where the figures come from."""
    outcome: Line | None = None
    """The outcome for the customer that it serves."""


class _ShareTarget(_TargetCore):
    """Levels as a share, in percent."""

    committed: Percent | None = None
    acceptable: Percent | None = None

    @model_validator(mode="after")
    def _committed_is_better(self) -> Self:
        if self.committed is not None and self.acceptable is not None and self.committed < self.acceptable:
            raise WrongField(
                f"{self.committed} % is below the acceptable {self.acceptable} %; "
                "a committed level at or above the acceptable one is expected",
                "committed",
            )
        return self


def _not_negative(level: Decimal) -> Decimal:
    if level < 0:
        raise ValueError(f"{level} is below zero; zero or more is expected")
    return level


Amount = Annotated[Plain, AfterValidator(_not_negative)]


class _AmountTarget(_TargetCore):
    """Levels as an amount."""

    committed: Amount | None = None
    acceptable: Amount | None = None

    @model_validator(mode="after")
    def _committed_is_better(self) -> Self:
        if self.committed is not None and self.acceptable is not None and self.committed < self.acceptable:
            raise WrongField(
                f"{self.committed} is below the acceptable {self.acceptable}; "
                "a committed level at or above the acceptable one is expected",
                "committed",
            )
        return self


def _at_most_a_month(span: timedelta) -> timedelta:
    if span > timedelta(days=31):
        raise ValueError(f"{render_span(span)} is longer than 31 days of service time; a shorter time is expected")
    return span


Limit = Annotated[Span, AfterValidator(_at_most_a_month)]


class Availability(_ShareTarget):
    """Share of the service hours of a period in which the service is available."""

    form: Literal["availability"] = "availability"


class ResponseTime(_ShareTarget):
    """Share of work items answered within `within` of service time."""

    form: Literal["response_time"] = "response_time"
    within: Limit
    priority: Name | None = None


class ResolutionTime(_ShareTarget):
    """Share of work items resolved within `within` of service time."""

    form: Literal["resolution_time"] = "resolution_time"
    within: Limit
    priority: Name | None = None


class DoneWithin(_ShareTarget):
    """Share of things done within so many working days after an event ("new user within one day")."""

    form: Literal["done_within"] = "done_within"
    event: Line
    working_days: Annotated[Whole, Field(ge=0, le=366)]


class DoneByEndOfDay(_ShareTarget):
    """Share of things done by the end of a named local day ("leaver by the end of the last day")."""

    form: Literal["done_by_end_of_day"] = "done_by_end_of_day"
    event: Line
    day: Line
    """Which day counts: `the last working day of the leaver`."""


class GoodEventRatio(_ShareTarget):
    """Share of good events among all valid events."""

    form: Literal["good_event_ratio"] = "good_event_ratio"
    good: Line
    valid: Line


class Throughput(_AmountTarget):
    """At least so many units in a period."""

    form: Literal["throughput"] = "throughput"
    unit: Name
    per: Literal["hour", "day", "month"] = "month"


class Outcome(_AmountTarget):
    """What the service is for: satisfaction or task success, on a scale."""

    form: Literal["outcome"] = "outcome"
    scale_to: Annotated[Plain, Field(gt=0, le=1000)] = Decimal(5)

    @model_validator(mode="after")
    def _within_scale(self) -> Self:
        for field, level in (("committed", self.committed), ("acceptable", self.acceptable)):
            if level is not None and level > self.scale_to:
                raise WrongField(f"{level} is beyond the scale; at most {self.scale_to} is expected", field)
        return self


Target = Annotated[
    Availability | ResponseTime | ResolutionTime | DoneWithin | DoneByEndOfDay | GoodEventRatio | Throughput | Outcome,
    Field(discriminator="form"),
]


def level_text(target: Target, level: Decimal | None) -> str:
    """A level with its unit: `99.5 %`, `4.2 of 5`, `1200 pages a month`."""
    if level is None:
        return "not stated"
    if isinstance(target, Throughput):
        return f"{level} {target.unit} a {target.per}"
    if isinstance(target, Outcome):
        return f"{level} of {target.scale_to}"
    return f"{level} %"
