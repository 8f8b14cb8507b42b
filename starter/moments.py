"""Instants and days as people type and read them: `7d`, a day, a day with a time; always in the contract's zone."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sla.errors import BadInput

RIGHT = "a span such as 7d or 12h, a day such as 2026-05-29, or an instant such as 2026-05-29T17:00 is expected"
RIGHT_DAY = "a day such as 2026-05-29, or so many days or weeks from today such as 30d or 8w, is expected"
FIRST_YEAR, LAST_YEAR = 1990, 2199
"""As `sla.fields` takes them."""
_SPAN = re.compile(r"([0-9]{1,4})([hdw])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def moment(text: str, option: str, zone: str, now: datetime, *, to_its_end: bool = False) -> datetime:
    """The instant that somebody typed, in UTC. Local times are those of `zone`; a span counts from `now`.

    A bare day means its beginning, or its end with `to_its_end`. Raises BadInput with the option's name.
    """
    try:
        at = _moment(text, ZoneInfo(zone), now, to_its_end)
    except OverflowError:
        raise _out_of_range(text, option) from None
    except ValueError:
        raise BadInput(option, f"{text!r:.40} is no point in time", RIGHT) from None
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise _out_of_range(text, option)
    return at


def day(text: str, option: str, zone: str, now: datetime) -> date:
    """The local day that somebody typed: itself, or so many days or weeks after today in `zone`.

    Raises BadInput with the option's name.
    """
    try:
        typed = _day(text, now.astimezone(ZoneInfo(zone)).date())
    except OverflowError:
        raise _out_of_range(text, option) from None
    except ValueError:
        raise BadInput(option, f"{text!r:.40} is no day", RIGHT_DAY) from None
    if not FIRST_YEAR <= typed.year <= LAST_YEAR:
        raise _out_of_range(text, option)
    return typed


def _out_of_range(text: str, option: str) -> BadInput:
    return BadInput(option, f"{text!r:.40} is out of range", f"years from {FIRST_YEAR} to {LAST_YEAR} are taken")


def _moment(text: str, zone: ZoneInfo, now: datetime, to_its_end: bool) -> datetime:
    """Raises ValueError for no point in time, and OverflowError for one that no clock can show."""
    if text == "now":
        return now
    if span := _SPAN.fullmatch(text):
        return now + int(span[1]) * _UNITS[span[2]]
    return _typed(text, zone, to_its_end).astimezone(UTC)


def _day(text: str, today: date) -> date:
    """Raises ValueError for no day, and OverflowError for one that no calendar can show."""
    span = _SPAN.fullmatch(text)
    if span and span[2] != "h":
        return today + int(span[1]) * _UNITS[span[2]]
    if _DAY.fullmatch(text):
        return date.fromisoformat(text)
    raise ValueError(text)


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


def in_utc(at: datetime | None) -> str:
    """`2026-03-02 10:00`, for a line or a table that says that it is UTC; nothing for none."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" if at else ""
