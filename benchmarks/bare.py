"""The bare workflow: as many updates and local activities as an agreement, and nothing in them.

What the engine takes for these is the floor; what an agreement takes above it is ours.
"""

from datetime import timedelta

from temporalio import activity, workflow

OPENING_ACTIVITIES = 2
"""An agreement asks the register twice before anybody acts: for its number, and to record the request."""


@activity.defn(name="bench.nothing")
def nothing(text: str) -> str:
    """A local activity without work in it."""
    return text


async def _local(text: str) -> str:
    return await workflow.execute_local_activity(nothing, text, start_to_close_timeout=timedelta(seconds=5))


@workflow.defn(name="bench-bare")
class Bare:
    """Takes updates; waits for ever."""

    def __init__(self) -> None:
        self._text = ""

    @workflow.run
    async def run(self) -> None:
        """The local activities of an opening, then updates."""
        for _ in range(OPENING_ACTIVITIES):
            await _local("open")
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def set_field(self, text: str) -> str:
        """A bare update: one field changes."""
        self._text = text
        return self._text

    @set_field.validator
    def _refuse_set_field(self, text: str) -> None:
        if not text:
            raise ValueError("some text is expected")

    @workflow.update
    async def step(self, text: str) -> str:
        """A bare update with one local activity."""
        self._text = await _local(text)
        return self._text

    @step.validator
    def _refuse_step(self, text: str) -> None:
        if not text:
            raise ValueError("some text is expected")
