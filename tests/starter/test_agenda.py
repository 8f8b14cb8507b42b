"""`sla agenda`: the dates ahead on the screen, as a document, and as a calendar file that a library reads. SEE-1."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from sla.agenda import Entry, agenda
from sla.agreement import AgreementState
from sla.stages import Stage
from starter.agenda import calendar
from tests.people import MONDAY, life
from tests.sla.lives import NOON, a_request
from tests.starter.desk import FILES, FIRST_STEPS, IN_FORCE, Desk

RENEWAL = "renewal: {mode: tacit, renewal_months: 12, notice_months: 3}\n"


def draft(tmp_path: Path, renewal: str = RENEWAL) -> Path:
    """The example's draft, with another clause about its renewal."""
    path = tmp_path / "draft.yaml"
    text = (FILES / "draft.yaml").read_text(encoding="utf-8")
    assert RENEWAL in text
    path.write_text(text.replace(RENEWAL, renewal), encoding="utf-8")
    return path


def signed(desk: Desk, form: Path, terms: Path) -> str:
    """An agreement in force, with these terms."""
    return desk.carries(form, *(line.replace(str(FILES / "draft.yaml"), str(terms)) for line in IN_FORCE))


def events_of(content: bytes) -> list[Any]:
    """The events of a calendar, read back by the library; it finds no fault in any of them."""
    read = Calendar.from_ical(content)
    assert (read["version"], read["prodid"], read["calscale"]) == ("2.0", "-//sla-life//agenda//EN", "GREGORIAN")
    assert not read.errors
    found = list(read.walk("VEVENT"))
    assert not any(event.errors for event in found)
    return found


def test_the_agenda_of_a_request_says_who_is_reminded_when_and_why(desk: Desk, form: Path) -> None:
    number = desk.starts(form)
    out = desk.does("agenda", number).out
    assert "when (Europe/Berlin)" in out
    assert "Bo Lindqvist is reminded to name an engineer" in out
    assert "rule for silence, requested: 2 working days without an answer" in out


def test_an_agreement_in_force_shows_its_reviews_its_notice_and_its_renewal(
    desk: Desk, form: Path, tmp_path: Path
) -> None:
    number = signed(desk, form, draft(tmp_path))
    rows = desk.does("agenda", number, "--json").document
    assert [list(row) for row in rows] == [["at", "what", "cause", "uid", "sequence", "on_silence"]] * len(rows)
    assert rows == sorted(rows, key=lambda row: row["at"])
    what = [row["what"] for row in rows]
    assert what[0] == "The term begins"
    assert [each for each in what if each.startswith("Review ")] == [f"Review {no}" for no in range(1, 12)]
    assert "Notice deadline: the last day to give notice is Wed 2029-10-31" in what
    assert what[-1] == "The agreement renews until 2031-02-01, without notice"
    out = desk.does("agenda", number).out
    assert "Tue 2029-10-02 09:00:00   Reminder: " in out
    assert "Thu 2029-11-01 00:00:00" in out
    assert "terms, renewal: 3 months before the end on 2030-02-01" in out


def test_the_calendar_file_holds_the_same_dates(desk: Desk, form: Path, tmp_path: Path) -> None:
    number, path = signed(desk, form, draft(tmp_path)), tmp_path / "agenda.ics"
    rows = desk.does("agenda", number, "--ics", str(path), "--json").document
    events = events_of(path.read_bytes())
    assert [str(event["uid"]) for event in events] == [row["uid"] for row in rows]
    assert [event["dtstart"].dt for event in events] == [datetime.fromisoformat(row["at"]) for row in rows]
    assert f"The same stands in {path}, as iCalendar." in desk.does("agenda", number, "--ics", str(path)).out


def test_a_calendar_file_that_cannot_be_written_is_one_sentence(desk: Desk, form: Path, tmp_path: Path) -> None:
    number = desk.starts(form)
    ran = desk.types("agenda", number, "--ics", str(tmp_path))
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"sla: --ics: {tmp_path}: Is a directory; ")


