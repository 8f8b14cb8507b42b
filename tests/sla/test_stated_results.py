"""What a review reads of statements, and what is recorded from them. REV-1, REV-4, MON-10, MON-14."""

from decimal import Decimal
from fractions import Fraction

import pytest

from sla.errors import NotPossible
from sla.figures import Figure, Status
from sla.life import Measured
from sla.periods import period_named
from sla.stated_results import MOST_BEFORE, results_of, told_by_statements
from sla.statements import Statement
from tests.stated import stated

ZONE = "Europe/Berlin"


def month(name: str, *changed: dict[str, object]) -> Statement:
    """The statement of a month, with one part of its target for each of the changes."""
    made = stated("0001", period_named(name, ZONE))
    return made.model_copy(update={"figures": tuple(made.figures[0].model_copy(update=each) for each in changed)})


def part(value: str | None, status: Status) -> dict[str, object]:
    attainment = None if value is None else Fraction(value)
    return {"attainment": attainment, "shown": None if value is None else Decimal(value), "status": status}


def test_of_several_parts_the_missed_one_is_told() -> None:
    (works, paid) = told_by_statements([month("2027-03", part("99.9", Status.MET), part("90", Status.MISSED))], {})
    assert (works.is_met, works.said) == (False, "90 in 2027-03, committed 95")
    assert paid.said == "EUR 50.00 for 2027-03"


def test_a_part_without_data_is_not_told_as_met() -> None:
    (works, _) = told_by_statements([month("2027-03", part("99.9", Status.MET), part(None, Status.NO_DATA))], {})
    assert (works.is_met, works.said) == (None, "no data in 2027-03, committed 95")


def test_a_part_of_which_nothing_was_left_to_judge_stands_in_nobodys_way() -> None:
    (works, _) = told_by_statements([month("2027-03", part(None, Status.EXCLUDED), part("99.9", Status.MET))], {})
    assert (works.is_met, works.said) == (True, "99.9 in 2027-03, committed 95")


def test_a_disputed_figure_is_neither_met_nor_missed() -> None:
    (works, _) = told_by_statements([month("2027-03", {**part("90", Status.MISSED), "dispute": 2})], {})
    assert (works.is_met, works.said) == (None, "90 in 2027-03, committed 95, disputed (2)")


def test_missing_data_is_told_as_what_it_counts_for() -> None:
    silent = [month("2027-02", part(None, Status.NO_DATA)), month("2027-03", part(None, Status.MISSED))]
    (works, _) = told_by_statements(silent, {})
    assert (works.is_met, works.said) == (
        False,
        "missed for want of data in 2027-03, committed 95; before: no data in 2027-02",
    )


def test_no_more_than_a_few_earlier_periods_are_told() -> None:
    year = [month(f"2027-{no:02}", part("99", Status.MET)) for no in range(1, 13)]
    (works, _) = told_by_statements(year, {})
    assert works.said.count("2027-") == MOST_BEFORE + 1
    assert works.said.endswith("99 in 2027-11, 99 in 2027-10, 99 in 2027-09")


def test_what_is_recorded_is_the_lowest_part_over_the_days_of_the_period() -> None:
    found = results_of(month("2027-03", part("99.9", Status.MET), part("90", Status.MISSED)))
    assert (found.start, found.end) == (period_named("2027-03", ZONE).start, period_named("2027-03", ZONE).end)
    assert found.measured == (Measured(target="first-look", value=Decimal(90)),)


@pytest.mark.parametrize("status", [Status.NO_DATA, Status.MISSED])
def test_what_is_missing_in_a_part_is_not_recorded(status: Status) -> None:
    assert results_of(month("2027-03", part("99.9", Status.MET), part(None, status))).measured == ()


def test_a_part_of_which_nothing_was_left_to_judge_keeps_no_other_from_being_recorded() -> None:
    found = results_of(month("2027-03", part("99.9", Status.MET), part(None, Status.EXCLUDED)))
    assert found.measured == (Measured(target="first-look", value=Decimal("99.9")),)


def test_a_disputed_figure_is_not_recorded() -> None:
    disputed: Figure = month("2027-03", {**part("90", Status.MISSED), "dispute": 2}).figures[0]
    statement = month("2027-03").model_copy(update={"figures": (disputed,)})
    with pytest.raises(NotPossible, match=r"first-look of 2027-03 is disputed \(2\)"):
        results_of(statement)
