"""What is done about a miss: owner, due day, evidence, a look by somebody else; and what silence does. MON-11."""

from datetime import date, datetime

import pytest

from sla.agenda import agenda
from sla.agreement import AgreementState, life_of
from sla.commands import AssignAction, CompleteAction, VerifyAction
from sla.corrective_actions import MOST_ACTIONS
from sla.errors import AlreadyDone, NotPossible, NotYourRole, OwnWork
from sla.events import Fact
from sla.happening import MOST_IN_SHORT
from sla.letter_kinds import LetterKind
from sla.living import dues, risks
from sla.packs import pack_of
from sla.stages import Verb
from sla.terms import ComplianceRule
from sla.transitions import Transition, act
from tests.people import ANA, BO, CHEN, DORA, FINN, INES, LENA
from tests.sla.found import FEBRUARY, begun, finding, missed, noted
from tests.sla.lives import berlin, by_itself, do, letters, refusal

PROOF = "The probe was replaced, and ran for a week."
THEN = berlin(2027, 2, 5)


def done(no: int = 1, by: str = CHEN, evidence: str = PROOF) -> CompleteAction:
    return CompleteAction(by=by, decision_id=f"done-{no}-{by[:2]}", no=no, evidence=evidence)


def looked(no: int = 1, by: str = ANA, *, helps: bool = True, note: str | None = None) -> VerifyAction:
    return VerifyAction(by=by, decision_id=f"look-{no}-{by[:2]}-{helps}", no=no, is_effective=helps, note=note)


def given(owner: str, due: date | None = None, no: int = 1, by: str = BO) -> AssignAction:
    return AssignAction(
        by=by, decision_id=f"give-{owner[:2]}-{due}", no=no, owner=owner, due=due, reason="Chen is away."
    )


def open_of(state: AgreementState) -> list[tuple[int, str, str, date]]:
    return [(each.no, each.target, each.owner, each.due) for each in life_of(state).actions]


def facts(transitions: list[Transition]) -> list[tuple[Fact, datetime]]:
    return [(each.event.fact, each.event.at) for each in transitions]


# -- it opens, and it joins


def test_it_is_due_in_the_owners_working_days_that_the_terms_state() -> None:
    state = missed(begun(compliance=ComplianceRule(action_days=3)))
    assert open_of(state) == [(1, "printing-works", CHEN, date(2027, 2, 5))]


def test_another_miss_of_the_same_target_joins_the_action_that_is_open() -> None:
    transition = noted(missed(begun()), finding(period="2027-02"), THEN)
    assert len(life_of(transition.state).actions) == 1
    assert transition.event.sentence.endswith("; it joins corrective action 1 of Chen Wei, due by 2027-02-16.")
    told = next(letter for letter in transition.letters if letter.to == CHEN)
    assert (told.kind, told.context.command) == (
        LetterKind.TARGET_MISSED,
        f"sla complete-action 0001 1 --evidence TEXT --as {CHEN}",
    )


def test_another_miss_of_a_target_whose_action_is_done_says_so() -> None:
    transition = noted(do(missed(begun()), done(), now=THEN), finding(period="2027-02"), THEN)
    assert transition.event.sentence.endswith("action 1 of Chen Wei, which is done and waits to be verified.")


def test_misses_of_two_targets_open_two_actions() -> None:
    state = missed(missed(begun()), target="first-look")
    assert [(no, target) for no, target, *_ in open_of(state)] == [(1, "printing-works"), (2, "first-look")]


def test_no_more_than_so_many_actions_are_open_and_one_miss_more_is_told_all_the_same() -> None:
    state = begun()
    for no in range(MOST_ACTIONS):
        state = missed(state, target=f"target-{no}")
    transition = noted(state, finding())
    assert len(life_of(transition.state).actions) == MOST_ACTIONS
    assert transition.event.sentence.endswith("; 30 corrective actions are open already, so none is opened for it.")
    assert (LetterKind.TARGET_MISSED, FINN) in letters(transition)


def test_thirty_actions_with_their_evidence_keep_the_state_small() -> None:
    state = begun()
    before = len(state.model_dump_json())
    for no in range(MOST_ACTIONS):
        state = missed(state, target=f"target-{no}")
        state = do(state, done(no + 1, evidence="x" * 5000), now=THEN)
    assert len(state.model_dump_json()) - before < 80_000


# -- it is done


