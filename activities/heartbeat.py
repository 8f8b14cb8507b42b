"""The pulse of an activity that works for minutes: while its process lives Temporal hears it, and where it is.

A thread of its own beats, because the work may be in one long question to the database or one long computation; beside
work that only waits, a task does. What hangs for ever is ended by the time that an activity may take as a whole.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import copy_context
from datetime import timedelta

from temporalio import activity

EVERY = timedelta(seconds=2)


class Pulse:
    """Where the work is: the last thing that it began."""

    def __init__(self) -> None:
        self.at = ""

    def beat(self) -> None:
        """Tells Temporal."""
        activity.heartbeat(self.at)


@contextmanager
def beating() -> Iterator[Pulse]:
    """Beats until the block ends; outside an activity, as in a test or a benchmark, nobody listens."""
    pulse, over = Pulse(), threading.Event()
    if not activity.in_activity():
        yield pulse
        return

    def beat_on() -> None:
        while not over.wait(EVERY.total_seconds()):
            pulse.beat()

    context = copy_context()
    thread = threading.Thread(target=context.run, args=(beat_on,), name="heartbeat", daemon=True)
    pulse.beat()
    thread.start()
    try:
        yield pulse
    finally:
        over.set()
        thread.join()


@asynccontextmanager
async def beating_beside(every: timedelta = EVERY) -> AsyncIterator[None]:
    """The same for an activity that waits for others: it beats while they think."""
    if not activity.in_activity():
        yield
        return

    async def beat_on() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(every.total_seconds())

    beats = asyncio.create_task(beat_on())
    try:
        yield
    finally:
        beats.cancel()
