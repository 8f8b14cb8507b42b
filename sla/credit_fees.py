"""The fee of a period, and percentages of it, exactly. Source: MON-6."""

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
