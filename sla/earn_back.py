"""Which earlier credit is owed back, because the periods after it were good enough. Source: MON-6.

A credit is looked at once, by the statement of the last of the periods that had to be good: it is never owed back
twice.
"""

from fractions import Fraction

from sla.credit_scheme import CreditLine, EarnBack
from sla.fields import Line, Slug, Value
from sla.figures import Status
from sla.money import Money
from sla.past_periods import PastPeriod, PastTarget, adjoining
from sla.periods import JudgedPeriod


class Earnable(Value):
    """An earlier credit that is owed back if this period is good, too: all those between them were."""

    period: Line
    target: Slug | None = None
    amount: Money
    is_frozen: bool = False


def earned_back(
    rule: EarnBack, period: JudgedPeriod, targets: tuple[PastTarget, ...], past: tuple[PastPeriod, ...]
) -> tuple[CreditLine, ...]:
    """The credits of the period that lies so many periods back, where it is reached without a gap.

    A credit for one target needs that target at the level in each period since, one for the agreement every target.
    A credit that was not claimed in time is not owed back. It is frozen while the credit, or a figure that it rests on,
    is in dispute.
    """
    return tuple(
        CreditLine(
            target=each.target,
            amount=each.amount,
            is_reward=True,
            earns_back=each.period,
            is_frozen=each.is_frozen or _is_disputed(each.target, targets),
            how=f"The credit of {each.amount} for {each.period} is earned back: {_why(rule)}.",
        )
        for each in earnable(rule, period, past)
        if _are_good(rule, each.target, targets)
    )


def earnable(rule: EarnBack, period: JudgedPeriod, past: tuple[PastPeriod, ...]) -> tuple[Earnable, ...]:
    """The credits that a period decides about, and that nothing before it has lost."""
    chain = adjoining(period, past)
    if len(chain) < rule.periods:
        return ()
    credited, since = chain[rule.periods - 1], [each.targets for each in chain[: rule.periods - 1]]
    done = {line.earns_back for each in past for line in each.lines}
    if credited.period.name in done or credited.is_forgone:
        return ()
    return tuple(
        Earnable(
            period=credited.period.name,
            target=line.target,
            amount=line.amount,
            is_frozen=line.is_frozen or any(_is_disputed(line.target, targets) for targets in since),
        )
        for line in credited.lines
        if not line.is_reward and all(_are_good(rule, line.target, targets) for targets in since)
    )


def _resting(target: str | None, targets: tuple[PastTarget, ...]) -> list[PastTarget]:
    """Those that a credit rests on: its target, or all of them for one for the agreement."""
    return [each for each in targets if target in {None, each.target}]


def _are_good(rule: EarnBack, target: str | None, targets: tuple[PastTarget, ...]) -> bool:
    found = _resting(target, targets)
    return bool(found) and all(_is_good(rule, target, each) for each in found)


def _is_disputed(target: str | None, targets: tuple[PastTarget, ...]) -> bool:
    return any(each.is_disputed for each in _resting(target, targets))


def _is_good(rule: EarnBack, credited: str | None, target: PastTarget) -> bool:
    """At the level; for the agreement, a target whose level is no percentage is at its own."""
    if rule.at_least is None or (credited is None and not target.is_share):
        return target.status is Status.MET
    return target.attainment is not None and target.attainment >= Fraction(rule.at_least)


def _why(rule: EarnBack) -> str:
    level = "the committed level" if rule.at_least is None else str(rule.at_least)
    if rule.periods == 1:
        return f"the period after it was at or above {level}"
    return f"each of the {rule.periods} periods after it was at or above {level}"
