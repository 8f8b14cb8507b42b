"""The doctor finds what is wrong and says what to do; and a command without a worker says how to repeat it."""

import asyncio
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from activities.database import open_engine
from activities.records import SqlRecords
from activities.settings import Settings
from starter.pulse import lately
from starter.stack import Stack
from tests.people import MONDAY, entry_of, life, number_request
from tests.starter.desk import EXAMPLES, Desk, Running
from workflows.agreement import Agreement
from workflows.ids import TASK_QUEUE
from workflows.messages import Carried
from workflows.wire import connect

CHEN, FINN, BO = "chen@meridian.example", "finn@meridian.example", "bo@meridian.example"


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of this file's own, for it is made ill."""
    base = Settings(provider=EXAMPLES / "provider.yaml", mail_looks_every_ms=50)
    home = tmp_path_factory.mktemp("patient")
    with Stack(home, temporal_port=None, ui_port=None, smtp_port=None, base=base) as stack:
        yield stack


@pytest.fixture
def desk(patient: Stack) -> Desk:
    return Desk(patient.settings)


def wrong(desk: Desk) -> dict[str, str]:
    """What is not fine, by check; the exit status must agree with it."""
    ran = desk.types("doctor", "--json")
    findings = [finding for finding in ran.document["findings"] if finding["health"] != "fine"]
    assert ran.status == (1 if findings else 0)
    assert ran.document["healthy"] is not bool(findings)
    assert all(finding["todo"] for finding in findings)
    return {finding["check"]: finding["found"] for finding in findings}


