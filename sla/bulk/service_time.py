"""Service time of very many rows: what `sla/service_hours.py` answers, answered from tables, to the microsecond.

A row is a calendar's place and one or two instants. The answers, and what is refused, are those of the scalar code
without pauses, given instants in UTC; what it refuses for one row is refused here with the number of the row, from 0.
Only a time outside the days of the tables is refused here alone. Source: DRA-8, MON-2.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import numpy as np

from sla import service_hours
from sla.bulk.rows import (
    SECOND,
    Marks,
    Rows,
    first_row,
    instant,
    microseconds,
    parts,
    require_columns,
    require_order,
    require_places,
    told,
)
from sla.bulk.service_search import Stretches, stretches_of
from sla.bulk.service_slots import MARKED, Slots, slots_of
from sla.bulk.service_stretches import OpenTime, open_time
from sla.errors import BadInput
from sla.service_calendar import ServiceCalendar
from sla.service_days import FIRST_DAY, LAST_DAY

_Scalar = Callable[[ServiceCalendar, datetime, timedelta], datetime]


class ServiceTables:
    """Calendars, by their places from 0 on, with their service time on the local days from `first` to `last`.

    Every instant that belongs to one of these days in any zone of the world can be asked about. Building takes about a
    millisecond for each calendar and year; calendars that say the same may share a place. Raises BadInput for no
    calendar, days in the wrong order, or days outside 1990 to 2199.
    """

    def __init__(self, calendars: Sequence[ServiceCalendar], first: date, last: date) -> None:
        _require_days(calendars, first, last)
        self.first, self.last, self._calendars = first, last, tuple(calendars)
        times = [open_time(calendar, first, last) for calendar in calendars]
        self._known_from = np.array([each.first for each in times], np.int64)
        self._known_to = np.array([each.last for each in times], np.int64)
        base, end = _reach(times)
        self._slots: Slots = slots_of(times, base, end)
        self._stretches: Stretches = stretches_of(times, base, end)

    def __len__(self) -> int:
        return len(self._calendars)

    def accumulated(self, calendars: Rows, instants: Rows) -> Rows:
        """Service time in microseconds from one instant, the same for every row of a calendar, to each of these.

        It means nothing by itself; the difference of two is the service time between them.
        """
        require_columns(calendars=calendars, instants=instants)
        found = np.empty_like(instants)
        for part in parts(len(found)):
            require_places(calendars[part], len(self), "calendar", part.start)
            found[part] = self._accumulated(calendars[part], instants[part], "instant", part.start)
        return found

    def elapsed(self, calendars: Rows, starts: Rows, ends: Rows) -> Rows:
        """The service time in the half-open stretches from start to end, in microseconds. Hours are real hours."""
        require_columns(calendars=calendars, starts=starts, ends=ends)
        found = np.empty_like(starts)
        for part in parts(len(found)):
            places, begin, end = calendars[part], starts[part], ends[part]
            require_places(places, len(self), "calendar", part.start)
            require_order(begin, end, part.start)
            before = self._accumulated(places, begin, "start", part.start)
            np.subtract(self._accumulated(places, end, "end", part.start), before, out=found[part])
        return found

    def open_at(self, calendars: Rows, instants: Rows) -> Marks:
        """Whether it is open: at an opening it is, at a closing it is not."""
        require_columns(calendars=calendars, instants=instants)
        require_places(calendars, len(self), "calendar")
        self._require_known(calendars, instants, "instant")
        return self._stretches.is_open(calendars, instants)

    def deadline(self, calendars: Rows, starts: Rows, spans: Rows) -> Rows:
        """The first instants by which so much service time has passed since the starts.

        One that falls on closing time stays there; no time at all has passed at the start. Rows whose deadline lies
        beyond the tables are answered one by one by the scalar code, which looks as far as 2199.
        """
        spent = self._spent(calendars, starts, spans, "start")
        is_beyond = spans > self._stretches.totals[calendars] * SECOND - spent
        found = starts.copy()
        ask = ~is_beyond & (spans > 0)
        found[ask] = self._stretches.first_reaching(calendars[ask], spent[ask] + spans[ask])
        self._ask_scalar(service_hours.deadline, found, is_beyond, calendars, spans)
        return found

    def latest_start(self, calendars: Rows, dues: Rows, spans: Rows) -> Rows:
        """The last instants from which so much service time passes until the dues; on an opening they stay there.

        Rows whose start lies before the tables are answered one by one by the scalar code.
        """
        spent = self._spent(calendars, dues, spans, "deadline")
        is_beyond = spans > spent
        found = dues.copy()
        ask = ~is_beyond & (spans > 0)
        found[ask] = self._stretches.last_holding(calendars[ask], spent[ask] - spans[ask])
        self._ask_scalar(service_hours.latest_start, found, is_beyond, calendars, spans)
        return found

    def _spent(self, calendars: Rows, instants: Rows, spans: Rows, what: str) -> Rows:
        require_columns(calendars=calendars, **{f"{what}s": instants}, spans=spans)
        require_places(calendars, len(self), "calendar")
        self._require_known(calendars, instants, what)
        row = first_row(spans < 0)
        if row is not None:
            wrong = f"asks for {spans[row]} microseconds of service time"
            raise BadInput(f"row {row}", wrong, "zero or more are expected")
        return self._stretches.accumulated(calendars, instants)

    def _ask_scalar(self, question: _Scalar, found: Rows, rows: Marks, calendars: Rows, spans: Rows) -> None:
        """Replaces instants by the scalar answers."""
        for row in np.flatnonzero(rows):
            span = timedelta(microseconds=int(spans[row]))
            try:
                answer = question(self._calendars[calendars[row]], instant(int(found[row])), span)
            except BadInput as refused:
                raise BadInput(f"row {row}", str(refused)) from None
            found[row] = microseconds(answer)

    def _accumulated(self, calendars: Rows, instants: Rows, what: str, first: int) -> Rows:
        """Since the base of the tables. `first` is the number of the first of these rows."""
        past = instants - self._slots.base
        slots = (past.view(np.uint64) // np.uint64(self._slots.length)).view(np.int64)  # below the base: far above
        if len(slots) and slots.max() >= self._slots.width:
            self._require_known(calendars, instants, what, first)
        past -= slots * self._slots.length
        found, bends = self._slots.accumulated(calendars, slots, past)
        if len(bends) and bends.max() == MARKED:
            rows = np.flatnonzero(bends == MARKED)
            self._require_known(calendars, instants, what, first)
            found[rows] = self._stretches.accumulated(calendars[rows], instants[rows])
        return found

    def _require_known(self, calendars: Rows, instants: Rows, what: str, first: int = 0) -> None:
        row = first_row((instants < self._known_from[calendars]) | (instants > self._known_to[calendars]))
        if row is not None:
            raise self._unknown(calendars[row], int(instants[row]), what, first + row)

    def _unknown(self, place: int, at: int, what: str, row: int) -> BadInput:
        wrong = f"the {what} at {told(at)} is not in the tables, which know the days from {self.first} to {self.last}"
        begins = self._calendars[place].effective
        if begins is not None and at < self._known_from[place] and begins > self.first:
            wrong = f"the {what} at {told(at)} is before calendar {place} begins on {begins}"
        return BadInput(f"row {row}", wrong, "a day that is known is expected")


def _require_days(calendars: Sequence[ServiceCalendar], first: date, last: date) -> None:
    if not calendars:
        raise BadInput("the calendars", "are none", "at least one is expected")
    for day in (first, last):
        if not FIRST_DAY <= day <= LAST_DAY:
            raise BadInput("the day", f"{day} is out of range", f"days from {FIRST_DAY} to {LAST_DAY} are taken")
    if last < first:
        raise BadInput("the last day", f"{last} is before the first on {first}", "the first or a later day is expected")


def _reach(times: list[OpenTime]) -> tuple[int, int]:
    """From the first instant that any of them knows to the last, in seconds since 1970; begins on a whole hour."""
    known = [each for each in times if each.first <= each.last] or times[:1]
    first, last = min(each.first for each in known), max(each.last for each in known)
    return first // (3600 * SECOND) * 3600, max(first, last) // SECOND + 1
