"""The player: takes a life from its beginning to its end, hop by hop, on the real engine.

Between two acts nobody does anything: what comes by itself is foreseen (`foresight`), the engine's clock hops to the
next act at once, and the timers in between ring on the way. What happens then is the engine's doing alone.

The engine's clock runs on while somebody acts, some milliseconds at a time, on a busy machine more. Every act is
therefore aimed at the beginning of a whole minute, the timeline tells minutes, and every entry of the record is
compared with the minute that it was foreseen for: so two rehearsals of the same thing tell the same.
Source: SEE-2.
"""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pydantic import ValidationError
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from rehearsal.cast import command
from rehearsal.foresight import Foreseen, foresee
from rehearsal.ground import Ground
from rehearsal.moments import whole_minute
from rehearsal.occasions import Occasion, happened, seen_in
from rehearsal.scenario import Papers, Scenario
from rehearsal.script import Act, Script
from rehearsal.timeline import Refused
from sla.agreement import AgreementState, local_time
from sla.command import Command
from sla.errors import NotPossible, SlaError, Unreachable
from sla.intake import Opening
from workflows.agreement import Agreement
from workflows.ids import TASK_QUEUE, agreement_id, update_id
from workflows.messages import Carried, Closing, Receipt

AIM = timedelta(milliseconds=40)
"""How far into its minute an act is aimed, so that no rounding of the engine puts it into the one before."""
MOST_ACTS = 5000
ANSWERS_WITHIN = 30.0
"""Seconds of real time after which an engine that stands still is given up."""
BETWEEN_LOOKS = 0.004

Handle = WorkflowHandle[Agreement, Closing]


class Played(NamedTuple):
    """What a rehearsal came to, beside what its register holds."""

    number: str
    until: datetime
    refused: tuple[Refused, ...]
    is_on_time: bool
    """Every entry of the record stands in the minute that was foreseen for it."""
    steps: dict[int, int]
    """For each event that a step of the scenario has caused, the number of that step."""


