"""A worker that dies after the commit, before Temporal knows, leaves a register that is ahead of the history.

What stands in the register has happened: the agreement makes it again, from the words kept beside the event, and
only then judges what is asked now.
"""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from temporalio import activity
from temporalio.client import Client

from activities.records import SqlRecords
from sla import transitions
from sla.agreement import AgreementState, life_of
from sla.command import Command
from sla.commands import NoteFinding
from sla.contract_commands import AgreeEngineer, Decide, NameEngineer
from sla.ending import STOP, StopStep
from sla.ending_commands import TakeStep
from sla.life import ReviewOutcome
from sla.living import next_due
from sla.stages import Stage
from tests.autopilot import next_command
from tests.people import BO, CHEN, DORA, FINN, HUGO
from tests.temporal import Case, World, world
from tests.workflows.deeds import TACIT, change, conclusion, found, legal_check, month_of, renegotiated, termination
from workflows.messages import Beyond, Entry, Numbered, NumberRequest, Recorded
from workflows.ports import Records


class Haunted(Records):
    """The real register, into which a worker that has died since wrote one more event."""

    def __init__(self, engine: Engine) -> None:
        self.real = SqlRecords(engine)

    def leave(self, case: Case, state: AgreementState, command: Command | None, at: datetime) -> None:
        """Writes what a lost workflow task had made of the state."""
        self.real.record(Entry.of(_made(state, command, at), case.handle.id, command))

    @activity.defn(name="records.number")
    def number(self, request: NumberRequest) -> Numbered:
        return self.real.number(request)

    @activity.defn(name="records.record")
    def record(self, entry: Entry) -> Recorded:
        return self.real.record(entry)

    @activity.defn(name="records.beyond")
    def beyond(self, asked: Beyond) -> Recorded:
        return self.real.beyond(asked)


def _made(state: AgreementState, command: Command | None, at: datetime) -> transitions.Transition:
    if command is None:
        return transitions.silence(state, at)
    if isinstance(command, TakeStep):
        return transitions.take_step(state, command, at)
    if isinstance(command, NoteFinding):
        return transitions.note(state, command, at)
    return transitions.act(state, command, at)


async def _agrees(case: Case, here: World) -> AgreementState:
    """Register and workflow tell the same, and the chain holds."""
    state = await case.state()
    stored, report = here.views.find(state.number), here.views.audit(state.number)
    assert stored is not None
    assert report is not None
    assert stored.state == state
    assert report.problem is None
    return state


async def test_the_same_decision_repeated_gets_the_instant_that_is_on_record(
    temporal: Client, register: Engine
) -> None:
    records = Haunted(register)
    async with world(temporal, register, records=records) as here:
        case = await here.start()
        state = await case.state()
        command = NameEngineer(by=FINN, decision_id="lost", engineer=CHEN)
        then = case.now(state)
        records.leave(case, state, command, then)
        receipt = await case.act(command)
        after = await _agrees(case, here)
        assert receipt.seq == after.head.seq == 2
        assert here.views.history(state.number)[-1].event.at == then


async def test_another_decision_comes_after_the_one_that_was_lost(temporal: Client, register: Engine) -> None:
    records = Haunted(register)
    async with world(temporal, register, records=records) as here:
        case = await here.start()
        state = await case.carry_to(Stage.APPROVING)
        assert state.edition is not None
        lost = Decide(by=DORA, decision_id="lost", edition=state.edition.ref, approve=True)
        records.leave(case, state, lost, case.now(state))
        await case.act(Decide(by=HUGO, decision_id="mine", edition=state.edition.ref, approve=True))
        after = await _agrees(case, here)
        assert [row.event.by for row in here.views.history(state.number)[-2:]] == [DORA, HUGO]
        assert after.stage is Stage.SIGNING


async def test_whoever_saw_what_the_history_lost_is_not_refused(temporal: Client, register: Engine) -> None:
    records = Haunted(register)
    async with world(temporal, register, records=records) as here:
        case = await here.start()
        state = await case.state()
        records.leave(case, state, NameEngineer(by=FINN, decision_id="lost", engineer=CHEN), case.now(state))
        agreed = AgreeEngineer(by=BO, decision_id="mine", engineer=CHEN, seen=state.head.seq + 1)
        await case.act(agreed)
        assert (await _agrees(case, here)).stage is Stage.CAPTURING


async def test_a_sender_who_claims_to_have_seen_what_nobody_wrote_is_judged_by_what_stands(
    temporal: Client, register: Engine
) -> None:
    async with world(temporal, register) as here:
        case = await here.start()
        error = await case.refused(AgreeEngineer(by=BO, decision_id="mine", engineer=CHEN, seen=99))
        assert error.type == "NotPossible"
        await _agrees(case, here)


async def test_a_silence_that_was_lost_is_made_again(temporal: Client, register: Engine) -> None:
    records = Haunted(register)
    async with world(temporal, register, records=records) as here:
        case = await here.start()
        state = await case.carry_to(Stage.DRAFTING)
        due = next_due(state)
        assert due is not None
        until_due = due - case.now(state)
        records.leave(case, state, None, due)
        await case.pass_time(until_due + timedelta(minutes=1))
        after = await case.until(lambda after: after.head.seq > state.head.seq)
        assert case.facts(state.number)[state.head.seq :] == ["reminded"]
        command = next_command(after, case.now(after))
        assert command is not None
        await case.act(command)
        await _agrees(case, here)


