"""What is ahead of one agreement: on the screen, as a document, and as a calendar that other programs read.

Every date comes from `sla.agenda`; here they only take a form. Source: SEE-1.
"""

from datetime import UTC, datetime
from pathlib import Path

from sla.agenda import Entry
from sla.agenda import agenda as entries_of
from sla.agreement import AgreementState
from sla.errors import BadInput
from starter.moments import clock
from starter.register import known, register_of
from starter.session import Session
from starter.telling import counted, say, say_json, table


def agenda(session: Session, number: str, ics: Path | None, *, everything: bool) -> None:
    """Tells every date ahead, as the register knows the agreement now; with `ics`, writes the file too.

    Steps of silence in waits that have not begun are left out, and counted, unless `everything` is asked for.
    """
    state, now = known(register_of(session), number).state, datetime.now(UTC)
    found = entries_of(state, now)
    entries = found if everything else tuple(entry for entry in found if not entry.on_silence)
    if ics is not None:
        _write(ics, calendar(state, entries, now))
    if session.as_json:
        say_json(session.out, entries)
        return
    if entries:
        rows = ((clock(entry.at, state.zone), entry.what, entry.cause) for entry in entries)
        table(session.out, (f"when ({state.zone})", "what, if nobody acts", "cause"), rows)
    else:
        say(session.out, f"Nothing is ahead of {state.number}; it is {state.stage}.")
    if len(found) > len(entries):
        left_out = counted(len(found) - len(entries), "more step comes", "more steps come")
        say(session.out, f"{left_out} only if somebody stays silent by then; --all shows them.")
    if ics is not None:
        say(session.out, f"The same stands in {ics}, as iCalendar.")


def calendar(state: AgreementState, entries: tuple[Entry, ...], now: datetime) -> bytes:
    """The entries as an iCalendar (RFC 5545), instants in UTC. A date has the same UID in every file, and a
    higher sequence number once the dates of the agreement have moved."""
    from icalendar import Calendar, Event

    found = Calendar()
    found.add("prodid", "-//sla-life//agenda//EN")
    found.add("version", "2.0")
    found.add("calscale", "GREGORIAN")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", f"{state.number} {state.title}")
    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("sequence", entry.sequence)
        event.add("dtstamp", now)
        event.add("dtstart", entry.at)
        event.add("summary", f"{state.number}: {entry.what}")
        event.add("description", f"{state.title}\n{entry.cause}")
        event.add("transp", "TRANSPARENT")
        found.add_component(event)
    content: bytes = found.to_ical()
    return content


def _write(path: Path, content: bytes) -> None:
    """Raises BadInput when the file cannot be written."""
    try:
        path.write_bytes(content)
    except OSError as error:
        why = error.strerror or "it cannot be written"
        raise BadInput("--ics", f"{path}: {why}", "a file in a folder that takes one is expected") from None
