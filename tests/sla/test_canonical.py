"""Canonical bytes follow RFC 8785, and a digest depends on the value alone."""

import hashlib
import json
from decimal import Decimal

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from pydantic import RootModel

from sla.canonical import canonical_json, digest, text_digest
from sla.fields import Line, Plain, Value
from tests import people

Texts = RootModel[dict[str, str]]
texts = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"]))
)


class Sheet(Value):
    name: Line
    share: Plain = Decimal(0)


class LaterSheet(Sheet):
    """A later release of `Sheet` that has learnt one optional field."""

    note: Line | None = None


def test_strings_are_escaped_as_in_section_3_2_2() -> None:
    value = Texts({"string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/"})
    expected = '{"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    assert canonical_json(value) == expected.encode()


def test_names_are_sorted_by_their_utf_16_units_as_in_section_3_2_3() -> None:
    names = {"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One"}
    more = {"\U0001f600": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"}
    ordered = json.loads(canonical_json(Texts(names | more)))
    assert [*ordered.values()] == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


def test_nothing_is_between_the_parts_and_literals_are_lowercase() -> None:
    value = RootModel[dict[str, list[bool | int | None]]]({"b": [True, False, 56], "a": []})
    assert canonical_json(value) == b'{"a":[],"b":[true,false,56]}'


@given(texts)
def test_the_bytes_are_json_that_says_the_same(value: dict[str, str]) -> None:
    assert json.loads(canonical_json(Texts(value))) == value


@given(texts)
def test_the_order_of_keys_changes_no_digest(value: dict[str, str]) -> None:
    keys = sorted(value, key=lambda key: hashlib.sha256(key.encode()).digest())
    assert digest(Texts({key: value[key] for key in keys})) == digest(Texts(value))


@given(texts, texts)
def test_two_values_have_two_digests(first: dict[str, str], second: dict[str, str]) -> None:
    assert (digest(Texts(first)) == digest(Texts(second))) is (first == second)


@given(
    st.dictionaries(
        st.one_of(st.sampled_from(["start", "end", "at_2", "\u00f6", "a b", '"', ""]), st.text("ab_\u20ac\U0001f600")),
        st.one_of(
            st.text(st.characters(exclude_categories=["Cs"])),
            st.text('\x00\x1f\x7f"\\/\n\u2028\U0001f600'),
            st.integers(-(2**53) + 1, 2**53 - 1),
            st.booleans(),
        ),
    )
)
def test_a_flat_value_has_the_bytes_of_the_standard(value: dict[str, str | int | bool]) -> None:
    """However they are written: rows of evidence go past `rfc8785`, which is many times slower."""
    assert canonical_json(RootModel[dict[str, str | int | bool]](value)) == rfc8785.dumps(value)


@pytest.mark.parametrize("number", [2**53, -(2**53)])
def test_a_number_that_not_every_reader_knows_exactly_is_refused(number: int) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical_json(RootModel[dict[str, int]]({"number": number}))


def test_a_digest_is_the_sha_256_of_the_bytes() -> None:
    sheet = Sheet(name="A", share=Decimal("99.50"))
    assert canonical_json(sheet) == b'{"name":"A","share":"99.5"}'
    assert digest(sheet) == hashlib.sha256(b'{"name":"A","share":"99.5"}').hexdigest()
    assert text_digest("\u20ac") == hashlib.sha256("\u20ac".encode()).hexdigest()


def test_a_later_release_with_an_absent_field_keeps_the_digest() -> None:
    assert digest(LaterSheet(name="A")) == digest(Sheet(name="A"))


def test_terms_keep_their_digest_through_json() -> None:
    terms = people.terms()
    assert digest(type(terms).model_validate_json(terms.model_dump_json())) == digest(terms)
