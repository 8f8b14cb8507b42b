"""The review itself: its pack, its opening, its outcome, and what silence makes of it. REV-1, REV-3, REV-5."""

from datetime import date

import pytest
from pydantic import ValidationError

from sla.agreement import AgreementState, life_of
from sla.commands import ConcludeReview, RequestChange
from sla.ending_commands import OpenTermination
from sla.errors import AlreadyDone, NotPossible, NotYourRole
from sla.events import Fact
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.life import Cause, ChangeKind, ReviewOutcome
from sla.living import risks
from sla.stages import Stage, Verb
from tests import people
from tests.people import ANA, BO, EVE, FINN, INES, LENA
from tests.sla.lives import berlin, by_itself, concluded, do, letters, played, refusal, renegotiating, sentences

OPENED = berlin(2027, 4, 1, 10)


def a_review() -> AgreementState:
    """The standard agreement on the day of its first review, which is open."""
    return played(people.in_force(), OPENED)


def conclusion(review: str, by: str = FINN, outcome: ReviewOutcome = ReviewOutcome.KEEP) -> ConcludeReview:
    return ConcludeReview(
        by=by,
        decision_id="c",
        review=review,
        outcome=outcome,
        reason="We looked back.",
        provider_satisfaction=4,
        customer_satisfaction=3,
    )


def test_the_pack_goes_to_both_sides_fourteen_days_before_the_review() -> None:
    prepared = by_itself(people.in_force(), berlin(2027, 3, 18, 10))[-1]
    assert prepared.event.at == berlin(2027, 3, 18, 10)
    assert prepared.event.fact is Fact.REVIEW_PREPARED
    assert prepared.event.sentence == (
        "The pack of review 1 went out to both sides; it is held on 2027-04-01 10:00 Europe/Berlin."
    )
    assert letters(prepared) == {(LetterKind.REVIEW_PACK, to) for to in (ANA, INES, BO, FINN)}


def test_a_review_opens_on_its_day_and_its_managers_are_asked_to_conclude_it() -> None:
    opened = by_itself(people.in_force(), OPENED)[-1]
    assert (opened.event.at, opened.event.fact, opened.event.sentence) == (
        OPENED,
        Fact.REVIEW_OPENED,
        "Review 1 is open.",
    )
    assert letters(opened) == {(LetterKind.REVIEW_WANTED, to) for to in (BO, FINN)}


def test_a_review_on_a_free_day_is_held_on_the_next_working_day() -> None:
    """1 January 2028 is a Saturday."""
    state = played(people.in_force(renewal=None, period=_two_years()), berlin(2028, 1, 3, 9))
    assert life_of(state).last_review == 3
    assert life_of(played(state, berlin(2028, 1, 3, 10))).last_review == 4


def _two_years() -> object:
    return people.form().period.model_copy(update={"end": date(2029, 1, 1)})


def test_a_conclusion_keeps_the_outcome_the_reason_and_the_satisfaction_of_both_sides() -> None:
    transition = concluded(a_review(), berlin(2027, 4, 2))
    held = life_of(transition.state).held[-1]
    assert (held.no, held.outcome, held.provider_satisfaction, held.customer_satisfaction) == (
        "1",
        ReviewOutcome.KEEP,
        4,
        3,
    )
    assert transition.event.sentence == (
        "Finn Doyle concluded review 1: to keep the terms. Satisfaction: provider 4, customer 3 of 5."
    )
    assert transition.event.reason == "We looked back together."
    assert letters(transition) == {(LetterKind.REVIEW_CONCLUDED, to) for to in (ANA, INES, BO)}


def test_after_its_conclusion_nobody_is_waited_for() -> None:
    state = concluded(a_review(), berlin(2027, 4, 2)).state
    assert (state.waits, life_of(state).review, life_of(state).closed_reviews) == ((), None, 1)


def test_the_state_remembers_the_last_reviews_only() -> None:
    state = people.in_force()
    for _ in range(14):
        asked = RequestChange(by=ANA, decision_id=f"a{state.head.seq}", kinds=(ChangeKind.PRICE,), text="Less.")
        state = concluded(do(state, asked), berlin(2027, 2, 1)).state
    assert [held.no for held in life_of(state).held] == [f"x{no}" for no in range(3, 15)]
    assert life_of(state).closed_reviews == 14


@pytest.mark.parametrize("score", [0, 6])
def test_satisfaction_goes_from_one_to_five(score: int) -> None:
    with pytest.raises(ValidationError, match="customer_satisfaction"):
        ConcludeReview.model_validate(conclusion("1").model_dump() | {"customer_satisfaction": score})


