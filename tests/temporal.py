"""A real Temporal server for tests, able to skip time; and a world in which agreements live on it."""

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig
from temporalio.worker import Worker, WorkflowRunner

from activities.records import SqlRecords
from activities.views import Views
from sla.agreement import AgreementState
from sla.commands import Command
from sla.stages import Stage
from starter.temporal_server import server_arguments
from tests.autopilot import next_command
from tests.people import opening
from worker import production_runner
from workflows.agreement import Agreement
from workflows.ids import update_id
from workflows.messages import Carried, Closing, Receipt
from workflows.ports import Records

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


@dataclass
class World:
    """A worker with its own task queue, register and clock-skipping client."""

    skipper: TimeSkipper
    engine: Engine
    task_queue: str
    started: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def views(self) -> Views:
        return Views(self.engine)

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
        """The state by query; right after a jump in time the server may need another moment."""
        for _ in range(200):
            try:
                return await self.handle.query(Agreement.view)
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

    async def pass_time(self, span: timedelta) -> None:
        """The agreement's clock jumps."""
        await self.world.skipper.fast_forward(self.handle, span)

    async def silence_to_the_end(self) -> Closing:
        """Nobody does anything any more."""
        await self.world.skipper.fast_forward(self.handle)
        return await self.handle.result()

    def facts(self, number: str) -> list[str]:
        return [row.event.fact.value for row in self.world.views.history(number)]


@asynccontextmanager
async def world(
    client: Client, engine: Engine, *, records: Records | None = None, runner: WorkflowRunner | None = None
) -> AsyncIterator[World]:
    """A world with its own worker; `records` may be a register that fails."""
    task_queue = f"q{next(_queues)}-{free_port()}"
    records = records or SqlRecords(engine)
    with ThreadPoolExecutor(4) as threads:
        async with Worker(
            client,
            task_queue=task_queue,
            workflows=[Agreement],
            activities=[records.number, records.record, records.beyond],
            activity_executor=threads,
            workflow_runner=runner or production_runner(),
            build_id="tests",
        ):
            skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
            yield World(skipper, engine, task_queue)
