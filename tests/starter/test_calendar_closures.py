"""`sla calendar holidays` and `sla calendar import`: closures found, written into a calendar, and bad input."""

from pathlib import Path

import pytest

from sla.service_calendar import ServiceCalendar
from starter.service_hours import load_calendar
from tests.starter.test_calendar import CALENDARS, NIGHTS, OFFICE, WEEK, asks, refused, types

BERLIN = ("holidays", "--country", "DE", "--subdivision", "BE", "--from", "2027", "--to", "2030")
CLOSURES = str(CALENDARS / "closures.ics")


def test_the_example_with_holidays_is_made_as_it_says(tmp_path: Path) -> None:
    made = tmp_path / "made.yaml"
    told = asks(*BERLIN, "--calendar", OFFICE, "--write", str(made))
    assert told.startswith(f"{made} is written, with 37 closed days; 4 stood in the calendar already.\n")
    assert made.read_text("utf-8") == (CALENDARS / "office-berlin.yaml").read_text("utf-8")


def test_holidays_are_told_as_a_document() -> None:
    document = types(*BERLIN, "--json").document
    assert document["found"]["days"][0] == {"day": "2027-01-01", "name": "New Year's Day"}
    assert document["found"]["source"] == "public holidays of Germany (DE-BE), 2027 to 2030, by holidays 0.109"


def test_a_calendar_with_holidays_is_told_as_a_document() -> None:
    document = types(*BERLIN, "--calendar", OFFICE, "--json").document
    assert (len(document["days"]), document["again"], document["contradictions"]) == (37, 4, [])
    assert document["calendar"]["closed"][:5] == ["2027-03-26", "2027-03-29", "2027-05-06", "2027-05-17", "2027-01-01"]


def test_without_a_file_to_write_the_calendar_is_printed_and_contradictions_beside_it(tmp_path: Path) -> None:
    ran = types("import", CLOSURES, "--from", "2027", "--to", "2027", "--calendar", OFFICE)
    assert ran.err == (
        "sla: contradiction: 2027-12-24T10:00 to 2027-12-24T12:00 (Christmas party) cuts the other_hours of "
        "2027-12-24, 08:00 to 12:00; the closure is the stronger\n"
    )
    printed = tmp_path / "printed.yaml"
    printed.write_text(ran.out, "utf-8")
    assert not load_calendar(printed).closed_between[-1].start < load_calendar(printed).closed_between[-2].start
    assert "2027-06-11,  # Company day" in ran.out
    assert "# the summer party" in ran.out


def test_what_was_imported_counts(tmp_path: Path) -> None:
    made = str(tmp_path / "made.yaml")
    types("import", CLOSURES, "--from", "2027", "--to", "2027", "--calendar", OFFICE, "--write", made)
    due = ("deadline", "--from", "2027-04-15T12:00", "--for", "2h")
    assert asks(*due, "--calendar", OFFICE).startswith("Thu 2027-04-15 15:00 ")
    assert asks(*due, "--calendar", made).startswith("Thu 2027-04-15 16:16 ")


def test_the_same_import_again_changes_no_letter(tmp_path: Path) -> None:
    once, twice = tmp_path / "once.yaml", tmp_path / "twice.yaml"
    words = ("import", CLOSURES, "--from", "2027", "--to", "2027")
    types(*words, "--calendar", NIGHTS, "--write", str(once))
    told = asks(*words, "--calendar", str(once), "--write", str(twice))
    assert told.startswith(f"{twice} is written, with nothing new; 11 stood in the calendar already.\n")
    assert twice.read_bytes() == once.read_bytes()


