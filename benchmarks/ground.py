"""What the measurements stand on: servers on database files, and worker processes as people run them."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client
from temporalio.worker import Worker

from activities.database import migrate, open_engine
from benchmarks.bare import Bare, nothing
from benchmarks.empty import Empty
from tests.temporal import connected, running_server
from worker import production_runner

OURS, THEIRS = "ours", "bare"
"""The task queues."""
REGISTER_THREADS = 8


@dataclass(frozen=True)
class Ground:
    """A server in its shipped settings, and a worker process for both kinds of life on it."""

    client: Client
    worker_pid: int


@asynccontextmanager
async def ground(folder: Path) -> AsyncIterator[Ground]:
    """Stands as long as the block, on files in this folder."""
    url = f"sqlite:///{folder / 'register.db'}"
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()
    with running_server(folder / "temporal.db", time_skipping=False) as address:
        client = await connected(address)
        with _working(address, url) as pid:
            yield Ground(client, pid)


@contextmanager
def _working(address: str, register_url: str) -> Iterator[int]:
    """The worker's process; it ends when its input does."""
    command = [sys.executable, "-m", "benchmarks.working", address, register_url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        if worker.stdout is None or worker.stdout.readline() != "ready\n":
            raise RuntimeError("the worker process did not start")
        yield worker.pid


@asynccontextmanager
async def bare_worker(client: Client) -> AsyncIterator[None]:
    """A worker for bare workflows, in the same sandbox as the product's."""
    with ThreadPoolExecutor(REGISTER_THREADS) as threads:
        async with Worker(
            client,
            task_queue=THEIRS,
            workflows=[Bare, Empty],
            activities=[nothing],
            activity_executor=threads,
            workflow_runner=production_runner(),
            build_id="benchmarks",
        ):
            yield
