"""What a file of evidence may say, row by row, and what is refused: the line, the field, and what would be right."""

import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from time import process_time

import pytest

from activities.evidence_import import Refused, Row
from sla.evidence import Count, Deed, Exclusion, ItemDoes, ItemEvent, Outage, Score
from starter.evidence_files import COLUMNS, KINDS, Format, read_rows
from starter.evidence_lines import GIVEN_UP, LONGEST

NOW = datetime(2027, 4, 1, tzinfo=UTC)
HEADER = "kind,source,key,agreement,target,start,end,at,good,valid,note,evidence,cause"
OUTAGE = '{"kind": "outage", "source": "probe", "key": "k1", "start": "2027-03-01T10:00:00Z"}'


def read(text: str | bytes, form: Format | None = None) -> list[Row | Refused]:
    data = text.encode() if isinstance(text, str) else text
    return list(read_rows(io.BytesIO(data), NOW, form))


def rows(text: str | bytes) -> list[Row]:
    found = read(text)
    assert all(isinstance(each, Row) for each in found), found
    return [each for each in found if isinstance(each, Row)]


def refused(text: str | bytes) -> list[str]:
    return [str(each) for each in read(text) if isinstance(each, Refused)]


def outage(**cells: object) -> str:
    return json.dumps({**json.loads(OUTAGE), **cells})


def count(good: str, valid: str) -> str:
    start = '{"kind": "count", "source": "probe", "key": "k1", "target": "pages", "at": "2027-03-01T10:00:00Z", '
    return f'{start}"good": {good}, "valid": {valid}}}'


def test_csv_and_json_lines_say_the_same() -> None:
    told = "kind,source,key,agreement,start\noutage,probe,k1,0007,2027-03-01T10:00:00Z\n"
    (from_csv,), (from_json,) = rows(told), rows(outage(agreement="0007"))
    assert from_csv.evidence == from_json.evidence
    assert (from_csv.agreement, from_json.agreement) == ("0007", "0007")
    assert (from_csv.line, from_json.line) == (2, 1)


@pytest.mark.parametrize("told", [f"\n \n{OUTAGE}\n", "\n\nkind,source,key,start\noutage,p,k1,2027-03-01T10:00:00Z\n"])
def test_empty_lines_before_the_first_row_are_passed_over(told: str) -> None:
    assert [row.line for row in rows(told)] == [3 + told.count("kind,")]


def test_a_file_of_empty_lines_is_an_empty_file() -> None:
    assert refused(" \n\n") == ["line 1, the file: is empty; at least one row is expected"]


@pytest.mark.parametrize("rest", ["", "\n", "\n\n \n"])
def test_a_header_without_rows_is_no_evidence(rest: str) -> None:
    wrong = "line 1, the file: has a header and no rows; at least one row is expected"
    assert refused(f"kind,source,key,start{rest}") == [wrong]


def test_the_number_of_an_agreement_may_lack_its_zeros() -> None:
    assert [row.agreement for row in rows(f"{outage(agreement=7)}\n{outage(agreement='07')}")] == ["0007", "0007"]


def test_columns_may_be_divided_by_semicolons_and_lines_ended_by_both_signs_after_a_mark() -> None:
    told = "\ufeffkind;source;key;start\r\noutage;probe;k1;2027-03-01T11:00:00+01:00\r\n\r\n"
    (row,) = rows(told)
    assert isinstance(row.evidence, Outage)
    assert row.evidence.start == datetime(2027, 3, 1, 10, tzinfo=UTC)


def test_a_quoted_cell_goes_over_lines_and_the_next_row_keeps_its_line() -> None:
    start, said = "2027-03-01T10:00:00Z", '"Mail of Ana:\n""the ""power"" was off"""'
    first = f"exclusion,crm,x1,,,{start},{start},,,,,{said},customer"
    last = "count,probe,k2,,pages,,,2027-03-01T10:00:00Z,9,10,,,"
    exclusion, counted = rows(f"{HEADER}\n{first}\n{last}\n")
    assert isinstance(exclusion.evidence, Exclusion)
    assert exclusion.evidence.evidence == 'Mail of Ana:\n"the "power" was off"'
    assert (exclusion.line, counted.line) == (2, 4)
    assert isinstance(counted.evidence, Count)


def test_numbers_stay_exact() -> None:
    (row,) = rows(
        '{"kind": "score", "source": "s", "key": "k", "target": "t", "at": "2027-03-01T10:00:00Z", "value": 4.10}'
    )
    assert isinstance(row.evidence, Score)
    assert row.evidence.value == Decimal("4.1")


def test_every_kind_has_its_columns() -> None:
    assert set(KINDS) == {
        "outage", "observed", "unknown", "count", "item", "deed", "quantity", "score", "exclusion", "withdrawn",
    }  # fmt: skip
    assert {name for model in KINDS.values() for name in model.model_fields} | {"agreement"} == set(COLUMNS)


