"""When both sides look back: the days and instants of the reviews of a term.

Review k belongs to the day k cadences after the start, counted from the start each time. It is held on that day or the
next working day of the contract's calendar, at a local time in the contract's zone, and only within the term. Where
holidays move two reviews to one day, one review serves both. What a review decides is not known here. Source: REV-1.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import count

from sla.calendars import WorkCalendar, later_working_day
from sla.fields import Value
from sla.term import local_instant, months_after
from sla.terms import ReviewCadence

REVIEW_CLOCK = time(10)
"""At which local time of the contract's zone a review is held."""


class ReviewDay(Value):
    """One review: its number from the start of the agreement, and the working day on which it is held."""

    no: int
    day: date


def review_days(start: date, end: date, cadence: ReviewCadence, calendar: WorkCalendar) -> tuple[ReviewDay, ...]:
    """Every review from `start` until `end` (outside), each once, strictly increasing."""
    return tuple(reviews_after(0, start, end, cadence, calendar))


def reviews_after(
    no: int, start: date, end: date, cadence: ReviewCadence, calendar: WorkCalendar
) -> Iterator[ReviewDay]:
    """The reviews after the one of this number, which need not be held itself; those of `review_days` from there on."""
    last = _held_on(no, start, cadence, calendar) if no else start
    for following in count(no + 1):
        if months_after(start, following * cadence.every_months) >= end:
            return
        day = _held_on(following, start, cadence, calendar)
        if last < day < end:
            yield ReviewDay(no=following, day=day)
            last = day


def _held_on(no: int, start: date, cadence: ReviewCadence, calendar: WorkCalendar) -> date:
    nominal = months_after(start, no * cadence.every_months)
    return later_working_day(calendar, nominal - timedelta(days=1), 1)


def review_instant(review: ReviewDay, zone: str, clock: time = REVIEW_CLOCK) -> datetime:
    """When a review is held, in UTC. A local time that the clock change skips or repeats is one instant."""
    return local_instant(review.day, clock, zone)
