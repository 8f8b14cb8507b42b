"""Measurements on the register: one whole transition against the smallest commit that the database knows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, bindparam, update

from activities.database import migrate, open_engine, writing
from activities.records import SqlRecords
from activities.tables import AGREEMENTS
from benchmarks.measure import Figure, Seconds, milliseconds, took
from tests.people import form, life
from tests.postgres import NoPostgres, running_postgres
from workflows.messages import Entry, NumberRequest

_TOUCH = update(AGREEMENTS).where(AGREEMENTS.c.number == bindparam("this")).values(updated_at=bindparam("now"))


def commits(folder: Path, lives: int) -> list[Figure]:
    """One commit of a transition against a one-row UPDATE, on each database that is here."""
    with _engine(f"sqlite:///{folder / 'commits.db'}") as engine:
        figures = [_commit(engine, "SQLite", lives)]
    try:
        with running_postgres(durable=True) as server, _engine(server.url(server.create())) as engine:
            figures.append(_commit(engine, "PostgreSQL", lives))
    except NoPostgres as absent:
        print(f"PostgreSQL is not measured: {absent}")
    return figures


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    migrate(engine)
    try:
        yield engine
    finally:
        engine.dispose()


def _commit(engine: Engine, database: str, lives: int) -> Figure:
    records, ours, bare = SqlRecords(engine), Seconds(), Seconds()
    for index in range(-1, lives):  # the first warms up
        for entry in _entries(records, f"bench-{index}"):
            times = took(partial(records.record, entry)), took(partial(_touch, engine, entry))
            if index >= 0:
                ours.add(times[0])
                bare.add(times[1])
    return Figure(
        f"one transition's commit on {database}, of a one-row UPDATE's",
        ours.p50 / bare.p50,
        2.5,
        detail=f"p50 {milliseconds(ours.p50)} against {milliseconds(bare.p50)} ({len(ours.taken)} each)",
    )


def _touch(engine: Engine, entry: Entry) -> None:
    with writing(engine) as connection:
        connection.execute(_TOUCH, {"this": entry.event.number, "now": datetime.now(UTC)})


def _entries(records: SqlRecords, workflow_id: str) -> list[Entry]:
    """A whole life as it comes from the wire."""
    request = NumberRequest(
        workflow_id=workflow_id,
        provider=form().provider,
        reference=workflow_id,
        form_digest="0" * 64,
        at=datetime.now(UTC),
    )
    return [Entry.of(each, workflow_id) for each in life(records.number(request).number, reference=workflow_id)]