@pytest.mark.parametrize(
    "text",
    [
        WEEK,
        WEEK.rstrip("\n"),
        WEEK.replace("\n", "\r\n"),
        WEEK + "closed: []\nclosed_between: [ ]\n",
        WEEK + "closed: [2027-01-01]  # why\nclosed_between: [{start: 2027-01-01T10:00, end: 2027-01-01T11:00},]\n",
        WEEK + "closed:\n- 2027-01-01\n# after\n\nclosed_every_year:\n    - 12-25 # why\n",
        WEEK
        + "closed:\n  - 2027-01-01\nclosed_between:\n  - start: 2027-01-01T10:00\n    end: 2027-01-01T11:00 # y\n\n",
        WEEK + "later:\n  - {effective: 2028-01-01, weekly: [], closed_every_year: [12-25]}\n",
        WEEK + "later:\n  - effective: 2028-01-01\n    weekly: []\n    closed_every_year:\n    - 09-17\n",
        "{zone: UTC, weekly: [{weekdays: mon, opens: 09:00, closes: 10:00}]}",
        f"---\n{WEEK}...\n",
        "# é → 中\n" + WEEK + "closed: [2027-01-01] # é 😀\n",
    ],
    ids=range(12),
)
def test_closures_are_set_into_any_layout(text: str, tmp_path: Path) -> None:
    mine, made = tmp_path / "mine.yaml", tmp_path / "made.yaml"
    mine.write_text(text, "utf-8", newline="")
    words = ("import", CLOSURES, "--from", "2027", "--to", "2027", "--calendar", str(mine))
    document = types(*words, "--json").document
    asks(*words, "--write", str(made))
    assert load_calendar(made) == ServiceCalendar.model_validate(document["calendar"])
    written = made.read_bytes().decode()
    if not text.startswith(("{", "---")):
        assert all(part.rstrip() in written for line in text.splitlines() for part in line.split("]"))
    assert "# Added: events of closures.ics, 2027." in written
    assert all(name in written for name in ("Company day", "Founding day", "Stocktaking"))


def test_no_file_is_overwritten_unasked(tmp_path: Path) -> None:
    made = tmp_path / "made.yaml"
    made.write_text("mine\n", "utf-8")
    words = (*BERLIN, "--calendar", OFFICE, "--write", str(made))
    assert refused(*words) == f"--write: {made} exists; another path, or --force to overwrite it, is expected"
    assert made.read_text("utf-8") == "mine\n"
    assert asks(*words, "--force").startswith(f"{made} is written")
    assert load_calendar(made).zone == "Europe/Berlin"
    assert [path.name for path in tmp_path.iterdir()] == ["made.yaml"]


def test_a_calendar_may_take_closures_into_its_own_file(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(WEEK, "utf-8")
    asks(*BERLIN, "--calendar", str(mine), "--write", str(mine), "--force")
    assert len(load_calendar(mine).closed) == 41


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            (*BERLIN, "--write", "x.yaml"),
            "--write: has no calendar to write; --calendar FILE with its weekly hours ",
        ),
        (
            (*BERLIN, "--calendar", OFFICE, "--write", "/nowhere/at/all.yaml"),
            "--write: /nowhere/at/all.yaml cannot ",
        ),
        ((*BERLIN, "--calendar", OFFICE, "--write", "-"), "--write: - is no file; the path of a YAML file is expected"),
        (("holidays", "--country", "DE", "--from", "2030", "--to", "2029"), "--to: 2029 is before --from, 2030; the "),
        (("holidays", "--country", "Deutschland"), "--country: 'Deutschland' is no country that is known; "),
        (("import", CLOSURES, "--zone", "Mars/Olympus"), "--zone: 'Mars/Olympus' is no time zone; an IANA zone such "),
        (("import", CLOSURES, "--zone", "UTC", "--calendar", OFFICE), "--zone: is given beside --calendar, which has "),
        (("import", OFFICE), f"{OFFICE}: is no iCalendar file; a file that begins with BEGIN:VCALENDAR is expected"),
        (("import", "nowhere.ics"), "nowhere.ics: does not exist; the path of a calendar (.ics) file is expected"),
        (("holidays", "--country", "DE", "--from", "1066"), "Invalid value for '--from': Input should be greater "),
    ],
    ids=range(10),
)
def test_a_wrong_word_about_closures_is_refused(words: tuple[str, ...], sentence: str) -> None:
    assert refused(*words).startswith(sentence)


def test_several_events_that_do_not_hold_are_told_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.ics"
    lines = (
        (CALENDARS / "closures.ics").read_text("utf-8").replace("T121545Z", "T101545Z").replace("Europe/Berlin", "X")
    )
    path.write_text(lines, "utf-8")
    told = refused("import", str(path)).splitlines()
    assert told[0] == f"{path} has 2 faults:"
    assert told[1].startswith("  line 25, UID stocktaking@meridian.example: TZID 'X' is no zone that is known; ")
