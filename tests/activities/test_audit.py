"""Every row that somebody changed behind the product's back is found, with where it is."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import Engine, select

from activities.records import SqlRecords
from activities.tables import APPEND_ONLY, EVENTS
from activities.views import Views
from sla.canonical import canonical_json, text_digest
from sla.events import Event
from tests.activities.lives import recorded
from tests.people import entry_of, life, number_request

Tamper = Callable[[str], None]


@pytest.fixture
def views(engine: Engine) -> Views:
    """A register with one agreement in force: 16 events, 2 editions, 15 decisions."""
    records = SqlRecords(engine)
    records.number(number_request())
    for transition in life():
        records.record(entry_of(transition))
    return Views(engine)


@pytest.fixture
def tamper(engine: Engine) -> Tamper:
    """Runs a statement as somebody would who owns the database: triggers and foreign keys are out of the way."""

    def run(statement: str) -> None:
        if engine.dialect.name == "postgresql":
            with psycopg.connect(_plain(engine), autocommit=True) as connection:
                connection.execute("SET session_replication_role = replica")
                connection.execute(statement.encode())
            return
        with closing(sqlite3.connect(str(engine.url.database), isolation_level=None)) as file:
            for table in APPEND_ONLY:
                file.execute(f"DROP TRIGGER {table}_stays_on_update")
                file.execute(f"DROP TRIGGER {table}_stays_on_delete")
            file.execute(statement)

    return run


def _plain(engine: Engine) -> str:
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def problem(views: Views) -> str:
    report = views.audit("0001")
    assert report is not None
    assert report.problem is not None
    return report.problem


def test_an_untouched_register_agrees_with_itself(views: Views) -> None:
    report = views.audit("1")
    last = life()[-1].event
    assert report is not None
    assert (report.number, report.events, report.head, report.problem) == ("0001", 16, last.hash, None)


def test_a_life_in_force_agrees_with_itself_after_every_event(engine: Engine) -> None:
    for step in recorded(SqlRecords(engine)):
        report = Views(engine).audit("1")
        assert report is not None
        assert (report.events, report.problem) == (step.transition.event.seq, None)


def test_an_agreement_without_events_agrees_with_itself(engine: Engine) -> None:
    SqlRecords(engine).number(number_request())
    report = Views(engine).audit("1")
    assert report is not None
    assert (report.events, report.head, report.problem) == (0, "0" * 64, None)


TAMPERINGS = {
    "DELETE FROM event WHERE seq = 5": "event 5 is missing: event 6 stands in its place",
    "DELETE FROM event WHERE seq = 1": "event 1 is missing: event 2 stands in its place",
    "DELETE FROM event WHERE seq > 14": "the agreement stands at event 16 and the chain ends at event 14: "
    "its end is not whole",
    "DELETE FROM event": "the agreement stands at event 16 and the chain ends at event 0: its end is not whole",
    "UPDATE event SET body = replace(body, 'Dora', 'Eve') WHERE seq = 13": "event 13 was changed: "
    "its contents do not give its hash",
    "UPDATE event SET body = body || ' ' WHERE seq = 3": "event 3 was changed: "
    "its column body does not say what was recorded",
    "UPDATE event SET body = 'nonsense' WHERE seq = 3": "event 3 was changed: its body cannot be read",
    "UPDATE event SET hash = previous WHERE seq = 4": "event 4 was changed: its contents do not give its hash",
    "UPDATE agreement SET seq = 15": "the agreement stands at event 15 and the chain ends at event 16: "
    "its end is not whole",
    "UPDATE agreement SET head_hash = form_digest": "the agreement names another hash for event 16 than the chain does",
    "UPDATE agreement SET stage = 'lapsed'": "the agreement was changed: "
    "its column stage does not say what was recorded",
    "UPDATE agreement SET state = replace(state, '\"active\"', '\"signing\"')": "the agreement's state is not "
    "the one after event 16",
    "UPDATE agreement SET state = NULL": "the agreement was changed: its state cannot be read",
    "UPDATE agreement SET edition_hash = form_digest": "the agreement was changed: "
    "its column edition_hash does not say what was recorded",
    "UPDATE agreement SET risks = 'review 1 overdue'": "the agreement was changed: "
    "its column risks does not say what was recorded",
    "UPDATE agreement SET amending = 'signing'": "the agreement was changed: "
    "its column amending does not say what was recorded",
    "UPDATE agreement SET period_end = '2027-06-01'": "the agreement was changed: "
    "its column period_end does not say what was recorded",
    "DELETE FROM edition WHERE no = 1": "edition 1 is missing: event 7 speaks of it",
    "DELETE FROM edition WHERE no = 2": "edition 2 is missing: event 8 speaks of it",
    "UPDATE edition SET hash = requirements_hash WHERE no = 2": "edition 2 was changed: "
    "its column hash does not say what was recorded",
    "UPDATE edition SET body = replace(body, '900.00', '90.00') WHERE no = 2": "edition 2 was changed: "
    "its contents do not give the hash that event 8 names",
    "UPDATE edition SET author = 'eve@elsewhere.example', "
    "body = replace(body, 'finn@meridian.example', 'eve@elsewhere.example') WHERE no = 1": "edition 1 was changed: "
    "event 7, which made it, is by another person or of another time",
    "UPDATE edition SET body = '{}' WHERE no = 2": "edition 2 was changed: its body cannot be read",
    "INSERT INTO edition SELECT number, 3, hash, origin, author, at, requirements_hash, body FROM edition "
    "WHERE no = 2": "edition 3 was added: no event speaks of it",
    "DELETE FROM decision WHERE seq = 13": "decision 0001:12 is missing: event 13 came from it",
    "UPDATE decision SET \"by\" = 'eve@elsewhere.example' WHERE seq = 13": "decision 0001:12 was changed: "
    "its column by does not say what was recorded",
    "UPDATE decision SET decision_id = 'forged' WHERE seq = 13": "decision forged was added: no event came from it",
    "UPDATE decision SET seq = 2 WHERE seq = 13": "decision 0001:12 was changed: "
    "its column seq does not say what was recorded",
}


@pytest.mark.parametrize("statement", TAMPERINGS)
def test_every_tampering_is_found_with_its_place(views: Views, tamper: Tamper, statement: str) -> None:
    tamper(statement)
    assert problem(views) == TAMPERINGS[statement]


@pytest.mark.parametrize(
    "column", ["fact", "by", "on_behalf_of", "stage", "at", "sentence", "reason", "decision_id", "previous"]
)
def test_every_column_of_an_event_is_compared_with_its_body(views: Views, tamper: Tamper, column: str) -> None:
    value = "2001-01-01 00:00:00.000000" if column == "at" else "eve"
    tamper(f"UPDATE event SET \"{column}\" = '{value}' WHERE seq = 13")
    assert problem(views) == f"event 13 was changed: its column {column} does not say what was recorded"


def test_an_event_that_was_written_anew_with_its_hash_breaks_the_chain(
    views: Views, tamper: Tamper, engine: Engine
) -> None:
    with engine.connect() as connection:
        body = connection.execute(select(EVENTS.c.body).where(EVENTS.c.seq == 13)).scalar_one()
    forged = Event.model_validate({**json.loads(body), "by": "eve@elsewhere.example"})
    text = canonical_json(forged).decode()
    tamper(
        f"UPDATE event SET \"by\" = 'eve@elsewhere.example', body = '{text}', hash = '{text_digest(text)}' "
        "WHERE seq = 13"
    )
    assert problem(views) == "event 14 does not follow from event 13: the hash before it differs"
