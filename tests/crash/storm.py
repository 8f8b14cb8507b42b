"""People who ask until they are answered, and what is killed meanwhile: shared by the crash tests."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from temporalio.client import Client, RPCTimeoutOrCancelledError, WorkflowHandle
from temporalio.service import RPCError

from activities.views import Views
from sla.agreement import AgreementState, ChainHead
from sla.command import Command
from starter.stack import Stack
from workflows.agreement import Agreement
from workflows.ids import update_id
from workflows.messages import Closing, Receipt

WORKER_KILLS = 6
SERVER_KILLS = 2
PATIENCE = 120
"""Seconds after which somebody who asks again and again gives up."""

_Answer = TypeVar("_Answer")


@dataclass
class Life:
    """What one agreement's people did, and what they were told."""

    reference: str
    number: str = ""
    commands: list[Command] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    repeats: int = 0


async def stubborn(life: Life, ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
    """Asks again until there is an answer: an unknown outcome is no failure, and a repeat is harmless."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                async with asyncio.timeout(5):
                    return await ask()
            except (RPCError, RPCTimeoutOrCancelledError, TimeoutError) as error:
                if _is_cancelled():
                    raise asyncio.CancelledError from error
                life.repeats += 1
                await asyncio.sleep(0.1)


def _is_cancelled() -> bool:
    """Whether this task was told to stop. The client of Temporal makes an error of its own of that while it asks."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def say(handle: WorkflowHandle[Agreement, Closing], command: Command) -> Receipt:
    """One command, as any door sends it."""
    receipt: Receipt = await handle.execute_update(
        command.verb.value, command, id=update_id(command), result_type=Receipt
    )
    return receipt


def stored(views: Views, number: str) -> AgreementState:
    """The state that the register holds."""
    found = views.find(number)
    assert found is not None
    assert found.state is not None
    return found.state


async def kill_at_random(
    stack: Stack, lives: "list[asyncio.Task[None]]", chance: random.Random, pause: tuple[float, float] = (0.3, 1.5)
) -> Counter[str]:
    """Workers first, then the server, each brought back at once; ends early when everybody is done."""
    killed: Counter[str] = Counter()
    victims = [*["worker"] * WORKER_KILLS, *["server"] * SERVER_KILLS]
    for victim in victims:
        await asyncio.wait(lives, timeout=chance.uniform(*pause))
        if all(life.done() for life in lives):
            break
        killed[victim] += 1
        await asyncio.to_thread(stack.kill_worker if victim == "worker" else stack.kill_server)
        await asyncio.to_thread(stack.start_worker if victim == "worker" else stack.start_server)
    return killed


async def workflow_head(client: Client, life: Life) -> ChainHead:
    """How far the workflow itself says that it is."""
    view = await stubborn(
        life, lambda: client.get_workflow_handle_for(Agreement.run, life.reference).query(Agreement.view)
    )
    assert view is not None
    return view.head


async def all_letters_out(views: Views) -> None:
    """Returns when the mailroom has sent everything."""
    async with asyncio.timeout(90):
        while views.letter_counts().queued:
            await asyncio.sleep(0.2)
