"""One agreement, copied out of a register into an empty one: what the rehearsal of a live agreement begins with.

Letters stay behind: what was written to people is not written again. The register that is copied from is only read.
Source: SEE-2.
"""

from sqlalchemy import Connection, Engine, insert, select, text

from activities.database import reading, writing
from activities.rows import Cell
from activities.tables import AGREEMENTS, DECISIONS, EDITIONS, EVENTS
from activities.views import padded
from sla.errors import NotFound

_COPIED = (AGREEMENTS, EDITIONS, EVENTS, DECISIONS)
"""Each after those that its foreign keys point to."""
_COUNT_ON = text("SELECT setval(pg_get_serial_sequence('agreement', 'id'), max(id)) FROM agreement")
"""SQLite counts on by itself from the largest id; PostgreSQL has to be told."""


_Rows = list[list[dict[str, Cell]]]
"""The rows of one agreement, a list for each of the copied tables."""


def copy_agreement(source: Engine, target: Engine, number: str) -> None:
    """Copies everything but letters, under the same number and workflow id; the next agreement gets a later number.

    Both registers have the tables of this release, and the target holds no agreement of this number. Raises NotFound,
    and then nothing is copied.
    """
    with reading(source) as connection:
        copied = _read(connection, padded(number))
    if not copied[0]:
        raise NotFound(f"there is no agreement {number!r:.40} in this register; one that it holds can be copied")
    with writing(target) as connection:
        _write(connection, copied)


def _read(connection: Connection, number: str) -> _Rows:
    found = (connection.execute(select(table).where(table.c.number == number)).mappings() for table in _COPIED)
    return [[dict(row) for row in rows] for rows in found]


def _write(connection: Connection, copied: _Rows) -> None:
    for table, rows in zip(_COPIED, copied, strict=True):
        if rows:
            connection.execute(insert(table), rows)
    if connection.dialect.name == "postgresql":
        connection.execute(_COUNT_ON)