async def test_an_id_that_the_agreement_has_forgotten_still_gets_its_first_answer(
    temporal: Client, register: Engine
) -> None:
    async with world(temporal, register) as here:
        case = await here.start()
        state = await case.state()
        command = NameEngineer(by=FINN, decision_id="first", engineer=CHEN)
        first = await case.act(command)
        forgetful = (await case.state()).model_copy(update={"done": ()})
        recorded = SqlRecords(register).record(_again(case, forgetful, command, case.now(state)))
        assert recorded.already is not None
        assert (recorded.already.seq, recorded.already.stage) == (first.seq, first.stage)


def _again(case: Case, state: AgreementState, command: NameEngineer, at: datetime) -> Entry:
    other = command.model_copy(update={"by": BO})
    made = transitions.act(state, other, at)
    return Entry.of(made, case.handle.id, other)


# -- in force


async def test_a_date_that_a_dead_worker_has_kept_is_kept_once(temporal: Client, register: Engine) -> None:
    records = Haunted(register)
    async with world(temporal, register, records=records) as here:
        case = await here.signed()
        state = await case.state()
        due = next_due(state)
        assert due is not None
        records.leave(case, state, None, due)
        state = await case.live_to(month_of(state, 3, 5))
        await _agrees(case, here)
        assert case.facts(state.number)[16:19] == ["term_began", "review_prepared", "review_opened"]


async def test_several_dates_that_a_dead_worker_has_kept_are_made_again_in_their_order(
    temporal: Client, register: Engine
) -> None:
    records = Haunted(register)
    async with world(temporal, register, records=records) as here:
        case = await here.signed()
        state = before = await case.state()
        for _ in range(3):
            due = next_due(state)
            assert due is not None
            records.leave(case, state, None, due)
            state = transitions.silence(state, due).state
        await case.act(change().model_copy(update={"seen": state.head.seq}))
        after = await _agrees(case, here)
        assert case.facts(state.number)[before.head.seq :] == [
            "term_began",
            "review_prepared",
            "review_opened",
            "change_requested",
        ]
        assert life_of(after).last_review == 1


@pytest.mark.parametrize("same", [True, False], ids=["the same again", "another one"])
async def test_a_deed_in_force_that_was_lost_is_made_again(temporal: Client, register: Engine, same: bool) -> None:
    records = Haunted(register)
    async with world(temporal, register, records=records) as here:
        case = await here.signed()
        state = await case.state()
        lost = change()
        records.leave(case, state, lost, case.now(state))
        receipt = await case.act(lost if same else change())
        after = await _agrees(case, here)
        assert receipt.seq == after.head.seq == state.head.seq + (1 if same else 2)
        assert len(life_of(after).changes) == (1 if same else 2)


async def test_a_conclusion_that_was_lost_still_leaves_its_run_behind(temporal: Client, register: Engine) -> None:
    records = Haunted(register)
    async with world(temporal, register, records=records) as here:
        case = await here.signed()
        await case.act(change())
        state = await case.state()
        first_run = (await case.handle.describe()).run_id
        lost = conclusion("x1", ReviewOutcome.RENEGOTIATE)
        records.leave(case, state, lost, case.now(state))
        await case.act(lost)
        after = await _agrees(case, here)
        assert after.amendment is not None
        assert (await case.handle.describe()).run_id != first_run


async def test_a_decision_on_an_amendment_that_was_lost_is_made_again(temporal: Client, register: Engine) -> None:
    records = Haunted(register)
    async with world(temporal, register, records=records) as here:
        case = await here.signed()
        await renegotiated(case)
        state = await case.carry_amendment(Stage.SIGNING)
        lost = next_command(state, await case.clock())
        assert lost is not None
        records.leave(case, state, lost, await case.clock())
        state = await case.carry_amendment()
        await _agrees(case, here)
        assert life_of(state).coming is not None


@pytest.mark.parametrize("step", StopStep)
async def test_a_step_of_the_stop_that_was_lost_is_told_once(
    temporal: Client, register: Engine, step: StopStep
) -> None:
    """The register already holds the end and the steps up to this one, in words that nobody will say again."""
    records = Haunted(register)
    async with world(temporal, register, records=records) as here:
        case = await here.signed(renewal=TACIT)
        await case.act(termination(month_of(await case.state(), 1)))
        await case.act(legal_check())
        await case.live_to(month_of(await case.state(), 0, 5))
        state, due = await case.state(), await case.clock()
        while state.stage is not Stage.ENDING:
            due = next_due(state) or due
            records.leave(case, state, None, due)
            state = transitions.silence(state, due).state
        for lost in list(StopStep)[: list(StopStep).index(step) + 1]:
            command = TakeStep(decision_id=f"stop/{lost}", step=lost, answered=f"{lost}, and then the light went out.")
            records.leave(case, state, command, due)
            state = transitions.take_step(state, command, due).state
        await case.live_to(month_of(state, 2))
        assert (await case.handle.result()).stage is Stage.TERMINATED
        after = await _agrees(case, here)
        assert case.facts(after.number)[-6:] == ["termination_took_effect", *(row.fact.value for row in STOP.values())]
        assert life_of(after).stop[: len(life_of(state).stop)] == life_of(state).stop


async def test_a_finding_that_a_lost_worker_noted_is_made_again_and_noted_once(
    temporal: Client, register: Engine
) -> None:
    records = Haunted(register)
    async with world(temporal, register, records=records) as here:
        case = await here.signed()
        state = await case.state()
        records.leave(case, state, found(), case.now(state) + timedelta(minutes=1))
        await case.handle.signal("note_finding", found())
        await case.until(lambda after: after.head.seq == state.head.seq + 1)
        await case.act(change())
        after = await _agrees(case, here)
        assert case.facts(state.number).count("target_missed") == 1
        assert [each.no for each in life_of(after).actions] == [1]
