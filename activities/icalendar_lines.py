"""The lines of an iCalendar file: from bytes to unfolded text, and where its events begin.

Knows what holds a file together, and refuses to know what an event says. Lines count from 1.
"""

import re

from sla.errors import BadForm, BadInput, Fault

MOST_BYTES = 10_000_000
MOST_EVENTS = 20_000
_UTC_WITH_ZONE = re.compile(r"(DTSTART|DTEND|RDATE|EXDATE|RECURRENCE-ID);[^:]*TZID=.*[0-9]Z", re.IGNORECASE)


def logical_lines(data: bytes, source: str) -> list[tuple[int, str]]:
    """Unfolded lines with the number of the first line of each. Folding may cut a letter in two, so it is of bytes."""
    if len(data) > MOST_BYTES:
        raise BadInput(source, "is larger than 10 MB", f"at most {MOST_BYTES:,} bytes are taken")
    if not data.strip():
        raise BadInput(source, "is empty", "a file that begins with BEGIN:VCALENDAR is expected")
    joined: list[tuple[int, list[bytes]]] = []
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
        if raw[:1] in {b" ", b"\t"} and joined:
            joined[-1][1].append(raw[1:])
        elif raw.strip():
            joined.append((number, [raw]))
    return [(number, _decoded(b"".join(parts), number, source)) for number, parts in joined]


def _decoded(raw: bytes, number: int, source: str) -> str:
    if b"\x00" in raw:
        raise _wrong(source, number, "has the control character U+0000; plain visible text is expected")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise _wrong(source, number, "is not UTF-8; save the file as UTF-8") from None


def _wrong(source: str, line: int, wrong: str) -> BadForm:
    return BadForm(source, (Fault("the file", wrong, line),))


def event_lines(lines: list[tuple[int, str]], source: str) -> list[int]:
    """The line of each VEVENT, in order. What is begun must be ended: half a file is no calendar."""
    if not lines or lines[0][1].strip().upper() != "BEGIN:VCALENDAR":
        raise BadInput(source, "is no iCalendar file", "a file that begins with BEGIN:VCALENDAR is expected")
    begun: list[tuple[int, str]] = []
    found: list[int] = []
    for number, line in lines:
        word, colon, name = line.strip().upper().partition(":")
        if colon and word == "BEGIN":
            begun.append((number, name))
            found += [number] if name == "VEVENT" else []
        elif colon and word == "END":
            if not begun or begun[-1][1] != name:
                raise _wrong(
                    source, number, f"ends a {name:.30} that is not begun before it; the whole file is expected"
                )
            begun.pop()
    if begun:
        raise _wrong(source, begun[-1][0], f"begins a {begun[-1][1]:.30} that never ends; the whole file is expected")
    if not found:
        raise BadInput(source, "has no events", "at least one BEGIN:VEVENT is expected")
    if len(found) > MOST_EVENTS:
        raise BadInput(source, f"has {len(found):,} events", f"at most {MOST_EVENTS:,} are taken")
    return found


def zoned_utc_lines(lines: list[tuple[int, str]]) -> dict[int, int]:
    """Lines of events with a time that says both a zone and UTC, by the line of their event."""
    found: dict[int, int] = {}
    event = 0
    for number, line in lines:
        event = number if line.strip().upper() == "BEGIN:VEVENT" else event
        if _UTC_WITH_ZONE.fullmatch(line.strip()):
            found.setdefault(event, number)
    return found
