"""Random service calendars, pauses and instants near the clock changes of random zones, from a seed."""

from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo, available_timezones

from pydantic import TypeAdapter, ValidationError

from sla.fields import Zone
from sla.service_calendar import Pause, ServiceCalendar

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ODD_ZONES = (
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "America/Havana", "Asia/Beirut",
    "America/St_Johns", "Pacific/Apia", "Pacific/Kwajalein", "Africa/Casablanca", "Asia/Kathmandu", "UTC",
    "Africa/Cairo", "Asia/Gaza", "America/Asuncion", "Asia/Pyongyang", "Antarctica/Troll", "America/Scoresbysund",
    "Asia/Tehran", "Asia/Amman", "America/Caracas", "Pacific/Chatham",
)  # fmt: skip
"""Changes at midnight, before it and just after it; by 20, 30 and 120 minutes; whole days left out; none at all."""


def _is_zone(name: str) -> bool:
    try:
        TypeAdapter(Zone).validate_python(name)
    except ValidationError:
        return False
    return True


ALL_ZONES = tuple(sorted(name for name in available_timezones() if _is_zone(name)))


@cache
def changes(zone: str) -> tuple[datetime, ...]:
    """A noon at most five days before each clock change from 1991 to 2037."""
    clock, noon = ZoneInfo(zone), datetime(1991, 1, 1, 12, tzinfo=UTC)
    noons = [noon + 4 * DAY * index for index in range(4200)]
    offsets = [at.astimezone(clock).utcoffset() for at in noons]
    return tuple(at for at, old, new in zip(noons, offsets, offsets[1:], strict=False) if old != new)


def some_day(random: Random, zone: str) -> datetime:
    """A UTC midnight: up to three days before a clock change, or any."""
    near = changes(zone)
    if not near or random.random() < 0.15:
        return datetime(2027, 1, 1, tzinfo=UTC) + DAY * random.randrange(3650)
    at = random.choice(near)
    before = at.astimezone(ZoneInfo(zone)).utcoffset()
    while (at + DAY).astimezone(ZoneInfo(zone)).utcoffset() == before:
        at += DAY
    return (at - DAY * random.randrange(3)).replace(hour=0)


def _text(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _hours(random: Random) -> tuple[str, str]:
    """Any hours: short, long, over midnight, near the hours in which clocks change."""
    opens = random.choice((random.randrange(1440), random.choice((0, 1, 30, 60, 90, 120, 150, 180, 1380, 1410, 1439))))
    closes = random.choice((1440, random.randrange(1, 1440), random.choice((1, 30, 60, 120, 150, 180, 240, 1410))))
    if opens == closes:
        return "00:00", "24:00"
    return _text(opens), _text(closes)


def _reach(opens: str, closes: str) -> tuple[int, int]:
    start, end = (int(each[:2]) * 60 + int(each[3:]) for each in (opens, closes))
    return start, end if end > start else end + 1440


def week(random: Random) -> list[dict[str, object]]:
    """Rows that do not overlap: whatever would, is left out."""
    rows: list[dict[str, object]] = []
    taken: set[int] = set()
    if random.random() < 0.15:
        return [{"weekdays": "mon-sun", "opens": "00:00", "closes": "24:00"}]
    for _ in range(random.randrange(1, 7)):
        opens, closes = _hours(random)
        days = sorted(random.sample(range(7), random.choice((1, 2, 5, 7))))
        start, end = _reach(opens, closes)
        minutes = [(day * 1440 + minute) % 10080 for day in days for minute in range(start, end)]
        if len(set(minutes)) == len(minutes) and taken.isdisjoint(minutes):
            taken.update(minutes)
            rows.append({"weekdays": days, "opens": opens, "closes": closes})
    return rows


def _others(random: Random, days: list[str]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    last = -1
    for day in sorted(days):
        ordinal = datetime.fromisoformat(day).toordinal() * 1440
        for _ in range(random.randrange(1, 3)):
            opens, closes = _hours(random)
            start, end = _reach(opens, closes)
            if ordinal + start >= last:
                last = ordinal + end
                rows.append({"day": day, "opens": opens, "closes": closes})
    return rows


def calendar(random: Random, zone: str, around: datetime) -> ServiceCalendar:
    """A calendar that has something to say about the days around an instant."""

    def days(most: int) -> list[str]:
        return [str((around + DAY * random.randrange(-1, 7)).date()) for _ in range(random.randrange(most + 1))]

    closed = sorted(set(days(2)))
    between = [around + MINUTE * random.randrange(-2 * 1440, 6 * 1440) for _ in range(random.randrange(3))]
    effective = sorted({*days(2)})
    said = {
        "zone": zone,
        "weekly": week(random) or [{"weekdays": "mon-fri", "opens": "09:00", "closes": "17:00"}],
        "closed": closed,
        "closed_every_year": [day[5:] for day in days(1)],
        "other_hours": _others(random, [day for day in set(days(3)) if day not in closed]),
        "closed_between": [
            {
                "start": f"{at:%Y-%m-%dT%H:%M}",
                "end": f"{at + MINUTE * random.choice((1, 45, 600, 2900)):%Y-%m-%dT%H:%M}",
            }
            for at in between
        ],
        "later": [
            {"effective": day, "weekly": week(random), "closed_every_year": random.choice((None, [], [day[5:]]))}
            for day in effective
        ],
    }
    return ServiceCalendar.model_validate(said)


def pauses(random: Random, around: datetime) -> tuple[Pause, ...]:
    """Pauses to the minute, which may overlap, touch, lie within each other, or have no length."""
    starts = [around + MINUTE * random.randrange(-1440, 7 * 1440) for _ in range(random.randrange(4))]
    found = [Pause(start=at, end=at + MINUTE * random.choice((0, 1, 60, 700, 3000))) for at in starts]
    return tuple(found + [Pause(start=each.end, end=each.end + HOUR) for each in found[:1]])
