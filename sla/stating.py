"""Making a statement: a case with everything that it follows from in, figures, credits and findings out. MON-8, MON-9.

The same case gives the same statement, byte for byte, wherever it is computed: on a worker, or offline years later.
"""

from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import NamedTuple

from sla.applied import Applied
from sla.canonical import digest
from sla.compliance import AddedUp, OwnWork, judge
from sla.credit_scheme import CreditScheme
from sla.credit_stretches import Stretch, last_instant, stretches_of
from sla.credits import Owed, credits_due
from sla.due_periods import terms_at, terms_at_the_end, window_of
from sla.evidence import Evidence, digest_of
from sla.fields import Instant, Line, Value
from sla.figures import Figure, Judgement, Status, worst
from sla.findings import Finding, FindingKind
from sla.looked_back import looked_back
from sla.lost_rights import RightsGone, gone_words, rights_gone, told_anew
from sla.money import Money
from sla.monthly_fees import Fees, FeeSince, fees_between
from sla.past_periods import PastPeriod, targets_of
from sla.periods import JudgedPeriod
from sla.statements import Decided, Engine, Inputs, Statement, UsedTerms
from sla.term import end_after, term_of
from sla.terms import Terms
from sla.watermelon import watermelon

MOST_CHANGED = 20
"""How many targets a restatement names: its sentence goes into letters. The statement has all of them."""


class Case(Value):
    """Everything that a statement follows from."""

    number: str = ""
    """Empty for terms that belong to no agreement yet."""
    period: JudgedPeriod
    applied: tuple[Applied, ...]
    rows: tuple[Evidence, ...]
    as_of: Instant
    """Nothing later is known. From the end of the period on the statement is final."""
    fee: Money | None = None
    """The monthly fee, where it is one and the same all the time."""
    fees: Fees = ()
    """Every monthly fee and from when it counted, in place of it."""
    past: tuple[PastPeriod, ...] = ()
    """What the last revisions of earlier statements say, the first period first."""
    decided: tuple[Decided, ...] = ()
    own: tuple[OwnWork, ...] = ()
    previous: Statement | None = None
    """The revision before, where this period was stated already."""
    why: Line | None = None
    """Why it is stated again."""
    engine: Engine


def state(case: Case, added: AddedUp | None = None) -> Statement:
    """The statement of a case; `added` spares what `sla.bulk.page` has added up for a whole page of them.

    Final once `as_of` has reached the end of the period, and provisional before. Raises BadInput
    where evidence and terms do not fit together.
    """
    terms = terms_at_the_end(case.applied, case.period)
    window = window_of(case.period, case.applied)
    judged = judge(window, case.applied, case.rows, case.as_of, decided=case.decided, own=case.own, added=added)
    costs = _costs_of(case)
    owed = None if judged.is_provisional else _owed(case, costs, judged)
    findings = tuple(_findings(case, terms, judged, owed, costs.scheme))
    return Statement(
        number=case.number,
        period=case.period,
        window=window,
        revision=case.previous.revision + 1 if case.previous else 1,
        previous=case.previous.hash if case.previous else None,
        why=case.why,
        is_provisional=judged.is_provisional,
        figures=judged.figures,
        credits=owed.lines if owed else (),
        credit=owed.total if owed else None,
        findings=findings,
        inputs=_inputs(case, window, judged, terms, costs),
        engine=case.engine,
    )


class _Costs(NamedTuple):
    """By what a period is charged."""

    scheme: CreditScheme | None
    """The one that counts last in the period; none where no terms of it state credits."""
    term_start: date
    """The first day of the running term, by the terms that state it."""
    fees: Fees
    """The monthly fees of the period."""
    stretches: tuple[Stretch, ...]


def _costs_of(case: Case) -> _Costs:
    period, applied = case.period, case.applied
    begins, ends = period.begins, period.ends
    fees = case.fees or (FeeSince(fee=case.fee, since=begins),)
    stretches = stretches_of(period, applied, fees)
    last = next((each for each in reversed(stretches) if each.scheme), stretches[-1])
    start = term_start(terms_at(applied, last_instant(last, period.zone)), period)
    return _Costs(last.scheme, start, fees_between(fees, begins, ends), stretches)


def _owed(case: Case, costs: _Costs, judged: Judgement) -> Owed | None:
    """What final figures cost, by the schemes and fees of the days of the period."""
    if costs.scheme is None:
        return None
    fee, start = costs.fees[-1].fee, costs.term_start
    return credits_due(costs.scheme, case.period, judged.figures, fee, case.past, start, costs.stretches)


def term_start(terms: Terms, period: JudgedPeriod) -> date:
    """The first local day of the term in which a period begins: the initial one, or the renewal that runs then."""
    start, term = terms.period.start, term_of(terms.period, terms.renewal)
    if term.renewal.renewal_months is None:
        return start
    for renewals in count():
        end = end_after(term, renewals)
        if period.start < end:
            break
        start = end
    return start


