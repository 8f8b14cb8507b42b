"""The smallest workflow that the sandbox can load: what every workflow costs, whatever is in it."""

from temporalio import workflow


@workflow.defn(name="bench-empty")
class Empty:
    """Does nothing until somebody ends it."""

    @workflow.run
    async def run(self) -> None:
        """Waits for ever."""
        await workflow.wait_condition(lambda: False)
