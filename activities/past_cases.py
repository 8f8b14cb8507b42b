"""The case that a statement was made from, put together again from the register; and what a replay needs of it.

Reads, and writes nothing. Evidence and terms are those that the register has now: what differs since is what a
verification is for. Source: MON-8, AME-2.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, select

from activities.database import reading
from activities.dossiers import KEPT, Dossier, Kept, opened
from activities.engine_version import engine_here
from activities.evidence import SqlEvidence
from activities.judging import window_start
from activities.tables import AGREEMENTS
from activities.views import StatementView, Views, padded
from sla.applied import Applied
from sla.compliance import OwnWork
from sla.errors import BadInput, NotFound
from sla.evidence import Evidence
from sla.monthly_fees import Fees
from sla.offline import last_revisions
from sla.stating import Case
from sla.verification import counting_again


class InForceThen(NamedTuple):
    """Which terms of an agreement have counted when, and which monthly fees."""

    zone: str
    applied: tuple[Applied, ...]
    """Empty before anything is in force."""
    fees: Fees
    own: tuple[OwnWork, ...]
    """Our own work on it, for targets about it."""


class PastCases:
    """The cases of a register. Every method raises `Unreachable` when the database does not answer."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._views, self._evidence = engine, Views(engine), SqlEvidence(engine)

    def case_of(self, view: StatementView) -> Case:
        """What a statement follows from. Disputes are those that it was made with, and stand in it."""
        stated = view.statement
        dossier = self._dossier(stated.number, view.stated_at)
        if not dossier.applied:
            raise BadInput(f"agreement {stated.number}", "was never in force", "one that was is expected")
        earlier = self._views.statements(stated.number)
        known = (each.statement for each in earlier if each.stated_at <= view.stated_at)
        previous = next((each.statement for each in earlier if each.digest == stated.previous), None)
        return Case(
            number=stated.number,
            period=stated.period,
            applied=counting_again(stated, dossier.applied),
            rows=self.evidence(stated.number, window_start(dossier, stated.period), stated.period.ends),
            as_of=stated.period.ends,
            fees=dossier.fees,
            past=last_revisions(known) if dossier.depends else (),
            decided=stated.inputs.decided,
            own=dossier.own(stated.period.ends),
            previous=previous,
            why=stated.why if previous else None,
            engine=engine_here(),
        )

    def evidence(self, number: str, since: datetime, until: datetime) -> tuple[Evidence, ...]:
        """What counts for a stretch of an agreement."""
        return self._evidence.of(padded(number), since, until)

    def in_force(self, number: str, now: datetime) -> InForceThen:
        """Which terms have counted when. Raises NotFound, and BadInput for an agreement that cannot be read."""
        dossier = self._dossier(number, now)
        return InForceThen(dossier.zone, dossier.applied, dossier.fees, dossier.own(now))

    def _dossier(self, number: str, now: datetime) -> Dossier:
        with reading(self._engine) as connection:
            query = select(*KEPT).where(AGREEMENTS.c.number == padded(number), AGREEMENTS.c.state.is_not(None))
            rows = [Kept(*row) for row in connection.execute(query)]
            dossiers, faults = opened(connection, rows, now)
        if faults:
            raise BadInput(f"agreement {padded(number)}", faults[0].wrong, "one that can be read is expected")
        if not dossiers:
            raise NotFound(f"there is no agreement {number!r:.40}; `sla list` shows those that there are")
        return dossiers[0]