def _inputs(case: Case, window: JudgedPeriod, judged: Judgement, terms: Terms, costs: _Costs) -> Inputs:
    fees = costs.fees if costs.scheme else ()
    looked = looked_back(terms, costs.scheme, case.period, case.past, costs.term_start)
    return Inputs(
        evidence=digest_of(figure.evidence_digest for figure in judged.figures),
        evidence_rows=sum(figure.evidence_rows for figure in judged.figures),
        terms=tuple(_used(each, window) for each in case.applied if _counts_in(each, window)),
        decided=case.decided,
        fee=fees[-1].fee if fees else None,
        fees=fees if len(fees) > 1 else None,
        before=digest(looked) if looked else None,
    )


def _counts_in(applied: Applied, window: JudgedPeriod) -> bool:
    return applied.since < window.ends and (applied.until is None or applied.until > window.begins)


def _used(applied: Applied, window: JudgedPeriod) -> UsedTerms:
    """Within the window: when they end later on changes nothing of what was stated."""
    terms = applied.terms
    calendar = terms.hours.times if terms.hours else None
    return UsedTerms(
        edition=applied.edition,
        terms=digest(terms),
        calendar=digest(calendar) if calendar else None,
        since=max(applied.since, window.begins),
        until=min(applied.until or window.ends, window.ends),
    )


def _findings(
    case: Case, terms: Terms, judged: Judgement, owed: Owed | None, scheme: CreditScheme | None
) -> Iterator[Finding]:
    name = case.period.name
    statuses = {
        each.target: worst(frozenset(part.status for part in judged.of(each.target))) for each in judged.figures
    }
    for target, status in statuses.items():
        if judged.is_provisional and status in {Status.AT_RISK, Status.MISSED}:
            sentence = _warning(next(part for part in judged.of(target) if part.status is status), name)
            lost = True if status is Status.MISSED else None
            kind = FindingKind.EARLY_WARNING
            yield Finding(kind=kind, period=name, subject=target, sentence=sentence, is_lost=lost)
        elif status is Status.MISSED:
            sentence = _miss(next(part for part in judged.of(target) if part.status is status), name)
            again = _again(case.previous, target)
            yield Finding(kind=FindingKind.MISS, period=name, subject=target, sentence=sentence, again=again)
    if judged.is_provisional:
        return
    yield from watermelon(terms, statuses, case.past, case.period)
    rights = told_anew(owed.rights if owed else (), case.previous)
    yield from rights
    now = PastPeriod(period=case.period, targets=targets_of(judged.figures))
    gone = rights_gone(case.previous, rights, scheme, now, case.past)
    yield from _restatement(case, statuses, owed.total if owed else None, gone)


def _again(previous: Statement | None, target: str) -> int | None:
    """A miss that was stated away and comes back is told anew; one that stays is the same miss."""
    if previous is None:
        return None
    misses = (each for each in previous.findings if each.kind is FindingKind.MISS)
    standing = next((each for each in misses if each.subject == target), None)
    if standing is not None:
        return standing.again
    return previous.revision + 1 if previous.revision > 1 else None


def _miss(figure: Figure, period: str) -> str:
    return f"{figure.name} was missed in {period}. {figure.how}"


def _warning(figure: Figure, period: str) -> str:
    budget = figure.budget
    ahead = ""
    if budget is not None and budget.breach_at is not None:
        ahead = f" At the rate so far its error budget is used up on {budget.breach_at:%Y-%m-%d at %H:%M} UTC."
    word = "is missed already" if figure.status is Status.MISSED else "is at risk"
    return f"{figure.name} {word} in {period}, which is not over.{ahead} {figure.how}"


def _restatement(case: Case, statuses: dict[str, Status], credit: Money | None, gone: RightsGone) -> Iterator[Finding]:
    """What was stated of the period has changed in a way that somebody may have relied on."""
    if case.previous is None:
        return
    before = {each.target: worst(_statuses_of(case.previous, each.target)) for each in case.previous.figures}
    changed = [
        f"{target} from {before[target]} to {status}"
        for target, status in statuses.items()
        if target in before and before[target] is not status
    ]
    mended = tuple(each for each, status in statuses.items() if before.get(each) is Status.MISSED is not status)
    changed = [*gone_words(gone), *changed]
    if case.previous.credit != credit:
        changed.insert(0, f"the credit from {case.previous.credit or 'none'} to {credit or 'none'}")
    if changed:
        revision = case.previous.revision + 1
        why = f" {case.why}" if case.why else ""
        more = f" and {len(changed) - MOST_CHANGED} more" if len(changed) > MOST_CHANGED else ""
        told = f"{', '.join(changed[:MOST_CHANGED])}{more}"
        sentence = f"The statement of {case.period.name} was made again as revision {revision}: {told}.{why}"
        yield Finding(
            kind=FindingKind.RESTATED,
            period=case.period.name,
            subject=f"r{revision}",
            sentence=sentence.replace("_", " "),
            mended=mended or None,
            lost=gone.lost or None,
            resting=gone.resting or None,
        )


def _statuses_of(statement: Statement, target: str) -> frozenset[Status]:
    return frozenset(figure.status for figure in statement.figures if figure.target == target)
