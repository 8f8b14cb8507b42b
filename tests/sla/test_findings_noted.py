"""What a finding does to an agreement: each kind once, never refused, told once. MON-5, MON-9, MON-11, TER-3."""

from datetime import date

import pytest

from sla.agreement import life_of
from sla.commands import ClaimCredit, OfferRight
from sla.credit_scheme import CreditScheme
from sla.errors import NotYourRole
from sla.events import Fact
from sla.findings import FindingKind
from sla.findings_noted import RIGHT_STANDS, heeds
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.lifecycle import permit
from sla.stages import Stage, Verb
from sla.term import day_at
from sla.termination_rights import MOST_RIGHTS
from sla.transitions import act
from tests import people
from tests.people import ANA, BO, CHEN, FINN, INES
from tests.sla.found import FEBRUARY, STATEMENT, begun, finding, noted
from tests.sla.lives import berlin, do, letters, played, state_in

BOTH_SIDES = (ANA, INES, BO, FINN)


# -- a miss


def test_a_miss_is_a_fact_with_its_statement_and_opens_an_action_of_the_engineer() -> None:
    transition = noted(begun(), finding(credit="50.00"))
    assert (transition.event.fact, transition.event.by) == (Fact.TARGET_MISSED, "system")
    assert transition.event.sentence == (
        "Target printing-works was missed in 2027-01 (statement 3f2a9c1b); corrective action 1 is opened for Chen Wei, "
        "due by 2027-02-16. The statement comes to a credit of EUR 50.00 in all."
    )
    assert transition.event.reason == "99.1 % where 99.5 % is committed."
    assert transition.event.decision_id == "found/miss/2027-01/printing-works"


def test_a_credit_that_must_be_claimed_is_told_as_one() -> None:
    scheme = CreditScheme.model_validate(
        {"rules": [{"bands": [{"below": "99.5", "percent": "5"}]}], "claim": {"days": 30}}
    )
    transition = noted(begun(credits=scheme), finding(credit="50.00"))
    assert transition.event.sentence.endswith("a credit of EUR 50.00 in all, if it is claimed in time.")


def test_a_credit_that_is_claimed_already_is_not_asked_for_again() -> None:
    scheme = CreditScheme.model_validate(
        {"rules": [{"bands": [{"below": "99.5", "percent": "5"}]}], "claim": {"days": 30}}
    )
    claim = ClaimCredit(by=ANA, decision_id="claim", period="2027-01", statement=STATEMENT)
    state = do(begun(credits=scheme), claim, now=FEBRUARY)
    transition = noted(state, finding(FindingKind.RESTATED, subject="r2", credit="20.00"))
    assert transition.event.sentence.endswith("a credit of EUR 20.00 in all, which is claimed.")


def test_a_credit_of_nothing_is_not_told() -> None:
    assert "credit" not in noted(begun(), finding(credit="0.00")).event.sentence


def test_each_person_gets_one_letter_about_a_miss_and_the_owners_asks_for_the_action() -> None:
    transition = noted(begun(), finding())
    assert letters(transition) == {
        *((LetterKind.TARGET_MISSED, to) for to in BOTH_SIDES),
        (LetterKind.ACTION_WANTED, CHEN),
    }
    asked = next(letter for letter in transition.letters if letter.to == CHEN)
    assert asked.context.reason == "99.1 % where 99.5 % is committed."
    assert asked.context.command == f"sla complete-action 0001 1 --evidence TEXT --as {CHEN}"
    assert asked.context.due == berlin(2027, 2, 16, 23).replace(minute=59)


def test_a_side_reads_how_to_dispute_the_very_figure() -> None:
    transition = noted(begun(), finding())
    told = next(letter for letter in transition.letters if letter.to == ANA)
    assert (told.context.next_step, told.context.command) == (
        None,
        f"sla dispute 0001 --period 2027-01 --target printing-works --statement {STATEMENT} --reason TEXT --as {ANA}",
    )


def test_without_an_engineer_the_sla_manager_owns_the_action_and_gets_one_letter() -> None:
    state = begun().model_copy(update={"engineer": None})
    transition = noted(state, finding())
    assert life_of(transition.state).actions[0].owner == FINN
    assert [letter.kind for letter in transition.letters if letter.to == FINN] == [LetterKind.ACTION_WANTED]


def test_a_miss_of_no_target_is_told_and_opens_nothing() -> None:
    transition = noted(begun(), finding(subject=None))
    assert transition.event.sentence == (
        "A target was missed in 2027-01 (statement 3f2a9c1b); no target is named, so no corrective action is opened."
    )
    assert life_of(transition.state).actions == ()


# -- a warning


def test_a_forecast_goes_to_the_managers_and_the_engineer_and_to_nobody_of_the_customer() -> None:
    transition = noted(begun(), finding(FindingKind.EARLY_WARNING, "2027-02", statement=None))
    assert transition.event.fact is Fact.BREACH_FORECAST
    assert (
        transition.event.sentence == "An early warning came about target printing-works in 2027-02, which is not over."
    )
    assert letters(transition) == {(LetterKind.BREACH_FORECAST, to) for to in (BO, FINN, CHEN)}
    assert {None} == {letter.context.command for letter in transition.letters}


# -- a watermelon


