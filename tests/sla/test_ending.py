"""The ordered stop: each step in its order, its answer in the record, and at the end the certificate. TER-2."""

from datetime import date

import pytest

from sla.agenda import agenda
from sla.agreement import AgreementState, life_of
from sla.commands import RequestChange
from sla.ending import STOP, StopStep, next_step
from sla.ending_commands import OpenTermination, TakeStep
from sla.errors import NotPossible, NotYourRole, WrongStage
from sla.events import Fact
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.life import Cause, ChangeKind
from sla.lifecycle import allowed
from sla.living import next_due
from sla.stages import Stage
from sla.transitions import Transition, act, take_step
from tests import people
from tests.people import ANA, BO, FINN, INES
from tests.sla.lives import berlin, do, letters, played, refusal
from tests.sla.test_termination import begun, check, opening

END = berlin(2028, 1, 1)


def step(name: StopStep, answered: str = "nothing was open.") -> TakeStep:
    return TakeStep(decision_id=f"step/{name}", step=name, answered=answered)


def ended() -> AgreementState:
    """Its term is over, and the stop begins."""
    return played(people.in_force(review=None), END)


def terminated() -> AgreementState:
    return played(do(begun(), opening(), check(), now=berlin(2027, 3, 1)), berlin(2027, 7, 1))


def stopped(state: AgreementState) -> list[Transition]:
    transitions = list[Transition]()
    while state.stage is Stage.ENDING:
        transitions.append(take_step(state, step(next_step(state)), END))
        state = transitions[-1].state
    return transitions


def test_the_steps_come_in_their_order_each_with_its_fact() -> None:
    assert [each.event.fact for each in stopped(ended())] == [
        Fact.FINAL_PERIOD_JUDGED,
        Fact.CREDITS_SETTLED,
        Fact.MONITORING_STOPPED,
        Fact.UNDERPINNING_FLAGGED,
        Fact.CLOSED,
    ]


def test_what_a_neighbour_answers_is_in_the_record() -> None:
    first = take_step(ended(), step(StopStep.JUDGE_FINAL_PERIOD, "no statements exist."), END)
    assert first.event.sentence == "Final period: no statements exist."
    assert (first.event.by, first.event.stage) == ("system", Stage.ENDING)


def test_the_closing_event_alone_carries_the_certificate_with_every_answer() -> None:
    *before, last = stopped(ended())
    assert [each.event.certificate for each in before] == [None] * 4
    certificate = last.event.certificate
    assert certificate is not None
    assert (certificate.timers, certificate.activities, certificate.schedules) == (0, 0, 0)
    assert certificate.steps == ("nothing was open.",) * 4


def test_what_still_runs_is_told_by_the_certificate_as_it_is() -> None:
    state = stopped(ended())[-2].state
    last = step(StopStep.CLOSE).model_copy(update={"timers": 1, "activities": 2})
    certificate = take_step(state, last, END).event.certificate
    assert certificate is not None
    assert (certificate.timers, certificate.activities) == (1, 2)


def test_a_term_that_is_over_is_expired() -> None:
    assert stopped(ended())[-1].state.stage is Stage.EXPIRED


def test_an_agreement_that_was_ended_is_terminated() -> None:
    assert stopped(terminated())[-1].state.stage is Stage.TERMINATED


def test_a_termination_that_the_end_of_the_term_has_overtaken_makes_it_expired() -> None:
    """Legal had not checked it when the term was over."""
    state = do(begun(), opening(effective=date(2027, 12, 30)), now=berlin(2027, 9, 1))
    last = stopped(played(state, END))[-1]
    assert last.state.stage is Stage.EXPIRED


def test_the_last_letter_goes_to_everybody_who_took_part() -> None:
    last = stopped(ended())[-1]
    assert {(LetterKind.CLOSED, to) for to in (ANA, INES, BO, FINN)} <= letters(last)


def test_during_the_stop_nobody_is_waited_for_and_nothing_is_ahead() -> None:
    state = ended()
    assert (state.waits, next_due(state), agenda(state, END)) == ((), None, ())


def test_during_the_stop_nobody_may_do_anything() -> None:
    state = ended()
    assert {verb for person in state.people.persons for verb in allowed(state, person.email, END)} == set()
    asked = RequestChange(by=ANA, decision_id="a", kinds=(ChangeKind.PRICE,), text="Less.")
    told = refusal(state, asked, WrongStage, END)
    assert told == (
        "0001 is in force no more (its terms know no renewal), and its ordered stop runs; nothing can be done on it"
    )


def test_a_step_out_of_its_order_is_refused() -> None:
    with pytest.raises(NotPossible) as caught:
        take_step(ended(), step(StopStep.CLOSE), END)
    assert str(caught.value) == "the next step is judge-final-period, not close"


def test_no_person_takes_a_step() -> None:
    taken = step(StopStep.JUDGE_FINAL_PERIOD).model_copy(update={"by": FINN})
    with pytest.raises(NotYourRole):
        act(ended(), taken, END)


def test_nothing_is_ended_a_second_time() -> None:
    again = OpenTermination(
        by=BO,
        decision_id="t",
        case="CRM-9",
        cause=Cause.MUTUAL,
        requested_by=Side.PROVIDER,
        effective=date(2028, 6, 30),
        reason="Twice.",
    )
    told = refusal(stopped(ended())[-1].state, again, WrongStage, END)
    assert told == ("0001 has ended as expired (its terms know no renewal); nothing can be done on it any more")


def test_every_edition_is_closed_at_the_instant_of_the_end() -> None:
    assert [span.until for span in life_of(ended()).in_force] == [berlin(2028, 1, 1, 0)]


def test_every_step_has_a_row() -> None:
    assert tuple(STOP) == tuple(StopStep)
