"""How the rules of judging differ between two sets of terms: hours as data, how it is judged, what a miss costs.

Knows which direction is better for the customer where there is one. What is not stated is the rule's own default.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from sla.credit_text import scheme_text
from sla.hours_text import hours_text, lists, week_words
from sla.service_calendar import ServiceCalendar
from sla.targets import Availability, NoData, Pull, ResolutionTime, ResponseTime, Statistic, Target, UnknownTime
from sla.terms import ComplianceRule, Terms


class RuleChange(NamedTuple):
    """One difference. `direction` is 1 where it is tighter, -1 where it is looser, 0 where it is neither."""

    what: str
    before: str | None
    after: str | None
    direction: int = 0


def hours_changes(before: Terms, after: Terms) -> Iterator[RuleChange]:
    """The service hours as data: the week, and each closed day by itself."""
    old, new = (each.hours.times if each.hours else None for each in (before, after))
    if old is None or new is None:
        told, tells = (" ".join(hours_text(each)) if each else None for each in (old, new))
        yield RuleChange("service hours as data", told, tells)
        return
    yield RuleChange("service hours as data", _week(old), _week(new))
    for (what, ours), (_, theirs) in zip(lists(old), lists(new), strict=True):
        yield from _rows(what, ours, theirs)


def _week(calendar: ServiceCalendar) -> str:
    since = f", from {calendar.effective} on" if calendar.effective else ""
    return f"{week_words(calendar)}{since}"


def _rows(what: str, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[RuleChange]:
    yield from (RuleChange(what, row, None) for row in (Counter(before) - Counter(after)).elements())
    yield from (RuleChange(what, None, row) for row in (Counter(after) - Counter(before)).elements())


def compliance_changes(before: Terms, after: Terms) -> Iterator[RuleChange]:
    """How it is judged, field by field. Stating a default changes nothing."""
    old, new = (each.compliance or ComplianceRule() for each in (before, after))
    ours, theirs = (dict(_rules(each)) for each in (old, new))
    for what, words in ours.items():
        yield RuleChange(what, words, theirs[what], _sooner(what, old, new))


def _sooner(what: str, before: ComplianceRule, after: ComplianceRule) -> int:
    """A corrective action that is due sooner is tighter; the rest has no direction."""
    return 0 if what != _ACTION else (before.action_days > after.action_days) - (before.action_days < after.action_days)


_ACTION = "corrective action"


def _rules(rule: ComplianceRule) -> Iterator[tuple[str, str]]:
    window = f", over the last {rule.rolling_months} months" if rule.rolling_months else ""
    digits = "digit" if rule.rounding.digits == 1 else "digits"
    periods = "period" if rule.watermelon_after == 1 else "periods in a row"
    days = "working day" if rule.action_days == 1 else "working days"
    yield "judged", f"by the {rule.every}{window}"
    yield "rounding of figures", f"to {rule.rounding.digits} {digits}, {rule.rounding.mode.value.replace('_', ' ')}"
    yield "early warning", f"at {rule.warn_at} % of an error budget used"
    yield "watermelon", f"after {rule.watermelon_after} {periods} with every target met and an outcome missed"
    yield _ACTION, f"due within {rule.action_days} {days}"
    yield (
        "dispute of a figure",
        f"within {rule.dispute_days} day{'s' if rule.dispute_days != 1 else ''} of its statement",
    )


def credit_changes(before: Terms, after: Terms) -> Iterator[RuleChange]:
    """What a miss costs, sentence by sentence; whether all of it together is dearer, nobody can say without figures."""
    if before.credits == after.credits:
        return
    old, new = (_sentences(each) for each in (before, after))
    if not old or not new:
        yield RuleChange("credits", " ".join(old) or None, " ".join(new) or None)
        return
    found = list(_rows("credits", old, new))
    yield from found or [RuleChange("credits", " ".join(old), f"{' '.join(new)} (in another order)")]


def _sentences(terms: Terms) -> tuple[str, ...]:
    """Without the example, which follows from the fee, too."""
    found = scheme_text(terms.credits) if terms.credits else ()
    return tuple(each for each in found if not each.startswith("Example"))


def compliance_lines(terms: Terms) -> Iterator[str]:
    """How it is judged and what a miss costs, where the terms say it."""
    if terms.compliance:
        yield from (f"{what[:1].upper()}{what[1:]}: {words}." for what, words in _rules(terms.compliance))
    if terms.credits:
        fee = terms.price.monthly_fee if terms.price else None
        yield from (f"Credits: {each}" for each in scheme_text(terms.credits, fee))


# -- the rules of a single target

_UNKNOWN = (UnknownTime.UP, UnknownTime.LEFT_OUT, UnknownTime.DOWN)
_NO_DATA = (NoData.NO_DATA, NoData.MISSED)
RULES = frozenset({"statistic", "unknown", "no_data", "allowed_misses", "prometheus", "process"})
"""The fields of a target that `target_change` puts into words."""


def target_change(what: str, field: str, before: Target, after: Target) -> RuleChange:
    """One of these fields, of two targets of one form. What is not stated is the default."""
    old, new = rule_text(before, field), rule_text(after, field)
    return RuleChange(what, old, new, _direction(field, before, after))


def _direction(field: str, before: Target, after: Target) -> int:
    ranks = [_rank(each, field) for each in (before, after)]
    if None in ranks:
        return 0
    old, new = (rank or 0 for rank in ranks)
    return (new > old) - (new < old)


def _rank(target: Target, field: str) -> int | None:
    """The higher, the tighter; None where there is nothing to compare."""
    if field == "unknown" and isinstance(target, Availability):
        return _UNKNOWN.index(target.unknown or UnknownTime.LEFT_OUT)
    if field == "no_data":
        return _NO_DATA.index(target.no_data or NoData.NO_DATA)
    if field == "allowed_misses" and isinstance(target, ResponseTime | ResolutionTime):
        return None if target.allowed_misses is None else -target.allowed_misses
    return None


def rule_text(target: Target, field: str) -> str | None:
    """A rule in words."""
    value: object = getattr(target, field)
    if isinstance(value, Pull):
        return _pull_text(value)
    defaults = {"statistic": Statistic.SHARE, "unknown": UnknownTime.LEFT_OUT, "no_data": NoData.NO_DATA}
    found = defaults.get(field) if value is None else value
    return None if found is None else str(found).replace("_", " ")


def _pull_text(pull: Pull) -> str:
    over = f" / {pull.valid_expression}" if pull.valid_expression else ""
    below = f", down below {pull.threshold}" if pull.threshold is not None else ""
    return f"{pull.expression}{over}, every {round(pull.step.total_seconds())} seconds{below}"
