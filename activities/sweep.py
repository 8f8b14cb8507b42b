"""The pages of a compliance run: which agreements are on one, what is stated of them, and what they have to be told.

Knows rows and order. Decides no figure: that is the pure rules' work. Source: MON-16.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import IntegrityError
from temporalio import activity

from activities.asked_periods import targets_to_ask
from activities.database import reading, writing
from activities.dossiers import KEPT, RECENT, Dossier, Kept, opened, sentence_of
from activities.heartbeat import Pulse, beating
from activities.held_back import held_back
from activities.judging import Judge, Work
from activities.statements import Found, add_statements, found_in
from activities.tables import AGREEMENTS
from activities.withheld import WithheldLine, release, withhold
from sla.commands import NoteFinding
from sla.due_periods import cadence_of, due_period, running_period
from sla.errors import BadInput
from sla.findings import Finding
from sla.periods import JudgedPeriod
from sla.stages import Stage
from workflows.messages import Notable, PageOrder, PageReport, RunFault
from workflows.ports import Sweep

MOST_NOTABLE = 300
"""A page ends early after so many findings: its report must fit into a message."""
TRIES = 5
"""How often a page is looked at again when another run was faster with one of its statements."""


class SqlSweep(Sweep):
    """Pages of a run, on SQLite or PostgreSQL. Raises `Unreachable` where the register is away; that is retried."""

    def __init__(self, engine: Engine, most_notable: int = MOST_NOTABLE) -> None:
        self._engine, self._most_notable = engine, most_notable

    @activity.defn(name="compliance.judge_page")
    def judge_page(self, order: PageOrder) -> PageReport:
        """One page, its statements in one transaction. Where another run has stated something meanwhile, it is looked
        at again: what both have found is then stated once."""
        with beating() as pulse:
            for _ in range(TRIES - 1):
                try:
                    return self._judged(order, pulse)
                except IntegrityError:
                    continue
            return self._judged(order, pulse)

    def _judged(self, order: PageOrder, pulse: Pulse) -> PageReport:
        stated_at = _stated_at(order)
        with reading(self._engine) as connection:
            rows = page_of(connection, order)
            faults = _unknown(connection, order)
            dossiers, unopened = opened(connection, rows, stated_at)
        after = rows[-1].number if len(rows) >= order.limit else None
        to_pull = 0 if order.is_pulled else sum(_to_ask(dossier, order) for dossier in dossiers)
        if to_pull:
            return PageReport(after=order.after, to_pull=to_pull)
        judge = Judge(self._engine, stated_at)
        works, undue, withheld = _works(judge, dossiers, order)
        judge.run(works, pulse)
        self._store(works, withheld, stated_at)
        faults += [*unopened, *undue, *(work.fault for work in works if work.fault)]
        by_number = {work.dossier.number: work for work in works}
        return _report(dossiers, by_number, tuple(faults), after, order, most=self._most_notable)

    def _store(self, works: Sequence[Work], withheld: Sequence[WithheldLine], stated_at: datetime) -> None:
        """Every statement, and every period that waits for an answer; one that is stated waits no more."""
        made = [(statement, stated_at) for work in works for statement in work.made]
        if not made and not withheld:
            return
        with writing(self._engine) as connection:
            add_statements(connection, made)
            withhold(connection, withheld)
            for work in works:
                if work.dossier.withheld:
                    for statement in work.made:
                        release(connection, work.dossier.number, statement.period.start, statement.period.end)


def page_of(connection: Connection, order: PageOrder) -> list[Kept]:
    """The agreements of a page, the oldest first: those that were named, or all in force."""
    query = select(*KEPT).where(AGREEMENTS.c.state.is_not(None)).order_by(AGREEMENTS.c.id).limit(order.limit)
    if order.numbers:
        query = query.where(AGREEMENTS.c.number.in_(order.numbers))
    else:
        query = query.where(AGREEMENTS.c.stage == Stage.ACTIVE.value)
    if order.after is not None:
        passed = select(AGREEMENTS.c.id).where(AGREEMENTS.c.number == order.after).scalar_subquery()
        query = query.where(AGREEMENTS.c.id > passed)
    return [Kept(*row) for row in connection.execute(query)]


def _unknown(connection: Connection, order: PageOrder) -> list[RunFault]:
    """Numbers that were asked for and are none; said on the first page."""
    if not order.numbers or order.after is not None:
        return []
    query = select(AGREEMENTS.c.number).where(AGREEMENTS.c.number.in_(order.numbers))
    known = set(connection.execute(query).scalars())
    wrong = "there is no such agreement; `sla list` shows those that there are"
    return [RunFault(number=number, wrong=wrong) for number in order.numbers if number not in known]


def _to_ask(dossier: Dossier, order: PageOrder) -> int:
    """How many of its targets are to be asked for in Prometheus; what is wrong with the order is told by the judge."""
    try:
        return len(targets_to_ask(dossier, order))
    except BadInput:
        return 0


class _Plan(NamedTuple):
    works: list[Work]
    faults: list[RunFault]
    withheld: list[WithheldLine]


def _works(judge: Judge, dossiers: Sequence[Dossier], order: PageOrder) -> _Plan:
    """Which periods of which agreements are to be judged, and which wait for what could not be asked."""
    works: list[Work] = []
    faults: list[RunFault] = []
    withheld: list[WithheldLine] = []
    judge.add_suspended(dossiers)
    touched = {} if order.is_provisional else judge.touched(dossiers)
    for dossier in dossiers:
        if not any(each.terms.targets for each in dossier.applied):
            continue
        try:
            due = _due(dossier, order)
            held = held_back(dossier, due, order)
        except Exception as error:
            faults.append(RunFault(number=dossier.number, wrong=sentence_of(error)))
            continue
        faults += held.faults
        withheld += [
            WithheldLine(dossier.number, each.start, each.end, _stated_at(order))
            for each in held.periods
            if not order.is_provisional and (each.start, each.end) not in dossier.stated
        ]
        periods = [each for each in due if each not in held.periods]
        if not order.is_provisional:
            periods = judge.with_late_ones(dossier, periods, touched.get(dossier.number))
        if periods:
            works.append(Work(dossier, periods, order.at))
    return _Plan(works, faults, withheld)


def _due(dossier: Dossier, order: PageOrder) -> list[JudgedPeriod]:
    """The period that the order asks of an agreement, after those that are withheld; a named period stands alone."""
    withheld = () if order.is_provisional or order.period else dossier.withheld
    asked = None if order.only_late else _asked_period(dossier, order)
    found = {(each.start, each.end): each for each in (*withheld, *((asked,) if asked else ()))}
    return [found[days] for days in sorted(found)]


def _asked_period(dossier: Dossier, order: PageOrder) -> JudgedPeriod | None:
    """That of an agreement of another cadence only where it was named itself. Raises BadInput where somebody names the
    agreement and a period, and nothing of that is in force."""
    applied, zone = dossier.applied, dossier.zone
    if order.is_provisional:
        return running_period(applied, zone, order.at)
    if not order.numbers and cadence_of(applied, order.at) is not order.cadence:
        return None
    due = due_period(applied, zone, order.at, order.period, dossier.stated)
    if due is None and order.numbers and order.period:
        right = f"`sla edition {dossier.number} --at DAY` says what counted when; another period is expected"
        raise BadInput("the period", f"nothing of {order.period} is left to judge: it was not in force then", right)
    return due


class _Outcome(NamedTuple):
    dossier: Dossier
    work: Work | None
    notable: tuple[Notable, ...]


def _report(
    dossiers: Sequence[Dossier],
    works: Mapping[str, Work],
    faults: tuple[RunFault, ...],
    after: str | None,
    order: PageOrder,
    *,
    most: int,
) -> PageReport:
    """What the page came to. With too many findings for one message the page ends early, behind the last that fits."""
    outcomes, count = list[_Outcome](), 0
    for dossier in dossiers:
        work = works.get(dossier.number)
        notable = _notable(dossier, work, order)
        if outcomes and count + len(notable) > most:
            after = outcomes[-1].dossier.number
            break
        outcomes.append(_Outcome(dossier, work, notable))
        count += len(notable)
    told = [_how(each.work, order) for each in outcomes if each.work is not None]
    left = {dossier.number for dossier in dossiers[len(outcomes) :]}
    return PageReport(
        after=after,
        agreements=len(told),
        stated=sum(each.stated for each in told),
        restated=sum(each.restated for each in told),
        unchanged=sum(each.unchanged for each in told),
        notable=tuple(each for outcome in outcomes for each in outcome.notable),
        faults=tuple(fault for fault in faults if fault.number not in left),
    )


class _How(NamedTuple):
    stated: int
    restated: int
    unchanged: int


def _how(work: Work, order: PageOrder) -> _How:
    """How many of its statements this very run has made, also if it died after that and was begun again."""
    days = [(each.period.start, each.period.end) for each in work.looked_at if not each.is_provisional]
    lines = [work.dossier.stated[each] for each in days]
    ours = [line for line in lines if line.stated_at == _stated_at(order)]
    restated = sum(line.revision > 1 for line in ours)
    return _How(len(ours) - restated, restated, len(lines) - len(ours))


def _notable(dossier: Dossier, work: Work | None, order: PageOrder) -> tuple[Notable, ...]:
    """What the agreement has to be told and was not: nobody is told of a file that is closed."""
    if dossier.stage is not Stage.ACTIVE:
        return ()
    if order.is_provisional:
        looked_at = work.looked_at if work else ()
        return tuple(
            _told(dossier, finding)
            for statement in looked_at
            if statement.is_provisional
            for finding in statement.findings
            if finding.decision_id not in dossier.told
        )
    return tuple(_untold(dossier, _stated_at(order) - RECENT))


def _untold(dossier: Dossier, since: datetime) -> Iterator[Notable]:
    """What its recent statements have found, whichever run has made them: it may have died before it could tell."""
    for days in sorted(dossier.stated):
        line = dossier.stated[days]
        if line.stated_at < since or days not in dossier.bodies:
            continue
        found = found_in(dossier.bodies[days])
        for finding in found.findings:
            if finding.decision_id not in dossier.told:
                yield _told(dossier, finding, line.digest, found)


def _told(dossier: Dossier, finding: Finding, statement: str | None = None, found: Found | None = None) -> Notable:
    command = NoteFinding(
        decision_id=finding.decision_id,
        finding=finding,
        statement=statement,
        credit=found.credit if found else None,
        claim_by=found.claim_by if found else None,
    )
    return Notable(workflow_id=dossier.workflow_id, number=dossier.number, command=command)


def _stated_at(order: PageOrder) -> datetime:
    return order.said_at or order.at
