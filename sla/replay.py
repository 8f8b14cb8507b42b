"""Past evidence scored under the terms that counted and under proposed ones, side by side. Source: FEA-4, AME-2.

Each month is stated twice, by the same rules as any statement; the credits of each side follow from that side's own
earlier months, and disputes are left out: evidence alone is scored. It says what would have been, never what will be,
for work changes with what is promised.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum

from sla.applied import Applied
from sla.compliance import OwnWork
from sla.due_periods import days_in_force, window_of
from sla.evidence import Evidence
from sla.fees_in_force import fees_of_terms
from sla.fields import Instant, Plain, Value
from sla.figures import Figure, Status, worst_parts
from sla.money import Money, total
from sla.monthly_fees import Fees
from sla.offline import rows_for
from sla.past_periods import PastPeriod, past_of
from sla.periods import JudgedPeriod, within
from sla.statements import Engine, Statement
from sla.stating import Case, state
from sla.targets import Target, level_text
from sla.term import months_after, start_of_day
from sla.terms import Terms

_TICK = timedelta(microseconds=1)


class Side(StrEnum):
    """By which terms a month is scored."""

    CURRENT = "current"
    """Those that counted then."""
    PROPOSED = "proposed"


class Scored(Value):
    """What a target came to in one month, by one side's terms."""

    committed: str
    """With its unit. Of several parts it is that of the one that is told: of those that came out worst, the lowest."""
    status: Status
    attained: Plain | None = None
    """Rounded as the terms of that part say."""


class ScoredTarget(Value):
    """A target in one month, by both sides; none where a side has no such target then."""

    target: str
    current: Scored | None = None
    proposed: Scored | None = None


class ScoredMonth(Value):
    """One month, by both sides."""

    period: str
    has_evidence: bool
    """Whether any evidence speaks of it; where none does, it is not scored, and costs nothing."""
    targets: tuple[ScoredTarget, ...]
    credit_current: Money | None = None
    credit_proposed: Money | None = None


class Tally(Value):
    """How often a target came out how, over the months with evidence."""

    committed: str
    met: int
    missed: int
    no_data: int
    nothing_to_judge: int

    @property
    def judged(self) -> int:
        """Months in which something could be said."""
        return self.met + self.missed


class TargetTotals(Value):
    """One target over all months."""

    target: str
    name: str
    current: Tally | None = None
    proposed: Tally | None = None


class Replayed(Value):
    """What came of it. Credits are none where the side's terms state none."""

    months: tuple[ScoredMonth, ...]
    totals: tuple[TargetTotals, ...]
    credit_current: Money | None = None
    credit_proposed: Money | None = None
    without_evidence: tuple[str, ...] = ()
    conclusion: tuple[str, ...]


class Question(Value):
    """Everything that a replay follows from."""

    months: tuple[JudgedPeriod, ...]
    """Over, in their order, none twice."""
    current: tuple[Applied, ...] = ()
    """None for terms that nothing precedes."""
    proposed: Terms
    rows: tuple[Evidence, ...]
    evidence_since: Instant | None = None
    """Since when anything was seen, where `rows` are only those that may touch the months."""
    own: tuple[OwnWork, ...] = ()
    """Our own work on the agreement, for targets about it."""
    fees: Fees = ()
    """The monthly fees that counted; the prices of the terms where none is given."""
    engine: Engine


def months_until(months: int, until: date, zone: str) -> tuple[JudgedPeriod, ...]:
    """So many calendar months, the last of which ends with a day (outside), the first of a month."""
    starts = [months_after(until, -back) for back in range(months, 0, -1)]
    return tuple(JudgedPeriod(start=start, end=months_after(start, 1), zone=zone) for start in starts)


def looked_at(months: tuple[JudgedPeriod, ...], *terms: Terms) -> tuple[datetime, datetime]:
    """The half-open stretch of time that the months are scored by, with the rolling windows that end in them."""
    rolling = [each.compliance.rolling_months or 0 for each in terms if each.compliance]
    first = months_after(months[0].start, -max(rolling, default=0))
    return start_of_day(first, months[0].zone), months[-1].ends


def replay(question: Question) -> Replayed:
    """Both sides, month by month. Raises BadInput where evidence and terms do not fit together."""
    fees = question.fees or fees_of_terms(question.current)
    current = _Scorer(question, question.current, fees)
    proposed = _Scorer(question, _from_the_beginning(question), _proposed_fees(question, fees))
    months = [_month(month, question, current, proposed) for month in question.months]
    seen = [month for month in months if month.has_evidence]
    totals = tuple(_totals(question, seen))
    credits_ = tuple(_sum(scorer.credited) for scorer in (current, proposed))
    silent = tuple(month.period for month in months if not month.has_evidence)
    return Replayed(
        months=tuple(months),
        totals=totals,
        credit_current=credits_[0],
        credit_proposed=credits_[1],
        without_evidence=silent,
        conclusion=tuple(_conclusion(question, totals, credits_, silent)),
    )


def _from_the_beginning(question: Question) -> tuple[Applied, ...]:
    """The proposed terms as if they had always counted, so that work begun before the months is judged by them, too."""
    begins = [question.months[0].begins, *(row.first for row in question.rows), *(x.since for x in question.current)]
    if question.evidence_since is not None:
        begins.append(question.evidence_since)
    return (Applied(terms=question.proposed, since=min(begins)),)


def _proposed_fees(question: Question, current: Fees) -> Fees:
    """Proposed terms without a price leave the fees as they are."""
    return fees_of_terms(_from_the_beginning(question)) if question.proposed.price else current


