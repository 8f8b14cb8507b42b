"""`sla measure`: files in, all or nothing; what counts; and the examples and the page that explain them."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from activities.database import migrate, open_engine
from activities.evidence import SqlEvidence
from activities.evidence_import import MOST_NAMED, ImportReport, Refused, Row, import_rows
from activities.records import SqlRecords
from activities.settings import Settings
from sla.evidence import Outage
from sla.fitting import Words
from starter.case_files import read_terms
from starter.evidence_files import COLUMNS, KINDS, read_rows
from tests.people import MONDAY, entry_of, life, number_request
from tests.starter.desk import EXAMPLES, FILES, Desk
from tests.temporal import enrolled

NOW = datetime(2027, 4, 2, tzinfo=UTC)
PAGE = (EXAMPLES.parent / "docs/measurements.md").read_text(encoding="utf-8")
HEADER = "kind,source,key,agreement,start,end\n"
GOOD = "outage,probe,k1,0001,2026-03-04T10:00:00Z,2026-03-04T11:00:00Z\n"
OTHER = "outage,probe,k1,0001,2026-03-04T10:00:00Z,2026-03-04T12:00:00Z\n"
BAD = "outage,probe,k2,0001,2026-03-04T10:00:00,\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def register(settings: Settings) -> Iterator[Engine]:
    """A register with one signed agreement, 0001."""
    engine = open_engine(settings.register_url)
    migrate(engine)
    records = SqlRecords(engine)
    records.number(number_request())
    for transition in life():
        records.record(entry_of(transition))
    yield engine
    engine.dispose()


@pytest.fixture
def desk(settings: Settings, register: Engine) -> Desk:
    return Desk(settings)


@pytest.fixture
def store(register: Engine) -> SqlEvidence:
    return SqlEvidence(register)


def file(tmp_path: Path, *rows: str) -> str:
    path = tmp_path / "rows.csv"
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return str(path)


def take(store: SqlEvidence, text: str, number: str | None = "0001", *, partial: bool = False) -> ImportReport:
    return import_rows(store, read_rows(io.BytesIO(text.encode()), NOW), number, NOW, partial=partial)


def kept(store: SqlEvidence) -> list[str]:
    return [row.key for row in store.of("0001", MONDAY - timedelta(days=400), NOW)]


def test_a_file_is_taken_in_and_the_same_again_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    path = file(tmp_path, GOOD)
    told = desk.does("measure", "import", path).out
    assert told.splitlines() == [
        "1 new row, 0 corrected, 0 known already.",
        "0001: the time from 2026-03-04 10:00 until 2026-03-04 11:00 (UTC) is judged anew.",
    ]
    assert desk.does("measure", "import", path).out == "0 new rows, 0 corrected, 1 known already.\n"


def test_other_values_correct_what_was_known(desk: Desk, tmp_path: Path) -> None:
    desk.does("measure", "import", file(tmp_path, GOOD))
    document = desk.does("measure", "import", file(tmp_path, OTHER), "--json").document
    assert (document["accepted"], document["corrected"]) == (0, 1)
    (row,) = desk.does("measure", "list", "1", "--period", "2026-03", "--json").document
    assert row["end"] == "2026-03-04T12:00:00Z"


def test_one_bad_row_and_nothing_is_kept(desk: Desk, store: SqlEvidence, tmp_path: Path) -> None:
    ran = desk.types("measure", "import", file(tmp_path, GOOD, BAD))
    assert (ran.status, ran.out) == (2, "")
    first, second = ran.err.splitlines()
    assert first.endswith("rows.csv: 1 bad row, so nothing was kept; mend them, or keep the good rows with --partial")
    assert second.startswith("  line 3, start: has no zone; an instant such as ")
    assert kept(store) == []


def test_an_export_without_rows_is_refused(desk: Desk, tmp_path: Path) -> None:
    ran = desk.types("measure", "import", file(tmp_path))
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.splitlines()[1] == "  line 1, the file: has a header and no rows; at least one row is expected"


def test_the_good_rows_are_kept_when_somebody_wants_it(desk: Desk, store: SqlEvidence, tmp_path: Path) -> None:
    ran = desk.types("measure", "import", file(tmp_path, GOOD, BAD), "--partial")
    assert (ran.status, ran.err) == (0, "")
    assert "1 bad row was not kept:" in ran.out
    assert kept(store) == ["k1"]


def test_a_refusal_is_one_document_for_machines(desk: Desk, tmp_path: Path) -> None:
    ran = desk.types("measure", "import", file(tmp_path, GOOD, BAD), "--json")
    assert (ran.status, ran.err) == (2, "")
    assert (ran.document["is_kept"], ran.document["refused"], ran.document["accepted"]) == (False, 1, 0)
    assert ran.document["error"]["code"] == "RefusedRows"
    assert (ran.document["faults"][0]["line"], ran.document["faults"][0]["field"]) == (3, "start")


def test_every_refused_row_is_written_down_and_a_hundred_are_told(desk: Desk, tmp_path: Path) -> None:
    report = tmp_path / "refused.jsonl"
    ran = desk.types("measure", "import", file(tmp_path, BAD * 250), "--report", str(report))
    lines = [Refused.model_validate_json(line) for line in report.read_text(encoding="utf-8").splitlines()]
    assert [line.line for line in lines] == list(range(2, 252))
    assert len(ran.err.splitlines()) == 1 + MOST_NAMED + 1
    assert ran.err.endswith("  and 150 more faults\n")


def test_a_key_that_stands_twice_with_other_values_is_refused_in_both_lines(store: SqlEvidence) -> None:
    report = take(store, HEADER + GOOD + GOOD + OTHER + GOOD.replace("k1", "k9"), partial=True)
    told = sorted(str(fault) for fault in report.faults)
    assert told == [
        "line 2, key: 'k1' of 'probe' stands in line 4 with other values; each key once is expected",
        "line 4, key: 'k1' of 'probe' stands in line 2 with other values; each key once is expected",
    ]
    assert kept(store) == ["k9"]


def test_the_same_row_twice_in_a_file_is_once(store: SqlEvidence) -> None:
    report = take(store, HEADER + GOOD * 3)
    assert (report.accepted, report.repeated, report.refused) == (1, 2, 0)


def test_the_same_key_of_two_sources_or_agreements_is_two_rows(store: SqlEvidence, register: Engine) -> None:
    second = SqlRecords(register).number(number_request("w-2", "R-2")).number
    rows = GOOD + GOOD.replace("probe", "desk") + GOOD.replace("0001", second)
    assert take(store, HEADER + rows).accepted == 3


def test_an_agreement_that_nobody_knows_and_one_that_is_not_named_are_refused(store: SqlEvidence) -> None:
    unknown = take(store, HEADER + GOOD.replace("0001", "0099"))
    assert str(unknown.faults[0]).startswith("line 2, agreement: '0099' is none that the register knows; ")
    unnamed = take(store, HEADER + GOOD.replace("0001", ""), None)
    assert str(unnamed.faults[0]).startswith("line 2, agreement: is missing; the number of an agreement ")


def test_nobody_speaks_for_the_register(store: SqlEvidence) -> None:
    """It has suspended time on record itself: a file that withdrew it, or added to it, would change the record."""
    report = take(store, HEADER + GOOD.replace("probe", "register"))
    assert [(fault.field, fault.wrong) for fault in report.faults] == [
        ("source", "'register' is what the register calls itself; the name of whoever saw it is expected")
    ]


def test_nobody_but_the_register_says_that_an_agreement_was_suspended(store: SqlEvidence) -> None:
    header = "kind,source,key,agreement,start,end,cause,evidence,approved_by\n"
    times = "2026-03-04T10:00:00Z,2026-03-04T11:00:00Z"
    report = take(store, f"{header}exclusion,changes,x,0001,{times},suspension,We say so,ana@northwind.example\n")
    assert [(fault.field, fault.wrong[:12]) for fault in report.faults] == [("cause", "'suspension'")]


TARGETED = "kind,source,key,agreement,target,start,at,value\n"
TYPO = "outage,probe,k1,{},printers-wrok,2026-03-04T10:00:00Z,,\n"
BEYOND = "score,survey,k2,{},easy-printing,,2026-03-04T10:00:00Z,7\n"
FITTING = "score,survey,k3,{},easy-printing,,2026-03-04T10:00:00Z,5\n"


def of_the_examples(register: Engine) -> str:
    """One more agreement, on the targets of the examples."""
    drafted = read_terms(str(FILES / "draft.yaml")).terms
    targets = tuple(each.model_copy(update={"requirements": (1, 2)}) for each in drafted.targets)
    return enrolled(register, "R-examples", drafted.period, MONDAY, {"targets": targets}).number


def test_rows_that_no_target_can_use_are_refused_and_nothing_is_kept(
    desk: Desk, store: SqlEvidence, register: Engine, tmp_path: Path
) -> None:
    number, path = of_the_examples(register), tmp_path / "rows.csv"
    path.write_text(TARGETED + (TYPO + BEYOND + FITTING).replace("{}", number), encoding="utf-8")
    ran = desk.types("measure", "import", str(path))
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.splitlines()[1:] == [
        f"  line 2, target: 'printers-wrok' is no target of {number}; printers-work is expected",
        "  line 3, value: 7 is beyond the scale of easy-printing; at most 5 is expected",
    ]
    assert store.of(number, MONDAY - timedelta(days=400), NOW) == ()


def test_with_partial_the_rows_that_fit_are_kept_and_the_others_named(
    desk: Desk, store: SqlEvidence, register: Engine, tmp_path: Path
) -> None:
    number, path, refused = of_the_examples(register), tmp_path / "rows.csv", tmp_path / "refused.jsonl"
    path.write_text(TARGETED + (TYPO + BEYOND + FITTING).replace("{}", number), encoding="utf-8")
    ran = desk.does("measure", "import", str(path), "--partial", "--report", str(refused), "--json")
    assert [(fault["line"], fault["field"]) for fault in ran.document["faults"]] == [(2, "target"), (3, "value")]
    lines = [Refused.model_validate_json(line) for line in refused.read_text(encoding="utf-8").splitlines()]
    assert [(each.line, each.field) for each in lines] == [(2, "target"), (3, "value")]
    assert [row.key for row in store.of(number, MONDAY - timedelta(days=400), NOW)] == ["k3"]


def test_a_row_is_held_against_the_targets_of_its_own_agreement(store: SqlEvidence, register: Engine) -> None:
    number = of_the_examples(register)
    report = take(store, TARGETED + FITTING.format(number) + FITTING.format("0001"), partial=True)
    assert (report.accepted, [(fault.line, fault.field) for fault in report.faults]) == (1, [(3, "target")])


def test_the_targets_of_an_agreement_are_read_once_for_all_of_its_rows(register: Engine) -> None:
    asked = list[str]()

    class Counting(SqlEvidence):
        def words(self, number: str) -> tuple[Words, ...] | None:
            asked.append(number)
            return super().words(number)

    number = of_the_examples(register)
    rows = (FITTING.replace("k3", f"k{place}").format(named) for place in range(20) for named in (number, "0099"))
    take(Counting(register), TARGETED + "".join(rows), partial=True)
    assert asked == [number, "0099"]


def test_what_a_row_names_goes_before_the_option(store: SqlEvidence, register: Engine) -> None:
    second = SqlRecords(register).number(number_request("w-2", "R-2")).number
    take(store, HEADER + GOOD, second)
    assert kept(store) == ["k1"]


def test_memory_does_not_grow_with_the_file(store: SqlEvidence) -> None:
    """Rows are made while they are asked for, so what is held is what is counted."""
    alive, most = 0, 0

    class Held(Outage):
        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    def rows() -> Iterator[Row]:
        nonlocal alive, most
        for line in range(1, 12_001):
            alive += 1
            most = max(most, alive)
            yield Row(line, None, Held(source="probe", key=f"k{line}", start=MONDAY, end=MONDAY))

    report = import_rows(store, rows(), "0001", NOW)
    assert report.accepted == 12_000
    assert most < 10


def test_standard_input_and_semicolons_are_taken(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, store: SqlEvidence
) -> None:
    told = (HEADER + GOOD).replace(",", ";").encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(told)))
    desk.does("measure", "import", "-", "--delimiter", ";", "--format", "csv")
    assert kept(store) == ["k1"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("import", "nowhere.csv"), "nowhere.csv: does not exist; the path of a file of CSV or JSON lines is expected"),
        (("import", "/proc/self/mem", "--agreement", "1"), "/proc/self/mem: cannot be read to its end (Input/output "),
        (("import", "x", "--format", "xml"), "--format: 'xml' is no format; one of csv, jsonl is expected"),
        (("import", "x", "--delimiter", "\t"), "--delimiter: '\\t' divides no columns; a comma or a semicolon is "),
        (("import", "x", "--agreement", "99"), "there is no agreement '99'; `sla list` shows those that there are"),
        (("list", "1", "--period", "March"), "the period: 'March' names none; 2026-03, 2026-Q1, 2026 or 2026-03-01/"),
        (("list", "99"), "there is no agreement '99'; "),
        (("pull", "1", "--period", "2026-13"), "the period: '2026-13' names none; "),
    ],
)
def test_a_wrong_word_is_one_sentence(desk: Desk, words: tuple[str, ...], sentence: str) -> None:
    ran = desk.types("measure", *words)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"sla: {sentence}")


def test_terms_that_name_nothing_in_prometheus_pull_nothing(desk: Desk) -> None:
    assert desk.does("measure", "pull", "1").out == "0 targets of 0001 pulled: 0 new or other rows.\n"


def test_what_counts_is_listed_in_the_time_of_the_contract(desk: Desk, tmp_path: Path) -> None:
    desk.does("measure", "import", file(tmp_path, GOOD))
    told = desk.does("measure", "list", "1", "--period", "2026-03").out
    assert "from (Europe/Berlin)" in told
    assert re.search(r"outage +Wed 2026-03-04 11:00:00 +Wed 2026-03-04 12:00:00", told)
    assert desk.does("measure", "list", "1", "--period", "2026-04").out == "Nothing is known of 0001 for 2026-04.\n"


@pytest.mark.parametrize(("name", "rows"), [("march.csv", 16), ("march-tickets.jsonl", 15)])
def test_the_example_of_a_month_is_read(name: str, rows: int, store: SqlEvidence, register: Engine) -> None:
    number = of_the_examples(register)
    with (FILES / name).open("rb") as stream:
        report = import_rows(store, read_rows(stream, NOW), number, NOW)
    assert (report.faults, report.accepted) == ((), rows)


def test_the_examples_of_the_page_are_read() -> None:
    shown = re.findall(r"^```(?:csv|json)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    found = [each for text in shown for each in read_rows(io.BytesIO(text.encode()), NOW)]
    assert [each for each in found if isinstance(each, Refused)] == []
    assert {each.evidence.kind for each in found if isinstance(each, Row)} == set(KINDS)


def test_the_page_names_every_column_and_every_kind() -> None:
    table = "\n".join(line for line in PAGE.splitlines() if line.startswith("|"))
    named = set(re.findall(r"`([a-z_]+)`", table))
    assert {*COLUMNS, *KINDS} <= named
