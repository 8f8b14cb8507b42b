"""The early end: only for a case, checked by legal, after the notice or its waiver. TER-1."""

from datetime import date

import pytest
from pydantic import ValidationError

from sla.agreement import AgreementState, life_of
from sla.amendment import scene
from sla.checklist import CHECKLIST, checklist_of
from sla.commands import GiveNotice
from sla.ending_commands import Answer, CheckTermination, OpenTermination, WithdrawTermination
from sla.errors import AlreadyDone, NotPossible, NotYourRole, StaleEdition
from sla.events import Fact
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.life import Cause
from sla.living import risks
from sla.people import People, Role
from sla.stages import Stage
from sla.termination import checkers
from sla.terms import Termination
from sla.transitions import act
from tests import people
from tests.people import ANA, BO, DORA, EVE, FINN, HUGO, INES, KOFI
from tests.sla.lives import EXPRESS, TACIT, amended, amending, berlin, by_itself, do, letters, played, refusal

MARCH = berlin(2027, 3, 1)


def begun(**changes: object) -> AgreementState:
    """In its third month; it may be ended early with three months of notice."""
    return played(people.in_force(review=None, **changes), MARCH)


def opening(**changes: object) -> OpenTermination:
    """Bo opens a termination that the customer asks for, with a full notice."""
    fields: dict[str, object] = {
        "by": BO,
        "decision_id": "open",
        "case": "CRM-7",
        "cause": Cause.CONVENIENCE,
        "requested_by": Side.CUSTOMER,
        "effective": date(2027, 6, 30),
        "reason": "They buy their own printers.",
    }
    return OpenTermination.model_validate(fields | changes)


def check(unmet: str | None = None, by: str = KOFI, case: str = "CRM-7", **changes: object) -> CheckTermination:
    """Every question answered, one of them with no."""
    cause = changes.pop("cause", Cause.CONVENIENCE)
    assert isinstance(cause, Cause)
    answers = tuple(
        Answer(question=each.key, is_met=each.key != unmet, note="the letter is lost" if each.key == unmet else None)
        for each in checklist_of(cause)
    )
    fields: dict[str, object] = {"by": by, "decision_id": f"check-{unmet}", "case": case, "answers": answers}
    return CheckTermination.model_validate(fields | changes)


def withdrawal(case: str = "CRM-7", by: str = FINN) -> WithdrawTermination:
    return WithdrawTermination(by=by, decision_id="back", case=case, reason="They stay.")


# -- opening


def test_a_termination_is_opened_for_a_case_and_both_sides_are_told() -> None:
    transition = act(begun(), opening(), MARCH)
    assert (transition.event.fact, transition.event.reason) == (
        Fact.TERMINATION_OPENED,
        "They buy their own printers.",
    )
    assert transition.event.sentence == (
        "Bo Lindqvist opened termination CRM-7 (convenience), asked for by the customer: the agreement ends with "
        "2027-06-30, once legal has checked it."
    )
    assert {(LetterKind.TERMINATION_OPENED, to) for to in (ANA, INES, FINN)} <= letters(transition)
    assert transition.state.stage is Stage.ACTIVE


def test_legal_is_asked_with_the_checklist_of_the_cause() -> None:
    transition = act(begun(), opening(cause=Cause.BREACH), MARCH)
    letter = next(each for each in transition.letters if each.kind is LetterKind.LEGAL_CHECK_WANTED)
    assert letter.to == KOFI
    keys = [line.split(":")[0] for line in letter.context.checklist]
    assert keys == ["authority", "form", "period", "claims", "data", "breach", "cure"]


def test_where_the_provider_names_legal_people_they_check_and_nobody_else() -> None:
    state = begun()
    legal = tuple(
        person.model_copy(update={"roles": (*person.roles, Role.LEGAL)}) if person.email == DORA else person
        for person in state.people.persons
    )
    state = state.model_copy(update={"people": People(persons=legal, calendars=state.people.calendars)})
    assert checkers(state) == (DORA,)


def test_whoever_has_opened_a_termination_does_not_check_it_as_legal() -> None:
    state = begun()
    legal = tuple(
        person.model_copy(update={"roles": (*person.roles, Role.LEGAL)}) if person.email == BO else person
        for person in state.people.persons
    )
    state = state.model_copy(update={"people": People(persons=legal, calendars=state.people.calendars)})
    state = do(state, opening(), now=MARCH)
    assert [wait.person for wait in state.waits] == [KOFI]
    refusal(state, check(by=BO), NotYourRole, MARCH)