class _Scorer:
    """One side: it states month after month, and remembers its own earlier ones."""

    def __init__(self, question: Question, applied: tuple[Applied, ...], fees: Fees) -> None:
        self._question, self._applied, self._fees = question, applied, fees
        self._past: tuple[PastPeriod, ...] = ()
        self.credited: list[Money] = []

    def score(self, month: JudgedPeriod) -> Statement | None:
        """The month as this side states it, as far as its terms counted; None where they did not."""
        period = within(month, *days_in_force(self._applied, month.zone)) if self._applied else None
        if period is None:
            return None
        statement = state(
            Case(
                period=period,
                applied=self._applied,
                rows=rows_for(self._question.rows, window_of(period, self._applied)),
                as_of=period.ends,
                fees=self._fees,
                past=self._past,
                own=self._question.own,
                engine=self._question.engine,
            )
        )
        self._past = (*self._past, past_of(statement))
        if statement.credit is not None:
            self.credited.append(statement.credit)
        return statement

    def targets(self, statement: Statement | None) -> dict[str, Scored]:
        """What each target came to."""
        if statement is None:
            return {}
        return {figure.target: self._scored(figure) for figure in worst_parts(statement.figures)}

    def _scored(self, figure: Figure) -> Scored:
        target = self._target(figure)
        return Scored(committed=level_text(target, target.committed), status=figure.status, attained=figure.shown)

    def _target(self, figure: Figure) -> Target:
        """The line that the figure was judged by: work that was carried over has that of its own edition."""
        named = [
            (each, target) for each in self._applied for target in each.terms.targets if target.id == figure.target
        ]
        own = [(each, target) for each, target in named if each.edition == figure.edition and each.since < figure.until]
        return max(own or named, key=lambda pair: pair[0].since)[1]


def _month(month: JudgedPeriod, question: Question, current: _Scorer, proposed: _Scorer) -> ScoredMonth:
    if not any(_speaks_of(row, month) for row in question.rows):
        return ScoredMonth(period=month.name, has_evidence=False, targets=())
    statements = current.score(month), proposed.score(month)
    ours, theirs = (side.targets(made) for side, made in zip((current, proposed), statements, strict=True))
    names = [target.id for target in question.proposed.targets]
    order = [*(name for name in names if name in theirs), *(name for name in ours if name not in names)]
    return ScoredMonth(
        period=month.name,
        has_evidence=True,
        targets=tuple(ScoredTarget(target=x, current=ours.get(x), proposed=theirs.get(x)) for x in order),
        credit_current=statements[0].credit if statements[0] else None,
        credit_proposed=statements[1].credit if statements[1] else None,
    )


def _speaks_of(row: Evidence, month: JudgedPeriod) -> bool:
    """Whether it touches the month with more than its end."""
    is_over = row.last is not None and max(row.last, row.first) <= month.begins and row.first < month.begins
    return row.first < month.ends and not is_over


def _totals(question: Question, months: list[ScoredMonth]) -> Iterator[TargetTotals]:
    names = {target.id: target.name for each in question.current for target in each.terms.targets}
    names.update({target.id: target.name for target in question.proposed.targets})
    found = dict.fromkeys(each.target for month in months for each in month.targets)
    for target in found:
        rows = [each for month in months for each in month.targets if each.target == target]
        yield TargetTotals(
            target=target,
            name=names[target],
            current=_tally([each.current for each in rows if each.current]),
            proposed=_tally([each.proposed for each in rows if each.proposed]),
        )


def _tally(scored: list[Scored]) -> Tally | None:
    if not scored:
        return None
    times = Counter(each.status for each in scored)
    committed = dict.fromkeys(each.committed for each in scored)
    return Tally(
        committed=", then ".join(committed),
        met=times[Status.MET],
        missed=times[Status.MISSED],
        no_data=times[Status.NO_DATA],
        nothing_to_judge=times[Status.EXCLUDED],
    )


def _sum(found: list[Money]) -> Money | None:
    return total(found, found[0].currency) if found else None


def _conclusion(
    question: Question,
    totals: tuple[TargetTotals, ...],
    credits_: tuple[Money | None, ...],
    silent: tuple[str, ...],
) -> Iterator[str]:
    for each in totals:
        yield _target_words(each, _dropped(question, each.target))
    old, new = credits_
    if old is not None or new is not None:
        told, before = (str(each) if each is not None else "none" for each in (new, old))
        yield f"Credits would have come to {told} instead of {before}." if question.current else f"Credits: {told}."
    if silent:
        some = f"{len(silent)} of {len(question.months)} months"
        yield f"No evidence speaks of {some}, which count neither way: {', '.join(silent)}."


def _dropped(question: Question, target: str) -> bool:
    return target not in {each.id for each in question.proposed.targets}


def _target_words(each: TargetTotals, is_dropped: bool) -> str:
    if each.proposed is None or is_dropped:
        return f"{each.name}: the proposed terms drop it; {_past_words(each.current)}."
    told = f"{each.name}: the proposed {each.proposed.committed} would have been met in {_times(each.proposed)}"
    if each.current is None:
        return f"{told}; it is new."
    return f"{told}; {_past_words(each.current)}."


def _past_words(tally: Tally | None) -> str:
    return "nothing is known of it" if tally is None else f"the current {tally.committed} was met in {_times(tally)}"


def _times(tally: Tally) -> str:
    more = [(tally.no_data, "without data"), (tally.nothing_to_judge, "with nothing to judge")]
    rest = "".join(f", {number} more {words}" for number, words in more if number)
    return f"{tally.met} of {tally.judged} month{'s' if tally.judged != 1 else ''}{rest}"
