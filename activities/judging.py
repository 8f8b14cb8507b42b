"""A page of agreements judged: which periods, from which evidence, and what is new in it. The same again is unchanged.

Knows how cases are put together from dossiers and evidence; what they come to is said in `sla.stating`. It writes
nothing: whoever asks stores what is made. Source: MON-7, MON-8, MON-16.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine

from activities.database import reading
from activities.dossiers import Dossier, sentence_of
from activities.engine_version import engine_here
from activities.evidence import SqlEvidence
from activities.evidence_versions import Touched
from activities.heartbeat import Pulse
from activities.statements import StatedLine, line_of, statement_at
from sla.bulk.page import added_up
from sla.compliance import AddedUp
from sla.due_periods import terms_at
from sla.errors import Unreachable
from sla.evidence import Evidence
from sla.periods import JudgedPeriod, rolling
from sla.statements import Inputs, Statement
from sla.stating import Case, state
from sla.terms import ComplianceRule
from workflows.messages import RunFault

MARGIN = timedelta(days=1)
"""Evidence that was on its way when a statement was made, in a long import, is looked for again: so much before it."""

Judged = Statement | Exception
"""What a case came to, or why it came to nothing."""


def judged(cases: Sequence[Case]) -> list[Judged]:
    """Every case: service time is added up for all of them together, and one that cannot be judged leaves the others
    alone. Source: MON-16."""
    return [_judged(case, added) for case, added in zip(cases, added_up(cases), strict=True)]


def _judged(case: Case, added: AddedUp | None) -> Judged:
    try:
        return state(case, added)
    except Exception as error:
        return error


@dataclass
class Work:
    """One agreement with the periods that are to be judged, the earliest first, and what came of them."""

    dossier: Dossier
    periods: list[JudgedPeriod]
    as_of: datetime
    made: list[Statement] = field(default_factory=list)
    """New statements and new revisions."""
    looked_at: list[Statement] = field(default_factory=list)
    """Everything that was judged; of what is unchanged, the statement that stands."""
    fault: RunFault | None = None

    @property
    def is_faultless(self) -> bool:
        """Nothing was wrong so far: after a fault, its later periods wait for the earlier one."""
        return self.fault is None

    def blame(self, error: Exception, period: JudgedPeriod) -> None:
        """Its number and what is wrong."""
        self.fault = RunFault(number=self.dossier.number, wrong=f"{period.name}: {sentence_of(error)}")


class Judge:
    """Judges works from a register, one period of each at a time."""

    def __init__(self, engine: Engine, stated_at: datetime) -> None:
        self._engine, self._evidence, self._stated_at = engine, SqlEvidence(engine), stated_at

    def with_late_ones(
        self, dossier: Dossier, due: Iterable[JudgedPeriod], touched: Touched | None
    ) -> list[JudgedPeriod]:
        """The periods that are due, and those stated earlier whose evidence or disputes have changed since; where
        statements look back, those after the first of them, too. MON-7."""
        known = [JudgedPeriod(start=start, end=end, zone=dossier.zone) for start, end in sorted(dossier.stated)]
        new = tuple(due)
        late = [period for period in known if _has_changed(dossier, period, touched)]
        if dossier.depends and (late or new):
            first = min(period.start for period in (*late, *new))
            late = [period for period in known if period.start >= first]
        wanted = {(period.start, period.end): period for period in (*late, *new)}
        return [wanted[days] for days in sorted(wanted)]

    def add_suspended(self, dossiers: Iterable[Dossier]) -> None:
        """Suspended time becomes evidence like any other: everybody who judges later finds it there. Source: TER-4."""
        for dossier in dossiers:
            if dossier.suspended:
                self._evidence.add(dossier.number, dossier.suspended, self._stated_at)

    def touched(self, dossiers: Iterable[Dossier]) -> dict[str, Touched]:
        """Where evidence has come since the last statement of each agreement: one question for each such instant."""
        since: dict[datetime, list[str]] = {}
        for dossier in dossiers:
            if dossier.last_stated_at is not None:
                since.setdefault(dossier.last_stated_at, []).append(dossier.number)
        found = (self._evidence.touched_since(numbers, at - MARGIN) for at, numbers in since.items())
        return {each.number: each for some in found for each in some}

    def run(self, works: Sequence[Work], pulse: Pulse) -> None:
        """Judges every period of every work. Periods of one agreement go in their order: later ones look back."""
        for place in range(max((len(work.periods) for work in works), default=0)):
            self._round([work for work in works if place < len(work.periods) and work.is_faultless], place, pulse)

    def _round(self, works: Sequence[Work], place: int, pulse: Pulse) -> None:
        rows = self._rows(works, place)
        cases: list[Case] = []
        asked: list[Work] = []
        for work in works:
            pulse.at = work.dossier.number
            period = work.periods[place]
            found = rows[work.dossier.number]
            if isinstance(found, Exception):
                work.blame(found, period)
                continue
            try:
                cases.append(self._case(work, period, found))
                asked.append(work)
            except Unreachable:
                raise  # the register is away: the page is asked for again
            except Exception as error:
                work.blame(error, period)
        self._take(asked, cases, judged(cases))

    def _take(self, works: Sequence[Work], cases: Sequence[Case], results: Sequence[Judged]) -> None:
        """Keeps what is new. What is stated again is judged once more, with the reason for it."""
        again = [
            case.model_copy(update={"why": _why(case.previous, result.inputs)})
            for case, result in zip(cases, results, strict=True)
            if isinstance(result, Statement) and case.previous is not None and _differs(case.previous, result)
        ]
        restated = iter(judged(again))
        for work, case, result in zip(works, cases, results, strict=True):
            found: Judged = result
            if isinstance(result, Statement) and case.previous is not None:
                found = next(restated) if _differs(case.previous, result) else case.previous
            if not isinstance(found, Statement):
                work.blame(found, case.period)
            else:
                work.looked_at.append(found)
                if found is not case.previous:
                    self._keep(work, found)

    def _keep(self, work: Work, statement: Statement) -> None:
        if not statement.is_provisional:
            work.made.append(statement)
            line = line_of(statement, self._stated_at)
            work.dossier.stated[line.days] = line
            work.dossier.first_stated.setdefault(line.days, self._stated_at)
            work.dossier.bodies[line.days] = statement.model_dump_json()

    def _rows(self, works: Sequence[Work], place: int) -> Mapping[str, tuple[Evidence, ...] | Exception]:
        """The evidence of each agreement for its period: one question for all whose periods are the same."""
        spans: dict[tuple[datetime, datetime], list[str]] = {}
        for work in works:
            period = work.periods[place]
            spans.setdefault((window_start(work.dossier, period), period.ends), []).append(work.dossier.number)
        found: dict[str, tuple[Evidence, ...] | Exception] = {}
        for (since, until), numbers in spans.items():
            found.update(self._rows_of(numbers, since, until))
        return found

    def _rows_of(
        self, numbers: Sequence[str], since: datetime, until: datetime
    ) -> Iterator[tuple[str, tuple[Evidence, ...] | Exception]]:
        try:
            yield from self._evidence.of_many(numbers, since, until).items()
        except ValueError as error:  # a row that no release has written
            if len(numbers) == 1:
                yield numbers[0], error
                return
            for number in numbers:
                yield from self._rows_of((number,), since, until)

    def _case(self, work: Work, period: JudgedPeriod, rows: tuple[Evidence, ...]) -> Case:
        dossier = work.dossier
        line = dossier.stated.get((period.start, period.end))
        previous = None if line is None else self._standing(dossier, line)
        return Case(
            number=dossier.number,
            period=period,
            applied=dossier.applied,
            rows=rows,
            as_of=max(work.as_of, period.ends) if line is not None else work.as_of,
            fees=dossier.fees,
            past=dossier.past(period),
            decided=dossier.decided(period),
            own=dossier.own(period.ends),
            previous=previous,
            engine=engine_here(),
        )

    def _standing(self, dossier: Dossier, line: StatedLine) -> Statement:
        """The last revision in full; of a period long ago it is read for it."""
        if line.days in dossier.bodies:
            return Statement.model_validate_json(dossier.bodies[line.days])
        with reading(self._engine) as connection:
            return statement_at(connection, line)


def _has_changed(dossier: Dossier, period: JudgedPeriod, touched: Touched | None) -> bool:
    stated_at = dossier.stated[period.start, period.end].stated_at
    if dossier.decided_since(period, stated_at - MARGIN):
        return True
    if touched is None or touched.since >= period.ends:
        return False
    return touched.until is None or touched.until >= window_start(dossier, period)


def window_start(dossier: Dossier, period: JudgedPeriod) -> datetime:
    """From when on evidence is looked at: the start of the period, or of the rolling window that ends with it."""
    rule = terms_at(dossier.applied, period.ends - timedelta(microseconds=1)).compliance or ComplianceRule()
    if rule.rolling_months is None:
        return period.begins
    return min(period.begins, rolling(rule.rolling_months, period.end, period.zone).begins)


def _differs(previous: Statement, found: Statement) -> bool:
    return previous.inputs.hash != found.inputs.hash


def _why(previous: Statement | None, found: Inputs) -> str:
    """Why it is stated again, by what differs in what it follows from."""
    assert previous is not None
    before, reasons = previous.inputs, []
    if before.evidence != found.evidence:
        reasons.append("evidence came late or was corrected")
    if before.decided != found.decided:
        new = sorted({each.dispute for each in set(found.decided) ^ set(before.decided)})
        reasons.append(f"{'disputes' if len(new) > 1 else 'dispute'} {', '.join(map(str, new))} changed it")
    if before.terms != found.terms:
        reasons.append("other terms counted")
    if (before.fee, before.fees) != (found.fee, found.fees):
        reasons.append("another fee counted")
    if before.before != found.before:
        reasons.append("an earlier statement was made again")
    return f"{'; '.join(reasons) or 'something it follows from has changed'}.".capitalize()[:300]
