"""Where the local days of a zone begin, many at once, by the convention of `sla/service_days.py`."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from sla.bulk.rows import SECOND, Rows, microseconds
from sla.service_days import instant_of

DAY = 86_400
"""Seconds of a day without a clock change."""


@lru_cache(maxsize=1024)
def midnights(zone: str, first: date, count: int) -> Rows:
    """The beginnings of `count` local days from `first` on, in seconds since 1970; two are one where a day is left out.

    It is shared, and cannot be written to.
    """
    clock, begin = ZoneInfo(zone), datetime(first.year, first.month, first.day)  # noqa: DTZ001
    begins = (microseconds(instant_of(clock, begin + timedelta(days=index))) for index in range(count))
    found = np.fromiter(begins, np.int64, count) // SECOND
    found.flags.writeable = False
    return found
