"""What changed between two sets of terms: tightened, loosened, dearer, cheaper, or other words. Source: PRI-3.

Knows which direction is better for the customer in each field of a target. Refuses to weigh changes against each other.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from sla.fields import Value
from sla.happening import counted
from sla.promises import sentence, span_text
from sla.rule_difference import (
    RULES,
    RuleChange,
    compliance_changes,
    credit_changes,
    hours_changes,
    target_change,
)
from sla.targets import Outcome, ResolutionTime, ResponseTime, Statistic, Target, Throughput, level_text
from sla.terms import Period, Ratchet, SuspensionRule, Terms
from sla.terms_text import amount_words, price_words, renewal_words, revision_words, sooner_words


class Effect(StrEnum):
    """What a change does; tightened and loosened are seen from the promise, dearer and cheaper from the customer."""

    TIGHTENED = "tightened"
    LOOSENED = "loosened"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    DEARER = "dearer"
    CHEAPER = "cheaper"


class Change(Value):
    """One difference of terms."""

    what: str
    """Where: `target printers-work, committed`, `exclusions`, `monthly fee`."""
    effect: Effect
    before: str | None
    after: str | None
    sentence: str


def difference(before: Terms, after: Terms) -> tuple[Change, ...]:
    """Every difference of terms, in the order of the terms. The order of lists is no difference."""
    return (
        *_heads(before, after),
        *_targets(before, after),
        *_refusals(before, after),
        *_clauses(before, after),
        *_prices(before, after),
    )


def _noted(what: str, before: str | None, after: str | None) -> Iterator[Change]:
    """A change without a direction: added, removed or changed; nothing when both are the same."""
    if before == after:
        return
    name = what[:1].upper() + what[1:]
    if before is None:
        yield Change(what=what, effect=Effect.ADDED, before=None, after=after, sentence=f"{name} is new: {after}")
    elif after is None:
        yield Change(what=what, effect=Effect.REMOVED, before=before, after=None, sentence=f"{name} is gone: {before}")
    else:
        told = f"{name} is now: {after} (before: {before})"
        yield Change(what=what, effect=Effect.CHANGED, before=before, after=after, sentence=told)


def _ruled(changes: Iterable[RuleChange]) -> Iterator[Change]:
    """Changes of rules; those with a direction say it."""
    for each in changes:
        if each.direction and each.before is not None and each.after is not None:
            effect = Effect.TIGHTENED if each.direction > 0 else Effect.LOOSENED
            yield _turned(each.what, effect, each.before, each.after)
        else:
            yield from _noted(each.what, each.before, each.after)


def _heads(before: Terms, after: Terms) -> Iterator[Change]:
    yield from _noted("title", before.title, after.title)
    for what, old, new in (("kind", before.kind, after.kind), ("level", before.level, after.level)):
        yield from _noted(what, old.value, new.value)
    yield from _noted("service", before.service, after.service)
    yield from _noted("provider", before.provider, after.provider)
    yield from _noted("customer", before.customer, after.customer)
    yield from _noted("period", _period(before.period), _period(after.period))
    yield from _noted("renewal", *(renewal_words(each.renewal) if each.renewal else None for each in (before, after)))
    hours = [f"{each.description} (calendar {each.calendar})" if each else None for each in (before.hours, after.hours)]
    yield from _noted("service hours", *hours)
    yield from _ruled(hours_changes(before, after))
    yield from _noted(
        "effective from", *(str(day) if day else None for day in (before.effective_from, after.effective_from))
    )


def _period(period: Period) -> str:
    return f"{period.start} to {period.end} ({period.zone}), {period.months} months"


def _targets(before: Terms, after: Terms) -> Iterator[Change]:
    old = {target.id: target for target in before.targets}
    new = {target.id: target for target in after.targets}
    for id_, target in old.items():
        what = f"target {id_}"
        if id_ not in new:
            yield from _noted(what, sentence(target), None)
        elif type(new[id_]) is not type(target):
            yield from _noted(what, f"{target.form}: {sentence(target)}", f"{new[id_].form}: {sentence(new[id_])}")
        else:
            yield from _target(what, target, new[id_])
    for id_, target in new.items():
        if id_ not in old:
            yield from _noted(f"target {id_}", None, sentence(target))


_BETTER = {"committed": 1, "acceptable": 1, "within": -1, "working_days": -1}
"""The fields of a target with a direction: more is tighter, or less is."""


def _target(what: str, before: Target, after: Target) -> Iterator[Change]:
    """The fields of one target, of the same form on both sides."""
    comparable = _scale(before) == _scale(after)
    for field in type(before).model_fields:
        where = f"{what}, {field.replace('_', ' ')}"
        old, new = _shown(before, field), _shown(after, field)
        if field in RULES:
            yield from _ruled((target_change(where, field, before, after),))
        elif field in _BETTER and comparable and old != new:
            yield _directed(where, field, before, after)
        else:
            yield from _noted(where, old, new)


def _scale(target: Target) -> tuple[object, ...]:
    """What the levels are measured in; levels on two scales are not compared."""
    if isinstance(target, Throughput):
        return (target.unit, target.per)
    if isinstance(target, ResponseTime | ResolutionTime):
        return (target.statistic or Statistic.SHARE, target.process)
    return (target.scale_to,) if isinstance(target, Outcome) else ()


def _shown(target: Target, field: str) -> str | None:
    value: object = getattr(target, field)
    if field in {"committed", "acceptable"}:
        return level_text(target, value) if isinstance(value, Decimal) else "not stated"
    if isinstance(value, timedelta):
        return span_text(value)
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in sorted(value)) or None
    return None if value is None else str(value)


def _directed(where: str, field: str, before: Target, after: Target) -> Change:
    step = (_rank(after, field) - _rank(before, field)) * _BETTER[field]
    effect = Effect.TIGHTENED if step > 0 else Effect.LOOSENED
    old, new = _shown(before, field), _shown(after, field)
    told = f"Target {after.id} is {effect.value}: {field.replace('_', ' ')} is {new} instead of {old}."
    return Change(what=where, effect=effect, before=old, after=new, sentence=told)


def _rank(target: Target, field: str) -> Decimal:
    """A figure to compare by; a level that is not stated promises nothing."""
    value: object = getattr(target, field)
    if isinstance(value, timedelta):
        return Decimal(round(value.total_seconds()))
    return Decimal(value) if isinstance(value, Decimal | int) else Decimal(-1)


def _refusals(before: Terms, after: Terms) -> Iterator[Change]:
    old = {refused.requirement: refused.reason for refused in before.refused}
    new = {refused.requirement: refused.reason for refused in after.refused}
    for number in sorted(old.keys() | new.keys()):
        yield from _noted(f"refusal of requirement {number}", old.get(number), new.get(number))


def _clauses(before: Terms, after: Terms) -> Iterator[Change]:
    yield from _rows("limit", before.limits, after.limits)
    yield from _rows("exclusion", before.exclusions, after.exclusions)
    yield from _noted("change plan", before.change_plan, after.change_plan)
    reviews = [
        f"every {counted(each.review.every_months, 'month')}" if each.review else None for each in (before, after)
    ]
    yield from _noted("review", *reviews)
    notices = [
        counted(each.termination.notice_months, "month") if each.termination else None for each in (before, after)
    ]
    yield from _noted("notice of termination", *notices)
    clauses = [each.termination.clause if each.termination else None for each in (before, after)]
    yield from _noted("termination clause", *clauses)
    yield from _ratchets(before.ratchet, after.ratchet)
    yield from _suspensions(before.suspension, after.suspension)
    yield from _ruled(compliance_changes(before, after))
    yield from _ruled(credit_changes(before, after))


def _ratchets(before: Ratchet | None, after: Ratchet | None) -> Iterator[Change]:
    """A better level that is proposed sooner is tighter; never is the loosest."""
    if before != after:
        sooner = after is not None and (before is None or after.after_results < before.after_results)
        effect = Effect.TIGHTENED if sooner else Effect.LOOSENED
        yield _turned("proposal of better levels", effect, sooner_words(before), sooner_words(after))


def _suspensions(before: SuspensionRule | None, after: SuspensionRule | None) -> Iterator[Change]:
    """A service that may rest for longer promises less. What is not stated is the rule's default."""
    old, new = before or SuspensionRule(), after or SuspensionRule()
    longest = [counted(each.longest_days, "day") for each in (old, new)]
    if old.longest_days != new.longest_days:
        effect = Effect.LOOSENED if new.longest_days > old.longest_days else Effect.TIGHTENED
        yield _turned("longest suspension", effect, *longest)
    ends = ["moves the end" if each.extends_term else "leaves the end" for each in (old, new)]
    yield from _noted("suspension", *ends)


