"""Results as far as they are recorded, and the better levels that they suggest. REV-4."""

from datetime import date
from decimal import Decimal

import pytest

from sla.agreement import AgreementState, life_of
from sla.commands import RecordResults
from sla.errors import NotPossible, NotYourRole
from sla.events import Fact
from sla.life import Measured, Proposal, Results, ReviewOutcome
from sla.results import proposals, proposals_told, results_told
from sla.terms import Ratchet
from sla.transitions import act
from tests import people
from tests.people import ANA, CHEN, FINN
from tests.sla.lives import amended, berlin, concluded, do, played, refusal

LATE = berlin(2027, 6, 15)


def of_month(month: int, works: str = "99.9", looked: str | None = "97") -> Results:
    measured = [Measured(target="printing-works", value=Decimal(works))]
    if looked is not None:
        measured.append(Measured(target="first-look", value=Decimal(looked)))
    return Results(start=date(2027, month, 1), end=date(2027, month + 1, 1), measured=tuple(measured))


def recording(results: Results, by: str = CHEN) -> RecordResults:
    return RecordResults(by=by, decision_id=f"r-{results.start}", results=results)


def begun(**changes: object) -> AgreementState:
    return played(people.in_force(**changes), LATE)


def recorded(*results: Results, after: int | None = 3) -> AgreementState:
    state = begun(ratchet=Ratchet(after_results=after) if after else None)
    return do(state, *(recording(each) for each in results), now=LATE)


def test_results_are_recorded_and_the_event_says_which_targets_missed() -> None:
    transition = act(begun(), recording(of_month(1, works="99.4")), LATE)
    assert transition.event.fact is Fact.RESULTS_RECORDED
    assert transition.event.sentence == (
        "Chen Wei recorded results of 2027-01-01 until 2027-02-01: printing-works missed the committed level."
    )


def test_results_that_meet_every_level_say_so() -> None:
    transition = act(begun(), recording(of_month(1, works="99.5", looked="95"), by=FINN), LATE)
    assert transition.event.sentence == (
        "Finn Doyle recorded results of 2027-01-01 until 2027-02-01: every one met its committed level."
    )


def raised() -> AgreementState:
    """From 16 June on, edition 3 promises 99.95 percent; 99.5 were promised before."""
    terms = people.terms("1000.00")
    better = terms.targets[0].model_copy(update={"committed": Decimal("99.95")})
    return played(
        amended(begun(), terms.model_copy(update={"targets": (better, *terms.targets[1:])}), LATE), berlin(2027, 8, 2)
    )


def test_a_period_is_not_judged_by_levels_that_were_not_yet_promised_in_it() -> None:
    transition = act(raised(), recording(of_month(6)), berlin(2027, 8, 2))
    assert transition.event.sentence == (
        "Chen Wei recorded results of 2027-06-01 until 2027-07-01: an earlier edition counted then, so edition 3 does "
        "not judge them."
    )


def test_the_first_whole_period_of_an_edition_is_judged_by_it() -> None:
    transition = act(raised(), recording(of_month(7)), berlin(2027, 8, 2))
    assert transition.event.sentence.endswith("printing-works missed the committed level.")


def test_the_pack_calls_no_level_missed_that_was_not_yet_promised() -> None:
    told = results_told(do(raised(), recording(of_month(6)), now=berlin(2027, 8, 2)))[0]
    assert (told.is_met, told.said) == (
        None,
        "99.9 % from 2027-06-01 until 2027-07-01, committed 99.95 % from then on",
    )


def test_the_state_keeps_the_last_twelve_results_only() -> None:
    state = begun()
    for no in range(14):
        week = Results(start=date(2027, 1, 1 + no), end=date(2027, 1, 2 + no), measured=of_month(1).measured)
        state = do(state, recording(week), now=LATE)
    assert [each.start.day for each in life_of(state).results] == list(range(3, 15))


# -- proposals


