"""Naming the service engineer: two managers, one decision. INT-2."""

from sla.contract_commands import AgreeEngineer, NameEngineer, Withdraw
from sla.errors import AlreadyDone, NotPossible, NotYourRole
from sla.events import Fact
from sla.kinds import Level
from sla.letter_kinds import LetterKind
from sla.lifecycle import allowed
from sla.people import Person, Role
from sla.stages import Stage, Verb
from sla.transitions import act, receive
from tests.people import ANA, BO, CHEN, EVE, FINN, GITA, MONDAY, SERVICE, a_state
from tests.sla.lives import NOON, a_request, do, house, letters, refusal, silent_until, with_person, without

WEI = "wei@meridian.example"
TWO_ENGINEERS = house(
    people=(
        *without(),
        Person(name="Wei Lin", email=WEI, roles=(Role.ENGINEER,), competent_for=(SERVICE,)),
    )
)
NOBODY_COMPETENT = house(people=with_person(CHEN, competent_for=()))


def name(by: str, engineer: str = CHEN) -> NameEngineer:
    return NameEngineer(by=by, decision_id="n", engineer=engineer)


def agree(by: str, engineer: str = CHEN) -> AgreeEngineer:
    return AgreeEngineer(by=by, decision_id="a", engineer=engineer)


def test_both_managers_are_asked_and_nobody_else() -> None:
    first = receive(a_state(), MONDAY)
    assert letters(first) == {(LetterKind.ENGINEER_WANTED, FINN), (LetterKind.ENGINEER_WANTED, BO)}


def test_the_other_manager_agrees_whoever_named() -> None:
    for namer, other in ((FINN, BO), (BO, FINN)):
        state = do(a_request(), name(namer))
        assert [(wait.person, wait.verb) for wait in state.waits] == [(other, Verb.AGREE_ENGINEER)]
        assert do(state, agree(other)).stage is Stage.CAPTURING


def test_nobody_agrees_with_themselves() -> None:
    state = do(a_request(), name(FINN))
    assert "Bo Lindqvist (account manager) agrees" in refusal(state, agree(FINN), NotYourRole)
    assert Verb.AGREE_ENGINEER not in allowed(state, FINN, NOON)


def test_both_managers_naming_the_same_engineer_is_agreement() -> None:
    transition = act(do(a_request(), name(FINN)), name(BO), NOON)
    assert transition.event.fact is Fact.ENGINEER_AGREED
    assert transition.state.stage is Stage.CAPTURING
    assert transition.state.engineer is not None
    assert (transition.state.engineer.named_by, transition.state.engineer.agreed_by) == (FINN, BO)


def test_the_other_manager_may_name_another_and_then_the_first_one_agrees() -> None:
    state = do(a_request(TWO_ENGINEERS), name(FINN), name(BO, WEI))
    assert [(wait.person, wait.subject) for wait in state.waits] == [(FINN, WEI)]
    assert "stands named" in refusal(state, agree(FINN, CHEN), NotPossible)
    assert do(state, agree(FINN, WEI)).stage is Stage.CAPTURING


def test_naming_the_same_again_is_told_and_hidden_when_there_is_no_other() -> None:
    state = do(a_request(), name(FINN))
    assert "already" in refusal(state, name(FINN), AlreadyDone)
    assert Verb.NAME_ENGINEER not in allowed(state, FINN, NOON)
    two = do(a_request(TWO_ENGINEERS), name(FINN))
    assert "already" in refusal(two, name(FINN), AlreadyDone)
    assert Verb.NAME_ENGINEER in allowed(two, FINN, NOON)


def test_an_engineer_who_is_not_competent_is_refused_with_those_who_are() -> None:
    assert f"Chen Wei ({CHEN}) would be" in refusal(a_request(), name(FINN, GITA), NotPossible)


def test_a_stranger_and_the_customer_name_nobody() -> None:
    assert "nobody whom" in refusal(a_request(), name(EVE), NotYourRole)
    assert "Finn Doyle" in refusal(a_request(), name(ANA), NotYourRole)


def test_where_nobody_is_competent_the_managers_are_told_at_once_and_it_ends() -> None:
    state = a_request(NOBODY_COMPETENT)
    assert {(wait.person, wait.verb) for wait in state.waits} == {(FINN, Verb.WITHDRAW), (BO, Verb.WITHDRAW)}
    assert "no engineer" in refusal(state, name(FINN), NotPossible)
    assert do(state, Withdraw(by=FINN, decision_id="w", reason="nobody")).stage is Stage.WITHDRAWN
    assert silent_until(state, Stage.LAPSED)


def test_a_level_that_measures_no_service_takes_any_engineer() -> None:
    state = a_request(NOBODY_COMPETENT, level=Level.CORPORATE, service=None)
    assert do(state, name(FINN), agree(BO)).stage is Stage.CAPTURING
