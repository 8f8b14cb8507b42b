"""The dates of a term: its ends, its notice deadlines with their reminders, and the instants at which they fall.

Conventions, each stated once: an end and a deadline are days *outside*, so what runs until 1 May is over at the first
instant of 1 May, which is the end of 30 April in the contract's zone. Months are counted from one anchor and clamp to
the month's end (the 31st, 29 February), so no date drifts, however often a term renews. It knows dates only: who is
written to, and whether notice was given, is not known here. Source: AME-3.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import count
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from sla.fields import Day, Value, Whole
from sla.terms import Period, Renewal, RenewalMode

NOTICE_REMINDERS = (timedelta(days=90), timedelta(days=60), timedelta(days=30), timedelta(days=7))
"""How long before a notice deadline both sides are reminded of it, the first reminder first."""
REMINDER_CLOCK = time(9)
"""At which local time of the contract's zone a reminder goes out."""

_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)


class Term(Value):
    """How long an agreement runs, counted in months from an anchor: its start, or its first end when that is odd."""

    anchor: Day
    months: Annotated[Whole, Field(ge=0, le=600)]
    """From the anchor to the first end; 0 when the first end is the anchor itself."""
    renewal: Renewal = Renewal(mode=RenewalMode.NONE)


class NoticeDeadline(Value):
    """From this day on it is too late to decide about an end. `renewals` come before that end."""

    day: date
    end: date
    renewals: int


def term_of(period: Period, renewal: Renewal | None) -> Term:
    """The term of a period, anchored at its start when it lasts whole months. Nothing renews where nothing is said."""
    renewal = renewal or Renewal(mode=RenewalMode.NONE)
    whole = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month
    if end_of_term(period.start, whole) == period.end:
        return Term(anchor=period.start, months=whole, renewal=renewal)
    return Term(anchor=period.end, months=0, renewal=renewal)


@lru_cache(maxsize=4096)
def months_after(day: date, months: int) -> date:
    """The same day of the month, so many months later (earlier when negative), at most the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def end_of_term(start: date, months: int) -> date:
    """The day on which a term that begins on `start` ends; the day itself is outside."""
    return months_after(start, months)


def end_after(term: Term, renewals: int) -> date:
    """The end after so many renewals, always counted from the anchor. 0 gives the first end."""
    return end_of_term(term.anchor, term.months + renewals * (term.renewal.renewal_months or 0))


def renewals_by(term: Term, today: date) -> int:
    """How often the term has renewed by itself on a day, if nobody gave notice. Only a tacit term does."""
    every = term.renewal.renewal_months
    if term.renewal.mode is not RenewalMode.TACIT or every is None:
        return 0
    first = end_after(term, 0)
    months = (today.year - first.year) * 12 + today.month - first.month
    near = max(0, months // every - 1)
    return next(renewals for renewals in count(near) if today < end_after(term, renewals))


def current_end(term: Term, today: date) -> date:
    """The end of the term that runs on a day; the first end, even when it is past, of a term that does not renew."""
    return end_after(term, renewals_by(term, today))


def notice_deadline(end: date, notice_months: int) -> date:
    """So many months before an end, counted from that very end."""
    return months_after(end, -notice_months)


def notice_deadlines(term: Term, today: date) -> Iterator[NoticeDeadline]:
    """The deadlines that are ahead of a day, the next one first; without end for a term that renews tacitly."""
    notice = term.renewal.notice_months
    if notice is None:
        return
    renewing = term.renewal.mode is RenewalMode.TACIT
    for renewals in count(renewals_by(term, today)) if renewing else (0,):
        end = end_after(term, renewals)
        deadline = notice_deadline(end, notice)
        if today < deadline:
            yield NoticeDeadline(day=deadline, end=end, renewals=renewals)


def next_notice(term: Term, today: date) -> NoticeDeadline | None:
    """The next notice deadline; None where nothing is left to decide."""
    return next(notice_deadlines(term, today), None)


def reminder_days(deadline: date, before: date | None = None) -> tuple[date, ...]:
    """The days on which a deadline is called to mind, in their order, and none by `before`, the deadline before it."""
    days = (deadline - early for early in NOTICE_REMINDERS)
    return tuple(day for day in days if before is None or day >= before)


def local_instant(day: date, clock: time, zone: str) -> datetime:
    """A local time as one instant in UTC: the first of two, and a skipped one with the offset before the change."""
    return datetime.combine(day, clock.replace(fold=0), ZoneInfo(zone)).astimezone(UTC)


def end_of_day(day: date, zone: str) -> datetime:
    """The instant in UTC at which a local day is over, once and for all.

    A skipped midnight is the instant of the change. Where the clock goes back over midnight, the day is over at the
    second midnight, when it does not come back any more.
    """
    return start_of_day(day + _DAY, zone)


def start_of_day(day: date, zone: str) -> datetime:
    """The instant in UTC at which the local day before is over: when ends and deadlines fall."""
    midnight = datetime.combine(day, time(), ZoneInfo(zone))
    first, second = (midnight.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    comes_back = second > first and (second - _TICK).astimezone(ZoneInfo(zone)).date() < day
    return second if comes_back else first


def day_at(at: datetime, zone: str) -> date:
    """The local day of an instant: the last one that has begun by `start_of_day`."""
    day = at.astimezone(ZoneInfo(zone)).date()
    return day if start_of_day(day, zone) <= at else day - _DAY
