"""Receipts, comments and the inspection by somebody who is no author. APP-2, APP-6."""

from sla.agreement import AgreementState
from sla.command import Command
from sla.contract_commands import Acknowledge, Inspect, RaiseComment, ResolveComment
from sla.errors import AlreadyDone, NotPossible, NotYourRole, OwnWork, StaleEdition, WrongStage
from sla.events import Fact
from sla.letter_kinds import LetterKind
from sla.lifecycle import allowed
from sla.review import MOST_COMMENTS
from sla.stages import Stage, Verb
from sla.terms import EditionRef
from sla.transitions import act
from tests.people import ANA, BO, CHEN, DORA, EVE, FINN, GITA, INES, KOFI, LENA
from tests.sla.lives import NOON, a_request, carried, do, house, letters, ref, refusal, silent_until, state_in, without


def receipt(state: AgreementState, by: str) -> Acknowledge:
    return Acknowledge(by=by, decision_id="k", edition=ref(state))


def inspect(state: AgreementState, by: str = GITA, *, passed: bool = True, reason: str | None = None) -> Inspect:
    return Inspect(by=by, decision_id="i", edition=ref(state), passed=passed, reason=reason)


def remark(state: AgreementState, by: str, text: str = "Which sites?") -> RaiseComment:
    return RaiseComment(by=by, decision_id="c", edition=ref(state), text=text)


def resolve(state: AgreementState, by: str, no: int = 1) -> ResolveComment:
    return ResolveComment(by=by, decision_id="s", edition=ref(state), no=no, resolution="Both.")


def begun() -> AgreementState:
    return state_in(Stage.REVIEWING)


def ready_but(state: AgreementState, *commands: Command) -> AgreementState:
    return do(state, *commands, receipt(state, ANA), receipt(state, BO))


def test_both_parties_and_an_inspector_are_waited_for() -> None:
    waits = {(wait.person, wait.verb) for wait in begun().waits}
    assert waits == {*((email, Verb.ACKNOWLEDGE) for email in (ANA, INES, BO)), (GITA, Verb.INSPECT)}


def test_one_receipt_a_side_is_enough_and_nobody_gives_two() -> None:
    state = do(begun(), receipt(begun(), ANA))
    assert {wait.person for wait in state.waits} == {BO, GITA}
    assert "already" in refusal(state, receipt(state, ANA), AlreadyDone)
    assert do(state, receipt(state, FINN), inspect(state)).stage is Stage.APPROVING


def test_all_three_lead_to_approval_in_any_order() -> None:
    state = begun()
    assert do(state, inspect(state), receipt(state, BO), receipt(state, ANA)).stage is Stage.APPROVING


def test_an_open_comment_holds_the_approval_back_even_after_the_inspection() -> None:
    state = ready_but(begun())
    held = do(state, remark(state, ANA), inspect(state))
    assert held.stage is Stage.REVIEWING
    assert {(wait.person, wait.verb) for wait in held.waits} == {
        (ANA, Verb.RESOLVE_COMMENT),
        (FINN, Verb.RESOLVE_COMMENT),
    }
    assert do(held, resolve(held, FINN)).stage is Stage.APPROVING


def test_a_comment_after_the_inspection_passed_holds_it_back_too() -> None:
    state = do(begun(), receipt(begun(), ANA), inspect(begun()))
    state = do(state, remark(state, DORA), receipt(state, BO))
    assert state.stage is Stage.REVIEWING
    assert do(state, resolve(state, DORA)).stage is Stage.APPROVING


def test_a_comment_reaches_those_who_resolve_it_once_each() -> None:
    transition = act(begun(), remark(begun(), ANA), NOON)
    wanted = {
        (LetterKind.RESOLUTION_WANTED, ANA),
        (LetterKind.RESOLUTION_WANTED, FINN),
        (LetterKind.COMMENT_RAISED, BO),
    }
    assert letters(transition) == wanted
    letter = next(letter for letter in transition.letters if letter.to == ANA)
    assert letter.context.command == f"sla resolve-comment 0001 1 --edition 1 --how TEXT --as {ANA}"


