"""The forms that a service level target takes, as types. Source: DRA-7, DRA-6.

Every form states a committed and an acceptable level in which more is better. What a draft may still lack
(a measure, a source, a level) is optional here and demanded by the gate in `drafting`.
"""

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from sla.fields import Line, Name, Percent, Plain, Prose, Slug, Span, Value, Whole, WrongField, render_span


class NoData(StrEnum):
    """How a period counts for which there is no evidence. It never counts as met. Source: MON-14."""

    NO_DATA = "no_data"
    """It is said openly, and counts neither way: so it is where the terms say nothing."""
    MISSED = "missed"
    """A missing report is a miss."""


class UnknownTime(StrEnum):
    """How time counts in which nobody looked. Source: MON-14."""

    LEFT_OUT = "left_out"
    """It is taken out of the service time: so it is where the terms say nothing."""
    DOWN = "down"
    UP = "up"


class Statistic(StrEnum):
    """Which figure of many times is promised. Source: DRA-7."""

    SHARE = "share"
    """The share of items within the limit: so it is where the terms say nothing."""
    PERCENTILE = "percentile"
    """The same share; the time within which the committed share of items was done (nearest rank) is shown with it."""
    AVERAGE = "average"
    """The limit divided by the average time, at most 100 %: a committed level of 100 is kept while the average is
    within the limit."""
    MISSES = "misses"
    """The number of items beyond the limit: at most `allowed_misses`."""


class Process(StrEnum):
    """Our own work on the agreement, as the register knows it. Source: MON-13."""

    DRAFT = "draft"
    APPROVE = "approve"
    REPORT = "report"
    CORRECT = "correct"


def _step(span: timedelta) -> timedelta:
    if not timedelta(seconds=5) <= span <= timedelta(days=1):
        raise ValueError(f"{render_span(span)} is out of range; a step from 5s to 1d is expected")
    return span


class Pull(Value):
    """How a figure is pulled from Prometheus. Source: MON-1.

    Availability: the service is down while the expression is below the threshold. Ratio: the sum of the expression over
    that of `valid_expression`. A step without a sample is unknown time. A step is from 5 seconds to a day.
    """

    expression: Prose
    valid_expression: Prose | None = None
    step: Annotated[Span, AfterValidator(_step)] = timedelta(minutes=1)
    threshold: Plain | None = None


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
    """The outcome for the customer that it serves. Source: MON-9."""
    no_data: NoData | None = None
    """How a period without evidence counts; where nothing is stated, it is said openly. Source: MON-14."""
    prometheus: Pull | None = None
    """Where Prometheus has the figures. Source: MON-1."""


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
    unknown: UnknownTime | None = None
    """How time counts in which nobody looked; it is left out where nothing is stated. Source: MON-14."""


class _ItemTarget(_ShareTarget):
    """Times of work items, in service time."""

    within: Limit
    priority: Name | None = None
    """Only items of this priority; every item where none is stated."""
    statistic: Statistic | None = None
    """Which figure is promised; the share within the limit where none is stated."""
    allowed_misses: Annotated[Whole, Field(ge=0, le=1_000_000)] | None = None
    """How many items of a period may be beyond the limit, where their number is what is promised."""
    process: Process | None = None
    """Our own work on this agreement, in place of work items from elsewhere. Source: MON-13."""

    @model_validator(mode="after")
    def _says_how_many(self) -> Self:
        counts = self.statistic is Statistic.MISSES
        if counts and self.allowed_misses is None:
            raise WrongField("is missing; how many items may be beyond the limit is expected", "allowed_misses")
        if not counts and self.allowed_misses is not None:
            raise WrongField(
                "is stated beside another statistic; leave it out, or say `statistic: misses`", "allowed_misses"
            )
        return self


class ResponseTime(_ItemTarget):
    """Share of work items answered within `within` of service time."""

    form: Literal["response_time"] = "response_time"


class ResolutionTime(_ItemTarget):
    """Share of work items resolved within `within` of service time."""

    form: Literal["resolution_time"] = "resolution_time"


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
    """A level with its unit: `99.5 %`, `4.2 of 5`, `1200 pages a month`; `at most 3 items late` where their number is
    what is promised and no share stands beside it."""
    if level is None:
        return allowed_text(target) or "not stated"
    if isinstance(target, Throughput):
        return f"{level} {target.unit} {'an' if target.per == 'hour' else 'a'} {target.per}"
    if isinstance(target, Outcome):
        return f"{level} of {target.scale_to}"
    return f"{level} %"


def counts_misses(target: Target) -> bool:
    """Whether the number of items beyond the limit is what is promised, and no share."""
    return isinstance(target, ResponseTime | ResolutionTime) and target.statistic is Statistic.MISSES


def allowed_text(target: Target) -> str | None:
    """`at most 3 items late`; None for a target that promises no number of misses."""
    if not isinstance(target, ResponseTime | ResolutionTime) or target.allowed_misses is None:
        return None
    if target.allowed_misses == 0:
        return "no item late"
    return f"at most {target.allowed_misses:,} item{'s' if target.allowed_misses != 1 else ''} late"
