"""The register: one transaction per transition, kept once. Source: REG-1, REG-3.

Knows how an entry becomes rows, and that history only grows; refuses to know what a transition means.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, NoReturn

from sqlalchemy import Connection, Engine, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, IntegrityError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.database import in_one_trip, reading, writing
from activities.rows import (
    Cells,
    decision_cells,
    edition_cells,
    event_cells,
    letter_cells,
    moving_cells,
    standing_cells,
)
from activities.tables import AGREEMENTS, DECISIONS, EDITIONS, EVENTS, LETTERS
from sla.agreement import AgreementState, ChainHead, Done
from sla.commands import Said
from sla.stages import Stage
from workflows.messages import Beyond, Entry, Numbered, NumberRequest, Recorded, Standing
from workflows.ports import Records

_MOVE = update(AGREEMENTS).where(
    AGREEMENTS.c.number == bindparam("this_number"),
    AGREEMENTS.c.workflow_id == bindparam("this_workflow"),
    AGREEMENTS.c.seq == bindparam("seq_before"),
    AGREEMENTS.c.head_hash == bindparam("head_before"),
)
"""Moves an agreement on only from the head that the new event follows: check and lock in one statement."""
_ADD_EVENT = insert(EVENTS)
_ADD_DECISION = insert(DECISIONS)
_ADD_EDITION = insert(EDITIONS)
_ADD_LETTER = {
    "sqlite": sqlite.insert(LETTERS).on_conflict_do_nothing(index_elements=["message_key"]),
    "postgresql": postgresql.insert(LETTERS).on_conflict_do_nothing(index_elements=["message_key"]),
}
_ADD_AGREEMENT = {
    "sqlite": sqlite.insert(AGREEMENTS).on_conflict_do_nothing(index_elements=["workflow_id"]),
    "postgresql": postgresql.insert(AGREEMENTS).on_conflict_do_nothing(index_elements=["workflow_id"]),
}


class SqlRecords(Records):
    """The register on SQLite or PostgreSQL.

    Errors that pass (`Unreachable`) are retried; `DifferentHistory` and `NotStorable` are final.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @activity.defn(name="records.number")
    def number(self, request: NumberRequest) -> Numbered:
        """The number of this workflow's agreement: a new one the first time, the same ever after."""
        with _final_refusals(), writing(self._engine) as connection:
            return Numbered(number=_standing(connection, request) or _new(connection, request))

    @activity.defn(name="records.record")
    def record(self, entry: Entry) -> Recorded:
        """One transition, whole or not at all. Where the register is ahead, the answer says with what. Raises
        ApplicationError `DifferentHistory` when the event before it is not the one that it follows."""
        rows = _rows(entry)
        with _final_refusals():
            try:
                return self._recorded(entry, rows)
            except IntegrityError:
                already = self._already(entry)
                if already is None:
                    raise
                return Recorded(seq=entry.event.seq - 1, already=already)

    def _recorded(self, entry: Entry, rows: "_Rows") -> Recorded:
        with writing(self._engine) as connection:
            if not _moved(connection, rows):
                return _repeated(connection, entry)
            _store(connection, rows)
        return Recorded(seq=entry.event.seq)

    def _already(self, entry: Entry) -> Done | None:
        """The decision of this id, if it was carried out by an earlier event."""
        event = entry.event
        query = select(DECISIONS.c.seq, DECISIONS.c.by, EVENTS.c.stage).join(
            EVENTS, (EVENTS.c.number == DECISIONS.c.number) & (EVENTS.c.seq == DECISIONS.c.seq)
        )
        query = query.where(DECISIONS.c.number == event.number, DECISIONS.c.decision_id == event.decision_id)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        if row is None or event.decision_id is None:
            return None
        return Done(id=event.decision_id, seq=row.seq, stage=Stage(row.stage), by=row.by)

    @activity.defn(name="records.beyond")
    def beyond(self, asked: Beyond) -> Recorded:
        """The event after `seq`, with the words behind it; none when the register knows no more."""
        with _final_refusals(), reading(self._engine) as connection:
            head = _head(connection, asked.number, asked.workflow_id)
            return Recorded(seq=head, standing=_event_at(connection, asked.number, asked.seq + 1))


def _standing(connection: Connection, request: NumberRequest) -> str | None:
    query = select(AGREEMENTS.c.number).where(AGREEMENTS.c.workflow_id == request.workflow_id)
    return connection.execute(query).scalar_one_or_none()


def _new(connection: Connection, request: NumberRequest) -> str:
    head = ChainHead()
    cells: Cells = {
        "workflow_id": request.workflow_id,
        "provider": request.provider,
        "reference": request.reference,
        "form_digest": request.form_digest,
        "seq": head.seq,
        "head_hash": head.hash,
        "created_at": request.at,
        "updated_at": request.at,
        "search_text": request.reference.casefold(),
    }
    adding = _ADD_AGREEMENT[connection.dialect.name].returning(AGREEMENTS.c.id)
    id_ = connection.execute(adding, cells).scalar_one_or_none()
    if id_ is None:  # another process was faster
        return _standing(connection, request) or _different(f"no number stands for {request.reference}")
    number = f"{id_:04d}"
    connection.execute(update(AGREEMENTS).where(AGREEMENTS.c.id == id_).values(number=number))
    return number