class Player:
    """Plays one agreement."""

    def __init__(self, ground: Ground, scenario: Scenario, papers: Papers, begins: datetime) -> None:
        self._ground, self._papers, self._begins = ground, papers, begins
        self._script = Script(scenario, begins)
        self._known: tuple[Occasion, ...] = ()
        self._refused: list[Refused] = []
        self._entries: dict[int, datetime] = {}
        self._steps: dict[int, int] = {}
        self._acts = 0
        self._workflow_id = ""
        self._current: AgreementState | None = None

    async def receive(self, opening: Opening) -> None:
        """A request is received, at the very beginning."""
        at = self._begins + AIM
        workflow_id = agreement_id(opening.provider, opening.reference)
        await self._start(workflow_id, Carried(opening=opening), at - datetime.now(UTC))
        await self._hop(at)
        self._entries[1] = self._begins
        self._current = await self._recorded(1)
        self._known = tuple(seen_in(self._state))

    async def take_over(self, workflow_id: str, state: AgreementState) -> None:
        """An agreement that the register holds goes on from where it stands."""
        self._current, self._known = state, tuple(seen_in(state))
        await self._start(workflow_id, Carried(state=state), None)

    async def _start(self, workflow_id: str, carried: Carried, delay: timedelta | None) -> None:
        self._workflow_id = workflow_id
        await self._ground.skipper.client.start_workflow(
            Agreement.run, carried, id=workflow_id, task_queue=TASK_QUEUE, start_delay=delay
        )

    @property
    def _state(self) -> AgreementState:
        assert self._current is not None
        return self._current

    async def play(self) -> Played:
        """To the end. Raises Unreachable where the engine stands still or the scenario goes round in a circle."""
        while (foreseen := foresee(self._state, self._known, self._script)).act is not None:
            self._acts += 1
            if self._acts > MOST_ACTS:
                raise NotPossible(f"more than {MOST_ACTS} acts were played: the scenario goes round in a circle")
            await self._play(foreseen.act, foreseen)
        until = await self._play_out(foreseen)
        self._refused += self._never_played()
        return Played(self._state.number, until, tuple(self._refused), self._is_on_time(), self._steps)

    async def _play(self, act: Act, foreseen: Foreseen) -> None:
        self._entries |= foreseen.entries
        self._known = (*foreseen.known, *self._script.done(act))
        if act.missed is not None:
            was = local_time(self._state, act.missed)
            self._refuse(act, f"its time, {was}, was past when its turn came; nothing was done.")
            return
        if act.verb is None:
            return
        await self._hop(act.at + AIM)
        try:
            receipt = await self._send(self._command(act, foreseen.state))
        except SlaError as error:
            self._refuse(act, str(error))
            self._current = await self._recorded(self._due_by(foreseen))
        else:
            self._entries[receipt.seq] = act.at
            if act.step is not None:
                self._steps[receipt.seq] = self._script.scenario.steps.index(act.step) + 1
            self._current = await self._recorded(receipt.seq)
        self._known = (*self._known, *happened(foreseen.state, self._state, act.at))

    def _due_by(self, foreseen: Foreseen) -> int:
        return max(foreseen.entries, default=self._state.head.seq)

    def _command(self, act: Act, state: AgreementState) -> Command:
        assert act.verb is not None
        given = act.step.given if act.step else {}
        subject = act.wait.subject if act.wait else ""
        decision_id = f"rehearsed-{self._acts}"
        try:
            return command(
                act.verb, state, act.who, act.at, self._papers, subject=subject, given=given, decision_id=decision_id
            )
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"]))
            raise NotPossible(f"{field}: {first['msg'].removeprefix('Value error, ')}") from None

    async def _send(self, said: Command) -> Receipt:
        """Sends a command. Raises NotPossible with the agreement's own sentence where it refuses."""
        try:
            receipt: Receipt = await asyncio.wait_for(
                self._handle.execute_update(said.verb.value, said, id=update_id(said), result_type=Receipt),
                ANSWERS_WITHIN,
            )
        except WorkflowUpdateFailedError as error:
            cause = error.cause
            raise NotPossible(cause.message if isinstance(cause, ApplicationError) else str(cause)) from None
        return receipt

    def _refuse(self, act: Act, sentence: str) -> None:
        if act.wait is not None:
            self._script.give_up(act.wait)
        if act.verb is not None:
            self._refused.append(
                Refused(at=act.at, who=act.who, verb=act.verb, sentence=f"{self._place(act)}{sentence}")
            )

    def _place(self, act: Act) -> str:
        return f"{self._script.scenario.source}, line {act.step.line}: " if act.step else ""

    def _never_played(self) -> Iterator[Refused]:
        """The steps whose time has never come."""
        at = max(self._entries.values(), default=self._begins)
        for step in self._script.left_over:
            if step.verb is not None:
                place = f"{self._script.scenario.source}, line {step.line}: "
                why = f"its time ({step.said}) never came: {self._state.number} was {self._state.stage} at the end."
                yield Refused(at=at, who=step.who, verb=step.verb, sentence=f"{place}{why}")

    # -- the engine

    @property
    def _handle(self) -> Handle:
        return self._ground.client.get_workflow_handle_for(Agreement.run, self._workflow_id)

    async def _play_out(self, foreseen: Foreseen) -> datetime:
        """Nobody acts any more: to the end of the agreement, or of the rehearsal."""
        self._entries |= foreseen.entries
        last = max([self._script.now, *foreseen.entries.values()])
        until = last if foreseen.state.stage.is_end else self._script.scenario.until or last
        await self._hop(max(until, last) + AIM)
        self._current = await self._recorded(self._due_by(foreseen))
        return until

    async def _hop(self, to: datetime) -> None:
        """The engine's clock goes on to an instant; nothing when it is there. A run that has just been handed on is
        asked again."""
        deadline = time.monotonic() + ANSWERS_WITHIN
        while time.monotonic() < deadline:
            try:
                span = to - await self._ground.skipper.get_current_time(self._handle)
                if span > timedelta(0):
                    await asyncio.wait_for(self._ground.skipper.fast_forward(self._handle, span), ANSWERS_WITHIN)
            except RPCError as error:
                if error.status not in {RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION}:
                    raise
                await asyncio.sleep(BETWEEN_LOOKS)
            else:
                return
        raise Unreachable(f"the engine's clock has not come to {to} within {ANSWERS_WITHIN:g} s")

    async def _recorded(self, seq: int) -> AgreementState:
        """The state once the register has this entry."""
        deadline = time.monotonic() + ANSWERS_WITHIN
        while time.monotonic() < deadline:
            found = self._ground.views.by_workflow(self._workflow_id)
            if found is not None and found.state is not None and found.seq >= seq:
                return found.state
            await asyncio.sleep(BETWEEN_LOOKS)
        raise Unreachable(f"entry {seq} was foreseen, and the register has not got it within {ANSWERS_WITHIN:g} s")

    def _is_on_time(self) -> bool:
        """Entries that were due before the beginning come when they can, and are not judged."""
        written = {each.event.seq: each.event.at for each in self._ground.views.history(self._state.number)}
        return all(
            seq in written and whole_minute(written[seq]) == whole_minute(at)
            for seq, at in self._entries.items()
            if at >= self._begins
        )