def test_nothing_is_ahead_of_a_withdrawn_request(desk: Desk, form: Path) -> None:
    number = desk.starts(form)
    desk.does("withdraw", number, "--reason", "No budget.", "--as", "ana@northwind.example")
    assert desk.does("agenda", number).out == f"Nothing is ahead of {number}; it is withdrawn.\n"
    assert desk.does("agenda", number, "--json").document == []


def test_an_unknown_number_has_no_agenda(desk: Desk) -> None:
    ran = desk.types("agenda", "9999")
    assert (ran.status, ran.out) == (2, "")
    assert "there is no agreement '9999'" in ran.err


@pytest.mark.parametrize(
    ("clause", "wrong"),
    [
        ("renewal: {mode: tacit, renewal_months: 12}\n", "a number of months is expected for tacit renewal"),
        ("renewal: {mode: tacit, renewal_month: 12, notice_months: 1}\n", "renewal_month"),
        ("renewal: {mode: sometimes}\n", "one of tacit, express, none is expected"),
    ],
)
def test_a_renewal_that_cannot_be_is_refused_in_the_draft(
    desk: Desk, form: Path, tmp_path: Path, clause: str, wrong: str
) -> None:
    number, path = desk.carries(form, *FIRST_STEPS[:-1]), draft(tmp_path, clause)
    ran = desk.types("submit-draft", number, str(path), "--as", "finn@meridian.example")
    assert ran.status == 2
    assert f"{path}:" in ran.err
    assert wrong in ran.err


# -- the calendar itself


def written(state: AgreementState, now: datetime = NOON) -> tuple[tuple[Entry, ...], bytes]:
    entries = agenda(state, now)
    return entries, calendar(state, entries, now)


def test_each_date_is_an_event_in_utc_with_a_stable_uid_and_sequence_nought() -> None:
    entries, content = written(life()[-1].state)
    for entry, event in zip(entries, events_of(content), strict=True):
        assert (str(event["uid"]), event["sequence"]) == (entry.uid, 0)
        assert event["dtstart"].dt == entry.at
        assert event["dtstamp"].dt == NOON
        assert entry.what in str(event["summary"])
        assert entry.cause in str(event["description"])
    assert b"DTSTART:20270401T080000Z" in content


def test_the_file_keeps_to_the_lines_of_the_standard() -> None:
    _, content = written(life()[-1].state)
    lines = content.split(b"\r\n")
    assert (lines[0], lines[-2:]) == (b"BEGIN:VCALENDAR", [b"END:VCALENDAR", b""])
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)


def test_hostile_text_stays_inside_its_line() -> None:
    title = "Printing; with, \\n END:VCALENDAR é" + "é" * 60
    state = a_request().model_copy(update={"title": title})
    entries, content = written(state, MONDAY)
    events = events_of(content)
    assert len(events) == len(entries)
    assert str(events[0]["description"]).splitlines()[0] == title
    assert content.count(b"\r\nEND:VCALENDAR") == 1


def test_the_same_dates_give_the_same_bytes_and_a_later_file_the_same_uids() -> None:
    state = life()[-1].state
    assert written(state)[1] == written(state)[1]
    first, later = (events_of(written(state, at)[1]) for at in (NOON, NOON + timedelta(days=30)))
    assert [event["uid"] for event in first] == [event["uid"] for event in later]


def test_an_agenda_without_dates_is_a_calendar_without_events() -> None:
    state = a_request().model_copy(update={"stage": Stage.LAPSED})
    assert events_of(calendar(state, (), datetime(2027, 1, 1, tzinfo=UTC))) == []


def test_the_agenda_without_a_file_does_not_import_the_calendar_library() -> None:
    code = "import sys; import starter.agenda; print('icalendar' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
