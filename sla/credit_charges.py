"""What the figures of a period come to under one rule: exact amounts, before minimum, caps and rounding. Source: MON-6.

Figures of one target may come in parts, where an amendment took effect inside the period. Each part is charged as if
the whole period had been like it, and weighs its share of the local days of all parts that have an attainment (of the
time, where a part does not begin or end with a local day; what is left of earlier words weighs by its items). A part
without an attainment neither costs nor weighs anything, as such time does within a part, unless the rule says what a
missing report costs. What is charged for each unit missed is counted in each part by itself and not weighed.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from sla.credit_bands import INSIDE, Band, Charge
from sla.credit_fees import Fee, most_of, needed
from sla.credit_limits import FeeBase
from sla.credit_scheme import CreditRule, Reading
from sla.credit_units import NOT_SHARES, Counting, counted_of, in_full, units_of, units_of_all
from sla.exact import shown
from sla.figures import Figure, Status, worst
from sla.periods import JudgedPeriod
from sla.term import day_at, start_of_day
from sla.terms import Rounding

_PRECISE = Rounding(digits=6)


class Exactly(NamedTuple):
    """One credit or reward before minimum, caps and rounding."""

    target: str | None
    amount: Fraction
    words: str
    is_reward: bool
    is_frozen: bool


def charged(rule: CreditRule, figures: Iterable[Figure], period: JudgedPeriod, fee: Fee | None) -> tuple[Exactly, ...]:
    """What the figures of a period come to under a rule, in the order of the targets' ids; nothing for nothing.

    Raises BadInput where a percentage is due and there is no fee, or where units are counted that a figure lacks.
    """
    return tuple(at_most(rule, line, fee) for line in charged_freely(rule, tuple(figures), period, fee))


def charged_freely(
    rule: CreditRule, figures: tuple[Figure, ...], period: JudgedPeriod, fee: Fee | None, counting: Counting = in_full
) -> tuple[Exactly, ...]:
    """The same before the limit of the rule."""
    parts = _by_target(rule, figures)
    if rule.reading is Reading.EACH:
        lines = [_of_target(rule, found, period, fee, counting) for found in parts.values()]
    else:
        lines = [_of_agreement(rule, parts, period, fee, counting)] if parts else []
    return tuple(line for line in with_all_met(rule, lines, figures) if line.amount > 0)


def with_all_met(rule: CreditRule, lines: Iterable[Exactly], figures: Iterable[Figure]) -> tuple[Exactly, ...]:
    """The lines that are owed, seen over all figures of the period: none of some rewards where a target was missed."""
    found, seen = tuple(lines), tuple(figures)
    if not rule.only_if_all_met:
        return found
    if not all(figure.status in {Status.MET, Status.EXCLUDED} for figure in seen):
        return ()
    if any(figure.dispute is not None for figure in seen):
        return tuple(line._replace(is_frozen=True) for line in found)
    return found


def _by_target(rule: CreditRule, figures: Iterable[Figure]) -> dict[str, list[Figure]]:
    found: dict[str, list[Figure]] = {}
    for figure in sorted(figures, key=lambda each: (each.target, each.since, each.until, each.evidence_digest)):
        if figure.target in rule.targets or (not rule.targets and _is_meant(rule, figure)):
            found.setdefault(figure.target, []).append(figure)
    return found


def _is_meant(rule: CreditRule, figure: Figure) -> bool:
    """By a rule that names no target: bands are percentages, and every target can be met."""
    return rule.reading is Reading.SHARE_MET or figure.form not in NOT_SHARES


def at_most(rule: CreditRule, line: Exactly, fee: Fee | None) -> Exactly:
    """A line within the limit of its rule."""
    if rule.most is None:
        return line
    limit = most_of(rule.most, fee, FeeBase.PERIOD)
    return line if line.amount <= limit else line._replace(amount=limit, words=f"{line.words}, at most its limit")


def _of_target(
    rule: CreditRule, parts: list[Figure], period: JudgedPeriod, fee: Fee | None, counting: Counting
) -> Exactly:
    target = parts[0].target
    telling = [part for part in parts if part.attainment is not None or _lacks_report(rule, part)]
    weighed = zip(telling, shares(telling, period.zone, counting), strict=True)
    found = [_of_part(rule, part, share, fee, counting) for part, share in weighed]
    return Exactly(
        target=target,
        amount=sum((amount for amount, _ in found), start=Fraction(0)),
        words=f"{target}: " + "; ".join(words for _, words in found),
        is_reward=rule.is_reward,
        is_frozen=any(part.dispute is not None for part in parts),
    )


def shares(parts: list[Figure], zone: str, counting: Counting = in_full) -> list[Fraction]:
    """What each part of a target weighs; together 1.

    Work that was carried over has no days in the period: it weighs its share of all that was counted, and the days
    share the rest.
    """
    carried = [part.is_carried_over for part in parts]
    if not any(carried):
        return weights([(part.since, part.until) for part in parts], zone)
    items = [counted_of(part) * counting(part) for part in parts]
    whole = sum(items, start=Fraction(0))
    by_items = [number / whole if whole else Fraction(1, len(parts)) for number in items]
    rest = 1 - sum(
        (share for share, is_carried in zip(by_items, carried, strict=True) if is_carried), start=Fraction(0)
    )
    spans = [(part.since, part.until) for part in parts if not part.is_carried_over]
    by_days = iter(weights(spans, zone))
    return [share if is_carried else next(by_days) * rest for share, is_carried in zip(by_items, carried, strict=True)]


def weights(spans: list[tuple[datetime, datetime]], zone: str) -> list[Fraction]:
    """What each of several spans weighs by its local days, or by its time where one of them begins or ends within a
    day; together 1."""
    edges = {edge for span in spans for edge in span}
    by_days = all(start_of_day(day_at(edge, zone), zone) == edge for edge in edges)
    lengths = [Fraction((day_at(until, zone) - day_at(since, zone)).days) for since, until in spans]
    if not by_days:
        lengths = [Fraction((until - since) // timedelta(microseconds=1)) for since, until in spans]
    whole = sum(lengths, start=Fraction(0))
    return [length / whole if whole else Fraction(1, len(spans)) for length in lengths]


def _lacks_report(rule: CreditRule, figure: Figure) -> bool:
    """The figure has no attainment, and the rule says what that costs with its status."""
    counts = rule.no_report.counts if rule.no_report else ()
    return figure.attainment is None and figure.status.value in {each.value for each in counts}


def _of_part(
    rule: CreditRule, part: Figure, share: Fraction, fee: Fee | None, counting: Counting
) -> tuple[Fraction, str]:
    weight = "" if share == 1 else f" for {share} of the period"
    if part.attainment is None and rule.no_report is not None:
        return once(rule.no_report, rule, fee) * share, f"no report, {rule.no_report.words}{weight}"
    band = band_of(rule.bands, part.attainment or Fraction(0))
    if band is None:
        return Fraction(0), f"{_told(part)}, no credit{weight}"
    if band.per is not None:
        units = units_of(band.per, part)
        return once(band, rule, fee) * units * counting(part), f"{_told(part)}, {_number(units)} times {band.words}"
    return once(band, rule, fee) * share, f"{_told(part)} is {band.range}, {band.words}{weight}"


def _of_agreement(
    rule: CreditRule, parts: dict[str, list[Figure]], period: JudgedPeriod, fee: Fee | None, counting: Counting
) -> Exactly:
    """By one attainment of several targets; or what a missing report costs, where that is more."""
    figures = [figure for found in parts.values() for figure in found]
    amount, words = Fraction(0), "no attainment"
    reading = _reading(rule, parts, period, counting)
    band = band_of(rule.bands, reading) if reading is not None else None
    if band is not None and reading is not None:
        units = units_of_all(band.per, figures) if band.per else Fraction(1)
        times = f"{_number(units)} times " if band.per else ""
        counted = units_of_all(band.per, figures, counting) if band.per else units
        amount = once(band, rule, fee) * counted
        words = f"{_what(rule.reading)} is {_number(reading)}, {band.range}: {times}{band.words}"
    report = rule.no_report
    if report is not None and any(_lacks_report(rule, figure) for figure in figures):
        missing = once(report, rule, fee), f"a report is missing, {report.words}"
        amount, words = max((amount, words), missing, key=lambda pair: pair[0])
    frozen = any(figure.dispute is not None for figure in figures)
    return Exactly(None, amount, words, rule.is_reward, frozen)


def _what(reading: Reading) -> str:
    return {
        Reading.EACH: "the attainment",
        Reading.LOWEST: "the lowest attainment",
        Reading.MEAN: "the mean attainment",
        Reading.SHARE_MET: "the share of targets met",
    }[reading]


def _reading(
    rule: CreditRule, parts: dict[str, list[Figure]], period: JudgedPeriod, counting: Counting
) -> Fraction | None:
    """The one attainment of several targets; None where none of them has any."""
    if rule.reading is Reading.SHARE_MET:
        judged = [worst(frozenset(part.status for part in found)) for found in parts.values()]
        met, missed = judged.count(Status.MET), judged.count(Status.MISSED)
        return Fraction(100 * met, met + missed) if met + missed else None
    found = [each for each in (_whole(figures, period, counting) for figures in parts.values()) if each is not None]
    if not found:
        return None
    return min(found) if rule.reading is Reading.LOWEST else sum(found, start=Fraction(0)) / len(found)


def _whole(parts: list[Figure], period: JudgedPeriod, counting: Counting) -> Fraction | None:
    """The attainment of a target over all of its parts that have one, weighed by their shares."""
    known = [part for part in parts if part.attainment is not None]
    if not known:
        return None
    weighed = zip(known, shares(known, period.zone, counting), strict=True)
    return sum(((part.attainment or Fraction(0)) * share for part, share in weighed), start=Fraction(0))


def band_of(bands: Iterable[Band], attainment: Fraction) -> Band | None:
    """The band that an attainment lies in, exactly; None where it lies in none."""
    return next((band for band in bands if _holds(band, attainment)), None)


def _holds(band: Band, attainment: Fraction) -> bool:
    (low, behind), (high, beyond) = band.lower, band.upper
    is_high_enough = low.is_infinite() or attainment > low or (attainment == low and behind == INSIDE)
    is_low_enough = high.is_infinite() or attainment < high or (attainment == high and beyond != INSIDE)
    return is_high_enough and is_low_enough


def once(charge: Charge, rule: CreditRule, fee: Fee | None) -> Fraction:
    """What a charge comes to once."""
    if charge.amount is not None:
        return Fraction(charge.amount.amount)
    if charge.rate == 0:
        return Fraction(0)
    paid = needed(fee)
    if rule.monthly_fee is not None and paid.monthly:
        paid = paid._replace(period=paid.period * Fraction(rule.monthly_fee.amount) / paid.monthly)
    if charge.percent is not None:
        return paid.period * Fraction(charge.percent) / 100
    return paid.period * (charge.days or 0) / paid.days


def _told(part: Figure) -> str:
    number = _number(part.attainment or Fraction(0))
    return number if part.form in NOT_SHARES else f"{number} %"


def _number(number: Fraction) -> str:
    """Rounded down to six digits, without trailing zeros."""
    return format(shown(number, _PRECISE).normalize() + 0, "f")