def test_the_owner_says_that_it_is_done_and_others_are_asked_to_look() -> None:
    transition = act(missed(begun()), done(), THEN)
    assert (transition.event.fact, transition.event.reason) == (Fact.ACTION_COMPLETED, PROOF)
    assert transition.event.sentence == (
        "Chen Wei completed corrective action 1 for printing-works (missed in 2027-01); one of Finn Doyle, "
        "Ana Ruiz, Ines Costa verifies it."
    )
    assert letters(transition) == {
        *((LetterKind.VERIFICATION_WANTED, to) for to in (FINN, ANA, INES)),
        (LetterKind.ACTION_COMPLETED, BO),
    }
    wanted = next(letter for letter in transition.letters if letter.to == ANA)
    assert wanted.context.reason == PROOF
    assert wanted.context.command == f"sla verify-action 0001 1 --effective --as {ANA}"


def test_two_actions_that_wait_look_unlike_on_the_agenda_and_in_lists() -> None:
    state = missed(missed(begun(), "2027-01", target="first-look"), "2027-01")
    assert [wait.words for wait in state.waits] == ["complete corrective action 1", "complete corrective action 2"]
    for no in ("1", "2"):
        state = do(state, CompleteAction(by=CHEN, decision_id=f"d{no}", no=int(no), evidence="It is so."), now=FEBRUARY)
    ahead = [entry.what for entry in agenda(state, FEBRUARY) if "corrective action" in entry.what]
    assert "Finn Doyle is reminded to verify corrective action 1" in ahead
    assert "Finn Doyle is reminded to verify corrective action 2" in ahead


def test_the_sentence_of_a_reminder_stays_as_it_was_recorded() -> None:
    state = missed(begun())
    state = do(state, CompleteAction(by=CHEN, decision_id="d", no=1, evidence="It is so."), now=FEBRUARY)
    told = [each.event for each in by_itself(state, berlin(2027, 2, 20)) if each.event.fact is Fact.REMINDED]
    assert told[0].sentence.endswith(" was reminded to verify the corrective action.")


def test_the_sla_manager_says_it_for_the_owner_who_is_told_and_then_verifies_nothing() -> None:
    transition = act(missed(begun()), done(by=FINN), THEN)
    assert (LetterKind.ACTION_COMPLETED, CHEN) in letters(transition)
    assert {wait.person for wait in transition.state.waits} == {ANA, INES}
    told = refusal(do(transition.state), looked(by=FINN), OwnWork, THEN)
    assert told == "nobody verifies their own corrective action; Ana Ruiz, Ines Costa may verify action 1"


def test_long_evidence_is_whole_in_the_record_and_short_in_the_state() -> None:
    transition = act(missed(begun()), done(evidence="word " * 900 + "end"), THEN)
    action = life_of(transition.state).action(1)
    assert action is not None
    assert len(action.evidence or "") <= MOST_IN_SHORT
    assert (transition.event.reason or "").endswith("end")


def test_nobody_else_says_that_it_is_done() -> None:
    state = missed(begun())
    assert "Chen Wei" in refusal(state, done(by=BO), NotYourRole, THEN)
    assert "Chen Wei" in refusal(state, done(by=ANA), NotYourRole, THEN)


def test_an_engineer_who_owns_none_of_the_actions_has_nothing_to_do() -> None:
    state = do(missed(begun()), given(DORA), now=THEN)
    assert refusal(state, done(), NotPossible, THEN) == "Chen Wei has nothing to do on 0001; open are: 1"


def test_what_is_done_is_not_done_again() -> None:
    state = do(missed(begun()), done(), now=THEN)
    told = refusal(missed(state, target="first-look"), done(by=FINN), AlreadyDone, THEN)
    assert told.startswith("Chen Wei has completed corrective action 1 already; ")


def test_an_action_that_there_is_not_is_named_with_those_that_there_are() -> None:
    assert refusal(missed(begun()), done(7), NotPossible, THEN) == "there is no corrective action 7; open are: 1"
    assert refusal(begun(), done(1), NotPossible, THEN) == (
        "Chen Wei has nothing to do on 0001; no corrective action is open"
    )


# -- somebody else looks


def test_what_helps_is_closed_and_everybody_concerned_is_told() -> None:
    transition = act(do(missed(begun()), done(), now=THEN), looked(note="No outage since."), THEN)
    assert (life_of(transition.state).actions, transition.state.waits) == ((), ())
    assert (transition.event.fact, transition.event.reason) == (Fact.ACTION_VERIFIED, "No outage since.")
    assert letters(transition) == {(LetterKind.ACTION_VERIFIED, to) for to in (BO, FINN, INES, CHEN)}


