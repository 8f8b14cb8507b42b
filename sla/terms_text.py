"""Terms in plain words, one statement a line, and what differs in them. Source: DRA-9, PRI-3.

Knows how each part of the terms reads. What a change means for the customer is said in `difference`.
"""

import difflib
from collections.abc import Callable, Iterator
from decimal import Decimal

from sla.happening import counted
from sla.hours_text import hours_text
from sla.kinds import KINDS
from sla.money import MINOR_DIGITS
from sla.promises import sentence
from sla.rule_difference import compliance_lines
from sla.terms import Price, PriceRevision, Ratchet, Renewal, RenewalMode, Terms
from sla.worked_examples import worked_example


def terms_text(terms: Terms) -> str:
    """The terms in plain words, one statement a line, with a worked example for each target. Source: DRA-9."""
    return "\n".join(line for part in _PARTS for line in part(terms)) + "\n"


def _head_lines(terms: Terms) -> Iterator[str]:
    yield terms.title
    about = f"the service {terms.service}" if terms.service else "no single service"
    yield f"{terms.provider} for {terms.customer}, about {about} ({KINDS[terms.kind].name}, {terms.level.value} level)."
    period = terms.period
    yield f"From {period.start} until {period.end} ({period.zone}), {counted(period.months, 'month')}."
    if terms.effective_from:
        yield f"In effect from {terms.effective_from} on, as an amendment."
    if terms.renewal:
        yield f"Renewal: {renewal_words(terms.renewal)}."
    if terms.hours:
        yield f"Service hours: {terms.hours.description} (calendar {terms.hours.calendar})."
        if terms.hours.times:
            yield from (f"  {line}" for line in hours_text(terms.hours.times))


def _target_lines(terms: Terms) -> Iterator[str]:
    for target in terms.targets:
        numbers = ", ".join(str(number) for number in target.requirements) or "none"
        yield f"Target {target.id}: {sentence(target)}"
        yield f"  {worked_example(target, terms.period, terms.hours.times if terms.hours else None)}"
        yield f"  Measured by: {target.measure or 'not stated'}. Source: {target.source or 'not stated'}."
        yield f"  Covers requirements: {numbers}. Serves: {target.outcome or 'not stated'}."
    for refused in terms.refused:
        yield f"Requirement {refused.requirement} is refused: {_one_line(refused.reason)}"


def _clause_lines(terms: Terms) -> Iterator[str]:
    yield from (f"Limit: {_one_line(row)}" for row in terms.limits)
    yield from (f"Exclusion: {_one_line(row)}" for row in terms.exclusions)
    if terms.change_plan:
        yield f"Changes: {_one_line(terms.change_plan)}"
    if terms.review:
        yield f"Review: every {counted(terms.review.every_months, 'month')}."
    if terms.termination:
        notice = counted(terms.termination.notice_months, "month")
        yield f"Termination: {notice} of notice. {_one_line(terms.termination.clause)}"
    if terms.ratchet:
        yield f"Better levels are proposed {sooner_words(terms.ratchet)}."
    if terms.suspension:
        ends = "moves" if terms.suspension.extends_term else "does not move"
        yield f"Suspension: at most {counted(terms.suspension.longest_days, 'day')}; it {ends} the end."
    yield from compliance_lines(terms)


def _price_lines(terms: Terms) -> Iterator[str]:
    if terms.price:
        value = terms.price.monthly_fee.amount * terms.period.months
        yield f"Price: {price_words(terms.price)}."
        yield f"Contract value: {amount_words(value, terms.price.monthly_fee.currency)}."
    if terms.price_revision:
        yield f"Price revision at a renewal: {revision_words(terms.price_revision)}."


def _one_line(text: str) -> str:
    return " ".join(text.split())


_PARTS: tuple[Callable[[Terms], Iterator[str]], ...] = (_head_lines, _target_lines, _clause_lines, _price_lines)


def text_difference(before: Terms, after: Terms) -> str:
    """A unified difference of both texts; empty when they read the same. Source: PRI-3."""
    old, new = (terms_text(each).splitlines(keepends=True) for each in (before, after))
    return "".join(difflib.unified_diff(old, new, "before", "after"))


def renewal_words(renewal: Renewal) -> str:
    """`tacit, by 12 months, with 2 months of notice`; `none`."""
    if renewal.renewal_months is None or renewal.notice_months is None:
        return renewal.mode.value
    how = "with {} of notice" if renewal.mode is RenewalMode.TACIT else "agreed {} before the end"
    months, notice = (counted(number, "month") for number in (renewal.renewal_months, renewal.notice_months))
    return f"{renewal.mode.value}, by {months}, {how.format(notice)}"


def sooner_words(ratchet: Ratchet | None) -> str:
    """When better levels are proposed."""
    if ratchet is None:
        return "never"
    return f"after {counted(ratchet.after_results, 'result')} in a row above the committed level"


def revision_words(rule: PriceRevision) -> str:
    """`by consumer prices, at most 3 %, never down`."""
    most = "" if rule.highest is None else f", at most {rule.highest} %"
    return f"by {rule.index}{most}{', up or down' if rule.may_fall else ', never down'}"


def price_words(price: Price | None) -> str | None:
    """The fee and what was chosen for it; None where there is no price."""
    if price is None:
        return None
    chosen = price.selection
    options = f" with {', '.join(chosen.options)}" if chosen.options else ""
    return f"{price.monthly_fee} a month for {chosen.quantity} on {chosen.level}{options}"


def amount_words(amount: Decimal, currency: str) -> str:
    """As `Money` shows itself, for sums that may be larger than money."""
    return f"{currency} {amount:,.{MINOR_DIGITS[currency]}f}"
