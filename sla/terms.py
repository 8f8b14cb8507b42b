"""The terms of an agreement as typed data; every document is rendered from them. Source: DRA-1.

`Terms` may be incomplete (a draft in work); `drafting.gaps` says what an edition still lacks.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, model_validator

from sla.cadence import Cadence
from sla.canonical import Digested, digest
from sla.credit_scheme import CreditScheme
from sla.fields import Day, Email, Instant, Line, Name, Percent, Plain, Prose, Slug, Value, Whole, WrongField, Zone
from sla.kinds import Kind, Level
from sla.money import Money
from sla.service_calendar import ServiceCalendar
from sla.targets import Target

LONGEST_TERM_YEARS = 50


class Period(Value):
    """From the first local day to the day on which it ends (the end day is outside). At most 50 years."""

    start: Day
    end: Day
    zone: Zone

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.end <= self.start:
            raise WrongField(f"ends on {self.end}, not after its start on {self.start}; a later end is expected", "end")
        if self.months > LONGEST_TERM_YEARS * 12 or _years_later(self.start, LONGEST_TERM_YEARS) < self.end:
            raise WrongField(
                f"makes a term longer than {LONGEST_TERM_YEARS} years; an end by "
                f"{_years_later(self.start, LONGEST_TERM_YEARS)} is expected",
                "end",
            )
        return self

    @property
    def months(self) -> int:
        """Months begun between start and end; each begun month counts, for the contract's value."""
        whole = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month
        return whole + (1 if self.end.day > self.start.day else 0)


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


class Selection(Value):
    """What is bought from the price book: a level, a quantity, options. Source: PRI-1."""

    level: Slug
    quantity: Annotated[Whole, Field(ge=1, le=10_000_000)] = 1
    options: tuple[Slug, ...] = Field(default=(), max_length=50)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.options)) != len(self.options):
            raise WrongField("names an option twice; each once is expected", "options")
        return self


class Price(Value):
    """What the customer pays: a monthly fee for a selection. The discount is derived, never stated."""

    selection: Selection
    monthly_fee: Money


class Refused(Value):
    """A requirement that the draft does not cover, and why. Source: DRA-4."""

    requirement: Whole
    reason: Prose


class ReviewCadence(Value):
    """Every how many months both sides look back. Source: REV-1."""

    every_months: Annotated[Whole, Field(ge=1, le=24)] = 3


class Termination(Value):
    """How the agreement may be ended early."""

    notice_months: Annotated[Whole, Field(ge=0, le=36)]
    clause: Prose


class RenewalMode(StrEnum):
    """What happens at the end of a term when nobody does anything. Source: AME-3."""

    TACIT = "tacit"
    """It goes on for the renewal term, unless somebody gave notice in time."""
    EXPRESS = "express"
    """It ends, unless both sides agreed in time to renew it."""
    NONE = "none"
    """It ends."""


class Renewal(Value):
    """What follows the initial term: for how long, and how long before an end it is decided. Source: AME-3."""

    mode: RenewalMode
    renewal_months: Annotated[Whole, Field(ge=1, le=120)] | None = None
    """How long each renewal lasts, whatever the initial term was."""
    notice_months: Annotated[Whole, Field(ge=0, le=36)] | None = None
    """How long before an end notice is given (tacit), or the renewal agreed (express)."""

    @model_validator(mode="after")
    def _says_what_its_mode_needs(self) -> Self:
        for field in ("renewal_months", "notice_months"):
            stated = getattr(self, field) is not None
            if stated and self.mode is RenewalMode.NONE:
                raise WrongField("is stated for terms without a renewal; leave it out, or say tacit or express", field)
            if not stated and self.mode is not RenewalMode.NONE:
                raise WrongField(f"is missing; a number of months is expected for {self.mode} renewal", field)
        return self


class PriceRevision(Value):
    """How the fee moves at a renewal: by the rate of an index, within bounds. Source: PRI-7."""

    index: Line
    """Which index, as the parties name it: `consumer prices of Germany, September on September`."""
    highest: Percent | None = None
    """The largest rise, in percent; a higher rate counts as this much."""
    may_fall: bool = False
    """Whether a negative rate lowers the fee; else it leaves the fee as it is."""


class Ratchet(Value):
    """After so many results in a row above the committed level, the pack proposes the next one. Source: REV-4."""

    after_results: Annotated[Whole, Field(ge=1, le=12)]


class SuspensionRule(Value):
    """What a suspension does to the term. Source: TER-4."""

    extends_term: bool = False
    """The end moves by the days suspended."""
    longest_days: Annotated[Whole, Field(ge=1, le=366)] = 90


