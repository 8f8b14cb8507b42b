"""The spine: one durable execution carries one agreement from the form that asks for it to the end of its file.

The story, as the trade tells it: the request is received and numbered; two managers name an engineer; the
requirements are captured and confirmed, assessed, drafted, negotiated, reviewed and inspected, approved, and
signed; then the agreement lives. `sla.lifecycle` holds this as a table, with the ways back and the ends;
here stands only how it is waited for.
"""

from temporalio import workflow

from sla.stages import Stage
from workflows.desk import Desk
from workflows.doors import AgreementDoors
from workflows.messages import Carried, Closing


@workflow.defn(name="sla-agreement")
class Agreement(AgreementDoors):
    """One agreement = one execution, over as many runs as its life takes."""

    @workflow.init
    def __init__(self, carried: Carried) -> None:
        self.desk = Desk(carried.state)
        self._began_in = carried.state.stage if carried.state else None

    @workflow.run
    async def run(self, carried: Carried) -> Closing:
        """From wherever the state stands to the end of the file."""
        if carried.opening is not None and carried.state is None:
            await self.desk.open(carried.opening)
        while not self.desk.current.stage.is_end:
            await self.desk.wait_or_act_on_silence()
            if self._at_a_quiet_point():
                await self._hand_on()
        return await self._close()

    def _at_a_quiet_point(self) -> bool:
        """Just in force, or the server suggests a new run: a good moment to leave the history behind."""
        came_into_force = self.desk.current.stage is Stage.ACTIVE and self._began_in is not Stage.ACTIVE
        return came_into_force or workflow.info().is_continue_as_new_suggested()

    async def _hand_on(self) -> None:
        """Everything asked of this run is answered first; the next one resumes from the state alone."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        self.desk.put_away()
        workflow.continue_as_new(Carried(state=self.desk.current))

    async def _close(self) -> Closing:
        self.desk.put_away()
        await workflow.wait_condition(workflow.all_handlers_finished)
        state = self.desk.current
        ending = state.ending
        return Closing(
            number=state.number,
            stage=state.stage,
            by=ending.by if ending else "",
            why=ending.why if ending else "",
        )
