"""The desk on which one agreement lies: it makes transitions, has them recorded in order, and keeps one alarm.

It knows waiting and order. What a command or a silence makes of the state is answered by `sla.transitions`.
The state here is always a recorded one: it changes when the register has the transition, never before.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from temporalio import workflow
from temporalio.exceptions import FailureError

from sla import transitions
from sla.agreement import AgreementState, Done
from sla.command import Command
from sla.commands import NoteFinding, heard
from sla.contract_commands import Decide
from sla.ending import StopStep, next_step
from sla.ending_commands import TakeStep
from sla.errors import SlaError
from sla.findings_noted import heeds
from sla.intake import Opening, opened
from sla.living import next_due
from sla.stages import Stage
from sla.transitions import Transition
from workflows.ids import NUMBER_KEY
from workflows.messages import Beyond, Entry, Numbered, NumberRequest, Receipt, Recorded, Standing
from workflows.options import RECORD_AT_ONCE, RECORD_PATIENTLY
from workflows.ports import Records
from workflows.stop import asked_of

_Asked = TypeVar("_Asked", NumberRequest, Entry, Beyond)
_Answer = TypeVar("_Answer", Numbered, Recorded)

RECORD_TROUBLE_PAUSE = timedelta(minutes=10)
"""When the register refuses an entry for good, somebody must mend it; the agreement asks again this often."""


class _Foreseen(NamedTuple):
    """What a validator found that a command would make of a state."""

    state: AgreementState
    command: Command
    now: datetime
    transition: Transition


class Desk:
    """One agreement's state, and the only place where it changes."""

    def __init__(self, state: AgreementState | None) -> None:
        self.state = state
        self._first: Callable[[datetime], Transition] | None = None
        self._entering = asyncio.Lock()
        self._entered = 0
        self._rings = 0
        self._asking = 0
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at: datetime | None = None
        self._foreseen: _Foreseen | None = None

    @property
    def current(self) -> AgreementState:
        """The state; there is one from the first record on."""
        assert self.state is not None
        return self.state

    async def open(self, opening: Opening) -> None:
        """Gives the request its number and records that it was received."""
        request = NumberRequest(
            workflow_id=workflow.info().workflow_id,
            provider=opening.provider,
            reference=opening.reference,
            form_digest=opening.form_digest,
            at=workflow.now(),
        )
        number = (await self._ask(Records.number, request)).number
        self._first = lambda at: transitions.receive(opened(opening, number, at), at)
        async with self._entering:
            await self._enter(lambda: self._first(workflow.now()) if self._first and self.state is None else None)

    def refuse(self, command: Command) -> None:
        """Raises the refusal of a command. One that was carried out already is never refused; one that comes before
        the first record, or whose sender has seen more than this desk has, is judged when the desk knows it too."""
        state, now = self.state, workflow.now()
        if state is None or command.seen > state.head.seq:
            return
        if transitions.first_answer(state, command) is None:
            state = transitions.caught_up(state, now)
            self._foreseen = _Foreseen(state, command, now, transitions.act(state, command, now))

    async def act(self, command: Command) -> Receipt:
        """Carries a command out, and answers when it is in the register; a repeat gets the first answer."""
        await workflow.wait_condition(lambda: self.state is not None)
        async with self._entering:
            await self._catch_up_to(command.seen)
            await self._play_what_is_due()
            done = await self._enter(lambda: self._made_of(command), command)
            done = done or transitions.first_answer(self.current, command)
            assert done is not None
            return Receipt(number=self.current.number, seq=done.seq, stage=done.stage)

    def _made_of(self, command: Command) -> Transition | None:
        """What the command makes of the state; nothing when it has been carried out. The validator may have asked
        the same just before; a replay skips validators, so nothing but time may depend on its answer being here."""
        foreseen, self._foreseen = self._foreseen, None
        state, now = self.current, workflow.now()
        if foreseen and foreseen.state is state and foreseen.now == now and foreseen.command == command:
            return foreseen.transition
        if transitions.first_answer(state, command) is not None:
            return None
        return transitions.act(state, command, now)

    async def sign_off(self, command: Decide) -> None:
        """The same for a signal, which cannot be answered: a refusal is recorded and told by letter."""
        await workflow.wait_condition(lambda: self.state is not None)
        async with self._entering:
            await self._catch_up_to(command.seen)
            await self._play_what_is_due()
            await self._enter_unanswered(lambda: self._signed_off(command), command)

    def _signed_off(self, command: Decide) -> Transition | None:
        if transitions.done(self.current, command.decision_id) is not None or self.current.stage.is_end:
            return None
        return transitions.sign_off(self.current, command, workflow.now())

    async def note(self, command: NoteFinding) -> None:
        """What a compliance run has found, by signal: an agreement that has ended, or sleeps, or was told before goes
        on as it is. Nothing is raised: nobody would hear it, and the agreement would stand still."""
        await workflow.wait_condition(lambda: self.state is not None)
        async with self._entering:
            await self._catch_up_to(command.seen)
            await self._play_what_is_due()
            await self._enter_unanswered(lambda: self._noted(command), command)

    def _noted(self, command: NoteFinding) -> Transition | None:
        return transitions.note(self.current, command, workflow.now()) if heeds(self.current, command) else None

    async def wait_or_act_on_silence(self) -> None:
        """Returns after something has happened: somebody acted, or the rule for silence did."""
        due = next_due(self.current)
        if due is not None and due <= workflow.now():
            async with self._entering:
                await self._enter(self._made_of_silence)
            return
        self._set_alarm(due)
        seen = (self._entered, self._rings)
        await workflow.wait_condition(lambda: (self._entered, self._rings) != seen)

    async def _play_what_is_due(self) -> None:
        """While it is in force, dates that have come are played before anybody acts: an outage changes no order."""
        while self.current.life is not None and (due := next_due(self.current)) and due <= workflow.now():
            await self._enter(self._made_of_silence)

    def _made_of_silence(self) -> Transition | None:
        """What silence makes of the state; nothing when somebody spoke in the meantime."""
        due, now = next_due(self.current), workflow.now()
        return transitions.silence(self.current, now) if due is not None and due <= now else None

    async def wake(self) -> None:
        """An agreement that an earlier release has signed begins to keep its dates; any other goes on sleeping."""
        await workflow.wait_condition(lambda: self.state is not None)
        async with self._entering:
            await self._enter(self._taken_up)

    def _taken_up(self) -> Transition | None:
        sleeps = self.current.stage is Stage.ACTIVE and self.current.life is None
        return transitions.silence(self.current, workflow.now()) if sleeps else None

    async def take_step_of_the_stop(self) -> None:
        """Asks the neighbour whose step it is, and records what it answers. The last step is the agreement's own."""
        step = next_step(self.current)
        if step is StopStep.CLOSE:
            self.put_away()
            await workflow.wait_condition(workflow.all_handlers_finished)
        answered = await asked_of(step, self.current)
        if answered is None:
            return
        command = TakeStep(
            decision_id=f"stop/{step}",
            step=step,
            answered=answered,
            timers=0 if self._alarm is None else 1,
            activities=self._asking,
        )
        async with self._entering:
            await self._enter(lambda: self._stepped(command), command)

    def _stepped(self, command: TakeStep) -> Transition | None:
        if transitions.first_answer(self.current, command) is not None:
            return None
        return transitions.take_step(self.current, command, workflow.now())

    def put_away(self) -> None:
        """No alarm rings any more."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    async def _enter(self, make: Callable[[], Transition | None], command: Command | None = None) -> Done | None:
        """Has one transition recorded, then makes its state the current one. To be called by one at a time.
        Answers only with a decision that was carried out so long ago that the state has forgotten it.

        The register may be ahead: a worker that died after the commit, before Temporal knew, leaves an event
        that this history has never seen. It has happened; it is made again first, and then this one is judged anew.
        """
        while (transition := make()) is not None:
            recorded = await self._ask(Records.record, Entry.of(transition, workflow.info().workflow_id, command))
            if recorded.already is not None and command is not None:
                transitions.refuse_another(recorded.already, command)
                return recorded.already
            if recorded.standing is None:
                self._now_stands(transition)
                return None
            await self._make_again(recorded.standing)
        return None

    async def _enter_unanswered(self, make: Callable[[], Transition | None], command: Command) -> None:
        """The same for a signal. An id that was used for another decision so long ago that only the register knows it
        is no reason to stand still: nobody would hear the refusal, and Temporal would try the same task for ever."""
        try:
            await self._enter(make, command)
        except SlaError as error:
            workflow.logger.warning("a signal was not carried out: %s", error)

    async def _catch_up_to(self, seen: int) -> None:
        """Makes again what a sender has seen in the register and this history has not."""
        while self.current.head.seq < seen:
            asked = Beyond(
                workflow_id=workflow.info().workflow_id, number=self.current.number, seq=self.current.head.seq
            )
            standing = (await self._ask(Records.beyond, asked)).standing
            if standing is None:
                return
            await self._make_again(standing)

    async def _make_again(self, standing: Standing) -> None:
        """The transition of an event that the register holds: the same words at the same instant give the same
        hash, or somebody must look."""
        transition = self._again(standing)
        if transition.event.hash == standing.hash:
            self._now_stands(transition)
            return
        workflow.logger.error("the register holds an event %s that its words do not give", transition.event.seq)
        await workflow.sleep(RECORD_TROUBLE_PAUSE)

    def _again(self, standing: Standing) -> Transition:
        if self.state is None:
            assert self._first is not None
            return self._first(standing.at)
        if standing.said is None:
            return transitions.silence(self.state, standing.at)
        command = heard(standing.said)
        if isinstance(command, TakeStep):
            return transitions.take_step(self.state, command, standing.at)
        if isinstance(command, NoteFinding):
            return transitions.note(self.state, command, standing.at)
        if isinstance(command, Decide):
            return transitions.sign_off(self.state, command, standing.at)
        return transitions.act(self.state, command, standing.at)

    async def _ask(self, method: Callable[[Records, _Asked], _Answer], asked: _Asked) -> _Answer:
        """Asks the register, and counts what is open."""
        self._asking += 1
        try:
            return await _ask_register(method, asked)
        finally:
            self._asking -= 1

    def _now_stands(self, transition: Transition) -> None:
        is_first, self.state = self.state is None, transition.state
        self._entered += 1
        if is_first:
            workflow.upsert_search_attributes([NUMBER_KEY.value_set(transition.state.number)])

    def _set_alarm(self, due: datetime | None) -> None:
        """One timer for all deadlines; one that rings too early is cheaper than one cancelled at each decision."""
        if due is None or (self._alarm is not None and self._alarm_at is not None and self._alarm_at <= due):
            return
        self.put_away()
        self._alarm_at = due
        self._alarm = asyncio.create_task(self._ring(due))

    async def _ring(self, due: datetime) -> None:
        await workflow.sleep(due - workflow.now())
        self._alarm = None
        self._rings += 1


async def _ask_register(method: Callable[[Records, _Asked], _Answer], asked: _Asked) -> _Answer:
    """At once where the register answers; else by an activity that tries until it does.

    The agreement never goes on without its record, and never ends because the register is away.
    """
    try:
        return await workflow.execute_local_activity_method(method, asked, **RECORD_AT_ONCE)
    except FailureError as error:
        workflow.logger.warning("the register does not answer at once: %s", error.cause or error)
    while True:
        try:
            return await workflow.execute_activity_method(method, asked, **RECORD_PATIENTLY)
        except FailureError as error:
            workflow.logger.error("the register refuses what it is asked: %s", error.cause or error)
            await workflow.sleep(RECORD_TROUBLE_PAUSE)
