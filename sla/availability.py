"""How long a service was open, excluded, down and unknown: the arithmetic of stretches, exact to the microsecond.

S is the service time of the part; E = S within approved exclusions; D = (S - E) within outages; U = (S - E - D) within
unknown time. So nothing counts twice: an exclusion wins over an outage, and an outage over not knowing. The same over
arrays of many agreements is `sla.bulk.availability`. Source: DRA-7, MON-3, MON-14.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from sla.applied import Part
from sla.evidence import Exclusion, Observed, Outage, Unknown
from sla.service_calendar import ServiceCalendar
from sla.service_days import Holes, merged
from sla.service_hours import open_stretches

Stretch = tuple[datetime, datetime]
_MICROSECOND = timedelta(microseconds=1)


class Seen(NamedTuple):
    """The evidence that can concern one part."""

    outages: tuple[Outage, ...] = ()
    observed: tuple[Observed, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    """Approved ones only."""

    @property
    def says_something(self) -> bool:
        """Somebody looked. Source: MON-14."""
        return bool(self.outages or self.observed or self.unknown)


class Times(NamedTuple):
    """Microseconds of service time."""

    service: int
    excluded: int
    down: int
    unknown: int


def times_of(part: Part, seen: Seen) -> Times:
    """What the part came to, up to its `as_of`."""
    service = service_stretches(part, part.since, part.as_of)
    left = without(service, [(each.start, each.end) for each in seen.exclusions])
    up = without(left, [(each.start, each.end or part.as_of) for each in seen.outages])
    known = without(up, unknown_stretches(part, seen))
    open_for, counting, running, seen_for = map(total, (service, left, up, known))
    return Times(service=open_for, excluded=open_for - counting, down=counting - running, unknown=running - seen_for)


def unknown_stretches(part: Part, seen: Seen) -> list[Stretch]:
    """What somebody says is unknown, and, where sources say when they looked, the rest of the time.

    Sources that report outages or unknown time, and never say when they looked, are taken to have looked all the time.
    """
    found = [(each.start, each.end) for each in seen.unknown]
    if seen.observed:
        found += without([(part.since, part.as_of)], [(each.start, each.end) for each in seen.observed])
    return found


def service_stretches(part: Part, since: datetime, until: datetime) -> list[Stretch]:
    """The service time between two instants of a part: its calendar, or all of the time where it has none."""
    if since >= until:
        return []
    if part.calendar is None:
        return [(since, until)]
    return list(_opened(part.calendar, since, until))


@lru_cache(maxsize=64)
def _opened(calendar: ServiceCalendar, since: datetime, until: datetime) -> tuple[Stretch, ...]:
    """Targets of one case mostly share their hours, and ask for the same stretch."""
    return tuple(merged(open_stretches(calendar, since, until)))


def without(stretches: Iterable[Stretch], holes: Iterable[Stretch]) -> list[Stretch]:
    """The stretches less the holes, in order."""
    cut = Holes(holes)
    return [left for start, end in stretches for left in cut.leave(start, end)]


def total(stretches: Iterable[Stretch]) -> int:
    """Their length in microseconds."""
    return sum((end - start) // _MICROSECOND for start, end in stretches)