def _turned(what: str, effect: Effect, old: str, new: str) -> Change:
    sentence = f"{what[:1].upper()}{what[1:]} is {effect.value}: {new} instead of {old}."
    return Change(what=what, effect=effect, before=old, after=new, sentence=sentence)


def _rows(what: str, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Change]:
    for row in (Counter(before) - Counter(after)).elements():
        yield from _noted(what, row, None)
    for row in (Counter(after) - Counter(before)).elements():
        yield from _noted(what, None, row)


def _prices(before: Terms, after: Terms) -> Iterator[Change]:
    rules = (each.price_revision for each in (before, after))
    yield from _noted("price revision", *(revision_words(rule) if rule else None for rule in rules))
    old, new = before.price, after.price
    if old is None or new is None:
        yield from _noted("price", price_words(old), price_words(new))
        return
    yield from _noted("price, level", old.selection.level, new.selection.level)
    yield from _noted("price, quantity", str(old.selection.quantity), str(new.selection.quantity))
    yield from _rows("price option", old.selection.options, new.selection.options)
    fees = (old.monthly_fee, new.monthly_fee)
    if fees[0].currency != fees[1].currency:
        yield from _noted("monthly fee", str(fees[0]), str(fees[1]))
        return
    currency = fees[0].currency
    yield from _cost("monthly fee", fees[0].amount, fees[1].amount, currency)
    values = (fees[0].amount * before.period.months, fees[1].amount * after.period.months)
    yield from _cost("contract value", *values, currency)


def _cost(what: str, before: Decimal, after: Decimal, currency: str) -> Iterator[Change]:
    if before == after:
        return
    effect = Effect.DEARER if after > before else Effect.CHEAPER
    old, new = (amount_words(each, currency) for each in (before, after))
    sign = "+" if after > before else "-"
    told = f"The {what} is {new} instead of {old} ({sign}{amount_words(abs(after - before), currency)})."
    yield Change(what=what, effect=effect, before=old, after=new, sentence=told)
