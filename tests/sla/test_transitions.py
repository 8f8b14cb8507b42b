"""The bookkeeping around every happening: waits, events, decision ids, editions."""

from datetime import timedelta

import pytest

from sla.agreement import AgreementState
from sla.contract_commands import Decide, NameEngineer, RecordRequirements
from sla.errors import NotYourRole, Refusal
from sla.events import Fact, broken_link
from sla.letter_kinds import LetterKind
from sla.living import next_due
from sla.stages import Stage
from sla.transitions import MOST_DONE, act, done, refused_sign_off, silence
from tests.autopilot import BUILDERS
from tests.people import ANA, BO, CHEN, DORA, EVE, FINN, MARA, life, requirement
from tests.sla.lives import NOON, a_request, carried, do, letters, ref, standing, state_in


def test_a_life_is_one_chain_from_the_request_to_the_last_signature() -> None:
    events = tuple(transition.event for transition in life())
    assert broken_link(events, tuple(event.hash for event in events)) is None
    assert (events[0].fact, events[-1].fact, events[-1].stage) == (Fact.REQUEST_RECEIVED, Fact.SIGNED, Stage.ACTIVE)


def test_editions_are_numbered_without_gaps_and_handed_out_once() -> None:
    new = [transition.new_edition for transition in life() if transition.new_edition]
    assert [edition.no for edition in new] == [1, 2]
    assert new[-1] == life()[-1].state.edition


def test_a_refused_command_changes_nothing() -> None:
    state = a_request()
    before = state.model_dump_json()
    with pytest.raises(NotYourRole):
        act(state, NameEngineer(by=EVE, decision_id="n", engineer=CHEN), NOON)
    assert state.model_dump_json() == before


def test_a_decision_id_is_remembered_with_its_first_answer() -> None:
    state = do(a_request(), NameEngineer(by=FINN, decision_id="first", engineer=CHEN))
    answer = done(state, "first")
    assert answer is not None
    assert (answer.seq, answer.stage) == (2, Stage.REQUESTED)
    assert done(state, "second") is None
    moved = carried(state, Stage.DRAFTING, NOON)
    assert done(moved, "first") == answer


def test_the_memory_of_decision_ids_is_bounded_and_forgets_the_oldest() -> None:
    state = state_in(Stage.CAPTURING)
    for count in range(MOST_DONE + 1):
        command = RecordRequirements(by=ANA, decision_id=f"r{count}", rows=(requirement(1),))
        state = do(state, command)
    assert len(state.done) == MOST_DONE
    assert (done(state, "r0"), done(state, f"r{MOST_DONE}") is not None) == (None, True)


def test_a_wait_that_goes_on_keeps_its_clock_and_one_that_begins_gets_its_own() -> None:
    state = state_in(Stage.ASSESSING)
    bo = next(wait for wait in state.waits if wait.person == BO)
    chen = next(wait for wait in state.waits if wait.person == CHEN)
    after = act(state, BUILDERS[chen.verb](state, chen, "a", NOON), NOON).state
    assert after.waits == (bo,)


def test_silence_is_the_systems_and_carries_no_decision_id() -> None:
    state = a_request()
    due = next_due(state)
    assert due is not None
    transition = silence(state, due)
    assert (transition.event.by, transition.event.decision_id) == ("system", None)
    later = next_due(transition.state)
    assert later is not None
    assert later >= due


def test_a_refused_sign_off_is_recorded_and_answered_and_changes_nothing_else() -> None:
    state = standing()
    command = Decide(by=MARA, decision_id="m", edition=ref(state), approve=True)
    with pytest.raises(Refusal) as caught:
        act(state, command, NOON)
    transition = refused_sign_off(state, command, caught.value, NOON)
    assert transition.event.fact is Fact.SIGN_OFF_REFUSED
    assert letters(transition) == {(LetterKind.SIGN_OFF_REFUSED, MARA)}
    assert transition.letters[0].context.reason == str(caught.value)
    same = transition.state.model_copy(update={"head": state.head, "done": state.done})
    assert same == state


def test_a_strangers_sign_off_is_told_to_the_sla_manager_and_never_to_the_stranger() -> None:
    state = standing()
    command = Decide(by=EVE, decision_id="e", edition=ref(state), approve=True)
    transition = refused_sign_off(state, command, NotYourRole("who are you?"), NOON)
    assert letters(transition) == {(LetterKind.SIGN_OFF_REFUSED, FINN)}


def test_a_state_of_every_stage_travels_without_loss() -> None:
    for stage in Stage:
        if stage.is_end or stage is Stage.ENDING:
            continue
        state = state_in(stage)
        assert AgreementState.model_validate_json(state.model_dump_json()) == state


def test_a_state_of_an_earlier_release_is_read_with_its_waits() -> None:
    document = standing().model_dump(mode="json")
    for wait in document["waits"]:
        del wait["part"]
    state = AgreementState.model_validate(document)
    assert state == standing()
    approve = Decide(by=DORA, decision_id="y", edition=ref(state), approve=True)
    assert do(state, approve, now=NOON + timedelta(hours=1)).approval.decisions