def test_maintenance_may_be_announced_and_nothing_else_may_be_ahead() -> None:
    ahead = {"start": (NOW + timedelta(days=1)).isoformat(), "end": (NOW + timedelta(days=2)).isoformat()}
    announced = outage(kind="exclusion", cause="maintenance", evidence="Notice of 28 March", **ahead)
    assert len(rows(announced)) == 1
    assert refused(outage(start=ahead["start"])) == [
        "line 1, start: 2027-04-02T00:00:00Z is in the future; 2027-04-01T00:00:00Z (now) or earlier is expected"
    ]
    assert len(rows(outage(start=NOW.isoformat()))) == 1


def test_a_deed_may_be_due_on_a_day_ahead() -> None:
    deed = {"kind": "deed", "target": "leavers", "happened_at": "2027-03-01T10:00:00Z", "due_day": "2027-04-30"}
    (row,) = rows(json.dumps({"source": "crm", "key": "d1", **deed}))
    assert isinstance(row.evidence, Deed)


def test_an_item_event_is_read() -> None:
    told = "kind,source,key,item,does,at,priority\nitem,desk,e1,T-1,opened,2027-03-01T10:00:00Z,high\n"
    (row,) = rows(told)
    assert isinstance(row.evidence, ItemEvent)
    assert row.evidence.does is ItemDoes.OPENED


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (outage(start="2027-03-01T10:00:00"), "line 1, start: has no zone; an instant such as 2027-02-28T09:00:00+01:"),
        (outage(start="2027-03-01"), "line 1, start: has no zone; an instant such as"),
        (outage(start="1.3.2027 10:00"), "line 1, start: '1.3.2027 10:00' is no instant; one such as"),
        (outage(start=1772359200), "line 1, start: is no instant; one such as 2027-02-28T09:00"),
        (outage(start="2027-03-28T02:30:00 Europe/Berlin"), "line 1, start: '2027-03-28T02:30:00 Europe/Berlin' is no"),
        (outage(end="2027-03-01T09:00:00Z"), "line 1, end: 2027-03-01T09:00:00Z is before the start at 2027-03-01T10:"),
        (outage(kind="outtage"), "line 1, kind: 'outtage' is unknown; one of outage, observed, unknown, count, item, "),
        (outage(kind=None), "line 1, kind: is missing; one of outage, "),
        (outage(source=None), "line 1, source: is missing; text is expected"),
        (outage(key=""), "line 1, key: is empty; text is expected"),
        (outage(key="a\u202eb"), "line 1, key: has the hidden character U+202E at position 2; "),
        (outage(key="\ud800"), "line 1, key: has the hidden character U+D800 at position 1; "),
        (outage(targt="x"), "line 1, targt: is unknown; did you mean target?"),
        (outage(note=[["x"]]), "line 1, note: is a list; text or a number is expected"),
        (outage(agreement=True), "line 1, agreement: True is no number; one such as 0007 is expected"),
        (count("11", "10"), "line 1, good: 11 is more than the 10 valid ones, which is above 100 %; at most 10 is exp"),
        (count("-1", "10"), "line 1, good: -1 is below zero; zero or more is expected"),
        (count("1.5", "10"), "line 1, good: is not a whole number; digits such as 12 are expected"),
        (count("1", "1e5"), "line 1, valid: 1e5 is no plain number; digits such as 12 or 99.5 are expected, without e"),
        (count("1", "NaN"), "line 1, valid: NaN is no plain number; "),
        (count("1", "-Infinity"), "line 1, valid: -Infinity is no plain number; "),
        (count("1", "1" + "0" * 400), "line 1, valid: 1000000000000000000000000000000000000000 is no plain number; "),
        (count("1", "1" + "0" * 5000), "line 1, valid: 1000000000000000000000000000000000000000 is no plain number; "),
        (count("1", '"1' + "0" * 400 + '"'), "line 1, valid: '1000000"),
        (count("1", "1_0"), "line 1, the line: is no JSON at character 121 (expecting ',' delimiter); one whole objec"),
        ('{"kind": "outage", "kind": "count"}', "line 1, kind: stands twice in one object; each field once is expecte"),
        (f"[{OUTAGE}]", "line 1, the file: is one JSON list; JSON lines are expected, one object a line (`jq -c '.[]'"),
        ('{"a":' * 100_000, "line 1, the line: is nested too deeply; one flat object is expected"),
        ("", "line 1, the file: is empty; at least one row is expected"),
        (b'{"key": "f\xfcr"}', "line 1, the line: is no UTF-8 at byte 11 (0xFC, which Latin-1 reads as 'ü'); save the"),
        (b'{"key": "f\x00r"}', "line 1, the line: has a NUL at byte 11; text is expected"),
        (OUTAGE.encode("utf-16"), "line 1, the line: is UTF-16; UTF-8 is expected: save it as such"),
        (b"PK\x03\x04\x14\x00", "line 1, the line: is a spreadsheet or an archive; text is expected: save it as CSV i"),
        (b"\x1f\x8b\x08", "line 1, the line: is compressed by gzip; text is expected: `gunzip -c FILE | "),
        ("kind,source,key,colour\n", "line 1, the header: has the unknown column 'colour'; known columns are kind, so"),
        ("kind,source,key,key\n", "line 1, the header: has the column key twice; each once is expected"),
        ("kind,source\n", "line 1, the header: lacks the column key; known columns are kind, source, key, agreement, "),
        ("kind,source,key\noutage,probe\n", "line 2, the line: has 2 cells; 3 are expected, as the header has columns"),
        ("kind,source,key\noutage,probe,k,x\n", "line 2, the line: has 4 cells; 3 are expected, as the header has col"),
        ('kind,source,key\noutage,"probe,k\nx,y,z\n', 'line 2, the line: has a quote (") that is not closed by line 3'),
        ('kind,source,key\noutage,"pro"be,k\n', "line 2, the line: is no CSV ("),
        ("kind,source,key,start\noutage,p,k,\n", "line 2, start: is missing; an instant such as "),
    ],
    ids=range(42),
)  # fmt: skip
def test_what_does_not_hold_is_refused_with_line_field_and_what_would_be_right(text: str | bytes, fault: str) -> None:
    told = refused(text)
    assert told
    assert told[0].startswith(fault), told[0]


