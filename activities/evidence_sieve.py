"""Which rows of files may touch a stretch of time: these alone come into memory, the others stay on disk.

What touches a stretch is said by `sla.touching`. Here are rather too many rows, never too few: whatever is chosen from
them is the same as from all. Of one source and key the last row counts, also where it speaks of another time.
Knows rows and a temporary database; refuses to know files and agreements. Source: MON-1, MON-8.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

from activities.evidence_import import Row
from activities.evidence_versions import cells_of
from sla.errors import Unreachable
from sla.evidence import ANY_EVIDENCE, Evidence, Exclusion, ItemEvent, Withdrawn, known_as

_Waiting = tuple[int | str | None, ...]
_ROWS = "CREATE TABLE row (file INTEGER, line INTEGER, source, key, digest, item, starts, ends, body)"
_ADD = "INSERT INTO row VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_CONTRADICTIONS = """
SELECT row.line, row.source, row.key, before.line
FROM (SELECT source, key, min(rowid) AS first FROM row WHERE file = :file GROUP BY source, key HAVING count(*) > 1)
JOIN row AS before ON before.rowid = first
JOIN row ON row.source = before.source AND row.key = before.key AND row.file = :file
WHERE row.digest <> before.digest
ORDER BY row.rowid
"""
_CORRECTED = """
DELETE FROM row WHERE rowid IN (
    SELECT row.rowid
    FROM (SELECT source, key, max(rowid) AS last FROM row GROUP BY source, key HAVING count(*) > 1)
    JOIN row USING (source, key)
    WHERE row.rowid < last
)
"""
_ALIVE = """
CREATE TABLE alive AS
SELECT item, min(starts) AS begun FROM row WHERE item IS NOT NULL AND body IS NOT NULL
GROUP BY item
HAVING max(starts) >= :since OR max(ends) IS NULL OR max(ends) <= max(CASE WHEN ends IS NULL THEN starts END)
"""
"""Work items of which something happened since, or whose last event is not, or not only, a resolution."""
_CHOSEN = """
SELECT digest, body FROM row
WHERE body IS NOT NULL AND CASE
    WHEN item IS NULL THEN ends IS NULL OR ends >= :since OR ends > (SELECT min(begun) FROM alive)
    ELSE item IN (SELECT item FROM alive)
END
ORDER BY rowid
"""


class Contradiction(NamedTuple):
    """A row of a file that stands there before with other values; lines count from 1."""

    line: int
    source: str
    key: str
    first: int
    """The line of the row before."""


class Chosen(NamedTuple):
    """What may touch the stretch, and what is known of everything else."""

    rows: tuple[Evidence, ...] = ()
    known: int = 0
    """So many things, each known by its source and key."""
    since: datetime | None = None
    """The earliest instant that any row speaks of."""


class Sieve:
    """Takes rows file by file, and in the end lets those through that may touch the stretch."""

    def __init__(self, waiting: sqlite3.Connection, since: datetime, until: datetime) -> None:
        self._waiting, self._since, self._until = waiting, since, until
        self._earliest: datetime | None = None
        waiting.execute("PRAGMA journal_mode = OFF")
        waiting.execute(_ROWS)

    def add(self, file: int, rows: Iterable[Row]) -> Iterator[Contradiction]:
        """Takes the rows of a file in; then says which of them contradict others of the same file, in their order."""
        self._waiting.execute("DROP INDEX IF EXISTS place")
        self._waiting.execute("BEGIN")
        self._waiting.executemany(_ADD, (self._cells(file, row) for row in rows))
        self._waiting.execute("COMMIT")
        self._waiting.execute("CREATE INDEX place ON row (source, key)")
        return (Contradiction(*found) for found in self._waiting.execute(_CONTRADICTIONS, {"file": file}))

    def _cells(self, file: int, row: Row) -> _Waiting:
        cells = cells_of("", row.evidence)
        starts, ends = _text(cells.starts_at), _text(cells.ends_at) if cells.ends_at else None
        body = cells.body if self._may_count(row.evidence) else None
        if self._earliest is None or cells.starts_at < self._earliest:
            self._earliest = cells.starts_at
        return (file, row.line, cells.source, cells.key, cells.digest, cells.item, starts, ends, body)

    def _may_count(self, row: Evidence) -> bool:
        """Whether it is worth keeping what it says; of work items and exclusions only all rows together tell."""
        if isinstance(row, Withdrawn) or row.first >= self._until:
            return False
        return isinstance(row, ItemEvent | Exclusion) or row.last is None or row.last >= self._since

    def chosen(self) -> Chosen:
        """What the rows come to, once all files are in."""
        self._waiting.execute(_CORRECTED)
        self._waiting.execute(_ALIVE, {"since": _text(self._since)})
        ((known,),) = self._waiting.execute("SELECT count(*) FROM row")
        found = self._waiting.execute(_CHOSEN, {"since": _text(self._since)})
        rows = tuple(known_as(digest, ANY_EVIDENCE.validate_json(body)) for digest, body in found)
        return Chosen(rows, known, self._earliest)


def _text(at: datetime) -> str:
    """In the order of time, as texts are compared."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@contextmanager
def sieve(since: datetime, until: datetime) -> Iterator[Sieve]:
    """For a half-open stretch of time. Raises Unreachable where the disk has no room for the rows that wait."""
    with closing(sqlite3.connect("", isolation_level=None)) as waiting:
        try:
            yield Sieve(waiting, since, until)
        except sqlite3.OperationalError as error:
            raise Unreachable(
                f"there is no room for the rows that wait ({error}); nothing is lost, make some"
            ) from None