class RoundingMode(StrEnum):
    """How a figure is rounded when it is shown. Nothing is ever judged by a rounded figure."""

    DOWN = "down"
    """Towards zero: what is shown never looks better than it is. So it is where the terms say nothing."""
    HALF_EVEN = "half_even"
    HALF_UP = "half_up"


class Rounding(Value):
    """How a figure is shown: with so many digits after the point."""

    digits: Annotated[Whole, Field(ge=0, le=6)] = 3
    mode: RoundingMode = RoundingMode.DOWN


class ComplianceRule(Value):
    """How it is judged: how often, over which time, and what its figures cause. Source: MON-4, MON-5, MON-9."""

    every: Cadence = Cadence.MONTH
    rolling_months: Annotated[Whole, Field(ge=2, le=36)] | None = None
    """Each statement looks back over so many months in place of its own period."""
    rounding: Rounding = Rounding()
    warn_at: Annotated[Plain, Field(ge=1, le=100)] = Decimal(75)
    """At how many percent of the error budget used the provider is warned."""
    watermelon_after: Annotated[Whole, Field(ge=1, le=24)] = 2
    """After how many periods in a row with every service target met and an outcome missed this is a finding."""
    action_days: Annotated[Whole, Field(ge=1, le=90)] = 10
    """Within how many working days of its owner a corrective action is due. Source: MON-11."""
    dispute_days: Annotated[Whole, Field(ge=1, le=366)] = 30
    """For how many days after a statement its figures can be disputed. Source: MON-10."""


class ServiceHours(Value):
    """When the service is promised: in words, and as the data by which every clock runs."""

    description: Line
    calendar: Slug = "standard"
    times: ServiceCalendar | None = None
    """The same as data: what every clock of the agreement runs by. Round the clock in the zone of the period where
    none is stated, and every figure then says so. Source: DRA-8."""


class Terms(Value):
    """One complete set of terms, or a draft of one."""

    title: Name
    kind: Kind
    level: Level = Level.SERVICE
    service: Slug | None
    """The one service that is measured; none on corporate and customer level. Source: KIND-4."""
    provider: Name
    customer: Name
    period: Period
    hours: ServiceHours | None = None
    targets: tuple[Target, ...] = Field(default=(), max_length=100)
    refused: tuple[Refused, ...] = Field(default=(), max_length=200)
    limits: tuple[Prose, ...] = Field(default=(), max_length=100)
    """What the promises are limited to: volumes, places, preconditions."""
    exclusions: tuple[Prose, ...] = Field(default=(), max_length=100)
    change_plan: Prose | None = None
    """How the agreement may be amended in its term."""
    review: ReviewCadence | None = None
    termination: Termination | None = None
    price: Price | None = None
    renewal: Renewal | None = None
    """What follows the period; nothing does where none is stated. Source: AME-3."""
    price_revision: PriceRevision | None = None
    """How the fee moves at a renewal; it stays where nothing is stated. Source: PRI-7."""
    ratchet: Ratchet | None = None
    """When better levels are proposed; never where nothing is stated. Source: REV-4."""
    suspension: SuspensionRule | None = None
    """What a suspension does to the term; nothing, and at most 90 days, where nothing is stated. Source: TER-4."""
    compliance: ComplianceRule | None = None
    """How it is judged; by the month, as the rule's own defaults say, where nothing is stated. Source: MON-4."""
    credits: CreditScheme | None = None
    """What a miss costs; nothing where none is stated. Source: MON-6."""
    effective_from: Day | None = None
    """On an amendment: the local day on which it takes effect; the day after the last signature where none is stated
    or the stated one is past by then. Source: AME-1."""


class EditionRef(Value):
    """Which terms somebody speaks of: the number and the hash of an edition."""

    no: Whole
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")


class Origin(StrEnum):
    """How an edition came about."""

    DRAFT = "draft"
    OFFER = "offer"


class Edition(Digested):
    """One immutable numbered version of the terms, with the requirements that it answers."""

    no: Whole
    origin: Origin
    author: Email
    at: Instant
    requirements_hash: str
    terms: Terms

    @cached_property
    def hash(self) -> str:
        """SHA-256 over number, terms and requirement document: what approvals and signatures bind to."""
        return digest(_Hashed(no=self.no, requirements=self.requirements_hash, terms=self.terms))

    @property
    def ref(self) -> EditionRef:
        """Number and hash."""
        return EditionRef(no=self.no, hash=self.hash)


class _Hashed(Value):
    no: int
    requirements: str
    terms: Terms
