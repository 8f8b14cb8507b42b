"""A workflow that stands where an agreement stands: it imports next to nothing, for a sandbox loads all of it."""

from temporalio import workflow

from sla.commands import NoteFinding


@workflow.defn(name="listener")
class Listener:
    """Stands where an agreement stands, and keeps what it is told."""

    def __init__(self) -> None:
        self.heard: list[NoteFinding] = []

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.signal
    def note_finding(self, command: NoteFinding) -> None:
        self.heard.append(command)

    @workflow.query
    def told(self) -> list[str]:
        return [command.decision_id for command in self.heard]
