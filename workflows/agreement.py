"""The spine: one durable execution carries one agreement from the form that asks for it to the end of its file.

The story, as the trade tells it: the request is received and numbered; two managers name an engineer; the
requirements are captured and confirmed, assessed, drafted, negotiated, reviewed and inspected, approved, and
signed; then the agreement lives, with its reviews, amendments and renewals, until it ends and an ordered stop
closes its file. `sla.lifecycle` holds this as a table, with the ways back and the ends;
here stands only how it is waited for.
"""

from temporalio import workflow

from sla.agreement import AgreementState
from sla.stages import Stage
from workflows.desk import Desk
from workflows.doors import AgreementDoors
from workflows.messages import Carried, Closing

LONGEST_RUN = 1_500
"""After so many events a run ends at the next quiet point: below 2,000 with all that is still in flight."""
LARGEST_RUN = 800_000
"""The same in bytes: below 1 MB."""


@workflow.defn(name="sla-agreement")
class Agreement(AgreementDoors):
    """One agreement = one execution, over as many runs as its life takes."""

    @workflow.init
    def __init__(self, carried: Carried) -> None:
        self.desk = Desk(carried.state)
        self._began_in = carried.state.stage if carried.state else None
        self._reviews_before = closed_reviews(carried.state)

    @workflow.run
    async def run(self, carried: Carried) -> Closing:
        """From wherever the state stands to the end of the file."""
        if carried.opening is not None and carried.state is None:
            await self.desk.open(carried.opening)
        while not self.desk.current.stage.is_end:
            if self.desk.current.stage is Stage.ENDING:
                await self.desk.take_step_of_the_stop()
            else:
                await self.desk.wait_or_act_on_silence()
            if self._at_a_quiet_point():
                await self._hand_on()
        return await self._close()

    def _at_a_quiet_point(self) -> bool:
        """Just in force, a review is behind it, or the run is long: time to leave the history behind."""
        state = self.desk.current
        if state.stage is not Stage.ACTIVE:
            return not state.stage.is_end and is_long_run()
        came_into_force = self._began_in is not Stage.ACTIVE
        review_is_over = closed_reviews(state) != self._reviews_before
        return came_into_force or review_is_over or is_long_run()

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


def is_long_run() -> bool:
    """The server suggests a new run, or the run's own budget is nearly spent, which is smaller than the server's."""
    info = workflow.info()
    if info.is_continue_as_new_suggested():
        return True
    is_long = info.get_current_history_length() > LONGEST_RUN or info.get_current_history_size() > LARGEST_RUN
    return is_long and workflow.patched("short-runs")


def closed_reviews(state: AgreementState | None) -> int:
    """How many reviews are behind it."""
    return state.life.closed_reviews if state and state.life else 0
