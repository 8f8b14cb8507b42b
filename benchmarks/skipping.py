"""The bare workflow of time: so many timers, and nothing else in it. What the engine takes for these is the floor."""

from datetime import timedelta

from temporalio import workflow


@workflow.defn(name="bench-timers")
class Timers:
    """Sleeps, again and again."""

    @workflow.run
    async def run(self, spans: list[float]) -> int:
        """One timer after the other; the spans in seconds."""
        for span in spans:
            await workflow.sleep(timedelta(seconds=span))
        return len(spans)