# -- silence


def test_silence_reminds_twice_escalates_and_then_the_review_is_overdue() -> None:
    happened = by_itself(a_review(), berlin(2027, 5, 1))
    assert sentences(happened) == [
        "Bo Lindqvist was reminded to conclude the review.",
        "Finn Doyle was reminded to conclude the review.",
        "Bo Lindqvist was reminded to conclude the review.",
        "Finn Doyle was reminded to conclude the review.",
        "Bo Lindqvist is still to conclude the review; Lena Vogt was told.",
        "Finn Doyle is still to conclude the review; Lena Vogt was told.",
        "Review 1 is overdue: nobody has concluded it since 2027-04-01 10:00 Europe/Berlin.",
    ]


def test_an_overdue_review_is_an_event_that_the_managers_and_those_who_help_are_told_of_once() -> None:
    overdue = by_itself(a_review(), berlin(2027, 5, 1))[-1]
    assert overdue.event.fact is Fact.REVIEW_OVERDUE
    assert letters(overdue) == {(LetterKind.REVIEW_OVERDUE, to) for to in (BO, FINN, LENA)}


def test_an_overdue_review_is_a_risk_until_it_is_concluded() -> None:
    state = played(a_review(), berlin(2027, 5, 1))
    assert risks(state) == ("review 1 overdue",)
    assert risks(concluded(state, berlin(2027, 5, 2)).state) == ()


def test_after_it_is_overdue_nobody_is_reminded_again() -> None:
    state = played(a_review(), berlin(2027, 5, 1))
    assert [wait.due for wait in state.waits] == [None, None]
    assert by_itself(state, berlin(2027, 6, 16)) == []


def test_an_overdue_review_can_still_be_concluded() -> None:
    state = played(a_review(), berlin(2027, 5, 1))
    assert concluded(state, berlin(2027, 5, 2), by=BO).event.fact is Fact.REVIEW_CONCLUDED


def test_the_next_review_still_comes_and_takes_the_place_of_the_one_that_is_open() -> None:
    state = played(a_review(), berlin(2027, 6, 30))
    opened = by_itself(state, berlin(2027, 7, 1))[-1]
    assert opened.event.sentence == "Review 2 is open. Review 1 was never concluded."
    life = life_of(opened.state)
    assert life.review is not None
    assert (life.review.no, life.review.is_overdue, life.closed_reviews) == ("2", False, 1)
    assert [(wait.verb, wait.subject) for wait in opened.state.waits] == [(Verb.CONCLUDE_REVIEW, "2")] * 2


def test_changes_that_the_open_review_has_not_answered_wait_for_the_next_one() -> None:
    asked = RequestChange(by=ANA, decision_id="a", kinds=(ChangeKind.HOURS,), text="We open on Saturdays.")
    state = played(do(a_review(), asked, now=OPENED), berlin(2027, 7, 1))
    assert [change.text for change in life_of(state).changes] == ["We open on Saturdays."]
    assert life_of(concluded(state, berlin(2027, 7, 2)).state).changes == ()


# -- what an outcome sets going


def test_to_renegotiate_begins_an_amendment_and_says_so() -> None:
    transition = concluded(a_review(), berlin(2027, 4, 2), ReviewOutcome.RENEGOTIATE)
    amendment = transition.state.amendment
    assert amendment is not None
    assert (amendment.no, amendment.decided_in, amendment.stage) == (1, "1", Stage.DRAFTING)
    assert transition.event.sentence == (
        "Finn Doyle concluded review 1: to renegotiate the terms. Satisfaction: provider 4, customer 3 of 5. "
        "Amendment 1 begins."
    )
    assert letters(transition) == {
        (LetterKind.DRAFT_WANTED, FINN),
        *((LetterKind.AMENDMENT_BEGUN, to) for to in (ANA, INES, BO)),
    }


def test_to_raise_the_target_begins_an_amendment_even_without_a_proposal() -> None:
    transition = concluded(a_review(), berlin(2027, 4, 2), ReviewOutcome.RAISE_TARGET)
    assert transition.state.amendment is not None
    assert transition.state.amendment.proposals == ()
    assert transition.event.sentence.endswith(
        "to raise the target. Satisfaction: provider 4, customer 3 of 5. Amendment 1 begins."
    )


