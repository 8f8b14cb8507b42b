"""Agreements in a register that runs can judge: signed and in force, with evidence of a printing works."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import count

from sqlalchemy import Engine, select, update

from activities.database import reading, writing
from activities.evidence import SqlEvidence
from activities.records import SqlRecords
from activities.statements import stated_lines
from activities.sweep import SqlSweep
from activities.tables import AGREEMENTS, STATEMENTS
from sla.agreement import AgreementState
from sla.command import Command
from sla.commands import NoteFinding
from sla.credit_scheme import CreditScheme
from sla.evidence import Evidence, Observed, Outage
from sla.statements import Statement
from sla.terms import Period
from sla.transitions import act, note
from tests.temporal import enrolled
from workflows.messages import Entry, PageOrder, PageReport

ZONE = "Europe/Berlin"
SIGNED = datetime(2025, 12, 1, tzinfo=UTC)
YEAR = Period(start=date(2026, 1, 1), end=date(2027, 1, 1), zone=ZONE)
MARCH_FIRST = datetime(2026, 3, 1, 14, tzinfo=UTC)
APRIL_FIRST = datetime(2026, 4, 1, 14, tzinfo=UTC)
SOURCE = "probe"
CREDITED = CreditScheme.model_validate(
    {"rules": [{"bands": [{"below": "99.5", "at_least": "95", "percent": "10"}, {"below": "95", "percent": "50"}]}]}
)
"""Ten percent of the fee below 99.5, half of it below 95."""

_references = count(1)


def in_force(engine: Engine, period: Period = YEAR, **changes: object) -> AgreementState:
    """An agreement that is in force, with its whole record."""
    return enrolled(engine, f"judged-{next(_references)}", period, SIGNED, changes)


def said(engine: Engine, state: AgreementState, command: Command, at: datetime) -> AgreementState:
    """What somebody said to it, recorded."""
    made = note(state, command, at) if isinstance(command, NoteFinding) else act(state, command, at)
    kept = SqlRecords(engine).record(Entry.of(made, state.reference, command))
    assert kept.seq == made.event.seq, kept
    return made.state


def month(number: int) -> datetime:
    """The first of a month of 2026 in UTC; 13 is January 2027."""
    return datetime(2026 + (number - 1) // 12, (number - 1) % 12 + 1, 1, tzinfo=UTC)


def watched(engine: Engine, state: AgreementState, *months: int, received: datetime | None = None) -> None:
    """Somebody looked all through these months."""
    rows = [
        Observed(
            source=SOURCE,
            key=f"watch-{each}",
            start=month(each) - timedelta(hours=2),
            end=month(each + 1) + timedelta(hours=2),
        )
        for each in months
    ]
    add(engine, state, rows, received or month(max(months) + 1))


def down(engine: Engine, state: AgreementState, in_month: int, hours: int, received: datetime | None = None) -> None:
    """It was down for so many hours in the middle of a month; none says that it was not."""
    start = month(in_month) + timedelta(days=9)
    row = Outage(source=SOURCE, key=f"outage-{in_month}", start=start, end=start + timedelta(hours=hours))
    add(engine, state, [row], received or month(in_month + 1))


def add(engine: Engine, state: AgreementState, rows: Iterable[Evidence], received: datetime) -> None:
    """Evidence that came at an instant."""
    SqlEvidence(engine).add(state.number, rows, received)


def swept(engine: Engine, at: datetime, **changes: object) -> PageReport:
    """One page of a run as of an instant."""
    return SqlSweep(engine).judge_page(PageOrder(at=at).model_copy(update=changes))


def told(report: PageReport) -> list[str]:
    """The ids of the findings that a page has to tell."""
    return [each.command.decision_id for each in report.notable]


def statements(engine: Engine, number: str) -> list[Statement]:
    """Every revision of every statement, the earliest period first."""
    query = select(STATEMENTS.c.body).where(STATEMENTS.c.number == number)
    ordered = query.order_by(STATEMENTS.c.period_start, STATEMENTS.c.period_end, STATEMENTS.c.revision)
    with reading(engine) as connection:
        return [Statement.model_validate_json(body) for body in connection.execute(ordered).scalars()]


def said_at(engine: Engine, number: str) -> list[datetime]:
    """When each revision was stated."""
    with reading(engine) as connection:
        return [line.stated_at for line in stated_lines(connection, [number])]


def spoil(engine: Engine, number: str, state: str) -> None:
    """Makes the state of one agreement something that no release has written."""
    with writing(engine) as connection:
        connection.execute(update(AGREEMENTS).where(AGREEMENTS.c.number == number).values(state=state))
