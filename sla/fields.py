"""Checked scalars: the only ways in which text, numbers, dates and zones enter the business.

Each type refuses what looks like a value and is none (`1_000`, `1e400`, NaN, Arabic-Indic digits, "20260101",
control and bidirectional override characters), and says what would be right.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from sys import intern
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer


class Value(BaseModel):
    """A frozen domain value. Unknown fields are dropped: values written by a later release can be read."""

    model_config = ConfigDict(frozen=True)


class WrongField(ValueError):
    """What a check of a whole value found wrong in one of its fields; the form's messages then name that field."""

    def __init__(self, wrong: str, *field: str | int) -> None:
        self.wrong, self.field = wrong, field
        super().__init__(wrong)


_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset("\xad\u115f\u1160\u180e\u200b\u2060\u2061\u2062\u2063\u2064\u3164\ufeff\uffa0\ufffe\uffff")
_VISIBLE_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\u200c\u200d")
"""Format characters that a reader sees, or that a script needs between its letters (the joiners)."""
_LINE_BREAKS = frozenset("\n\r\t\x0b\x0c\x85\u2028\u2029")
_HIDDEN = _BIDI | _INVISIBLE | _LINE_BREAKS


def _is_hidden(char: str) -> bool:
    """Controls, direction marks, tags, private use: whatever is in a text and not to be seen in it."""
    if char in _HIDDEN:
        return True
    return unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"} and char not in _VISIBLE_FORMATS


def _refuse_hidden(text: str, *, allowed: frozenset[str]) -> str:
    if text.isascii() and text.isprintable():
        return text  # most text by far, and every payload reads all of it
    for position, char in enumerate(text, start=1):
        if char not in allowed and _is_hidden(char):
            raise ValueError(
                f"has the hidden character U+{ord(char):04X} at position {position}; plain visible text is expected"
            )
    return text


