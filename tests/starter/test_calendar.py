"""`sla calendar` as people and scripts use it: the examples, the conventions as they are written, and bad input."""

import io
import json
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest

from activities.settings import Settings
from starter.calendar_check import SHAPES
from starter.cli import run
from starter.service_hours import load_calendar
from starter.session import Session
from tests.starter.desk import EXAMPLES, Desk, Ran

ROOT = EXAMPLES.parent
CALENDARS = EXAMPLES / "calendars"
OFFICE, NIGHTS, ALWAYS = (str(CALENDARS / f"{name}.yaml") for name in ("office", "nights", "round-the-clock"))
SHOWN = re.findall(
    r"^\$ (sla .*)\n((?:(?!\$ |```).+\n)+)", (ROOT / "docs/conventions.md").read_text("utf-8"), re.MULTILINE
)
WEEK = "zone: UTC\nweekly: [{weekdays: mon, opens: 09:00, closes: 10:00}]\n"


def types(*words: str) -> Ran:
    """Types a command; the settings are never asked."""
    return Desk(Settings()).types("calendar", *words)


def asks(*words: str) -> str:
    ran = types(*words)
    assert (ran.status, ran.err) == (0, ""), ran
    return ran.out


def refused(*words: str) -> str:
    ran = types(*words)
    assert (ran.status, ran.out) == (2, ""), ran
    return ran.err.removeprefix("sla: ").rstrip("\n")


