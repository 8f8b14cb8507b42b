"""Wrong person, out of turn, stale edition, wrong stage, repeated: refused with the reason, and nothing recorded."""

from datetime import timedelta

import pytest

from sla.agreement import AgreementState
from sla.contract_commands import Decide, RaiseComment, Sign, SubmitDraft, SubmitOffer, Withdraw
from sla.stages import Stage
from sla.terms import EditionRef
from tests.autopilot import next_command, terms_for
from tests.people import ANA, BO, CHEN, DORA, EVE, FINN, GITA, HUGO, INES, MARA
from tests.temporal import Case, World

STALE = EditionRef(no=1, hash="0" * 64)


def _ref(state: AgreementState) -> EditionRef:
    return state.edition.ref if state.edition else STALE


STRANGE: list[tuple[Stage, str, str, str]] = [
    (Stage.REQUESTED, EVE, "NotYourRole", "nobody whom agreement"),
    (Stage.CAPTURING, DORA, "NotYourRole", "may not"),
    (Stage.ASSESSING, ANA, "NotYourRole", "may not"),
    (Stage.DRAFTING, BO, "NotYourRole", "may not"),
    (Stage.NEGOTIATING, CHEN, "NotYourRole", "may not"),
    (Stage.REVIEWING, HUGO, "NotYourRole", "may not"),
    (Stage.APPROVING, GITA, "NotYourRole", "no seat"),
    (Stage.SIGNING, DORA, "NotYourRole", "may not"),
]


@pytest.mark.parametrize(("stage", "who", "code", "words"), STRANGE)
async def test_the_wrong_person_is_told_who_may(world: World, stage: Stage, who: str, code: str, words: str) -> None:
    case = await world.start()
    state = await case.carry_to(stage)
    command = next_command(state, case.now(state))
    assert command is not None
    error = await case.refused(command.model_copy(update={"by": who}))
    assert (error.type, words in error.message) == (code, True)
    assert (await case.state()) == state


@pytest.mark.parametrize("stage", [Stage.NEGOTIATING, Stage.REVIEWING, Stage.APPROVING, Stage.SIGNING])
async def test_a_decision_on_a_stale_edition_is_refused(world: World, stage: Stage) -> None:
    case = await world.start()
    state = await case.carry_to(stage)
    command = next_command(state, case.now(state))
    assert command is not None
    error = await case.refused(command.model_copy(update={"edition": STALE}))
    assert error.type == "StaleEdition"


@pytest.mark.parametrize("stage", [Stage.REQUESTED, Stage.ASSESSING, Stage.SIGNING])
async def test_a_verb_of_another_stage_is_refused(world: World, stage: Stage) -> None:
    case = await world.start()
    state = await case.carry_to(stage)
    error = await case.refused(SubmitDraft(by=FINN, decision_id="x", terms=terms_for(state)))
    assert error.type == "WrongStage"
    assert "belongs to the stage drafting" in error.message


async def test_an_offer_out_of_turn_is_refused(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.NEGOTIATING)
    expires = case.now(state) + timedelta(days=5)
    error = await case.refused(SubmitOffer(by=ANA, decision_id="x", edition=_ref(state), expires_at=expires))
    assert error.type == "OutOfTurn"


async def test_the_gate_names_every_gap_at_once(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.DRAFTING)
    bare = terms_for(state).model_copy(update={"limits": (), "exclusions": (), "change_plan": None, "review": None})
    error = await case.refused(SubmitDraft(by=FINN, decision_id="x", terms=bare))
    assert error.type == "Incomplete"
    assert all(word in error.message for word in ("limits", "exclusions", "change_plan", "review"))


async def test_a_signature_before_the_others_approved_is_refused(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.APPROVING)
    error = await case.refused(Sign(by=INES, decision_id="x", edition=_ref(state)))
    assert error.type == "WrongStage"


async def test_the_same_decision_twice_without_an_id_is_told(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.APPROVING)
    await case.act(Decide(by=DORA, decision_id="1", edition=_ref(state), approve=True))
    error = await case.refused(Decide(by=DORA, decision_id="2", edition=_ref(state), approve=True))
    assert error.type == "AlreadyDone"


async def test_a_repeat_with_the_same_id_gives_the_first_answer(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.APPROVING)
    decision = Decide(by=DORA, decision_id="1", edition=_ref(state), approve=True)
    first = await case.act(decision)
    assert await case.act(decision) == first
    assert case.facts(state.number).count("approved") == 1


async def test_a_command_that_cannot_be_read_is_refused_and_nothing_breaks(world: World) -> None:
    case = await world.start()
    state = await case.state()
    with pytest.raises(Exception, match="Workflow update failed"):
        await case.handle.execute_update("withdraw", {"by": "x"}, id="bad")
    assert (await case.state()) == state


async def _signal(case: Case, command: Decide) -> None:
    await case.handle.signal("sign_off", command)


async def test_a_sign_off_by_signal_counts_like_an_approval(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.APPROVING)
    await _signal(case, Decide(by=DORA, decision_id="s", edition=_ref(state), approve=True))
    await case.until(lambda after: after.head.seq > state.head.seq)
    assert case.facts(state.number)[-1] == "approved"


async def test_a_refused_sign_off_is_recorded_and_answered_by_letter(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.APPROVING)
    await _signal(case, Decide(by=MARA, decision_id="s", edition=_ref(state), approve=True))
    after = await case.until(lambda after: after.head.seq > state.head.seq)
    letters = [(row.kind.value, row.recipient) for row in world.views.letters(state.number)]
    assert case.facts(state.number)[-1] == "sign_off_refused"
    assert ("sign_off_refused", MARA) in letters
    assert after.approval == state.approval


async def test_a_sign_off_twice_counts_once(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.APPROVING)
    decision = Decide(by=DORA, decision_id="s", edition=_ref(state), approve=True)
    await _signal(case, decision)
    await _signal(case, decision)
    await case.act(Decide(by=HUGO, decision_id="h", edition=_ref(state), approve=True))
    assert case.facts(state.number).count("approved") == 2
    assert "sign_off_refused" not in case.facts(state.number)


async def test_a_signal_that_cannot_be_read_changes_nothing(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.APPROVING)
    await case.handle.signal("sign_off", {"nonsense": True})
    assert (await case.state()) == state


async def test_the_id_of_a_refused_sign_off_never_gets_a_receipt(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.APPROVING)
    decision = Decide(by=MARA, decision_id="s", edition=_ref(state), approve=True)
    await _signal(case, decision)
    await case.until(lambda after: after.head.seq > state.head.seq)
    error = await case.refused(decision.model_copy(update={"reason": "by update now"}))
    assert error.type == "AlreadyDone"
    assert "was refused" in error.message


@pytest.mark.parametrize("stage", [Stage.APPROVING, Stage.ACTIVE])
async def test_a_decision_id_answers_nobody_else_and_nothing_else(world: World, stage: Stage) -> None:
    """Neither Temporal, which knows the id of an Update, nor the agreement gives somebody's receipt to another."""
    case = await world.start()
    state = await case.carry_to(stage)
    used = next(row.event for row in world.views.history(state.number) if row.event.by == GITA)
    assert used.decision_id is not None
    stolen = Withdraw(by=ANA, decision_id=used.decision_id, reason="with somebody else's id")
    error = await case.refused(stolen)
    assert (error.type, "was used for another decision" in error.message) == ("NotPossible", True)
    other_verb = RaiseComment(by=GITA, decision_id=used.decision_id, edition=_ref(state), text="the same id")
    assert (await case.refused(other_verb)).type == "NotPossible"
