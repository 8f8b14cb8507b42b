"""Watermelon: green outside, red inside. Every service target is met, the outcome that they serve is missed. MON-9."""

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import takewhile

from sla.figures import Status
from sla.findings import Finding, FindingKind
from sla.past_periods import PastPeriod, adjoining, before
from sla.periods import JudgedPeriod
from sla.targets import Outcome
from sla.terms import ComplianceRule, Terms

_GREEN = frozenset({Status.MET, Status.EXCLUDED})


def watermelon(
    terms: Terms, statuses: Mapping[str, Status], past: tuple[PastPeriod, ...], period: JudgedPeriod
) -> Iterator[Finding]:
    """One finding for each outcome that was missed in so many periods in a row in which its service targets were met.

    The service targets of an outcome are those that name it, by id or by name; every one, where none names it. A target
    without data is not green, and one of which nothing was left to judge stands in nobody's way.
    """
    times = (terms.compliance or ComplianceRule()).watermelon_after
    earlier = dict(so_far(terms, before(period, past), period))
    for outcome in _outcomes(terms):
        found = 1 + earlier[outcome.id] if _is_one(statuses, outcome.id, _services_of(terms, outcome)) else 0
        if found >= times:
            told = "a period" if found == 1 else f"{found} periods in a row"
            sentence = (
                f"{outcome.name} was missed for {told} up to {period.name}, while every service target that serves it "
                f"was met: what is measured does not show what the customer needs."
            )
            yield Finding(kind=FindingKind.WATERMELON, period=period.name, subject=outcome.id, sentence=sentence)


def so_far(terms: Terms, past: tuple[PastPeriod, ...], period: JudgedPeriod) -> Iterator[tuple[str, int]]:
    """For how many periods in a row up to a period each outcome was one; `past` holds those before it, in order."""
    rows = [{each.target: each.status for each in one.targets} for one in adjoining(period, past)]
    for outcome in _outcomes(terms):
        services = _services_of(terms, outcome)
        yield outcome.id, sum(1 for _ in takewhile(partial(_is_one, outcome=outcome.id, services=services), rows))


def _outcomes(terms: Terms) -> tuple[Outcome, ...]:
    return tuple(target for target in terms.targets if isinstance(target, Outcome))


def _services_of(terms: Terms, outcome: Outcome) -> tuple[str, ...]:
    services = tuple(target for target in terms.targets if not isinstance(target, Outcome))
    names = {outcome.id.casefold(), outcome.name.casefold()}
    naming = tuple(target for target in services if target.outcome and target.outcome.casefold() in names)
    return tuple(target.id for target in naming or services)


def _is_one(statuses: Mapping[str, Status], outcome: str, services: tuple[str, ...]) -> bool:
    green = [statuses.get(target) for target in services]
    return statuses.get(outcome) is Status.MISSED and Status.MET in green and all(each in _GREEN for each in green)
