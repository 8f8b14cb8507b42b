"""The migrations make, on both databases, exactly the tables that the code knows."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import IntegrityError

from activities.database import current_revision, is_current, migrate, open_engine
from activities.records import SqlRecords
from activities.tables import APPEND_ONLY, METADATA
from activities.views import Views
from sla.errors import Unreachable
from tests.people import entry_of, life, number_request


@pytest.fixture
def empty(empty_url: str) -> Iterator[Engine]:
    engine = open_engine(empty_url)
    yield engine
    engine.dispose()


def test_an_empty_database_is_brought_to_this_release(empty: Engine) -> None:
    assert (is_current(empty), current_revision(empty)) == (False, None)
    migrate(empty)
    assert (is_current(empty), current_revision(empty)) == (True, "0001")


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
    }


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET number = number", "DELETE FROM {}"])
def test_what_was_recorded_cannot_be_changed_or_deleted(engine: Engine, table: str, statement: str) -> None:
    records = SqlRecords(engine)
    records.number(number_request())
    for transition in life():
        records.record(entry_of(transition))
    with pytest.raises(IntegrityError, match="is never changed"), engine.begin() as connection:
        connection.exec_driver_sql(statement.format(table))


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_nothing_replaces_a_row_under_the_same_key_on_sqlite(engine: Engine, table: str) -> None:
    if engine.dialect.name == "postgresql":
        statement = f"TRUNCATE {table} CASCADE"
    else:
        statement = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    records = SqlRecords(engine)
    records.number(number_request())
    for transition in life():
        records.record(entry_of(transition))
    with pytest.raises(IntegrityError, match="is never changed"), engine.begin() as connection:
        connection.exec_driver_sql(statement)


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
        assert list(pool.map(_migrate_alone, [empty_url] * 4)) == ["0001"] * 4
