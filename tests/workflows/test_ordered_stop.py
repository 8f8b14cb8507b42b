"""The ordered stop on the real server: each neighbour away, late or asked twice; and nothing is left behind. TER-2."""

import threading
from collections import Counter

import pytest
from sqlalchemy import Engine
from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.exceptions import ApplicationError

from sla.agreement import AgreementState, life_of
from sla.ending import STOP, StopStep
from sla.stages import Stage
from sla.term import end_of_day
from tests.people import ANA
from tests.temporal import Case, Neighbours, World, world
from tests.workflows.deeds import TACIT, change, legal_check, month_of, terminated, termination
from workflows.messages import StopAnswer, StopOrder
from workflows.ports import Compliance, Monitoring, Underpinning
from workflows.stop import STOP_TROUBLE_PAUSE

FACTS = [row.fact.value for row in STOP.values()]
BEGINNINGS = {EventType.EVENT_TYPE_TIMER_STARTED, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED}


class Street:
    """Every neighbour's door: how often each fails, and who was asked what, in order."""

    def __init__(self, failures: int = 0, *, for_good: bool = False, answers_lost: int = 0) -> None:
        self.failures, self.for_good, self.answers_lost = failures, for_good, answers_lost
        self.asked: list[tuple[StopStep, StopOrder]] = []
        self.done: dict[StopStep, int] = {}
        self._tries: Counter[StopStep] = Counter()
        self._lock = threading.Lock()

    def answer(self, step: StopStep, order: StopOrder) -> StopAnswer:
        """Fails first; then does its work once, however often it is asked; and may lose its answer after the work."""
        with self._lock:
            self.asked.append((step, order))
            self._tries[step] += 1
            if self._tries[step] <= self.failures:
                raise ApplicationError("nobody opens", type="Away", non_retryable=self.for_good)
            self.done.setdefault(step, len(self.done) + 1)
            if self._tries[step] <= self.failures + self.answers_lost:
                raise ApplicationError("the line was cut", type="Away")
            return StopAnswer(sentence=f"{step} was done as number {self.done[step]}.")

    def neighbours(self) -> Neighbours:
        """The three ports, with this street behind them."""
        return Neighbours(_Compliance(self), _Monitoring(self), _Underpinning(self))


class _Compliance(Compliance):
    def __init__(self, street: Street) -> None:
        self.street = street

    @activity.defn(name="compliance.judge_final_period")
    def judge_final_period(self, order: StopOrder) -> StopAnswer:
        return self.street.answer(StopStep.JUDGE_FINAL_PERIOD, order)

    @activity.defn(name="compliance.settle_credits")
    def settle_credits(self, order: StopOrder) -> StopAnswer:
        return self.street.answer(StopStep.SETTLE_CREDITS, order)


class _Monitoring(Monitoring):
    def __init__(self, street: Street) -> None:
        self.street = street

    @activity.defn(name="monitoring.stop")
    def stop(self, order: StopOrder) -> StopAnswer:
        return self.street.answer(StopStep.STOP_MONITORING, order)


class _Underpinning(Underpinning):
    def __init__(self, street: Street) -> None:
        self.street = street

    @activity.defn(name="underpinning.flag")
    def flag(self, order: StopOrder) -> StopAnswer:
        return self.street.answer(StopStep.FLAG_UNDERPINNING, order)


async def _ended(here: World) -> tuple[Case, AgreementState]:
    case = await here.signed(renewal=TACIT)
    return case, await terminated(case, month_of(await case.state(), 1))


async def _in_its_stop(case: Case) -> None:
    """It has ended, and its stop has begun."""
    effective = month_of(await case.state(), 1)
    await case.act(termination(effective))
    await case.act(legal_check())
    await case.pass_time(end_of_day(effective, "Europe/Berlin") - await case.clock())
    await case.until(lambda state: state.stage is Stage.ENDING)


async def _assert_stopped_once(case: Case, state: AgreementState, street: Street) -> None:
    facts = case.facts(state.number)
    assert facts[-6:] == ["termination_took_effect", *FACTS]
    assert list(street.done) == list(STOP)[:-1]
    assert life_of(state).stop[:-1] == tuple(
        f"{step} was done as number {place}." for place, step in enumerate(list(STOP)[:-1], start=1)
    )
    assert (await case.handle.result()).stage is Stage.TERMINATED


async def test_the_steps_are_taken_in_their_order_each_once(temporal: Client, register: Engine) -> None:
    street = Street()
    async with world(temporal, register, neighbours=street.neighbours()) as here:
        case, state = await _ended(here)
        assert [step for step, _ in street.asked] == list(STOP)[:-1]
        assert {order.number for _, order in street.asked} == {state.number}
        assert {order.ended_at for _, order in street.asked} == {life_of(state).ended_at}
        await _assert_stopped_once(case, state, street)


