"""A real Temporal server for tests, able to skip time; and a world in which agreements live on it."""

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Engine
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig
from temporalio.worker import Worker, WorkflowRunner

from activities.absent import NoUnderpinning
from activities.compliance import SqlCompliance, SqlMonitoring
from activities.records import SqlRecords
from activities.settings import Settings
from activities.views import Views
from sla.agenda import Entry as AgendaEntry
from sla.agreement import AgreementState
from sla.amendment import scene
from sla.command import Command
from sla.contract_commands import SubmitDraft
from sla.intake import opened
from sla.living import next_due
from sla.stages import Stage
from sla.term import months_after
from sla.terms import Period
from sla.transitions import Transition, act, receive
from starter.temporal_server import server_arguments
from tests.autopilot import answer_to, next_command
from tests.people import opening
from worker import production_runner
from workflows.agreement import Agreement
from workflows.ids import update_id
from workflows.messages import Carried, Closing, Entry, NumberRequest, Receipt
from workflows.ports import Compliance, Monitoring, Records, Underpinning

DEADLINE = 30.0
"""Seconds after which a state that was waited for is given up."""


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_server(database: Path | None, *, time_skipping: bool = True, tuned: bool = True) -> Iterator[str]:
    """The address of a Temporal server that runs as long as the block."""
    port = free_port()
    command = server_arguments(port, None, database=database, time_skipping=time_skipping, tuned=tuned)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            yield f"127.0.0.1:{port}"
        finally:
            server.terminate()


async def connected(address: str) -> Client:
    """A client, as soon as the server answers."""
    for _ in range(300):
        try:
            client = await Client.connect(address, data_converter=pydantic_data_converter)
            await client.count_workflows()
        except (RuntimeError, RPCError):
            await asyncio.sleep(0.05)
        else:
            return client
    raise TimeoutError(f"no server at {address}")


_queues = count(1)


class Neighbours(NamedTuple):
    """Whom the ordered stop asks."""

    compliance: Compliance
    monitoring: Monitoring
    underpinning: Underpinning


def shipped(engine: Engine) -> Neighbours:
    """Neighbours as they are shipped; one is not there yet, and says so."""
    return Neighbours(SqlCompliance(engine, Settings()), SqlMonitoring(engine), NoUnderpinning())


def coming_period(months: int = 12, *, starts_in: int = 2) -> Period:
    """A term from the first of a month that is near, whatever the day of the test is."""
    first = months_after(datetime.now(UTC).date().replace(day=1), starts_in)
    return Period(start=first, end=months_after(first, months), zone="Europe/Berlin")


def prompt_life(
    state: AgreementState, now: datetime, changes: dict[str, object]
) -> Iterator[tuple[Transition, Command | None]]:
    """Every transition from the form to the signature, without a server: everybody is prompt."""
    transition, command = receive(state, now), None
    yield transition, command
    while transition.state.stage is not Stage.ACTIVE:
        command = next_command(transition.state, now)
        assert command is not None
        if isinstance(command, SubmitDraft):
            command = command.model_copy(update={"terms": command.terms.model_copy(update=changes)})
        transition = act(transition.state, command, now)
        yield transition, command


def enrolled(
    engine: Engine, reference: str, period: Period, at: datetime, changes: dict[str, object], *, sleeping: bool = False
) -> AgreementState:
    """An agreement signed at an instant, with its whole record in the register; no workflow carries it yet."""
    asked, records = opening(reference=reference, period=period), SqlRecords(engine)
    request = NumberRequest(
        workflow_id=reference, provider=asked.provider, reference=reference, form_digest=asked.form_digest, at=at
    )
    state = opened(asked, records.number(request).number, at)
    for transition, command in prompt_life(state, at, changes):
        state = slept(transition.state) if sleeping else transition.state
        records.record(Entry.of(transition.model_copy(update={"state": state}), reference, command))
    return state


def slept(state: AgreementState) -> AgreementState:
    """The state as 0.1.0 would have it: nothing is known there of a life after the signature."""
    return state.model_copy(update={"life": None})


@dataclass
class World:
    """A worker with its own task queue, register and clock-skipping client."""

    skipper: TimeSkipper
    engine: Engine
    task_queue: str
    records: Records
    neighbours: Neighbours
    runner: WorkflowRunner
    started: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def views(self) -> Views:
        return Views(self.engine)

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[None]:
        """A worker serves this world as long as the block."""
        records, (compliance, monitoring, underpinning) = self.records, self.neighbours
        with ThreadPoolExecutor(4) as threads:
            async with Worker(
                self.skipper.client,
                task_queue=self.task_queue,
                workflows=[Agreement],
                activities=[
                    records.number,
                    records.record,
                    records.beyond,
                    compliance.judge_final_period,
                    compliance.settle_credits,
                    monitoring.stop,
                    underpinning.flag,
                ],
                activity_executor=threads,
                workflow_runner=self.runner,
                build_id="tests",
            ):
                yield

    async def signed(
        self,
        period: Period | None = None,
        *,
        ago: timedelta = timedelta(0),
        sleeping: bool = False,
        **changes: object,
    ) -> "Case":
        """An agreement that was signed a while ago, with some of the drafted terms changed, as its run handed it on.

        Its events are in the register; `sleeping` leaves it in the state that 0.1.0 wrote.
        """
        reference, at = f"{self.task_queue}-{next(self.started)}", datetime.now(UTC) - ago
        state = enrolled(self.engine, reference, period or coming_period(), at, changes, sleeping=sleeping)
        return await self.resume(state, reference)

    async def resume(self, state: AgreementState, id_: str) -> "Case":
        """An agreement that a run before has handed on in this state."""
        handle: WorkflowHandle[Agreement, Closing] = await self.skipper.client.start_workflow(
            Agreement.run, Carried(state=state), id=id_, task_queue=self.task_queue
        )
        return Case(self, handle)

    async def start(self, **changes: object) -> "Case":
        """A request from its form; returns when it is in the register."""
        reference = f"{self.task_queue}-{next(self.started)}"
        handle: WorkflowHandle[Agreement, Closing] = await self.skipper.client.start_workflow(
            Agreement.run,
            Carried(opening=opening(reference=reference, **changes)),
            id=reference,
            task_queue=self.task_queue,
        )
        case = Case(self, handle)
        await case.until(lambda state: state.head.seq >= 1)
        return case


