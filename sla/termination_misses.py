"""When misses have added up to a right to terminate. It finds rights; who offers and uses them is known elsewhere.

A right arises with the period whose miss completes the number, and again with each further miss for which the number
is reached: each time for the days that the rule states after that period's end. A figure in dispute counts for nothing
until the dispute is settled; the statement is then made again. Source: TER-3, MON-6.
"""

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from itertools import takewhile

from sla.credit_fees import months_begun
from sla.credit_scheme import Chain, MissRule
from sla.findings import Finding, FindingKind
from sla.past_periods import PastPeriod, PastTarget, adjoining
from sla.periods import JudgedPeriod
from sla.term import months_after


def rights(
    rules: tuple[MissRule, ...], period: JudgedPeriod, targets: tuple[PastTarget, ...], past: tuple[PastPeriod, ...]
) -> tuple[Finding, ...]:
    """The rights that arise with a period, one for each subject: the one that can be used longest."""
    found: dict[str | None, Finding] = {}
    for rule in rules:
        for finding in _of_rule(rule, period, targets, past):
            known = found.get(finding.subject)
            if known is None or (known.until is not None and finding.until is not None and known.until < finding.until):
                found[finding.subject] = finding
    return tuple(found.values())


def _of_rule(
    rule: MissRule, period: JudgedPeriod, targets: tuple[PastTarget, ...], past: tuple[PastPeriod, ...]
) -> Iterator[Finding]:
    now, earlier = _missed(rule, targets), misses_before(rule, period, past)
    if rule.chain is Chain.ONE_TARGET:
        for target in sorted(now):
            if _number([now & {target}, *(each & {target} for each in earlier)], rule) >= rule.misses:
                yield _right(rule, period, target)
    elif now and _number([now, *earlier], rule) >= rule.misses:
        yield _right(rule, period, None)


def misses_before(rule: MissRule, period: JudgedPeriod, past: tuple[PastPeriod, ...]) -> list[frozenset[str]]:
    """The missed targets of each earlier period that counts for a rule, the latest period first."""
    found = [_missed(rule, each.targets) for each in _looked_at(rule, period, past)]
    if rule.in_periods is None:
        return list(takewhile(bool, found))[: rule.misses - 1]
    return list(filter(None, found))


def _looked_at(rule: MissRule, period: JudgedPeriod, past: tuple[PastPeriod, ...]) -> tuple[PastPeriod, ...]:
    """The periods before this one that can count, the latest first. One that is cut says not how long a period is: then
    the one before it does."""
    if rule.in_periods is None:
        return adjoining(period, past)
    latest = past[::-1][: rule.in_periods - 1]
    months = max(months_begun(each) for each in (period, *(each.period for each in adjoining(period, past)[:1])))
    since = months_after(period.end, -rule.in_periods * months)
    return tuple(each for each in latest if each.period.end > since)


def _missed(rule: MissRule, targets: tuple[PastTarget, ...]) -> frozenset[str]:
    counts = {each.value for each in rule.counts}
    return frozenset(
        each.target
        for each in targets
        if each.status.value in counts
        and not each.is_disputed
        and (not rule.targets or each.target in rule.targets)
        and (rule.below is None or each.attainment is None or each.attainment < Fraction(rule.below))
    )


def _number(missed: list[frozenset[str]], rule: MissRule) -> int:
    """How many misses count, the latest period first."""
    if rule.chain is Chain.EVERY_MISS:
        return sum(map(len, missed))
    if rule.in_periods is not None:
        return sum(map(bool, missed))
    return next((number for number, found in enumerate(missed) if not found), len(missed))


def _right(rule: MissRule, period: JudgedPeriod, target: str | None) -> Finding:
    until = period.end + timedelta(days=rule.usable_days)
    who = {Chain.ONE_TARGET: target or "", Chain.ANY_TARGET: "a target", Chain.EVERY_MISS: "targets"}[rule.chain]
    return Finding(
        kind=FindingKind.TERMINATION_RIGHT,
        period=period.name,
        subject=target,
        sentence=f"{_ground(rule, who)}: the customer may terminate until {until - timedelta(days=1)}.",
        until=until,
    )


def _ground(rule: MissRule, who: str) -> str:
    below = "" if rule.below is None else f" below {rule.below}"
    times = "once" if rule.misses == 1 else f"{rule.misses} times"
    if rule.in_periods is not None:
        within = "one period" if rule.in_periods == 1 else f"{rule.in_periods} periods"
        return f"Missed {times}{below} within {within}: {who}"
    return f"Missed{below} in {'this period' if rule.misses == 1 else f'{rule.misses} periods in a row'}: {who}"
