"""A credit scheme in plain sentences, as documents and differences show it, with a worked amount. Source: MON-6, DRA-4.

It says what `sla.credits` does and nothing else; the amount is made by the same arithmetic.
"""

from collections.abc import Iterator

from sla.credit_bands import Band
from sla.credit_caps import Capped, as_money, at_least, room_left
from sla.credit_charges import Exactly, at_most, once
from sla.credit_fees import fee_of
from sla.credit_limits import (
    BelowMinimum,
    Cap,
    CapOver,
    Claim,
    ClaimFrom,
    FeeBase,
    Minimum,
    MoneyRounding,
    Most,
    RoundedOnce,
    RoundingWay,
)
from sla.credit_scheme import Chain, Combine, CreditRule, CreditScheme, EarnBack, MissRule, Reading
from sla.money import Money
from sla.periods import JudgedPeriod, period_named

_MONTH: JudgedPeriod = period_named("2027-03", "UTC")
_UNITS = 3
"""How many units the example counts."""


def scheme_text(scheme: CreditScheme, fee: Money | None = None) -> tuple[str, ...]:
    """The scheme as sentences, in the order of its fields; the last one is a worked example.

    The example is of a whole month with nothing paid before, at the monthly fee given; where none is given at 1,000 in
    the scheme's currency, or in EUR.
    """
    sentences = [
        *(sentence for rule in scheme.rules for sentence in _rule(rule)),
        *_together(scheme),
        *(_cap(cap, "Credits") for cap in scheme.caps),
        *(_cap(cap, "Rewards") for cap in scheme.reward_caps),
        *([_rounding(scheme.rounding), _claim(scheme.claim)] if scheme.rules else []),
        *([_earn_back(scheme.earn_back)] if scheme.earn_back else []),
        *(_right(rule) for rule in scheme.termination),
        *_example(scheme, fee or Money.model_validate({"amount": "1000", "currency": scheme.currency or "EUR"})),
    ]
    return tuple(sentences)


def _rule(rule: CreditRule) -> Iterator[str]:
    word = "Reward" if rule.is_reward else "Credit"
    share_met = rule.reading is Reading.SHARE_MET
    of = _named(rule.targets, "every target" if share_met else "every target with a level in percent")
    over = {
        Reading.EACH: f"for the attainment of {of}",
        Reading.LOWEST: f"for the lowest attainment of {of}",
        Reading.MEAN: f"for the mean attainment of {of}",
        Reading.SHARE_MET: f"for the share of targets met, in percent, of {of}",
    }[rule.reading]
    ordered = sorted(rule.bands, key=lambda band: band.lower, reverse=not rule.is_reward)
    yield f"{word} {over}: " + "; ".join(f"{band.range}: {band.words}" for band in ordered) + "."
    if rule.monthly_fee is not None:
        yield f"For it the monthly fee is {rule.monthly_fee}."
    if rule.no_report is not None:
        statuses = " or ".join(each.value.replace("_", " ") for each in rule.no_report.counts)
        yield f"A missing report (judged {statuses}) costs {rule.no_report.words}."
    if rule.most is not None:
        yield f"It comes to at most {_most(rule.most, FeeBase.PERIOD)} in one period."
    if rule.only_if_all_met:
        yield "It is owed only where no target was missed or is without data."


def _named(targets: tuple[str, ...], otherwise: str) -> str:
    if not targets:
        return otherwise
    return targets[0] if len(targets) == 1 else f"{', '.join(targets[:-1])} and {targets[-1]}"


def _together(scheme: CreditScheme) -> Iterator[str]:
    if scheme.combine is Combine.WORST:
        yield "Of several credits of a period only the largest is owed."
    elif len(scheme.rules) > 1 or any(len(rule.targets) != 1 for rule in scheme.rules):
        yield "Several credits of a period are added up."
    if scheme.rules:
        yield (
            "The fee of a part of a month is the month's fee by its days."
            if scheme.pro_rata
            else "The fee of a part of a month is the full monthly fee."
        )
    if scheme.minimum is not None:
        yield _minimum(scheme.minimum)


def _minimum(minimum: Minimum) -> str:
    if minimum.below is BelowMinimum.RAISED:
        return f"Credits of a period below {minimum.amount} are raised to it."
    exactly = "below" if minimum.pays_exactly else "of at most"
    return f"Credits of a period {exactly} {minimum.amount}, before rounding, are not paid."


