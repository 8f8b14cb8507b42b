"""What a judgement is made from, read from files: terms and editions, evidence, statements, a fee.

Knows formats and line numbers; what follows from them is `sla`'s. A file with a bad row is refused as a whole, with the
line of each: a figure from half of the evidence would look like a figure.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from activities.evidence_import import Refused, Row
from activities.evidence_sieve import Chosen, Sieve, sieve
from sla.credit_faults import target_faults
from sla.errors import BadForm, BadInput, Fault
from sla.fields import Day
from sla.money import Money
from sla.offline import GivenTerms
from sla.statements import Statement
from sla.terms import Edition, Terms
from starter.complaints import MOST_FAULTS
from starter.evidence_files import read_rows
from starter.forms import parse
from starter.plain_files import open_plain
from starter.yaml_text import Sheet, path_text, read_bytes, read_sheet

MOST_STATEMENT = 20_000_000
"""Bytes of one file with a statement."""
MOST_NAMED = 5
"""How many agreements are told, where the rows are of several."""
_DATED = re.compile(r"(?P<path>.+)@(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})")
_DAY: TypeAdapter[date] = TypeAdapter(Day)
_MONEY = re.compile(r"([A-Z]{3}) ?([0-9.]+)|([0-9.]+) ?([A-Z]{3})")
_OF_AN_EDITION = {"no", "terms"}
_RIGHT = "the path of a file with evidence, CSV or JSON lines, is expected"


class Files(NamedTuple):
    """What a judgement is made from."""

    terms: tuple[str, ...]
    evidence: tuple[Path, ...]
    past: tuple[Path, ...] = ()


class StatementFile(Statement):
    """A statement as it is handed on: with its own digest beside it, by which anybody sees whether it was changed."""

    digest: str | None = None

    @property
    def statement(self) -> Statement:
        """The statement itself."""
        return Statement.model_validate({name: getattr(self, name) for name in Statement.model_fields})


def handed_on(statement: Statement) -> StatementFile:
    """The statement with its digest."""
    values = {name: getattr(statement, name) for name in Statement.model_fields}
    return StatementFile.model_validate({**values, "digest": statement.hash})


def read_terms(typed: str) -> GivenTerms:
    """Terms, or an edition as `sla terms NUMBER --edition N --json` prints it. Raises BadInput or BadForm with lines.

    `FILE@2026-03-16` says from which local day they count.
    """
    dated = None if Path(typed).is_file() else _DATED.fullmatch(typed)
    day = _day(dated["day"], typed) if dated else None
    data, source = read_bytes(dated["path"] if dated else typed)
    sheet = read_sheet(data, source)
    if sheet.value.keys() >= _OF_AN_EDITION:
        edition = parse(Edition, data, source)
        return GivenTerms(edition.terms, edition.ref, day, source)
    terms = parse(Terms, data, source)
    if faults := tuple(_unfit(terms, sheet)):
        raise BadForm(source, faults)
    return GivenTerms(terms, None, day, source)


def _unfit(terms: Terms, sheet: Sheet) -> Iterator[Fault]:
    """What the gate holds back before anybody signs, as far as no figure can be right with it."""
    seen: set[str] = set()
    for place, target in enumerate(terms.targets):
        if target.id in seen:
            line = sheet.line(("targets", place, "id"))
            yield Fault(f"targets[{place}].id", f"{target.id} stands twice; each target once is expected", line)
        seen.add(target.id)
    for told in target_faults(terms.credits, terms.targets) if terms.credits else ():
        field, wrong = told.split(": ", 1)
        trail = tuple(int(step) if step.isdigit() else step for step in field.split("."))
        yield Fault(path_text(trail), wrong, sheet.line(trail))


def _day(text: str, typed: str) -> date:
    try:
        return _DAY.validate_python(text)
    except ValidationError as error:
        raise BadInput(f"the terms {typed}", error.errors()[0]["msg"].removeprefix("Value error, ")) from None


def read_evidence(paths: Iterable[Path], since: datetime, until: datetime, number: str = "") -> Chosen:
    """The rows of the files, CSV or JSON lines, that may touch a half-open stretch of time; every row is checked. A
    later file may correct rows of an earlier one. What touches no such time is not held in memory.

    Rows may name the agreement that they belong to, all of them the same: that of `number`, where there is one.
    Raises BadInput, or BadForm with the lines of the bad rows.
    """
    now, named = datetime.now(UTC), {number} if number else set[str]()
    with sieve(since, until) as rows:
        for place, path in enumerate(paths):
            _sift(path, place, rows, now, named)
        if len(named) > 1:
            wrong = f"is of several agreements: {', '.join(sorted(named))}"
            raise BadInput("the evidence", wrong, "the rows of one are expected")
        return rows.chosen()


class _Faults:
    """The first faults of a file, and how many more there are."""

    def __init__(self) -> None:
        self.first, self.more = list[Fault](), 0

    def add(self, fault: Fault) -> None:
        if len(self.first) < MOST_FAULTS:
            self.first.append(fault)
        else:
            self.more += 1


def _sift(path: Path, place: int, into: Sieve, now: datetime, named: set[str]) -> None:
    source, faults = "standard input" if str(path) == "-" else str(path), _Faults()
    try:
        with nullcontext(sys.stdin.buffer) if str(path) == "-" else open_plain(path, _RIGHT) as stream:
            twice = into.add(place, _good(read_rows(stream, now), faults, named))
    except (OSError, ValueError) as error:
        raise _unreadable(source, error) from None
    for each in twice:
        wrong = f"{each.key} of {each.source} stands on line {each.first} with other values"
        faults.add(Fault("key", f"{wrong}; each key once, or a correction in a later file, is expected", each.line))
    if faults.first:
        raise BadForm(source, tuple(faults.first), faults.more)


def _good(rows: Iterable[Row | Refused], faults: _Faults, named: set[str]) -> Iterator[Row]:
    """The rows that hold. Of the agreements that they name the first five are noted: more than one is too many."""
    for each in rows:
        if isinstance(each, Refused):
            faults.add(Fault(each.field, each.wrong, each.line))
            continue
        if each.agreement is not None and each.agreement not in named and len(named) < MOST_NAMED:
            named.add(each.agreement)
        yield each


def _unreadable(source: str, error: Exception) -> BadInput:
    if isinstance(error, FileNotFoundError):
        return BadInput(source, "does not exist", _RIGHT)
    if isinstance(error, IsADirectoryError):
        return BadInput(source, "is a folder", _RIGHT)
    return BadInput(source, f"cannot be read ({error})", _RIGHT)


def read_statements(paths: Iterable[Path]) -> tuple[Statement, ...]:
    """The statements of files as `sla judge --out` writes them, each with its own digest checked."""
    found = tuple((read_statement(path), path) for path in paths)
    for each, path in found:
        if each.digest is not None and each.digest != each.statement.hash:
            wrong = "was changed after it was made: its digest does not fit what it says"
            raise BadInput(str(path), wrong, "the file as it was written is expected")
    return tuple(each.statement for each, _ in found)


def read_statement(path: Path) -> StatementFile:
    """One statement as it stands in its file, whether it was changed or not. Raises BadInput."""
    data, source = read_bytes(path, MOST_STATEMENT, "JSON")
    if len(data) > MOST_STATEMENT:
        raise BadInput(source, f"is larger than {MOST_STATEMENT:,} bytes", "one statement is expected")
    try:
        return StatementFile.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        wrong = f"is no statement ({place + ': ' if place else ''}{first['msg'].removeprefix('Value error, ')})"
        raise BadInput(
            source, wrong, "a file that `sla judge --out` or `sla statements --out` wrote is expected"
        ) from None


def read_fee(text: str) -> Money:
    """`EUR100`, `EUR 100.00` or `100 EUR`. Raises BadInput."""
    right = "a currency and an amount such as EUR100 or EUR 1250.50 is expected"
    match = _MONEY.fullmatch(text.strip())
    if match is None:
        raise BadInput("--fee", f"{text!r:.40} is no amount of money", right)
    try:
        return Money.model_validate({"currency": match[1] or match[4], "amount": match[2] or match[3]})
    except ValidationError as error:
        raise BadInput("--fee", error.errors()[0]["msg"].removeprefix("Value error, "), right) from None
