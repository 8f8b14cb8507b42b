"""iCalendar files (RFC 5545): from bytes to events, or one line for each event that does not hold.

Knows the file's grammar, its zones and its properties; what repeats is unfolded by `activities/recurrences.py`, and
what closes a calendar is said by `activities/closure_files.py`. Of the components only VEVENT is read. The library
`icalendar` is imported when a file is read, and no earlier.
"""

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from activities.icalendar_lines import event_lines, logical_lines, zoned_utc_lines
from sla.errors import BadForm, BadInput, Fault
from sla.fields import Line, Zone

if TYPE_CHECKING:
    from icalendar import Component

EARLIEST, LATEST = 1600, 2199
"""Years in which an event may begin: Outlook lets what repeats begin in 1601."""
_TIMED = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "STATUS", "SEQUENCE")
_LINE: TypeAdapter[str] = TypeAdapter(Line)
_ZONE: TypeAdapter[str] = TypeAdapter(Zone)

Length: TypeAlias = timedelta | None
Rule: TypeAlias = dict[str, tuple[str, ...]]
"""The parts of a recurrence rule by their names in capitals, without UNTIL."""


@dataclass(frozen=True)
class When:
    """A whole day (its midnight), or a time: in a zone, or floating where `zone` is none."""

    wall: datetime
    zone: ZoneInfo | None
    is_day: bool = False


@dataclass(frozen=True)
class Event:
    """An event as the file has it. Its end is outside; `length` is there where the file says a length instead."""

    uid: str
    line: int
    name: str
    start: When
    end: When | None = None
    length: Length = None
    rule: Rule | None = None
    until: When | None = None
    more: tuple[tuple[When, "When | timedelta | None"], ...] = ()
    """RDATE: further beginnings, some with an end or length of their own."""
    without: tuple[When, ...] = ()
    """EXDATE."""
    replaces: When | None = None
    """RECURRENCE-ID: the occurrence of the same UID that this event stands for."""
    sequence: int = 0
    is_cancelled: bool = False
    is_tentative: bool = False

    @property
    def label(self) -> str:
        """For sentences."""
        return f"UID {self.uid} (line {self.line})"


@dataclass(frozen=True)
class EventFile:
    """The events of a file, the zone that it names for itself, and spellings of zones that were understood."""

    source: str
    events: tuple[Event, ...]
    zone: str | None
    remarks: tuple[str, ...]


def read_events(data: bytes, source: str) -> EventFile:
    """The events of a file. Raises BadInput for what is no iCalendar, BadForm with each event that does not hold."""
    from icalendar import Calendar

    lines = logical_lines(data, source)
    begins = event_lines(lines, source)
    text = "\r\n".join(line for _, line in lines) + "\r\n"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of zones that it guesses: they are looked up below
            calendars = Calendar.from_ical(text, multiple=True)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise BadInput(
            source, f"is no iCalendar ({_plain(error)})", "a file as calendars export it is expected"
        ) from None
    reader = _Reader(begins, zoned_utc_lines(lines))
    events = [event for each in calendars for event in reader.events(each)]
    if reader.faults:
        raise BadForm(source, tuple(reader.faults[:30]), more=max(0, len(reader.faults) - 30))
    return EventFile(source, tuple(events), reader.zone, tuple(dict.fromkeys(reader.remarks)))


def _plain(error: Exception) -> str:
    return one_line(str(error), "it cannot be read")[:120]


