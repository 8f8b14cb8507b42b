"""Each stage with a register that fails once, fails for long, fails for good, or does everything twice."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from temporalio import activity
from temporalio.client import Client, WorkflowUpdateStage
from temporalio.exceptions import ApplicationError

from activities.records import SqlRecords
from sla.agreement import AgreementState
from sla.living import next_due
from sla.stages import Stage
from sla.term import end_of_day
from tests.autopilot import next_command
from tests.temporal import Case, world
from tests.workflows.deeds import legal_check, month_of, renegotiated, terminated, termination
from workflows.desk import RECORD_TROUBLE_PAUSE
from workflows.messages import Beyond, Entry, Numbered, NumberRequest, Recorded
from workflows.ports import Records

STAGES = [stage for stage in Stage if not stage.is_end and stage not in {Stage.ACTIVE, Stage.ENDING}]


class FailingOnce(Records):
    """The real register, whose every first answer to the same question is an error."""

    def __init__(self, engine: Engine) -> None:
        self.real = SqlRecords(engine)
        self.asked: Counter[str] = Counter()
        self.lock = threading.Lock()

    def _fail_first(self, key: str) -> None:
        with self.lock:
            self.asked[key] += 1
            if self.asked[key] == 1:
                raise ApplicationError("the connection was lost", type="OperationalError")

    @activity.defn(name="records.number")
    def number(self, request: NumberRequest) -> Numbered:
        self._fail_first(request.workflow_id)
        return self.real.number(request)

    @activity.defn(name="records.beyond")
    def beyond(self, asked: Beyond) -> Recorded:
        return self.real.beyond(asked)

    @activity.defn(name="records.record")
    def record(self, entry: Entry) -> Recorded:
        self._fail_first(f"{entry.workflow_id}/{entry.event.seq}")
        return self.real.record(entry)


class Doubling(Records):
    """The real register, which is asked everything twice: as when a worker dies after the commit."""

    def __init__(self, engine: Engine) -> None:
        self.real = SqlRecords(engine)

    @activity.defn(name="records.number")
    def number(self, request: NumberRequest) -> Numbered:
        self.real.number(request)
        return self.real.number(request)

    @activity.defn(name="records.beyond")
    def beyond(self, asked: Beyond) -> Recorded:
        return self.real.beyond(asked)

    @activity.defn(name="records.record")
    def record(self, entry: Entry) -> Recorded:
        self.real.record(entry)
        return self.real.record(entry)


class Away(Records):
    """The real register behind a door that can be shut; `refusing` makes the answer final."""

    def __init__(self, engine: Engine) -> None:
        self.real = SqlRecords(engine)
        self.shut = threading.Event()
        self.refusing = False
        self.tries = 0

    def _knock(self) -> None:
        if self.shut.is_set():
            self.tries += 1
            raise ApplicationError("the register is away", type="OperationalError", non_retryable=self.refusing)

    @activity.defn(name="records.number")
    def number(self, request: NumberRequest) -> Numbered:
        self._knock()
        return self.real.number(request)

    @activity.defn(name="records.beyond")
    def beyond(self, asked: Beyond) -> Recorded:
        return self.real.beyond(asked)

    @activity.defn(name="records.record")
    def record(self, entry: Entry) -> Recorded:
        self._knock()
        return self.real.record(entry)


async def test_a_life_in_which_every_record_fails_once_loses_and_doubles_nothing(
    temporal: Client, register: Engine
) -> None:
    async with world(temporal, register, records=FailingOnce(register)) as here:
        case = await here.start()
        state = await case.carry_to(Stage.ACTIVE)
        report = here.views.audit(state.number)
        assert report is not None
        assert report.problem is None
        assert len(case.facts(state.number)) == state.head.seq == 16


async def test_a_life_in_which_every_record_is_made_twice_tells_it_once(temporal: Client, register: Engine) -> None:
    async with world(temporal, register, records=Doubling(register)) as here:
        case = await here.start()
        state = await case.carry_to(Stage.ACTIVE)
        keys = [letter.message_key for letter in here.views.letters(state.number)]
        assert len(case.facts(state.number)) == state.head.seq == 16
        assert len(keys) == len(set(keys))


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("refusing", [False, True], ids=["away", "refusing for good"])
async def test_a_decision_waits_for_a_register_that_is_gone(
    temporal: Client, register: Engine, stage: Stage, refusing: bool
) -> None:
    records = Away(register)
    async with world(temporal, register, records=records) as here:
        case = await here.start()
        before = await case.carry_to(stage)
        command = next_command(before, case.now(before), decision_id="the-one")
        assert command is not None
        records.refusing = refusing
        records.shut.set()
        update = await case.handle.start_update(
            command.verb.value, command, id="the-one", wait_for_stage=WorkflowUpdateStage.ACCEPTED
        )
        await case.until(lambda _: records.tries >= (2 if refusing else 5))
        stored = here.views.find(before.number)
        assert stored is not None
        assert stored.seq == before.head.seq
        records.shut.clear()
        if refusing:
            await here.skipper.fast_forward(case.handle, RECORD_TROUBLE_PAUSE)
        await update.result()
        stored = here.views.find(before.number)
        assert stored is not None
        assert stored.seq == before.head.seq + 1


# -- in force: a review, an amendment, and the ordered stop


async def _a_whole_life(case: Case) -> AgreementState:
    state = await renegotiated(case)
    state = await case.carry_amendment()
    return await terminated(case, month_of(state, 5))


async def test_a_life_in_force_in_which_every_record_fails_once_loses_and_doubles_nothing(
    temporal: Client, register: Engine
) -> None:
    async with world(temporal, register, records=FailingOnce(register)) as here:
        state = await _a_whole_life(case := await here.signed())
        report = here.views.audit(state.number)
        assert report is not None
        assert report.problem is None
        assert len(case.facts(state.number)) == state.head.seq
        assert (await case.handle.result()).stage is Stage.TERMINATED


async def test_a_life_in_force_in_which_every_record_is_made_twice_tells_it_once(
    temporal: Client, register: Engine
) -> None:
    async with world(temporal, register, records=Doubling(register)) as here:
        state = await _a_whole_life(case := await here.signed())
        keys = [letter.message_key for letter in here.views.letters(state.number)]
        assert len(case.facts(state.number)) == state.head.seq
        assert len(keys) == len(set(keys))


@pytest.mark.parametrize("refusing", [False, True], ids=["away", "refusing for good"])
async def test_a_date_waits_for_a_register_that_is_gone(temporal: Client, register: Engine, refusing: bool) -> None:
    records = Away(register)
    async with world(temporal, register, records=records) as here:
        case = await here.signed()
        before = await case.state()
        due = next_due(before)
        assert due is not None
        records.refusing = refusing
        records.shut.set()
        await case.pass_time(due - await case.clock() - timedelta(milliseconds=500))
        await case.until(lambda _: records.tries >= (2 if refusing else 5))
        assert (await case.state()).head.seq == before.head.seq
        records.shut.clear()
        if refusing:
            await here.skipper.fast_forward(case.handle, RECORD_TROUBLE_PAUSE)
        await case.until(lambda state: state.head.seq > before.head.seq)
        assert case.facts(before.number)[16:] == ["term_began"]


@pytest.mark.parametrize("refusing", [False, True], ids=["away", "refusing for good"])
async def test_the_stop_waits_for_a_register_that_is_gone(temporal: Client, register: Engine, refusing: bool) -> None:
    records = Away(register)
    async with world(temporal, register, records=records) as here:
        case = await here.signed()
        effective = month_of(await case.state(), 1)
        await case.act(termination(effective))
        await case.act(legal_check())
        state = await case.live_to(effective)
        records.refusing = refusing
        records.shut.set()
        await case.pass_time(end_of_day(effective, state.zone) - await case.clock() - timedelta(milliseconds=500))
        await case.until(lambda _: records.tries >= (2 if refusing else 5))
        records.shut.clear()
        if refusing:
            await here.skipper.fast_forward(case.handle, RECORD_TROUBLE_PAUSE)
        assert (await case.handle.result()).stage is Stage.TERMINATED
        assert len(case.facts(state.number)) == state.head.seq + 6
