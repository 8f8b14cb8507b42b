"""A page of cases in one pass: the service time of all of them is added up together, and each is then stated from it.

What comes out is what `sla.stating.state` says of each alone. Source: MON-16.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain

import numpy as np

from sla.applied import Part, parts_of
from sla.availability import Seen, Times, unknown_stretches
from sla.bulk.availability import Availability as Added
from sla.bulk.availability import Periods, Stretches, availability
from sla.bulk.rows import Rows, microseconds
from sla.bulk.service_time import ServiceTables
from sla.compliance import KnownTimes
from sla.due_periods import window_of
from sla.errors import BadInput
from sla.evidence import standing
from sla.measured import concerns
from sla.measures import seen_in
from sla.service_calendar import ServiceCalendar
from sla.statements import Statement
from sla.stating import Case, state
from sla.targets import Availability

_ALWAYS = ServiceCalendar.model_validate(
    {"zone": "UTC", "weekly": [{"weekdays": "mon-sun", "opens": "00:00", "closes": "24:00"}]}
)
"""For terms that state no service hours as data."""
_DAYS_AROUND = timedelta(days=2)
_Stretch = tuple[datetime, datetime]


def stated(cases: Sequence[Case]) -> list[Statement | BadInput]:
    """The statement of each case, or why there is none: one bad case spoils no other."""
    return [_stated(case, times) for case, times in zip(cases, times_of_page(cases), strict=True)]


def _stated(case: Case, times: KnownTimes) -> Statement | BadInput:
    try:
        return state(case, times)
    except BadInput as wrong:
        return wrong


def times_of_page(cases: Sequence[Case]) -> list[KnownTimes]:
    """What each case's parts of availability came to, added up together. Nothing for any of them where one cannot be
    added up: each is then added up alone, and says what is wrong."""
    found = [_parts(case) for case in cases]
    together = [*chain.from_iterable(found)]
    try:
        times = _added(together) if together else []
    except BadInput:
        return [{} for _ in cases]
    each = iter(times)
    return [{(part.target.id, part.since): next(each) for part, _ in parts} for parts in found]


def _parts(case: Case) -> list[tuple[Part, Seen]]:
    """The parts of availability of a case, with their evidence; none of one that cannot be looked at."""
    try:
        return list(_found(case))
    except (BadInput, ValueError):
        return []


def _found(case: Case) -> Iterable[tuple[Part, Seen]]:
    window = window_of(case.period, case.applied)
    rows = None
    for part in parts_of(window, case.applied, case.as_of):
        if isinstance(part.target, Availability) and part.since < part.as_of:
            rows = standing(case.rows) if rows is None else rows
            yield part, seen_in(part, concerns(part, rows))


def _added(parts: list[tuple[Part, Seen]]) -> list[Times]:
    calendars: dict[ServiceCalendar, int] = {}
    places = [calendars.setdefault(part.calendar or _ALWAYS, len(calendars)) for part, _ in parts]
    first = min(part.since for part, _ in parts) - _DAYS_AROUND
    last = max(part.as_of for part, _ in parts) + _DAYS_AROUND
    tables = ServiceTables(list(calendars), first.date(), last.date())
    periods = Periods(
        np.array(places, np.int64),
        _instants(part.since for part, _ in parts),
        _instants(part.as_of for part, _ in parts),
    )
    added = availability(
        tables,
        periods,
        _stretches([[(each.start, each.end) for each in seen.exclusions] for _, seen in parts]),
        _stretches([[(each.start, each.end or part.as_of) for each in seen.outages] for part, seen in parts]),
        _stretches([unknown_stretches(part, seen) for part, seen in parts]),
    )
    return _times(added)


def _instants(instants: Iterable[datetime]) -> Rows:
    return np.fromiter((microseconds(at) for at in instants), np.int64)


def _stretches(found: list[list[_Stretch]]) -> Stretches:
    places = np.repeat(np.arange(len(found), dtype=np.int64), [len(each) for each in found])
    flat = [*chain.from_iterable(found)]
    return Stretches(places, _instants(start for start, _ in flat), _instants(end for _, end in flat))


def _times(added: Added) -> list[Times]:
    columns = (added.service, added.excluded, added.down, added.unknown)
    return [Times(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]