@pytest.mark.parametrize("cause", Cause)
def test_each_cause_has_its_checklist_without_a_question_asked_twice(cause: Cause) -> None:
    keys = [each.key for each in checklist_of(cause)]
    assert cause in CHECKLIST
    assert len(set(keys)) == len(keys) >= 5


def test_a_checked_termination_takes_effect_at_the_end_of_its_local_day() -> None:
    last = by_itself(do(begun(), opening(), check(), now=MARCH), berlin(2027, 7, 2))[-1]
    assert (last.event.at, last.event.fact) == (berlin(2027, 7, 1, 0), Fact.TERMINATION_TOOK_EFFECT)
    assert last.event.sentence == (
        "The agreement ended with 2027-06-30: termination CRM-7 (convenience), asked for by the customer."
    )
    assert last.state.stage is Stage.ENDING
    assert life_of(last.state).in_force[-1].until == berlin(2027, 7, 1, 0)


def test_who_took_part_is_told_of_the_end() -> None:
    last = by_itself(do(begun(), opening(), check(), now=MARCH), berlin(2027, 7, 2))[-1]
    assert {(LetterKind.ENDED, to) for to in (ANA, INES, BO, FINN)} <= letters(last)


def test_a_termination_is_a_risk_that_says_whether_legal_has_checked_it() -> None:
    state = do(begun(), opening(), now=MARCH)
    assert risks(state) == ("ends by termination, last day 2027-06-30, not checked by legal",)
    assert risks(do(state, check(), now=MARCH)) == ("ends by termination, last day 2027-06-30",)


# -- what it stops


@pytest.mark.parametrize("stage", [Stage.DRAFTING, Stage.NEGOTIATING, Stage.REVIEWING, Stage.APPROVING, Stage.SIGNING])
def test_a_termination_stops_an_amendment_wherever_it_is_and_whoever_it_waits_for_is_told(stage: Stage) -> None:
    state, now = amending(begun(), stage, people.terms("900.00"), MARCH)
    waiting = {wait.person for wait in scene(state).waits}
    transition = act(state, opening(), now)
    assert transition.state.amendment is None
    assert transition.event.sentence.endswith("once legal has checked it. Amendment 1 is stopped.")
    assert waiting - {BO} <= {letter.to for letter in transition.letters}
    assert transition.state.edition == state.edition


def test_an_edition_that_both_sides_have_signed_takes_effect_though_a_termination_is_open() -> None:
    state = amended(begun(), people.terms("900.00", effective_from=date(2027, 5, 1)), MARCH)
    coming = life_of(state).coming
    assert coming is not None
    assert life_of(do(state, opening(), now=berlin(2027, 3, 2))).coming == coming


# -- the check


def test_a_question_that_is_not_met_holds_the_termination_and_it_is_checked_again() -> None:
    state = do(begun(), opening(), now=MARCH)
    transition = act(state, check(unmet="form"), MARCH)
    assert transition.event.fact is Fact.TERMINATION_HELD
    assert transition.event.reason == "form: the letter is lost"
    assert transition.event.sentence == "Kofi Mensah held termination CRM-7: 1 of 5 questions is not met."
    assert {(LetterKind.TERMINATION_HELD, to) for to in (BO, FINN)} <= letters(transition)
    checked = life_of(do(transition.state, check(), now=MARCH)).termination
    assert checked is not None
    assert (checked.checked_by, checked.held) == (KOFI, None)


def test_a_check_that_comes_late_moves_the_day_and_says_so() -> None:
    now = berlin(2027, 3, 15)
    agreed = opening(effective=date(2027, 3, 10), waiver="Both sides want it.")
    transition = act(played(do(begun(), agreed, now=MARCH), now), check(), now)
    assert transition.event.sentence == (
        "Kofi Mensah checked termination CRM-7: the agreement ends with 2027-03-15. The day stated, 2027-03-10, had "
        "passed."
    )
    assert by_itself(transition.state, berlin(2027, 8, 1))[-1].event.at == berlin(2027, 3, 16, 0)


def test_an_unchecked_termination_never_takes_effect_and_lapses_after_a_long_silence() -> None:
    happened = by_itself(do(begun(), opening(), now=MARCH), berlin(2027, 7, 31))
    last = happened[-1]
    assert last.event.fact is Fact.TERMINATION_LAPSED
    assert last.event.sentence == ("Termination CRM-7 lapsed: legal was silent to the end. The agreement goes on.")
    assert (last.state.stage, life_of(last.state).termination, last.state.waits) == (Stage.ACTIVE, None, ())
    assert (LetterKind.TERMINATION_CALLED_OFF, ANA) in letters(last)