def test_sustained_over_performance_proposes_the_lowest_of_the_results() -> None:
    state = recorded(of_month(1, "99.9"), of_month(2, "99.7"), of_month(3, "99.8"), after=3)
    assert proposals(state) == (
        Proposal(target="printing-works", level=Decimal("99.7")),
        Proposal(target="first-look", level=Decimal(97)),
    )


def test_a_proposal_is_told_as_a_sentence() -> None:
    state = recorded(of_month(1, "99.9", None), of_month(2, "99.7", None), after=2)
    assert proposals_told(state, proposals(state)) == (
        "Printing works: commit to 99.7 % instead of 99.5 %; the last 2 results were all better.",
    )


def test_a_result_that_only_meets_the_level_proposes_nothing() -> None:
    assert proposals(recorded(of_month(1, "99.5", "95"), after=1)) == ()


def test_a_missing_result_is_never_read_as_better() -> None:
    state = recorded(of_month(1, "99.9", "97"), of_month(2, "99.9", None), after=2)
    assert [each.target for each in proposals(state)] == ["printing-works"]


def test_too_few_results_propose_nothing() -> None:
    assert proposals(recorded(of_month(1), of_month(2), after=3)) == ()


def test_terms_without_the_rule_propose_nothing() -> None:
    assert proposals(recorded(of_month(1), of_month(2), of_month(3), after=None)) == ()


def test_to_raise_the_target_takes_the_proposals_into_the_amendment() -> None:
    state = recorded(of_month(1, "99.9"), after=1)
    transition = concluded(state, LATE, ReviewOutcome.RAISE_TARGET)
    assert transition.state.amendment is not None
    assert transition.state.amendment.proposals == proposals(state)
    assert transition.event.sentence.endswith("Amendment 1 begins with 2 proposed levels.")


def test_to_renegotiate_proposes_no_level() -> None:
    state = recorded(of_month(1, "99.9"), after=1)
    amendment = concluded(state, LATE, ReviewOutcome.RENEGOTIATE).state.amendment
    assert amendment is not None
    assert amendment.proposals == ()


# -- bad input


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        ((2027, 2, 1), (2027, 2, 1), "the period ends on 2027-02-01, not after 2027-02-01; a later end is expected"),
        (
            (2027, 6, 1),
            (2027, 6, 16),
            "the period ends on 2027-06-16, which is ahead; results of a period that is over count",
        ),
        ((2026, 12, 1), (2027, 1, 1), "the term began on 2027-01-01; a period from then on is expected"),
        ((2027, 1, 31), (2027, 2, 28), "results are recorded until 2027-02-01; a period from then on is expected"),
    ],
)
def test_a_period_that_cannot_be_is_refused(start: tuple[int, int, int], end: tuple[int, int, int], told: str) -> None:
    state = recorded(of_month(1))
    results = Results(start=date(*start), end=date(*end), measured=of_month(1).measured)
    assert refusal(state, recording(results), NotPossible, LATE) == told


@pytest.mark.parametrize(
    ("measured", "told"),
    [
        ((), "no target is named; at least one result is expected"),
        (
            (("uptime", "99"),),
            "uptime is no target of this edition; one of printing-works, first-look is expected",
        ),
        ((("first-look", "101"),), "101 is no value of first-look; one from 0 to 100 is expected"),
        ((("first-look", "-1"),), "-1 is no value of first-look; one from 0 to 100 is expected"),
        ((("first-look", "99"), ("first-look", "98")), "a target is named twice; each once is expected"),
    ],
)
def test_results_of_no_target_or_of_no_value_are_refused(measured: tuple[tuple[str, str], ...], told: str) -> None:
    named = tuple(Measured(target=target, value=Decimal(value)) for target, value in measured)
    results = of_month(1).model_copy(update={"measured": named})
    assert refusal(begun(), recording(results), NotPossible, LATE) == told


def test_the_customer_records_no_results_and_reads_who_does() -> None:
    told = refusal(begun(), recording(of_month(1), by=ANA), NotYourRole, LATE)
    assert "Chen Wei, Finn Doyle" in told