@contextmanager
def changed(stack: Stack, table: str, change: str, where: str) -> Iterator[None]:
    """Rows of the register changed behind everybody's back, and put right afterwards."""
    column = change.partition("=")[0].strip()
    with closing(sqlite3.connect(stack.home / "register.db")) as database:
        kept = database.execute(f"SELECT {column}, rowid FROM {table} WHERE {where}").fetchall()
        assert kept
        database.execute(f"UPDATE {table} SET {change} WHERE {where}")
        database.commit()
        yield
        database.executemany(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", kept)
        database.commit()


async def terminate(stack: Stack, workflow_id: str) -> None:
    client = await connect(stack.settings)
    await client.get_workflow_handle(workflow_id).terminate("lost in a test")


def test_a_healthy_system_needs_nobody(desk: Desk, form: Path) -> None:
    desk.starts(form)
    assert wrong(desk) == {}
    assert desk.does("doctor").out.splitlines()[-1] == "All is well."


def test_a_head_that_was_changed_by_hand_is_found(desk: Desk, patient: Stack, form: Path) -> None:
    number = desk.starts(form)
    with changed(patient, "agreement", f"head_hash = '{'0' * 64}'", f"number = '{number}'"):
        assert f"the register and the workflow of {number} differ" in wrong(desk)["register and workflows"]
        assert desk.types("audit", number).status == 1
    assert wrong(desk) == {}


def test_an_agreement_whose_workflow_is_gone_is_found(desk: Desk, patient: Stack, form: Path) -> None:
    number = desk.starts(form)
    with closing(sqlite3.connect(patient.home / "register.db")) as database:
        row = database.execute("SELECT workflow_id FROM agreement WHERE number = ?", (number,)).fetchone()
    asyncio.run(terminate(patient, row[0]))
    assert f"{number} is requested in the register, and nothing carries it" in wrong(desk)["register and workflows"]
    ran = desk.types("name-engineer", number, CHEN, "--as", FINN)
    assert (ran.status, ran.out) == (2, "")
    assert "`sla doctor` tells what is wrong" in ran.err
    with changed(patient, "agreement", "stage = 'withdrawn'", f"number = '{number}'"):
        assert wrong(desk) == {}
    forget(patient, number)


def forget(stack: Stack, number: str) -> None:
    """The lost agreement counts as ended from here on, so that the next test begins healthy."""
    with closing(sqlite3.connect(stack.home / "register.db")) as database:
        database.execute("UPDATE agreement SET stage = 'withdrawn' WHERE number = ?", (number,))
        database.commit()


def test_an_ended_agreement_whose_workflow_runs_on_is_found(desk: Desk, patient: Stack, form: Path) -> None:
    number = desk.starts(form)
    with changed(patient, "agreement", "stage = 'lapsed'", f"number = '{number}'"):
        assert f"{number} has ended as lapsed" in wrong(desk)["register and workflows"]


def test_refused_and_forgotten_letters_are_found(desk: Desk, patient: Stack, form: Path) -> None:
    number = desk.starts(form)
    where = f"number = '{number}' AND recipient = '{BO}'"
    with changed(patient, "letter", "status = 'refused'", where):
        assert f"1 refused for good: {number} to {BO}" in wrong(desk)["letters"]
        assert [row["recipient"] for row in desk.does("letters", number, "--refused", "--json").document] == [BO]
    long_ago = "queued_at = '2020-01-01 00:00:00.000000', next_attempt_at = '2099-01-01 00:00:00.000000'"
    with changed(patient, "letter", f"{long_ago}, status = 'queued'", where):
        assert "1 wait longer than 15 minutes" in wrong(desk)["letters"]


def test_the_doctor_counts_the_workers(desk: Desk) -> None:
    assert "1 worker polls the task queue 'sla'" in desk.does("doctor", "--json").out


def test_a_worker_that_was_not_seen_for_longer_than_a_poll_is_not_counted() -> None:
    seen = {"1@here": MONDAY, "2@here": MONDAY - timedelta(seconds=60), "3@here": MONDAY - timedelta(seconds=90)}
    assert lately(seen, MONDAY) == ("1@here", "2@here")
    assert lately({"3@here": seen["3@here"]}, MONDAY) == ("3@here",)


def test_what_does_not_answer_is_named_with_what_to_do(desk: Desk, tmp_path: Path) -> None:
    nowhere = {"temporal_address": "127.0.0.1:1", "smtp_port": 1, "home": tmp_path}
    found = wrong(Desk(desk.settings.model_copy(update=nowhere)))
    assert sorted(found) == ["Temporal", "letters", "mail server", "register", "worker, mailroom and workflows"]


def test_a_register_without_tables_is_found(desk: Desk, tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "register.db").close()
    found = wrong(Desk(desk.settings.model_copy(update={"home": tmp_path})))
    assert "are not those of this release" in found["register"]


def test_a_killed_worker_is_found_and_the_command_says_how_to_repeat_it(desk: Desk, patient: Stack, form: Path) -> None:
    number = desk.starts(form)
    patient.kill_worker()
    ran = desk.types("name-engineer", number, CHEN, "--as", FINN)
    assert (ran.status, ran.out) == (2, "")
    assert f"whether {number} has done this is unknown: no worker answered within 10 s" in ran.err
    assert "none answers" in wrong(desk)["worker"]
    patient.start_worker()
    assert "worker" not in wrong(desk)
    repeat = shlex.split(ran.err.strip().partition("repeat it safely with: sla ")[2])
    first, second = desk.does(*repeat), desk.does(*repeat)
    assert "Finn Doyle named Chen Wei as the service engineer." in first.out
    assert "nothing was done twice" in second.out
    assert len(desk.does("history", number, "--json").document) == 2


def test_a_next_date_that_the_agenda_does_not_know_is_found(
    desk: Desk, patient: Stack, form: Path, tmp_path: Path
) -> None:
    number = Running(tmp_path).begins(desk, form)
    with changed(patient, "agreement", "next_due = '2020-01-01 00:00:00.000000'", f"number = '{number}'"):
        found = wrong(desk)["register and workflows"]
    assert found.startswith(f"the next date of {number} is 20")
    assert found.endswith(" by its agenda, 2020-01-01 00:00:00 UTC in the register")
    assert wrong(desk) == {}


async def asleep(stack: Stack, home: Path) -> str:
    """An agreement as an earlier release has left it: signed, without a life."""
    reference = f"sleeper-{home.name}"
    engine = open_engine(stack.settings.register_url)
    records = SqlRecords(engine)
    number = records.number(number_request(reference, reference)).number
    steps = life(number)
    state = steps[-1].state.model_copy(update={"life": None})
    for step in (*steps[:-1], steps[-1].model_copy(update={"state": state})):
        records.record(entry_of(step, reference))
    engine.dispose()
    client = await connect(stack.settings)
    await client.start_workflow(Agreement.run, Carried(state=state), id=reference, task_queue=TASK_QUEUE)
    return number


def test_an_agreement_that_sleeps_is_named_and_woken_when_asked(desk: Desk, patient: Stack, tmp_path: Path) -> None:
    number = asyncio.run(asleep(patient, tmp_path))
    assert desk.does("agenda", number).out == f"Nothing is ahead of {number}; it is active.\n"
    assert wrong(desk)["sleeping agreements"].startswith(f"{number}: signed under an earlier release")
    refused = desk.types("give-notice", number, "--end", "2028-01-01", "--as", "ana@northwind.example")
    assert "`sla doctor --wake` wakes it" in refused.err
    out = desk.does("doctor", "--wake").out
    assert f"the signal `wake` went to {number}" in " ".join(out.split())
    assert desk.does("history", number, "--json").document[-1]["fact"] == "life_taken_up"
    assert wrong(desk) == {}
    assert "the signal" not in desk.does("doctor", "--wake").out


def test_a_schedule_that_is_paused_is_found(desk: Desk) -> None:
    desk.does("schedules", "pause", "month", "--reason", "The audit is on.")
    try:
        assert wrong(desk)["schedules"] == "paused: month (The audit is on.)"
    finally:
        desk.does("schedules", "unpause", "month")
    assert "schedules" not in wrong(desk)
