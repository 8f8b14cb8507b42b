from datetime import UTC, datetime, timedelta

import pytest

from rehearsal.cast import NEEDS, acts_at, changed, command, made_terms, rows_for
from rehearsal.scenario import Manner, Papers
from sla.agreement import AgreementState, Wait
from sla.commands import COMMANDS
from sla.drafting import gaps
from sla.errors import NotPossible
from sla.living import next_due
from sla.requirements import RequirementDocument
from sla.stages import Stage, Verb
from sla.transitions import act, silence
from tests.people import FINN, HUGO, MONDAY, a_state, in_force, life, terms
from tests.people import received as received_transition

DESK = Papers(terms=terms())
NEEDED: dict[str, object] = {
    "text": "A word.",
    "to": HUGO,
    "kinds": ("hours",),
    "results": {"start": "2027-01-01", "end": "2027-04-01", "measured": [{"target": "printing-works", "value": "99"}]},
    "rate": "2.1",
    "source": "consumer prices",
    "period": "2027-01",
    "target": "printing-works",
    "statement": "a" * 64,
    "reason": "A word.",
}


def waiting(verb: Verb) -> tuple[AgreementState, Wait]:
    """The first moment of a life at which somebody is waited for, to do this."""
    for transition in life():
        for wait in transition.state.waits:
            if wait.verb is verb:
                return transition.state, wait
    raise AssertionError(verb)


def test_a_prompt_colleague_answers_after_two_of_their_working_hours() -> None:
    state, wait = waiting(Verb.NAME_ENGINEER)
    assert acts_at(state, wait, Manner.PROMPT) == MONDAY + timedelta(hours=2)


def test_asked_in_the_evening_a_prompt_colleague_answers_in_the_morning() -> None:
    state, wait = waiting(Verb.NAME_ENGINEER)
    late = wait.model_copy(update={"since": datetime(2026, 3, 6, 15, 30, 12, tzinfo=UTC)})
    assert acts_at(state, late, Manner.PROMPT) == datetime(2026, 3, 9, 9, 30, tzinfo=UTC)


def test_a_slow_colleague_answers_after_the_second_reminder() -> None:
    state, wait = waiting(Verb.NAME_ENGINEER)
    at = acts_at(state, wait, Manner.SLOW)
    assert at is not None
    reminders = [row.event.at for row in silences(state, 3)]
    assert [at > each for each in reminders] == [True, True, True]  # both managers once, one of them twice


def silences(state: AgreementState, count: int) -> list:  # type: ignore[type-arg]
    rows = []
    for _ in range(count):
        due = next_due(state)
        assert due is not None
        rows.append(silence(state, due))
        state = rows[-1].state
    return rows


def test_a_slow_approver_answers_before_the_deputy_is_called() -> None:
    state, wait = waiting(Verb.DECIDE)
    at, called = acts_at(state, wait, Manner.SLOW), wait.since + timedelta(days=4)
    assert at is not None
    assert wait.since + timedelta(days=2) < at < called


def test_a_silent_colleague_never_answers() -> None:
    state, wait = waiting(Verb.SIGN)
    assert acts_at(state, wait, Manner.SILENT) is None


def test_the_prompt_words_carry_a_request_to_the_signature() -> None:
    state, now, count = received_transition().state, MONDAY, 0
    while state.waits:
        wait, count, now = state.waits[0], count + 1, now + timedelta(minutes=1)
        said = command(
            wait.verb, state, wait.person, now, DESK, subject=wait.subject, given={}, decision_id=f"d{count}"
        )
        state = act(state, said, now).state
    assert state.stage is Stage.ACTIVE


def test_terms_made_from_a_form_pass_the_gate() -> None:
    state = a_state()
    assert gaps(made_terms(state), state.requirements) == ()


def test_where_no_requirement_is_written_one_is_made_for_each_number_of_the_terms() -> None:
    bare = a_state().model_copy(update={"requirements": RequirementDocument()})
    rows = rows_for(bare, DESK)
    assert [row.no for row in rows] == [1, 2]
    assert gaps(terms(), RequirementDocument(rows=rows)) == ()


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb not in {Verb.TAKE_STEP, Verb.NOTE_FINDING}])
def test_every_verb_has_words(verb: Verb) -> None:
    state = in_force()
    given = {field: NEEDED[field] for field in NEEDS.get(verb, ())}
    said = command(verb, state, FINN, MONDAY, DESK, subject="", given=given, decision_id="d1")
    assert isinstance(said, COMMANDS[verb])


def test_before_the_first_draft_nobody_can_speak_of_an_edition() -> None:
    with pytest.raises(NotPossible, match="the draft comes first"):
        command(Verb.SIGN, a_state(), FINN, MONDAY, DESK, subject="", given={}, decision_id="d1")


def test_days_can_be_said_from_the_act_on() -> None:
    said = command(
        Verb.OPEN_TERMINATION, in_force(), FINN, MONDAY, DESK, subject="", given={"effective": "+100d"}, decision_id="d"
    )
    assert said.model_dump(mode="json")["effective"] == "2026-06-10"


def test_a_change_of_terms_replaces_the_parts_that_it_names() -> None:
    after = changed(terms(), {"limits": ["Ten devices."]})
    assert (after.limits, after.targets) == (("Ten devices.",), terms().targets)
