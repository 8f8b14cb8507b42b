"""Whether the register still says what was recorded: every row against the chain of hashes. Source: REG-3.

Knows what must agree with what; changes nothing. The chain is the measure: an event's body gives its hash, and every
other row is compared with the events. A whole chain that was written anew can only be told by a head kept elsewhere.
"""

from collections.abc import Iterator, Sequence

from pydantic import ValidationError
from sqlalchemy import Connection, Row, Table, select

from activities.rows import Cell, Cells, agreement_cells, decision_cells, edition_cells, event_cells
from activities.tables import AGREEMENTS, DECISIONS, EDITIONS, EVENTS
from sla.agreement import AgreementState, ChainHead
from sla.events import Event, broken_link
from sla.fields import Value
from sla.terms import Edition

_Row = Row[tuple[Cell, ...]]
_NOT_COMPARED = frozenset({"state", "search_text"})
"""Cells of the agreement that a later release may write in another way."""


class AuditReport(Value):
    """What the audit of one agreement found; no problem means that everything agrees."""

    number: str
    events: int
    head: str
    """The hash of the last event; 64 zeros before the first."""
    problem: str | None = None


def audit(connection: Connection, number: str) -> AuditReport | None:
    """Compares everything that the register holds of an agreement; None when it holds nothing."""
    row = connection.execute(select(AGREEMENTS).where(AGREEMENTS.c.number == number)).one_or_none()
    if row is None:
        return None
    stored = _of(connection, EVENTS, number, "seq")
    head = stored[-1].hash if stored else ChainHead().hash
    problem = next(_problems(connection, row, stored), None)
    return AuditReport(number=number, events=len(stored), head=head, problem=problem)


def _of(connection: Connection, table: Table, number: str, order: str) -> Sequence[_Row]:
    return connection.execute(select(table).where(table.c.number == number).order_by(table.c[order])).all()


def _problems(connection: Connection, agreement: _Row, stored: Sequence[_Row]) -> Iterator[str]:
    """Every problem in order; those after the first may follow from it."""
    events: list[Event] = []
    for row in stored:
        try:
            events.append(Event.model_validate_json(row.body))
        except ValidationError:
            yield f"event {row.seq} was changed: its body cannot be read"
            return
    if broken := broken_link(tuple(events), tuple(row.hash for row in stored)):
        yield broken
        return
    for row, event in zip(stored, events, strict=True):
        yield from _differences(f"event {row.seq}", row, event_cells(event))
    yield from _agreement_problems(agreement, events)
    yield from _edition_problems(_of(connection, EDITIONS, agreement.number, "no"), events)
    yield from _decision_problems(_of(connection, DECISIONS, agreement.number, "seq"), events)


def _differences(what: str, row: _Row, cells: Cells) -> Iterator[str]:
    for name, expected in cells.items():
        if row._mapping[name] != expected:
            yield f"{what} was changed: its column {name} does not say what was recorded"


def _agreement_problems(row: _Row, events: list[Event]) -> Iterator[str]:
    last = events[-1] if events else None
    head = ChainHead(seq=last.seq, hash=last.hash) if last else ChainHead()
    if row.seq != head.seq:
        yield f"the agreement stands at event {row.seq} and the chain ends at event {head.seq}: its end is not whole"
    if row.head_hash != head.hash:
        yield f"the agreement names another hash for event {head.seq} than the chain does"
    if last is None:
        return
    try:
        state = AgreementState.model_validate_json(row.state or "")
    except ValidationError:
        yield "the agreement was changed: its state cannot be read"
        return
    if state.head != head or state.stage is not last.stage or state.number != last.number:
        yield f"the agreement's state is not the one after event {head.seq}"
    cells = {name: cell for name, cell in agreement_cells(state, last).items() if name not in _NOT_COMPARED}
    yield from _differences("the agreement", row, cells)


def _edition_problems(rows: Sequence[_Row], events: list[Event]) -> Iterator[str]:
    """Every edition that an event speaks of stands here with that hash, by whoever made it, and no other does."""
    first: dict[int, Event] = {}
    for event in events:
        if event.edition is not None:
            first.setdefault(event.edition.no, event)
    for row in rows:
        event_ = first.pop(row.no, None)
        yield from _edition_row_problems(row, event_)
    for no, event in first.items():
        yield f"edition {no} is missing: event {event.seq} speaks of it"


def _edition_row_problems(row: _Row, first: Event | None) -> Iterator[str]:
    what = f"edition {row.no}"
    if first is None:
        yield f"{what} was added: no event speaks of it"
        return
    try:
        edition = Edition.model_validate_json(row.body)
    except ValidationError:
        yield f"{what} was changed: its body cannot be read"
        return
    if edition.ref != first.edition:
        yield f"{what} was changed: its contents do not give the hash that event {first.seq} names"
    if (edition.author, edition.at) != (first.by, first.at):
        yield f"{what} was changed: event {first.seq}, which made it, is by another person or of another time"
    yield from _differences(what, row, edition_cells(row.number, edition))


def _decision_problems(rows: Sequence[_Row], events: list[Event]) -> Iterator[str]:
    made = {event.decision_id: event for event in events if event.decision_id is not None}
    for row in rows:
        event = made.pop(row.decision_id, None)
        if event is None:
            yield f"decision {row.decision_id} was added: no event came from it"
        else:
            yield from _differences(f"decision {row.decision_id}", row, decision_cells(event))
    for id_, event in made.items():
        yield f"decision {id_} is missing: event {event.seq} came from it"