@pytest.mark.parametrize(("command", "answer"), SHOWN, ids=range(len(SHOWN)))
def test_every_example_of_the_conventions_answers_as_it_is_written(
    command: str, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    out, words = io.StringIO(), tuple(shlex.split(command)[1:])
    run(words, Session(words, out, out))
    assert out.getvalue() == answer


def test_every_convention_has_an_example() -> None:
    page = (ROOT / "docs/conventions.md").read_text("utf-8")
    calendars = page.partition("\n## Work items\n")[0]  # what follows is proved in tests/sla
    assert all("\n$ sla calendar " in section for section in calendars.split("\n## ")[1:])
    assert len(SHOWN) == page.count("\n$ sla ")


@pytest.mark.parametrize("path", sorted(CALENDARS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_is_a_calendar(path: Path) -> None:
    assert load_calendar(path).zone


def test_a_calendar_is_read_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(WEEK.encode())))
    assert "Mon 2027-03-01 09:00 UTC" in asks("open", "--calendar", "-", "--from", "2027-02-27")


def test_open_is_told_as_a_document() -> None:
    ran = types("open", "--calendar", OFFICE, "--from", "2027-03-05T16:00", "--json")
    assert ran.document == {
        "zone": "Europe/Berlin",
        "at": "2027-03-05T15:00:00Z",
        "at_local": "Fri 2027-03-05 16:00 Europe/Berlin",
        "is_open": False,
        "next_open": "2027-03-08T07:00:00Z",
        "next_open_local": "Mon 2027-03-08 08:00 Europe/Berlin",
        "next_close": "2027-03-08T11:00:00Z",
        "next_close_local": "Mon 2027-03-08 12:00 Europe/Berlin",
    }


def test_elapsed_time_is_told_in_seconds_too() -> None:
    words = ("elapsed", "--calendar", OFFICE, "--from", "2027-03-04T11:59:30", "--to", "2027-03-04T13:00:01", "--json")
    assert (types(*words).document["seconds"], types(*words).document["service_time"]) == (31, "31s")


def test_a_deadline_and_the_working_days_are_told_as_documents() -> None:
    due = types("deadline", "--calendar", NIGHTS, "--from", "2027-03-27T23:00", "--for", "6h", "--json").document
    assert (due["deadline"], due["deadline_local"]) == ("2027-03-28T04:00:00Z", "Sun 2027-03-28 06:00 Europe/Berlin")
    days = types("working-days", "--calendar", OFFICE, "--from", "2027-03-22", "--to", "2027-04-05", "--json").document
    assert days == {"start": "2027-03-22", "end": "2027-04-05", "working_days": 8}


def test_pauses_move_a_working_day() -> None:
    pause = ("--pause", "2027-03-05T00:00/2027-03-06T00:00")
    words = ("deadline", "--calendar", OFFICE, "--from", "2027-03-04T10:00", "--working-days", "1")
    assert asks(*words).startswith("Fri 2027-03-05 10:00")
    assert asks(*words, *pause).startswith("Mon 2027-03-08 10:00")


def test_without_a_time_it_speaks_of_now() -> None:
    assert asks("open", "--calendar", ALWAYS).startswith("It is ")


def test_hours_that_never_end_and_hours_that_never_come_again_are_told(tmp_path: Path) -> None:
    assert asks("open", "--calendar", ALWAYS, "--from", "2028-01-01").endswith("as long as the calendar reaches.\n")
    path = tmp_path / "ended.yaml"
    path.write_text(WEEK + "later: [{effective: 2027-01-01, weekly: []}]\n", encoding="utf-8")
    told = asks("open", "--calendar", str(path), "--from", "2027-02-01")
    assert told == "It is closed at Mon 2027-02-01 00:00 UTC, and never opens again.\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("open", "--from", "yesterday"), "--from: 'yesterday' is no point in time; "),
        (("open", "--from", "1989-12-31"), "--from: '1989-12-31' is out of range; years from 1990 to 2199 are taken"),
        (("open", "--from", "2027-02-30T09:00"), "--from: '2027-02-30T09:00' is no point in time; "),
        (("open", "--pause", "2027-03-04T10:00"), "--pause: '2027-03-04T10:00' is no pause; a beginning and an end "),
        (("open", "--pause", "2027-03-04T10:00/"), "--pause: '2027-03-04T10:00/' is no pause; a beginning and an end "),
        (("open", "--pause", "2027-03-04/x"), "--pause: 'x' is no point in time; "),
        (
            ("open", "--pause", "2027-03-04T10:00/2027-03-04T09:00"),
            "--pause: ends at Thu 2027-03-04 09:00 Europe/Berlin, before it begins at Thu 2027-03-04 10:00 "
            "Europe/Berlin; the earlier instant first, then /, then the later one, is expected",
        ),
        (
            ("elapsed", "--from", "2027-03-04T10:00", "--to", "2027-03-04T09:00"),
            "--to: Thu 2027-03-04 09:00 Europe/Berlin is before --from, Thu 2027-03-04 10:00 Europe/Berlin; "
            "the same or a later instant is expected",
        ),
        (
            ("deadline", "--for", "4 hours"),
            "--for: '4 hours' is no length of time; one such as 30min, 4h or 2d is expected",
        ),
        (("deadline", "--for", "0h"), "--for: is not above zero; a length of time such as 4h is expected"),
        (("deadline",), "deadline: neither --for nor --working-days is given; one of them is expected"),
        (("deadline", "--for", "4h", "--working-days", "1"), "deadline: --for and --working-days are both given; "),
        (("deadline", "--backwards", "--working-days", "1"), "--backwards: counts no working days; "),
        (
            ("deadline", "--from", "2027-03-04", "--working-days", "9" * 400),
            "the calendar: has not so many working days ",
        ),
        (
            ("working-days", "--from", "2027-03-04", "--to", "2027-03-03"),
            "--to: 2027-03-03 is before --from, 2027-03-04; ",
        ),
        (
            ("working-days", "--from", "2027-03-04T10:00", "--to", "2027-03-05"),
            "--from: '2027-03-04T10:00' is no day; ",
        ),
        (("working-days", "--from", "0001-01-01", "--to", "2027-03-05"), "--from: '0001-01-01' is out of range; "),
    ],
)
def test_a_wrong_word_is_refused_by_its_option(words: tuple[str, ...], sentence: str) -> None:
    told = refused(words[0], "--calendar", OFFICE, *words[1:])
    assert told.startswith(sentence)
    assert "\n" not in told


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("zone: Mars/Olympus\n" + WEEK[10:], "line 1, zone: 'Mars/Olympus' is no time zone; an IANA zone such as "),
        (
            "zone: UTC\nweekly: []\n",
            "line 2, weekly: has no hours, so no clock would ever run; at least one row is expected",
        ),
        (
            WEEK + "later:\n  - effective: 2027-01-01\n    weekly:\n"
            "      - {weekdays: mon-fri, opens: 09:00, closes: 17:00}\n"
            "      - {weekdays: fri, opens: 16:00, closes: 20:00}\n",
            "line 7, later[0].weekly[1].opens: 16:00 to 20:00 overlaps 09:00 to 17:00 on Friday; hours that do not ",
        ),
        (
            "zone: UTC\nweekly:\n  - {weekdays: sun, opens: 22:00, closes: 06:00}\n"
            "  - {weekdays: mon, opens: 05:59, closes: 08:00}\n",
            "line 4, weekly[1].opens: 05:59 to 08:00 overlaps 22:00 to 06:00 on Monday; ",
        ),
        (
            WEEK + "other_hours:\n  - {day: 2027-01-01, opens: 22:00, closes: 03:00}\n"
            "  - {day: 2027-01-02, opens: 02:00, closes: 04:00}\n",
            "line 5, other_hours[1].opens: 02:00 to 04:00 overlaps 22:00 to 03:00 on 2027-01-02; ",
        ),
        (
            WEEK + "closed: [2027-01-01]\nother_hours:\n  - {day: 2027-01-01, opens: 09:00, closes: 10:00}\n",
            "line 5, other_hours[0].day: 2027-01-01 stands under closed, too; either closed or other hours ",
        ),
        (
            WEEK + "effective: 2027-01-01\nlater: [{effective: 2027-01-01, weekly: []}]\n",
            "line 4, later[0].effective: 2027-01-01 is not after 2027-01-01, which comes before it; ",
        ),
        (
            WEEK + "closed_between:\n  - {start: 2027-03-05T14:00, end: 2027-03-05T12:00}\n",
            "line 4, closed_between[0].end: 2027-03-05T12:00 is not after the start at 2027-03-05T14:00; a later time ",
        ),
        (
            WEEK + "closed_between: [{start: 2027-03-05T14:00+01:00, end: 2027-03-06T12:00}]\n",
            "line 3, closed_between[0].start: '2027-03-05T14:00+01:00' is no local time; one such as 2027-03-05T12:00",
        ),
        (WEEK + "closed_every_year: [02-30]\n", "line 3, closed_every_year[0]: '02-30' is no day of every year; "),
        (
            WEEK.replace("10:00", "09:00"),
            "line 2, weekly[0].closes: is 09:00 like the opening; another time, or 00:00 to",
        ),
        (
            WEEK.replace("10:00", "00:00"),
            "line 2, weekly[0].closes: '00:00' is the beginning of a day; 24:00, its end, ",
        ),
        (
            WEEK.replace(", closes: 10:00", ""),
            "line 2, weekly[0].closes: is missing; a time of day such as 09:00 is expected",
        ),
        (
            WEEK.replace("mon", "[]"),
            "line 2, weekly[0].weekdays: names no weekday; at least one such as mon is expected",
        ),
        (WEEK + "holidays: []\n", "line 3, holidays: is unknown; "),
        ("zone: &a UTC\nweekly: *a\n", "line 1, zone: has an anchor or alias (& or *); "),
        ("zone: !!python/object:os.system UTC\n", "line 1, zone: has a tag (!); "),
        ("zone: UTC\nweekly: " + "[" * 5000, "line 2, weekly[0]: is nested deeper than 30 levels; "),
        ("zone: UTC\0\n", "line 1, the form: has the control character U+0000; "),
        (
            WEEK + "closed: [" + "2027-01-01, " * 5001 + "]\n",
            "line 3, closed: has 5001 entries; at most 5000 are taken",
        ),
    ],
    ids=range(20),
)
def test_a_calendar_that_does_not_hold_names_line_field_and_what_would_be_right(
    text: str, fault: str, tmp_path: Path
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    assert refused("open", "--calendar", str(path)).startswith(f"{path}: {fault}")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("closed_between: [{start: 1990-01-01T00:00, end: 2199-12-31T23:59}]\n", ("deadline", "--for", "366d")),
        ("", ("deadline", "--from", "2100-01-01", "--for", "366d")),
        ("", ("deadline", "--working-days", "99999999")),
        ("effective: 1990-01-01\n", ("deadline", "--for", "366d", "--backwards")),
        ("later: [{effective: 2028-01-01, weekly: []}]\n", ("deadline", "--from", "2028-01-01", "--for", "1s")),
    ],
)
def test_an_absurd_question_is_refused_soon(more: str, words: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "rare.yaml"
    path.write_text(WEEK + more, encoding="utf-8")
    begin = time.process_time()
    assert "the calendar: " in refused(words[0], "--calendar", str(path), *words[1:])
    assert time.process_time() - begin < 5


def test_a_file_that_is_not_there_is_one_document() -> None:
    ran = types("open", "--calendar", "nowhere.yaml", "--json")
    assert ran.status == 2
    assert ran.document["error"]["message"] == "nowhere.yaml: does not exist; the path of a YAML file is expected"


def test_the_family_has_a_help_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert types("--help").status == 0
    told = capsys.readouterr().out
    assert all(f"  {name} " in told for name in ("open", "elapsed", "deadline", "working-days"))


def test_the_family_that_makes_calendars_stands_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert types("--help").status == 0
    told = capsys.readouterr().out
    assert all(f"  {name} " in told for name in ("holidays", "import", "check", "schema"))


def test_help_imports_neither_library() -> None:
    code = "import sys, starter.cli; print(*sorted({'holidays', 'icalendar', 'dateutil'} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout == "\n"


def test_a_check_says_what_a_calendar_means() -> None:
    assert asks("check", NIGHTS).splitlines() == [
        f"{NIGHTS} is a service calendar.",
        "Times are those of Europe/Berlin.",
        "Every week, Mon to Tue: nothing opens.",
        "Every week, Wed to Sat: 22:00 to 06:00.",
        "Every week, Sun: nothing opens.",
        "Closed every year on 12-25.",
        "No single day is closed.",
    ]


def test_a_check_tells_versions_and_ends(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    more = "effective: 2027-01-01\nclosed_every_year: [12-25]\n"
    ends = "later:\n  - {effective: 2028-01-01, weekly: [], closed_every_year: []}\n"
    path.write_text(WEEK + more + ends, "utf-8")
    told = types("check", str(path), "--json").document["sentences"]
    assert told[0] == "Times are those of UTC, from 2027-01-01 on; before that day it says nothing."
    assert told[3:5] == [
        "From 2028-01-01 on: closed, but for days with other hours.",
        "From 2028-01-01 on, closed every year on no day and no other.",
    ]


def test_a_check_of_a_calendar_that_does_not_hold_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(WEEK + "closed: [2027-02-30]\n", "utf-8")
    assert refused("check", str(path)).startswith(
        f"{path}: line 3, closed[0]: '2027-02-30' is no day of the calendar; "
    )


def marked(tmp_path: Path, *files: Path) -> set[str]:
    """The files in which an editor that knows the schema would mark something."""
    shape = tmp_path / "shape.json"
    shape.write_text(asks("schema"), "utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "-o", "json", "--schemafile", str(shape), *map(str, files)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return {each["filename"] for each in json.loads(ran.stdout)["errors"]}


def test_the_schema_takes_every_example(tmp_path: Path) -> None:
    assert marked(tmp_path, *CALENDARS.glob("*.yaml")) == set()


def test_the_schema_marks_what_the_program_refuses(tmp_path: Path) -> None:
    wrong = (
        WEEK + "holidays: []\n",
        WEEK + "closed: [27-01-01]\n",
        WEEK.replace("mon", "monday"),
        WEEK.replace("09:00", "9:00"),
        WEEK.replace("10:00", "00:00"),
        WEEK.replace(", closes: 10:00", ""),
        WEEK + "closed_between: [{start: 2027-01-01T10:00+01:00, end: 2027-01-01T11:00}]\n",
    )
    paths = [tmp_path / f"{index}.yaml" for index in range(len(wrong))]
    for path, text in zip(paths, wrong, strict=True):
        path.write_text(text, "utf-8")
        refused("check", str(path))
    assert marked(tmp_path, *paths) == {str(path) for path in paths}


def test_the_schema_knows_how_each_plain_field_is_written() -> None:
    made = types("schema", "--json").document
    fields = {name: field for each in (made, *made["$defs"].values()) for name, field in each["properties"].items()}
    plain = {name for name, field in fields.items() if "items" not in field and "anyOf" not in field}
    assert plain - {"weekdays"} == set(SHAPES) - {"weekdays"}
