"""How rows of evidence are written: the same again is nothing new, other values are the next version. Source: MON-1.

Each row is looked up and written in one transaction with its batch. Writers of the same agreement take turns: on SQLite
because it has one writer, on PostgreSQL by a lock that ends with the transaction.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Integer, Text, text
from sqlalchemy.sql.selectable import TextualSelect

from activities.tables import UtcInstant
from sla.canonical import canonical_json, text_digest
from sla.evidence import Evidence, ItemDoes, ItemEvent
from sla.fields import Instant, Value

_STRIPES = 64
"""So many locks share all agreements: a batch never holds more."""
_LOCK_SPACE = 7_523


class Cells(NamedTuple):
    """What the table holds of one row, but for its version and when it came. `digest` is taken over `body`."""

    number: str
    source: str
    key: str
    kind: str
    digest: str
    starts_at: datetime
    ends_at: datetime | None
    item: str | None
    body: str


_COLUMNS = (*Cells._fields, "version", "received_at")


class Touched(Value):
    """A stretch in which rows of an agreement are new or others than before; without an end it is not over."""

    number: str
    since: Instant
    until: Instant | None


class Counts(NamedTuple):
    """What became of rows that were added."""

    accepted: int = 0
    """New ones."""
    repeated: int = 0
    """Known ones, with the same values: nothing was stored."""
    corrected: int = 0
    """Known ones with other values: the next version."""
    touched: tuple[Touched, ...] = ()
    """What is new or corrected, one stretch an agreement."""

    def plus(self, other: "Counts") -> "Counts":
        """Both together."""
        spans = _Spans()
        for each in (*self.touched, *other.touched):
            spans.add(each.number, each.since, each.until)
        return Counts(
            self.accepted + other.accepted,
            self.repeated + other.repeated,
            self.corrected + other.corrected,
            spans.told(),
        )


class _Latest(NamedTuple):
    version: int
    digest: str
    kind: str
    starts_at: datetime
    ends_at: datetime | None
    item: str | None


class _Spans:
    """The stretches that are touched, by agreement."""

    def __init__(self) -> None:
        self._of: dict[str, tuple[datetime, datetime | None]] = {}

    def add(self, number: str, since: datetime, until: datetime | None) -> None:
        begun, over = self._of.get(number, (since, until))
        end = None if over is None or until is None else max(over, until)
        self._of[number] = min(begun, since), end

    def told(self) -> tuple[Touched, ...]:
        return tuple(
            Touched(number=each, since=self._of[each][0], until=self._of[each][1]) for each in sorted(self._of)
        )


def cells_of(number: str, row: Evidence) -> Cells:
    """What the table holds of a row. What touches a work item is not over before the item is."""
    body = canonical_json(row).decode()
    item = row.item if isinstance(row, ItemEvent) else None
    is_open = isinstance(row, ItemEvent) and row.does is not ItemDoes.RESOLVED
    ends = None if is_open else row.last
    return Cells(number, row.source, row.key, row.kind, text_digest(body), row.first, ends, item, body)


def add_batch(connection: Connection, batch: Sequence[Cells], received_at: datetime) -> Counts:
    """Writes what is new or other than before. Of the same row twice in a batch, the later one corrects the earlier."""
    _take_turn(connection, {cells.number for cells in batch})
    latest, spans = _latest(connection, batch), _Spans()
    new: list[tuple[Cells, int]] = []
    repeated = corrected = 0
    for cells in batch:
        place = (cells.number, cells.source, cells.key)
        before = latest.get(place)
        if before is not None and before.digest == cells.digest:
            repeated += 1
            continue
        version = 1 if before is None else before.version + 1
        corrected += before is not None
        latest[place] = _Latest(version, cells.digest, cells.kind, cells.starts_at, cells.ends_at, cells.item)
        new.append((cells, version))
        _note(spans, cells.number, before, latest[place])
    if new:
        _add(connection, new, received_at)
    return Counts(len(new) - corrected, repeated, corrected, spans.told())


def _add(connection: Connection, new: Iterable[tuple[Cells, int]], received_at: datetime) -> None:
    """Past SQLAlchemy, which takes longer to look at a row than SQLite takes to store it."""
    sign, written = ("?", _as_sqlite) if connection.dialect.name == "sqlite" else ("%s", _as_it_is)
    received = written(received_at)
    connection.exec_driver_sql(
        f"INSERT INTO evidence ({', '.join(_COLUMNS)}) VALUES ({', '.join([sign] * len(_COLUMNS))})",
        [
            (
                *cells[:5],
                written(cells.starts_at),
                cells.ends_at and written(cells.ends_at),
                *cells[7:],
                version,
                received,
            )
            for cells, version in new
        ],
    )


def _as_it_is(at: datetime) -> datetime:
    return at


def _as_sqlite(at: datetime) -> str:
    """As `UtcInstant` is stored there: without its zone, which is UTC, and never short of its microseconds."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _note(spans: _Spans, number: str, *versions: _Latest | None) -> None:
    """What a row says and said. When it was withdrawn is not when it happened; an item goes on after its event."""
    for each in versions:
        if each is not None and each.kind != "withdrawn":
            spans.add(number, each.starts_at, None if each.item is not None else each.ends_at)


def _take_turn(connection: Connection, numbers: Iterable[str]) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"space": _LOCK_SPACE, "stripes": _STRIPES, "numbers": json.dumps(sorted(numbers))})


_LOCK = text(
    "SELECT count(pg_advisory_xact_lock(:space, stripe)) FROM "
    "(SELECT DISTINCT abs(hashtext(value) % :stripes) AS stripe FROM json_array_elements_text(CAST(:numbers AS json)) "
    "ORDER BY stripe) AS stripes"
)


def _latest(connection: Connection, batch: Sequence[Cells]) -> dict[tuple[str, str, str], _Latest]:
    """The last version of each row of a batch that is known, by one question whatever the batch."""
    asked = json.dumps([(cells.number, cells.source, cells.key) for cells in batch])
    found = connection.execute(_LATEST[connection.dialect.name], {"asked": asked})
    return {(row.number, row.source, row.key): _Latest(*row[3:]) for row in found}


def _question(items: str, first: str, second: str, third: str) -> TextualSelect:
    """Versions come in order, so the last one of each place stays in the dictionary."""
    return text(
        "SELECT e.number, e.source, e.key, e.version, e.digest, e.kind, e.starts_at, e.ends_at, e.item "
        f"FROM {items} JOIN evidence AS e ON e.number = {first} AND e.source = {second} AND e.key = {third} "
        "ORDER BY e.version"
    ).columns(
        number=Text,
        source=Text,
        key=Text,
        version=Integer,
        digest=Text,
        kind=Text,
        starts_at=UtcInstant,
        ends_at=UtcInstant,
        item=Text,
    )


_LATEST = {
    "sqlite": _question(
        "json_each(:asked) AS a",
        "json_extract(a.value, '$[0]')",
        "json_extract(a.value, '$[1]')",
        "json_extract(a.value, '$[2]')",
    ),
    "postgresql": _question("json_array_elements(CAST(:asked AS json)) AS a", "a ->> 0", "a ->> 1", "a ->> 2"),
}
