"""The migrations make, on both databases, exactly the tables that the code knows."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, Table, insert, inspect
from sqlalchemy.exc import IntegrityError

from activities.database import alembic_config, current_revision, is_current, migrate, open_engine, writing
from activities.evidence import SqlEvidence
from activities.records import SqlRecords
from activities.rows import Cells, agreement_cells, decision_cells, edition_cells, event_cells
from activities.tables import AGREEMENTS, APPEND_ONLY, DECISIONS, EDITIONS, EVENTS, METADATA, STATEMENTS
from activities.views import Views
from sla.agreement import AgreementState
from sla.errors import Unreachable
from sla.evidence import Outage
from sla.transitions import silence
from tests.people import MONDAY, entry_of, life, number_request

NEWEST = "0004"


@pytest.fixture
def empty(empty_url: str) -> Iterator[Engine]:
    engine = open_engine(empty_url)
    yield engine
    engine.dispose()


def test_an_empty_database_is_brought_to_this_release(empty: Engine) -> None:
    assert (is_current(empty), current_revision(empty)) == (False, None)
    migrate(empty)
    assert (is_current(empty), current_revision(empty)) == (True, NEWEST)


def test_a_second_migration_changes_nothing(empty: Engine) -> None:
    migrate(empty)
    SqlRecords(empty).number(number_request())
    migrate(empty)
    assert len(Views(empty).heads()) == 1


def test_the_migrations_make_what_the_code_knows(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_every_foreign_key_is_there(engine: Engine) -> None:
    inspector = inspect(engine)
    found = {table: [key["referred_table"] for key in inspector.get_foreign_keys(table)] for table in METADATA.tables}
    assert found == {
        "agreement": [],
        "edition": ["agreement"],
        "event": ["agreement"],
        "decision": ["event"],
        "letter": ["event"],
        "evidence": ["agreement"],
        "statement": ["agreement"],
        "withheld": ["agreement"],
    }


def _fill_every_kept_table(engine: Engine) -> None:
    """One life, a row of evidence and a statement."""
    records = SqlRecords(engine)
    number = records.number(number_request()).number
    for transition in life():
        records.record(entry_of(transition))
    SqlEvidence(engine).add(number, [Outage(source="probe", key="k1", start=MONDAY)], MONDAY)
    stated: Cells = {"number": number, "period_start": MONDAY.date(), "period_end": MONDAY.date(), "revision": 1}
    words = dict.fromkeys(("digest", "inputs", "status", "body"), "")
    with writing(engine) as connection:
        connection.execute(insert(STATEMENTS), {**stated, **words, "stated_at": MONDAY})


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET number = number", "DELETE FROM {}"])
def test_what_was_recorded_cannot_be_changed_or_deleted(engine: Engine, table: str, statement: str) -> None:
    _fill_every_kept_table(engine)
    with pytest.raises(IntegrityError, match="is never changed"), engine.begin() as connection:
        connection.exec_driver_sql(statement.format(table))


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_nothing_replaces_a_row_under_the_same_key_on_sqlite(engine: Engine, table: str) -> None:
    if engine.dialect.name == "postgresql":
        statement = f"TRUNCATE {table} CASCADE"
    else:
        statement = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    _fill_every_kept_table(engine)
    with pytest.raises(IntegrityError, match="is never changed"), engine.begin() as connection:
        connection.exec_driver_sql(statement)


@pytest.fixture
def of_0_1_0(empty: Engine) -> Engine:
    """A register of release 0.1.0: one agreement in force, and one that has its number and no event yet."""
    state, events = _signed_by_0_1_0(), [each.event for each in life()]
    first = {**agreement_cells(state, events[-1]), "state": state.model_dump_json(exclude={"life", "amendment"})}
    with writing(empty) as connection:
        command.upgrade(alembic_config(connection), "0001")
        _fill(connection, AGREEMENTS, {**_numbered("0001"), **first}, _numbered("0002"))
        _fill(connection, EDITIONS, *(edition_cells("0001", each.new_edition) for each in life() if each.new_edition))
        _fill(connection, EVENTS, *(event_cells(each) for each in events))
        _fill(connection, DECISIONS, *(decision_cells(each) for each in events if each.decision_id))
    return empty


def _signed_by_0_1_0() -> AgreementState:
    return life()[-1].state.model_copy(update={"life": None})


def _numbered(number: str) -> Cells:
    return {
        "number": number,
        "workflow_id": f"workflow-{int(number)}",
        "reference": "NW-2",
        "form_digest": "f" * 64,
        "provider": "Meridian Services",
        "seq": 0,
        "head_hash": "0" * 64,
        "created_at": MONDAY,
        "updated_at": MONDAY,
        "search_text": "nw-2",
    }


def _fill(connection: Connection, table: Table, *rows: Cells) -> None:
    """Names no column that 0.1.0 does not have."""
    for row in rows:
        connection.execute(insert(table).values({name: row[name] for name in row.keys() - {"risks", "amending"}}))


def test_a_register_of_the_release_before_says_what_mends_it(of_0_1_0: Engine) -> None:
    with pytest.raises(Unreachable, match="has the tables of an earlier release; a worker of this one mends that"):
        Views(of_0_1_0).list_agreements()


def test_what_the_release_before_has_stored_stays_readable(of_0_1_0: Engine) -> None:
    migrate(of_0_1_0)
    views, state = Views(of_0_1_0), _signed_by_0_1_0()
    (line,) = views.list_agreements()
    assert (line.number, line.risks, line.amending, line.period_end) == ("0001", (), None, state.period.end)
    found = views.find("1")
    assert found is not None
    assert found.state == state
    assert [each.event for each in views.history("1")] == [each.event for each in life()]
    assert [(head.number, head.seq) for head in views.heads()] == [("0001", len(life())), ("0002", 0)]


def test_what_the_release_before_has_stored_passes_its_audit(of_0_1_0: Engine) -> None:
    migrate(of_0_1_0)
    for number in ("1", "2"):
        report = Views(of_0_1_0).audit(number)
        assert report is not None
        assert report.problem is None


def test_an_agreement_of_the_release_before_goes_on(of_0_1_0: Engine) -> None:
    migrate(of_0_1_0)
    records, views = SqlRecords(of_0_1_0), Views(of_0_1_0)
    woken = silence(_signed_by_0_1_0(), MONDAY + timedelta(days=400))
    records.record(entry_of(woken))
    report = views.audit("1")
    assert report is not None
    assert (report.events, report.problem) == (len(life()) + 1, None)
    assert records.number(number_request("workflow-3", "NW-3")).number == "0003"


def test_what_the_release_before_has_recorded_still_cannot_be_changed(of_0_1_0: Engine) -> None:
    migrate(of_0_1_0)
    with pytest.raises(IntegrityError, match="is never changed"), of_0_1_0.begin() as connection:
        connection.exec_driver_sql("DELETE FROM event")


def test_the_state_stands_last_on_sqlite_so_that_lists_do_not_read_it(engine: Engine) -> None:
    columns = [column["name"] for column in inspect(engine).get_columns("agreement")]
    assert (columns[-1] == "state") is (engine.dialect.name == "sqlite")


def test_a_register_without_tables_says_what_makes_them(empty: Engine) -> None:
    with pytest.raises(Unreachable, match="has no tables yet; a worker makes them when it starts"):
        Views(empty).find("0001")


def _migrate_alone(url: str) -> str | None:
    engine = open_engine(url)
    migrate(engine)
    revision = current_revision(engine)
    engine.dispose()
    return revision


def test_four_processes_that_start_at_once_migrate_once(empty_url: str) -> None:
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(_migrate_alone, [empty_url] * 4)) == [NEWEST] * 4