@pytest.mark.parametrize("failures", [1, 3], ids=["once", "for a while"])
async def test_a_neighbour_that_is_away_is_asked_again(temporal: Client, register: Engine, failures: int) -> None:
    street = Street(failures)
    async with world(temporal, register, neighbours=street.neighbours()) as here:
        case, state = await _ended(here)
        assert len(street.asked) == 4 * (failures + 1)
        await _assert_stopped_once(case, state, street)


async def test_a_neighbour_that_does_its_work_and_dies_is_asked_twice_and_told_once(
    temporal: Client, register: Engine
) -> None:
    street = Street(answers_lost=1)
    async with world(temporal, register, neighbours=street.neighbours()) as here:
        case, state = await _ended(here)
        assert len(street.asked) == 8
        await _assert_stopped_once(case, state, street)


async def test_a_neighbour_that_refuses_for_good_holds_the_file_open_until_somebody_mends_it(
    temporal: Client, register: Engine
) -> None:
    street = Street(2, for_good=True)
    async with world(temporal, register, neighbours=street.neighbours()) as here:
        case = await here.signed()
        await _in_its_stop(case)
        await case.until(lambda now: len(street.asked) >= 1)
        assert (await case.handle.describe()).status is WorkflowExecutionStatus.RUNNING
        await case.pass_time(STOP_TROUBLE_PAUSE * 12)
        state = await case.until(lambda now: now.stage.is_end)
        await _assert_stopped_once(case, state, street)


async def test_people_who_come_during_the_stop_are_told_so_and_repeats_still_get_their_answer(
    temporal: Client, register: Engine
) -> None:
    street = Street(1, for_good=True)
    async with world(temporal, register, neighbours=street.neighbours()) as here:
        case = await here.signed()
        asked = change()
        first = await case.act(asked)
        await _in_its_stop(case)
        late = await case.refused(change(ANA))
        assert (late.type, "its ordered stop runs" in late.message) == ("WrongStage", True)
        assert await case.act(asked) == first


async def test_the_id_of_a_step_cannot_be_used_up_by_a_person(world: World) -> None:
    case = await world.signed()
    for step in StopStep:
        await case.act(change().model_copy(update={"decision_id": f"stop-{step}"}))
    state = await terminated(case, month_of(await case.state(), 1))
    assert state.stage is Stage.TERMINATED


async def test_after_the_end_no_timer_no_schedule_and_no_open_activity_remains(world: World) -> None:
    case = await world.signed(renewal=TACIT)
    await case.live_to(month_of(await case.state(), 4))
    state = await terminated(case, month_of(await case.state(), 7))
    closing = world.views.history(state.number)[-1].event
    described = await case.handle.describe()
    assert described.status is WorkflowExecutionStatus.COMPLETED
    assert list(described.raw_description.pending_activities) == []
    assert list(described.raw_description.pending_children) == []
    assert not described.raw_description.HasField("pending_workflow_task")
    assert _left_open(await _events(case)) == []
    assert [each.id async for each in await world.skipper.client.list_schedules()] == []
    assert closing.fact.value == "closed"
    assert closing.certificate is not None
    certificate = closing.certificate
    assert (certificate.timers, certificate.schedules, certificate.activities) == (0, 0, 0)
    assert len(certificate.steps) == len(STOP) - 1
    assert case.facts(state.number)[-6:] == ["termination_took_effect", *FACTS]


async def _events(case: Case) -> list[HistoryEvent]:
    history = await case.handle.fetch_history()
    return list(history.events)


def _left_open(events: list[HistoryEvent]) -> list[int]:
    """The ids of events that began something which nothing has ended."""
    begun = {event.event_id for event in events if event.event_type in BEGINNINGS}
    ended = {
        id_
        for event in events
        for id_ in (
            event.timer_fired_event_attributes.started_event_id,
            event.timer_canceled_event_attributes.started_event_id,
            event.activity_task_completed_event_attributes.scheduled_event_id,
        )
    }
    return sorted(begun - ended)


async def test_an_expired_agreement_is_stopped_in_the_same_order(temporal: Client, register: Engine) -> None:
    street = Street()
    async with world(temporal, register, neighbours=street.neighbours()) as here:
        case = await here.signed()
        closing = await case.silence_to_the_end()
        assert closing.stage is Stage.EXPIRED
        assert case.facts(closing.number)[-6:] == ["term_ended", *FACTS]
        assert [step for step, _ in street.asked] == list(STOP)[:-1]
        assert _left_open(await _events(case)) == []
