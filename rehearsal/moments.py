"""When a step of a scenario is played: `+3d`, `2027-02-01 09:30`, `each review`, `30d before end`, `on signature`.

Knows the words and what they mean; what has happened in a life, and what is ahead of it, it is told. Source: SEE-2.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sla.fields import Value
from sla.stages import Stage
from sla.term import local_instant

DAY_CLOCK = time(10, 30)
"""At which local time of the contract's zone a step is played that names a day only."""
SOON = timedelta(hours=1)
"""How long after something has happened a step is played that names it and no span: before a prompt colleague acts."""
FIRST_YEAR, LAST_YEAR = 1990, 2199
"""The years that an instant may have (`sla.fields.Instant`)."""

RIGHT = (
    "`+3d`, `2027-02-01`, `2027-02-01 09:30`, `each review`, `review 2`, `on signature`, `2d after review 2`, "
    "`30d before end` or `10d before notice deadline` is expected"
)


def whole_minute(at: datetime) -> datetime:
    """The minute in which an instant falls. A rehearsal counts in minutes: what the engine itself takes, some
    milliseconds here and a second on a busy machine there, is no part of the life that is rehearsed."""
    return at.replace(second=0, microsecond=0)


class Anchor(StrEnum):
    """What a step may hang on."""

    REVIEW = "review"
    SIGNATURE = "signature"
    START = "start"
    RENEWAL = "renewal"
    AMENDMENT = "amendment"
    NOTICE_DEADLINE = "notice deadline"
    END = "end"
    STAGE = "stage"
    """The agreement, or its amendment, enters a stage."""
    STEP = "step"
    """Another step of the scenario has been played."""


AHEAD = frozenset({Anchor.START, Anchor.NOTICE_DEADLINE, Anchor.END, Anchor.REVIEW})
"""What has a date before it comes, so that a step can be played before it."""


class After(Value):
    """So long after the step before it, or after the beginning."""

    span: timedelta


class On(Value):
    """On a local day, at a local time."""

    day: date
    clock: time = DAY_CLOCK

    def instant(self, zone: str) -> datetime:
        """The instant in the contract's zone."""
        return local_instant(self.day, self.clock, zone)


class By(Value):
    """Before or after something that happens in the life of the agreement."""

    anchor: Anchor
    which: str = ""
    """The number of a review, the name of a stage or of a step; nothing where there is one only."""
    each: bool = False
    offset: timedelta = SOON
    """Below zero: before it."""

    @property
    def is_before(self) -> bool:
        """Played ahead of what it names."""
        return self.offset < timedelta(0)

    @property
    def key(self) -> str:
        """Names what must have happened: `review 2`, `stage approving`, `signature`."""
        return f"{self.anchor} {self.which}".strip()


When = After | On | By

_SPAN = r"([0-9]{1,4})\s*(min|h|d|w)"
_UNITS = {
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_AFTER = re.compile(rf"\+\s*{_SPAN}")
_ON = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9]{2}:[0-9]{2}))?")
_BY = re.compile(rf"(?:{_SPAN}\s+(before|after)\s+)?(each\s+|on\s+)?(.+)")
_NUMBERED = re.compile(r"review\s+(x?[1-9][0-9]{0,3})")
_NAMED = re.compile(r"step\s+([a-z0-9][a-z0-9-]{0,59})")


def parsed(text: str) -> When:
    """What the words mean. Raises ValueError with what would be right."""
    words = " ".join(text.split())
    if match := _AFTER.fullmatch(words):
        return After(span=_span(match[1], match[2]))
    if match := _ON.fullmatch(words):
        return _on(match, words)
    match = _BY.fullmatch(words)
    if match is None:
        raise ValueError(_no_moment(text))
    offset = SOON if match[3] is None else _span(match[1], match[2]) * (-1 if match[3] == "before" else 1)
    return _by(text, match[5], offset, each=(match[4] or "").startswith("each"))


def _span(number: str, unit: str) -> timedelta:
    return int(number) * _UNITS[unit]


def _no_moment(text: str) -> str:
    return f"{text!r:.60} is no moment that is known here; {RIGHT}"


def _on(match: re.Match[str], words: str) -> On:
    try:
        day = date.fromisoformat(match[1])
        clock = time.fromisoformat(match[2]) if match[2] else DAY_CLOCK
    except ValueError:
        right = "one such as 2027-02-01 09:30 is expected"
        raise ValueError(f"{words!r} is no day of the calendar, or no time of day; {right}") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"{words!r} is out of range; a day in the years from {FIRST_YEAR} to {LAST_YEAR} is expected")
    return On(day=day, clock=clock)


def _by(text: str, named: str, offset: timedelta, *, each: bool) -> By:
    anchor, which = _anchor(named, text)
    if each and (anchor not in {Anchor.REVIEW, Anchor.RENEWAL} or which):
        raise ValueError(
            f"{text!r:.60}: only `each review` and `each renewal` come again; one of them, or `on` is expected"
        )
    if anchor is Anchor.REVIEW and not which and not each:
        raise ValueError(f"{text!r:.60} does not say which review; `review 2` or `each review` is expected")
    if offset < timedelta(0) and (anchor not in AHEAD or each):
        raise ValueError(
            f"{text!r:.60}: nobody knows before it happens when that will be; before start, end, notice deadline or a "
            "numbered review is expected"
        )
    return By(anchor=anchor, which=which, each=each, offset=offset)


def _anchor(named: str, text: str) -> tuple[Anchor, str]:
    if match := _NUMBERED.fullmatch(named):
        return Anchor.REVIEW, match[1]
    if match := _NAMED.fullmatch(named):
        return Anchor.STEP, match[1]
    if named in {stage.value for stage in Stage if not stage.is_end and stage is not Stage.ENDING}:
        return Anchor.STAGE, named
    if named in {anchor.value for anchor in Anchor} - {Anchor.STAGE, Anchor.STEP}:
        return Anchor(named), ""
    raise ValueError(_no_moment(text))


def span_ahead(text: str) -> timedelta | None:
    """`+14d` as a length of time; None for anything else."""
    match = _AFTER.fullmatch(text.strip())
    return _span(match[1], match[2]) if match else None


def typed_instant(text: str, zone: str) -> datetime:
    """`2026-12-01` or `2026-12-01 09:00` in a zone, at nine where no time is said. Raises ValueError."""
    match = _ON.fullmatch(" ".join(text.split()))
    if match is None:
        raise ValueError(f"{text!r:.40} is no day; one such as 2026-12-01 or 2026-12-01 09:00 is expected")
    on = _on(match, text)
    clock = on.clock if match[2] else time(9)
    return local_instant(on.day, clock, zone)


def days_before(day: date, offset: timedelta, zone: str) -> datetime:
    """So long before a local day: whole days keep the usual time of day, hours count back from its beginning."""
    if offset % timedelta(days=1) == timedelta(0):
        return local_instant(day + offset, DAY_CLOCK, zone)
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) + offset


def dated(when: By, day: date, zone: str) -> datetime:
    """When a step is played that hangs on a local day: at the usual time of that day, or so long before or after."""
    return local_instant(day, DAY_CLOCK, zone) if when.offset == SOON else days_before(day, when.offset, zone)
