"""Whether this container does its work, as one exit status: `python -m starter.health [--worker]`.

Knows Temporal and the name of this machine. Says nothing about agreements; that is `sla doctor`.
"""

import argparse
import asyncio
import os
import socket
import sys
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from activities.settings import Settings
from sla.errors import SlaError, Unreachable
from workflows.ids import TASK_QUEUE
from workflows.wire import connect

LAST_SEEN_WITHIN = timedelta(minutes=3)
"""A poll lasts up to a minute, so a worker that polls has been seen a little more than that ago at most."""


async def require_polling(client: Client, machine: str) -> None:
    """Raises Unreachable unless a worker of this machine asks Temporal for work."""
    answer = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=TASK_QUEUE),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
    )
    recent = datetime.now(UTC) - LAST_SEEN_WITHIN
    seen = {
        poller.identity.rpartition("@")[2]
        for poller in answer.pollers
        if poller.last_access_time.ToDatetime(tzinfo=UTC) > recent
    }
    if machine not in seen:
        raise Unreachable(f"no worker of {machine} polls the queue {TASK_QUEUE!r}; its log tells why")


async def check(settings: Settings, *, worker: bool) -> None:
    """Raises Unreachable with the reason when something is missing."""
    client = await connect(settings)
    if worker:
        await require_polling(client, socket.gethostname())


def main() -> int:
    """Exit status 0 when all is well, 1 with the reason otherwise."""
    parser = argparse.ArgumentParser(description="Whether this container does its work.")
    parser.add_argument("--worker", action="store_true", help="a worker must run on this machine")
    options = parser.parse_args()
    try:
        asyncio.run(check(Settings(), worker=options.worker))
    except SlaError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    # A client's own threads may call into an interpreter that is going away, which aborts it and hides the status.
    os._exit(status)
