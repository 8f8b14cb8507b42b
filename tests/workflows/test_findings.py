"""What a compliance run has found, told by signal on the real server; and what people then do about it."""

from contextlib import suppress
from datetime import timedelta

import pytest
from temporalio.service import RPCError, RPCStatusCode

from sla.agreement import AgreementState, edition_of, life_of
from sla.commands import NoteFinding
from sla.contract_commands import Decide
from sla.findings import FindingKind
from sla.letter_kinds import LetterKind
from sla.living import risks
from sla.stages import Stage, Verb
from tests.autopilot import answer_to
from tests.people import ANA, BO, CHEN, DORA, FINN, HUGO, INES
from tests.temporal import Case, World
from tests.workflows.deeds import disputed, found, month_of, terminated


async def told(case: Case, *commands: NoteFinding) -> AgreementState:
    """The state after these signals; one more that is heeded for certain says that all of them were read."""
    last = found(FindingKind.RESTATED, f"r{len(commands)}")
    for command in (*commands, last):
        await case.handle.signal("note_finding", command)
    return await case.until(lambda state: any(each.id == last.decision_id for each in state.done))


def letters_of(case: Case, state: AgreementState, kind: LetterKind) -> set[str]:
    return {letter.recipient for letter in case.world.views.letters(state.number) if letter.kind is kind}


async def test_a_miss_opens_an_action_and_everybody_concerned_has_a_letter(world: World) -> None:
    case = await world.signed()
    await case.live_to(month_of(await case.state(), 1, 1))
    state = await told(case, found())
    assert [each.owner for each in life_of(state).actions] == [CHEN]
    assert letters_of(case, state, LetterKind.ACTION_WANTED) == {CHEN}
    assert letters_of(case, state, LetterKind.TARGET_MISSED) == {ANA, INES, BO, FINN}
    event = next(row.event for row in world.views.history(state.number) if row.event.fact == "target_missed")
    assert (event.by, event.decision_id) == ("system", "found/miss/2027-01/t1")
    report = world.views.audit(state.number)
    assert report is not None
    assert report.problem is None


async def test_what_is_told_twice_is_noted_once(world: World) -> None:
    case = await world.signed()
    state = await told(case, found(), found(), found())
    assert case.facts(state.number).count("target_missed") == 1


async def test_what_only_the_register_remembers_is_noted_once_all_the_same(world: World) -> None:
    case = await world.signed()
    state = await told(case, found())
    await case.handle.terminate()
    again = await world.resume(state.model_copy(update={"done": ()}), f"{case.handle.id}")
    after = await told(again, found(), found(FindingKind.RESTATED, "r9"))
    assert again.facts(state.number).count("target_missed") == 1
    assert after.head.seq == state.head.seq + 2


async def test_an_agreement_that_sleeps_goes_on_sleeping(world: World) -> None:
    case = await world.signed(sleeping=True)
    await case.handle.signal("note_finding", found())
    await case.handle.signal("wake")
    state = await case.until(lambda state: state.life is not None)
    assert "target_missed" not in case.facts(state.number)


async def test_an_agreement_that_has_ended_hears_nothing_and_stays_closed(world: World) -> None:
    case = await world.signed()
    state = await terminated(case, month_of(await case.state(), 2))
    await case.handle.result()
    with pytest.raises(RPCError) as caught:
        await case.handle.signal("note_finding", found())
    assert caught.value.status is RPCStatusCode.NOT_FOUND
    assert case.facts(state.number)[-1] == "closed"


async def test_a_finding_that_comes_with_the_end_is_read_after_it(world: World) -> None:
    case = await world.signed()
    await case.live_to(month_of(await case.state(), 11, 27))
    state = await case.state()
    await case.pass_time(timedelta(days=40))
    with suppress(RPCError):  # it may be closed by now
        await case.handle.signal("note_finding", found())
    assert (await case.handle.result()).stage is Stage.EXPIRED
    assert "target_missed" not in case.facts(state.number)


async def test_an_action_is_overdue_then_done_and_verified_by_somebody_else(world: World) -> None:
    case = await world.signed()
    await told(case, found())
    await case.pass_time(timedelta(days=30))
    state = await case.until(lambda state: risks(state) == ("corrective action 1 overdue",))
    assert "action_overdue" in case.facts(state.number)
    for verb in (Verb.COMPLETE_ACTION, Verb.VERIFY_ACTION):
        wait = next(each for each in state.waits if each.verb is verb)
        await case.act(answer_to(state, wait, await case.clock(), f"now-{verb}"))
        state = await case.state()
    assert life_of(state).actions == ()


async def test_a_dispute_is_settled_by_the_other_side_only(world: World) -> None:
    case = await world.signed()
    await case.act(disputed())
    assert (await case.refused(disputed(BO))).type == "AlreadyDone"
    state = await case.state()
    wait = next(each for each in state.waits if each.verb is Verb.SETTLE_DISPUTE)
    own = answer_to(state, wait, await case.clock(), "own").model_copy(update={"by": INES})
    assert (await case.refused(own)).type == "NotYourRole"
    await case.act(answer_to(state, wait, await case.clock(), "theirs"))
    assert life_of(await case.state()).disputes == ()


async def test_a_signal_whose_id_only_the_register_knows_as_another_decision_stops_nothing(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.APPROVING)
    await case.act(Decide(by=DORA, decision_id="one", edition=edition_of(state).ref, approve=True))
    state = await case.state()
    await case.handle.terminate()
    again = await world.resume(state.model_copy(update={"done": ()}), case.handle.id)
    theirs = Decide(by=HUGO, decision_id="one", edition=edition_of(state).ref, approve=True)
    await again.handle.signal("sign_off", theirs)
    await again.act(theirs.model_copy(update={"decision_id": "two"}))
    assert (await again.state()).stage is Stage.SIGNING
