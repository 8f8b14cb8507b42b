"""Making a statement: a case with everything that it follows from in, figures, credits and findings out. MON-8, MON-9.

The same case gives the same statement, byte for byte, wherever it is computed: on a worker, or offline years later.
"""

from collections.abc import Iterator
from datetime import date
from itertools import count
from types import MappingProxyType

from sla.applied import Applied
from sla.canonical import digest
from sla.compliance import KnownTimes, OwnWork, judge
from sla.credits import Owed, credits_due
from sla.due_periods import terms_at_the_end, window_of
from sla.evidence import Evidence, digest_of
from sla.fields import Instant, Line, Value
from sla.figures import Figure, Judgement, Status, worst
from sla.findings import Finding, FindingKind
from sla.money import Money
from sla.past_periods import PastPeriod, before
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
    """The monthly fee."""
    past: tuple[PastPeriod, ...] = ()
    """What the last revisions of earlier statements say, the first period first."""
    decided: tuple[Decided, ...] = ()
    own: tuple[OwnWork, ...] = ()
    previous: Statement | None = None
    """The revision before, where this period was stated already."""
    why: Line | None = None
    """Why it is stated again."""
    engine: Engine


def state(case: Case, times: KnownTimes = MappingProxyType({})) -> Statement:
    """The statement of a case; `times` spare what `sla.bulk.page` has added up for a whole page of them.

    Final once `as_of` has reached the end of the period, and provisional before. Raises BadInput
    where evidence and terms do not fit together.
    """
    terms = terms_at_the_end(case.applied, case.period)
    window = window_of(case.period, case.applied)
    judged = judge(window, case.applied, case.rows, case.as_of, decided=case.decided, own=case.own, times=times)
    fee = case.previous.inputs.fee if case.previous and case.previous.inputs.fee else case.fee
    owed = _owed(case, terms, judged, fee)
    findings = tuple(_findings(case, terms, judged, owed))
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
        inputs=_inputs(case, window, judged, terms, fee),
        engine=case.engine,
    )


def _owed(case: Case, terms: Terms, judged: Judgement, fee: Money | None) -> Owed | None:
    """What final figures cost. Nothing is owed for a period that is not over."""
    if terms.credits is None or judged.is_provisional:
        return None
    return credits_due(terms.credits, case.period, judged.figures, fee, case.past, term_start(terms, case.period))


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


def _inputs(case: Case, window: JudgedPeriod, judged: Judgement, terms: Terms, fee: Money | None) -> Inputs:
    depends = terms.credits is not None or any(target.form == "outcome" for target in terms.targets)
    past = before(case.period, case.past) if depends else ()
    return Inputs(
        evidence=digest_of(figure.evidence_digest for figure in judged.figures),
        evidence_rows=sum(figure.evidence_rows for figure in judged.figures),
        terms=tuple(_used(each, window) for each in case.applied if _counts_in(each, window)),
        decided=case.decided,
        fee=fee if terms.credits is not None else None,
        before=digest(_Before(past=past)) if past else None,
    )


class _Before(Value):
    past: tuple[PastPeriod, ...]


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


def _findings(case: Case, terms: Terms, judged: Judgement, owed: Owed | None) -> Iterator[Finding]:
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
            yield Finding(kind=FindingKind.MISS, period=name, subject=target, sentence=sentence)
    if judged.is_provisional:
        return
    yield from watermelon(terms, statuses, case.past, case.period)
    yield from owed.rights if owed else ()
    yield from _restatement(case, statuses, owed.total if owed else None)


def _miss(figure: Figure, period: str) -> str:
    return f"{figure.name} was missed in {period}. {figure.how}"


def _warning(figure: Figure, period: str) -> str:
    budget = figure.budget
    ahead = ""
    if budget is not None and budget.breach_at is not None:
        ahead = f" At the rate so far its error budget is used up on {budget.breach_at:%Y-%m-%d at %H:%M} UTC."
    word = "is missed already" if figure.status is Status.MISSED else "is at risk"
    return f"{figure.name} {word} in {period}, which is not over.{ahead} {figure.how}"


def _restatement(case: Case, statuses: dict[str, Status], credit: Money | None) -> Iterator[Finding]:
    """What was stated of the period has changed in a way that somebody may have relied on."""
    if case.previous is None:
        return
    before = {each.target: worst(_statuses_of(case.previous, each.target)) for each in case.previous.figures}
    changed = [
        f"{target} from {before[target]} to {status}"
        for target, status in statuses.items()
        if target in before and before[target] is not status
    ]
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
        )


def _statuses_of(statement: Statement, target: str) -> frozenset[Status]:
    return frozenset(figure.status for figure in statement.figures if figure.target == target)
