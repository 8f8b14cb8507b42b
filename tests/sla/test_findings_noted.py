"""What a finding does to an agreement: each kind once, never refused, told once. MON-5, MON-9, MON-11, TER-3."""

from datetime import date
from typing import Any

import pytest

from sla.agreement import AgreementState, life_of
from sla.commands import ClaimCredit, CompleteAction, NoteFinding
from sla.credit_scheme import CreditScheme
from sla.ending_commands import OfferRight
from sla.errors import NotYourRole
from sla.events import Fact
from sla.findings import FindingKind, FoundRight
from sla.findings_noted import RIGHT_STANDS, heeds
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.lifecycle import permit
from sla.living import risks
from sla.stages import Stage, Verb
from sla.term import day_at
from sla.termination_rights import MOST_RIGHTS
from sla.transitions import act
from tests import people
from tests.people import ANA, BO, CHEN, FINN, INES, KOFI
from tests.sla.found import FEBRUARY, STATEMENT, begun, finding, noted
from tests.sla.lives import berlin, do, letters, played, state_in
from tests.sla.test_termination import opening, withdrawal

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


def test_a_credit_of_a_month_that_was_stated_too_late_can_no_longer_be_claimed() -> None:
    on_the_last_day = noted(begun(), finding(credit="50.00", claim_by=date(2027, 2, 3)))
    after_it = noted(begun(), finding(credit="50.00", claim_by=date(2027, 2, 2)))
    assert on_the_last_day.event.sentence.endswith("a credit of EUR 50.00 in all, if it is claimed in time.")
    assert after_it.event.sentence.endswith(
        "a credit of EUR 50.00 in all, which can no longer be claimed: the last day was 2027-02-01."
    )


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
    (right,) = life_of(by_hand.state).rights
    found = right.model_copy(update={"found": "found/termination_right/2027-01/"})
    assert life_of(transition.state).rights == (found,)
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


def mended(period: str = "2027-01", *targets: str) -> NoteFinding:
    found = targets or ("printing-works",)
    return finding(FindingKind.RESTATED, period, subject="r2", mended=found)


def test_a_miss_that_is_stated_away_closes_its_action_as_void_and_tells_its_owner() -> None:
    transition = noted(noted(begun(), finding()).state, mended())
    assert (life_of(transition.state).actions, transition.event.voids) == ((), (1,))
    assert transition.event.sentence == (
        "The statement of 2027-01 was stated again (statement 3f2a9c1b); the one before is kept. "
        "Corrective action 1 for printing-works is closed as void: it was not missed."
    )
    assert letters(transition) == {(LetterKind.STATEMENT_RESTATED, to) for to in (*BOTH_SIDES, CHEN)}
    assert not any(wait.verb is Verb.COMPLETE_ACTION for wait in transition.state.waits)


def test_an_action_that_is_done_is_void_too_and_nobody_has_to_verify_it() -> None:
    state = noted(begun(), finding()).state
    done = CompleteAction(by=CHEN, decision_id="done", no=1, evidence="A spare printer stands there.")
    transition = noted(do(state, done, now=FEBRUARY), mended())
    assert transition.event.voids == (1,)
    assert not any(wait.verb is Verb.VERIFY_ACTION for wait in transition.state.waits)


def test_several_actions_are_void_at_once() -> None:
    state = noted(noted(begun(), finding()).state, finding(subject="answers")).state
    transition = noted(state, mended("2027-01", "printing-works", "answers"))
    assert transition.event.voids == (1, 2)
    assert transition.event.sentence.endswith(
        "Corrective actions 1 for printing-works and 2 for answers are closed as void: these were not missed."
    )


def test_an_action_goes_on_for_the_misses_that_stand() -> None:
    state = noted(noted(begun(), finding()).state, finding(period="2027-02")).state
    first = noted(state, mended("2027-01"))
    later = noted(state, mended("2027-02"))
    for transition in (first, later):
        assert [(each.no, each.misses) for each in life_of(transition.state).actions] == [(1, 1)]
        assert transition.event.voids is None


@pytest.mark.parametrize(
    "command",
    [
        finding(FindingKind.RESTATED, subject="r2"),
        mended("2026-12"),
        mended("2027-02"),
        mended("2027-01", "answers"),
        mended("someday"),
    ],
)
def test_a_restatement_of_something_else_leaves_the_action_open(command: NoteFinding) -> None:
    """So does every one that an earlier release has found: it names no targets."""
    transition = noted(noted(begun(), finding()).state, command)
    assert [each.no for each in life_of(transition.state).actions] == [1]
    assert transition.event.voids is None


def test_a_miss_that_was_answered_before_changes_nothing_of_a_later_action() -> None:
    state = noted(noted(begun(), finding(period="2027-02")).state, finding(period="2027-03")).state
    assert life_of(noted(state, mended("2027-01")).state).actions[0].misses == 2
    assert life_of(noted(state, mended("someday")).state).actions[0].misses == 2


# -- a right whose ground is stated away


