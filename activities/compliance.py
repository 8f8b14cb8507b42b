"""The steps of the ordered stop that are about compliance: the last periods, the credits, the measurements.

Knows what the register holds of the agreement that ends, and says truthfully what there was. Source: TER-2.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.database import reading, writing
from activities.dossiers import KEPT, Dossier, Kept, opened
from activities.heartbeat import Pulse
from activities.judging import Judge, Work
from activities.statements import add_statements, credits_of, past_in, statuses_in
from activities.tables import AGREEMENTS, EVIDENCE
from sla.credits import claimable_since
from sla.due_periods import terms_at, unstated_until
from sla.figures import Status
from sla.periods import JudgedPeriod
from sla.settlement import Credited, settlement_sentence
from sla.term import day_at
from workflows.messages import StopAnswer, StopOrder
from workflows.ports import Compliance, Monitoring

TRIES = 5
"""How often it is looked at again when a run was faster with one of the statements."""


class SqlCompliance(Compliance):
    """The first two steps of the ordered stop. Asked again, it finds what it has stated, and says the same."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @activity.defn(name="compliance.judge_final_period")
    def judge_final_period(self, order: StopOrder) -> StopAnswer:
        """States every period up to the end that nobody has stated, the last, perhaps partial one included.

        Raises ApplicationError `NotJudged` for good where one cannot be judged: no file is closed over it.
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
        judge = Judge(self._engine, order.ended_at)
        due = unstated_until(dossier.applied, dossier.zone, order.ended_at, tuple(dossier.stated))
        touched = judge.touched([dossier]).get(dossier.number)
        work = Work(dossier, judge.with_late_ones(dossier, due, touched), order.ended_at)
        judge.run([work], Pulse())
        if work.fault is not None:
            raise ApplicationError(f"{order.number}: {work.fault.wrong}", type="NotJudged", non_retryable=True)
        with writing(self._engine) as connection:
            add_statements(connection, [(statement, order.ended_at) for statement in work.made])
        return StopAnswer(sentence=final_sentence(dossier, order.ended_at))

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


def final_sentence(dossier: Dossier, ended_at: datetime) -> str:
    """What the stop has stated, and what the targets came to, in one line."""
    made = [days for days in sorted(dossier.stated) if dossier.stated[days].stated_at == ended_at]
    if not made:
        last = max(dossier.stated, default=None)
        if last is None:
            return "it ended before any of its periods began."
        return f"every period up to {_name(dossier, last)} was stated before."
    statuses = Counter(status for days in made for status in statuses_in(dossier.bodies[days]))
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
        terms = terms_at(dossier.applied, past.period.ends - timedelta(microseconds=1))
        claimed = next((at for at, command in dossier.claims if command.period == past.period.name), None)
        yield Credited(
            period=past.period,
            lines=past.lines,
            claim=terms.credits.claim if terms.credits else None,
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
