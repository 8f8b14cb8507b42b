"""Checked scalars take what they mean and refuse what only looks like it."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from sla.fields import (
    Day,
    Email,
    Instant,
    Line,
    Name,
    Percent,
    Plain,
    Prose,
    Reference,
    Slug,
    Span,
    Whole,
    Zone,
    render_span,
)

NAME: TypeAdapter[str] = TypeAdapter(Name)
PROSE: TypeAdapter[str] = TypeAdapter(Prose)
PLAIN: TypeAdapter[Decimal] = TypeAdapter(Plain)
PERCENT: TypeAdapter[Decimal] = TypeAdapter(Percent)
WHOLE: TypeAdapter[int] = TypeAdapter(Whole)
SPAN: TypeAdapter[timedelta] = TypeAdapter(Span)
DAY: TypeAdapter[date] = TypeAdapter(Day)
INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
ZONE: TypeAdapter[str] = TypeAdapter(Zone)
EMAIL: TypeAdapter[str] = TypeAdapter(Email)
SLUG: TypeAdapter[str] = TypeAdapter(Slug)


def refused(adapter: TypeAdapter[object], value: object) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return True
    return False


def passes(adapter: object, value: object) -> bool:
    assert isinstance(adapter, TypeAdapter)
    return not refused(adapter, value)


@pytest.mark.parametrize(
    "text", ["\u202eAna", "A\u2066na", "A\x00na", "A\tna", "A\nna", "A\x7f", "\u200b", "A\ud800", ""]
)
def test_a_name_refuses_hidden_characters_and_nothing(text: str) -> None:
    assert not passes(NAME, text)


@pytest.mark.parametrize("text", ["Ana Ruiz", "王小明", "Zoë O'Hara-Núñez", "محمد", "آنا می\u200cخواهد", "🖨 Printing"])
def test_a_name_takes_every_script(text: str) -> None:
    assert NAME.validate_python(text) == text


def test_a_name_is_stripped_and_composed() -> None:
    assert NAME.validate_python("  Zoe\u0308 ") == "Zo\u00eb"


@pytest.mark.parametrize(
    ("adapter", "longest"),
    [(NAME, 120), (TypeAdapter(Line), 300), (PROSE, 5000), (SLUG, 60), (TypeAdapter(Reference), 80)],
)
def test_text_is_taken_up_to_its_limit(adapter: object, longest: int) -> None:
    assert passes(adapter, "x" * longest)
    assert not passes(adapter, "x" * (longest + 1))


def test_prose_keeps_its_lines_and_reads_every_line_end_alike() -> None:
    assert PROSE.validate_python("one\r\ntwo\n") == "one\ntwo"


@pytest.mark.parametrize(
    "value", ["1_000", "1e3", "1E400", "NaN", "Infinity", "-inf", "٣", "0x10", "1,5", "01", ".5", "5."]
)
def test_a_number_in_other_writing_is_refused(value: str) -> None:
    assert not passes(PLAIN, value)


@pytest.mark.parametrize(
    "value",
    [
        True,
        1.5,
        float("nan"),
        None,
        [1],
        b"1",
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("1E+999999999"),
        10**15,
        10**400,
    ],
)
def test_a_number_of_another_type_is_refused(value: object) -> None:
    assert not passes(PLAIN, value)


@pytest.mark.parametrize("value", [True, 1.0, "1.0", "1_0", "+1", "٣", 10**12, "1" * 13, None, Decimal(1)])
def test_a_whole_number_in_other_writing_is_refused(value: object) -> None:
    assert not passes(WHOLE, value)


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=9))
def test_a_decimal_is_exact_on_the_way_in_and_out(number: Decimal) -> None:
    read = PLAIN.validate_python(format(number, "f"))
    assert read == number
    assert PLAIN.validate_json(PLAIN.dump_json(read)) == number


@given(st.decimals(min_value=0, max_value=100, places=4), st.integers(0, 4))
def test_equal_numbers_are_written_alike(number: Decimal, zeros: int) -> None:
    longer = format(number, "f") + "0" * zeros
    assert PLAIN.dump_json(PLAIN.validate_python(longer)) == PLAIN.dump_json(PLAIN.validate_python(number))


def test_zero_has_no_sign() -> None:
    assert PLAIN.dump_json(PLAIN.validate_python("-0.00")) == b'"0"'


@pytest.mark.parametrize(("value", "good"), [("0", True), ("100", True), ("100.000000001", False), ("-0.1", False)])
def test_a_percentage_runs_from_zero_to_a_hundred(value: str, good: bool) -> None:
    assert passes(PERCENT, value) is good


@given(st.integers(1, 366 * 86400))
def test_a_span_reads_back_as_it_was_written(seconds: int) -> None:
    span = timedelta(seconds=seconds)
    if seconds < 10**6 or not render_span(span).endswith("s"):
        assert SPAN.validate_python(render_span(span)) == span


@pytest.mark.parametrize(
    ("text", "span"), [("90s", timedelta(seconds=90)), ("30min", timedelta(minutes=30)), ("2 d", timedelta(days=2))]
)
def test_a_span_is_a_number_and_a_unit(text: str, span: timedelta) -> None:
    assert SPAN.validate_python(text) == span


@pytest.mark.parametrize(
    "value", ["4", "-4h", "0h", "4H", "1h30min", "P1D", "1.5h", "367d", 4, True, None, timedelta(0)]
)
def test_another_length_of_time_is_refused(value: object) -> None:
    assert not passes(SPAN, value)


@pytest.mark.parametrize(
    "value",
    [
        "20270228",
        "2027-2-8",
        "2027-02-30",
        "0001-01-01",
        "9999-12-31",
        "1989-12-31",
        "2200-01-01",
        "2027-02-28T00:00",
        1,
        None,
        *(datetime(2027, 2, 28, tzinfo=UTC), "2027-W08-7", "٢٠٢٧-02-28"),
    ],
)
def test_another_day_is_refused(value: object) -> None:
    assert not passes(DAY, value)


def test_an_instant_is_kept_in_utc() -> None:
    assert INSTANT.validate_python("2027-02-28T09:00:00+01:00").isoformat() == "2027-02-28T08:00:00+00:00"


@pytest.mark.parametrize("value", ["20260101", "2027-02-28T09:00:00", 1, "soon", "9999-12-31T23:59:59-12:00"])
def test_an_instant_without_zone_or_out_of_range_is_refused(value: object) -> None:
    assert not passes(INSTANT, value)


@given(
    st.datetimes(
        datetime(1991, 1, 1),  # noqa: DTZ001
        datetime(2198, 12, 31),  # noqa: DTZ001
        timezones=st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))),
    )
)
def test_an_instant_stays_the_same_instant(at: datetime) -> None:
    assert INSTANT.validate_python(at.isoformat()) == at


@pytest.mark.parametrize(
    "value",
    [
        "Factory",
        "localtime",
        "posixrules",
        "../etc/passwd",
        "/etc/localtime",
        "Europe",
        "europe/berlinn",
        "UTC\n",
        "",
        None,
        *("Europe/../Europe/Berlin", "right/UTC", "posix/UTC", "zone.tab", "+01:00", "a\x00b", "x" * 300),
    ],
)
def test_a_zone_that_does_not_exist_is_refused(value: object) -> None:
    assert not passes(ZONE, value)


def test_every_zone_of_the_database_is_taken() -> None:
    names = available_timezones() - {"Factory", "localtime", "posixrules"}
    assert [name for name in sorted(names) if not passes(ZONE, name)] == []


def test_an_address_is_kept_in_small_letters() -> None:
    assert EMAIL.validate_python(" Ana@Northwind.example ") == "ana@northwind.example"


@pytest.mark.parametrize("value", ["ana", "a@b@c", "a b@c", "Ana <a@b>", "a@b\nBcc: x", "a@", "@b", "a@b,c@d", None, 1])
def test_another_address_is_refused(value: object) -> None:
    assert not passes(EMAIL, value)


@pytest.mark.parametrize("value", ["Managed", "-x", "a b", "a_b", "ä", "a\u2010b"])
def test_a_key_in_other_letters_is_refused(value: str) -> None:
    assert not passes(SLUG, value)


@pytest.mark.parametrize("code", [0xE0041, 0xFFF9, 0x206A, 0xE000, 0x1D173], ids=hex)
def test_characters_that_nobody_sees_are_refused_whatever_their_plane(code: int) -> None:
    with pytest.raises(ValidationError, match=f"U\\+{code:04X}"):
        TypeAdapter(Name).validate_python(f"Ana{chr(code)}")


@pytest.mark.parametrize("name", ["می‌خواهم", "ক্‍ষ", "🖨️ Northwind", "Žluťoučký", "契約"])
def test_names_in_every_script_keep_what_their_letters_need(name: str) -> None:
    assert TypeAdapter(Name).validate_python(name)
