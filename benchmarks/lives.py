"""Two kinds of lives behind one face: an agreement from the form to the signature, and the bare workflow.

Drives them as clients do, by start and update; measures nothing itself.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any, Protocol

from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from benchmarks.bare import Bare
from sla.command import Command
from sla.transitions import act
from tests.autopilot import next_command
from tests.people import opening, received
from workflows.agreement import Agreement
from workflows.messages import Carried, Receipt

Handle = WorkflowHandle[Any, Any]
"""Either kind's handle; the benchmark never looks at results."""


class Lives(Protocol):
    """A kind of life: how it starts, and its steps one after the other."""

    steps: int

    async def start(self, key: str) -> Handle:
        """Starts one life; `key` is its own."""

    async def step(self, life: Handle, index: int) -> None:
        """Takes one step, counted from 0, and returns when it is done."""


def story() -> tuple[Command, ...]:
    """Every decision from the form to the signature.

    Computed once and good for every agreement: editions are named by hashes in which neither a number nor an
    instant stands.
    """
    now = datetime.now(UTC)
    state, commands = received(now=now).state, list[Command]()
    while (command := next_command(state, now)) is not None:
        commands.append(command)
        state = act(state, command, now).state
    return tuple(commands)


class Agreements:
    """Agreements, each carried to the signature."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client, self._task_queue = client, task_queue
        self._opening, self._story = opening(), story()
        self.steps = len(self._story)

    async def start(self, key: str) -> Handle:
        """A request from its form."""
        order = Carried(opening=self._opening.model_copy(update={"reference": key}))
        return await self._client.start_workflow(Agreement.run, order, id=key, task_queue=self._task_queue)

    async def step(self, life: Handle, index: int) -> None:
        """One decision; asked again while the request is not in the register yet."""
        command = self._story[index]
        while True:
            try:
                await life.execute_update(command.verb.value, command, id=command.decision_id, result_type=Receipt)
            except WorkflowUpdateFailedError as error:
                if not _is_early(error):
                    raise
                await asyncio.sleep(0.01)
            else:
                return


def _is_early(error: WorkflowUpdateFailedError) -> bool:
    return isinstance(error.cause, ApplicationError) and "not in the register yet" in error.cause.message


class BareLives:
    """As many updates on a bare workflow, each with a local activity or without."""

    def __init__(self, client: Client, task_queue: str, steps: int, *, with_activity: bool) -> None:
        self._client, self._task_queue = client, task_queue
        self._update = Bare.step if with_activity else Bare.set_field
        self.steps = steps

    async def start(self, key: str) -> Handle:
        """A bare workflow."""
        return await self._client.start_workflow(Bare.run, id=key, task_queue=self._task_queue)

    async def step(self, life: Handle, index: int) -> None:
        """One update."""
        await life.execute_update(self._update, f"step {index}", id=f"d{index}")


async def start_many(lives: Lives, prefix: str, count: int) -> list[Handle]:
    """So many lives at once."""
    return list(await asyncio.gather(*(lives.start(f"{prefix}-{index}") for index in range(count))))


async def live_all(lives: Lives, started: list[Handle]) -> None:
    """Every life to its last step, all at the same time."""
    await asyncio.gather(*(_live(lives, life) for life in started))


async def _live(lives: Lives, life: Handle) -> None:
    for index in range(lives.steps):
        await lives.step(life, index)
