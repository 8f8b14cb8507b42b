"""The slow oracle of service hours: it walks minute by minute and knows nothing of the product but the form's words.

The clock that it reads never runs backwards: in an hour that the zone repeats, it stands still at the latest minute
that it has shown. That is another way to say "the first instant at which the clock shows that time or a later one".
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sla.service_calendar import Hours, Pause, ServiceCalendar, WeeklyHours

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def _reach(hours: Hours) -> tuple[int, int]:
    opens = hours.opens.hour * 60 + hours.opens.minute
    closes = 1440 if hours.closes == time(0) else hours.closes.hour * 60 + hours.closes.minute
    return opens, closes if opens < closes else closes + 1440


def _rows_of(calendar: ServiceCalendar, day: date) -> tuple[WeeklyHours, ...]:
    rows = calendar.weekly
    for each in calendar.later:
        rows = each.weekly if each.effective <= day else rows
    return rows


def _yearly_of(calendar: ServiceCalendar, day: date) -> tuple[str, ...]:
    names = calendar.closed_every_year
    for each in calendar.later:
        if each.effective <= day and each.closed_every_year is not None:
            names = each.closed_every_year
    return names


class _Day(NamedTuple):
    """What a local day has, in minutes: its own hours, and those from the evening before."""

    own: list[tuple[int, int]]
    late: list[tuple[int, int]]


def _day(calendar: ServiceCalendar, day: date) -> _Day:
    before = day - DAY
    own = [_reach(row) for row in calendar.other_hours if row.day == day]
    late = [_reach(row) for row in calendar.other_hours if row.day == before]
    if day in calendar.closed or (not own and f"{day:%m-%d}" in _yearly_of(calendar, day)):
        return _Day([], [])
    if not own:
        rows = _rows_of(calendar, day)
        own = [_reach(row) for row in rows if day.weekday() in row.weekdays]
        late += [_reach(row) for row in rows if before.weekday() in row.weekdays]
    return _Day(own, late)


class Oracle:
    """Every minute from `start` on, for so many days, with what the clock shows and whether it runs."""

    def __init__(self, calendar: ServiceCalendar, start: datetime, days: int, pauses: Iterable[Pause] = ()) -> None:
        self._calendar, self._days, held = calendar, dict[date, _Day](), list(pauses)
        zone = ZoneInfo(calendar.zone)
        shown = (start - DAY).astimezone(zone).replace(tzinfo=None)
        self.running: dict[datetime, bool] = {}
        self.worked: set[date] = set()
        self.midnights: dict[date, datetime] = {}
        for index in range(-1440, days * 1440):
            at = start + index * MINUTE
            shown = max(shown, at.astimezone(zone).replace(tzinfo=None))
            if index < 0:
                continue
            self.midnights.setdefault(shown.date(), at)
            is_own, is_late = self.shows(shown)
            runs = not any(pause.start <= at < pause.end for pause in held)
            self.running[at] = runs and (is_own or is_late)
            if runs and is_own:
                self.worked.add(shown.date())
        self.end = start + days * DAY

    def shows(self, local: datetime) -> tuple[bool, bool]:
        """Whether hours of the day, and of the evening before, are open when the clock shows this."""
        day, minute = local.date(), local.hour * 60 + local.minute
        if any(each.start <= local < each.end for each in self._calendar.closed_between):
            return False, False
        if day not in self._days:
            self._days[day] = _day(self._calendar, day)
        own, late = self._days[day]
        is_own = any(opens <= minute < closes for opens, closes in own)
        return is_own, any(minute + 1440 < closes for _, closes in late)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Adds up what lies between, minute by minute."""
        cells = (min(at + MINUTE, end) - max(at, start) for at, runs in self.running.items() if runs)
        return sum((cell for cell in cells if cell > timedelta(0)), timedelta(0))

    def deadline(self, at: datetime, span: timedelta) -> datetime | None:
        """Walks forward until the span is spent; None beyond the minutes that it knows."""
        for minute, runs in self.running.items():
            if runs and minute + MINUTE > at:
                begin = max(minute, at)
                if begin + span <= minute + MINUTE:
                    return begin + span
                span -= minute + MINUTE - begin
        return None

    def latest_start(self, due: datetime, span: timedelta) -> datetime | None:
        """Walks backward until the span is spent."""
        for minute, runs in reversed(self.running.items()):
            if runs and minute < due:
                finish = min(minute + MINUTE, due)
                if finish - span >= minute:
                    return finish - span
                span -= finish - minute
        return None

    def is_open(self, at: datetime) -> bool:
        """The minute that an instant lies in."""
        return self.running[at.replace(second=0, microsecond=0)]

    def next_open(self, at: datetime) -> datetime | None:
        """The first running minute that is not over."""
        return next((max(at, each) for each, runs in self.running.items() if runs and each + MINUTE > at), None)

    def next_close(self, at: datetime) -> datetime | None:
        """The first resting minute after a running one."""
        opened = self.next_open(at)
        if opened is None:
            return None
        return next((each for each, runs in self.running.items() if not runs and each > opened), None)
