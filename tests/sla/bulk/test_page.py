"""A page that is judged in one pass says what each case says alone. Source: MON-16."""

from datetime import date, timedelta

import pytest

from sla.applied import Applied
from sla.bulk.page import stated, times_of_page
from sla.errors import BadInput
from sla.stating import Case, state
from tests.sla.judged import OFFICE, case, outage, row, some_terms, target
from tests.sla.test_compliance_lives import SEEDS, life


def a_case(seed: int) -> Case:
    one = life(seed)
    terms = some_terms(target(unknown=one.rule), target("outcome", id="happy", committed="4", acceptable="3"))
    hours = some_terms(calendar=one.calendar).hours
    terms = terms.model_copy(update={"hours": hours, "period": terms.period.model_copy(update={"zone": one.zone})})
    always = Applied(terms=terms, since=one.around - timedelta(days=40))
    return case(terms, *one.rows, period=one.period, applied=(always,), as_of=one.period.ends)


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Those of one year: a table spans all days of its page."""
    found = [a_case(seed) for seed in SEEDS]
    return [each for each in found if each.period.start.year >= 2026]


def test_a_page_says_what_each_case_says_alone(cases: list[Case]) -> None:
    assert len(cases) > 5
    assert stated(cases) == [state(each) for each in cases]
    assert all(times_of_page(cases))


def test_one_bad_case_spoils_no_other() -> None:
    good = case(some_terms(target(), calendar=OFFICE), outage("03-04 10:00", "03-04 12:00"))
    late = OFFICE.model_copy(update={"effective": OFFICE_BEGINS})
    bad = case(some_terms(target(), calendar=late), outage("03-04 10:00", "03-04 12:00"))
    found = stated([good, bad, good])
    assert (found[0], found[2]) == (state(good), state(good))
    assert isinstance(found[1], BadInput)


def test_a_page_of_other_forms_adds_up_nothing() -> None:
    happy = some_terms(target("outcome", id="happy", committed="4", acceptable="3"))
    one = case(happy, row("score", target="happy", at="2027-03-04T10:00:00Z", value="4"))
    assert stated([one]) == [state(one)]
    assert stated([]) == []


OFFICE_BEGINS = date(2027, 3, 10)
