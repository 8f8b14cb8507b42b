"""A life in force, played by the pure rules, with the command behind each event: what the register has to keep.

A review leads to an amendment that moves the term; a suspension moves it again; a termination ends it all.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from activities.records import SqlRecords
from sla.agreement import AgreementState
from sla.amendment import scene
from sla.checklist import checklist_of
from sla.command import Command
from sla.commands import ConcludeReview
from sla.contract_commands import SubmitDraft
from sla.ending import next_step
from sla.ending_commands import Answer, CheckTermination, OpenTermination, Suspend, TakeStep
from sla.kinds import Side
from sla.life import Cause, ReviewOutcome
from sla.living import next_due
from sla.stages import Stage
from sla.terms import Period, Renewal, RenewalMode, SuspensionRule, Terms
from sla.transitions import Transition, act, silence, take_step
from tests import people
from tests.autopilot import next_command
from tests.people import BO, FINN, KOFI, number_request
from workflows.messages import Entry

WORKFLOW = "workflow-1"
PERIOD = Period(start=date(2027, 1, 1), end=date(2028, 1, 1), zone="Europe/Berlin")
LONGER = Period(start=date(2027, 1, 1), end=date(2029, 2, 1), zone="Europe/Berlin")
AMENDED_ON = date(2027, 6, 1)
EFFECTIVE = date(2028, 6, 30)


class Step(NamedTuple):
    """One transition, and the command that it came from."""

    transition: Transition
    command: Command | None = None

    @property
    def state(self) -> AgreementState:
        return self.transition.state

    @property
    def entry(self) -> Entry:
        return Entry.of(self.transition, WORKFLOW, self.command)


class Player:
    """Goes on by commands, and by what comes by itself until then."""

    def __init__(self) -> None:
        self.steps = [Step(people.received())]

    @property
    def state(self) -> AgreementState:
        return self.steps[-1].state

    def wait_until(self, at: datetime) -> None:
        while (due := next_due(self.state)) is not None and due <= at:
            self.steps.append(Step(silence(self.state, due)))

    def do(self, at: datetime, command: Command) -> None:
        self.wait_until(at)
        self.steps.append(Step(act(self.state, command, at), command))

    def agree_everything(self, at: datetime, terms: Terms) -> None:
        """Everybody who is waited for acts, an hour apart, until the paper is signed."""
        while scene(self.state).stage is not Stage.ACTIVE:
            at += timedelta(hours=1)
            command = next_command(scene(self.state), at, f"at-{at:%Y%m%d%H}")
            assert command is not None
            if isinstance(command, SubmitDraft):
                command = command.model_copy(update={"terms": terms})
            self.do(at, command)

    def stop(self, at: datetime) -> None:
        while self.state.stage is Stage.ENDING:
            step = next_step(self.state)
            command = TakeStep(decision_id=f"stop/{step}", step=step, answered="nothing is left.")
            self.steps.append(Step(take_step(self.state, command, at), command))


@cache
def a_life() -> tuple[Step, ...]:
    """From the form to the closed file."""
    player = Player()
    renewal = Renewal(mode=RenewalMode.TACIT, renewal_months=12, notice_months=3)
    signed = people.terms(period=PERIOD, renewal=renewal, suspension=SuspensionRule(extends_term=True))
    player.agree_everything(people.MONDAY, signed)
    player.do(datetime(2027, 4, 5, tzinfo=UTC), _renegotiate())
    amended = signed.model_copy(update={"period": LONGER, "effective_from": AMENDED_ON})
    player.agree_everything(datetime(2027, 4, 5, tzinfo=UTC), amended)
    suspend = Suspend(by=FINN, decision_id="suspend", until=date(2027, 8, 10), reason="Works at the site.")
    player.do(datetime(2027, 7, 10, tzinfo=UTC), suspend)
    player.do(datetime(2028, 3, 1, tzinfo=UTC), _terminate())
    player.do(datetime(2028, 3, 2, tzinfo=UTC), _check())
    player.wait_until(datetime(2028, 7, 1, tzinfo=UTC))
    player.stop(datetime(2028, 7, 1, tzinfo=UTC))
    assert player.state.stage is Stage.TERMINATED
    return tuple(player.steps)


def _renegotiate() -> Command:
    return ConcludeReview(
        by=FINN,
        decision_id="review-1",
        review="1",
        outcome=ReviewOutcome.RENEGOTIATE,
        reason="Another year is wanted.",
        provider_satisfaction=3,
        customer_satisfaction=4,
    )


def _terminate() -> Command:
    return OpenTermination(
        by=BO,
        decision_id="terminate",
        case="CRM-1",
        cause=Cause.CONVENIENCE,
        requested_by=Side.CUSTOMER,
        effective=EFFECTIVE,
        reason="The customer prints no more.",
    )


def _check() -> Command:
    answers = tuple(Answer(question=each.key, is_met=True) for each in checklist_of(Cause.CONVENIENCE))
    return CheckTermination(by=KOFI, decision_id="check", case="CRM-1", answers=answers)


def recorded(records: SqlRecords) -> Iterator[Step]:
    """The life, each step after it is in the register."""
    records.number(number_request(WORKFLOW))
    for step in a_life():
        records.record(step.entry)
        yield step
