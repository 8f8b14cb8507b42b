"""Files of evidence: CSV and JSON lines, row by row, each row checked or refused with its line. Source: MON-1.

Streams: nothing but the row at hand is in memory. Refuses to guess: text that is no UTF-8, instants without a zone,
columns that nobody knows. What the columns mean: docs/measurements.md.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial
from itertools import dropwhile
from typing import BinaryIO, TypeAlias

from pydantic import BaseModel, ValidationError

from activities.evidence_import import Refused, Row
from sla.errors import Fault
from sla.evidence import (
    Count,
    Deed,
    Evidence,
    Exclusion,
    ItemEvent,
    Observed,
    Outage,
    Quantity,
    Score,
    Unknown,
    Withdrawn,
)
from sla.fields import WrongField
from starter.complaints import bad_form
from starter.evidence_lines import BadLine, Line, lines_of, records_of
from starter.yaml_text import Sheet

_MODELS = (Outage, Observed, Unknown, Count, ItemEvent, Deed, Quantity, Score, Exclusion, Withdrawn)
KINDS: Mapping[str, type[Evidence]] = {model.model_fields["kind"].default: model for model in _MODELS}
"""What each kind of row is."""
AGREEMENT = "agreement"
_FIRST = ("kind", "source", "key", AGREEMENT)
COLUMNS = tuple(dict.fromkeys((*_FIRST, *(name for model in _MODELS for name in model.model_fields))))
"""Every column that a file may have."""
_ALWAYS = ("kind", "source", "key")
_AHEAD = frozenset({"exclusion"})
"""Maintenance is announced and approved before it begins."""


class Format(StrEnum):
    """How a file is written."""

    CSV = "csv"
    JSONL = "jsonl"


_NESTS = (dict, list)
_PLAIN = "digits such as 12 or 99.5 are expected, without exponent, NaN or infinity"


class _Odd:
    """A JSON number that is none here: with an exponent, endless, or of hundreds of digits. No field takes it."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


Cell: TypeAlias = "str | int | bool | Decimal | _Odd | None"
Found: TypeAlias = "list[Row | Refused]"
"""What one row of a file comes to: itself, or all that is wrong with it."""


def read_rows(
    stream: BinaryIO, now: datetime, form: Format | None = None, delimiter: str | None = None
) -> Iterator[Row | Refused]:
    """Every row of a file, in order. What form it has is seen from its first sign where nobody says; what divides the
    columns of CSV (`,` or `;`), from its header. Nothing may have happened after `now`."""
    lines = dropwhile(_is_blank, lines_of(stream))
    first = next(lines, None)
    if first is None:
        yield Refused(line=1, field="the file", wrong="is empty; at least one row is expected")
    while isinstance(first, BadLine):
        yield _refused(first)
        first = next(lines, None)
        if isinstance(first, Line) and (form or _form(first.text)) is Format.CSV:
            return  # the bad line was the header
    if first is not None and (form or _form(first.text)) is Format.JSONL:
        yield from _json_rows(first, lines, now)
    elif first is not None:
        yield from _or_none(first, _csv_rows(first, lines, now, delimiter))


def _or_none(header: Line, rows: Iterator[Row | Refused]) -> Iterator[Row | Refused]:
    """An export without rows is mostly a mistake, so it is told."""
    row = next(rows, None)
    if row is None:
        wrong = "has a header and no rows; at least one row is expected"
        yield Refused(line=header.no, field="the file", wrong=wrong)
        return
    yield row
    yield from rows


def _is_blank(line: Line | BadLine) -> bool:
    return isinstance(line, Line) and not line.text.strip()


def _form(text: str) -> Format:
    return Format.JSONL if text.lstrip()[:1] in {"{", "["} else Format.CSV


def _refused(bad: BadLine) -> Refused:
    return Refused(line=bad.no, field="the line", wrong=bad.wrong)


def _json_rows(first: Line, lines: Iterator[Line | BadLine], now: datetime) -> Iterator[Row | Refused]:
    if first.text.lstrip().startswith("["):
        wrong = "is one JSON list; JSON lines are expected, one object a line (`jq -c '.[]'` writes them)"
        yield Refused(line=first.no, field="the file", wrong=wrong)
        return
    line: Line | BadLine | None = first
    while line is not None:
        if isinstance(line, BadLine):
            yield _refused(line)
        elif line.text.strip():
            yield from _json_row(line, now)
        line = next(lines, None)


def _json_row(line: Line, now: datetime) -> Found:
    try:
        cells = _DECODER.decode(line.text)
    except WrongField as error:
        return [Refused(line=line.no, field=str(error.field[0]), wrong=error.wrong)]
    except json.JSONDecodeError as error:
        wrong = f"is no JSON at character {error.pos + 1} ({error.msg.lower()}); one whole object a line is expected"
        return [Refused(line=line.no, field="the line", wrong=wrong)]
    except RecursionError:
        return [Refused(line=line.no, field="the line", wrong="is nested too deeply; one flat object is expected")]
    if not isinstance(cells, dict):
        wrong = 'is no JSON object; one such as {"kind": ...} is expected'
        return [Refused(line=line.no, field="the line", wrong=wrong)]
    return _row(line.no, cells, now)


