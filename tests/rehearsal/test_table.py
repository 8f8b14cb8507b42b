"""A timeline on a terminal."""

from itertools import takewhile

import pytest

from rehearsal.table import lines
from rehearsal.timeline import Timeline
from tests.rehearsal.lives import REFUSED, declined, rehearsed, ten_years, three_years


def words(found: Timeline, width: int = 130) -> str:
    """Everything, as one line."""
    return " ".join(" ".join(lines(found, width)).split())


@pytest.mark.parametrize("width", [60, 80, 99, 100, 140, 250])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(len(line) for line in lines(rehearsed(three_years), width)) <= width


def test_every_event_is_told_with_its_reason() -> None:
    found = rehearsed(three_years)
    told = words(found, 500)
    assert [mark.sentence for mark in found.marks if mark.sentence not in told] == []
    assert "“Ten more devices are wanted. Both sides agree on that.”" in told


def test_a_reason_that_the_sentence_tells_already_is_not_told_twice() -> None:
    told = words(rehearsed(three_years), 500)
    assert "asked for by the customer. “" not in told


def test_times_are_those_of_the_contracts_zone() -> None:
    first = next(line for line in lines(rehearsed(three_years), 130) if "was received as 0001" in line)
    assert first.startswith("Mon 2026-03-02 10:00 ")


def test_ten_years_read_year_by_year() -> None:
    starts = [line.split()[0] for line in lines(rehearsed(ten_years), 130) if line[:4].isdigit()]
    assert starts == [str(year) for year in range(2027, 2038)]


def test_the_page_opens_with_what_it_is_and_what_is_assumed() -> None:
    opening = list(takewhile(bool, lines(rehearsed(three_years), 130)))
    assert opening[0] == "Managed printing for Northwind. Rehearsal: none of this has happened."
    assert "  assumed    Everybody answers within a day." in opening


def test_what_has_really_happened_is_told_apart() -> None:
    told = words(rehearsed(three_years).model_copy(update={"happened": 20}))
    assert "Rehearsal: nothing after event 20 has happened." in told
    assert "Until the signature, happened" in told
    assert "2027, happened" in told


def test_a_row_that_is_a_step_of_the_scenario_says_so() -> None:
    found = rehearsed(three_years)
    marked = tuple(mark.model_copy(update={"step": 3}) if mark.no == 5 else mark for mark in found.marks)
    told = words(found.model_copy(update={"marks": marked}), 500)
    assert told.count("[Step") == 1
    assert f"[Step 3] {found.marks[4].sentence}" in told


def test_the_figures_say_how_much_had_happened_before() -> None:
    told = words(rehearsed(three_years).model_copy(update={"happened": 20}))
    assert "events that had happened before 20, events rehearsed " in told


def test_it_closes_with_the_end_and_the_figures() -> None:
    told = words(rehearsed(three_years))
    assert "Terminated with the end of 31 Aug 2029: termination CRM-4711 (convenience)" in told
    assert "reviews held 6, reviews never concluded 4, renewals 0, amendments 1" in told


def test_a_life_that_was_never_signed_counts_no_reviews() -> None:
    told = words(rehearsed(declined))
    assert "Declined on 7 Mar 2026: The budget was cut." in told
    assert "reviews held" not in told


def test_what_was_refused_is_told_with_the_answer() -> None:
    assert f"To conclude the review: {REFUSED.sentence}".lower() in words(rehearsed(declined)).lower()


def test_markup_of_strangers_is_printed_as_it_stands() -> None:
    found = rehearsed(declined).model_copy(update={"title": "[bold red]x[/] :smile: [link=https://evil.example]y"})
    assert "[bold red]x[/] :smile: [link=https://evil.example]y" in words(found)