def _one_line(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("is not text; one line of text is expected")
    text = value.strip()
    if not text:
        raise ValueError("is empty; text is expected")
    if text.isascii() and text.isprintable():
        return text  # most text by far, and every payload reads all of it
    return unicodedata.normalize("NFC", _refuse_hidden(text, allowed=frozenset()))


def _prose(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("is not text; text is expected")
    text = _refuse_hidden(value.replace("\r\n", "\n").strip(), allowed=frozenset("\n\t"))
    if not text:
        raise ValueError("is empty; text is expected")
    return unicodedata.normalize("NFC", text)


def _limit(longest: int) -> AfterValidator:
    def check(text: str) -> str:
        if len(text) > longest:
            raise ValueError(f"has {len(text)} characters; at most {longest} are taken")
        return text

    return AfterValidator(check)


Name = Annotated[str, BeforeValidator(_one_line), _limit(120)]
"""A person's, party's or thing's name: one visible line, at most 120 characters."""

Line = Annotated[str, BeforeValidator(_one_line), _limit(300)]
"""One visible line, at most 300 characters."""

Prose = Annotated[str, BeforeValidator(_prose), _limit(5000)]
"""Text with line breaks, at most 5,000 characters."""


def _shaped(pattern: str, right: str) -> AfterValidator:
    shape = re.compile(pattern)

    def check(text: str) -> str:
        if not shape.fullmatch(text):
            raise ValueError(f"{text!r:.70} is no key; {right}")
        return text

    return AfterValidator(check)


Slug = Annotated[
    str,
    BeforeValidator(_one_line),
    _limit(60),
    _shaped(r"[a-z0-9][a-z0-9-]*", "small letters, digits and hyphens such as managed-printing are expected"),
]
"""A short key in small letters, digits and hyphens: `managed-printing`."""

Reference = Annotated[
    str,
    BeforeValidator(_one_line),
    _limit(80),
    _shaped(r"[A-Za-z0-9][A-Za-z0-9._/-]*", "letters, digits and . _ / - such as NW-2027/014 are expected"),
]
"""The requester's own key for this request; the same reference starts one agreement only. Source: INT-1."""

_EMAIL = re.compile(r"^[^@\s<>,;:\"()\[\]\\]{1,64}@[^@\s<>,;:\"()\[\]\\]{1,190}$")


def _email(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("is not text; an address such as ana@northwind.example is expected")
    text = _refuse_hidden(value.strip(), allowed=frozenset()).lower()
    if not _EMAIL.match(text):
        raise ValueError(f"{value!r:.80} is no e-mail address; one such as ana@northwind.example is expected")
    return intern(text)  # one address stands in many places of an agreement


Email = Annotated[str, BeforeValidator(_email)]
"""An address, in small letters; it is a person's identity everywhere. The form checks it in full."""

_INTEGER = re.compile(r"^-?(0|[1-9][0-9]{0,11})$")
_DECIMAL = re.compile(r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?$")


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("is not a whole number; digits such as 12 are expected")
    if isinstance(value, str):
        if not _INTEGER.match(value.strip()):
            raise ValueError(f"{value!r:.40} is not a whole number; digits such as 12 are expected")
        return int(value)
    if abs(value) >= 10**12:
        raise ValueError("is too large; at most 12 digits are taken")
    return value


def _decimal(value: object) -> Decimal:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
        value = str(value)
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < 30:
        value = format(value, "f")
    if not isinstance(value, str) or not _DECIMAL.match(value.strip()):
        raise ValueError(
            f"{value!r:.40} is not a plain decimal number; digits such as 99.5 are expected, without exponent, "
            "separators, NaN or infinity"
        )
    return _without_trailing_zeros(Decimal(value.strip()))


def _without_trailing_zeros(number: Decimal) -> Decimal:
    """One number, one form: 99.50 and 99.5 have one digest, and so have 0 and -0."""
    return Decimal(format(number.normalize(), "f")) + 0


Whole = Annotated[int, BeforeValidator(_integer)]
"""A whole number in plain digits."""

Plain = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    PlainSerializer(lambda number: format(number, "f"), return_type=str),
]
"""A decimal number in plain digits, at most 15 before and 9 after the point; a string in JSON."""


def _percent(value: Decimal) -> Decimal:
    if not Decimal(0) <= value <= Decimal(100):
        raise ValueError(f"{value} is out of range; a percentage from 0 to 100 is expected")
    return value


Percent = Annotated[Plain, AfterValidator(_percent)]
"""A percentage from 0 to 100, exact."""

_DATE = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")


def _date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        day = value
    elif isinstance(value, str) and _DATE.match(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{value!r} is no day of the calendar; one such as 2027-02-28 is expected") from None
    else:
        raise ValueError(f"{value!r:.40} is no date; one such as 2027-02-28 is expected")
    if not 1990 <= day.year <= 2199:
        raise ValueError(f"{day} is out of range; years from 1990 to 2199 are taken")
    return day


Day = Annotated[date, BeforeValidator(_date)]
"""A local calendar day, ISO 8601, 1990 to 2199."""


def _instant(value: object) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(
                f"{value!r:.40} is no instant; one such as 2027-02-28T09:00:00+01:00 is expected"
            ) from None
    if not isinstance(value, datetime):
        raise ValueError("is no instant; one such as 2027-02-28T09:00:00+01:00 is expected")
    if value.tzinfo is None:
        raise ValueError("has no zone; an instant such as 2027-02-28T09:00:00+01:00 is expected")
    if not 1990 <= value.year <= 2199:
        raise ValueError("is out of range; years from 1990 to 2199 are taken")
    return value.astimezone(UTC)


Instant = Annotated[datetime, BeforeValidator(_instant)]
"""An aware point in time, kept in UTC."""

_ZONE = re.compile(r"(?!posix/|right/)[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")


def _zone(value: object) -> str:
    hint = "an IANA zone such as Europe/Berlin or UTC is expected"
    if not isinstance(value, str) or not _ZONE.fullmatch(value) or value in {"Factory", "localtime", "posixrules"}:
        raise ValueError(f"{value!r:.60} is no time zone; {hint}")
    try:
        ZoneInfo(value)
    except (KeyError, OSError, ValueError):
        raise ValueError(f"{value!r:.60} is no time zone; {hint}") from None
    return value


Zone = Annotated[str, BeforeValidator(_zone)]
"""The key of an IANA time zone that exists."""

_SPAN = re.compile(r"^([0-9]{1,6})\s*(s|min|h|d)$")
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}


def _span(value: object) -> timedelta:
    if isinstance(value, timedelta):
        span = value
    elif isinstance(value, str) and (match := _SPAN.match(value.strip())):
        span = timedelta(seconds=int(match[1]) * _SECONDS[match[2]])
    else:
        raise ValueError(f"{value!r:.40} is no length of time; one such as 30min, 4h or 2d is expected")
    if span <= timedelta(0):
        raise ValueError("is not above zero; a length of time such as 4h is expected")
    if span > timedelta(days=366):
        raise ValueError("is longer than 366 days; a shorter time is expected")
    return span


def render_span(span: timedelta) -> str:
    """`4h`, `30min`, `2d` or `90s`: the largest unit that divides it. The inverse of what `Span` reads."""
    seconds = round(span.total_seconds())
    for unit in ("d", "h", "min"):
        if seconds % _SECONDS[unit] == 0:
            return f"{seconds // _SECONDS[unit]}{unit}"
    return f"{seconds}s"


Span = Annotated[timedelta, BeforeValidator(_span), PlainSerializer(render_span, return_type=str)]
"""A length of service time above zero, at most 366 days, written `30min`, `4h`, `2d` (2d = 48 hours of service)."""
