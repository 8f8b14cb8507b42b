"""Fixtures that several rooms share: a migrated register on each database that it runs on."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from activities.database import migrate, open_engine
from tests.postgres import Postgres, running_postgres

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for all tests."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Postgres) -> str:
    """A migrated database to copy from."""
    database = postgres.create()
    _migrate_once(postgres.url(database))
    return database


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy from."""
    path = tmp_path_factory.mktemp("register") / "migrated.db"
    _migrate_once(f"sqlite:///{path}")
    return path


def _migrate_once(url: str) -> None:
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of this test's own."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    database = server.create()
    yield server.url(database)
    server.drop(database)


@pytest.fixture(params=DATABASES)
def register_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated register of this test's own, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "register.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    database = server.create(template=request.getfixturevalue("migrated_postgres"))
    yield server.url(database)
    server.drop(database)


@pytest.fixture
def engine(register_url: str) -> Iterator[Engine]:
    """An open register, migrated and empty."""
    engine = open_engine(register_url)
    yield engine
    engine.dispose()
