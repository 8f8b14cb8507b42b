"""Which rights to terminate a statement finds no more, that the revision before has found. Source: TER-3, MON-10.

A figure in dispute counts for nothing, and yet it is not stated away: a right that is not found for that alone rests.
It is lost only if it is still not found when the dispute is settled. What an agreement does about a lost right is said
in `termination_rights`.
"""

from typing import NamedTuple

from sla.credit_scheme import CreditScheme
from sla.findings import Finding, FindingKind, FoundRight
from sla.past_periods import PastPeriod, before
from sla.statements import Statement
from sla.termination_misses import rights


class RightsGone(NamedTuple):
    """What became of the rights of the revision before."""

    lost: tuple[FoundRight, ...] = ()
    resting: tuple[FoundRight, ...] = ()


def rights_of(statement: Statement) -> tuple[FoundRight, ...]:
    """Those that a revision leaves standing: found by it, or resting."""
    found = [
        FoundRight(subject=each.subject, again=each.again)
        for each in statement.findings
        if each.kind is FindingKind.TERMINATION_RIGHT
    ]
    return (*found, *resting_in(statement))


def resting_in(statement: Statement) -> tuple[FoundRight, ...]:
    """Those that rest while a figure is disputed."""
    return tuple(right for each in statement.findings for right in each.resting or ())


def told_anew(found: tuple[Finding, ...], previous: Statement | None) -> tuple[Finding, ...]:
    """A right that was stated away and is found again is another one; one that stands is the same."""
    if previous is None or previous.revision == 1:
        return found
    standing = {each.subject: each.again for each in rights_of(previous)}
    revision = previous.revision + 1
    return tuple(each.model_copy(update={"again": standing.get(each.subject, revision)}) for each in found)


def rights_gone(
    previous: Statement | None,
    found: tuple[Finding, ...],
    scheme: CreditScheme | None,
    now: PastPeriod,
    past: tuple[PastPeriod, ...],
) -> RightsGone:
    """Which rights of the revision before are lost, and which rest; `now` is the period itself."""
    subjects = {each.subject for each in found}
    gone = tuple(each for each in rights_of(previous) if each.subject not in subjects) if previous else ()
    if not gone or scheme is None:
        return RightsGone(lost=gone)
    targets, earlier = now.undisputed().targets, tuple(each.undisputed() for each in before(now.period, past))
    would_be = {each.subject for each in rights(scheme.termination, now.period, targets, earlier)}
    return RightsGone(
        lost=tuple(each for each in gone if each.subject not in would_be),
        resting=tuple(each for each in gone if each.subject in would_be),
    )


def gone_words(gone: RightsGone) -> tuple[str, ...]:
    """What has changed, in few words: `no right to terminate for portal-up any more`."""
    return (
        *(f"no {each.whose} any more" for each in gone.lost),
        *(f"the {each.whose} rests during a dispute" for each in gone.resting),
    )


def right_changes(previous: Statement, after: Statement) -> tuple[str, ...]:
    """What a revision says otherwise of rights than the one before it, one line each."""
    had, has, rested = rights_of(previous), rights_of(after), resting_in(previous)
    lost = tuple(each for each in had if each not in has)
    resting = tuple(each for each in resting_in(after) if each not in rested)
    return (*gone_words(RightsGone(lost, resting)), *(f"a {each.whose}" for each in has if each not in had))
