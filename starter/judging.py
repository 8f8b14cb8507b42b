"""`sla judge`: terms and evidence in files in, one statement out. No server, no register.

Nothing is decided here: which rows and terms count is said by `sla.offline`, what they come to by `sla.stating`.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from activities.engine_version import engine_here
from sla.applied import Applied
from sla.due_periods import cadence_of, window_of
from sla.errors import BadInput
from sla.evidence import Evidence, ItemEvent
from sla.fees_in_force import fees_of_terms
from sla.fitting import Counting, unfit, words_of
from sla.offline import applied_of, counted_part, last_revisions, refuse_other_currency, rows_for
from sla.periods import JudgedPeriod, period_named, period_of
from sla.statements import Statement
from sla.stating import Case, state
from sla.targets import ResolutionTime, ResponseTime
from sla.work_items import items_of
from starter import statement_text
from starter.case_files import Files, handed_on, read_evidence, read_fee, read_statements, read_terms
from starter.moments import moment, spoken
from starter.session import Session
from starter.telling import counted, say, say_json, table

MOST_ODD = 10
"""How many odd things are told one by one."""


class Asked(NamedTuple):
    """What somebody wants judged, as it was typed."""

    period: str
    fee: str | None
    as_of: str | None
    provisional: bool
    out: Path | None
    force: bool


def judge(session: Session, files: Files, asked: Asked) -> None:
    """States a period from files, and writes it where that is asked for. Source: MON-4 to MON-8."""
    applied = applied_of(read_terms(each) for each in files.terms)
    zone = applied[0].terms.period.zone
    period = counted_part(period_named(asked.period, zone), applied)
    as_of = _as_of(asked, period)
    fee = read_fee(asked.fee) if asked.fee else None
    if fee is not None:
        refuse_other_currency(fee, applied, period)
    window = window_of(period, applied)
    found = read_evidence(files.evidence, window.begins, window.ends)
    rows = rows_for(found.rows, window)
    statement = state(
        Case(
            period=period,
            applied=applied,
            rows=rows,
            as_of=as_of,
            fee=fee,
            fees=fees_of_terms(applied) if fee is None else (),
            past=last_revisions(read_statements(files.past)),
            engine=engine_here(),
        )
    )
    if asked.out:
        write(asked.out, statement, force=asked.force)
    if session.as_json:
        say_json(session.out, handed_on(statement))
        return
    tell_statement(session, statement)
    cadence = _cadence_note(period_named(asked.period, zone), applied)
    for line in (*cadence, *notes(rows, found.known - len(rows), window, applied, as_of)):
        say(session.out, line)
    if asked.out:
        say(session.out, f"Written to {asked.out}; `sla verify {asked.out}` computes it again.")


def _as_of(asked: Asked, period: JudgedPeriod) -> datetime:
    """Up to when it is looked at. Raises BadInput for a final statement of a period that is not over."""
    now = datetime.now(UTC)
    at = moment(asked.as_of, "--as-of", period.zone, now) if asked.as_of else now
    if at > now:
        wrong = f"{spoken(at, period.zone)} is ahead: nobody knows yet what happens until then"
        raise BadInput("--as-of", wrong, "an instant that is past, or none for now, is expected")
    if at >= period.ends:
        return period.ends
    if at <= period.begins:
        wrong = (
            f"{period.name} begins on {spoken(period.begins, period.zone)}, and has not by {spoken(at, period.zone)}"
        )
        raise BadInput("--period", wrong, "a period that has begun is expected")
    if not asked.provisional:
        wrong = f"{period.name} is not over before {spoken(period.ends, period.zone)}; a statement needs all of it"
        raise BadInput("--period", wrong, "an earlier period, or --provisional for how it stands so far, is expected")
    return at


def tell_statement(session: Session, statement: Statement) -> None:
    """A statement in full, for people."""
    say(session.out, statement_text.head_line(statement))
    if statement.why:
        say(session.out, f"Stated again: {statement.why}")
    say(session.out)
    table(session.out, statement_text.HEADS, statement_text.rows(statement))
    for part in (
        statement_text.reasons(statement),
        statement_text.money_lines(statement),
        statement_text.finding_lines(statement),
        statement_text.not_approved_lines(statement),
        iter((statement_text.foot_line(statement),)),
    ):
        lines = list(part)
        if lines:
            say(session.out)
        for line in lines:
            say(session.out, line)


def write(path: Path, statement: Statement, *, force: bool) -> None:
    """The file that `sla verify` reads. Raises BadInput where it is there already, or cannot be written."""
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(handed_on(statement).model_dump_json(indent=2) + "\n")
    except FileExistsError:
        raise BadInput("--out", f"{path} is there already", "another name, or --force, is expected") from None
    except OSError as error:
        raise BadInput(
            "--out", f"{path} cannot be written ({error.strerror})", "a writable place is expected"
        ) from None


def _cadence_note(period: JudgedPeriod, applied: tuple[Applied, ...]) -> Iterator[str]:
    """A compliance run states no other periods than those of the terms' own cadence."""
    cadence = cadence_of(applied, period.begins)
    if period != period_of(cadence, period.start, period.zone):
        yield f"Note: these terms are judged by the {cadence}; {period.name} is none of their own periods."


def notes(
    standing: tuple[Evidence, ...], outside: int, window: JudgedPeriod, applied: tuple[Applied, ...], as_of: datetime
) -> Iterator[str]:
    """What somebody should look at who reads the figures: rows that count for nothing, odd items, our own work.
    `outside` are so many things of which the files speak besides."""
    targets = {target.id: target for each in applied for target in each.terms.targets}
    if outside:
        yield f"Note: {counted(outside, 'row is', 'rows are')} of other times, or withdrawn, and not used."
    if later := sum(row.first >= as_of for row in standing):
        speak = counted(later, "row speaks", "rows speak")
        yield f"Note: {speak} of time after {spoken(as_of, window.zone)}, which does not count yet."
    yield from _unused_lines(standing, applied)
    for target in targets.values():
        if isinstance(target, ResponseTime | ResolutionTime) and target.process:
            yield f"Note: {target.id} is about our own work, which only the register knows; it has no data here."
    yield from _odd_lines(standing)


def _odd_lines(rows: tuple[Evidence, ...]) -> Iterator[str]:
    items = items_of([row for row in rows if isinstance(row, ItemEvent)])
    faults = [fault for item in items for fault in item.faults]
    yield from (f"Odd: {fault}" for fault in faults[:MOST_ODD])
    if len(faults) > MOST_ODD:
        yield f"Odd: and {len(faults) - MOST_ODD} more."


def _unused_lines(rows: tuple[Evidence, ...], applied: tuple[Applied, ...]) -> Iterator[str]:
    """A file may serve the terms of many agreements, so rows that name none of these targets are told, not refused."""
    words = words_of(Counting(each.terms) for each in applied)
    faults = (unfit(row, words, "these terms") for row in rows)
    unused = Counter(fault.wrong for fault in faults if fault is not None and fault.field == "target")
    for wrong, times in sorted(unused.items())[:MOST_ODD]:
        yield f"Note: {counted(times, 'row is', 'rows are')} not used: {wrong}."
    if len(unused) > MOST_ODD:
        rest = sum(times for _, times in sorted(unused.items())[MOST_ODD:])
        yield f"Note: {counted(rest, 'more row is', 'more rows are')} not used for reasons like these."