def test_what_does_not_help_begins_anew_with_another_day() -> None:
    state = do(missed(begun()), done(), now=THEN)
    transition = act(state, looked(helps=False, note="It fell over again."), THEN)
    assert transition.event.fact is Fact.ACTION_REOPENED
    assert transition.event.sentence.endswith("does not help; Chen Wei does more, due by 2027-02-19.")
    assert open_of(transition.state) == [(1, "printing-works", CHEN, date(2027, 2, 19))]
    asked = next(letter for letter in transition.letters if letter.to == CHEN)
    assert (asked.kind, asked.context.reason) == (LetterKind.ACTION_WANTED, "It fell over again.")
    action = life_of(transition.state).action(1)
    assert action is not None
    assert (action.evidence, action.done_by, action.done_at) == (None, None, None)


def test_a_no_says_what_is_still_wrong() -> None:
    state = do(missed(begun()), done(), now=THEN)
    assert refusal(state, looked(helps=False), NotPossible, THEN) == (
        "an action that does not help needs a note that says what is still wrong"
    )


def test_whoever_owns_it_never_verifies_it_whoever_has_said_that_it_is_done() -> None:
    state = begun().model_copy(update={"engineer": None})
    state = do(missed(state), done(by=FINN), now=THEN)
    assert {wait.person for wait in state.waits} == {ANA, INES}
    refusal(state, looked(by=FINN), OwnWork, THEN)


def test_nobody_else_verifies() -> None:
    state = do(missed(begun()), done(), now=THEN)
    for email in (BO, CHEN, DORA, LENA):
        refusal(state, looked(by=email), NotYourRole, THEN)


def test_nothing_is_verified_that_is_not_done() -> None:
    assert refusal(missed(begun()), looked(), NotPossible, THEN) == (
        "nothing waits to be verified on 0001; open are: 1"
    )
    both = do(missed(missed(begun()), target="first-look"), done(), now=THEN)
    assert refusal(both, looked(2), NotPossible, THEN) == (
        "corrective action 2 of Chen Wei, due by 2027-02-16, is not done yet; there is nothing to verify"
    )


def test_what_is_closed_stays_closed() -> None:
    state = do(missed(begun()), done(), looked(), now=THEN)
    state = do(missed(state, "2027-02"), done(2), now=THEN)
    assert refusal(state, looked(1), AlreadyDone, THEN) == ("corrective action 1 is closed already; open are: 2")


# -- it is given to somebody else


def test_a_manager_gives_it_to_somebody_else_who_is_asked_and_the_old_owner_is_told() -> None:
    transition = act(missed(begun()), given(DORA, date(2027, 3, 1)), THEN)
    assert transition.event.fact is Fact.ACTION_ASSIGNED
    assert transition.event.sentence == (
        "Bo Lindqvist gave corrective action 1 for printing-works (missed in 2027-01) to Dora Petrov, "
        "due by 2027-03-01."
    )
    assert letters(transition) == {
        (LetterKind.ACTION_WANTED, DORA),
        (LetterKind.ACTION_ASSIGNED, CHEN),
        (LetterKind.ACTION_ASSIGNED, FINN),
    }
    assert [(wait.person, wait.since) for wait in transition.state.waits] == [(DORA, THEN)]


def test_the_same_owner_is_asked_anew_by_another_day() -> None:
    state = missed(begun())
    transition = act(state, given(CHEN, date(2027, 3, 1)), THEN)
    assert (LetterKind.ACTION_WANTED, CHEN) in letters(transition)
    assert transition.state.waits[0].since == THEN


def test_its_day_stays_where_none_is_given() -> None:
    assert open_of(do(missed(begun()), given(DORA), now=THEN)) == [(1, "printing-works", DORA, date(2027, 2, 16))]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (given(ANA), "ana@northwind.example is none of the people of Meridian Services here; one of "),
        (given("eve@elsewhere.example"), "eve@elsewhere.example is none of the people of Meridian Services here"),
        (
            given(DORA, date(2027, 2, 5)),
            "it would be due on 2027-02-05, which is not ahead; a later due day",
        ),
        (given(DORA, date(2029, 1, 1)), "it would be due on 2029-01-01; a day until 2028-02-06 is expected"),
        (given(DORA, no=3), "there is no corrective action 3; open are: 1"),
    ],
)
def test_what_cannot_be_given_is_refused(command: AssignAction, told: str) -> None:
    assert refusal(missed(begun()), command, NotPossible, THEN).startswith(told)


