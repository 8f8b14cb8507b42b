"""Holidays and closures from outside: shown as they are, or written out into a service calendar's own file.

They are found by `activities`, merged by `sla/closures.py`, and set into the text by `starter/calendar_text.py`. No
file is overwritten unasked.
"""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from sla.closures import ClosedTime, Found, Merged, merge
from sla.errors import BadInput
from sla.fields import Value, Zone
from sla.service_calendar import ServiceCalendar
from starter.calendar_text import with_closures
from starter.forms import parse
from starter.session import Session
from starter.telling import counted, say, say_json, tell
from starter.yaml_text import read_bytes

_ZONE: TypeAdapter[str] = TypeAdapter(Zone)
LATER_YEARS = 5
"""How far a source is read where nobody says how far."""


class Into(NamedTuple):
    """The calendar that takes the closures in, and where the result goes; none for showing it only."""

    calendar: Path | None
    write: Path | None
    force: bool


class Years(NamedTuple):
    """The years that were typed, both inside; none for this year, and for five years after the first."""

    first: int | None
    last: int | None

    def within(self, zone: str) -> tuple[int, int]:
        """The years that are meant. Raises BadInput."""
        first = self.first if self.first is not None else datetime.now(UTC).astimezone(ZoneInfo(zone)).year
        last = self.last if self.last is not None else min(first + LATER_YEARS, 2199)
        if last < first:
            raise BadInput("--to", f"{last} is before --from, {first}", "the same or a later year is expected")
        return first, last


class Region(NamedTuple):
    """Whose holidays, and which kinds of them."""

    country: str
    subdivision: str | None
    categories: tuple[str, ...]


class FoundAnswer(Value):
    """What a source says, when no calendar takes it in. Times are local times of the zone."""

    zone: str | None
    found: Found


class _Sheet(NamedTuple):
    calendar: ServiceCalendar
    text: str


def tell_holidays(session: Session, region: Region, years: Years, into: Into) -> None:
    """The holidays of some years, or the calendar with them."""
    from activities.holiday_calendars import holidays_of

    def find(zone: str) -> Found:
        return holidays_of(region.country, region.subdivision, *years.within(zone), region.categories)

    _tell(session, into, find, None)


def tell_import(session: Session, file: Path, zone: str | None, years: Years, into: Into) -> None:
    """The closures of an iCalendar file, or the calendar with them."""
    from activities.closure_files import closures_of
    from activities.icalendar_files import read_events
    from activities.icalendar_lines import MOST_BYTES

    if zone is not None and into.calendar is not None:
        raise BadInput("--zone", "is given beside --calendar, which has its own zone", "one of them is expected")
    events = read_events(*read_bytes(file, MOST_BYTES, "calendar (.ics)"))
    chosen = _zone(zone) if zone is not None else events.zone or "UTC"

    def find(zone: str) -> Found:
        return closures_of(events, zone, *years.within(zone))

    _tell(session, into, find, chosen)


def _zone(typed: str) -> str:
    try:
        return _ZONE.validate_python(typed)
    except ValidationError:
        wrong = f"{typed!r:.60} is no time zone"
        raise BadInput("--zone", wrong, "an IANA zone such as Europe/Berlin or UTC is expected") from None


def _tell(session: Session, into: Into, find: Callable[[str], Found], zone: str | None) -> None:
    if into.calendar is None:
        if into.write is not None:
            raise BadInput("--write", "has no calendar to write", "--calendar FILE with its weekly hours is expected")
        found = find(zone or "UTC")
        tell(session, FoundAnswer(zone=zone, found=found), *_found_lines(found, zone))
        return
    _refuse_to_overwrite(into)
    sheet = _sheet(into.calendar)
    merged = merge(sheet.calendar, find(sheet.calendar.zone))
    text = with_closures(sheet.text, merged)
    if into.write is None:
        _tell_text(session, merged, text)
    else:
        _write(into.write, text, force=into.force)
        tell(session, merged, *_merged_lines(merged, into.write))


def _sheet(path: Path) -> _Sheet:
    data, source = read_bytes(path)
    return _Sheet(parse(ServiceCalendar, data, source), data.decode("utf-8"))


def _tell_text(session: Session, merged: Merged, text: str) -> None:
    """The YAML alone on standard output, so that it can go into a file; contradictions beside it."""
    if session.as_json:
        say_json(session.out, merged)
        return
    print(text, end="" if text.endswith("\n") else "\n", file=session.out)
    for each in merged.contradictions:
        say(session.err, f"sla: contradiction: {each}")


def _refuse_to_overwrite(into: Into) -> None:
    """Before anything is found: so a long import does not end in a refusal."""
    if into.write is None:
        return
    if str(into.write) == "-" or into.write.is_dir():
        raise BadInput("--write", f"{into.write} is no file", "the path of a YAML file is expected")
    if into.write.exists() and not into.force:
        raise BadInput("--write", f"{into.write} exists", "another path, or --force to overwrite it, is expected")


def _write(path: Path, text: str, *, force: bool) -> None:
    """All or nothing: whatever happens on the way, an old file stays whole."""
    try:
        if not force:
            with path.open("x", encoding="utf-8", newline="") as file:
                file.write(text)
            return
        target = path.resolve()
        with NamedTemporaryFile(
            "w", encoding="utf-8", newline="", dir=target.parent, prefix=".calendar-", delete=False
        ) as draft:
            draft.write(text)
        Path(draft.name).chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
        os.replace(draft.name, target)
    except FileExistsError:
        raise BadInput("--write", f"{path} exists", "another path, or --force to overwrite it, is expected") from None
    except OSError as error:
        wrong = f"{path} cannot be written ({error.strerror or error})"
        raise BadInput("--write", wrong, "a path in a folder that you may write to is expected") from None


def _found_lines(found: Found, zone: str | None) -> Iterator[str]:
    yield f"{found.source[:1].upper()}{found.source[1:]}:"
    for day in found.days:
        yield f"{day.day:%a %Y-%m-%d}  {day.name}"
    for yearly in found.yearly:
        yield f"every {yearly.day}      {yearly.name}"
    for time in found.times:
        yield f"{_spoken(time)} {zone}  {time.name}"
    for made in found.make_up:
        yield f"{made.day:%a %Y-%m-%d}  open: {made.name}"
    if not (found.days or found.yearly or found.times):
        yield "No closures."
    yield from _notes(found.remarks)


def _notes(remarks: tuple[str, ...]) -> Iterator[str]:
    for each in remarks:
        yield f"Note: {each}."


def _spoken(time: ClosedTime) -> str:
    end = f"{time.end:%H:%M}" if time.end.date() == time.start.date() else f"{time.end:%a %Y-%m-%d %H:%M}"
    return f"{time.start:%a %Y-%m-%d %H:%M} to {end}"


def _merged_lines(merged: Merged, path: Path) -> Iterator[str]:
    added = [
        counted(len(merged.days), "closed day", "closed days"),
        counted(len(merged.yearly), "day closed every year", "days closed every year"),
        counted(len(merged.times), "closure by the hour", "closures by the hour"),
        counted(len({row.day for row in merged.hours}), "make-up work day", "make-up work days"),
    ]
    told = [words for words in added if not words.startswith("0 ")] or ["nothing new"]
    yield f"{path} is written, with {', '.join(told)}; {merged.again} stood in the calendar already."
    yield f"Source: {merged.source}."
    for each in merged.contradictions:
        yield f"Contradiction: {each}."
    yield from _notes(merged.remarks)
