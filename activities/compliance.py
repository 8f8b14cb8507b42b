"""The steps of the ordered stop that are about compliance: the last periods, the credits, the measurements.

Knows what the register holds of the agreement that ends, and says truthfully what there was. Source: TER-2.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.database import reading, writing
from activities.dossiers import KEPT, Dossier, Kept, opened
from activities.heartbeat import Pulse
from activities.judging import Judge, Work
from activities.prometheus import PrometheusMeasurements
from activities.settings import Settings
from activities.statements import add_statements, credits_of, past_in, statuses_in
from activities.tables import AGREEMENTS, EVIDENCE
from activities.withheld import release
from sla.credit_stretches import scheme_of
from sla.credits import claimable_since
from sla.due_periods import unstated_until
from sla.figures import Status, worst
from sla.periods import JudgedPeriod
from sla.settlement import Credited, settlement_sentence
from sla.term import day_at
from workflows.messages import StopAnswer, StopOrder
from workflows.ports import Compliance, Monitoring

TRIES = 5
"""How often it is looked at again when a run was faster with one of the statements."""


class SqlCompliance(Compliance):
    """The first two steps of the ordered stop. Asked again, it finds what it has stated, and says the same."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine, self._measurements = engine, PrometheusMeasurements(engine, settings)

    @activity.defn(name="compliance.judge_final_period")
    def judge_final_period(self, order: StopOrder) -> StopAnswer:
        """States every period up to the end that nobody has stated, the last, perhaps partial one included.

        Raises ApplicationError `NotJudged` for good where one cannot be judged, or something that it follows from is
        refused, and Unreachable where that is not answered: no file is closed over it.
        """
        for _ in range(TRIES - 1):
            try:
                return self._judged(order)
            except IntegrityError:
                continue
        return self._judged(order)

    def _judged(self, order: StopOrder) -> StopAnswer:
        dossier = _dossier_of(self._engine, order)
        if dossier is None or not any(each.terms.targets for each in dossier.applied):
            return StopAnswer(sentence="it never was in force with a target, so no period was left to judge.")
        stated_at = _stated_at(order)
        due = tuple(unstated_until(dossier.applied, dossier.zone, order.ended_at, tuple(dossier.stated)))
        self._ask(dossier, due, order, stated_at)
        judge = Judge(self._engine, stated_at)
        judge.add_suspended([dossier])
        touched = judge.touched([dossier]).get(dossier.number)
        work = Work(dossier, judge.with_late_ones(dossier, due, touched), order.ended_at)
        judge.run([work], Pulse())
        if work.fault is not None:
            raise ApplicationError(f"{order.number}: {work.fault.wrong}", type="NotJudged", non_retryable=True)
        with writing(self._engine) as connection:
            add_statements(connection, [(statement, stated_at) for statement in work.made])
            for period in dossier.withheld:
                release(connection, order.number, period.start, period.end)
        return StopAnswer(sentence=final_sentence(dossier, order.said_at or order.ended_at))

    def _ask(self, dossier: Dossier, due: Sequence[JudgedPeriod], order: StopOrder, stated_at: datetime) -> None:
        """What the terms name in Prometheus, up to the end."""
        if not any(target.prometheus for each in dossier.applied for target in each.terms.targets):
            return
        asked = self._measurements.pull_periods(dossier, due, order.ended_at, stated_at)
        report = asyncio.run(asked)
        if report.unasked:
            wrong = "; ".join(dict.fromkeys(fault.wrong for fault in report.faults))
            raise ApplicationError(f"{order.number}: {wrong:.1000}", type="NotJudged", non_retryable=True)

    @activity.defn(name="compliance.settle_credits")
    def settle_credits(self, order: StopOrder) -> StopAnswer:
        """How every credit that was ever stated stands at the end."""
        dossier = _dossier_of(self._engine, order)
        if dossier is None:
            return StopAnswer(sentence="it never was in force, so no credit was open.")
        has_scheme = any(each.terms.credits is not None for each in dossier.applied)
        ended_on = day_at(order.ended_at, dossier.zone)
        with reading(self._engine) as connection:
            revisions = {
                days: tuple((day_at(at, dossier.zone), lines) for at, lines in found)
                for days, found in credits_of(connection, order.number).items()
            }
        credited = _credited(dossier, {days: claimable_since(found) for days, found in revisions.items()})
        return StopAnswer(sentence=settlement_sentence(credited, ended_on, has_scheme=has_scheme))