def test_a_watermelon_opens_a_review_at_once_and_both_sides_are_told() -> None:
    transition = noted(begun(), finding(FindingKind.WATERMELON, subject="satisfaction"))
    review = life_of(transition.state).review
    assert review is not None
    assert (review.no, review.opened_at) == ("x1", FEBRUARY)
    assert transition.event.sentence == (
        "Every service target is met and the outcome satisfaction is missed, up to 2027-01 (statement 3f2a9c1b); "
        "review x1 opens at once."
    )
    assert letters(transition) == {
        *((LetterKind.WATERMELON_FOUND, to) for to in BOTH_SIDES),
        *((LetterKind.REVIEW_WANTED, to) for to in (BO, FINN)),
    }


def test_a_watermelon_joins_the_review_that_is_open() -> None:
    state = played(people.in_force(), berlin(2027, 4, 1))
    transition = noted(state, finding(FindingKind.WATERMELON), berlin(2027, 4, 2))
    assert transition.event.sentence.endswith("; it joins review 1.")
    asked = {letter.to for letter in transition.letters if letter.context.command}
    assert asked == {BO, FINN}, "whoever concludes it reads how"


def test_a_watermelon_takes_the_place_of_a_review_that_is_overdue() -> None:
    transition = noted(
        played(people.in_force(), berlin(2027, 5, 1)), finding(FindingKind.WATERMELON), berlin(2027, 5, 2)
    )
    assert transition.event.sentence.endswith("review x1 opens at once. Review 1 was never concluded.")


# -- a right


def test_a_right_is_offered_to_the_customer_exactly_as_the_sla_manager_offers_one() -> None:
    command = finding(FindingKind.TERMINATION_RIGHT, subject=None, until=date(2027, 4, 1))
    transition = noted(begun(), command)
    offered = OfferRight(
        by=FINN, decision_id="r", side=Side.CUSTOMER, ground=command.finding.sentence, until=date(2027, 4, 1)
    )
    by_hand = act(begun(), offered, FEBRUARY)
    assert life_of(transition.state).rights == life_of(by_hand.state).rights
    assert (transition.event.fact, transition.event.sentence) == (Fact.RIGHT_AROSE, by_hand.event.sentence)
    assert letters(transition) == letters(by_hand)


def test_a_right_without_a_last_day_stands_for_thirty_days() -> None:
    transition = noted(begun(), finding(FindingKind.TERMINATION_RIGHT, subject=None))
    assert life_of(transition.state).rights[0].until == day_at(FEBRUARY, "Europe/Berlin") + RIGHT_STANDS


def test_a_right_that_comes_too_late_to_be_offered_is_told_all_the_same() -> None:
    command = finding(FindingKind.TERMINATION_RIGHT, subject=None, until=date(2027, 2, 2))
    transition = noted(begun(), command)
    assert life_of(transition.state).rights == ()
    assert transition.event.sentence == (
        "A termination right of the customer arose in 2027-01, and cannot be offered: its last day was 2027-02-01."
    )
    assert letters(transition) == {(LetterKind.RIGHT_NOT_OFFERED, to) for to in BOTH_SIDES}


def test_a_right_beyond_those_that_have_room_is_told_all_the_same() -> None:
    state = begun()
    for no in range(MOST_RIGHTS):
        right = OfferRight(by=FINN, decision_id=f"r{no}", side=Side.CUSTOMER, ground="Misses.", until=date(2027, 4, 1))
        state = do(state, right, now=FEBRUARY)
    command = finding(FindingKind.TERMINATION_RIGHT, subject=None, until=date(2027, 4, 1))
    transition = noted(state, command)
    assert len(life_of(transition.state).rights) == MOST_RIGHTS
    assert transition.event.sentence.endswith("20 rights are open already.")


# -- a statement that was stated again


def test_a_restatement_is_told_to_both_sides() -> None:
    transition = noted(begun(), finding(FindingKind.RESTATED, subject="r2", credit="20.00"))
    assert transition.event.fact is Fact.STATEMENT_RESTATED
    assert transition.event.sentence == (
        "The statement of 2027-01 was stated again (statement 3f2a9c1b); the one before is kept. "
        "The statement comes to a credit of EUR 20.00 in all."
    )
    assert letters(transition) == {(LetterKind.STATEMENT_RESTATED, to) for to in BOTH_SIDES}


# -- whom it is told, and when it is ignored


@pytest.mark.parametrize("kind", FindingKind)
def test_whatever_is_found_is_heeded_once(kind: FindingKind) -> None:
    state = noted(begun(), finding(kind)).state
    assert not heeds(state, finding(kind))
    assert heeds(state, finding(kind, period="2027-02"))


def test_two_findings_of_one_instant_ask_nobody_for_the_wrong_thing() -> None:
    state = noted(begun(), finding(FindingKind.WATERMELON)).state
    transition = noted(state, finding())
    told = [letter for letter in transition.letters if letter.kind is LetterKind.TARGET_MISSED]
    assert {None} == {letter.context.next_step for letter in told}


def test_an_agreement_before_its_signature_asleep_or_after_its_end_goes_on_as_it_is() -> None:
    state = begun()
    assert not heeds(state_in(Stage.SIGNING), finding())
    assert not heeds(state.model_copy(update={"life": None}), finding())
    assert not heeds(state.model_copy(update={"stage": Stage.ENDING}), finding())


def test_nobody_says_it_in_the_place_of_the_run() -> None:
    with pytest.raises(NotYourRole, match="nobody may"):
        permit(begun(), FINN, Verb.NOTE_FINDING, FEBRUARY)
    with pytest.raises(NotYourRole, match="system is nobody whom"):
        permit(begun(), "system", Verb.NOTE_FINDING, FEBRUARY)
