"""The periods that are judged: months, quarters, years, and any other run of local days, in the contract's zone.

A period is half-open: its last day is the day before `end`. Where it begins and ends as an instant is told by
`sla.term.start_of_day`, as for every other date of an agreement. Source: MON-4.
"""

import re
from datetime import date, datetime, timedelta
from typing import Self

from pydantic import TypeAdapter, ValidationError, model_validator

from sla.cadence import Cadence
from sla.errors import BadInput
from sla.fields import Day, Value, WrongField, Zone
from sla.term import day_at, months_after, start_of_day

LONGEST_DAYS = 3 * 366
"""No period is longer: a rolling window of three years is the longest that anybody states."""
_NAMED = re.compile(r"(?P<year>[0-9]{4})(-(?P<month>[0-9]{2})|-Q(?P<quarter>[1-4]))?")
_DAYS = re.compile(r"(?P<start>[0-9]{4}-[0-9]{2}-[0-9]{2})/(?P<end>[0-9]{4}-[0-9]{2}-[0-9]{2})")
_RIGHT = "2026-03, 2026-Q1, 2026 or 2026-03-01/2026-03-16 (the last day outside) is expected"
_DAY: TypeAdapter[date] = TypeAdapter(Day)


class JudgedPeriod(Value):
    """From the first local day to the day on which it ends (outside). At most three years."""

    start: Day
    end: Day
    zone: Zone

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.end <= self.start:
            raise WrongField(f"{self.end} is not after the start on {self.start}; a later day is expected", "end")
        if (self.end - self.start).days > LONGEST_DAYS:
            raise WrongField(
                f"{self.end} is more than three years after {self.start}; an earlier day is expected", "end"
            )
        if (self.end - self.start).days == 1 and self.begins == self.ends:
            raise WrongField(f"{self.start} was left out in {self.zone}; a day that was is expected", "start")
        return self

    @property
    def begins(self) -> datetime:
        """Its first instant, in UTC."""
        return start_of_day(self.start, self.zone)

    @property
    def ends(self) -> datetime:
        """The first instant after it, in UTC."""
        return start_of_day(self.end, self.zone)

    @property
    def name(self) -> str:
        """`2026-03`, `2026-Q1`, `2026`, or `2026-03-01/2026-03-16`: what `period_named` reads."""
        if self.start.day == self.end.day == 1:
            months = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month
            if months == 1:
                return f"{self.start:%Y-%m}"
            if months == 3 and self.start.month % 3 == 1:
                return f"{self.start:%Y}-Q{(self.start.month + 2) // 3}"
            if months == 12 and self.start.month == 1:
                return f"{self.start:%Y}"
        return f"{self.start}/{self.end}"


def period_named(text: str, zone: str) -> JudgedPeriod:
    """The period of a name. Raises BadInput for a text that names none."""
    text = text.strip()
    if match := _NAMED.fullmatch(text):
        year, month, quarter = int(match["year"]), match["month"], match["quarter"]
        first = int(month) if month else 3 * int(quarter) - 2 if quarter else 1
        months = 1 if month else 3 if quarter else 12
        if 1990 <= year <= 2198 and 1 <= first <= 12:
            start = date(year, first, 1)
            return JudgedPeriod(start=start, end=months_after(start, months), zone=zone)
    if match := _DAYS.fullmatch(text):
        return _between(text, match["start"], match["end"], zone)
    raise BadInput("the period", f"{text!r:.60} names none", _RIGHT)


def _between(text: str, start: str, end: str, zone: str) -> JudgedPeriod:
    try:
        return JudgedPeriod(start=_DAY.validate_python(start), end=_DAY.validate_python(end), zone=zone)
    except ValidationError as error:
        cause = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise BadInput("the period", f"{text!r:.60}: {cause}", _RIGHT) from None


def period_of(cadence: Cadence, day: date, zone: str) -> JudgedPeriod:
    """The calendar period of a cadence that a local day lies in."""
    first = (day.month - 1) // cadence.months * cadence.months + 1
    start = date(day.year, first, 1)
    return JudgedPeriod(start=start, end=months_after(start, cadence.months), zone=zone)


def last_ended(cadence: Cadence, at: datetime, zone: str) -> JudgedPeriod:
    """The calendar period that has ended last by an instant."""
    running = period_of(cadence, day_at(at, zone), zone)
    return period_of(cadence, running.start - timedelta(days=1), zone)


def rolling(months: int, end: date, zone: str) -> JudgedPeriod:
    """The window of so many months that ends with a day (outside). Months clamp to the month's end."""
    return JudgedPeriod(start=months_after(end, -months), end=end, zone=zone)


def within(period: JudgedPeriod, since: date, until: date | None) -> JudgedPeriod | None:
    """The part of a period between two local days, the second outside; None where nothing is left."""
    start, end = max(period.start, since), min(period.end, until or period.end)
    return period.model_copy(update={"start": start, "end": end}) if start < end else None