def _dossier_of(engine: Engine, order: StopOrder) -> Dossier | None:
    """What the register has of the agreement that ends; None where it never was in force."""
    with reading(engine) as connection:
        query = select(*KEPT).where(AGREEMENTS.c.number == order.number, AGREEMENTS.c.state.is_not(None))
        rows = [Kept(*row) for row in connection.execute(query)]
        dossiers, faults = opened(connection, rows, order.ended_at)
    if faults:
        raise ApplicationError(f"{order.number}: {faults[0].wrong}", type="NotJudged", non_retryable=True)
    return next((dossier for dossier in dossiers if dossier.applied), None)


def _stated_at(order: StopOrder) -> datetime:
    """When this try states something: the time to dispute it never runs before it was seen."""
    began = order.said_at or order.ended_at
    return max(began, activity.info().started_time) if activity.in_activity() else began


def final_sentence(dossier: Dossier, since: datetime) -> str:
    """What the stop has stated since it began, and what its periods came to, in one line: the worst figure of a period
    counts."""
    made = [days for days in sorted(dossier.stated) if dossier.stated[days].stated_at >= since]
    if not made:
        last = max(dossier.stated, default=None)
        if last is None:
            return "it ended before any of its periods began."
        return f"every period up to {_name(dossier, last)} was stated before."
    figures = (statuses_in(dossier.bodies[days]) for days in made)
    statuses = Counter(worst(frozenset(each)) for each in figures if each)
    counts = ", ".join(f"{statuses[status]} {_WORDS[status]}" for status in _WORDS if statuses[status])
    names = [_name(dossier, days) for days in made]
    stated = " and ".join(names) if len(names) < 3 else f"{len(names)} periods from {names[0]} to {names[-1]}"
    return f"{stated} stated: {counts or 'no target counted'}."


_WORDS = {
    Status.MET: "met",
    Status.MISSED: "missed",
    Status.NO_DATA: "without data",
    Status.EXCLUDED: "with nothing to judge",
}


def _name(dossier: Dossier, days: tuple[date, date]) -> str:
    return JudgedPeriod(start=days[0], end=days[1], zone=dossier.zone).name


def _credited(dossier: Dossier, since: Mapping[tuple[date, date], date]) -> Iterator[Credited]:
    for days in sorted(dossier.stated):
        if days not in dossier.bodies:
            continue
        past = past_in(dossier.bodies[days])
        scheme = scheme_of(past.period, dossier.applied)
        claimed = next((at for at, command in dossier.claims if command.period == past.period.name), None)
        yield Credited(
            period=past.period,
            lines=past.lines,
            claim=scheme.claim if scheme else None,
            stated_on=since[days],
            claimed_on=day_at(claimed, dossier.zone) if claimed else None,
        )


class SqlMonitoring(Monitoring):
    """The step of the ordered stop that is about measurements."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @activity.defn(name="monitoring.stop")
    def stop(self, order: StopOrder) -> StopAnswer:
        """Nothing has to be ended: only agreements in force are pulled for, and this one is no longer."""
        with reading(self._engine) as connection:
            query = select(func.count()).select_from(EVIDENCE).where(EVIDENCE.c.number == order.number)
            rows = connection.execute(query).scalar_one()
        kept = f"{rows:,} rows of evidence are kept" if rows != 1 else "1 row of evidence is kept"
        sentence = f"no measurement is pulled for it from now on, because only agreements in force are; {kept}."
        return StopAnswer(sentence=sentence)