def one_line(text: str, otherwise: str) -> str:
    """One visible line of a stranger's text, at most 120 characters."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    try:
        return _LINE.validate_python(line[:120])
    except ValidationError:
        return otherwise


class _Reader:
    """Reads components one after the other, and keeps what is wrong with them."""

    def __init__(self, begins: list[int], zoned_utc: dict[int, int]) -> None:
        self._begins, self._zoned_utc = iter(begins), zoned_utc
        self.faults: list[Fault] = []
        self.remarks: list[str] = []
        self.zone: str | None = None

    def events(self, calendar: "Component") -> Iterator[Event]:
        """The events of one calendar."""
        if self.zone is None and (named := _texts(calendar, "X-WR-TIMEZONE")):
            self.zone = self._known_zone(named[0])
        is_cancelled = [text.upper() for text in _texts(calendar, "METHOD")] == ["CANCEL"]
        for component in calendar.walk("VEVENT"):
            line = next(self._begins)
            uid = one_line("".join(_texts(component, "UID")[:1]), "none")[:60]
            try:
                yield self._event(component, uid, line, is_cancelled=is_cancelled)
            except _Wrong as wrong:
                self.faults.append(Fault(f"UID {uid}", str(wrong), line))

    def _event(self, component: "Component", uid: str, line: int, *, is_cancelled: bool) -> Event:
        self._refuse_broken(component, line)
        start = self._one(component, "DTSTART")
        if start is None:
            raise _Wrong("has no DTSTART; the day or time at which it begins is expected")
        end, length = self._one(component, "DTEND"), self._length(component)
        if end is not None and length is not None:
            raise _Wrong("has a DTEND and a DURATION; one of them is expected")
        if end is not None and end.is_day != start.is_day:
            raise _Wrong(
                "begins on a day and ends at a time, or the other way round; two days, or two times, are expected"
            )
        rule, until = self._rule(component, start)
        status = "".join(_texts(component, "STATUS")[:1]).upper()
        return Event(
            uid=uid,
            line=line,
            name=one_line("".join(_texts(component, "SUMMARY")[:1]), f"event on line {line}"),
            start=start,
            end=end,
            length=length,
            rule=rule,
            until=until,
            more=tuple(self._more(component)),
            without=tuple(self._listed(component, "EXDATE")),
            replaces=self._one(component, "RECURRENCE-ID"),
            sequence=_sequence(component),
            is_cancelled=is_cancelled or status == "CANCELLED",
            is_tentative=status == "TENTATIVE",
        )

    def _refuse_broken(self, component: "Component", line: int) -> None:
        for name, words in component.errors:
            if name is None or name in _TIMED:
                what = name or "a line"
                raise _Wrong(
                    f"{what} cannot be read ({one_line(words, 'no words')}); what RFC 5545 has for it is expected"
                )
        if line in self._zoned_utc:
            wrong = f"says both a TZID and UTC on line {self._zoned_utc[line]}"
            raise _Wrong(f"{wrong}; a local time with TZID, or one that ends in Z without it, is expected")
        if "EXRULE" in component:
            raise _Wrong("has an EXRULE, which RFC 5545 no longer knows; EXDATE for each day is expected")
        for name in ("DTSTART", "DTEND", "DURATION", "RRULE", "RECURRENCE-ID"):
            if isinstance(component.get(name), list):
                raise _Wrong(f"has {name} more than once; one is expected")
        changed = component.get("RECURRENCE-ID")
        if changed is not None and "RANGE" in changed.params:
            raise _Wrong("changes this and all future ones (RANGE); an event that ends and another one are expected")

    def _one(self, component: "Component", name: str) -> When | None:
        found = component.get(name)
        return None if found is None else self._when(found.dt, found.params.get("TZID"), name)

    def _length(self, component: "Component") -> Length:
        found = component.get("DURATION")
        if found is None:
            return None
        if not isinstance(found.dt, timedelta):
            raise _Wrong("DURATION is no length of time; one such as PT2H or P1D is expected")
        return found.dt

    def _when(self, value: object, tzid: str | None, name: str) -> When:
        if isinstance(value, datetime):
            self._refuse_far(value.date(), name)
            wall = value.replace(tzinfo=None, fold=0)
            if tzid is not None:
                return When(wall, self._zone(tzid))
            return When(wall, None if value.tzinfo is None else ZoneInfo("UTC"))
        if isinstance(value, date):
            self._refuse_far(value, name)
            return When(datetime(value.year, value.month, value.day), None, is_day=True)  # noqa: DTZ001  a day has none
        raise _Wrong(f"{name} is neither a day nor a time; one such as 20270304 or 20270304T090000Z is expected")

    def _refuse_far(self, day: date, name: str) -> None:
        if not EARLIEST <= day.year <= LATEST and not (name in {"DTEND", "UNTIL"} and day.year > LATEST):
            raise _Wrong(f"{name} {day} is out of range; years from {EARLIEST} to {LATEST} are taken")

    def _zone(self, tzid: str) -> ZoneInfo:
        known = self._known_zone(tzid)
        if known is None:
            shown = one_line(tzid, "without a name")
            raise _Wrong(f"TZID '{shown}' is no zone that is known; an IANA zone such as Europe/Berlin is expected")
        return ZoneInfo(known)

    def _known_zone(self, tzid: str) -> str | None:
        """An IANA zone as it stands; the end of a global id (`/vendor/.../Europe/Berlin`); a name that Windows uses."""
        from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

        parts = tzid.strip('" ').split("/")
        ends = ["/".join(parts[index:]) for index in range(1, len(parts))] if not parts[0] else []
        for name in (tzid.strip('" '), *ends[1:], WINDOWS_TO_OLSON.get(tzid.strip('" '), "")):
            try:
                known = _ZONE.validate_python(name)
            except ValidationError:
                continue
            if known != tzid:
                self.remarks.append(f"the zone '{one_line(tzid, '?')}' is read as {known}")
            return known
        return None

    def _listed(self, component: "Component", name: str) -> Iterator[When]:
        for value, tzid in _values(component, name):
            yield self._when(value, tzid, name)

    def _more(self, component: "Component") -> Iterator[tuple[When, "When | timedelta | None"]]:
        for value, tzid in _values(component, "RDATE"):
            if isinstance(value, tuple):
                first, last = value
                end = last if isinstance(last, timedelta) else self._when(last, tzid, "RDATE")
                yield self._when(first, tzid, "RDATE"), end
            else:
                yield self._when(value, tzid, "RDATE"), None

    def _rule(self, component: "Component", start: When) -> tuple[Rule | None, When | None]:
        found = component.get("RRULE")
        if found is None:
            return None, None
        parts = {str(key).upper(): tuple(_part(each) for each in values) for key, values in found.items()}
        parts.pop("UNTIL", None)
        until = found.get("UNTIL")
        if until is None:
            return parts, None
        last = until[0] if isinstance(until, list) else until
        return parts, self._when(last, None, "UNTIL")


class _Wrong(Exception):
    """What is wrong with one event, and what would be right."""


def _part(value: object) -> str:
    return str(value).upper()


def _texts(component: "Component", name: str) -> list[str]:
    found = component.get(name)
    return [] if found is None else [str(each) for each in (found if isinstance(found, list) else [found])]


def _values(component: "Component", name: str) -> Iterable[tuple[object, str | None]]:
    found = component.get(name)
    for row in [] if found is None else found if isinstance(found, list) else [found]:
        for each in row.dts:
            yield each.dt, row.params.get("TZID")


def _sequence(component: "Component") -> int:
    found = component.get("SEQUENCE")
    return int(found[0] if isinstance(found, list) else found) if found is not None else 0
