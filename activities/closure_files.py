"""From the events of an iCalendar file to closures of a service calendar.

Whole-day events close local days; events with times close by the hour, in minutes of the calendar's zone, rounded
outward; what is a whole day of every year without end stays one line. Every event counts, also one that is marked as
free or tentative, for calendars of holidays mostly are; only cancelled ones do not. Source: DRA-8.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from activities.icalendar_files import Event, EventFile, When, one_line
from activities.recurrences import LeftOut, NotUnfolded, Times, Window, instant, unfold, yearly_days
from sla.closures import ClosedDay, ClosedTime, ClosedYearly, Found, each_once
from sla.errors import BadForm, BadInput, Fault
from sla.service_days import instant_of

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
MOST_CLOSURES = 50_000
"""Far more than a calendar takes, and few enough to hold."""
_SHOWN = 10
"""As many events are named in one remark."""


class _Stretch(NamedTuple):
    """One occurrence: whole days (midnights without a zone), or two instants."""

    start: datetime
    end: datetime


@dataclass
class _Told:
    """What the reader should know of events that came out otherwise than they stand in the file."""

    cancelled: int = 0
    tentative: int = 0
    replaced: int = 0
    empty: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    goes_on: list[str] = field(default_factory=list)
    endless: list[str] = field(default_factory=list)
    rounded: list[str] = field(default_factory=list)
    floating: int = 0
    lone: list[str] = field(default_factory=list)


def closures_of(file: EventFile, zone: str, first: int, last: int) -> Found:
    """The closures of the years from `first` to `last`, both inside, in local days and minutes of `zone`.

    Raises BadForm with each event that ends before it begins, or that repeats in a way that is not unfolded.
    """
    reading = _Reading(file, ZoneInfo(zone), Window(date(first, 1, 1), date(last, 12, 31)))
    faults: list[Fault] = []
    for event in _latest(file.events, reading.told):
        try:
            reading.take(event)
        except NotUnfolded as wrong:
            faults.append(Fault(f"UID {event.uid}", str(wrong), event.line))
        except OverflowError:
            faults.append(Fault(f"UID {event.uid}", "is out of range; years from 1990 to 2199 are taken", event.line))
    if faults:
        raise BadForm(file.source, tuple(faults[:30]), more=max(0, len(faults) - 30))
    years = f"{first}" if first == last else f"{first} to {last}"
    return Found(
        source=f"events of {_file_name(file.source)}, {years}",
        days=each_once(reading.days),
        yearly=tuple(reading.yearly),
        times=tuple(sorted(reading.times, key=lambda each: (each.start, each.end))),
        remarks=(*file.remarks, *_remarks(reading.told, zone, years)),
    )


def _file_name(source: str) -> str:
    return one_line(source.replace("\\", "/").rpartition("/")[2], "a file")


def _latest(events: Iterable[Event], told: _Told) -> Iterator[Event]:
    """Of one event in several versions the last one. Those that say the same number are different events."""
    versions: dict[tuple[str, When | None], int] = {}
    for event in events:
        key = (event.uid, event.replaces)
        versions[key] = max(event.sequence, versions.get(key, 0))
    for event in events:
        if event.uid != "none" and event.sequence < versions[event.uid, event.replaces]:
            told.replaced += 1
        else:
            yield event


class _Reading:
    """Takes event after event, and gathers what they close."""

    def __init__(self, file: EventFile, zone: ZoneInfo, window: Window) -> None:
        self._source, self.zone, self.window, self.told = file.source, zone, window, _Told()
        self.days: list[ClosedDay] = []
        self.yearly: list[ClosedYearly] = []
        self.times: list[ClosedTime] = []
        self._replaced: dict[str, list[When]] = defaultdict(list)
        for event in file.events:
            if event.replaces is not None:
                self._replaced[event.uid].append(event.replaces)
        self._rules = {event.uid for event in file.events if event.rule is not None or event.more}

    def take(self, event: Event) -> None:
        """Adds what one event closes. Raises NotUnfolded."""
        if event.is_cancelled:
            self.told.cancelled += 1
            return
        self.told.tentative += event.is_tentative
        self.told.floating += event.start.zone is None and not event.start.is_day
        self._refuse_backwards(event)
        if event.replaces is not None and event.rule is not None:
            raise NotUnfolded("stands for one occurrence of another event, and repeats; one of them is expected")
        days = (self._end(event, event.start, None) - event.start.wall).days if event.start.is_day else 0
        if yearly := self._yearly(event, days):
            self.yearly += yearly
            return
        for stretch in self._stretches(event):
            self._close(event, stretch)
            if len(self.days) + len(self.times) > MOST_CLOSURES:
                wrong = f"closes more than a calendar takes, {MOST_CLOSURES:,} times with those before it"
                raise BadInput(self._source, wrong, "fewer years or events are expected")

    def _yearly(self, event: Event, days: int) -> list[ClosedYearly]:
        """Only if it has begun by the first year that is asked for, and no occurrence stands elsewhere."""
        begins = event.start.wall.date()
        if event.uid in self._replaced or begins.year > self.window.start.year:
            return []
        since = begins if begins.year >= 1990 else None
        return [ClosedYearly(day=day, name=event.name, since=since) for day in yearly_days(event, days)]

    def _refuse_backwards(self, event: Event) -> None:
        start, end = self._beginning(event.start), self._end(event, event.start, None)
        if end < start:
            wrong = f"ends at {_spoken(event.end, end)}, before it begins at {_spoken(event.start, start)}"
            raise NotUnfolded(f"{wrong}; a later end is expected")

    def _beginning(self, start: When) -> datetime:
        return start.wall if start.is_day else instant(start, self.zone)

    def _end(self, event: Event, start: When, own: When | timedelta | None) -> datetime:
        """The end of the occurrence that begins at `start`: a midnight for days, else an instant.

        Each occurrence is as long as the first one, in real time; whole days of a DURATION are days of the clock.
        """
        length: timedelta | None = own if isinstance(own, timedelta) else event.length
        if isinstance(own, When):
            return self._beginning(own)
        if start.is_day:
            if isinstance(length, timedelta):
                return start.wall + max(timedelta(days=length.days), _DAY if length >= timedelta(0) else length)
            span = event.end.wall - event.start.wall if event.end is not None else _DAY
            return start.wall + (span or _DAY)
        if isinstance(length, timedelta):
            nominal = When(start.wall + timedelta(days=length.days), start.zone)
            return instant(nominal, self.zone) + timedelta(seconds=length.seconds)
        if event.end is None:
            return instant(start, self.zone)
        return instant(start, self.zone) + (instant(event.end, self.zone) - instant(event.start, self.zone))

    def _stretches(self, event: Event) -> Iterator[_Stretch]:
        longest = max(self._end(event, event.start, None) - self._beginning(event.start), _DAY)
        times = unfold(event, self.zone, self.window, longest)
        self._tell(event, times)
        starts: list[tuple[When, When | timedelta | None]] = [
            (When(wall, event.start.zone, event.start.is_day), None) for wall in times.walls
        ]
        replaced = LeftOut(self._replaced.get(event.uid, ()) if event.replaces is None else (), self.zone)
        for start, own in (*starts, *self._more(event)):
            if start not in replaced:
                yield _Stretch(self._beginning(start), self._end(event, start, own))

    def _more(self, event: Event) -> Iterator[tuple[When, When | timedelta | None]]:
        out = LeftOut(event.without, self.zone)
        for start, own in event.more:
            if start.is_day != event.start.is_day:
                raise NotUnfolded("has an RDATE that is a day where DTSTART is a time, or the other way round")
            if start not in out:
                yield start, own

    def _tell(self, event: Event, times: Times) -> None:
        if times.endless:
            self.told.endless.append(event.label)
        elif times.goes_on:
            self.told.goes_on.append(event.label)
        if event.replaces is not None and event.uid not in self._rules:
            self.told.lone.append(event.label)

    def _close(self, event: Event, stretch: _Stretch) -> None:
        if event.start.is_day:
            self._close_days(event, stretch)
        elif stretch.end <= stretch.start:
            self.told.empty.append(event.label)
        else:
            self._close_times(event, stretch)

    def _close_days(self, event: Event, stretch: _Stretch) -> None:
        first, last = stretch.start.date(), stretch.end.date() - _DAY
        self._tell_outside(event, first < self.window.start or last > self.window.end)
        day, last = max(first, self.window.start), min(last, self.window.end)
        while day <= last:
            self.days.append(ClosedDay(day=day, name=event.name))
            day += _DAY

    def _close_times(self, event: Event, stretch: _Stretch) -> None:
        start, end = self._outward(event, stretch)
        lowest = datetime(self.window.start.year, 1, 1)  # noqa: DTZ001  of the calendar's zone
        highest = min(datetime(self.window.end.year, 12, 31) + _DAY, datetime(2199, 12, 31, 23, 59))  # noqa: DTZ001
        self._tell_outside(event, start < lowest or end > highest)
        start, end = max(start, lowest), min(end, highest)
        if start < end:
            self.times.append(ClosedTime(start=start, end=end, name=event.name))

    def _tell_outside(self, event: Event, is_outside: bool) -> None:
        if is_outside and event.rule is None and event.label not in self.told.outside:
            self.told.outside.append(event.label)

    def _outward(self, event: Event, stretch: _Stretch) -> tuple[datetime, datetime]:
        """Local minutes that hold the whole stretch, and as little more as minutes can say.

        In an hour that the clock shows twice a local minute means the first of the two, so an end in the second one is
        moved behind that hour.
        """
        start = stretch.start.astimezone(self.zone).replace(tzinfo=None, fold=0, second=0, microsecond=0)
        while instant_of(self.zone, start + _MINUTE) <= stretch.start:
            start += _MINUTE
        end = stretch.end.astimezone(self.zone).replace(tzinfo=None, fold=0, second=0, microsecond=0)
        while instant_of(self.zone, end) < stretch.end:
            end += _MINUTE
        if (instant_of(self.zone, start), instant_of(self.zone, end)) != tuple(stretch):
            self.told.rounded.append(event.label)
        return start, end


def _spoken(when: When | None, at: datetime) -> str:
    if when is not None and when.is_day:
        return f"{when.wall:%Y-%m-%d}"
    if when is None:
        return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at.tzinfo else f"{at:%Y-%m-%d}"
    return f"{when.wall:%Y-%m-%dT%H:%M:%S}" + (f" {when.zone.key}" if when.zone else "")


def _named(labels: list[str]) -> str:
    names = list(dict.fromkeys(labels))
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def _remarks(told: _Told, zone: str, years: str) -> Iterator[str]:
    """A sentence for each that is not empty."""
    by_name = (
        (told.empty, "not taken, for it has no length and closes nothing: {}"),
        (told.outside, f"cut to {years}, or left out as not in these years: {{}}; --from and --to choose others"),
        (told.endless, f"repeats without end, and is written out for {years} only: {{}}; import it again by then"),
        (told.goes_on, f"goes on after {years}, and is written out until then: {{}}; --to reaches further"),
        (told.rounded, "rounded outward to whole local minutes: {}"),
        (told.lone, "taken as it is, though the event that it changes is not in the file: {}"),
    )
    by_number = (
        (told.cancelled, "not taken, for it is cancelled: {}"),
        (told.replaced, "not taken, for a later version stands in the file: {}"),
        (told.tentative, "taken, though it is only tentative: {}"),
        (told.floating, f"read as local time of {zone}, for it names no zone: {{}}"),
    )
    yield from (words.format(_named(labels)) for labels, words in by_name if labels)
    yield from (words.format(_events(n)) for n, words in by_number if n)


def _events(number: int) -> str:
    return "1 event" if number == 1 else f"{number:,} events"