class _Rows(NamedTuple):
    """One entry as cells, made before the transaction begins: it keeps others waiting no longer than it must."""

    move: Cells
    event: Cells
    decision: Cells | None
    edition: Cells | None
    letters: list[Cells]


def _rows(entry: Entry) -> _Rows:
    event = entry.event
    cells = event_cells(event)
    if entry.head_hash != cells["hash"]:
        _different(f"event {event.seq} of {event.number} is not the head of the state that came with it")
    return _Rows(
        move={
            **_standing_cells(entry),
            **moving_cells(entry),
            "state": entry.state,
            "next_due": entry.next_due,
            "this_number": event.number,
            "this_workflow": entry.workflow_id,
            "seq_before": event.seq - 1,
            "head_before": event.previous,
        },
        event=cells,
        decision=_decision(entry) if event.decision_id is not None else None,
        edition=edition_cells(event.number, entry.edition) if entry.edition else None,
        letters=[letter_cells(event, letter) for letter in entry.letters],
    )


def _standing_cells(entry: Entry) -> Cells:
    """Title, parties and period: read from the state only when they may have changed; the end moves by itself."""
    if entry.event.seq > 1 and entry.edition is None:
        return {}
    return standing_cells(AgreementState.model_validate_json(entry.state))


def _decision(entry: Entry) -> Cells:
    return {**decision_cells(entry.event), "said": entry.said.model_dump_json() if entry.said else None}


def _moved(connection: Connection, rows: _Rows) -> bool:
    return connection.execute(_MOVE, rows.move).rowcount == 1


def _store(connection: Connection, rows: _Rows) -> None:
    is_new_edition = rows.edition is not None and _is_new_edition(connection, rows.edition)
    with in_one_trip(connection):
        connection.execute(_ADD_EVENT, rows.event)
        if rows.decision is not None:
            connection.execute(_ADD_DECISION, rows.decision)
        if is_new_edition:
            connection.execute(_ADD_EDITION, rows.edition)
        if rows.letters:
            connection.execute(_ADD_LETTER[connection.dialect.name], rows.letters)


def _is_new_edition(connection: Connection, cells: Cells) -> bool:
    query = select(EDITIONS.c.hash).where(EDITIONS.c.number == cells["number"], EDITIONS.c.no == cells["no"])
    stored = connection.execute(query).scalar_one_or_none()
    if stored not in {None, cells["hash"]}:
        _different(f"edition {cells['no']} of {cells['number']} stands with another hash")
    return stored is None


def _repeated(connection: Connection, entry: Entry) -> Recorded:
    """What the register holds in this event's place: the very event, or another that follows the same one."""
    event = entry.event
    seq = _head(connection, event.number, entry.workflow_id)
    query = select(EVENTS.c.hash, EVENTS.c.previous).where(EVENTS.c.number == event.number, EVENTS.c.seq == event.seq)
    stored = connection.execute(query).one_or_none()
    if stored is None:
        return _different(f"event {event.seq} of {event.number} does not follow event {seq}, the last one here")
    if stored.hash == event.hash:
        return Recorded(seq=seq)
    if stored.previous != event.previous:
        return _different(f"event {event.seq} of {event.number} follows another event here")
    return Recorded(seq=seq, standing=_event_at(connection, event.number, event.seq))


def _head(connection: Connection, number: str, workflow_id: str) -> int:
    """The seq of the agreement's last event; refused for good where it is not this workflow's agreement."""
    query = select(AGREEMENTS.c.seq, AGREEMENTS.c.workflow_id).where(AGREEMENTS.c.number == number)
    head = connection.execute(query).one_or_none()
    if head is None or head.workflow_id != workflow_id:
        _different(f"the register knows no agreement {number} of the workflow {workflow_id}")
    return int(head.seq)


def _event_at(connection: Connection, number: str, seq: int) -> Standing | None:
    """The event in this place with what was said, if one stands there."""
    both = EVENTS.outerjoin(
        DECISIONS, (DECISIONS.c.number == EVENTS.c.number) & (DECISIONS.c.decision_id == EVENTS.c.decision_id)
    )
    query = select(EVENTS.c.hash, EVENTS.c.at, DECISIONS.c.said).select_from(both)
    row = connection.execute(query.where(EVENTS.c.number == number, EVENTS.c.seq == seq)).one_or_none()
    if row is None:
        return None
    return Standing(hash=row.hash, at=row.at, said=Said.model_validate_json(row.said) if row.said else None)


def _different(what: str) -> NoReturn:
    raise ApplicationError(what, type="DifferentHistory", non_retryable=True)


@contextmanager
def _final_refusals() -> Iterator[None]:
    """A database that says no to the contents says so again: no retry."""
    try:
        yield
    except (IntegrityError, DataError) as error:
        why = (str(error.orig).strip().splitlines() or [""])[0][:200]
        raise ApplicationError(
            f"the register cannot store this ({why})", type="NotStorable", non_retryable=True
        ) from None
