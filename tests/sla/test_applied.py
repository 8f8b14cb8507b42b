"""Parts of a period, while it is not over and other terms lie ahead. MON-7, MON-5."""

from datetime import timedelta
from fractions import Fraction

from sla.applied import parts_of
from sla.compliance import judge
from tests.sla.judged import MARCH, applied, at, outage, row, some_terms, target

BEFORE = applied(some_terms(target()), "2027-01-01", "2027-03-16")
AFTER = applied(some_terms(target()), "2027-03-16", no=2)


def test_an_edition_ahead_that_leaves_a_line_as_it_was_makes_nothing_known_before_its_time() -> None:
    known = at("03-08 12:00")
    assert [part.as_of for part in parts_of(MARCH, (BEFORE, AFTER), known)] == [known]


def test_a_month_so_far_is_the_same_with_and_without_an_edition_ahead_that_leaves_a_line_as_it_was() -> None:
    known = MARCH.begins + timedelta(days=7)
    rows = [outage("03-03 10:00", "03-03 11:40"), outage("03-10 10:00", "03-10 20:00")]
    (alone,) = judge(MARCH, (applied(some_terms(target())),), rows, known).figures
    (joined,) = judge(MARCH, (BEFORE, AFTER), rows, known).figures
    assert (joined.attainment, joined.budget) == (alone.attainment, alone.budget)
    assert joined.attainment == 100 - Fraction(100 * 100, 7 * 24 * 60)


def test_what_happens_later_is_not_counted_yet_though_an_edition_ahead_begins_later_still() -> None:
    said = target("good_event_ratio", good="answered", valid="all calls")
    ahead = (applied(some_terms(said), "2027-01-01", "2027-03-16"), applied(some_terms(said), "2027-03-16", no=2))
    rows = [
        row("count", target="it-works", at=at(when), good=good, valid=10)
        for when, good in (("03-02 10:00", 10), ("03-12 10:00", 0))
    ]
    (figure,) = judge(MARCH, ahead, rows, at("03-08 12:00")).figures
    assert figure.attainment == 100
