"""Twenty agreements go through while the worker, and then Temporal's server, are killed with SIGKILL.

At the end every acknowledged decision is in the record once, every letter went out once, and every agreement is in
the stage that its decisions imply. Source: issue "From the form to the signature", Proof.
"""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy

from activities.database import open_engine
from activities.views import Views
from sla.agreement import AgreementState
from sla.intake import opened
from sla.stages import Stage
from sla.transitions import act, receive
from starter.mail_sink import receipts
from starter.stack import Stack
from tests.autopilot import next_command
from tests.crash.storm import (
    PATIENCE,
    SERVER_KILLS,
    WORKER_KILLS,
    Life,
    all_letters_out,
    kill_at_random,
    say,
    stored,
    stubborn,
    workflow_head,
)
from tests.people import opening
from tests.temporal import connected
from workflows.agreement import Agreement
from workflows.ids import TASK_QUEUE
from workflows.messages import Carried, Closing

AGREEMENTS = 20
SEED = 20261123


async def _live(client: Client, views: Views, life: Life) -> None:
    """One agreement from the form to the signature, each decision repeated until it is acknowledged."""
    handle = await stubborn(life, lambda: _start(client, life))
    state = await _first_state(views, handle.id)
    life.number = state.number
    while state.stage is not Stage.ACTIVE:
        command = next_command(state, datetime.now(UTC), f"{life.reference}-{state.head.seq}")
        assert command is not None
        command = command.model_copy(update={"seen": state.head.seq})
        receipt = await stubborn(life, lambda said=command: say(handle, said))  # type: ignore[misc]
        life.commands.append(command)
        life.receipts.append(receipt)
        state = stored(views, life.number)


async def _start(client: Client, life: Life) -> WorkflowHandle[Agreement, Closing]:
    return await client.start_workflow(
        Agreement.run,
        Carried(opening=opening(reference=life.reference)),
        id=life.reference,
        task_queue=TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )


async def _first_state(views: Views, workflow_id: str) -> AgreementState:
    async with asyncio.timeout(PATIENCE):
        while True:
            found = views.by_workflow(workflow_id)
            if found is not None and found.state is not None:
                return found.state
            await asyncio.sleep(0.05)


def _implied_stage(life: Life) -> Stage:
    """The stage that the acknowledged decisions lead to, by the pure rules alone."""
    now = datetime.now(UTC)
    transition = receive(opened(opening(reference=life.reference), life.number, now), now)
    for command in life.commands:
        transition = act(transition.state, command, now)
    return transition.state.stage


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
            killed = await kill_at_random(stack, running, chance)
        await all_letters_out(views)

        decisions = Counter(
            row.event.decision_id for life in lives for row in views.history(life.number) if row.event.decision_id
        )
        acknowledged = [receipt for life in lives for receipt in life.receipts]
        letters = views.letters()
        received = receipts(stack.letters)
        stages = [stored(views, life.number).stage for life in lives]
        problems = [report.problem for life in lives if (report := views.audit(life.number))]
        register_heads = [stored(views, life.number).head for life in lives]
        workflow_heads = [await workflow_head(client, life) for life in lives]
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