def test_a_bad_row_leaves_the_others_as_they_are() -> None:
    found = read(f"{outage()}\nnothing\n\n{outage(key='k2')}\n")
    assert [type(each).__name__ for each in found] == ["Row", "Refused", "Row"]
    assert [each.line for each in found] == [1, 2, 4]


def test_every_wrong_field_of_a_row_is_told() -> None:
    assert len(refused(outage(start="x", key="", colour="red"))) == 3


def test_an_endless_line_is_skipped_and_the_next_is_read() -> None:
    found = read(outage(note="x" * (3 * LONGEST)) + "\n" + outage(key="k2"))
    assert str(found[0]) == f"line 1, the line: is longer than {LONGEST:,} bytes; one row a line is expected"
    assert isinstance(found[1], Row)
    assert found[1].line == 2


def test_of_a_line_that_does_not_end_and_of_what_follows_nothing_more_is_read() -> None:
    (found,) = read_rows(io.BufferedReader(Endless(b"\0" * 4096)), NOW)  # type: ignore[type-var]
    wrong = f"does not end within {GIVEN_UP:,} bytes, and nothing after it was read; one row a line is expected"
    assert str(found) == f"line 1, the line: {wrong}"


def test_of_a_file_that_grows_only_the_lines_that_were_there_at_first_are_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(f"{outage()}\n{outage(key='k2')}\n", encoding="utf-8")
    with path.open("rb") as stream, path.open("a", encoding="utf-8") as writer:
        found = list[int]()
        for row in read_rows(stream, NOW):
            found.append(row.line)
            print(outage(key="later"), file=writer, flush=True)
    assert found == [1, 2]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (",".join(["start", *["key"] * 150_000]), "line 1, the header: has the column key twice; each once"),
        ("{" + ",".join(f'"n{no}":1' for no in range(60_000)) + ',"n59999":2}', "line 1, n59999: stands twice in one"),
    ],
    ids=["columns", "fields"],
)
def test_thousands_of_names_are_looked_through_once(text: str, fault: str) -> None:
    """Each beside each other one would take minutes."""
    started = process_time()
    assert refused(text)[0].startswith(fault)
    assert process_time() - started < 5


@pytest.mark.parametrize(
    ("note", "fault"),
    [
        ('5" disk', "line 2, the line: is no CSV (new-line character seen in unquoted field); a cell with quotes stan"),
        ("one\u2028two", "line 2, note: has the hidden character U+2028 at position 4; "),
    ],
)
def test_no_part_of_a_record_is_left_out_in_silence(note: str, fault: str) -> None:
    row = f"outage,probe,{{}},2027-03-01T10:00:00Z,{note}\n"
    told = refused("kind,source,key,start,note\n" + row.format("k1") + row.format("k2"))
    assert told[0].startswith(fault), told


class Endless(io.RawIOBase):
    """The same again and again."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = data

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        size = min(len(buffer), len(self._data))
        buffer[:size] = self._data[:size]
        return size


def test_a_file_is_read_while_it_comes() -> None:
    rows = (OUTAGE + "\n").encode() * 100
    first = next(read_rows(io.BufferedReader(Endless(rows)), NOW))  # type: ignore[type-var]
    assert isinstance(first, Row)