def test_no_termination_lapses_before_its_day_is_over() -> None:
    """Notice that was given in time is not lost because the provider's own lawyers were silent for sixty days."""
    state = do(begun(), opening(effective=date(2027, 9, 30)), now=MARCH)
    last = by_itself(state, berlin(2027, 10, 31))[-1]
    assert (last.event.fact, last.event.at) == (Fact.TERMINATION_LAPSED, berlin(2027, 10, 1, 0))


def test_every_question_is_answered() -> None:
    state = do(begun(), opening(), now=MARCH)
    command = check(answers=check().answers[1:])
    told = refusal(state, command, NotPossible, MARCH)
    assert told == "authority is not answered; every question of the checklist is expected"


def test_no_question_is_answered_twice() -> None:
    command = check(answers=(*check().answers, check().answers[0]))
    told = refusal(do(begun(), opening(), now=MARCH), command, NotPossible, MARCH)
    assert told == "a question is answered twice; each once is expected"


def test_no_other_question_is_answered() -> None:
    command = check(answers=(*check().answers, Answer(question="weather", is_met=True)))
    told = refusal(do(begun(), opening(), now=MARCH), command, NotPossible, MARCH)
    assert told == "weather is no question of the checklist; authority, form, period, claims, data are expected"


def test_an_answer_of_no_says_why() -> None:
    unmet = (Answer(question="authority", is_met=False), *check().answers[1:])
    told = refusal(do(begun(), opening(), now=MARCH), check(answers=unmet), NotPossible, MARCH)
    assert told == "authority is not met, and nothing says why; a note is expected"


def test_a_check_names_the_case_that_is_open() -> None:
    told = refusal(do(begun(), opening(), now=MARCH), check(case="CRM-8"), StaleEdition, MARCH)
    assert told == "you speak of case CRM-8, and the termination that is open belongs to CRM-7"


def test_a_checked_termination_is_not_checked_again() -> None:
    state = do(begun(), opening(), check(), now=MARCH)
    told = refusal(state, check(), AlreadyDone, MARCH)
    assert told == "Kofi Mensah has checked termination CRM-7 already; nothing is left to do"


def test_nothing_is_checked_where_nothing_is_open() -> None:
    told = refusal(begun(), check(), NotPossible, MARCH)
    assert told == "no termination of 0001 is open; one is opened for a case of the CRM first"


def test_only_legal_checks() -> None:
    told = refusal(do(begun(), opening(), now=MARCH), check(by=FINN), NotYourRole, MARCH)
    assert "Kofi Mensah" in told


# -- taking it back


def test_until_it_takes_effect_a_termination_is_withdrawn_and_everybody_is_told() -> None:
    state = do(begun(), opening(), check(), now=MARCH)
    transition = act(state, withdrawal(), berlin(2027, 6, 30, 23))
    assert transition.event.sentence == "Finn Doyle withdrew termination CRM-7; the agreement goes on."
    assert (transition.event.by, transition.event.reason) == (FINN, "They stay.")
    assert letters(transition) == {(LetterKind.TERMINATION_CALLED_OFF, to) for to in (ANA, INES, BO, KOFI)}
    assert played(transition.state, berlin(2027, 8, 1)).stage is Stage.ACTIVE


def test_a_withdrawal_names_the_case_that_is_open() -> None:
    told = refusal(do(begun(), opening(), now=MARCH), withdrawal("CRM-8"), StaleEdition, MARCH)
    assert told == "you speak of case CRM-8, and the termination that is open belongs to CRM-7"


def test_a_withdrawn_termination_raises_the_sequence_of_the_agenda_for_its_case_may_come_back() -> None:
    state = do(begun(), opening(), check(), now=MARCH)
    assert life_of(do(state, withdrawal(), now=MARCH)).revision == life_of(state).revision + 1


def test_nothing_is_withdrawn_where_nothing_is_open() -> None:
    told = refusal(begun(), withdrawal(), NotPossible, MARCH)
    assert told == "no termination of 0001 is open; one is opened for a case of the CRM first"


# -- bad input


