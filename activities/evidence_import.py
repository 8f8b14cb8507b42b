"""How a file or a message full of evidence is taken in: checked rows in, one report out. Every door calls this.

All or nothing: rows wait in a temporary database of SQLite (on disk, so memory stays flat) until the last is checked,
and only then are stored; one bad row and nothing is. With `partial` the good ones are kept. Source: MON-1.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from activities.evidence import SqlEvidence
from activities.evidence_versions import Cells, Counts, Touched, cells_of
from sla.errors import BadInput, Fault, NotFound, Unreachable
from sla.evidence import Evidence, Exclusion, ExclusionCause
from sla.fields import Value
from sla.fitting import Words, unfit
from sla.suspended_time import SOURCE as OWN_SOURCE

MOST_NAMED = 100
"""How many refused rows a report names; the others are counted."""
_PLACE = "number, source, key"
_WAITING = "CREATE TABLE row (line INTEGER, number, source, key, kind, digest, starts, ends, item, body)"
_ADD = "INSERT INTO row VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_TWICE = (
    f"SELECT {_PLACE}, line, digest, row.rowid FROM "
    f"(SELECT {_PLACE} FROM row GROUP BY {_PLACE} HAVING count(*) > 1) JOIN row USING ({_PLACE}) "
    f"ORDER BY {_PLACE}, line"
)
"""Rows of which there are several with one source and key."""
_AT_ONCE = 2_000


class Row(NamedTuple):
    """One checked row, with the line at which it begins and the agreement that it names, if it names one."""

    line: int
    agreement: str | None
    evidence: Evidence


class Refused(Value):
    """One row, or one field of it, that does not hold, and what would be right. Lines count from 1."""

    line: int
    field: str
    wrong: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.field}: {self.wrong}"


class ImportReport(Value):
    """What became of the rows."""

    is_kept: bool
    """Whether anything was to be stored: without `partial`, only where nothing was refused."""
    accepted: int = 0
    repeated: int = 0
    """Known before with the same values, or twice among these rows."""
    corrected: int = 0
    """Known before with other values, which these replace."""
    refused: int = 0
    """So many rows; one may have several faults."""
    faults: tuple[Refused, ...] = ()
    """The first hundred."""
    more: int = 0
    """Faults that are counted only."""
    touched: tuple[Touched, ...] = ()
    """What time is to be judged again, for each agreement."""


class _Faults:
    """Counts what is refused, names the first hundred, and tells each to whoever writes them down."""

    def __init__(self, on_refused: Callable[[Refused], None] | None) -> None:
        self.rows, self.more, self.named = 0, 0, list[Refused]()
        self._line, self._on_refused = 0, on_refused

    def add(self, refused: Refused) -> None:
        """One after the other, those of one row together."""
        self.rows += refused.line != self._line
        self._line = refused.line
        self.more += len(self.named) >= MOST_NAMED
        if len(self.named) < MOST_NAMED:
            self.named.append(refused)
        if self._on_refused is not None:
            self._on_refused(refused)


def import_rows(
    store: SqlEvidence,
    rows: Iterable[Row | Refused],
    number: str | None,
    received_at: datetime,
    *,
    partial: bool = False,
    on_refused: Callable[[Refused], None] | None = None,
) -> ImportReport:
    """Takes rows in. A row belongs to the agreement that it names, else to `number`.

    A row that no target of its agreement can use is refused (`sla.fitting`). A key that stands twice with other values
    is refused in both lines: nobody knows which is right. Rows are stored in
    short transactions after all are checked: a crash meanwhile leaves some of them, and the same rows again the rest.
    Raises Unreachable when the register does not answer, or the disk has no room for the rows that wait.
    """
    faults = _Faults(on_refused)
    with closing(sqlite3.connect("", isolation_level=None)) as waiting:
        try:
            repeated = _gather(waiting, _owned(store, rows, number, faults), faults)
            if faults.rows and not partial:
                return _report(Counts(), faults, is_kept=False)
            counts = store.add_cells(_waiting_rows(waiting), received_at)
        except sqlite3.OperationalError as error:
            raise Unreachable(
                f"there is no room for the rows that wait ({error}); nothing is lost, make some"
            ) from None
    return _report(counts._replace(repeated=counts.repeated + repeated), faults, is_kept=True)


def _report(counts: Counts, faults: _Faults, *, is_kept: bool) -> ImportReport:
    return ImportReport(
        is_kept=is_kept,
        accepted=counts.accepted,
        repeated=counts.repeated,
        corrected=counts.corrected,
        refused=faults.rows,
        faults=tuple(faults.named),
        more=faults.more,
        touched=counts.touched,
    )


_Owned = tuple[int, str, Evidence]
_Waiting = tuple[int | str | None, ...]
_Found = tuple[str | int, ...]


def _owned(store: SqlEvidence, rows: Iterable[Row | Refused], number: str | None, faults: _Faults) -> Iterator[_Owned]:
    """Rows that the targets of an agreement can use; each agreement is asked for once."""
    known = _Known(store)
    for row in rows:
        if isinstance(row, Refused):
            faults.add(row)
            continue
        named = row.agreement or number
        fault = _of_the_register(row.evidence) or (_NAMELESS if named is None else known.unfit(named, row.evidence))
        if fault is not None:
            faults.add(Refused(line=row.line, field=fault.field, wrong=fault.wrong))
        elif named is not None:
            yield row.line, named, row.evidence


_NAMELESS = Fault(
    "agreement", "is missing; the number of an agreement such as 0007 is expected, in the row or for all rows"
)


def _of_the_register(row: Evidence) -> Fault | None:
    """Nobody speaks for the register itself."""
    if row.source == OWN_SOURCE:
        wrong = f"{OWN_SOURCE!r} is what the register calls itself; the name of whoever saw it is expected"
        return Fault("source", wrong)
    if isinstance(row, Exclusion) and row.cause is ExclusionCause.SUSPENSION:
        wrong = "'suspension' is said by the register itself; maintenance, force_majeure or customer is expected"
        return Fault("cause", wrong)
    return None


class _Known:
    """The agreements of which rows have spoken so far, with the words of their targets. Equal words are held once, so
    that many agreements need little memory."""

    def __init__(self, store: SqlEvidence) -> None:
        self._store = store
        self._of: dict[str, tuple[Words, ...] | Fault | None] = {}
        self._held: dict[tuple[Words, ...], tuple[Words, ...]] = {}

    def unfit(self, number: str, row: Evidence) -> Fault | None:
        """Why an agreement cannot use a row. Before it has terms it takes every one."""
        if number not in self._of:
            self._of[number] = self._asked(number)
        words = self._of[number]
        return words if words is None or isinstance(words, Fault) else unfit(row, words, number)

    def _asked(self, number: str) -> tuple[Words, ...] | Fault | None:
        try:
            words = self._store.words(number)
        except NotFound:
            right = "one that `sla list` shows is expected"
            return Fault("agreement", f"{number!r:.40} is none that the register knows; {right}")
        except BadInput as error:
            return Fault("agreement", f"{error.wrong}; {error.right}")
        return words and self._held.setdefault(words, words)


def _gather(waiting: sqlite3.Connection, rows: Iterable[_Owned], faults: _Faults) -> int:
    """Lets every row wait, takes out what stands twice, and says how many were only repeated."""
    waiting.execute("PRAGMA journal_mode = OFF")
    waiting.execute(_WAITING)
    batch: list[_Waiting] = []
    for line, number, evidence in rows:
        batch.append((line, *_stored(cells_of(number, evidence))))
        if len(batch) == _AT_ONCE:
            _put(waiting, batch)
    _put(waiting, batch)
    waiting.execute(f"CREATE INDEX place ON row ({_PLACE}, line, digest)")
    waiting.execute("CREATE TABLE leaves (id INTEGER PRIMARY KEY)")
    found = waiting.execute(_TWICE)
    places = groupby(found, key=lambda row: tuple(row[:3]))
    return sum(_once(waiting, [str(part) for part in place], rows, faults) for place, rows in places)


def _once(waiting: sqlite3.Connection, place: list[str], rows: Iterator[_Found], faults: _Faults) -> int:
    """Keeps the first of equal rows, and none where others stand beside it. Says how many were only repeated."""
    *_, line, digest, first = next(rows)
    repeated, other = 0, None
    for *_, later, its_digest, rowid in rows:
        waiting.execute("INSERT INTO leaves VALUES (?)", (rowid,))
        if its_digest == digest:
            repeated += 1
        else:
            faults.add(_contradiction(int(later), place, line))
            other = later if other is None else other
    if other is not None:
        waiting.execute("INSERT INTO leaves VALUES (?)", (first,))
        faults.add(_contradiction(int(line), place, other))
    return repeated


def _contradiction(line: int, place: list[str], other: int | str) -> Refused:
    _, source, key = place
    wrong = f"{key!r:.60} of {source!r:.60} stands in line {other} with other values; each key once is expected"
    return Refused(line=line, field="key", wrong=wrong)


def _put(waiting: sqlite3.Connection, batch: list[_Waiting]) -> None:
    waiting.execute("BEGIN")
    waiting.executemany(_ADD, batch)
    waiting.execute("COMMIT")
    batch.clear()


def _stored(cells: Cells) -> _Waiting:
    starts, ends = cells.starts_at.isoformat(), cells.ends_at.isoformat() if cells.ends_at else None
    return (*cells[:5], starts, ends, cells.item, cells.body)


def _waiting_rows(waiting: sqlite3.Connection) -> Iterator[Cells]:
    """Those that stay, in the order in which they came."""
    for row in waiting.execute("SELECT * FROM row WHERE rowid NOT IN (SELECT id FROM leaves) ORDER BY rowid"):
        _, number, source, key, kind, digest, starts, ends, item, body = row
        begun, over = datetime.fromisoformat(starts), datetime.fromisoformat(ends) if ends else None
        yield Cells(number, source, key, kind, digest, begun, over, item, body)
