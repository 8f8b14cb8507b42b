"""Dossiers: what a compliance run has to know of an agreement before it can judge it, read for a whole page at once.

Knows where that is kept: the state, the editions, the statements, the decisions, the record. Judges nothing. What is
wrong with one agreement is told of that one alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, select

from activities.statements import StatedLine, last_bodies, past_in, stated_lines
from activities.tables import AGREEMENTS, DECISIONS, EDITIONS, EVENTS
from activities.withheld import withheld_of
from sla.agreement import AgreementState
from sla.applied import Applied
from sla.commands import ClaimCredit, DisputeFigure, Said, SettleDispute, VerifyAction, heard
from sla.compliance import OwnWork
from sla.due_periods import days_in_force, left_of, spans_of, unstated_until
from sla.errors import SlaError
from sla.events import Event, Fact
from sla.evidence import Exclusion, ItemEvent
from sla.fees_in_force import fees_in_force
from sla.fields import Value
from sla.life import Coming, InForce, Life, Suspended
from sla.living import begin
from sla.money import Money
from sla.monthly_fees import Fees
from sla.past_periods import PastPeriod
from sla.periods import JudgedPeriod, within
from sla.process_items import Corrected, Reported, approving, correcting, drafting, reporting
from sla.stages import Stage
from sla.statements import Decided
from sla.suspended_time import suspended_time
from sla.targets import Process, ResolutionTime, ResponseTime
from sla.term import Term
from sla.terms import Edition, Terms
from workflows.messages import RunFault

KEPT = (AGREEMENTS.c.number, AGREEMENTS.c.workflow_id, AGREEMENTS.c.stage, AGREEMENTS.c.state)
"""The columns of `Kept`."""
RECENT = timedelta(days=40)
"""What was stated so long ago at most is looked through for findings that nobody was told of."""
_SAID = tuple(
    fact.value
    for fact in (
        Fact.FIGURE_DISPUTED,
        Fact.DISPUTE_SETTLED,
        Fact.CREDIT_CLAIMED,
        Fact.ACTION_VERIFIED,
    )
)
_FINDINGS = "found/"
"""What the ids of findings begin with."""

Days = tuple[date, date]


class Kept(NamedTuple):
    """What the register keeps of an agreement, as far as a dossier needs it."""

    number: str
    workflow_id: str
    stage: str
    state: str


class _LeanLife(Value):
    term: Term
    renewals: int = 0
    in_force: tuple[InForce, ...]
    coming: Coming | None = None
    fee: Money | None = None
    fees: Fees = ()
    suspension: Suspended | None = None
    suspensions: tuple[Suspended, ...] = ()


class _LeanState(Value):
    """What of a state a run needs: the rest of it is not looked at."""

    zone: str
    life: _LeanLife | None = None


_LEAN: TypeAdapter[_LeanState] = TypeAdapter(_LeanState)


@dataclass
class Dossier:
    """One agreement on the desk of a run. It grows while the run judges one period after the other."""

    number: str
    workflow_id: str
    stage: Stage
    zone: str
    fees: Fees
    """Every monthly fee that has counted, and from when."""
    applied: tuple[Applied, ...]
    suspended: tuple[Exclusion, ...] = ()
    """The time in which it was suspended, as far as the state remembers. Source: TER-4."""
    stated: dict[Days, StatedLine] = field(default_factory=dict)
    """The last revision of each period that is stated."""
    first_stated: dict[Days, datetime] = field(default_factory=dict)
    withheld: tuple[JudgedPeriod, ...] = ()
    """The periods that were due and are not stated, because something could not be asked for them."""
    bodies: dict[Days, str] = field(default_factory=dict)
    """Bodies of last revisions: all where later statements depend on earlier ones, else recent ones."""
    disputes: tuple[tuple[int, datetime, DisputeFigure], ...] = ()
    settled: tuple[tuple[datetime, SettleDispute], ...] = ()
    claims: tuple[tuple[datetime, ClaimCredit], ...] = ()
    told: frozenset[str] = frozenset()
    """The ids of the findings that the agreement has noted."""
    events: tuple[Event, ...] = ()
    """The record, where a target is about our own work."""
    verified: Mapping[int, datetime] = field(default_factory=dict)
    """Which corrective actions were verified, and when."""

    @property
    def last_stated_at(self) -> datetime | None:
        """When the youngest of its statements was made."""
        return max((line.stated_at for line in self.stated.values()), default=None)

    @property
    def depends(self) -> bool:
        """Whether a statement looks back at those before it."""
        return any(_looks_back(each.terms) for each in self.applied)

    def past(self, period: JudgedPeriod) -> tuple[PastPeriod, ...]:
        """What the last revisions of earlier statements say. Empty where nothing depends on it."""
        if not self.depends:
            return ()
        return tuple(past_in(self.bodies[days]) for days in sorted(self.stated) if days[1] <= period.start)

    def decided(self, period: JudgedPeriod) -> tuple[Decided, ...]:
        """The disputes about a period, the first first."""
        answers = {command.no: command for _, command in self.settled}
        return tuple(
            _decided(no, command, answers.get(no)) for no, _, command in self.disputes if command.period == period.name
        )

    def decided_since(self, period: JudgedPeriod, since: datetime) -> bool:
        """Whether a dispute about a period was raised or settled after an instant."""
        about = {no: at for no, at, command in self.disputes if command.period == period.name}
        answered = [at for at, command in self.settled if command.no in about]
        return any(at > since for at in (*about.values(), *answered))

    def own(self, until: datetime) -> tuple[OwnWork, ...]:
        """Our own work on the agreement up to an instant, for the targets about it. Source: MON-13."""
        processes = {target.process for each in self.applied for target in own_targets(each.terms)}
        return tuple(OwnWork(process=each, events=self._work(each, until)) for each in Process if each in processes)

    def _work(self, process: Process, until: datetime) -> tuple[ItemEvent, ...]:
        return {
            Process.DRAFT: lambda: drafting(self.events),
            Process.APPROVE: lambda: approving(self.events),
            Process.REPORT: lambda: reporting(self._reported(until)),
            Process.CORRECT: lambda: correcting(self._corrected()),
        }[process]()

    def _reported(self, until: datetime) -> Iterable[Reported]:
        """Every period that is stated, and every one that is over and is not: that is late, too. Source: MON-14."""
        for days in sorted(self.first_stated):
            period = JudgedPeriod(start=days[0], end=days[1], zone=self.zone)
            yield Reported(period.name, period.ends, self.first_stated[days])
        for period in unstated_until(self.applied, self.zone, until, self.first_stated):
            yield Reported(period.name, period.ends, None)

    def _corrected(self) -> Iterable[Corrected]:
        void = {no: event.at for event in self.events for no in event.voids or ()}
        for event in self.events:
            if event.action is not None:
                no = event.action
                yield Corrected(str(no), event.at, self.verified.get(no), void.get(no))


def own_targets(terms: Terms) -> tuple[ResponseTime | ResolutionTime, ...]:
    """The targets that are about our own work."""
    return tuple(
        target
        for target in terms.targets
        if isinstance(target, ResponseTime | ResolutionTime) and target.process is not None
    )


def _looks_back(terms: Terms) -> bool:
    return terms.credits is not None or any(target.form == "outcome" for target in terms.targets)


def _decided(no: int, asked: DisputeFigure, answer: SettleDispute | None) -> Decided:
    value = format(answer.value, "f") if answer and answer.value is not None else None
    return Decided(dispute=no, target=asked.target, is_open=answer is None, value=value)


def opened(connection: Connection, rows: Sequence[Kept], now: datetime) -> tuple[list[Dossier], list[RunFault]]:
    """The dossiers of a page, and those that cannot be opened."""
    numbers = [row.number for row in rows]
    terms = _terms_of(connection, numbers)
    dossiers: list[Dossier] = []
    faults: list[RunFault] = []
    for row in rows:
        try:
            dossiers.append(_dossier(row, terms.get(row.number, {})))
        except Exception as error:
            faults.append(RunFault(number=row.number, wrong=sentence_of(error)))
    _add_statements(connection, dossiers, now)
    _add_withheld(connection, dossiers)
    _add_decisions(connection, dossiers, faults)
    _add_events(connection, dossiers)
    broken = {fault.number for fault in faults}
    return [each for each in dossiers if each.number not in broken], faults


def sentence_of(error: Exception) -> str:
    """What is wrong, for whoever has to mend it."""
    if isinstance(error, SlaError):
        return str(error)[:600]
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or error.title
        return f"{error.title}, {place}: {first['msg'].removeprefix('Value error, ')}"[:600]
    return f"{type(error).__name__}: {(str(error).strip().splitlines() or ['no words'])[0]}"[:600]


def _terms_of(connection: Connection, numbers: Sequence[str]) -> dict[str, dict[int, str]]:
    query = select(EDITIONS.c.number, EDITIONS.c.no, EDITIONS.c.body).where(EDITIONS.c.number.in_(numbers))
    found: dict[str, dict[int, str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.number, {})[row.no] = row.body
    return found


def _dossier(row: Kept, editions: Mapping[int, str]) -> Dossier:
    state = _LEAN.validate_json(row.state)
    life = _life_of(row, state)
    applied = tuple(
        Applied(
            edition=span.edition,
            terms=Edition.model_validate_json(editions[span.edition.no]).terms,
            since=span.since,
            until=span.until,
        )
        for span in (spans_of(life.in_force, life.coming) if life else ())
    )
    fees = fees_in_force(applied, life, life.coming, state.zone) if life else ()
    return Dossier(row.number, row.workflow_id, Stage(row.stage), state.zone, fees, applied, _suspended(state))


def _suspended(state: _LeanState) -> tuple[Exclusion, ...]:
    life = state.life
    if life is None:
        return ()
    running = (life.suspension,) if life.suspension else ()
    return tuple(suspended_time((*life.suspensions, *running), state.zone))


def _life_of(row: Kept, state: _LeanState) -> _LeanLife | Life | None:
    """When which edition and fee count; an agreement of 0.1.0 keeps no dates, and its edition never changed."""
    if state.life is not None or Stage(row.stage) is not Stage.ACTIVE:
        return state.life
    whole = AgreementState.model_validate_json(row.state)
    return begin(whole, whole.stage_since).life


def _add_statements(connection: Connection, dossiers: Sequence[Dossier], now: datetime) -> None:
    by_number = {each.number: each for each in dossiers}
    for line in stated_lines(connection, list(by_number)):
        dossier = by_number[line.number]
        dossier.first_stated.setdefault(line.days, line.stated_at)
        dossier.stated[line.days] = line
    whole = [each.number for each in dossiers if each.depends]
    bodies = last_bodies(connection, list(by_number), whole, now - RECENT)
    for (number, start, end), body in bodies.items():
        by_number[number].bodies[start, end] = body


def _add_withheld(connection: Connection, dossiers: Sequence[Dossier]) -> None:
    """What nobody has stated since, as far as it is in force."""
    by_number = {each.number: each for each in dossiers if each.applied}
    for line in withheld_of(connection, list(by_number)):
        dossier = by_number[line.number]
        noted = JudgedPeriod(start=line.start, end=line.end, zone=dossier.zone)
        left = left_of(within(noted, *days_in_force(dossier.applied, dossier.zone)), dossier.stated)
        if left is not None and (left.start, left.end) not in dossier.stated:
            dossier.withheld += (left,)


def _add_decisions(connection: Connection, dossiers: Sequence[Dossier], faults: list[RunFault]) -> None:
    found: dict[str, list[tuple[datetime, str | None]]] = {}
    told: dict[str, set[str]] = {}
    of_page = DECISIONS.c.number.in_([each.number for each in dossiers])
    ids = select(DECISIONS.c.number, DECISIONS.c.decision_id)
    for row in connection.execute(ids.where(of_page, DECISIONS.c.decision_id.startswith(_FINDINGS))):
        told.setdefault(row.number, set()).add(row.decision_id)
    said = select(DECISIONS.c.number, DECISIONS.c.at, DECISIONS.c.said).where(of_page, DECISIONS.c.fact.in_(_SAID))
    for number, at, body in connection.execute(said.order_by(DECISIONS.c.number, DECISIONS.c.seq)):
        found.setdefault(number, []).append((at, body))
    for dossier in dossiers:
        dossier.told = frozenset(told.get(dossier.number, ()))
        try:
            _hear(dossier, found.get(dossier.number, ()))
        except Exception as error:
            faults.append(RunFault(number=dossier.number, wrong=sentence_of(error)))


def _hear(dossier: Dossier, rows: Iterable[tuple[datetime, str | None]]) -> None:
    """What people have said of its statements, in the order of the record: so the first dispute is number one."""
    said = [(at, heard(Said.model_validate_json(body))) for at, body in rows if body]
    disputes = [(at, command) for at, command in said if isinstance(command, DisputeFigure)]
    dossier.disputes = tuple((no, at, command) for no, (at, command) in enumerate(disputes, start=1))
    dossier.settled = tuple((at, command) for at, command in said if isinstance(command, SettleDispute))
    dossier.claims = tuple((at, command) for at, command in said if isinstance(command, ClaimCredit))
    dossier.verified = {
        command.no: at for at, command in said if isinstance(command, VerifyAction) and command.is_effective
    }


def _add_events(connection: Connection, dossiers: Sequence[Dossier]) -> None:
    """The record of those agreements that have a target about our own work; few have."""
    asked = {each.number: each for each in dossiers if any(own_targets(terms.terms) for terms in each.applied)}
    if not asked:
        return
    found: dict[str, list[Event]] = {number: [] for number in asked}
    query = select(EVENTS.c.number, EVENTS.c.body).where(EVENTS.c.number.in_(list(asked)))
    for row in connection.execute(query.order_by(EVENTS.c.number, EVENTS.c.seq)):
        found[row.number].append(Event.model_validate_json(row.body))
    for number, events in found.items():
        asked[number].events = tuple(events)
