"""A worker process as people run it, with the bare workflow's worker beside the product's.

`python -m benchmarks.working ADDRESS REGISTER_URL`; works until its input is closed.
"""

import asyncio
import sys

from activities.database import open_engine
from activities.settings import Settings
from benchmarks.ground import OURS, bare_worker
from tests.temporal import connected
from worker import build_worker


async def serve(address: str, register_url: str) -> None:
    """Says `ready` when both workers are."""
    settings = Settings(database_url=register_url, worker_cached_workflows=10_000)
    client, engine = await connected(address), open_engine(register_url)
    async with build_worker(client, engine, settings, task_queue=OURS), bare_worker(client):
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2]))
