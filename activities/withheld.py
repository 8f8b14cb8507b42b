"""Periods that are withheld: a run was to state them, and something that they follow from could not be asked.

Knows the table. A row stays until its period is stated, so that a later run asks again; who pauses a schedule before
anything was due leaves none. Source: MON-1, MON-16.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from activities.tables import WITHHELD


class WithheldLine(NamedTuple):
    """One period of one agreement, and since when it waits."""

    number: str
    start: date
    end: date
    since: datetime


def withheld_of(connection: Connection, numbers: Sequence[str]) -> list[WithheldLine]:
    """What is withheld of some agreements, the earliest first."""
    columns = (WITHHELD.c.number, WITHHELD.c.period_start, WITHHELD.c.period_end, WITHHELD.c.since)
    query = select(*columns).where(WITHHELD.c.number.in_(numbers)).order_by(*columns[:3])
    return [WithheldLine(*row) for row in connection.execute(query)]


def withhold(connection: Connection, lines: Iterable[WithheldLine]) -> None:
    """Notes what is not there yet. Raises IntegrityError where another run has noted the same meanwhile."""
    wanted = tuple(lines)
    known = {line[:3] for line in withheld_of(connection, sorted({line.number for line in wanted}))}
    rows = [
        {"number": line.number, "period_start": line.start, "period_end": line.end, "since": line.since}
        for line in wanted
        if line[:3] not in known
    ]
    if rows:
        connection.execute(insert(WITHHELD), rows)


def release(connection: Connection, number: str, start: date, end: date) -> None:
    """Forgets what lies in days that are stated now."""
    inside = (WITHHELD.c.period_start >= start) & (WITHHELD.c.period_end <= end)
    connection.execute(delete(WITHHELD).where(WITHHELD.c.number == number, inside))
