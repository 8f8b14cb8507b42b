"""What a miss costs, as the terms state it, and what that comes to. Values only. Source: MON-6, TER-3.

A scheme is a list of rules, each with bands over an attainment; what holds for all of them together (minimum, caps,
rounding, claims) stands beside the list. It is computed by `sla.credits` and put into sentences by `sla.credit_text`.
"""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from sla.credit_bands import Band, Charge, Level, refuse_gaps, refuse_open_ends, refuse_wrong_way
from sla.credit_limits import Cap, Claim, Days, Minimum, MoneyRounding, Most
from sla.fields import Day, Line, Slug, Value, Whole, WrongField
from sla.money import Money


class Reading(StrEnum):
    """Which attainment the bands of a rule are over."""

    EACH = "each"
    """That of each of its targets, one line each."""
    LOWEST = "lowest"
    """The lowest of its targets' attainments, one line for the agreement."""
    MEAN = "mean"
    """The mean of its targets' attainments, one line for the agreement."""
    SHARE_MET = "share_met"
    """The share of its judged targets that were met, in percent, one line for the agreement."""


class Counts(StrEnum):
    """Which statuses count as a miss where no attainment says it."""

    MISSED = "missed"
    NO_DATA = "no_data"
    EXCLUDED = "excluded"


class NoReport(Charge):
    """What a target costs that has no attainment: a report that is missing. Source: MON-14."""

    counts: tuple[Counts, ...] = Field(default=(Counts.MISSED,), min_length=1, max_length=3)
    """With which statuses: missed where the terms count missing data so, and others only where they are named here."""

    @model_validator(mode="after")
    def _counts_nothing(self) -> Self:
        if self.per is not None:
            raise WrongField("is stated where nothing was counted; leave it out", "per")
        return self


class CreditRule(Value):
    """Bands over an attainment, and which attainment that is."""

    targets: tuple[Slug, ...] = Field(default=(), max_length=100)
    """Its targets. Where none is named: every target whose level is in percent, and for `share_met` every target."""
    reading: Reading = Reading.EACH
    bands: tuple[Band, ...] = Field(min_length=1, max_length=100)
    is_reward: bool = False
    """What it comes to is a bonus, owed by the customer."""
    only_if_all_met: bool = False
    """A reward is owed only where no target of the agreement was missed or is without data."""
    may_fall: bool = False
    """A worse attainment may cost less; refused where this is not stated."""
    monthly_fee: Money | None = None
    """The fee that its percentages and days are of: that of one service. The whole fee where none is stated."""
    no_report: NoReport | None = None
    """What a missing report costs; nothing where none is stated."""
    most: Most | None = None
    """The most that one line of it comes to in one period."""

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if len(set(self.targets)) != len(self.targets):
            raise WrongField("names a target twice; each once is expected", "targets")
        refuse_gaps(self.bands)
        refuse_open_ends(self.bands, is_reward=self.is_reward)
        if not self.may_fall:
            refuse_wrong_way(self.bands, is_reward=self.is_reward)
        if self.is_reward:
            self._refuse_for_rewards()
        elif self.only_if_all_met:
            raise WrongField("is about rewards; leave it out, or say `is_reward: true`", "only_if_all_met")
        return self

    def _refuse_for_rewards(self) -> None:
        for place, band in enumerate(self.bands):
            if band.per is not None:
                raise WrongField("counts what was missed, which no reward does; leave it out", "bands", place, "per")
        if self.no_report is not None:
            raise WrongField("is stated for a reward; leave it out", "no_report")

    @property
    def amounts(self) -> tuple[tuple[Money, tuple[str | int, ...]], ...]:
        """Every amount that it states, with its place."""
        most = self.most.amount if self.most else None
        rest = ((self.monthly_fee, ("monthly_fee",)), (most, ("most", "amount")))
        report = ((self.no_report.amount if self.no_report else None, ("no_report", "amount")),)
        bands = tuple((band.amount, ("bands", place, "amount")) for place, band in enumerate(self.bands))
        return tuple((money, place) for money, place in (*bands, *rest, *report) if money is not None)


class Combine(StrEnum):
    """What several credits of one period come to."""

    SUM = "sum"
    WORST = "worst"
    """Only the largest is owed: that of the worst target. The first of equal ones."""


class EarnBack(Value):
    """A credit is owed back when every one of the following periods is at or above a level.

    It is decided once, by the statement of the last of them; a period without an attainment is not at the level.
    """

    periods: Annotated[Whole, Field(ge=1, le=24)]
    at_least: Level | None = None
    """The level, in the unit of the target; the committed level of that period where none is stated."""