def _object(pairs: list[tuple[str, Cell]]) -> dict[str, Cell]:
    """Raises WrongField for a name that stands twice: which one is meant, nobody knows."""
    cells = dict(pairs)
    if len(cells) < len(pairs):
        twice = _twice([name for name, _ in pairs])
        raise WrongField("stands twice in one object; each field once is expected", twice[0])
    return cells


def _twice(names: list[str]) -> list[str]:
    times = Counter(names)
    return [name for name in names if times[name] > 1]


def _number(text: str) -> Cell:
    return _Odd(text) if "e" in text or "E" in text or len(text) > 40 else Decimal(text)


def _integer(text: str) -> Cell:
    return _Odd(text) if len(text) > 40 else int(text)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_number, parse_int=_integer, parse_constant=_Odd)


def _csv_rows(
    first: Line, lines: Iterator[Line | BadLine], now: datetime, delimiter: str | None
) -> Iterator[Row | Refused]:
    divided = delimiter or (";" if first.text.count(";") > first.text.count(",") else ",")
    read = partial(csv.reader, delimiter=divided, strict=True)
    names = [cell.strip() for cell in next(read([first.text]), [])]
    if wrong := _wrong_header(names):
        yield Refused(line=first.no, field="the header", wrong=wrong)
        return
    for record in records_of(lines):
        if isinstance(record, BadLine):
            yield _refused(record)
            continue
        try:
            cells = next(read([record.text]), [])
        except csv.Error as error:
            why = str(error).split(" - ")[0]
            wrong = f"is no CSV ({why}); a cell with quotes stands in quotes, with each of its own doubled"
            yield Refused(line=record.no, field="the line", wrong=wrong)
            continue
        if len(cells) == len(names):
            bare = [cell.strip() for cell in cells]
            yield from _row(record.no, {name: cell for name, cell in zip(names, bare, strict=True) if cell}, now)
        elif any(cell.strip() for cell in cells):
            wrong = f"has {len(cells)} cells; {len(names)} are expected, as the header has columns"
            yield Refused(line=record.no, field="the line", wrong=wrong)


def _wrong_header(names: list[str]) -> str:
    known = f"known columns are {', '.join(COLUMNS)}"
    if unknown := [name for name in names if name not in COLUMNS]:
        return f"has the unknown column {_shown(unknown[0])}; {known}"
    if twice := _twice(names):
        return f"has the column {twice[0]} twice; each once is expected"
    if missing := [name for name in _ALWAYS if name not in names]:
        return f"lacks the column {missing[0]}; {known}"
    return ""


def _row(line: int, cells: Mapping[str, object], now: datetime) -> Found:
    """The row, or every field of it that is wrong."""
    given = {name: cell for name, cell in cells.items() if cell is not None}
    agreement = given.pop(AGREEMENT, None)
    kind = given.get("kind")
    model = KINDS.get(kind) if isinstance(kind, str) else None
    faults = [*_wrong_agreement(agreement), *_nested(given)]
    if model is None:
        wrong = "is missing" if kind is None else f"{_shown(kind)} is unknown"
        faults.append(Fault("kind", f"{wrong}; one of {', '.join(KINDS)} is expected"))
    if not faults and model is not None:
        try:
            row = model.model_validate(given, extra="forbid")
        except ValidationError as error:
            faults.extend(_complaints(model, given, error))
        else:
            faults.extend(_ahead(row, now))
            if not faults:
                return [Row(line, None if agreement is None else _numbered(agreement), row)]
    return [Refused(line=line, field=_clean(fault.field), wrong=_clean(fault.wrong)) for fault in faults]


def _complaints(model: type[BaseModel], given: Mapping[str, object], error: ValidationError) -> Iterator[Fault]:
    content = {name: cell if isinstance(cell, str | bool) else str(cell) for name, cell in given.items()}
    yield from bad_form(model, Sheet("row", {**content}), error).faults


def _wrong_agreement(agreement: object) -> Iterator[Fault]:
    is_number = isinstance(agreement, int) and not isinstance(agreement, bool)
    if agreement is not None and not is_number and not isinstance(agreement, str):
        yield Fault(AGREEMENT, f"{_shown(agreement)} is no number; one such as 0007 is expected")


def _numbered(agreement: object) -> str:
    """As the register writes it: `7` is `0007`."""
    text = str(agreement).strip()
    return text.zfill(4) if text.isascii() and text.isdigit() else text


def _nested(cells: Mapping[str, object]) -> Iterator[Fault]:
    for name, cell in cells.items():
        if isinstance(cell, _NESTS):
            yield Fault(name, f"is a {'list' if isinstance(cell, list) else 'mapping'}; text or a number is expected")
        elif isinstance(cell, _Odd):
            yield Fault(name, f"{cell!r:.40} is no plain number; {_PLAIN}")


def _ahead(row: Evidence, now: datetime) -> Iterator[Fault]:
    """Nobody has seen yet what is ahead; only maintenance may be announced."""
    for name, at in vars(row).items():
        if isinstance(at, datetime) and at > now and (row.kind not in _AHEAD or name == "approved_at"):
            wrong = f"{at:%Y-%m-%dT%H:%M:%SZ} is in the future; {now:%Y-%m-%dT%H:%M:%SZ} (now) or earlier is expected"
            yield Fault(name, wrong)


def _shown(given: object) -> str:
    return f"{given!r:.60}"


def _clean(text: str) -> str:
    """Printable, whatever a file holds: half a surrogate pair cannot be written anywhere."""
    return text.encode("utf-8", "backslashreplace").decode()[:600]
