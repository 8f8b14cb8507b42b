"""One agreement is copied into an empty register; the register that it comes from is only read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import IntegrityError

from activities.copying import copy_agreement
from activities.database import migrate, open_engine
from activities.records import SqlRecords
from activities.tables import AGREEMENTS, DECISIONS, EDITIONS, EVENTS, METADATA
from activities.views import Views
from sla.errors import NotFound
from tests.activities.lives import a_life, recorded
from tests.people import entry_of, life, number_request, received

Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def source(engine: Engine) -> Engine:
    """A register with another agreement beside the one that has lived a whole life."""
    records = SqlRecords(engine)
    assert len(list(recorded(records))) == len(a_life())
    records.number(number_request("workflow-2", "NW-2"))
    records.record(entry_of(received("0002", reference="NW-2"), "workflow-2"))
    records.number(number_request("workflow-3", "NW-3"))
    return engine


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'rehearsal.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


def rows(engine: Engine, number: str | None = None) -> Rows:
    with engine.connect() as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(select(table).order_by(*table.primary_key))
                if number is None or row.number == number
            ]
            for table in METADATA.sorted_tables
        }


def test_everything_but_its_letters_is_copied(source: Engine, target: Engine) -> None:
    copy_agreement(source, target, "1")
    assert rows(target) == {**rows(source, "0001"), "letter": []}
    assert all(rows(target)[table.name] for table in (AGREEMENTS, EDITIONS, EVENTS, DECISIONS))


def test_the_copy_passes_its_audit(source: Engine, target: Engine) -> None:
    copy_agreement(source, target, "0001")
    report = Views(target).audit("1")
    assert report is not None
    assert (report.events, report.problem) == (len(a_life()), None)


def test_the_source_is_only_read(source: Engine, target: Engine) -> None:
    before = rows(source)
    copy_agreement(source, target, "0001")
    assert rows(source) == before


def test_nothing_but_questions_is_sent_to_the_source(source: Engine, target: Engine) -> None:
    sent: list[str] = []

    def keep(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    event.listen(source, "before_cursor_execute", keep)
    copy_agreement(source, target, "0001")
    assert {statement.split()[0] for statement in sent if statement != "BEGIN"} == {"SELECT"}


def test_the_next_agreement_gets_a_later_number(source: Engine, target: Engine) -> None:
    copy_agreement(source, target, "2")
    assert SqlRecords(target).number(number_request("workflow-9", "NW-9")).number == "0003"


def test_the_workflow_of_the_copy_finds_its_agreement_and_goes_on(source: Engine, target: Engine) -> None:
    copy_agreement(source, target, "2")
    records = SqlRecords(target)
    assert records.number(number_request("workflow-2", "NW-2")).number == "0002"
    records.record(entry_of(life("0002", reference="NW-2")[1], "workflow-2"))
    report = Views(target).audit("2")
    assert report is not None
    assert (report.events, report.problem) == (2, None)


def test_an_agreement_without_an_event_is_copied_too(source: Engine, target: Engine) -> None:
    copy_agreement(source, target, "3")
    assert [(head.number, head.seq) for head in Views(target).heads()] == [("0003", 0)]


@pytest.mark.parametrize("number", ["4", "x", ""])
def test_what_the_source_does_not_hold_is_refused_and_nothing_is_copied(
    source: Engine, target: Engine, number: str
) -> None:
    with pytest.raises(NotFound, match=f"there is no agreement '{number}' in this register"):
        copy_agreement(source, target, number)
    assert Views(target).heads() == ()


def test_a_copy_into_a_register_that_holds_the_agreement_changes_nothing(source: Engine, target: Engine) -> None:
    copy_agreement(source, target, "1")
    before = rows(target)
    with pytest.raises(IntegrityError):
        copy_agreement(source, target, "1")
    assert rows(target) == before


def test_a_copy_on_postgresql_counts_on_too(engine: Engine, target: Engine) -> None:
    """From a file into either database."""
    records = SqlRecords(target)
    for no in range(3):
        records.number(number_request(f"workflow-{no}", f"NW-{no}"))
    copy_agreement(target, engine, "3")
    assert SqlRecords(engine).number(number_request("workflow-9", "NW-9")).number == "0004"
