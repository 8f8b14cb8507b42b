"""The ordered stop: what is done, in which order, once an agreement is in force no more. Source: TER-2.

Each step asks one neighbour, through its port, and its answer becomes an event. The last step closes the file, with a
certificate that nothing of the agreement can run any more. Nobody is waited for here; a neighbour that is away is
asked again until it answers.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sla.agreement import AgreementState, life_of, with_life
from sla.ending_commands import TakeStep
from sla.errors import NotPossible
from sla.events import Certificate, Fact
from sla.happening import Happening
from sla.stages import Stage
from sla.termination import effective_at


class StopStep(StrEnum):
    """The steps of the stop, in their order."""

    JUDGE_FINAL_PERIOD = "judge-final-period"
    SETTLE_CREDITS = "settle-credits"
    STOP_MONITORING = "stop-monitoring"
    FLAG_UNDERPINNING = "flag-underpinning"
    CLOSE = "close"


class StepRow(NamedTuple):
    """What a step becomes in the record."""

    fact: Fact
    words: str


STOP: dict[StopStep, StepRow] = {
    StopStep.JUDGE_FINAL_PERIOD: StepRow(Fact.FINAL_PERIOD_JUDGED, "Final period"),
    StopStep.SETTLE_CREDITS: StepRow(Fact.CREDITS_SETTLED, "Credits"),
    StopStep.STOP_MONITORING: StepRow(Fact.MONITORING_STOPPED, "Monitoring"),
    StopStep.FLAG_UNDERPINNING: StepRow(Fact.UNDERPINNING_FLAGGED, "Underpinning contracts"),
    StopStep.CLOSE: StepRow(Fact.CLOSED, "The file is closed"),
}


def next_step(state: AgreementState) -> StopStep:
    """The step that is to be taken now."""
    return tuple(STOP)[len(life_of(state).stop)]


def take_step(state: AgreementState, command: TakeStep, now: datetime) -> Happening:
    """What one step came to. The last one moves the agreement to its end, and carries the certificate."""
    step = next_step(state)
    if command.step != step:
        raise NotPossible(f"the next step is {step}, not {command.step}")
    row, life = STOP[step], life_of(state)
    happening = Happening(
        state=with_life(state, stop=(*life.stop, command.answered)),
        fact=row.fact,
        sentence=f"{row.words}: {command.answered}",
    )
    if step is not StopStep.CLOSE:
        return happening
    certificate = Certificate(timers=command.timers, activities=command.activities, schedules=0, steps=life.stop)
    return happening.model_copy(update={"goto": final_stage(state), "certificate": certificate})


def final_stage(state: AgreementState) -> Stage:
    """Terminated where a termination has ended it, expired where its term has."""
    return Stage.TERMINATED if effective_at(state) == life_of(state).ended_at else Stage.EXPIRED