def _most(most: Most, base: FeeBase) -> str:
    if most.amount is not None:
        return str(most.amount)
    of = {
        FeeBase.PERIOD: "the period's fee",
        FeeBase.MONTH: "the monthly fee",
        FeeBase.YEAR: "twelve monthly fees",
    }[most.of or base]
    return f"{most.percent} % of {of}"


def _cap(cap: Cap, what: str) -> str:
    base = FeeBase.PERIOD if cap.over is CapOver.PERIOD else FeeBase.YEAR
    over = {
        CapOver.PERIOD: "in one period",
        CapOver.ROLLING_12_MONTHS: "in the twelve months that end with a period",
        CapOver.TERM: "in one term",
    }[cap.over]
    return f"{what} come to at most {_most(cap, base)} {over}."


def _rounding(rounding: MoneyRounding) -> str:
    way = {
        RoundingWay.HALF_EVEN: "half to even",
        RoundingWay.HALF_UP: "half up",
        RoundingWay.DOWN: "down",
    }[rounding.way]
    once_each = {RoundedOnce.LINE: "Each credit", RoundedOnce.TOTAL: "The total"}[rounding.once]
    return f"{once_each} is rounded once, {way}, to the smallest unit of the currency."


def _claim(claim: Claim | None) -> str:
    if claim is None:
        return "Credits are given automatically."
    number, unit = (claim.days, "day") if claim.days else (claim.months, "month")
    after = {ClaimFrom.PERIOD_END: "the end of the period", ClaimFrom.STATEMENT: "the day of the statement"}
    monday = "; a last day on a weekend moves to Monday" if claim.moves_to_monday else ""
    plural = "" if number == 1 else "s"
    return f"A credit must be claimed within {number} {unit}{plural} after {after[claim.counted_from]}{monday}."


def _earn_back(rule: EarnBack) -> str:
    level = "the committed level" if rule.at_least is None else f"{rule.at_least}"
    following = "the period after it is" if rule.periods == 1 else f"each of the {rule.periods} periods after it is"
    return f"A credit is owed back when {following} at or above {level}."


def _right(rule: MissRule) -> str:
    of = _named(rule.targets, "a target" if rule.chain is Chain.ONE_TARGET else "any targets")
    below = f" with an attainment below {rule.below}" if rule.below is not None else ""
    statuses = " or ".join(each.value.replace("_", " ") for each in rule.counts)
    number = "One miss" if rule.misses == 1 else f"{rule.misses} misses"
    counted = {
        Chain.ONE_TARGET: f"of one and the same of {of}" if len(rule.targets) > 1 else f"of {of}",
        Chain.ANY_TARGET: f"of {of}, each period counted once,",
        Chain.EVERY_MISS: f"of {of}, each counted,",
    }[rule.chain]
    if rule.misses == 1:
        within, verb, last = "", "gives", "that period"
    else:
        in_a_row = rule.in_periods is None
        within = " in consecutive periods" if in_a_row else f" within {rule.in_periods} periods"
        verb, last = "give", "the last of these periods"
    return (
        f"{number} ({statuses}{below}) {counted}{within} {verb} the customer the right to terminate "
        f"for {rule.usable_days} days after the end of {last}."
    )


def _example(scheme: CreditScheme, monthly: Money) -> Iterator[str]:
    found = next(((rule, band) for rule in scheme.rules for band in _best_first(rule) if band.rate > 0), None)
    if found is None or scheme.currency not in {None, monthly.currency}:
        return
    rule, band = found
    fee = fee_of(monthly, _MONTH, pro_rata=scheme.pro_rata)
    exact = Exactly(None, once(band, rule, fee) * (_UNITS if band.per else 1), "", rule.is_reward, is_frozen=False)
    capped = Capped(_MONTH, fee, (), _MONTH.start)
    room = room_left(capped, scheme.reward_caps if rule.is_reward else scheme.caps, of_rewards=rule.is_reward)
    minimum = None if rule.is_reward else scheme.minimum
    lines = at_least((at_most(rule, exact, fee),), minimum, room)
    money = as_money(lines, room, scheme.rounding, monthly.currency)
    amount = money[0][1] if money else "nothing"
    units = f", with {_UNITS} such units missed," if band.per else ""
    is_what = "is rewarded with" if rule.is_reward else "costs"
    attainment = "any attainment" if band.range == "any attainment" else f"an attainment of {band.range}"
    yield f"Example: at a monthly fee of {monthly}, {attainment}{units} in a month {is_what} {amount}."


def _best_first(rule: CreditRule) -> list[Band]:
    return sorted(rule.bands, key=lambda band: band.lower, reverse=not rule.is_reward)
