"""Neighbours that are not there say so, and the record keeps their words."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from activities.absent import NoCompliance, NoMonitoring, NoUnderpinning
from sla.commands import TakeStep
from sla.ending import StopStep
from sla.stages import Stage
from sla.transitions import take_step
from tests.activities.lives import a_life
from workflows.messages import StopAnswer, StopOrder

Asked = Callable[[StopOrder], StopAnswer]
ANSWERS: dict[StopStep, Asked] = {
    StopStep.JUDGE_FINAL_PERIOD: NoCompliance().judge_final_period,
    StopStep.SETTLE_CREDITS: NoCompliance().settle_credits,
    StopStep.STOP_MONITORING: NoMonitoring().stop,
    StopStep.FLAG_UNDERPINNING: NoUnderpinning().flag,
}
ENDED = next(step.state for step in a_life() if step.state.stage is Stage.ENDING)
ORDER = StopOrder.of(ENDED, "workflow-1")


@pytest.mark.parametrize("step", ANSWERS)
def test_an_absent_neighbour_says_that_it_is_not_set_up(step: StopStep) -> None:
    assert ANSWERS[step](ORDER).sentence.startswith("no ")
    assert any(each in ANSWERS[step](ORDER).sentence for each in ("is set up", "is recorded"))


@pytest.mark.parametrize("step", ANSWERS)
def test_an_absent_neighbour_that_is_asked_twice_says_the_same(step: StopStep) -> None:
    assert ANSWERS[step](ORDER) == ANSWERS[step](ORDER)


def test_the_record_says_what_was_not_there_and_the_file_is_closed() -> None:
    state, at = ENDED, datetime(2028, 7, 1, tzinfo=UTC)
    for step, ask in ANSWERS.items():
        answered = ask(ORDER).sentence
        taken = take_step(state, TakeStep(decision_id=f"stop/{step}", step=step, answered=answered), at)
        assert taken.event.sentence.endswith(f": {answered}")
        state = taken.state
    closing = TakeStep(decision_id="stop/close", step=StopStep.CLOSE, answered="nothing is left.")
    closed = take_step(state, closing, at)
    assert closed.event.certificate is not None
    assert closed.event.certificate.steps == tuple(ask(ORDER).sentence for ask in ANSWERS.values())