def test_what_stays_as_it_is_is_not_given() -> None:
    told = refusal(missed(begun()), given(CHEN), AlreadyDone, THEN)
    assert told == "corrective action 1 is Chen Wei's, due by 2027-02-16, already"


def test_an_overdue_action_needs_a_new_day_and_is_overdue_no_more_with_it() -> None:
    late = by_itself(missed(begun()), berlin(2027, 2, 18))[-1].state
    at = berlin(2027, 2, 18)
    assert refusal(late, given(DORA), NotPossible, at).startswith("it was due on 2027-02-16, which is not ahead")
    assert risks(do(late, given(DORA, date(2027, 3, 1)), now=at)) == ()


def test_only_a_manager_gives_it_away_and_only_while_it_is_to_be_done() -> None:
    refusal(missed(begun()), given(DORA, by=CHEN), NotYourRole, THEN)
    state = do(missed(begun()), done(), now=THEN)
    assert refusal(state, given(DORA), NotPossible, THEN) == "nothing is to be done on 0001; open are: 1"


# -- silence


def test_silence_reminds_twice_then_it_is_overdue_when_its_day_is_over_then_escalates() -> None:
    came = by_itself(missed(begun()), berlin(2027, 3, 20))
    mine = [each for each in came if each.event.fact not in {Fact.REVIEW_PREPARED}]
    assert facts(mine) == [
        (Fact.REMINDED, berlin(2027, 2, 4)),
        (Fact.REMINDED, berlin(2027, 2, 9)),
        (Fact.ACTION_OVERDUE, berlin(2027, 2, 17, 0)),
        (Fact.ESCALATED, mine[3].event.at),
        (Fact.ESCALATED, mine[4].event.at),
    ]
    assert [each.event.at.date() for each in mine[3:]] == [date(2027, 2, 24), date(2027, 3, 10)]


def test_an_overdue_action_is_told_to_its_owner_the_managers_and_those_who_can_help_and_is_a_risk() -> None:
    transition = by_itself(missed(begun()), berlin(2027, 2, 17))[-1]
    assert transition.event.sentence == (
        "Corrective action 1 for printing-works (missed in 2027-01) is overdue: Chen Wei has not completed it by "
        "2027-02-16."
    )
    assert letters(transition) == {(LetterKind.ACTION_OVERDUE, to) for to in (CHEN, BO, FINN, LENA)}
    commands = {letter.to: letter.context.command for letter in transition.letters}
    assert str(commands[CHEN]).startswith("sla complete-action 0001 1 ")
    assert commands[BO] == f"sla assign-action 0001 1 EMAIL --due DAY --reason TEXT --as {BO}"
    assert commands[LENA] is None
    assert risks(transition.state) == ("corrective action 1 overdue",)
    assert risks(do(transition.state, done(), now=berlin(2027, 2, 18))) == ()


def test_a_short_deadline_spares_the_reminders_that_would_come_too_late() -> None:
    came = by_itself(missed(begun(compliance=ComplianceRule(action_days=1))), berlin(2027, 2, 5))
    assert facts(came) == [(Fact.ACTION_OVERDUE, berlin(2027, 2, 4, 0))]


def test_whoever_is_asked_to_verify_is_reminded_and_it_never_lapses() -> None:
    state = do(missed(begun()), done(), now=THEN)
    came = by_itself(state, berlin(2027, 3, 30))
    assert {Fact.REMINDED, Fact.ESCALATED} <= {each.event.fact for each in came}
    assert life_of(came[-1].state).actions[0].done_by == CHEN
    assert {wait.verb for wait in came[-1].state.waits} >= {Verb.VERIFY_ACTION}


def test_the_agenda_names_the_day_on_which_it_is_due() -> None:
    state = missed(begun(compliance=ComplianceRule(action_days=1)))
    due = next(due for due in dues(state) if due.key.startswith("silence-"))
    assert (due.what, due.cause) == (
        "Corrective action 1 is overdue, unless it was done",
        "corrective action 1: due by 2027-02-03",
    )


# -- what the pack shows


def test_the_pack_shows_each_open_action_once() -> None:
    late = by_itself(missed(begun(), "2027-01", "2027-02"), berlin(2027, 2, 17))[-1].state
    assert pack_of(late, is_ahead=True).open_points == (
        "Corrective action 1 for printing-works (missed in 2027-01) and 1 time since: of Chen Wei, overdue since "
        "2027-02-16.",
    )
