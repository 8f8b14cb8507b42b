"""A page of cases in one pass: the service time of all of them is added up together, and each is then stated from it.

Availability and the clocks of work items are added up for all parts of all cases at once; what other targets count is
quicker counted where it lies. What comes out is what `sla.stating.state` says of each alone. Source: MON-16.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

import numpy as np

from sla.applied import Part
from sla.availability import Seen, Times, unknown_stretches
from sla.bulk.availability import Availability as Added
from sla.bulk.availability import Periods, Stretches, availability
from sla.bulk.items import shown_together
from sla.bulk.rows import Rows, microseconds
from sla.bulk.service_time import ServiceTables
from sla.compliance import AddedUp, parts_with_evidence
from sla.due_periods import window_of
from sla.errors import BadInput
from sla.item_measures import asked_of
from sla.measures import seen_in
from sla.part_evidence import PartEvidence
from sla.periods import JudgedPeriod
from sla.service_calendar import ServiceCalendar
from sla.statements import Statement
from sla.stating import Case, state
from sla.targets import Availability, ResolutionTime, ResponseTime
from sla.work_items import Asked

_ALWAYS = ServiceCalendar.model_validate(
    {"zone": "UTC", "weekly": [{"weekdays": "mon-sun", "opens": "00:00", "closes": "24:00"}]}
)
"""For terms that state no service hours as data."""
_DAYS_AROUND = timedelta(days=2)
_Stretch = tuple[datetime, datetime]


def stated(cases: Sequence[Case]) -> list[Statement | BadInput]:
    """The statement of each case, or why there is none: one bad case spoils no other."""
    return [_stated(case, added) for case, added in zip(cases, added_up(cases), strict=True)]


def _stated(case: Case, added: AddedUp | None) -> Statement | BadInput:
    try:
        return state(case, added)
    except BadInput as wrong:
        return wrong


class _Part(NamedTuple):
    """A part of a case of the page."""

    window: JudgedPeriod
    about: PartEvidence


def added_up(cases: Sequence[Case]) -> list[AddedUp | None]:
    """What the parts of each case came to, added up together, for `state` to say. A part that cannot be added up is
    left as it is, and a case that cannot even be looked at is None: judged alone, they say what is wrong."""
    found = [_looked_at(case) for case in cases]
    together = [*chain.from_iterable(parts or () for parts in found)]
    added = iter(_with_clockings(_with_times(together)))
    return [None if parts is None else tuple(next(added).about for _ in parts) for parts in found]


def _looked_at(case: Case) -> list[_Part] | None:
    try:
        window = window_of(case.period, case.applied)
        return [
            _Part(window, about) for about in parts_with_evidence(window, case.applied, case.rows, case.as_of, case.own)
        ]
    except (BadInput, ValueError):
        return None


def _with_times(parts: list[_Part]) -> list[_Part]:
    """Parts of availability, with what they came to."""
    places = [place for place, each in enumerate(parts) if _is_timed(each.about)]
    asked = [(parts[place].about.part, seen_in(parts[place].about.part, parts[place].about.rows)) for place in places]
    found = list(parts)
    for place, times in zip(places, _added(asked), strict=True):
        found[place] = found[place]._replace(about=found[place].about._replace(times=times))
    return found


def _is_timed(about: PartEvidence) -> bool:
    return isinstance(about.part.target, Availability) and about.part.since < about.part.as_of


def _added(parts: list[tuple[Part, Seen]]) -> list[Times | None]:
    """None for a part that cannot be added up: it is looked for by halves, so that it spoils no other."""
    if not parts:
        return []
    try:
        return [*_together(parts)]
    except BadInput:
        middle = len(parts) // 2
        return [*_added(parts[:middle]), *_added(parts[middle:])] if middle else [None]


def _together(parts: list[tuple[Part, Seen]]) -> list[Times]:
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


def _with_clockings(parts: list[_Part]) -> list[_Part]:
    """Parts about work items, with what their clocks show."""
    asked, places = list[Asked](), dict[int, int]()
    of_case: dict[int, list[int]] = {}
    for place, (window, about) in enumerate(parts):
        if about.items and isinstance(about.part.target, ResponseTime | ResolutionTime):
            near = of_case.setdefault(id(about.items), [])  # the items of a case are one object for all its parts
            places[place] = _numbered(asked, near, asked_of(about.part.target, about, window))
    shown, found = shown_together(asked), list(parts)
    for place, number in places.items():
        answer = shown[number]
        if not isinstance(answer, BadInput):
            found[place] = found[place]._replace(about=found[place].about._replace(shown=answer))
    return found


def _numbered(asked: list[Asked], near: list[int], question: Asked) -> int:
    """The number of a question; the same one again, in one case, is one."""
    number = next((each for each in near if asked[each] == question), None)
    if number is None:
        number = len(asked)
        asked.append(question)
        near.append(number)
    return number