class Case:
    """One agreement, driven as its people would."""

    def __init__(self, world: World, handle: WorkflowHandle[Agreement, Closing]) -> None:
        self.world, self.handle = world, handle

    async def view(self) -> AgreementState | None:
        """The state by query."""
        state: AgreementState | None = await self._asked(Agreement.view)
        return state

    async def agenda(self) -> tuple[AgendaEntry, ...]:
        """What is ahead, by query."""
        return tuple(await self._asked(Agreement.agenda))

    async def _asked(self, query: Any) -> Any:
        """The answer to a query; right after a jump in time the server may need another moment."""
        for _ in range(200):
            try:
                return await self.handle.query(query)
            except RPCError as error:
                if error.status not in {RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.NOT_FOUND}:
                    raise
                await asyncio.sleep(0.02)
        raise TimeoutError("the agreement does not answer a query")

    async def state(self) -> AgreementState:
        state = await self.view()
        assert state is not None
        return state

    async def until(self, reached: Any) -> AgreementState:
        """The first state in which `reached(state)` holds."""
        async with asyncio.timeout(DEADLINE):
            while True:
                state = await self.view()
                if state is not None and reached(state):
                    return state
                await asyncio.sleep(0.02)

    def now(self, state: AgreementState) -> datetime:
        """The agreement's own clock, at least as far as its last event."""
        return max(event.event.at for event in self.world.views.history(state.number))

    async def act(self, command: Command) -> Receipt:
        receipt: Receipt = await self.handle.execute_update(
            command.verb.value, command, id=update_id(command), result_type=Receipt
        )
        return receipt

    async def stubborn(self, command: Command) -> Receipt:
        """Says it again until there is an answer: a run that hands on may leave a sender without one."""
        async with asyncio.timeout(DEADLINE):
            while True:
                try:
                    return await self.act(command)
                except RPCError:
                    await asyncio.sleep(0.02)

    async def refused(self, command: Command) -> ApplicationError:
        """The refusal of a command that must not be carried out."""
        with pytest.raises(WorkflowUpdateFailedError) as caught:
            await self.act(command)
        cause = caught.value.cause
        assert isinstance(cause, ApplicationError)
        return cause

    async def carry_to(self, stage: Stage) -> AgreementState:
        """Everybody is prompt until the agreement is in this stage."""
        state = await self.state()
        while state.stage is not stage:
            command = next_command(state, self.now(state))
            assert command is not None, f"nobody is waited for in {state.stage}"
            await self.act(command)
            state = await self.state()
        return state

    async def carry_amendment(self, stage: Stage | None = None) -> AgreementState:
        """Everybody is prompt until the amendment is in this stage, or agreed."""
        state = await self.state()
        while state.amendment is not None and state.amendment.stage is not stage:
            played = scene(state)
            await self.act(answer_to(played, played.waits[0], await self.clock()))
            state = await self.state()
        return state

    async def pass_time(self, span: timedelta) -> None:
        """The agreement's clock jumps."""
        await self.world.skipper.fast_forward(self.handle, span)

    async def clock(self) -> datetime:
        """What time it is for the agreement."""
        return await self.world.skipper.get_current_time(self.handle)

    async def live_to(self, when: date | datetime) -> AgreementState:
        """Nobody does anything until an instant (a day: noon in UTC); the state in which nothing is overdue by then."""
        at = when if isinstance(when, datetime) else datetime(when.year, when.month, when.day, 12, tzinfo=UTC)
        await self.pass_time(at - await self.clock())
        return await self.until(lambda state: state.stage.is_end or ((due := next_due(state)) is None or due > at))

    async def silence_to_the_end(self) -> Closing:
        """Nobody does anything any more."""
        await self.world.skipper.fast_forward(self.handle)
        return await self.handle.result()

    def facts(self, number: str) -> list[str]:
        return [row.event.fact.value for row in self.world.views.history(number)]


def empty_world(
    client: Client,
    engine: Engine,
    *,
    records: Records | None = None,
    neighbours: Neighbours | None = None,
    runner: WorkflowRunner | None = None,
) -> World:
    """A world that no worker serves yet."""
    return World(
        TimeSkipper(client, config=TimeSkippingConfig(enabled=False)),
        engine,
        f"q{next(_queues)}-{free_port()}",
        records or SqlRecords(engine),
        neighbours or shipped(engine),
        runner or production_runner(),
    )


@asynccontextmanager
async def world(
    client: Client,
    engine: Engine,
    *,
    records: Records | None = None,
    neighbours: Neighbours | None = None,
    runner: WorkflowRunner | None = None,
) -> AsyncIterator[World]:
    """A world with its own worker; `records` may be a register that fails, `neighbours` those of the ordered stop."""
    here = empty_world(client, engine, records=records, neighbours=neighbours, runner=runner)
    async with here.worker():
        yield here
