"""Measurements at the command line: a file in, a report out; what Prometheus has; what counts for a period.

Opens files and the register, and tells; what a row may say is `starter.evidence_files`'s, what becomes of it is
`activities.evidence_import`'s.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from rich.console import Console
from rich.progress import wrap_file

from activities.database import open_engine
from activities.evidence import SqlEvidence
from activities.evidence_import import ImportReport, Refused, Row, import_rows
from activities.evidence_versions import Touched
from activities.prometheus import PrometheusMeasurements
from activities.views import padded
from sla.agreement import AgreementState
from sla.cadence import Cadence
from sla.errors import BadInput
from sla.evidence import Evidence
from sla.fields import Value
from sla.periods import JudgedPeriod, period_named, period_of
from sla.term import day_at
from sla.terms import Terms
from starter.evidence_files import Format, read_rows
from starter.moments import clock
from starter.plain_files import open_plain
from starter.register import known, register_of
from starter.session import Session
from starter.telling import counted, say, say_json, table, tell
from workflows.messages import PageOrder

_RIGHT = "the path of a file of CSV or JSON lines is expected"


class How(NamedTuple):
    """How somebody wants a file to be taken in."""

    agreement: str | None
    form: str | None
    delimiter: str | None
    report: Path | None
    partial: bool


class Told(Value):
    """What an error says of itself."""

    code: str
    message: str


class RefusedImport(ImportReport):
    """The report of a file of which nothing was kept."""

    error: Told


def take_in(session: Session, file: Path, how: How) -> None:
    """Takes in a file; exit status 2 where rows were refused and nothing was kept. Source: MON-1."""
    form, delimiter, now = _format(how.form), _delimiter(how.delimiter), datetime.now(UTC)
    views = register_of(session)
    number = known(views, how.agreement).state.number if how.agreement else None
    with (
        _store(session) as store,
        _opened(file) as stream,
        _progress(session, stream, file) as watched,
        _written(how.report) as write,
    ):
        rows = _whole(file, read_rows(watched, now, form, delimiter))
        report = import_rows(store, rows, number, now, partial=how.partial, on_refused=write)
    _tell_report(session, _named(file), report, how)


def _tell_report(session: Session, file: str, report: ImportReport, how: How) -> None:
    if report.is_kept:
        tell(session, report, *_kept(report), *_refused(report, how))
        return
    session.exit_status = 2
    message = f"{file}: {counted(report.refused, 'bad row', 'bad rows')}, so nothing was kept"
    told = Told(code="RefusedRows", message=message[-300:])
    if session.as_json:
        say_json(session.out, RefusedImport(**dict(report), error=told))
        return
    say(session.err, f"sla: {message}; mend them, or keep the good rows with --partial")
    for line in _refused(report, how)[1:]:
        say(session.err, line)


def _kept(report: ImportReport) -> list[str]:
    parts = (
        counted(report.accepted, "new row", "new rows"),
        f"{report.corrected:,} corrected",
        f"{report.repeated:,} known already",
    )
    spans = [_span(each) for each in report.touched[:20]]
    more = [f"And {len(report.touched) - 20} more agreements."] if len(report.touched) > 20 else []
    return [f"{', '.join(parts)}.", *spans, *more]


def _span(touched: Touched) -> str:
    until = f"{touched.until:%Y-%m-%d %H:%M}" if touched.until else "now"
    return f"{touched.number}: the time from {touched.since:%Y-%m-%d %H:%M} until {until} (UTC) is judged anew."


def _refused(report: ImportReport, how: How) -> list[str]:
    if not report.refused:
        return []
    rest = report.more
    hint = "" if how.report else "; --report FILE writes all of them"
    lines = [f"{counted(report.refused, 'bad row was', 'bad rows were')} not kept:", *_indented(report)]
    return [*lines, *([f"  and {counted(rest, 'more fault', 'more faults')}{hint}"] if rest else [])]


def _indented(report: ImportReport) -> Iterator[str]:
    return (f"  {fault}" for fault in report.faults)


def _format(text: str | None) -> Format | None:
    try:
        return None if text is None else Format(text)
    except ValueError:
        raise BadInput("--format", f"{text!r:.40} is no format", f"one of {', '.join(Format)} is expected") from None


def _delimiter(text: str | None) -> str | None:
    if text not in {None, ",", ";"}:
        raise BadInput("--delimiter", f"{text!r:.40} divides no columns", "a comma or a semicolon is expected")
    return text


@contextmanager
def _store(session: Session) -> Iterator[SqlEvidence]:
    engine = open_engine(session.settings.register_url)
    try:
        yield SqlEvidence(engine)
    finally:
        engine.dispose()


def _whole(file: Path, rows: Iterator[Row | Refused]) -> Iterator[Row | Refused]:
    """The rows, to the last one. Raises BadInput where the file can be read no further."""
    try:
        yield from rows
    except OSError as error:
        raise BadInput(_named(file), f"cannot be read to its end ({error.strerror})", _RIGHT) from None


def _named(file: Path) -> str:
    return "standard input" if str(file) == "-" else str(file)


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    if str(file) == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = open_plain(file, _RIGHT)
    except FileNotFoundError:
        raise BadInput(str(file), "does not exist", _RIGHT) from None
    except OSError as error:
        raise BadInput(str(file), f"cannot be read ({error.strerror})", _RIGHT) from None
    with stream:
        yield stream


@contextmanager
def _written(report: Path | None) -> Iterator[Callable[[Refused], None] | None]:
    """Where every refused row is written down, if anywhere."""
    if report is None:
        yield None
        return
    try:
        out = report.open("w", encoding="utf-8")
    except OSError as error:
        right = "the path of a file that can be written is expected"
        raise BadInput("--report", f"{report} cannot be written ({error.strerror})", right) from None
    with out:
        yield lambda refused: print(refused.model_dump_json(), file=out)


@contextmanager
def _progress(session: Session, stream: BinaryIO, file: Path) -> Iterator[BinaryIO]:
    """A bar while the file is read, on a terminal only."""
    if session.as_json or str(file) == "-" or not session.err.isatty():
        yield stream
        return
    size = os.fstat(stream.fileno()).st_size
    with wrap_file(stream, size, description=file.name, console=Console(file=session.err), transient=True) as watched:
        yield watched


def pull(session: Session, number: str, period: str | None) -> None:
    """Pulls what the terms name, as a run does. Exit status 2 where something could not be pulled. Source: MON-1."""
    state = known(register_of(session), number).state
    now = datetime.now(UTC)
    order = PageOrder(cadence=_cadence(state), period=_period(state, period, now).name, at=now, numbers=(state.number,))
    engine = open_engine(session.settings.register_url)
    try:
        report = asyncio.run(PrometheusMeasurements(engine, session.settings).pull_page(order))
    finally:
        engine.dispose()
    targets = counted(report.targets, "target", "targets")
    lines = [f"{targets} of {state.number} pulled: {counted(report.rows, 'new or other row', 'new or other rows')}."]
    tell(session, report, *lines)
    if report.faults:
        session.exit_status = 2
    if not session.as_json:
        for fault in report.faults:
            say(session.err, f"sla: {fault.wrong}")


def show(session: Session, number: str, period: str | None) -> None:
    """What counts for a period, in the order of time."""
    state = known(register_of(session), number).state
    wanted = _period(state, period, datetime.now(UTC))
    with _store(session) as store:
        rows = store.of(padded(number), wanted.begins, wanted.ends)
    if session.as_json:
        say_json(session.out, rows)
    elif not rows:
        say(session.out, f"Nothing is known of {state.number} for {wanted.name}.")
    else:
        heads = ("kind", f"from ({state.zone})", "until", "about", "what", "source", "key")
        table(session.out, heads, (_listed(row, state.zone) for row in rows))


def _listed(row: Evidence, zone: str) -> tuple[str, ...]:
    until = "goes on" if row.last is None else clock(row.last, zone) if row.last > row.first else ""
    told = row.model_dump(mode="json", exclude_none=True, exclude=_SHOWN_ELSEWHERE)
    about = str(getattr(row, "item", None) or getattr(row, "target", None) or "")
    what = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in told.items())
    return (row.kind, clock(row.first, zone), until, about, what, row.source, row.key)


_SHOWN_ELSEWHERE = {"kind", "source", "key", "item", "target", "start", "end", "at", "happened_at", "done_at"}


def _terms(state: AgreementState) -> Terms | None:
    return state.edition.terms if state.edition else None


def _cadence(state: AgreementState) -> Cadence:
    terms = _terms(state)
    return terms.compliance.every if terms and terms.compliance else Cadence.MONTH


def _period(state: AgreementState, period: str | None, now: datetime) -> JudgedPeriod:
    if period is None:
        return period_of(_cadence(state), day_at(now, state.zone), state.zone)
    return period_named(period, state.zone)
