"""Instants as people type and read them: `7d`, a day, a day with a time; always in the contract's zone."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sla.errors import BadInput

RIGHT = "a span such as 7d or 12h, a day such as 2026-05-29, or an instant such as 2026-05-29T17:00 is expected"
_SPAN = re.compile(r"([0-9]{1,4})([hdw])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def moment(text: str, option: str, zone: str, now: datetime, *, to_its_end: bool = False) -> datetime:
    """The instant that somebody typed, in UTC. Local times are those of `zone`; a span counts from `now`.

    A bare day means its beginning, or its end with `to_its_end`. Raises BadInput with the option's name.
    """
    if text == "now":
        return now
    if span := _SPAN.fullmatch(text):
        return now + int(span[1]) * _UNITS[span[2]]
    try:
        return _typed(text, ZoneInfo(zone), to_its_end).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput(option, f"{text!r:.40} is no point in time", RIGHT) from None


def _typed(text: str, zone: ZoneInfo, to_its_end: bool) -> datetime:
    """Raises ValueError for anything else than a day or an instant."""
    if not (_DAY.fullmatch(text) or _INSTANT.fullmatch(text)):
        raise ValueError(text)
    at = datetime.fromisoformat(text)
    if at.tzinfo is not None:
        return at
    if _DAY.fullmatch(text) and to_its_end:
        return datetime.combine(at.date() + timedelta(days=1), time(), zone)
    return at.replace(tzinfo=zone)


def spoken(at: datetime, zone: str) -> str:
    """`Mon 2026-03-02 10:00 Europe/Berlin`."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M} {zone}"


def clock(at: datetime, zone: str) -> str:
    """`Mon 2026-03-02 10:00:07`, for a table whose title names the zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M:%S}"
