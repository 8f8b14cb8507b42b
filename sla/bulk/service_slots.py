"""A table of accumulated service time, by calendar and by slots of a few hours: one look-up an instant.

Service time is a line that rises by a second a second while a calendar is open, and rests while it is closed. In a
slot in which it bends at most twice, three numbers of whole seconds say all of it, and one int64 holds them:

    service time at the slot's start << 31 | open at its start << 30 | between the bends << 15 | first bend

The few slots that bend more often, or lie where a calendar is not known, are marked; whoever looks them up asks
elsewhere. Source: MON-2.
"""

from dataclasses import dataclass

import numpy as np

from sla.bulk.rows import SECOND, Rows
from sla.bulk.service_stretches import OpenTime

_LENGTHS = (28_800, 14_400, 7_200, 3_600, 1_800)
"""Seconds of a slot: the longest of which few are marked. One of eight hours still fits into 15 bits."""
_FEW = 0.004
_SMALL = (1 << 15) - 1
MARKED = _SMALL
"""In place of the first bend: ask elsewhere."""
_NEVER = np.full(3, 1 << 40, np.int64)


@dataclass(frozen=True)
class Slots:
    """`packed[calendar * width + slot]`; slot 0 begins at `base`, in microseconds, and each lasts `length`."""

    packed: Rows
    base: int
    length: int
    width: int

    def accumulated(self, calendars: Rows, slots: Rows, past: Rows) -> tuple[Rows, Rows]:
        """Service time since the base, and the first bends as they stand there: MARKED where the time means nothing.

        `past` is how far an instant is into its slot; it is overwritten. All in microseconds.
        """
        held = self.packed.take(calendars * self.width + slots, mode="clip")
        bends = held & _SMALL
        bent = past - bends * SECOND
        between = held >> 15
        between &= _SMALL
        between *= SECOND
        np.maximum(bent, 0, out=bent)
        np.minimum(bent, between, out=bent)  # time since the first bend, up to the second
        is_open = -((held >> 30) & 1)  # all bits set, or none
        bent ^= is_open
        bent -= is_open  # taken away where the slot begins open
        past &= is_open
        bent += past
        held >>= 31
        held *= SECOND
        bent += held
        return bent, bends


def slots_of(times: list[OpenTime], base: int, end: int) -> Slots:
    """The table of many calendars from `base` on, in seconds since 1970, at least until `end`."""
    bends = [np.stack((each.opens, each.closes), axis=1).reshape(-1) - base for each in times]
    length = _length(bends, end - base)
    width = (end - base) // length + 1
    packed = np.concatenate([_packed(bent, length, width) for bent in bends])
    for place, each in enumerate(times):
        _mark_unknown(packed[place * width : (place + 1) * width], each, base, length)
    return Slots(packed, base * SECOND, length * SECOND, width)


def _length(bends: list[Rows], span: int) -> int:
    """The longest slot of which only few bend more than twice."""
    for length in _LENGTHS:
        crowded = sum(int(np.count_nonzero(bent[2:] // length == bent[:-2] // length)) for bent in bends)
        if crowded <= _FEW * len(bends) * (span / length):
            return length
    return _LENGTHS[-1]


def _packed(bends: Rows, length: int, width: int) -> Rows:
    """A bend on the edge of a slot is none: the slot begins as it is after it."""
    starts = np.arange(width, dtype=np.int64) * length
    passed = np.searchsorted(bends, starts, side="right")
    is_open = passed & 1
    ahead = np.concatenate((bends, _NEVER))
    first, second, third = (ahead[passed + more] - starts for more in range(3))
    bend = np.minimum(first, length)
    between = np.minimum(second, length) - bend
    bend[third < length] = MARKED
    packed: Rows = _since_base(bends, starts, passed) << 31 | is_open << 30 | between << 15 | bend
    return packed


def _since_base(bends: Rows, starts: Rows, passed: Rows) -> Rows:
    """Seconds of service from the base to each start."""
    spent = np.zeros(len(bends) + 1, np.int64)
    np.cumsum(np.diff(bends, prepend=0) * (np.arange(len(bends)) & 1), out=spent[1:])
    last = np.concatenate((np.zeros(1, np.int64), bends))[passed]
    since: Rows = spent[passed] + (starts - last) * (passed & 1)
    return since


def _mark_unknown(packed: Rows, time: OpenTime, base: int, length: int) -> None:
    """Slots that are not known from their first instant to their last."""
    starts = (base + np.arange(len(packed)) * length) * SECOND
    is_unknown = (starts < time.first) | (starts + length * SECOND - 1 > time.last)
    packed[is_unknown] |= MARKED
