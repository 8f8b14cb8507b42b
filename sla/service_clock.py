"""When the clock of one question runs: while its calendar is open and no pause holds it.

Walks the local days forwards and backwards, checks what is asked about, and says why there is no answer. The questions
themselves are in `sla/service_hours.py`. Source: DRA-8, MON-2.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from sla.errors import BadInput
from sla.service_calendar import MINUTES_OF_DAY, Pause, ServiceCalendar
from sla.service_days import FIRST_DAY, LAST_DAY, Holes, ServiceDays, instant_of, service_days

_Stretch = tuple[datetime, datetime]


def spoken_time(span: timedelta) -> str:
    """`26h 30min`: service time in hours, never in days, for a day of service is no calendar day."""
    seconds = span // timedelta(seconds=1)
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s"))
    return " ".join(f"{number}{unit}" for number, unit in parts if number) or "0h"


class ServiceClock:
    """When the clock of one question runs: its calendar less its pauses."""

    def __init__(self, calendar: ServiceCalendar, pauses: Iterable[Pause]) -> None:
        self.days: ServiceDays = service_days(calendar)
        self._pauses = Holes((pause.start, pause.end) for pause in pauses)
        self._effective = calendar.effective

    @property
    def end(self) -> datetime:
        """The end of the last day that is looked at."""
        return self.days.instant(LAST_DAY, MINUTES_OF_DAY)

    def running(self, day: date) -> Iterator[_Stretch]:
        """The stretches of a local day in which the clock runs, in order."""
        for start, end in self.days.opened(day):
            yield from self._pauses.leave(start, end)

    def works(self, day: date) -> bool:
        """Whether any service that begins on this day is left."""
        return any(True for start, end in self.days.begun(day) for _ in self._pauses.leave(start, end))

    def after(self, at: datetime) -> Iterator[_Stretch]:
        """The stretches from an instant on, in order, mostly day by day; the one around it is cut."""
        day = self.days.day_of(at)
        while day <= LAST_DAY:
            until = self.days.round_the_clock_until(day)
            for start, end in self.running(day) if until is None else self._throughout(day, until):
                if end > at:
                    yield max(start, at), end
            day = until or day + timedelta(days=1)

    def _throughout(self, day: date, until: date) -> Iterator[_Stretch]:
        yield from self._pauses.leave(self.days.instant(day, 0), self.days.instant(until, 0))

    def before(self, at: datetime) -> Iterator[_Stretch]:
        """The stretches up to an instant, the latest first; the one around it is cut."""
        day = self.days.day_of(at)
        while day >= self.days.first_day:
            for start, end in reversed(list(self.running(day))):
                if start < at:
                    yield start, min(end, at)
            day -= timedelta(days=1)

    def stepped(self, day: date, days: int, step: int) -> date:
        """So many working days further on, or back. Raises BadInput when there are not so many."""
        first, left = day, days
        while left > 0:
            if not self.days.first_day <= day + timedelta(days=step) <= LAST_DAY:
                where = "after" if step > 0 else "before"
                wrong = f"has not so many working days {where} {first}; {days} are asked for"
                right = f"fewer, or days from {self.days.first_day} to {LAST_DAY}, are expected"
                raise BadInput("the calendar", wrong, right)
            day += timedelta(days=step)
            left -= self.works(day)
        return day

    def moved_in(self, day: date, local: time) -> datetime:
        """A local time of a working day, or the next opening of that day, or its last closing."""
        at = instant_of(self.days.zone, datetime.combine(day, local))
        stretches = list(self.running(day))
        return next((max(at, start) for start, end in stretches if at < end), stretches[-1][1])

    def checked(self, at: datetime, what: str) -> datetime:
        """In UTC. Raises BadInput for one without a zone, out of range, or before the calendar begins."""
        if at.tzinfo is None:
            raise BadInput(what, f"{at} has no zone", "an instant such as 2027-02-28T09:00:00+01:00 is expected")
        if not FIRST_DAY.year <= at.year <= LAST_DAY.year:
            raise self._out_of_range(what, str(at.date()))
        at = at.astimezone(UTC)
        day = self.days.day_of(at)
        if day < self.days.first_day and self._effective is not None:
            raise self._too_early(what, self.told(at))
        if not FIRST_DAY <= day <= LAST_DAY:
            raise self._out_of_range(what, str(day))
        return at

    def checked_day(self, day: date) -> date:
        """Raises BadInput for a day out of range, or before the calendar begins."""
        if not FIRST_DAY <= day <= LAST_DAY:
            raise self._out_of_range("the day", str(day))
        if day < self.days.first_day:
            raise self._too_early("the day", str(day))
        return day

    def told(self, at: datetime) -> str:
        """`2026-12-24 12:00 Europe/Berlin`."""
        return f"{at.astimezone(self.days.zone):%Y-%m-%d %H:%M} {self.days.zone.key}"

    def never(self, when: str) -> BadInput:
        """The clock never runs."""
        return BadInput("the calendar", f"is never open {when}", "hours in which the clock can run are expected")

    def too_short(self, when: str, span: timedelta, found: timedelta, bound: str) -> BadInput:
        """The clock does not run for so long."""
        if not found:
            return self.never(when)
        wrong = f"has only {spoken_time(found)} of service time {when} ({bound}), and {spoken_time(span)} is asked for"
        return BadInput("the calendar", wrong, "a shorter time, or more hours, is expected")

    def _too_early(self, what: str, told: str) -> BadInput:
        wrong = f"{told} is before the calendar begins on {self._effective}"
        return BadInput(what, wrong, "that day or a later one is expected")

    @staticmethod
    def _out_of_range(what: str, told: str) -> BadInput:
        return BadInput(what, f"{told} is out of range", f"years from {FIRST_DAY.year} to {LAST_DAY.year} are taken")
