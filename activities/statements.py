"""Statements as rows: one for each revision, never changed. Knows the table, and decides nothing.

Source: MON-8, MON-10.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from pydantic import TypeAdapter
from sqlalchemy import Connection, exists, insert, or_, select

from activities.rows import Cells
from activities.tables import STATEMENTS
from sla.credit_scheme import CreditLine
from sla.exact import Exact
from sla.fields import Value
from sla.figures import Figure, Status, worst
from sla.findings import Finding
from sla.money import Money
from sla.past_periods import PastPeriod, targets_of
from sla.periods import JudgedPeriod
from sla.statements import Statement


class StatedLine(NamedTuple):
    """One revision of a statement without its body."""

    number: str
    start: date
    end: date
    revision: int
    digest: str
    inputs: str
    stated_at: datetime

    @property
    def days(self) -> tuple[date, date]:
        """Its first day, and the one on which it ends (outside)."""
        return self.start, self.end


_LIGHT = (
    STATEMENTS.c.number,
    STATEMENTS.c.period_start,
    STATEMENTS.c.period_end,
    STATEMENTS.c.revision,
    STATEMENTS.c.digest,
    STATEMENTS.c.inputs,
    STATEMENTS.c.stated_at,
)


class _LeanFigure(Value):
    target: str
    form: str
    status: Status
    attainment: Exact | None = None
    dispute: int | None = None


class _Lean(Value):
    """What later statements, and those who tell findings, need of a statement: a tenth of what it says."""

    period: JudgedPeriod
    figures: tuple[_LeanFigure, ...]
    credits: tuple[CreditLine, ...] = ()
    credit: Money | None = None
    findings: tuple[Finding, ...] = ()


_LEAN: TypeAdapter[_Lean] = TypeAdapter(_Lean)


def past_in(body: str) -> PastPeriod:
    """A stored statement as later ones look back at it. Raises pydantic's ValidationError for a body that is none."""
    lean = _LEAN.validate_json(body)
    figures = (Figure.model_construct(**dict(figure)) for figure in lean.figures)
    return PastPeriod(period=lean.period, targets=targets_of(figures), lines=lean.credits)


class Found(NamedTuple):
    """What a statement has found, the credit that it states, and by when that must be claimed (outside)."""

    findings: tuple[Finding, ...] = ()
    credit: Money | None = None
    claim_by: date | None = None


def found_in(body: str) -> Found:
    """What a stored statement has found; most have nothing, and are not read for it."""
    if '"findings":[]' in body:
        return Found()
    lean = _LEAN.validate_json(body)
    return Found(lean.findings, lean.credit, last_claim_stated(lean.credits))


def last_claim_stated(lines: Iterable[CreditLine]) -> date | None:
    """The last day (outside) on which any credit of a statement can be claimed; none where the statement says none."""
    return max((line.claim_by for line in lines if line.claim_by and line.amount.amount > 0), default=None)


def statuses_in(body: str) -> tuple[Status, ...]:
    """What each target of a stored statement came to, all parts together."""
    return tuple(target.status for target in past_in(body).targets)


def stated_lines(connection: Connection, numbers: Sequence[str]) -> list[StatedLine]:
    """Every revision of every statement of some agreements: the earliest period first, the first revision first."""
    query = select(*_LIGHT).where(STATEMENTS.c.number.in_(numbers))
    ordered = query.order_by(*_LIGHT[:4])
    return [StatedLine(*row) for row in connection.execute(ordered)]


def last_bodies(
    connection: Connection, numbers: Sequence[str], whole: Sequence[str], since: datetime
) -> dict[tuple[str, date, date], str]:
    """The bodies of last revisions: all of the agreements in `whole`, of the others those stated since an instant."""
    later = STATEMENTS.alias("later")
    same = (
        (later.c.number == STATEMENTS.c.number)
        & (later.c.period_start == STATEMENTS.c.period_start)
        & (later.c.period_end == STATEMENTS.c.period_end)
        & (later.c.revision > STATEMENTS.c.revision)
    )
    query = select(*_LIGHT[:3], STATEMENTS.c.body).where(STATEMENTS.c.number.in_(numbers), ~exists().where(same))
    wanted = query.where(or_(STATEMENTS.c.number.in_(whole), STATEMENTS.c.stated_at >= since))
    return {(row.number, row.period_start, row.period_end): row.body for row in connection.execute(wanted)}


def credits_of(
    connection: Connection, number: str
) -> dict[tuple[date, date], list[tuple[datetime, tuple[CreditLine, ...]]]]:
    """When each revision of each period of an agreement was stated, and its credits; the first revision first."""
    query = select(*_LIGHT[1:4], STATEMENTS.c.stated_at, STATEMENTS.c.body).where(STATEMENTS.c.number == number)
    found: dict[tuple[date, date], list[tuple[datetime, tuple[CreditLine, ...]]]] = {}
    for row in connection.execute(query.order_by(*_LIGHT[1:4])):
        found.setdefault((row.period_start, row.period_end), []).append((row.stated_at, past_in(row.body).lines))
    return found


def statement_at(connection: Connection, line: StatedLine) -> Statement:
    """One revision in full."""
    query = select(STATEMENTS.c.body).where(
        STATEMENTS.c.number == line.number,
        STATEMENTS.c.period_start == line.start,
        STATEMENTS.c.period_end == line.end,
        STATEMENTS.c.revision == line.revision,
    )
    return Statement.model_validate_json(connection.execute(query).scalar_one())


def add_statements(connection: Connection, made: Iterable[tuple[Statement, datetime]]) -> None:
    """Adds revisions, each with the instant at which it is stated. Raises IntegrityError for one that is there."""
    rows = [statement_cells(statement, at) for statement, at in made]
    if rows:
        connection.execute(insert(STATEMENTS), rows)


def statement_cells(statement: Statement, stated_at: datetime) -> Cells:
    """One revision as a row. The body is no canonical JSON: that leaves absent fields out, and some have no default."""
    return {
        "number": statement.number,
        "period_start": statement.period.start,
        "period_end": statement.period.end,
        "revision": statement.revision,
        "digest": statement.hash,
        "inputs": statement.inputs.hash,
        "status": overall(statement).value,
        "credit": str(statement.credit) if statement.credit is not None else None,
        "stated_at": stated_at,
        "body": statement.model_dump_json(),
    }


def line_of(statement: Statement, stated_at: datetime) -> StatedLine:
    """The line of a statement that is about to be stored."""
    period = statement.period
    return StatedLine(
        statement.number,
        period.start,
        period.end,
        statement.revision,
        statement.hash,
        statement.inputs.hash,
        stated_at,
    )


def overall(statement: Statement) -> Status:
    """The worst status of its figures; nothing was left to judge where it has none."""
    return worst(frozenset(figure.status for figure in statement.figures)) if statement.figures else Status.EXCLUDED
