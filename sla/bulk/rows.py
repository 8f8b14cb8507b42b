"""Arrays as they come in: of one length, of whole numbers, and refused with the row that is wrong.

Knows microseconds and rows, nothing of what they mean.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sla.errors import BadInput

Rows: TypeAlias = NDArray[np.int64]
Marks: TypeAlias = NDArray[np.bool_]

SECOND = 1_000_000
"""Microseconds in a second."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_AT_ONCE = 32_768
"""Rows that are worked on together: their intermediate results stay in the processor's cache."""


def microseconds(at: datetime) -> int:
    """An aware instant in microseconds since 1970, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def instant(at: int) -> datetime:
    """The instant of so many microseconds since 1970, in UTC."""
    return _EPOCH + at * _MICROSECOND


def told(at: int) -> str:
    """`2027-03-04T09:00:00Z`; far outside the years that are known, the number itself."""
    try:
        found = instant(at)
    except OverflowError:
        return f"{at} microseconds since 1970"
    return found.isoformat().replace("+00:00", "Z")


def parts(length: int) -> Iterator[slice]:
    """The rows in turns, as many at once as stay in the cache."""
    for first in range(0, length, _AT_ONCE):
        yield slice(first, min(first + _AT_ONCE, length))


def require_columns(**columns: Rows) -> None:
    """Refuses columns that are not int64, not flat, or not of one length. Names are told with spaces."""
    lengths = {}
    for name, column in columns.items():
        what = name.replace("_", " ")
        if column.dtype != np.int64 or column.ndim != 1:
            wrong = f"have {column.ndim} dimensions of {column.dtype}"
            raise BadInput(f"the {what}", wrong, "one dimension of int64 is expected")
        lengths[what] = len(column)
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"{length} {what}" for what, length in lengths.items())
        raise BadInput("the rows", f"do not pair up: {found}", "arrays of one length are expected")


def first_row(wrong: Marks) -> int | None:
    """The first marked row, or None."""
    return int(wrong.argmax()) if wrong.any() else None


def require_places(places: Rows, count: int, what: str, first: int = 0) -> None:
    """Refuses a place outside 0..count-1. `first` is the number of the first of these rows."""
    if len(places) and not 0 <= places.min() <= places.max() < count:
        row = int(((places < 0) | (places >= count)).argmax())
        raise BadInput(f"row {first + row}", f"names {what} {places[row]}", f"one from 0 to {count - 1} is expected")


def require_order(starts: Rows, ends: Rows, first: int = 0) -> None:
    """Refuses an end before its start."""
    row = first_row(ends < starts)
    if row is not None:
        wrong = f"the end at {told(int(ends[row]))} is before the start at {told(int(starts[row]))}"
        raise BadInput(f"row {first + row}", wrong, "the start or a later instant is expected")
