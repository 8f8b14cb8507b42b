"""The store of evidence: every version of every row, and which of them count. Source: MON-1, MON-10.

Knows rows as bodies with instants; refuses to know terms and levels. A row is known by agreement, source and
key; of its versions the last one counts, and one that says `withdrawn` says that none does.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from types import MappingProxyType

from sqlalchemy import Engine, Select, and_, case, exists, func, or_, select, union_all
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import NamedFromClause

from activities.database import reading, writing
from activities.evidence_targets import words_on_record
from activities.evidence_versions import Cells, Counts, Touched, add_batch, cells_of
from activities.rows import Cell
from activities.tables import AGREEMENTS, EVIDENCE
from sla.errors import NotFound
from sla.evidence import ANY_EVIDENCE, Evidence, known_as
from sla.fitting import Words
from sla.touching import touching

BATCH = 5_000
"""Rows of one transaction: others who write to the register wait no longer than it takes."""
_NUMBERS_AT_ONCE = 500
_WITHDRAWN, _EXCLUSION = "withdrawn", "exclusion"
_INSTANT = EVIDENCE.c.starts_at.type
_Found = Select[tuple[Cell, ...]]


class SqlEvidence:
    """The store on SQLite or PostgreSQL. Every method raises `Unreachable` when the database does not answer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, number: str, rows: Iterable[Evidence], received_at: datetime) -> Counts:
        """Adds rows of one agreement. Twice is once, from however many writers. Raises NotFound for no agreement."""
        if not self.known((number,)):
            raise NotFound(f"there is no agreement {number!r:.40}; `sla list` shows those that there are")
        return self.add_cells((cells_of(number, row) for row in rows), received_at)

    def add_cells(self, cells: Iterable[Cells], received_at: datetime) -> Counts:
        """The same for rows of any agreements that are known, in transactions of 5,000 rows: what an interrupted call
        has stored stays, and the same call again stores the rest."""
        counts = Counts()
        for batch in _batches(cells):
            with writing(self._engine) as connection:
                counts = counts.plus(add_batch(connection, batch, received_at))
        return counts

    def known(self, numbers: Iterable[str]) -> frozenset[str]:
        """Those numbers under which the register has an agreement."""
        asked = tuple(dict.fromkeys(numbers))
        with reading(self._engine) as connection:
            found = connection.execute(select(AGREEMENTS.c.number).where(AGREEMENTS.c.number.in_(asked)))
            return frozenset(found.scalars())

    def words(self, number: str) -> tuple[Words, ...] | None:
        """What the editions of an agreement say of the targets that its rows may name; None before it has terms.

        Raises NotFound for no agreement, and BadInput for one that cannot be read.
        """
        with reading(self._engine) as connection:
            return words_on_record(connection, number)

    def of(self, number: str, since: datetime, until: datetime) -> tuple[Evidence, ...]:
        """What counts for a half-open stretch of an agreement, as `sla.touching` says."""
        return self.of_many((number,), since, until)[number]

    def of_many(self, numbers: Sequence[str], since: datetime, until: datetime) -> Mapping[str, tuple[Evidence, ...]]:
        """The same for many agreements by one question for each 500; one without evidence has an empty tuple."""
        found: dict[str, list[Evidence]] = {number: [] for number in numbers}
        with reading(self._engine) as connection:
            for begin in range(0, len(numbers), _NUMBERS_AT_ONCE):
                asked = numbers[begin : begin + _NUMBERS_AT_ONCE]
                for row in connection.execute(_touching(asked, since, until)):
                    found[row.number].append(known_as(row.digest, ANY_EVIDENCE.validate_json(row.body)))
        return MappingProxyType({number: touching(rows, since, until) for number, rows in found.items()})

    def touched_since(self, numbers: Sequence[str], received_after: datetime) -> tuple[Touched, ...]:
        """Which agreements got new or corrected rows after an instant, and which stretch these speak of, with what the
        corrected ones said before. Who asks again asks from a little before the last time: a writer may have been on
        its way then. Source: MON-7."""
        with reading(self._engine) as connection:
            found = connection.execute(_touched(numbers, received_after)).all()
        return tuple(
            Touched(number=row.number, since=row.since, until=None if row.is_open else row.until) for row in found
        )


