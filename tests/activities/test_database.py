"""Which URLs the register takes, and what it says when its database is away."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from activities.database import current_revision, in_one_trip, open_engine, place, reading, writing
from activities.tables import AGREEMENTS, EDITIONS
from sla.errors import BadInput, Unreachable
from tests.people import MONDAY

SECRET = "correct-horse"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "register.db",
        "mysql://sla@db/sla",
        "sqlite://",
        "sqlite:///:memory:",
        f"postgresql+psycopg2://sla:{SECRET}@db/sla",
        f"postgresql+nothing://sla:{SECRET}@db/sla",
        f"postgresql://sla:{SECRET}@db:port/sla",
        f"oracle://sla:{SECRET}@db/sla",
        f"://sla:{SECRET}@db/sla",
    ],
)
def test_a_url_that_cannot_be_used_is_told_without_its_password(url: str) -> None:
    with pytest.raises(BadInput, match=r"^SLA_DATABASE_URL: .* is expected$") as caught:
        open_engine(url)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("url", ["postgresql://sla@db/sla", "postgres://sla@db/sla", "postgresql+psycopg://sla@db/sla"])
def test_postgresql_is_spoken_with_psycopg(url: str) -> None:
    assert open_engine(url).dialect.driver == "psycopg"


def test_a_server_that_is_away_is_told_without_its_password() -> None:
    engine = open_engine(f"postgresql://sla:{SECRET}@127.0.0.1:1/sla")
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1/sla does not answer .*try again") as caught:
        current_revision(engine)
    assert SECRET not in str(caught.value)


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'missing' / 'register.db'}")
    with pytest.raises(Unreachable, match="unable to open database file"):
        current_revision(engine)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "register.db"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(Unreachable, match="file is not a database"):
        current_revision(open_engine(f"sqlite:///{path}"))


def test_sqlite_is_durable_and_strict(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'register.db'}")
    with reading(engine) as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")
        }
    engine.dispose()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}


def test_a_reader_sees_one_moment_while_others_write(engine: Engine) -> None:
    with reading(engine) as reader:
        before = reader.execute(AGREEMENTS.select()).all()
        with writing(engine) as writer:
            writer.execute(AGREEMENTS.insert(), _agreement())
        assert reader.execute(AGREEMENTS.select()).all() == before
    with reading(engine) as reader:
        assert len(reader.execute(AGREEMENTS.select()).all()) == 1


def test_a_reader_cannot_write(engine: Engine) -> None:
    with pytest.raises((DBAPIError, Unreachable)), reading(engine) as reader:
        reader.execute(AGREEMENTS.insert(), _agreement())
    with reading(engine) as reader:
        assert reader.execute(AGREEMENTS.select()).all() == []


def test_an_error_inside_one_trip_is_the_errors_own_class(engine: Engine) -> None:
    orphan = {"number": "0042", "no": 1} | dict.fromkeys(("hash", "origin", "author", "requirements_hash", "body"), "")
    with pytest.raises(IntegrityError), writing(engine) as connection, in_one_trip(connection):
        connection.execute(EDITIONS.insert(), {**orphan, "at": _agreement()["created_at"]})


def test_a_register_of_an_earlier_release_is_told(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE agreement RENAME COLUMN amending TO elsewhere")
    with pytest.raises(Unreachable, match="has the tables of an earlier release"), reading(engine) as connection:
        connection.execute(AGREEMENTS.select())


def test_the_place_of_a_register_never_names_its_password() -> None:
    assert place(open_engine(f"postgresql://sla:{SECRET}@db/sla")) == "postgresql+psycopg://sla:***@db/sla"


def _agreement() -> dict[str, object]:
    return {
        "workflow_id": "workflow-1",
        "provider": "Meridian Services",
        "reference": "NW-1",
        "form_digest": "f" * 64,
        "seq": 0,
        "head_hash": "0" * 64,
        "created_at": MONDAY,
        "updated_at": MONDAY,
        "search_text": "",
    }