@pytest.mark.parametrize("case", ["", " "])
def test_a_termination_without_a_case_number_does_not_even_begin(case: str) -> None:
    with pytest.raises(ValidationError, match="case"):
        opening(case=case)


def test_a_day_that_is_past_is_refused_with_the_first_possible_one() -> None:
    told = refusal(begun(), opening(effective=date(2027, 2, 28), waiver="Both agree."), NotPossible, MARCH)
    assert told == "2027-02-28 is past; a day from 2027-03-01 on is expected"
    told = refusal(begun(), opening(effective=date(2027, 2, 28)), NotPossible, MARCH)
    assert told == "2027-02-28 is past; a day from 2027-06-01 on is expected"


def test_a_day_before_the_notice_allows_is_refused_without_a_waiver() -> None:
    told = refusal(begun(), opening(effective=date(2027, 5, 31)), NotPossible, MARCH)
    assert told == (
        "2027-05-31 comes before the notice of 3 months allows; a day from 2027-06-01 on is expected, or a waiver "
        "with its reason"
    )


def test_the_first_day_that_the_notice_allows_is_possible() -> None:
    assert life_of(do(begun(), opening(effective=date(2027, 6, 1)), now=MARCH)).termination


def test_a_waiver_with_its_reason_allows_an_earlier_day_and_is_kept() -> None:
    waived = opening(effective=date(2027, 3, 1), waiver="Both sides agreed in the letter of 28 February.")
    termination = life_of(do(begun(), waived, now=MARCH)).termination
    assert termination is not None
    assert termination.waiver == "Both sides agreed in the letter of 28 February."


def test_a_waiver_is_part_of_the_record() -> None:
    waived = opening(effective=date(2027, 3, 1), waiver="Both sides agreed in the letter of 28 February.")
    assert act(begun(), waived, MARCH).event.reason == (
        "They buy their own printers.\n\nWaiver of the notice: Both sides agreed in the letter of 28 February."
    )


def test_where_the_notice_is_kept_nothing_is_waived() -> None:
    transition = act(begun(), opening(waiver="To be sure."), MARCH)
    termination = life_of(transition.state).termination
    assert termination is not None
    assert (termination.waiver, transition.event.reason) == (None, "They buy their own printers.")


def test_one_month_of_notice_reads_as_one_month() -> None:
    state = begun(termination=Termination(notice_months=1, clause="Any time."))
    told = refusal(state, opening(effective=date(2027, 3, 31)), NotPossible, MARCH)
    assert told.startswith("2027-03-31 comes before the notice of 1 month allows; a day from 2027-04-01 on")


@pytest.mark.parametrize("renewal", [None, EXPRESS])
def test_a_day_that_the_term_does_not_reach_is_refused(renewal: object) -> None:
    told = refusal(begun(renewal=renewal), opening(effective=date(2028, 1, 1)), NotPossible, MARCH)
    assert told == "0001 ends by itself on 2028-01-01; an earlier day is expected"


def test_after_a_notice_the_term_does_not_reach_beyond_its_end() -> None:
    state = do(begun(renewal=TACIT), GiveNotice(by=ANA, decision_id="n", end=date(2028, 1, 1)), now=MARCH)
    told = refusal(state, opening(effective=date(2028, 6, 30)), NotPossible, MARCH)
    assert told == "0001 ends by itself on 2028-01-01; an earlier day is expected"


def test_a_term_that_renews_tacitly_may_be_ended_in_the_next_one() -> None:
    assert life_of(do(begun(renewal=TACIT), opening(effective=date(2028, 6, 30)), now=MARCH)).termination


def test_a_termination_that_the_end_of_the_term_overtakes_says_so() -> None:
    state = do(begun(), opening(effective=date(2027, 12, 31)), now=berlin(2027, 9, 1))
    last = by_itself(state, berlin(2028, 1, 1))[-1]
    assert last.event.sentence == (
        "The term ended on 2028-01-01: its terms know no renewal. Termination CRM-7 never took effect."
    )
    assert life_of(last.state).termination is None


def test_one_termination_at_a_time() -> None:
    told = refusal(do(begun(), opening(), now=MARCH), opening(case="CRM-8", decision_id="o2"), AlreadyDone, MARCH)
    assert told == "termination CRM-7 of 0001 is open, for 2027-06-30; withdraw it to open another"


@pytest.mark.parametrize("by", [ANA, HUGO, EVE])
def test_only_the_managers_open_a_termination(by: str) -> None:
    refusal(begun(), opening(by=by), NotYourRole, MARCH)