def test_only_its_author_and_the_sla_manager_resolve_a_comment() -> None:
    state = do(begun(), remark(begun(), ANA), remark(begun(), CHEN))
    assert "no open comment is yours" in refusal(state, resolve(state, BO), NotYourRole)
    assert "Ana Ruiz or the SLA manager" in refusal(state, resolve(state, CHEN, 1), NotYourRole)
    assert "nobody whom" in refusal(state, resolve(state, EVE), NotYourRole)
    assert "no comment 3" in refusal(state, resolve(state, FINN, 3), NotPossible)
    closed = do(state, resolve(state, FINN, 1))
    assert "already" in refusal(closed, resolve(closed, FINN, 1), AlreadyDone)


def test_somebody_whose_comment_another_resolved_is_told_how() -> None:
    state = do(begun(), remark(begun(), ANA))
    transition = act(state, resolve(state, FINN), NOON)
    assert letters(transition) == {(LetterKind.COMMENT_RESOLVED, ANA)}
    assert transition.letters[0].context.reason == "Both."


def test_comments_are_many_but_not_endless() -> None:
    state = begun()
    for _ in range(MOST_COMMENTS):
        state = do(state, remark(state, ANA))
    assert "the most" in refusal(state, remark(state, ANA), NotPossible)
    assert Verb.COMMENT not in allowed(state, ANA, NOON)


def test_an_author_does_not_inspect_even_as_the_only_inspector() -> None:
    state = begun().model_copy(update={"authors": (*begun().authors, GITA)})
    assert "you wrote" in refusal(state, inspect(state), OwnWork)
    assert "may not inspect" in refusal(state, inspect(state, BO), NotYourRole)
    assert do(state, inspect(state, LENA)).review.passed_by == LENA


def test_where_there_is_no_inspector_the_escalation_contact_inspects_else_the_owner_of_the_policy() -> None:
    for gone, instead in (((GITA,), LENA), ((GITA, LENA), KOFI)):
        state = carried(a_request(house(people=without(*gone))), Stage.REVIEWING)
        assert [wait.person for wait in state.waits if wait.verb is Verb.INSPECT] == [instead]
        assert ready_but(state, inspect(state, instead)).stage is Stage.APPROVING


def test_where_everybody_is_an_author_the_managers_are_told_and_it_ends() -> None:
    people = tuple(person.email for person in begun().people.persons)
    state = ready_but(begun().model_copy(update={"authors": people}))
    assert {(wait.person, wait.verb) for wait in state.waits} == {(FINN, Verb.WITHDRAW), (BO, Verb.WITHDRAW)}
    assert silent_until(state, Stage.LAPSED)


def test_an_inspection_fails_with_a_reason_that_everybody_concerned_reads() -> None:
    state = begun()
    assert "reason" in refusal(state, inspect(state, passed=False), NotPossible)
    transition = act(state, inspect(state, passed=False, reason="No figure for toner."), NOON)
    assert (transition.state.stage, transition.event.fact) == (Stage.DRAFTING, Fact.INSPECTION_FAILED)
    assert transition.state.sent_back == "No figure for toner."
    told = {(LetterKind.SENT_BACK, email) for email in (ANA, FINN, BO)}
    assert letters(transition) == {*told, (LetterKind.DRAFT_WANTED, FINN)}


def test_the_reason_of_a_draft_that_came_back_is_gone_with_the_next_one() -> None:
    state = do(begun(), inspect(begun(), passed=False, reason="No figure for toner."))
    again = carried(state, Stage.REVIEWING, NOON)
    assert (again.sent_back, again.review.acknowledged_by, again.review.passed_by) == (None, (), None)


def test_an_inspection_that_passed_stands() -> None:
    state = do(begun(), inspect(begun()))
    assert "already" in refusal(state, inspect(state, passed=False, reason="Oh."), AlreadyDone)


def test_receipts_and_verdicts_speak_of_the_current_edition() -> None:
    stale = EditionRef(no=1, hash="0" * 64)
    command = Inspect(by=GITA, decision_id="i", edition=stale, passed=True)
    assert "is current" in refusal(begun(), command, StaleEdition)
    state = state_in(Stage.APPROVING)
    assert "reviewing" in refusal(state, remark(state, ANA), WrongStage)
