"""Which earlier credit is owed back, because the periods after it were good enough. Source: MON-6.

A credit is looked at once, by the statement of the last of the periods that had to be good: it is never owed back
twice.
"""

from collections.abc import Iterator
from fractions import Fraction

from sla.credit_scheme import CreditLine, EarnBack
from sla.figures import Status
from sla.past_periods import PastPeriod, PastTarget, adjoining
from sla.periods import JudgedPeriod


def earned_back(
    rule: EarnBack, period: JudgedPeriod, targets: tuple[PastTarget, ...], past: tuple[PastPeriod, ...]
) -> tuple[CreditLine, ...]:
    """The credits of the period that lies so many periods back, where it is reached without a gap.

    A credit for one target needs that target at the level in each period since, one for the agreement every target.
    A credit that was not claimed in time is not owed back. It is frozen while the credit, or a figure that it rests on,
    is in dispute.
    """
    chain = adjoining(period, past)
    if len(chain) < rule.periods:
        return ()
    credited = chain[rule.periods - 1]
    done = {line.earns_back for each in past for line in each.lines}
    if credited.period.name in done or credited.is_forgone:
        return ()
    since = (targets, *(each.targets for each in chain[: rule.periods - 1]))
    return tuple(_lines(rule, credited, since))


def _lines(rule: EarnBack, credited: PastPeriod, since: tuple[tuple[PastTarget, ...], ...]) -> Iterator[CreditLine]:
    for line in credited.lines:
        if line.is_reward:
            continue
        rested = [[each for each in targets if line.target in {None, each.target}] for targets in since]
        if all(found and all(_is_good(rule, line, each) for each in found) for found in rested):
            yield CreditLine(
                target=line.target,
                amount=line.amount,
                is_reward=True,
                earns_back=credited.period.name,
                is_frozen=line.is_frozen or any(each.is_disputed for found in rested for each in found),
                how=f"The credit of {line.amount} for {credited.period.name} is earned back: {_why(rule)}.",
            )


def _is_good(rule: EarnBack, line: CreditLine, target: PastTarget) -> bool:
    """At the level; for the agreement, a target whose level is no percentage is at its own."""
    if rule.at_least is None or (line.target is None and not target.is_share):
        return target.status is Status.MET
    return target.attainment is not None and target.attainment >= Fraction(rule.at_least)


def _why(rule: EarnBack) -> str:
    level = "the committed level" if rule.at_least is None else str(rule.at_least)
    if rule.periods == 1:
        return f"the period after it was at or above {level}"
    return f"each of the {rule.periods} periods after it was at or above {level}"