def right_found(**fields: Any) -> NoteFinding:
    return finding(FindingKind.TERMINATION_RIGHT, subject=None, until=date(2027, 4, 1), **fields)


def stated_away(revision: int = 2, again: int | None = None) -> NoteFinding:
    return finding(FindingKind.RESTATED, subject=f"r{revision}", lost=(FoundRight(again=again),))


def test_a_right_that_is_stated_away_is_withdrawn_and_both_sides_are_told() -> None:
    transition = noted(noted(begun(), right_found()).state, stated_away())
    assert (life_of(transition.state).rights, transition.event.withdraws) == ((), (1,))
    assert transition.event.sentence == (
        "The statement of 2027-01 was stated again (statement 3f2a9c1b); the one before is kept. "
        "Termination right 1 of the customer is withdrawn: the misses that stand do not give it."
    )
    assert letters(transition) == {(LetterKind.STATEMENT_RESTATED, to) for to in BOTH_SIDES}
    assert {None} == {letter.context.next_step for letter in transition.letters}
    assert risks(transition.state) == ()


def test_a_right_that_is_found_again_is_offered_again() -> None:
    state = noted(noted(begun(), right_found()).state, stated_away()).state
    transition = noted(state, right_found(again=3))
    assert [each.no for each in life_of(transition.state).rights] == [2]
    assert (LetterKind.RIGHT_OFFERED, ANA) in letters(transition)
    gone = noted(transition.state, stated_away(4, again=3))
    assert gone.event.withdraws == (2,)


@pytest.mark.parametrize(
    "command",
    [
        finding(FindingKind.RESTATED, subject="r2"),
        finding(FindingKind.RESTATED, "2027-02", subject="r2", lost=(FoundRight(),)),
        finding(FindingKind.RESTATED, subject="r2", lost=(FoundRight(subject="printing-works"),)),
        stated_away(again=3),
    ],
)
def test_a_restatement_of_something_else_leaves_the_right_on_offer(command: NoteFinding) -> None:
    """So does every one that an earlier release has found: it names no rights."""
    transition = noted(noted(begun(), right_found()).state, command)
    assert [each.no for each in life_of(transition.state).rights] == [1]
    assert transition.event.withdraws is None


def test_a_right_that_somebody_has_offered_is_withdrawn_by_no_statement() -> None:
    offered = OfferRight(by=FINN, decision_id="r", side=Side.CUSTOMER, ground="Misses.", until=date(2027, 4, 1))
    transition = noted(do(begun(), offered, now=FEBRUARY), stated_away())
    assert [each.no for each in life_of(transition.state).rights] == [1]


def test_a_right_that_rests_during_a_dispute_stays_on_offer_and_that_is_told() -> None:
    command = finding(FindingKind.RESTATED, subject="r2", resting=(FoundRight(),))
    transition = noted(noted(begun(), right_found()).state, command)
    assert [each.no for each in life_of(transition.state).rights] == [1]
    assert transition.event.sentence.endswith(
        "Termination right 1 of the customer rests: a figure that it comes from is disputed. It stays on offer."
    )


def terminating(side: Side = Side.CUSTOMER) -> AgreementState:
    return do(noted(begun(), right_found()).state, opening(requested_by=side), now=FEBRUARY)


def test_a_termination_that_rests_on_a_right_stays_when_its_ground_is_stated_away_and_people_decide() -> None:
    transition = noted(terminating(), stated_away())
    life = life_of(transition.state)
    assert (life.termination is not None, [each.is_groundless for each in life.rights]) == (True, [True])
    assert transition.event.withdraws is None
    assert transition.event.sentence.endswith(
        "Termination right 1 of the customer has lost its ground: the misses that stand do not give it. Termination "
        "CRM-7, which the customer has asked for, goes on until somebody withdraws it."
    )
    assert letters(transition) == {(LetterKind.STATEMENT_RESTATED, to) for to in (*BOTH_SIDES, KOFI)}
    asked = {letter.to: letter.context.command for letter in transition.letters if letter.context.next_step}
    withdrawing = "sla withdraw-termination 0001 CRM-7 --reason TEXT --as"
    assert asked == {BO: f"{withdrawing} {BO}", FINN: f"{withdrawing} {FINN}", KOFI: None}
    assert "termination right of the customer, last day 2027-03-31, its ground stated away" in risks(transition.state)


def test_a_right_without_a_ground_goes_with_the_termination_that_rested_on_it() -> None:
    state = noted(terminating(), stated_away()).state
    transition = act(state, withdrawal(), FEBRUARY)
    assert (life_of(transition.state).rights, transition.event.withdraws) == ((), (1,))
    assert transition.event.sentence == (
        "Finn Doyle withdrew termination CRM-7; the agreement goes on. Termination right 1 of the customer is "
        "withdrawn: its ground was stated away."
    )


def test_a_termination_of_the_other_side_does_not_rest_on_the_right() -> None:
    transition = noted(terminating(Side.PROVIDER), stated_away())
    assert transition.event.withdraws == (1,)


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
