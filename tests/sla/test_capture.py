"""The numbered requirements: recorded by the engineer, corrected and confirmed by the customer. INT-3."""

from sla.agreement import AgreementState
from sla.contract_commands import ConfirmRequirements, RecordRequirements
from sla.errors import NotPossible, NotYourRole, StaleEdition, WrongStage
from sla.letter_kinds import LetterKind
from sla.lifecycle import allowed
from sla.stages import Stage, Verb
from sla.transitions import act
from tests.people import ANA, BO, CHEN, FINN, INES, requirement
from tests.sla.lives import NOON, do, letters, refusal, state_in


def record(by: str, *numbers: int, removed: tuple[int, ...] = (), id_: str = "r") -> RecordRequirements:
    return RecordRequirements(by=by, decision_id=id_, rows=tuple(requirement(no) for no in numbers), removed=removed)


def confirm(by: str, state: AgreementState) -> ConfirmRequirements:
    return ConfirmRequirements(by=by, decision_id="c", requirements_hash=state.requirements.hash)


def empty() -> AgreementState:
    return state_in(Stage.CAPTURING, requirements=())


def waited_for(state: AgreementState) -> set[tuple[str, Verb]]:
    return {(wait.person, wait.verb) for wait in state.waits}


def test_without_rows_the_engineer_and_the_customer_are_asked_for_them() -> None:
    who = {CHEN, ANA, INES}
    assert waited_for(empty()) == {(email, Verb.RECORD_REQUIREMENTS) for email in who}


def test_with_rows_the_customer_is_written_to_and_confirms() -> None:
    transition = act(empty(), record(CHEN, 1, 2), NOON)
    assert letters(transition) == {(LetterKind.CONFIRMATION_WANTED, ANA), (LetterKind.CONFIRMATION_WANTED, INES)}
    assert do(transition.state, confirm(ANA, transition.state)).stage is Stage.ASSESSING


def test_taking_every_row_out_asks_for_new_ones() -> None:
    state = do(empty(), record(CHEN, 1, 2), record(ANA, removed=(1, 2), id_="x"))
    assert waited_for(state) == waited_for(empty())
    assert "no requirement" in refusal(state, confirm(ANA, state), NotPossible)
    assert Verb.CONFIRM_REQUIREMENTS not in allowed(state, ANA, NOON)


def test_the_customer_corrects_a_row_by_its_number() -> None:
    state = do(empty(), record(CHEN, 1, 2))
    better = requirement(2, "The printer on the second floor works, too.")
    corrected = do(state, RecordRequirements(by=ANA, decision_id="x", rows=(better,)))
    assert [row.need for row in corrected.requirements.rows] == [requirement(1).need, better.need]


def test_a_row_may_be_replaced_while_its_number_is_taken_out() -> None:
    state = do(empty(), record(CHEN, 1, 2))
    assert do(state, record(CHEN, 2, removed=(1,), id_="x")).requirements.numbers == {2}


def test_confirming_what_was_changed_meanwhile_is_refused() -> None:
    before = state_in(Stage.CAPTURING)
    after = do(before, RecordRequirements(by=CHEN, decision_id="x", removed=(1,)))
    assert "read them again" in refusal(after, confirm(ANA, before), StaleEdition)


def test_nothing_unknown_twice_or_empty_is_recorded() -> None:
    state = empty()
    assert "no requirement is named" in refusal(state, record(CHEN), NotPossible)
    assert "stands twice" in refusal(state, record(CHEN, 1, 1), NotPossible)
    assert "does not exist" in refusal(state, record(CHEN, removed=(7,)), NotPossible)


def test_two_hundred_rows_are_the_most() -> None:
    state = do(empty(), record(CHEN, *range(1, 201)))
    assert len(state.requirements.rows) == 200
    assert "at most 200" in refusal(state, record(CHEN, 201, id_="x"), NotPossible)


def test_the_provider_does_not_confirm_for_the_customer() -> None:
    state = state_in(Stage.CAPTURING)
    for email in (CHEN, BO, FINN):
        assert "Ana Ruiz" in refusal(state, confirm(email, state), NotYourRole)


def test_what_is_confirmed_stays_and_is_hashed_with_every_edition() -> None:
    state = state_in(Stage.NEGOTIATING)
    assert "capturing" in refusal(state, record(CHEN, 3), WrongStage)
    assert state.edition is not None
    assert state.edition.requirements_hash == state.requirements.hash
