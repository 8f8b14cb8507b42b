"""The durable workflow that keeps the mailroom open, on the real server."""

import asyncio
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.worker import Worker

from worker import production_runner
from workflows.mailroom import ROUNDS_PER_RUN, Mailroom
from workflows.messages import DeliveryReport, DeliveryRound
from workflows.ports import Letters

DEADLINE = 60.0


class QuickRounds(Letters):
    """A mailroom whose rounds end at once, and whose first ones fail."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.rounds: list[DeliveryRound] = []
        self.enough = asyncio.Event()

    @activity.defn(name="letters.deliver")
    async def deliver(self, order: DeliveryRound) -> DeliveryReport:
        if self.failures > 0:
            self.failures -= 1
            raise ConnectionError("the register is away")
        self.rounds.append(order)
        if len(self.rounds) > ROUNDS_PER_RUN + 2:
            self.enough.set()
        return DeliveryReport(sent=1)


@pytest.mark.parametrize("failures", [0, 2])
async def test_rounds_go_on_across_runs_and_failures(temporal: Client, failures: int) -> None:
    letters = QuickRounds(failures)
    queue = f"mailroom-{uuid4()}"
    async with Worker(
        temporal,
        task_queue=queue,
        workflows=[Mailroom],
        activities=[letters.deliver],
        workflow_runner=production_runner(),
        build_id="tests",
    ):
        order = DeliveryRound()
        first = await temporal.start_workflow(Mailroom.run, order, id=queue, task_queue=queue)
        async with asyncio.timeout(DEADLINE):
            await letters.enough.wait()
        await temporal.get_workflow_handle(queue).terminate()
    assert set(letters.rounds) == {order}
    past = temporal.get_workflow_handle(queue, run_id=first.first_execution_run_id)
    assert (await past.describe()).status is WorkflowExecutionStatus.CONTINUED_AS_NEW
    assert len((await past.fetch_history()).events) < 150
