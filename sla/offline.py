"""From terms and evidence to a statement without a register: which terms count when, and which rows a period needs.

Pure: a door reads the files, and asks here. The same terms and rows give the same statement as a compliance run gives.
Source: MON-8.
"""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple

from sla.applied import Applied
from sla.due_periods import days_in_force
from sla.errors import BadInput
from sla.evidence import Evidence
from sla.money import Money
from sla.past_periods import PastPeriod, past_of
from sla.periods import JudgedPeriod, within
from sla.statements import Statement
from sla.term import start_of_day
from sla.terms import EditionRef, RenewalMode, Terms
from sla.touching import touching


class GivenTerms(NamedTuple):
    """Terms that somebody names, and the local day from which they count; where none is said, they say it."""

    terms: Terms
    edition: EditionRef | None
    day: date | None
    source: str

    @property
    def since(self) -> date:
        """The day that was said; else that of an amendment; else the first of the term."""
        return self.day or self.terms.effective_from or self.terms.period.start


def applied_of(given: Iterable[GivenTerms]) -> tuple[Applied, ...]:
    """Each counts from its day until the next one does; the last one until the term ends, unless it is renewed tacitly.

    Raises BadInput for two that count from one day, for zones that differ, and for a day outside the term.
    """
    ordered = sorted(given, key=lambda each: each.since)
    for before, after in pairwise(ordered):
        _refuse_pair(before, after)
    for each in ordered:
        _refuse_day(each)
    starts = [start_of_day(each.since, each.terms.period.zone) for each in ordered]
    ends = [*starts[1:], _end_of(ordered[-1].terms)]
    return tuple(
        Applied(terms=each.terms, edition=each.edition, since=since, until=until)
        for each, since, until in zip(ordered, starts, ends, strict=True)
    )


def _refuse_pair(before: GivenTerms, after: GivenTerms) -> None:
    if before.since == after.since:
        wrong = f"count from {after.since}, and so do those of {before.source}"
        raise BadInput(f"the terms {after.source}", wrong, f"a later day such as {after.source}@2027-03-16 is expected")
    zones = before.terms.period.zone, after.terms.period.zone
    if zones[0] != zones[1]:
        wrong = f"are of the zone {zones[1]}, and those of {before.source} of {zones[0]}"
        raise BadInput(f"the terms {after.source}", wrong, "terms of one agreement, all in its zone, are expected")


def _refuse_day(given: GivenTerms) -> None:
    period = given.terms.period
    if given.since < period.start or (given.since >= period.end and not _goes_on(given.terms)):
        wrong = f"begin to count on {given.since}, outside their own period"
        right = f"a day from {period.start} until before {period.end} is expected"
        raise BadInput(f"the terms {given.source}", wrong, right)


def _goes_on(terms: Terms) -> bool:
    return terms.renewal is not None and terms.renewal.mode is RenewalMode.TACIT


def _end_of(terms: Terms) -> datetime | None:
    return None if _goes_on(terms) else start_of_day(terms.period.end, terms.period.zone)


def counted_part(period: JudgedPeriod, applied: tuple[Applied, ...]) -> JudgedPeriod:
    """The part of a period in which any of the terms count. Raises BadInput where none do."""
    since, until = days_in_force(applied, period.zone)
    part = within(period, since, until)
    if part is None:
        told = f"from {since} until {until}" if until else f"from {since} on"
        raise BadInput("the period", f"in {period.name} no terms count", f"a period with days {told} is expected")
    return part


def rows_for(rows: Iterable[Evidence], window: JudgedPeriod) -> tuple[Evidence, ...]:
    """What a statement of the window is made from, as the register chooses it too."""
    return touching(rows, window.begins, window.ends)


def refuse_other_currency(fee: Money, applied: tuple[Applied, ...], period: JudgedPeriod) -> None:
    """Raises BadInput for a fee in another currency than the price or the credits of the terms that count in a period.

    Without this, a scheme that states percentages only would take a fee in any.
    """
    counting = [each.terms for each in applied if each.since < period.ends and not _is_over(each, period)]
    prices = [terms.price.monthly_fee.currency for terms in counting if terms.price]
    credited = [terms.credits.currency for terms in counting if terms.credits and terms.credits.currency]
    if stated := next((each for each in (*prices, *credited) if each != fee.currency), None):
        what = "price" if stated in prices else "credits"
        wrong = f"{fee} is in {fee.currency}, and the {what} of the terms in {stated}"
        raise BadInput("--fee", wrong, f"an amount in {stated} is expected")


def _is_over(applied: Applied, period: JudgedPeriod) -> bool:
    return applied.until is not None and applied.until <= period.begins


def last_revisions(statements: Iterable[Statement]) -> tuple[PastPeriod, ...]:
    """What the last revision of each period says, the first period first. Provisional ones say nothing."""
    last: dict[tuple[date, date], Statement] = {}
    for each in statements:
        days = each.period.start, each.period.end
        if not each.is_provisional and (days not in last or last[days].revision < each.revision):
            last[days] = each
    return tuple(past_of(last[days]) for days in sorted(last))
