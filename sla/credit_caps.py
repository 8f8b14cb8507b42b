"""From exact amounts to money: minimum, caps and rounding, in this order, each by its stated rule. Source: MON-6.

A cap is cut down to the currency's smallest unit and leaves what earlier periods have not used. Credits fill it in
their order: the scheme's rules, then the targets' ids, disputed or not, so that settling a dispute for what was stated
moves no other line. What was claimed, forgone or earned back later still counts under a cap.
"""

import math
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from sla.credit_charges import Exactly
from sla.credit_fees import Fee, most_of
from sla.credit_limits import BelowMinimum, Cap, CapOver, FeeBase, Minimum, MoneyRounding, RoundedOnce, RoundingWay
from sla.errors import BadInput
from sla.exact import shown
from sla.money import BOUND, MINOR_DIGITS, Money
from sla.past_periods import PastPeriod, is_in_term, is_in_window
from sla.periods import JudgedPeriod
from sla.terms import Rounding, RoundingMode


class Capped(NamedTuple):
    """What a cap depends on."""

    period: JudgedPeriod
    fee: Fee | None
    past: tuple[PastPeriod, ...]
    term_start: date


def room_left(case: Capped, caps: tuple[Cap, ...], *, of_rewards: bool) -> Fraction | None:
    """What the tightest cap leaves for this period; None where there is no cap."""
    left = [
        most_of(cap, case.fee, FeeBase.PERIOD if cap.over is CapOver.PERIOD else FeeBase.YEAR)
        - spent(cap.over, case.period, case.past, case.term_start, of_rewards=of_rewards)
        for cap in caps
    ]
    return max(Fraction(0), min(left)) if left else None


def spent(
    over: CapOver, period: JudgedPeriod, past: tuple[PastPeriod, ...], term_start: date, *, of_rewards: bool
) -> Fraction:
    """What earlier periods have used of a cap."""
    counting: tuple[PastPeriod, ...] = ()
    if over is CapOver.ROLLING_12_MONTHS:
        counting = tuple(each for each in past if is_in_window(each, period))
    elif over is CapOver.TERM:
        counting = tuple(each for each in past if is_in_term(each, term_start))
    return sum((each.rewarded if of_rewards else each.credited for each in counting), start=Fraction(0))


def at_least(found: tuple[Exactly, ...], minimum: Minimum | None, room: Fraction | None) -> tuple[Exactly, ...]:
    """What the minimum makes of the credits of a period: none of them, more of each, or the same.

    Compared exactly, before rounding. What a cap leaves must reach the minimum too, unless credits are raised to it.
    """
    total = sum((each.amount for each in found), start=Fraction(0))
    if minimum is None or total == 0:
        return found
    least = Fraction(minimum.amount.amount)
    if minimum.below is BelowMinimum.RAISED:
        if total >= least:
            return found
        words = f", raised to the minimum of {minimum.amount}"
        return tuple(each._replace(amount=each.amount * least / total, words=each.words + words) for each in found)
    payable = total if room is None else min(total, room)
    is_enough = payable >= least if minimum.pays_exactly else payable > least
    return found if is_enough else ()


def as_money(
    found: tuple[Exactly, ...], room: Fraction | None, rounding: MoneyRounding, currency: str
) -> tuple[tuple[Exactly, Money], ...]:
    """Each amount as money, rounded once; together they are within the room, to the cent. Nothing for nothing."""
    limit = None if room is None else _floor(room, currency)
    amounts = _each(found, limit, rounding, currency)
    if rounding.once is RoundedOnce.TOTAL:
        amounts = _by_total(found, limit, rounding, currency)
    return tuple(
        (each, Money(amount=_bounded(amount), currency=currency))
        for each, amount in zip(found, amounts, strict=True)
        if amount
    )


def _each(found: tuple[Exactly, ...], limit: Fraction | None, rounding: MoneyRounding, currency: str) -> list[Decimal]:
    """Each line by itself, as long as there is room."""
    amounts: list[Decimal] = []
    left = limit
    for line in found:
        exact = line.amount if left is None else min(line.amount, left)
        amounts.append(_rounded(exact, rounding, currency))
        left = None if left is None else left - Fraction(amounts[-1])
    return amounts


def _by_total(
    found: tuple[Exactly, ...], limit: Fraction | None, rounding: MoneyRounding, currency: str
) -> list[Decimal]:
    """The sums up to each line, rounded, less those before: they add up to the rounded total."""
    amounts: list[Decimal] = []
    exact, before = Fraction(0), Decimal(0)
    for line in found:
        exact += line.amount
        so_far = _rounded(exact if limit is None else min(exact, limit), rounding, currency)
        amounts.append(so_far - before)
        before = so_far
    return amounts


def _rounded(exact: Fraction, rounding: MoneyRounding, currency: str) -> Decimal:
    mode = {
        RoundingWay.HALF_EVEN: RoundingMode.HALF_EVEN,
        RoundingWay.HALF_UP: RoundingMode.HALF_UP,
        RoundingWay.DOWN: RoundingMode.DOWN,
    }[rounding.way]
    return shown(exact, Rounding(digits=MINOR_DIGITS[currency], mode=mode))


def _floor(exact: Fraction, currency: str) -> Fraction:
    steps = 10 ** MINOR_DIGITS[currency]
    return Fraction(math.floor(exact * steps), steps)


def _bounded(amount: Decimal) -> Decimal:
    if amount >= BOUND:
        raise BadInput(
            "the credits", f"come to {amount:.3e}, which is 10^12 or more", "a cap, or a lower rate, is expected"
        )
    return amount