def test_to_end_it_only_advises_and_the_agreement_goes_on() -> None:
    transition = concluded(a_review(), berlin(2027, 4, 2), ReviewOutcome.TERMINATE)
    assert (transition.state.stage, transition.state.amendment) == (Stage.ACTIVE, None)
    assert life_of(transition.state).termination is None
    assert transition.event.sentence.endswith(
        "The agreement goes on until a termination is opened for a case of the CRM."
    )


def test_who_opens_terminations_is_told_how_when_a_review_advises_one() -> None:
    transition = concluded(a_review(), berlin(2027, 4, 2), ReviewOutcome.TERMINATE)
    steps = {letter.to: letter.context.next_step for letter in transition.letters}
    assert steps[BO] == "Open the termination with the number of its CRM case, if it is to end."
    assert (steps[ANA], steps[INES]) == (None, None)


# -- bad input


def test_a_review_that_is_concluded_already_is_not_concluded_again() -> None:
    state = concluded(a_review(), berlin(2027, 4, 2)).state
    told = refusal(state, conclusion("1"), NotPossible, berlin(2027, 4, 3))
    assert told == (
        "no review of 0001 is open (review 1 was concluded on 2027-04-02); "
        "review 2 opens on 2027-07-01 10:00 Europe/Berlin"
    )


def test_of_a_review_concluded_earlier_the_refusal_says_which_one_is_open() -> None:
    state = played(concluded(a_review(), berlin(2027, 4, 2)).state, berlin(2027, 7, 1))
    told = refusal(state, conclusion("1"), AlreadyDone, berlin(2027, 7, 2))
    assert told == "review 1 is concluded already; review 2 is open"


def test_a_review_that_is_not_open_is_not_concluded() -> None:
    told = refusal(a_review(), conclusion("2"), NotPossible, berlin(2027, 4, 2))
    assert told == "review 2 is not open; review 1 is"


def test_before_the_first_review_the_refusal_says_when_it_opens() -> None:
    told = refusal(people.in_force(), conclusion("1"), NotPossible)
    assert told == "no review of 0001 is open; review 1 opens on 2027-04-01 10:00 Europe/Berlin"


def test_after_the_last_review_of_the_term_none_is_ahead() -> None:
    state = concluded(played(people.in_force(), berlin(2027, 10, 1)), berlin(2027, 10, 2)).state
    told = refusal(state, conclusion("4"), NotPossible, berlin(2027, 10, 3))
    assert told == "no review of 0001 is open (review 3 was concluded on 2027-10-02); none is ahead"


def test_a_stranger_concludes_no_review() -> None:
    told = refusal(a_review(), conclusion("1", by=EVE), NotYourRole, berlin(2027, 4, 2))
    assert told == f"{EVE} is nobody whom agreement 0001 knows; one of its people may conclude the review"


def test_the_customer_does_not_conclude_a_review_and_reads_who_does() -> None:
    told = refusal(a_review(), conclusion("1", by=ANA), NotYourRole, berlin(2027, 4, 2))
    assert "Finn Doyle, Bo Lindqvist" in told


@pytest.mark.parametrize("outcome", [ReviewOutcome.RENEGOTIATE, ReviewOutcome.RAISE_TARGET])
def test_no_second_amendment_begins_while_one_is_on_its_way(outcome: ReviewOutcome) -> None:
    state = played(renegotiating(people.in_force(), berlin(2027, 3, 1)), OPENED)
    told = refusal(state, conclusion("1", outcome=outcome), NotPossible, berlin(2027, 4, 2))
    assert told == "amendment 1 of 0001 is on its way (drafting); one at a time: finish or withdraw it first"


def test_no_amendment_begins_while_a_termination_is_open() -> None:
    opened = OpenTermination(
        by=BO,
        decision_id="t",
        case="CRM-1",
        cause=Cause.CONVENIENCE,
        requested_by=Side.CUSTOMER,
        effective=date(2027, 9, 30),
        reason="They move.",
    )
    state = do(a_review(), opened, now=berlin(2027, 4, 2))
    told = refusal(state, conclusion("1", outcome=ReviewOutcome.RENEGOTIATE), NotPossible, berlin(2027, 4, 3))
    assert told == "0001 ends by termination CRM-1 on 2027-09-30; withdraw the termination to amend it"


def test_a_review_that_is_refused_stays_open() -> None:
    state = played(renegotiating(people.in_force(), berlin(2027, 3, 1)), OPENED)
    refusal(state, conclusion("1", outcome=ReviewOutcome.RENEGOTIATE), NotPossible, berlin(2027, 4, 2))
    assert concluded(state, berlin(2027, 4, 2)).state.amendment is not None
