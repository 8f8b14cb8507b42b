"""How much may still go wrong before a committed level is lost, how fast it is used up, and when it is gone. MON-5.

The budget is that of the whole part: of availability, the share of its service time that may be down; of shares, the
share of what was counted so far; of a number of misses, that number. Rates are those since the part began, over the
time that counts: what is excluded or left out as unknown neither uses up a budget nor passes.
"""

from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

from sla.availability import Stretch, total
from sla.figures import ErrorBudget
from sla.measured import Counts, Measured, seconds
from sla.part_evidence import PartEvidence
from sla.targets import Availability, ResolutionTime, ResponseTime, Target, counts_misses


def budget_of(about: PartEvidence, measured: Measured) -> ErrorBudget | None:
    """None where the form has no budget (a mean, a sum), no level is committed to, or nothing was counted."""
    part, counts = about.part, measured.counts
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
        burn_rate=_burn_rate(about, allowed, counts),
        breach_at=_breach_at(about, allowed, counts),
    )


def _allowed(target: Target, counts: Counts) -> Fraction | None:
    if isinstance(target, ResponseTime | ResolutionTime) and counts_misses(target):
        return Fraction(target.allowed_misses or 0)
    if target.committed is None:
        return None
    return counts.of * (100 - Fraction(target.committed)) / 100


def _burn_rate(about: PartEvidence, allowed: Fraction, counts: Counts) -> Fraction | None:
    """The share of the budget used, over the share of what it is a budget of that has passed."""
    passed = _passed(about, counts)
    return counts.bad / allowed / passed if allowed and passed else None


def _passed(about: PartEvidence, counts: Counts) -> Fraction:
    """How much of what the budget is of has been counted: all of it, where the budget grows with what is counted.

    Of a number of misses it is the share of the part's service time that is over, or all of it where there is none.
    """
    part = about.part
    if part.as_of >= part.until or not counts_misses(part.target):
        return counts.total / counts.of
    over, whole = (total(about.counting(part.since, until)) for until in (part.as_of, part.until))
    return Fraction(over, whole) if whole else Fraction(1)


def _breach_at(about: PartEvidence, allowed: Fraction, counts: Counts) -> datetime | None:
    """When more than the budget is used, if it goes on as it did; of shares nothing can be foreseen."""
    part = about.part
    counted_in_time = isinstance(part.target, Availability) or counts_misses(part.target)
    if not counted_in_time or part.as_of >= part.until or not counts.bad or counts.bad > allowed:
        return None
    over = counts.total if counts.unit == "s" else seconds(total(about.counting(part.since, part.as_of)))
    missing = allowed - counts.bad if counts.unit == "s" else allowed + 1 - counts.bad
    at = _after(ceil(missing * over / counts.bad), about.counting(part.as_of, part.until))
    return at if at is not None and at < part.until else None


def _after(ahead: int, counting: list[Stretch]) -> datetime | None:
    """The instant by which so many seconds have passed in the stretches; None where these are over before."""
    left = ahead * 1_000_000
    for start, end in counting:
        length = total([(start, end)])
        if left <= length:
            return start + timedelta(microseconds=left)
        left -= length
    return None
