"""A neighbour that is not there says so, and the record keeps its words."""

from datetime import UTC, datetime

from activities.absent import NoUnderpinning
from sla.ending import StopStep
from sla.ending_commands import TakeStep
from sla.stages import Stage
from sla.transitions import take_step
from tests.activities.lives import a_life
from workflows.messages import StopOrder

ENDED = next(step.state for step in a_life() if step.state.stage is Stage.ENDING)
ORDER = StopOrder.of(ENDED, "workflow-1")
BEFORE = (StopStep.JUDGE_FINAL_PERIOD, StopStep.SETTLE_CREDITS, StopStep.STOP_MONITORING)


def test_an_absent_neighbour_says_that_nothing_is_recorded() -> None:
    assert NoUnderpinning().flag(ORDER).sentence == "no underpinning contract is recorded for this agreement."


def test_an_absent_neighbour_that_is_asked_twice_says_the_same() -> None:
    assert NoUnderpinning().flag(ORDER) == NoUnderpinning().flag(ORDER)


def test_the_record_says_what_was_not_there_and_the_file_is_closed() -> None:
    state, at = ENDED, datetime(2028, 7, 1, tzinfo=UTC)
    for step in BEFORE:
        taken = TakeStep(decision_id=f"stop/{step}", step=step, answered=f"{step} was done.")
        state = take_step(state, taken, at).state
    absent = NoUnderpinning().flag(ORDER).sentence
    flag = TakeStep(decision_id="stop/flag", step=StopStep.FLAG_UNDERPINNING, answered=absent)
    flagged = take_step(state, flag, at)
    assert flagged.event.sentence == f"Underpinning contracts: {absent}"
    closing = TakeStep(decision_id="stop/close", step=StopStep.CLOSE, answered="nothing is left.")
    closed = take_step(flagged.state, closing, at)
    assert closed.event.certificate is not None
    assert closed.event.certificate.steps == (*(f"{step} was done." for step in BEFORE), absent)
