"""The mailroom that never closes: one delivery round after the other, for all agreements together.

An agreement writes its letters into the register and goes on; it never waits here, and spends no history on mail.
"""

from temporalio import workflow

from workflows.messages import DeliveryRound
from workflows.options import DELIVER, DELIVERY_HEARTBEAT
from workflows.ports import Letters

ROUNDS_PER_RUN = 20
"""After so many rounds the history begins anew: below 150 events, and new code comes in."""


@workflow.defn(name="sla-mailroom")
class Mailroom:
    """Runs once per register, under the id `workflows.ids.MAILROOM_ID`."""

    @workflow.run
    async def run(self, order: DeliveryRound) -> None:
        """Keeps rounds going until somebody ends the workflow. A round that dies is begun again elsewhere."""
        for _ in range(ROUNDS_PER_RUN):
            await workflow.execute_activity_method(
                Letters.deliver, order, heartbeat_timeout=DELIVERY_HEARTBEAT, **DELIVER
            )
        workflow.continue_as_new(order)
