"""What is wrong with a credit scheme beside the targets and the fee of its terms: the gate asks before anybody signs.

A scheme by itself is checked when it is read; here it meets what it speaks of. Source: MON-6, DRA-3, DRA-4.
"""

from collections.abc import Iterator

from sla.credit_bands import Beyond, Units
from sla.credit_scheme import CreditRule, CreditScheme
from sla.money import Money
from sla.targets import Outcome, ResolutionTime, ResponseTime, Statistic, Target, Throughput


def scheme_faults(scheme: CreditScheme, targets: tuple[Target, ...], fee: Money | None) -> tuple[str, ...]:
    """Each as one sentence part, with its place; nothing where the scheme can be computed for these targets."""
    return (*target_faults(scheme, targets), *_fee_faults(scheme, fee))


def target_faults(scheme: CreditScheme, targets: tuple[Target, ...]) -> tuple[str, ...]:
    """Those that are about the targets alone, whatever the fee."""
    return (*_unknown(scheme, targets), *_unit_faults(scheme, targets))


def _unknown(scheme: CreditScheme, targets: tuple[Target, ...]) -> Iterator[str]:
    known = [target.id for target in targets]
    named = [(f"credits.rules.{place}", rule.targets) for place, rule in enumerate(scheme.rules)]
    named += [(f"credits.termination.{place}", rule.targets) for place, rule in enumerate(scheme.termination)]
    for place, ids in named:
        for each in ids:
            if each not in known:
                yield f"{place}.targets: {each} is no target; one of {', '.join(known) or 'none'} is expected"


def _fee_faults(scheme: CreditScheme, fee: Money | None) -> Iterator[str]:
    if fee is not None and scheme.currency not in {None, fee.currency}:
        yield f"credits: are in {scheme.currency}, and the fee is in {fee.currency}; one currency is expected"
    if fee is None and _needs_fee(scheme):
        yield "credits: are a part of the fee, and the terms state no price; a monthly fee is expected"


def _needs_fee(scheme: CreditScheme) -> bool:
    charges = [charge for rule in scheme.rules for charge in (*rule.bands, rule.no_report) if charge is not None]
    mosts = [rule.most for rule in scheme.rules if rule.most is not None]
    of_fee = any(charge.amount is None and charge.rate > 0 for charge in charges)
    return of_fee or any(most.amount is None for most in (*mosts, *scheme.caps, *scheme.reward_caps))


def _unit_faults(scheme: CreditScheme, targets: tuple[Target, ...]) -> Iterator[str]:
    for place, rule in enumerate(scheme.rules):
        for target in targets:
            if _is_over(rule, target):
                for number, band in enumerate(rule.bands):
                    if band.per is not None and (wrong := _unit_fault(band.per, target)):
                        yield f"credits.rules.{place}.bands.{number}.per: {wrong}"


def _is_over(rule: CreditRule, target: Target) -> bool:
    return target.id in rule.targets or (not rule.targets and not isinstance(target, Throughput | Outcome))


def _unit_fault(units: Units, target: Target) -> str | None:
    is_share = not isinstance(target, Throughput | Outcome)
    if units.points is None and (units.time is not None) != (target.form == "availability"):
        what = "time down" if units.time is not None else "items"
        right = "items or points" if units.time is not None and is_share else "points or time"
        return f"counts {what}, which {target.id} ({target.form}) has not; {right} are expected"
    if units.points is None and not is_share:
        return f"counts items, which {target.id} ({target.form}) has not; points are expected"
    if units.points is not None and units.beyond is Beyond.TOTAL and not is_share:
        return f"counts points up to 100, and {target.id} is no percentage; `beyond: committed` is expected"
    is_average = isinstance(target, ResponseTime | ResolutionTime) and target.statistic is Statistic.AVERAGE
    if is_average and units.items is not None and units.beyond is Beyond.COMMITTED:
        return f"counts from the committed level, and {target.id} promises an average; `beyond: total` is expected"
    if units.beyond is Beyond.COMMITTED and target.committed is None:
        return f"counts from the committed level, and {target.id} states none; one is expected"
    return None
