"""Judging a period: measures against levels, each part by the terms then in force, with the reason for every figure.

The one place for these rules: a level is met at or above it, by the exact fraction; what nobody looked at is no data
(or a miss, where the terms say so) and never met; where nothing was left to judge, the figure is excluded. Only in a
period that is not over can a target be at risk. Source: MON-4, MON-5, MON-7, MON-14, MON-15, DRA-6.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from sla.applied import Applied, Part, parts_of
from sla.error_budget import budget_of
from sla.evidence import Evidence, Exclusion, ItemEvent, evidence_digest, standing
from sla.exact import shown
from sla.fields import Value
from sla.figures import MOST_NAMED, ErrorBudget, Figure, Judgement, Status
from sla.item_measures import answered
from sla.measured import Measured, concerns, exclusions_of, ref
from sla.measures import measure, of_kind
from sla.part_evidence import PartEvidence
from sla.periods import JudgedPeriod
from sla.statements import Decided
from sla.targets import NoData, Process, ResolutionTime, ResponseTime, Target, counts_misses, level_text
from sla.work_items import WorkItem, items_of

_ItemTarget = ResponseTime | ResolutionTime


class OwnWork(Value):
    """Our own work on the agreement, as `sla.process_items` makes items of it. Source: MON-13."""

    process: Process
    events: tuple[ItemEvent, ...]


AddedUp = tuple[PartEvidence, ...]
"""Every part of a case with its evidence, as `parts_with_evidence` gives it, and what of it is added up already."""


def judge(
    period: JudgedPeriod,
    applied: tuple[Applied, ...],
    rows: Iterable[Evidence],
    as_of: datetime,
    *,
    decided: tuple[Decided, ...] = (),
    own: tuple[OwnWork, ...] = (),
    added: AddedUp | None = None,
) -> Judgement:
    """Every target of the terms that counted in a period, part by part. Provisional while `as_of` is before its end.

    Rows may come in any order, and may lie outside the period; of one source and key the last one counts. `own` is our
    own work on the agreement, for targets about it (MON-13). `added` spares what somebody has sorted out and added up
    of just this case. Raises BadInput where evidence and terms do not fit.
    """
    figures = []
    parts = parts_with_evidence(period, applied, rows, as_of, own) if added is None else added
    for about in answered(parts, period):
        measured = measure(about, period)
        if about.part.is_empty and measured.attainment is None:
            continue
        figures.append(_figure(about, period, measured, decided, is_over=as_of >= period.ends))
    return Judgement(figures=tuple(figures), is_provisional=as_of < period.ends)


def parts_with_evidence(
    period: JudgedPeriod,
    applied: tuple[Applied, ...],
    rows: Iterable[Evidence],
    as_of: datetime,
    own: tuple[OwnWork, ...] = (),
) -> AddedUp:
    """Every part with what can concern it; nothing is added up yet. Rows and items are sorted out once for all."""
    return tuple(_with_evidence(parts_of(period, applied, as_of), standing(rows), _until(period.ends, own)))


def _with_evidence(
    parts: tuple[Part, ...], stands: tuple[Evidence, ...], own: tuple[OwnWork, ...]
) -> Iterator[PartEvidence]:
    items: dict[Process | None, tuple[WorkItem, ...]] = {}
    for part in parts:
        if not isinstance(part.target, _ItemTarget):
            rows = concerns(part, stands)
            yield PartEvidence(part, rows, of_kind(Exclusion, rows))
            continue
        process = part.target.process
        about = stands if process is None else _own_rows(process, own)
        if process not in items:
            items[process] = items_of(row for row in about if isinstance(row, ItemEvent))
        rows = concerns(part, about)
        yield PartEvidence(part, rows, of_kind(Exclusion, rows), items[process])


def _until(ends: datetime, own: tuple[OwnWork, ...]) -> tuple[OwnWork, ...]:
    """What happens at or after the end of a period changes nothing of it, as with any evidence (`sla.touching`)."""
    return tuple(OwnWork(process=each.process, events=tuple(x for x in each.events if x.at < ends)) for each in own)


def _own_rows(process: Process, own: tuple[OwnWork, ...]) -> tuple[Evidence, ...]:
    return tuple(row for each in own if each.process is process for row in each.events)


def _figure(
    about: PartEvidence, period: JudgedPeriod, measured: Measured, decided: tuple[Decided, ...], *, is_over: bool
) -> Figure:
    part, target = about.part, about.part.target
    open_dispute = next((each for each in decided if each.target == target.id and each.is_open), None)
    ruling = next((each for each in reversed(decided) if each.target == target.id and each.value is not None), None)
    attainment = Fraction(ruling.value) if ruling and ruling.value is not None else measured.attainment
    # What was measured is not what counts after a decision, so its budget says nothing any more.
    budget = budget_of(about, measured) if measured.attainment is not None and ruling is None else None
    status = _status(part, measured, attainment, budget, is_over=is_over, is_ruled=ruling is not None)
    _, not_approved = exclusions_of(part, about.exclusions)
    return Figure(
        target=target.id,
        form=target.form,
        name=target.name,
        outcome=target.outcome,
        since=part.since if not part.is_empty else period.begins,
        until=part.until if not part.is_empty else period.ends,
        is_carried_over=part.is_empty,
        edition=part.edition,
        committed=target.committed,
        acceptable=target.acceptable,
        attainment=attainment,
        shown=None if attainment is None else shown(attainment, part.rule.rounding),
        status=status,
        is_acceptable=_is_acceptable(target, attainment),
        misses=measured.misses,
        counted=measured.counted,
        budget=budget,
        exclusions=measured.excluded,
        not_approved=not_approved,
        evidence=tuple(ref(row) for row in measured.used[:MOST_NAMED]),
        evidence_rows=len(measured.used),
        evidence_digest=evidence_digest(measured.used),
        how=_how(part, measured, attainment, status, ruling),
        dispute=open_dispute.dispute if open_dispute else None,
        ruling=ruling.dispute if ruling else None,
    )


def _status(
    part: Part,
    measured: Measured,
    attainment: Fraction | None,
    budget: ErrorBudget | None,
    *,
    is_over: bool,
    is_ruled: bool,
) -> Status:
    if attainment is None:
        if measured.somebody_looked:
            return Status.EXCLUDED
        is_missed = part.target.no_data is NoData.MISSED and is_over
        return Status.MISSED if is_missed else Status.NO_DATA
    is_met = _is_met(part.target, measured, attainment, is_ruled=is_ruled)
    if is_over or is_ruled:
        return Status.MET if is_met else Status.MISSED
    return _status_so_far(part, budget, is_met=is_met)


def _is_met(target: Target, measured: Measured, attainment: Fraction, *, is_ruled: bool) -> bool:
    if isinstance(target, _ItemTarget) and counts_misses(target) and not is_ruled:
        return (measured.misses or 0) <= (target.allowed_misses or 0)
    return target.committed is None or attainment >= Fraction(target.committed)


def _status_so_far(part: Part, budget: ErrorBudget | None, *, is_met: bool) -> Status:
    """Of a period that is not over: missed only where nothing can mend it any more."""
    if budget is None:
        return Status.MET if is_met else Status.AT_RISK
    if budget.used > budget.allowed and not _can_recover(part.target):
        return Status.MISSED
    is_low = budget.allowed > 0 and budget.used * 100 >= budget.allowed * Fraction(part.rule.warn_at)
    return Status.AT_RISK if not is_met or is_low or budget.breach_at is not None else Status.MET


def _can_recover(target: Target) -> bool:
    """A share can still rise, for more may be counted; time that is down and a number of misses stay."""
    return target.form != "availability" and not counts_misses(target)


def _is_acceptable(target: Target, attainment: Fraction | None) -> bool | None:
    if attainment is None or target.acceptable is None:
        return None
    return attainment >= Fraction(target.acceptable)


def _how(part: Part, measured: Measured, attainment: Fraction | None, status: Status, ruling: Decided | None) -> str:
    """The explanation as a sentence, with the terms that it follows from. Source: MON-15."""
    target = part.target
    line = f"line {target.id} of edition {part.edition.no}" if part.edition else f"line {target.id} of the terms"
    told = f"By {line}: {_NOTHING if _is_unseen(measured, status) else measured.words}"
    if attainment is not None and measured.attainment is not None and ruling is None and not counts_misses(target):
        told = f"{told}: {_level(part, attainment)} against the committed {level_text(target, target.committed)}"
    if ruling is not None and attainment is not None:
        told = f"{told}. Dispute {ruling.dispute} was settled: {_level(part, attainment)} is stated in place of it"
    if status is Status.MISSED and attainment is None:
        told = f"{told}, and by the terms missing data counts as a miss"
    return f"{told}: {_STATUS_WORDS[status]}.{_hours_words(part)}"


def _is_unseen(measured: Measured, status: Status) -> bool:
    """Not even unknown time was reported; an exclusion says nothing of how the service was."""
    is_silent = all(isinstance(row, Exclusion) for row in measured.used)
    return status in _UNSEEN and measured.attainment is None and is_silent


_NOTHING = "nobody has reported anything of this time"
_UNSEEN = frozenset({Status.NO_DATA, Status.MISSED})
_STATUS_WORDS = {
    Status.MET: "met",
    Status.AT_RISK: "at risk",
    Status.MISSED: "missed",
    Status.NO_DATA: "no data, which counts neither way",
    Status.EXCLUDED: "nothing was left to judge",
}


def _level(part: Part, attainment: Fraction) -> str:
    return level_text(part.target, shown(attainment, part.rule.rounding))


def _hours_words(part: Part) -> str:
    """Said where it matters: the terms give no hours, so every hour counts."""
    if part.calendar is not None or part.target.form in {"good_event_ratio", "outcome"}:
        return ""
    return f" The terms state no service hours as data, so every hour of {ZoneInfo(part.zone).key} counts."
