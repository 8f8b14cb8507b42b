"""How much may still go wrong before a committed level is lost, how fast it is used up, and when it is gone. MON-5.

The budget is that of the whole part: of availability, the share of its service time that may be down; of shares, the
share of what was counted so far; of a number of misses, that number. Rates are those since the part began.
"""

from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

from sla.applied import Part
from sla.availability import service_stretches, total
from sla.figures import ErrorBudget
from sla.measured import Counts, Measured, seconds
from sla.service_hours import deadline
from sla.targets import Availability, ResolutionTime, ResponseTime, Statistic, Target


def budget_of(part: Part, measured: Measured) -> ErrorBudget | None:
    """None where the form has no budget (a mean, a sum), no level is committed to, or nothing was counted."""
    counts = measured.counts
    if counts is None or not counts.total:
        return None
    allowed = _allowed(part.target, counts)
    if allowed is None:
        return None
    used = counts.bad
    return ErrorBudget(
        unit=counts.unit,
        allowed=allowed,
        used=used,
        left=allowed - used,
        burn_rate=_burn_rate(part, allowed, counts),
        breach_at=_breach_at(part, allowed, counts),
    )


def _allowed(target: Target, counts: Counts) -> Fraction | None:
    if isinstance(target, ResponseTime | ResolutionTime) and target.statistic is Statistic.MISSES:
        return Fraction(target.allowed_misses or 0)
    if target.committed is None:
        return None
    return counts.of * (100 - Fraction(target.committed)) / 100


def _burn_rate(part: Part, allowed: Fraction, counts: Counts) -> Fraction | None:
    """The share of the budget used, over the share of the part that has passed."""
    passed = _passed(part)
    return counts.bad / allowed / passed if allowed and passed else None


def _passed(part: Part) -> Fraction:
    """The share of the part's service time that is over; of its time, where it has no service time at all."""
    if part.as_of >= part.until:
        return Fraction(1)
    over, ahead = (
        total(service_stretches(part, *ends)) for ends in ((part.since, part.as_of), (part.as_of, part.until))
    )
    return Fraction(over, over + ahead) if over + ahead else Fraction(1)


def _breach_at(part: Part, allowed: Fraction, counts: Counts) -> datetime | None:
    """When more than the budget is used, if it goes on as it did; of shares nothing can be foreseen."""
    counted_in_time = isinstance(part.target, Availability) or _counts_misses(part.target)
    if not counted_in_time or part.as_of >= part.until or not counts.bad or counts.bad > allowed:
        return None
    over = seconds(total(service_stretches(part, part.since, part.as_of)))
    missing = allowed - counts.bad if counts.unit == "s" else allowed + 1 - counts.bad
    ahead = ceil(missing * over / counts.bad)
    if ahead > seconds(total(service_stretches(part, part.as_of, part.until))):
        return None  # not within the part: no search through centuries of rare hours
    span = timedelta(seconds=ahead)
    at = part.as_of + span if part.calendar is None else deadline(part.calendar, part.as_of, span)
    return at if at < part.until else None


def _counts_misses(target: Target) -> bool:
    return isinstance(target, ResponseTime | ResolutionTime) and target.statistic is Statistic.MISSES
