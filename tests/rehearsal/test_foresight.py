"""What is foreseen, without an engine: who acts next, and what comes by itself before."""

from datetime import UTC, datetime, timedelta

from rehearsal.foresight import foresee
from rehearsal.moments import After, Anchor, By, On, parsed, whole_minute
from rehearsal.occasions import seen_in
from rehearsal.scenario import Manner, Scenario, Step
from rehearsal.script import Act, Script
from sla.agreement import AgreementState
from sla.living import next_due
from sla.stages import Stage, Verb
from tests.people import ANA, BO, FINN, in_force, received

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


def step(when: str, verb: Verb | None = Verb.REQUEST_CHANGE, who: str = ANA, **more: object) -> Step:
    return Step(line=1, when=parsed(when), said=when, who=who, verb=verb, **more)


def next_act(state: AgreementState, scenario: Scenario, begins: datetime = NOW) -> Act | None:
    return foresee(state, tuple(seen_in(state)), Script(scenario, begins)).act


def only(*steps: Step) -> Scenario:
    return Scenario(default=Manner.SILENT, steps=steps)


def test_the_first_act_is_that_of_whoever_is_asked_first() -> None:
    act = next_act(received(now=NOW).state, Scenario())
    assert act is not None
    assert (act.at, act.verb) == (NOW + timedelta(hours=2), Verb.NAME_ENGINEER)


def test_a_step_on_a_review_comes_an_hour_after_it_opens_and_the_dates_before_are_foreseen() -> None:
    foreseen = foresee(in_force(), (), Script(only(step("review 1")), NOW))
    assert foreseen.act is not None
    assert foreseen.act.at == datetime(2027, 4, 1, 9, tzinfo=UTC)
    assert len(foreseen.entries) == 3  # the term begins, the pack goes out, the review opens


def test_a_step_a_day_before_a_review_comes_before_it_opens() -> None:
    act = next_act(in_force(), only(step("1d before review 2")))
    assert act is not None
    assert act.at == datetime(2027, 6, 30, 8, 30, tzinfo=UTC)


def test_nobody_acts_in_the_minute_in_which_something_comes_by_itself() -> None:
    state = in_force()
    due = next_due(state)
    assert due is not None
    span = whole_minute(due) - NOW
    act = next_act(state, only(Step(line=1, when=After(span=span), said="+", who=ANA, verb=Verb.REQUEST_CHANGE)))
    assert act is not None
    assert act.at == whole_minute(due) + timedelta(minutes=1)


def test_a_colleague_leaves_the_answer_to_a_step_that_is_near() -> None:
    steps = (step("5d after review 1", Verb.CONCLUDE_REVIEW, FINN),)
    act = next_act(in_force(), Scenario(steps=steps))
    assert act is not None
    assert (act.who, act.at.date().isoformat()) == (FINN, "2027-04-06")


def test_a_review_of_which_no_step_speaks_is_answered_by_a_colleague() -> None:
    act = next_act(in_force(), Scenario(steps=(step("review 2", Verb.CONCLUDE_REVIEW, FINN),)))
    assert act is not None
    assert (act.step, act.who in {BO, FINN}, act.at.month) == (None, True, 4)


def test_a_date_that_is_long_past_when_its_turn_comes_is_not_made_up_for() -> None:
    late = Step(line=1, when=On(day=(NOW - timedelta(days=9)).date()), said="then", who=ANA, verb=Verb.REQUEST_CHANGE)
    act = next_act(in_force(), only(late))
    assert act is not None
    assert act.missed is not None


def test_a_step_that_comes_again_comes_once_for_each_review() -> None:
    script = Script(only(step("each review", Verb.CONCLUDE_REVIEW, FINN)), NOW)
    foreseen = foresee(in_force(), (), script)
    assert foreseen.act is not None
    script.done(foreseen.act)
    again = foresee(foreseen.state, foreseen.known, script).act
    assert again is not None
    assert (foreseen.act.occasion, again.occasion) == ("1", "2")


def test_without_steps_the_end_of_the_agreement_is_the_end() -> None:
    foreseen = foresee(in_force(), (), Script(Scenario(default=Manner.SILENT), NOW))
    assert (foreseen.act, foreseen.state.stage) == (None, Stage.ENDING)
    assert max(foreseen.entries.values()) == datetime(2027, 12, 31, 23, tzinfo=UTC)


def test_beyond_the_stated_end_nothing_is_foreseen() -> None:
    until = datetime(2027, 5, 1, tzinfo=UTC)
    foreseen = foresee(in_force(), (), Script(Scenario(default=Manner.SILENT, until=until), NOW))
    assert max(foreseen.entries.values()) <= until


def test_what_a_step_is_called_can_be_waited_for() -> None:
    script = Script(only(step("+1d", name="first"), step("3d after step first", who=FINN)), NOW)
    foreseen = foresee(in_force(), (), script)
    assert foreseen.act is not None
    known = (*foreseen.known, *script.done(foreseen.act))
    following = foresee(foreseen.state, known, script).act
    assert following is not None
    assert following.at - foreseen.act.at == timedelta(days=3)


def test_a_moment_before_the_end_follows_the_end_as_it_stands() -> None:
    before = By(anchor=Anchor.END, offset=timedelta(days=-30))
    act = next_act(in_force(), only(Step(line=1, when=before, said="30d before end", who=ANA, verb=Verb.SUSPEND)))
    assert act is not None
    assert act.at.date().isoformat() == "2027-12-02"
