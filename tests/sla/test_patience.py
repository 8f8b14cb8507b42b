"""Silence: reminders on the working days of whoever is waited for, and always an end. APP-4."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla.agreement import AgreementState
from sla.calendars import WorkCalendar, is_working_day
from sla.events import Fact
from sla.kinds import Kind
from sla.letter_kinds import LetterKind
from sla.living import next_due
from sla.patience import PATIENCE, overdue
from sla.people import Person
from sla.provider import ProviderProfile
from sla.stages import ENDS, Stage
from sla.transitions import Transition, receive, silence
from tests.people import ANA, BO, FINN, LENA, MONDAY, a_state
from tests.sla.lives import DAY, POLICIES, a_request, carried, house, letters, silent_until, state_in, without

STAGES = [stage for stage in Stage if stage in PATIENCE]


def to_the_end(state: AgreementState) -> list[Transition]:
    """What silence does until nothing is left to do."""
    transitions: list[Transition] = []
    while (due := next_due(state)) is not None:
        assert len(transitions) < 300, "silence goes on for ever"
        transitions.append(silence(state, due))
        state = transitions[-1].state
    return transitions


@pytest.mark.parametrize("policy", sorted(POLICIES))
@pytest.mark.parametrize("stage", STAGES)
def test_silence_ends_every_stage_and_time_only_goes_forward(stage: Stage, policy: str) -> None:
    transitions = to_the_end(state_in(stage, house(POLICIES[policy])))
    assert transitions[-1].state.stage in ENDS
    instants = [each.event.at for each in transitions]
    assert instants == sorted(instants)
    assert transitions[-1].state.ending is not None
    assert (LetterKind.LAPSED, ANA) in letters(transitions[-1])


@pytest.mark.parametrize("kind", list(Kind))
def test_silence_from_the_first_day_ends_every_kind(kind: Kind) -> None:
    assert to_the_end(a_request(kind=kind))[-1].state.stage is Stage.LAPSED


@pytest.mark.parametrize("stage", STAGES)
def test_after_an_outage_each_wait_takes_one_step_and_nobody_lapses_unwarned(stage: Stage) -> None:
    state = state_in(stage)
    now = MONDAY + 400 * DAY
    state, steps = _everything_due(state, now)
    assert len(steps) <= 12
    due = next_due(state)
    assert due is None or due > now
    if stage not in {Stage.NEGOTIATING, Stage.SIGNING}:
        assert state.stage is stage, "nobody lapses at the end of an outage without a day to answer"
        assert due is not None
        assert due - now <= 5 * DAY


def _everything_due(state: AgreementState, now: datetime) -> tuple[AgreementState, list[Transition]]:
    steps: list[Transition] = []
    while (due := next_due(state)) is not None and due <= now:
        before = [wait for wait in state.waits if wait.due and wait.due <= now]
        steps.append(silence(state, now))
        state = steps[-1].state
        left = [wait for wait in state.waits if wait.due and wait.due <= now]
        assert len(left) < len(before) or state.stage is not steps[-1].event.stage_before or not before
    return state, steps


@pytest.mark.parametrize("stage", STAGES)
def test_every_reminder_falls_into_the_readers_own_working_hours(stage: Stage) -> None:
    state = state_in(stage, _scattered())
    while (due := next_due(state)) is not None:
        wait = overdue(state, due)
        if wait is not None:
            calendar = state.people.calendar_of(wait.person)
            local = due.astimezone(ZoneInfo(calendar.zone))
            assert is_working_day(calendar, local.date())
            assert calendar.opens <= local.time() <= calendar.closes
        state = silence(state, due).state


def _scattered() -> ProviderProfile:
    """Meridian's people work in Tokyo, in a week from Sunday to Thursday, with holidays in March."""
    holidays = tuple(date(2026, 3, day) for day in (3, 4, 5, 17))
    calendar = WorkCalendar(zone="Asia/Tokyo", weekdays=(6, 0, 1, 2, 3), holidays=holidays)
    return house().model_copy(update={"calendars": {"standard": calendar}})


def test_the_clock_starts_at_the_next_opening_when_the_waiting_begins_on_a_weekend() -> None:
    saturday = MONDAY - 2 * DAY
    state = receive(a_state(now=saturday), saturday).state
    wednesday_at_opening = MONDAY.replace(hour=8) + 2 * DAY
    assert {wait.due for wait in state.waits} == {wednesday_at_opening}


def test_two_people_in_two_calendars_are_reminded_each_on_their_own_day() -> None:
    holiday = WorkCalendar(zone="Europe/Berlin", holidays=(date(2026, 3, 4),))
    profile = house(people=tuple(_on_holiday(person) for person in without()))
    profile = profile.model_copy(update={"calendars": {**profile.calendars, "off": holiday}})
    dues = {wait.person: wait.due for wait in a_request(profile).waits}
    assert dues[BO] == MONDAY + 2 * DAY
    assert dues[FINN] == MONDAY + 3 * DAY


def _on_holiday(person: Person) -> Person:
    return person.model_copy(update={"calendar": "off"}) if person.email == FINN else person


def test_escalation_tells_those_who_can_help_and_reminds_the_silent_one() -> None:
    transitions = silent_until(state_in(Stage.DRAFTING), Stage.LAPSED)
    escalated = next(each for each in transitions if each.event.fact is Fact.ESCALATED)
    assert letters(escalated) == {(LetterKind.ESCALATION, LENA), (LetterKind.REMINDER, FINN)}
    letter = next(letter for letter in escalated.letters if letter.to == LENA)
    assert letter.context.next_step == f"Speak to Finn Doyle ({FINN})."
    assert letter.context.command is None


def test_without_an_escalation_contact_a_manager_is_told_and_never_the_silent_one() -> None:
    state = carried(a_request(house(people=without(LENA))), Stage.DRAFTING)
    escalated = next(each for each in silent_until(state, Stage.LAPSED) if each.event.fact is Fact.ESCALATED)
    assert letters(escalated) == {(LetterKind.ESCALATION, BO), (LetterKind.REMINDER, FINN)}
    assert "Bo Lindqvist was told" in escalated.event.sentence


def test_every_rule_is_in_order_and_ends() -> None:
    for stage, steps in PATIENCE.items():
        days = [step.after_days for step in steps]
        assert days == sorted(set(days))
        if stage is not Stage.SIGNING:
            assert steps[-1].what.value.startswith("lapse")


def test_nothing_is_due_before_its_time() -> None:
    state = a_request()
    due = next_due(state)
    assert due is not None
    assert overdue(state, due - timedelta(microseconds=1)) is None
    assert overdue(state, due) is not None
