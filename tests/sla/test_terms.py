"""Terms: periods that run forward, and editions whose hash binds everything that was said."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sla.terms import Edition, Origin, Period, Selection, ServiceHours, Terms
from tests import people

DAYS = st.dates(date(1990, 1, 1), date(2149, 12, 31))


def period(start: date, end: date) -> Period:
    return Period(start=start, end=end, zone="Europe/Berlin")


def edition(terms: Terms, no: int = 1, requirements: str = "a" * 64) -> Edition:
    return Edition(
        no=no, origin=Origin.DRAFT, author=people.FINN, at=people.MONDAY, requirements_hash=requirements, terms=terms
    )


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2027, 1, 1), date(2028, 1, 1), 12),
        (date(2027, 1, 1), date(2027, 1, 2), 1),
        (date(2027, 1, 15), date(2027, 2, 15), 1),
        (date(2027, 1, 15), date(2027, 2, 16), 2),
        (date(2027, 1, 31), date(2027, 2, 28), 1),
        (date(2027, 1, 31), date(2027, 3, 1), 2),
        (date(2028, 2, 29), date(2029, 2, 28), 12),
        (date(2027, 2, 1), date(2077, 2, 1), 600),
    ],
)
def test_each_begun_month_counts(start: date, end: date, months: int) -> None:
    assert period(start, end).months == months


@given(DAYS, st.integers(1, 49 * 365))
def test_a_longer_period_never_has_fewer_months(start: date, length: int) -> None:
    end = date.fromordinal(start.toordinal() + length)
    assert 1 <= period(start, end).months <= period(start, date.fromordinal(end.toordinal() + 1)).months


@pytest.mark.parametrize(
    ("start", "end", "wrong"),
    [
        (date(2027, 2, 1), date(2027, 2, 1), "a later end"),
        (date(2027, 2, 1), date(2027, 1, 31), "a later end"),
        (date(2027, 2, 1), date(2077, 2, 2), "longer than 50 years; an end by 2077-02-01"),
        (date(2028, 2, 29), date(2078, 3, 1), "longer than 50 years; an end by 2078-02-28"),
    ],
)
def test_a_period_that_runs_backwards_or_beyond_fifty_years_is_refused(start: date, end: date, wrong: str) -> None:
    with pytest.raises(ValidationError, match=wrong):
        period(start, end)


@pytest.mark.parametrize("quantity", [0, -1, 10_000_001, True, "1_0", 1.0])
def test_a_quantity_that_cannot_be_is_refused(quantity: object) -> None:
    with pytest.raises(ValidationError):
        Selection.model_validate({"level": "basic", "quantity": quantity})


def test_an_option_is_selected_once() -> None:
    with pytest.raises(ValidationError, match="each once"):
        Selection(level="basic", options=("a", "a"))


def test_the_hash_of_an_edition_binds_number_terms_and_requirements() -> None:
    first = edition(people.terms())
    others = [
        edition(people.terms(), no=2),
        edition(people.terms(), requirements="b" * 64),
        edition(people.terms(title="Another title")),
        edition(people.terms(fee="999.99")),
        edition(people.terms(hours=ServiceHours(description="Always"))),
    ]
    assert len({first.hash, *(other.hash for other in others)}) == 6
    assert first.ref.hash == first.hash


def test_who_wrote_an_edition_and_when_is_not_in_its_hash() -> None:
    first = edition(people.terms())
    assert first.model_copy(update={"author": people.BO}).hash == first.hash


def test_terms_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        people.terms().title = "Another title"  # type: ignore[misc]


def test_terms_read_back_as_they_were_written() -> None:
    terms = people.terms()
    assert Terms.model_validate_json(terms.model_dump_json()) == terms


def test_terms_drop_what_a_later_release_added() -> None:
    later = {**people.terms().model_dump(), "annex": "new"}
    assert Terms.model_validate(later) == people.terms()
