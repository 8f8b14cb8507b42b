"""The fee of a period, and percentages of it, exactly. Source: MON-6."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from sla.credit_limits import FeeBase, Most
from sla.errors import BadInput
from sla.money import Money
from sla.periods import JudgedPeriod
from sla.term import months_after


class Fee(NamedTuple):
    """What is paid for a month, and exactly for the period."""

    monthly: Fraction
    period: Fraction
    currency: str
    days: int
    """Local days of the period."""


def months_begun(period: JudgedPeriod) -> int:
    """The calendar months that a period touches: one for a month and each part of it, three for a quarter."""
    last = period.end - timedelta(days=1)
    return (last.year - period.start.year) * 12 + last.month - period.start.month + 1


def fee_of(monthly: Money, period: JudgedPeriod, *, pro_rata: bool) -> Fee:
    """The monthly fee times the calendar months of the period; pro rata, its local days in each month, exactly."""
    share = _months_by_days(period) if pro_rata else Fraction(months_begun(period))
    fee = Fraction(monthly.amount)
    return Fee(fee, fee * share, monthly.currency, (period.end - period.start).days)


class Paid(NamedTuple):
    """A monthly fee, and the local days of a period for which it is paid; the last is outside."""

    monthly: Money | None
    start: date
    end: date


def fee_of_days(paid: Paid, period: JudgedPeriod, *, pro_rata: bool) -> Fraction:
    """What is paid for some days of a period: their share of each month's fee (pro rata, of the whole month's)."""
    first = period.start.replace(day=1)
    starts = [months_after(first, number) for number in range(months_begun(period))]
    return sum((_part_of_fee(paid, start, period, pro_rata=pro_rata) for start in starts), start=Fraction(0))


def _part_of_fee(paid: Paid, month: date, period: JudgedPeriod, *, pro_rata: bool) -> Fraction:
    end = months_after(month, 1)
    days = (min(end, paid.end) - max(month, paid.start)).days
    whole = end - month if pro_rata else min(end, period.end) - max(month, period.start)
    return Fraction(paid.monthly.amount) * max(0, days) / whole.days if paid.monthly else Fraction(0)


def fee_over(paid: Sequence[Paid], period: JudgedPeriod, *, pro_rata: bool) -> Fee | None:
    """The fee of a period in which it changes: what is paid for its days, and their mean for a month."""
    currency = next((each.monthly.currency for each in paid if each.monthly), None)
    if currency is None:
        return None
    days = (period.end - period.start).days
    monthly = sum((Fraction(x.monthly.amount) * (x.end - x.start).days for x in paid if x.monthly), start=Fraction(0))
    whole = sum((fee_of_days(each, period, pro_rata=pro_rata) for each in paid), start=Fraction(0))
    return Fee(monthly / days, whole, currency, days)


def _months_by_days(period: JudgedPeriod) -> Fraction:
    first = period.start.replace(day=1)
    starts = [months_after(first, number) for number in range(months_begun(period))]
    return sum((_part_of_month(start, period) for start in starts), start=Fraction(0))


def _part_of_month(start: date, period: JudgedPeriod) -> Fraction:
    end = months_after(start, 1)
    covered = min(end, period.end) - max(start, period.start)
    return Fraction(covered.days, (end - start).days)


def most_of(most: Most, fee: Fee | None, base: FeeBase) -> Fraction:
    """A highest amount, exactly; `base` is the fee that a percentage is of where it does not say so itself."""
    if most.amount is not None:
        return Fraction(most.amount.amount)
    paid = needed(fee)
    of = {FeeBase.PERIOD: paid.period, FeeBase.MONTH: paid.monthly, FeeBase.YEAR: paid.monthly * 12}[most.of or base]
    return of * Fraction(most.percent or 0) / 100


def needed(fee: Fee | None) -> Fee:
    """The fee of a charge that is a part of it. Raises BadInput where there is none."""
    if fee is None:
        raise BadInput(
            "the credits", "are a part of the fee, and the terms state no price", "a monthly fee is expected"
        )
    return fee
