"""What a review's pack says of the statements: read from the register when the letter is written. Source: REV-1.

The agreement itself knows no statement. What is read are the revisions that stood when the letter was queued, and rows
are never changed: so the letter has the same words whenever it is written.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, select

from activities.tables import EDITIONS, STATEMENTS
from sla.letters import LetterContext
from sla.stated_results import MOST_BEFORE, told_by_statements
from sla.statements import Statement
from sla.terms import Edition, Terms


def with_statements(connection: Connection, number: str, context: LetterContext, at: datetime) -> LetterContext:
    """The context with what was stated by an instant; as it is where it encloses no pack, or nothing is stated.

    Raises pydantic's ValidationError for a row that this release cannot read.
    """
    if context.pack is None:
        return context
    told = told_by_statements(_statements(connection, number, at), _terms(connection, number))
    return context.model_copy(update={"pack": context.pack.model_copy(update={"stated": told})}) if told else context


def _statements(connection: Connection, number: str, at: datetime) -> Sequence[Statement]:
    """The revision that stood of each of the last periods, the earliest first."""
    table = STATEMENTS.c
    query = select(table.period_start, table.period_end, table.revision).where(
        table.number == number, table.stated_at <= at
    )
    stood: dict[tuple[date, date], int] = {}
    for start, end, revision in connection.execute(query.order_by(table.period_start, table.revision)):
        stood[start, end] = revision
    last = sorted(stood.items())[-1 - MOST_BEFORE :]
    return [_statement(connection, number, days, revision) for days, revision in last]


def _statement(connection: Connection, number: str, days: tuple[date, date], revision: int) -> Statement:
    table = STATEMENTS.c
    query = select(table.body).where(
        table.number == number, table.period_start == days[0], table.period_end == days[1], table.revision == revision
    )
    return Statement.model_validate_json(connection.execute(query).scalar_one())


def _terms(connection: Connection, number: str) -> dict[int, Terms]:
    query = select(EDITIONS.c.no, EDITIONS.c.body).where(EDITIONS.c.number == number)
    return {row.no: Edition.model_validate_json(row.body).terms for row in connection.execute(query)}
