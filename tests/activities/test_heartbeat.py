"""The pulse of an activity: it is heard while the work waits, and no longer."""

import asyncio
from datetime import timedelta

from temporalio.testing import ActivityEnvironment

from activities.heartbeat import beating_beside

OFTEN = timedelta(milliseconds=1)


def test_an_activity_that_waits_is_heard_until_it_is_done() -> None:
    heard: list[object] = []
    thrice = asyncio.Event()

    def listen(*details: object) -> None:
        heard.append(details)
        if len(heard) == 3:
            thrice.set()

    async def work() -> int:
        async with beating_beside(OFTEN):
            await thrice.wait()
        return len(heard)

    async def asked() -> tuple[int, int]:
        environment = ActivityEnvironment()
        environment.on_heartbeat = listen
        before = asyncio.all_tasks()
        counted = await environment.run(work)
        beats = asyncio.all_tasks() - before
        await asyncio.gather(*beats, return_exceptions=True)
        return counted, len(heard)

    counted, later = asyncio.run(asyncio.wait_for(asked(), timeout=10))
    assert counted == later >= 3


def test_outside_an_activity_nobody_listens() -> None:
    async def work() -> str:
        async with beating_beside(OFTEN):
            return "done"

    assert asyncio.run(work()) == "done"
