"""People who ask again and again stop when they are told to, also in the middle of a question."""

import asyncio

import pytest
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError

from tests.crash.storm import Life, stubborn


async def _asks_the_dead(asking: asyncio.Event) -> None:
    """What the client of Temporal does with a cancelled update."""
    asking.set()
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError as error:
        raise WorkflowUpdateRPCTimeoutOrCancelledError from error


async def test_who_asks_again_and_again_stops_when_cancelled_in_the_middle_of_a_question() -> None:
    life, asking = Life("stubborn"), asyncio.Event()
    asked = asyncio.create_task(stubborn(life, lambda: _asks_the_dead(asking)))
    await asking.wait()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(3):
            await asked
    assert life.repeats == 0
