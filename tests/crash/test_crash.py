"""Twenty agreements go through while the worker, and then Temporal's server, are killed with SIGKILL.

At the end every acknowledged decision is in the record once, every letter went out once, and every agreement is in
the stage that its decisions imply. Source: issue "From the form to the signature", Proof.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from temporalio.client import Client, RPCTimeoutOrCancelledError, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from activities.database import open_engine
from activities.views import Views
from sla.agreement import AgreementState, ChainHead
from sla.commands import Command
from sla.intake import opened
from sla.stages import Stage
from sla.transitions import act, receive
from starter.mail_sink import receipts
from starter.stack import Stack
from tests.autopilot import next_command
from tests.people import opening
from tests.temporal import connected
from workflows.agreement import Agreement
from workflows.ids import TASK_QUEUE, update_id
from workflows.messages import Carried, Closing, Receipt

AGREEMENTS = 20
WORKER_KILLS = 6
SERVER_KILLS = 2
SEED = 20261123
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


async def _stubborn(life: Life, ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
    """Asks again until there is an answer: an unknown outcome is no failure, and a repeat is harmless."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                async with asyncio.timeout(5):
                    return await ask()
            except (RPCError, RPCTimeoutOrCancelledError, TimeoutError):
                life.repeats += 1
                await asyncio.sleep(0.1)


async def _live(client: Client, views: Views, life: Life) -> None:
    """One agreement from the form to the signature, each decision repeated until it is acknowledged."""
    handle = await _stubborn(life, lambda: _start(client, life))
    state = await _first_state(views, handle.id)
    life.number = state.number
    while state.stage is not Stage.ACTIVE:
        command = next_command(state, datetime.now(UTC), f"{life.reference}-{state.head.seq}")
        assert command is not None
        command = command.model_copy(update={"seen": state.head.seq})
        receipt = await _stubborn(life, lambda said=command: _say(handle, said))  # type: ignore[misc]
        life.commands.append(command)
        life.receipts.append(receipt)
        state = _stored(views, life.number)


async def _start(client: Client, life: Life) -> WorkflowHandle[Agreement, Closing]:
    return await client.start_workflow(
        Agreement.run,
        Carried(opening=opening(reference=life.reference)),
        id=life.reference,
        task_queue=TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )


async def _say(handle: WorkflowHandle[Agreement, Closing], command: Command) -> Receipt:
    receipt: Receipt = await handle.execute_update(
        command.verb.value, command, id=update_id(command), result_type=Receipt
    )
    return receipt


async def _first_state(views: Views, workflow_id: str) -> AgreementState:
    while True:
        found = views.by_workflow(workflow_id)
        if found is not None and found.state is not None:
            return found.state
        await asyncio.sleep(0.05)


def _stored(views: Views, number: str) -> AgreementState:
    found = views.find(number)
    assert found is not None
    assert found.state is not None
    return found.state


async def _kill_at_random(stack: Stack, lives: list[asyncio.Task[None]], chance: random.Random) -> Counter[str]:
    """Workers first, then the server, each brought back at once; ends early when everything is signed."""
    killed: Counter[str] = Counter()
    victims = [*["worker"] * WORKER_KILLS, *["server"] * SERVER_KILLS]
    for victim in victims:
        await asyncio.wait(lives, timeout=chance.uniform(0.3, 1.5))
        if all(life.done() for life in lives):
            break
        killed[victim] += 1
        await asyncio.to_thread(stack.kill_worker if victim == "worker" else stack.kill_server)
        await asyncio.to_thread(stack.start_worker if victim == "worker" else stack.start_server)
    return killed


async def _workflow_head(client: Client, life: Life) -> ChainHead:
    view = await _stubborn(
        life, lambda: client.get_workflow_handle_for(Agreement.run, life.reference).query(Agreement.view)
    )
    assert view is not None
    return view.head


def _implied_stage(life: Life) -> Stage:
    """The stage that the acknowledged decisions lead to, by the pure rules alone."""
    now = datetime.now(UTC)
    transition = receive(opened(opening(reference=life.reference), life.number, now), now)
    for command in life.commands:
        transition = act(transition.state, command, now)
    return transition.state.stage


async def _all_letters_out(views: Views) -> None:
    async with asyncio.timeout(90):
        while views.letter_counts().queued:
            await asyncio.sleep(0.2)


@pytest.mark.timeout(400)
async def test_nothing_is_lost_and_nothing_doubled_when_processes_are_killed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(SEED)
    with Stack(tmp_path, temporal_port=None, ui_port=None, smtp_port=None) as stack:
        client = await connected(stack.settings.temporal_address)
        engine = open_engine(stack.settings.register_url)
        views = Views(engine)
        lives = [Life(f"crash-{place:02d}") for place in range(AGREEMENTS)]
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(_live(client, views, life)) for life in lives]
            killed = await _kill_at_random(stack, running, chance)
        await _all_letters_out(views)

        decisions = Counter(
            row.event.decision_id for life in lives for row in views.history(life.number) if row.event.decision_id
        )
        acknowledged = [receipt for life in lives for receipt in life.receipts]
        letters = views.letters()
        received = receipts(stack.letters)
        stages = [_stored(views, life.number).stage for life in lives]
        problems = [report.problem for life in lives if (report := views.audit(life.number))]
        register_heads = [_stored(views, life.number).head for life in lives]
        workflow_heads = [await _workflow_head(client, life) for life in lives]
        engine.dispose()

    with capsys.disabled():
        print(
            f"\n{dict(killed)} killed; {len(acknowledged)} decisions acknowledged after "
            f"{sum(life.repeats for life in lives)} repeats; {len(letters)} letters, "
            f"{sum(received.values()) - len(received)} transmitted again with the same Message-ID"
        )
    assert killed == Counter(worker=WORKER_KILLS, server=SERVER_KILLS)
    assert {decisions[c.decision_id] for life in lives for c in life.commands} == {1}
    assert len(decisions) == len(acknowledged)
    assert problems == [None] * AGREEMENTS
    assert stages == [_implied_stage(life) for life in lives] == [Stage.ACTIVE] * AGREEMENTS
    assert workflow_heads == register_heads
    assert len(received) == len({letter.message_key for letter in letters}) == len(letters)
    assert {letter.status.value for letter in letters} == {"sent"}
