"""Whom the ordered stop asks, step by step: one neighbour each, patiently. Source: TER-2."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

from sla.agreement import AgreementState
from sla.ending import StopStep
from workflows.messages import StopAnswer, StopOrder
from workflows.options import STOP_PATIENTLY
from workflows.ports import Compliance, Monitoring, Underpinning

_Neighbour = Any
"""Each method belongs to a port of its own."""
_NEIGHBOURS: dict[StopStep, Callable[[_Neighbour, StopOrder], StopAnswer]] = {
    StopStep.JUDGE_FINAL_PERIOD: Compliance.judge_final_period,
    StopStep.SETTLE_CREDITS: Compliance.settle_credits,
    StopStep.STOP_MONITORING: Monitoring.stop,
    StopStep.FLAG_UNDERPINNING: Underpinning.flag,
}


STOP_TROUBLE_PAUSE = timedelta(hours=1)
"""When a neighbour refuses its step for good, somebody must mend it; the agreement asks again this often."""


async def asked_of(step: StopStep, state: AgreementState) -> str | None:
    """What the neighbour of this step answers; the closing itself asks nobody.

    None, after a pause, when the neighbour has refused for good: it is asked again, no file is closed over its head.
    """
    if step is StopStep.CLOSE:
        return "no timer, no schedule and no open activity remains."
    order = StopOrder.of(state, workflow.info().workflow_id, workflow.now())
    try:
        return (await workflow.execute_activity_method(_NEIGHBOURS[step], order, **STOP_PATIENTLY)).sentence
    except FailureError as error:
        if is_cancelled_exception(error):
            raise
        workflow.logger.error("the neighbour of %s refuses its step: %s", step, error.cause or error)
    await workflow.sleep(STOP_TROUBLE_PAUSE)
    return None
