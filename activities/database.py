"""How the register's database is opened, read, written and migrated: SQLite and PostgreSQL, nothing else.

Knows drivers, pragmas and transactions; refuses to know what a row means.
"""

import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, NoSuchModuleError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from sla.errors import BadInput, Unreachable

if TYPE_CHECKING:
    from alembic.config import Config

BUSY_TIMEOUT_MS = 4000
"""How long a writer on SQLite waits for its turn; below the timeout of one try of `records.record`."""
CONNECT_TIMEOUT_SECONDS = 5
_READS = "sla_reads"
_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 7_523_001_846
"""The key of PostgreSQL's advisory lock; any number that nobody else uses."""
_turns: weakref.WeakKeyDictionary[Engine, threading.Lock] = weakref.WeakKeyDictionary()


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///FILE` or `postgresql://...`; nothing is connected yet.

    Raises BadInput, without the password, for a URL that is neither.
    """
    parsed = _parsed(url)
    return _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed)


def _parsed(url: str) -> URL:
    right = "one such as sqlite:///var/register.db or postgresql://user@host/name is expected"
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, ValueError):
        raise BadInput("SLA_DATABASE_URL", "is no database URL", right) from None
    if backend not in {"sqlite", "postgresql", "postgres"}:
        raise BadInput("SLA_DATABASE_URL", f"{backend!r:.40} is no database that the register runs on", right)
    if backend == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise BadInput("SLA_DATABASE_URL", "names no file, and a register in memory would be lost", right)
    return parsed


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url.set(drivername="sqlite"), hide_parameters=True)
    _turns[engine] = threading.Lock()
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    """One connection's pragmas. Python's own transactions are off: `_begin_sqlite` begins them."""
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA recursive_triggers = ON")


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its turn at once: a reader that becomes a writer later would fail, not wait."""
    reads = bool(connection.get_execution_options().get(_READS, False))
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.execute(f"PRAGMA query_only = {reads:d}")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _postgresql(url: URL) -> Engine:
    name = url.drivername.replace("postgres+", "postgresql+")
    driver = "postgresql+psycopg" if name in {"postgres", "postgresql"} else name
    timeout = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_TIMEOUT_SECONDS}
    try:
        return create_engine(
            url.set(drivername=driver),
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=20,
            hide_parameters=True,
            connect_args=timeout,
        )
    except (ImportError, NoSuchModuleError):
        right = "postgresql:// without a driver is expected"
        raise BadInput("SLA_DATABASE_URL", f"the driver of {driver} is not here", right) from None


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the register; nothing can be written. Raises Unreachable when it does not answer."""
    with _answering(engine), engine.connect() as connection, _as_reader(connection).begin():
        yield connection


def _as_reader(connection: Connection) -> Connection:
    if connection.dialect.name == "sqlite":
        return connection.execution_options(**{_READS: True})
    return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction: all of it or nothing. Raises Unreachable when the database does not answer.

    Threads of one process queue for SQLite's single writer here, which is fairer than its busy handler.
    """
    with _answering(engine), _turns.get(engine) or nullcontext(), engine.begin() as connection:
        yield connection


@contextmanager
def in_one_trip(connection: Connection) -> Iterator[None]:
    """Sends the statements inside to PostgreSQL together; their results cannot be looked at.

    An error of any of them is raised at the end, as SQLAlchemy would raise it.
    """
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        yield
        return
    try:
        with driver.pipeline():
            yield
    except psycopg.Error as error:
        raise DBAPIError.instance(None, None, error, psycopg.Error, dialect=connection.dialect) from error


@contextmanager
def _answering(engine: Engine) -> Iterator[None]:
    """Whatever is not about the statement or its contents is about the database, and may be over soon."""
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        if _lacks_tables(error):
            why, advice = "has no tables yet", "a worker makes them when it starts"
        elif _lacks_columns(error):
            why, advice = "has the tables of an earlier release", "a worker of this one mends that when it starts"
        elif isinstance(error, IntegrityError | DataError | ProgrammingError):
            raise
        else:
            why, advice = f"does not answer ({_cause(error)})", "nothing is lost, try again when it does"
        raise Unreachable(f"the register at {place(engine)} {why}; {advice}") from None


def _lacks_tables(error: Exception) -> bool:
    orig = error.orig if isinstance(error, DBAPIError) else None
    return isinstance(orig, psycopg.errors.UndefinedTable) or "no such table" in str(orig)


def _lacks_columns(error: Exception) -> bool:
    orig = error.orig if isinstance(error, DBAPIError) else None
    return isinstance(orig, psycopg.errors.UndefinedColumn) or "no such column" in str(orig)


def migrate(engine: Engine) -> None:
    """Brings the tables to this release; nothing to do when they are. Two processes that start at once take turns.

    Raises Unreachable when the database does not answer.
    """
    if is_current(engine):
        return
    from alembic import command  # noqa: PLC0415 (slow to import, and seldom needed)

    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
        command.upgrade(alembic_config(connection), "head")


def is_current(engine: Engine) -> bool:
    """The tables are those of this release."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    return current_revision(engine) == ScriptDirectory(str(_MIGRATIONS)).get_current_head()


def current_revision(engine: Engine) -> str | None:
    """The last migration that has run; None on an empty database."""
    from alembic.migration import MigrationContext  # noqa: PLC0415

    with reading(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def alembic_config(connection: Connection) -> "Config":
    """Alembic's configuration for a connection that is in a transaction; no file is read."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _cause(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0][:200]


def place(engine: Engine) -> str:
    """Where the register is, without its password."""
    if engine.dialect.name == "sqlite":
        return str(Path(engine.url.database or ""))
    return engine.url.render_as_string(hide_password=True)
