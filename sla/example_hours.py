"""Service hours as a worked example looks at them: a provider's calendar, or the hours that the terms state as data.

Knows openings, working days and when something is due; nothing of targets. Times are those of the calendar's zone.
"""

from datetime import date, datetime, timedelta
from typing import Protocol

from sla import calendars, service_hours
from sla.calendars import WorkCalendar
from sla.hours_text import days_text, week_words, weekday_words
from sla.service_calendar import ServiceCalendar
from sla.term import start_of_day

_ONE_DAY = timedelta(days=1)


class ExampleHours(Protocol):
    """What an example asks of a calendar."""

    @property
    def zone(self) -> str:
        """The key of its zone."""

    @property
    def words(self) -> str:
        """`Monday to Friday, 09:00 to 17:00 (Europe/Berlin)`."""

    @property
    def weekdays(self) -> str:
        """`Monday to Friday`."""

    def later(self, day: date, working_days: int) -> date:
        """So many working days after a day."""

    def opening(self, day: date) -> tuple[datetime, datetime] | None:
        """The last stretch in which it is open on a day, if it is."""

    def service(self, since: date, until: date) -> timedelta:
        """The service time from a day until another, which is outside."""

    def due(self, at: datetime, within: timedelta) -> datetime:
        """When so much service time has passed."""


class WorkHours:
    """The working days of a provider's people, one opening a day."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self._calendar, self.zone = calendar, calendar.zone

    @property
    def words(self) -> str:
        """As the protocol says."""
        return f"{self.weekdays}, {self._calendar.opens:%H:%M} to {self._calendar.closes:%H:%M} ({self.zone})"

    @property
    def weekdays(self) -> str:
        """As the protocol says."""
        names = days_text(self._calendar.weekdays)
        return f"{names} without holidays" if self._calendar.holidays else names

    def later(self, day: date, working_days: int) -> date:
        """As the protocol says."""
        return calendars.later_working_day(self._calendar, day, working_days)

    def opening(self, day: date) -> tuple[datetime, datetime] | None:
        """As the protocol says."""
        return calendars.open_hours(self._calendar, day)

    def service(self, since: date, until: date) -> timedelta:
        """As the protocol says."""
        days = (since + timedelta(days=number) for number in range((until - since).days))
        openings = (self.opening(day) for day in days)
        return sum((hours[1] - hours[0] for hours in openings if hours), timedelta(0))

    def due(self, at: datetime, within: timedelta) -> datetime:
        """As the protocol says."""
        return calendars.add_service_time(self._calendar, at, within)


class StatedHours:
    """The hours that the terms state as data: what every clock of the agreement runs by. Source: DRA-8."""

    def __init__(self, calendar: ServiceCalendar) -> None:
        self._calendar, self.zone = calendar, calendar.zone

    @property
    def words(self) -> str:
        """As the protocol says."""
        return week_words(self._calendar)

    @property
    def weekdays(self) -> str:
        """As the protocol says; the days that it closes are left out of what is counted."""
        return weekday_words(self._calendar)

    def later(self, day: date, working_days: int) -> date:
        """As the protocol says."""
        return service_hours.later_working_day(self._calendar, day, working_days)

    def opening(self, day: date) -> tuple[datetime, datetime] | None:
        """As the protocol says."""
        begins, ends = (start_of_day(each, self.zone) for each in (day, day + _ONE_DAY))
        return next(reversed([*service_hours.open_stretches(self._calendar, begins, ends)]), None)

    def service(self, since: date, until: date) -> timedelta:
        """As the protocol says."""
        return service_hours.elapsed(self._calendar, start_of_day(since, self.zone), start_of_day(until, self.zone))

    def due(self, at: datetime, within: timedelta) -> datetime:
        """As the protocol says."""
        return service_hours.deadline(self._calendar, at, within)
