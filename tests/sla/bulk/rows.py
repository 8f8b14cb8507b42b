"""Columns of whole numbers, and random calendars that share some days, for the tests of what works on many rows."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random

import numpy as np

from sla.bulk.rows import Rows, microseconds
from sla.bulk.service_time import ServiceTables
from sla.service_calendar import ServiceCalendar
from tests.sla import service_lives
from tests.sla.service_lives import ALL_ZONES, DAY, ODD_ZONES

MICROSECOND = timedelta(microseconds=1)


def rows(values: Iterable[int]) -> Rows:
    return np.array(list(values), np.int64)


def at(instants: Iterable[datetime]) -> Rows:
    return rows(microseconds(each) for each in instants)


def lengths(spans: Iterable[timedelta]) -> Rows:
    return rows(span // MICROSECOND for span in spans)


class Scene:
    """A few random calendars of several zones, around a clock change of one of them, and their tables."""

    def __init__(self, seed: int, calendars: int = 4, days: int = 4) -> None:
        self.random, self.days = Random(seed), days
        zones = [self.random.choice(ODD_ZONES if self.random.random() < 0.7 else ALL_ZONES) for _ in range(calendars)]
        self.begin = service_lives.some_day(self.random, zones[0])
        self.end = self.begin + days * DAY
        self.calendars: list[ServiceCalendar] = [
            service_lives.calendar(self.random, zone, self.begin) for zone in zones
        ]
        more = DAY * self.random.choice((0, 25, 60))  # with many days, most are copied from one that is like them
        self.tables = ServiceTables(self.calendars, (self.begin - more).date(), (self.end + more).date())

    def place(self) -> int:
        return self.random.randrange(len(self.calendars))

    def instant(self) -> datetime:
        """Anywhere in the days of the scene, to the microsecond; often on a whole minute."""
        at = self.begin + MICROSECOND * self.random.randrange((self.end - self.begin) // MICROSECOND)
        return at if self.random.random() < 0.4 else at.replace(second=0, microsecond=0)

    def pair(self) -> tuple[datetime, datetime]:
        first, second = sorted((self.instant(), self.instant()))
        return first, second

    def span(self) -> timedelta:
        """None, a short or a long one."""
        return MICROSECOND * self.random.choice((0, 1, 3600 * 10**6, self.random.randrange(40 * 3600 * 10**6)))