def _batches(cells: Iterable[Cells]) -> Iterator[list[Cells]]:
    rest = iter(cells)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _touching(numbers: Sequence[str], since: datetime, until: datetime) -> _Found:
    """Every row that may touch the stretch; of work items rather too many, which `sla.touching` leaves out."""
    e = EVIDENCE.alias("e")
    chosen = select(e.c.number, e.c.digest, e.c.body)
    begun = and_(e.c.number.in_(numbers), e.c.starts_at < until, _stands(e))
    no_item = and_(begun, e.c.item.is_(None), e.c.kind != _WITHDRAWN)
    alive = _alive_items(numbers, since, until).cte("alive")
    of_items = chosen.join(alive, and_(alive.c.number == e.c.number, alive.c.item == e.c.item)).where(begun)
    first = select(alive.c.number, func.min(alive.c.begun_at).label("at")).group_by(alive.c.number).subquery()
    rests = chosen.join(first, and_(first.c.number == e.c.number, first.c.at < e.c.ends_at)).where(
        no_item, e.c.kind == _EXCLUSION, e.c.ends_at < since
    )
    all_of_them = union_all(
        chosen.where(no_item, e.c.ends_at >= since), chosen.where(no_item, e.c.ends_at.is_(None)), of_items, rests
    ).subquery()
    return select(all_of_them.c.number, all_of_them.c.digest, all_of_them.c.body)


def _alive_items(numbers: Sequence[str], since: datetime, until: datetime) -> _Found:
    """Work items of which something happened since, or whose last event is not, or not only, a resolution."""
    i = EVIDENCE.alias("i")
    last_open = func.max(case((i.c.ends_at.is_(None), i.c.starts_at)))
    return (
        select(i.c.number, i.c.item, func.min(i.c.starts_at).label("begun_at"))
        .where(i.c.number.in_(numbers), i.c.item.is_not(None), i.c.starts_at < until, _stands(i))
        .group_by(i.c.number, i.c.item)
        .having(
            or_(
                func.max(i.c.starts_at) >= since,
                func.max(i.c.ends_at).is_(None),
                func.max(i.c.ends_at) <= last_open,
            )
        )
    )


def _stands(row: NamedFromClause) -> ColumnElement[bool]:
    """No later version of the same row is there."""
    later = EVIDENCE.alias(f"{row.name}_later")
    return ~exists().where(_is_same(later, row), later.c.version > row.c.version)


def _is_same(one: NamedFromClause, other: NamedFromClause) -> ColumnElement[bool]:
    return and_(one.c.number == other.c.number, one.c.source == other.c.source, one.c.key == other.c.key)


def _touched(numbers: Sequence[str], received_after: datetime) -> _Found:
    """Of what is new, and of the version before each: the ones between are new themselves."""
    new, before = EVIDENCE.alias("new"), EVIDENCE.alias("before")
    is_new = and_(new.c.number.in_(numbers), new.c.received_at > received_after)
    is_before = and_(_is_same(before, new), before.c.version == new.c.version - 1)
    said = union_all(
        _said(new).where(is_new), _said(before).select_from(new.join(before, is_before)).where(is_new)
    ).subquery()
    return (
        select(
            said.c.number,
            func.min(said.c.starts_at, type_=_INSTANT).label("since"),
            func.max(said.c.ends_at, type_=_INSTANT).label("until"),
            func.max(said.c.is_open).label("is_open"),
        )
        .group_by(said.c.number)
        .order_by(said.c.number)
    )


def _said(version: NamedFromClause) -> _Found:
    """The stretch of one version. When a row was withdrawn is not when it happened; an item goes on after its event,
    and after the exclusion in which its clocks rested."""
    goes_on = or_(version.c.ends_at.is_(None), version.c.item.is_not(None), version.c.kind == _EXCLUSION)
    is_open = case((goes_on, 1), else_=0).label("is_open")
    return select(version.c.number, version.c.starts_at, version.c.ends_at, is_open).where(version.c.kind != _WITHDRAWN)