class Chain(StrEnum):
    """Whose misses make a termination right."""

    ONE_TARGET = "one_target"
    """Those of one and the same target."""
    ANY_TARGET = "any_target"
    """A period counts once if any of the targets was missed."""
    EVERY_MISS = "every_miss"
    """Every miss of every target counts."""


class MissRule(Value):
    """So many misses give the customer the right to terminate. Source: TER-3."""

    misses: Annotated[Whole, Field(ge=1, le=100)]
    in_periods: Annotated[Whole, Field(ge=1, le=36)] | None = None
    """Within so many periods, the last one with them; consecutive periods where none is stated."""
    chain: Chain = Chain.ONE_TARGET
    targets: tuple[Slug, ...] = Field(default=(), max_length=100)
    """Only of these; of every target where none is named."""
    counts: tuple[Counts, ...] = Field(default=(Counts.MISSED,), min_length=1, max_length=3)
    below: Level | None = None
    """Only misses with an attainment below this, or with none."""
    usable_days: Days = 90
    """For how many days after the period's end the right can be used."""

    @model_validator(mode="after")
    def _can_happen(self) -> Self:
        if self.in_periods is None and self.chain is Chain.EVERY_MISS:
            raise WrongField("is missing; the periods in which every miss counts are expected", "in_periods")
        if self.in_periods is not None and self.in_periods < self.misses and self.chain is not Chain.EVERY_MISS:
            wrong = f"{self.in_periods} periods cannot hold {self.misses} misses; at least {self.misses} are expected"
            raise WrongField(wrong, "in_periods")
        return self


class CreditScheme(Value):
    """What misses cost, what over-performance earns, and which rights follow. Source: MON-6."""

    rules: tuple[CreditRule, ...] = Field(default=(), max_length=100)
    combine: Combine = Combine.SUM
    pro_rata: bool = False
    """The fee of a partial period is that of its local days, each a month's fee divided by the days of that month; the
    full fee where nothing is stated."""
    minimum: Minimum | None = None
    caps: tuple[Cap, ...] = Field(default=(), max_length=10)
    reward_caps: tuple[Cap, ...] = Field(default=(), max_length=10)
    rounding: MoneyRounding = MoneyRounding()
    claim: Claim | None = None
    """Credits are given automatically where none is stated."""
    earn_back: EarnBack | None = None
    termination: tuple[MissRule, ...] = Field(default=(), max_length=10)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if not self.rules and not self.termination:
            raise WrongField("is empty; a rule, or a right to terminate, is expected", "rules")
        currency = self.currency
        for money, place in self._amounts():
            if money.currency != currency:
                wrong = f"is in {money.currency}, and the amounts before it are in {currency}; one currency is expected"
                raise WrongField(wrong, *place, "currency")
        if any(rule.is_reward for rule in self.rules) or not self.reward_caps:
            return self
        raise WrongField("is stated, and no rule gives a reward; leave it out", "reward_caps")

    @property
    def currency(self) -> str | None:
        """That of every amount that it states; none where it states none."""
        return next((money.currency for money, _ in self._amounts()), None)

    def _amounts(self) -> tuple[tuple[Money, tuple[str | int, ...]], ...]:
        rules = tuple(
            (money, ("rules", place, *inner)) for place, rule in enumerate(self.rules) for money, inner in rule.amounts
        )
        minimum = ((self.minimum.amount, ("minimum", "amount")),) if self.minimum else ()
        caps = tuple(
            (cap.amount, (field, place, "amount"))
            for field, found in (("caps", self.caps), ("reward_caps", self.reward_caps))
            for place, cap in enumerate(found)
            if cap.amount is not None
        )
        return (*rules, *minimum, *caps)


class CreditLine(Value):
    """One credit (or reward) of a statement."""

    target: Slug | None
    """None for the agreement as a whole."""
    amount: Money
    is_reward: bool = False
    """It is owed by the customer to the provider."""
    earns_back: Line | None = None
    """The name of the earlier period whose credit is owed back by it."""
    is_to_be_claimed: bool = False
    """It is owed only when it is claimed in time; else it is given automatically."""
    claim_by: Day | None = None
    """The day (outside) by which it must be claimed; none where it is given automatically, or where the time runs from
    the statement, whose day is not known here."""
    is_frozen: bool = False
    """A dispute about its figure is open: it is not payable until that is settled. Source: MON-10."""
    how: Line
    """How it was computed, as a sentence with its numbers."""
