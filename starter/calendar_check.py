"""A service calendar in plain words, for whoever wrote it; and the shape of its file, for editors that can help.

Says what the file means and until when it says something of closed days. What is wrong with it is told, line by line,
by `starter/forms.py` when it is read.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from sla.fields import Value
from sla.service_calendar import LaterHours, ServiceCalendar, WeeklyHours
from starter.service_hours import load_calendar
from starter.session import Session
from starter.telling import counted, tell

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SHOWN = 6
"""As many days are named in one line."""
_DATE = r"(199\d|20\d\d|21\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
_WEEKDAY = "(mon|tue|wed|thu|fri|sat|sun)"
_RANGES = f"{_WEEKDAY}(-{_WEEKDAY})?"

Shape: TypeAlias = "str | bool | int | list[Shape] | dict[str, Shape] | None"
_DAY_TEXT: Shape = {"type": "string", "pattern": f"^{_DATE}$"}
_LOCAL_TIME: Shape = {"type": "string", "pattern": f"^{_DATE}T{_CLOCK}$"}
_YEAR_DAY: Shape = {"type": "string", "pattern": r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"}
_NAMES: Shape = {
    "anyOf": [
        {"type": "string", "pattern": f"^{_RANGES}( *, *{_RANGES})*$"},
        {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": f"^{_WEEKDAY}$"}},
    ]
}
SHAPES: dict[str, Shape] = {
    "zone": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$"},
    "weekdays": _NAMES,
    "opens": {"type": "string", "pattern": f"^{_CLOCK}$"},
    "closes": {"type": "string", "pattern": r"^(00:0[1-9]|00:[1-5]\d|(0[1-9]|1\d|2[0-3]):[0-5]\d|24:00)$"},
    "day": _DAY_TEXT,
    "effective": _DAY_TEXT,
    "start": _LOCAL_TIME,
    "end": _LOCAL_TIME,
}
"""How a field is written in a file, which is narrower than what the program itself takes."""
ITEMS: dict[str, Shape] = {"closed": _DAY_TEXT, "closed_every_year": _YEAR_DAY}
"""The same for lists of plain text."""


class CheckAnswer(Value):
    """A calendar that holds, and what it says in sentences."""

    file: str
    sentences: tuple[str, ...]
    calendar: ServiceCalendar


def tell_check(session: Session, path: Path) -> None:
    """What a calendar says. Raises BadInput or BadForm with what is wrong with its lines."""
    calendar = load_calendar(path)
    sentences = tuple(sentences_of(calendar))
    name = "standard input" if str(path) == "-" else str(path)
    answer = CheckAnswer(file=name, sentences=sentences, calendar=calendar)
    tell(session, answer, f"{name} is a service calendar.", *sentences)


def sentences_of(calendar: ServiceCalendar) -> Iterator[str]:
    """The calendar line by line, the weakest words first, as they are applied."""
    since = f", from {calendar.effective} on; before that day it says nothing" if calendar.effective else ""
    yield f"Times are those of {calendar.zone}{since}."
    yield from _week_lines("Every week", calendar.weekly)
    for row in calendar.later:
        yield from _later_lines(row)
    if calendar.closed_every_year:
        yield f"Closed every year on {_some(sorted(calendar.closed_every_year))}."
    yield from _day_lines(calendar)
    if calendar.closed_between:
        first, last = min(each.start for each in calendar.closed_between), max(e.end for e in calendar.closed_between)
        times = counted(len(calendar.closed_between), "time", "times")
        yield f"Closed by the hour {times}, from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}."


def _week_lines(lead: str, rows: Sequence[WeeklyHours]) -> Iterator[str]:
    if not rows:
        yield f"{lead}: closed, but for days with other hours."
        return
    hours = tuple(tuple(sorted((r.minutes, r.words) for r in rows if day in r.weekdays)) for day in range(7))
    first = 0
    for day in range(1, 8):
        if day < 7 and hours[day] == hours[first]:
            continue
        days = _DAYS[first] if first == day - 1 else f"{_DAYS[first]} to {_DAYS[day - 1]}"
        yield f"{lead}, {days}: {', '.join(words for _, words in hours[first]) or 'nothing opens'}."
        first = day


def _later_lines(row: LaterHours) -> Iterator[str]:
    yield from _week_lines(f"From {row.effective} on", row.weekly)
    if row.closed_every_year is not None:
        named = _some(sorted(row.closed_every_year)) if row.closed_every_year else "no day"
        yield f"From {row.effective} on, closed every year on {named} and no other."


def _day_lines(calendar: ServiceCalendar) -> Iterator[str]:
    other = sorted({row.day for row in calendar.other_hours})
    if other:
        yield f"Other hours on {counted(len(other), 'day', 'days')}: {_some([str(day) for day in other])}."
    days = sorted(set(calendar.closed))
    if not days:
        yield "No single day is closed."
        return
    yield f"Closed on {counted(len(days), 'day', 'days')}: {_some([str(day) for day in days])}."
    yield f"After {days[-1]} no single day is closed: holidays of later years are not in this calendar."


def _some(names: list[str]) -> str:
    """All of a few; of many the first ones, their number and the last."""
    if len(names) <= _SHOWN:
        return ", ".join(names)
    return f"{', '.join(names[: _SHOWN - 1])} and {len(names) - _SHOWN} more until {names[-1]}"


def tell_schema(session: Session) -> None:
    """The JSON Schema of a calendar's file."""
    print(json.dumps(schema(), ensure_ascii=False, indent=2), file=session.out)


def schema() -> dict[str, Shape]:
    """The JSON Schema (2020-12) of a calendar's file: its fields, what each is for, and how it is written.

    What one field says of another (hours that overlap, a day both closed and open) only the program itself can tell.
    """
    made: dict[str, Shape] = ServiceCalendar.model_json_schema()
    found: Shape = made.get("$defs")
    models = [made, *(found.values() if isinstance(found, dict) else ())]
    for model in models:
        if isinstance(model, dict):
            _as_written(model)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def _as_written(model: dict[str, Shape]) -> None:
    """Unknown fields are refused, and text is written in one way each."""
    model["additionalProperties"] = False
    fields = model.get("properties")
    if not isinstance(fields, dict):
        return
    for name, field in fields.items():
        if not isinstance(field, dict):
            continue
        kept: dict[str, Shape] = {key: field[key] for key in ("title", "description") if key in field}
        shape, item = SHAPES.get(name), ITEMS.get(name)
        if isinstance(shape, dict):
            fields[name] = {**kept, **shape}
        elif item is not None:
            fields[name] = {**kept, "type": "array", "items": item, "maxItems": 366 if item is _YEAR_DAY else 5000}
