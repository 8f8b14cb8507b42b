"""The one table of dates: what comes next by itself, in which order, and what is a risk. SEE-1."""

from datetime import date, timedelta

import pytest

from sla.agreement import AgreementState, life_of
from sla.ending_commands import Suspend
from sla.events import Fact
from sla.living import coming_up, dues, months, next_due, risks
from sla.stages import Stage
from sla.terms import Period, ReviewCadence
from sla.transitions import silence
from tests import people
from tests.people import FINN
from tests.sla.lives import TACIT, a_request, berlin, by_itself, do, played, state_in


def test_before_the_signature_nothing_of_the_table_is_ahead() -> None:
    state = a_request()
    assert coming_up(state) is None
    assert next_due(state) is not None


def test_from_the_signature_on_the_life_is_there_and_the_term_is_ahead() -> None:
    state = state_in(Stage.ACTIVE)
    due = coming_up(state)
    assert due is not None
    assert (due.key, due.at, due.cause) == ("start", berlin(2027, 1, 1, 0), "terms, period: from 2027-01-01")


def test_the_term_begins_with_its_edition() -> None:
    began = by_itself(people.in_force(), berlin(2027, 1, 1))[-1]
    assert began.event.fact is Fact.TERM_BEGAN
    assert began.event.sentence == f"The term began on 2027-01-01; edition {began.state.editions} counts."
    assert life_of(began.state).has_begun


def test_what_is_signed_late_makes_up_for_no_date() -> None:
    """Signed in March 2026 for a term since 2025: three reviews, and a renewal, are not held again."""
    period = Period(start=date(2025, 1, 1), end=date(2026, 1, 1), zone="Europe/Berlin")
    life = life_of(people.in_force(renewal=TACIT, period=period))
    assert (life.has_begun, life.renewals, life.last_review) == (True, 1, 4)


def test_what_is_signed_after_its_end_ends_at_once() -> None:
    period = Period(start=date(2025, 1, 1), end=date(2026, 1, 1), zone="Europe/Berlin")
    state = people.in_force(period=period)
    assert silence(state, state.stage_since).event.fact is Fact.TERM_ENDED


def test_the_timer_is_set_for_the_earliest_date_of_the_table() -> None:
    state = played(people.in_force(renewal=TACIT), berlin(2027, 2, 1))
    assert next_due(state) == min(due.at for due in dues(state)) == berlin(2027, 3, 18, 10)


def test_every_date_names_its_cause_and_no_two_have_one_key() -> None:
    state = played(people.in_force(renewal=TACIT), berlin(2027, 4, 2))
    found = list(dues(state))
    assert all(due.cause and due.what for due in found)
    assert len({due.key for due in found}) == len(found)


def test_at_one_instant_the_review_of_the_last_day_does_not_come_after_the_end() -> None:
    """A review that would be held on the end itself is outside."""
    state = people.in_force(review=ReviewCadence(every_months=12))
    facts = [each.event.fact for each in by_itself(state, berlin(2028, 1, 3))]
    assert Fact.REVIEW_OPENED not in facts
    assert facts[-1] is Fact.TERM_ENDED


def test_the_suspension_is_over_before_the_term_ends_at_the_same_instant() -> None:
    state = played(people.in_force(review=None), berlin(2027, 12, 1))
    suspend = Suspend(by=FINN, decision_id="s", until=date(2028, 1, 1), reason="The house is rebuilt.")
    facts = [each.event.fact for each in by_itself(do(state, suspend, now=berlin(2027, 12, 1)), berlin(2028, 1, 1))]
    assert facts == [Fact.REINSTATED, Fact.TERM_ENDED]


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=3)])
def test_what_an_outage_has_made_late_happens_once_when_the_worker_is_back(late: timedelta) -> None:
    state = played(people.in_force(), berlin(2027, 3, 31))
    transition = silence(state, berlin(2027, 4, 1, 10) + late)
    assert transition.event.sentence == "Review 1 is open."
    following = next_due(transition.state)
    assert following is not None
    assert following > berlin(2027, 4, 1, 10) + late


def test_an_agreement_that_an_earlier_release_has_signed_takes_its_life_up() -> None:
    state = people.in_force(renewal=TACIT).model_copy(update={"life": None})
    transition = silence(state, berlin(2028, 5, 2))
    assert (transition.event.fact, transition.event.by) == (Fact.LIFE_TAKEN_UP, "system")
    assert transition.event.sentence == (
        "The agreement was signed under an earlier release; from now on its dates are kept."
    )
    life = life_of(transition.state)
    assert (life.renewals, life.last_review, life.has_begun) == (1, 5, True)


def test_an_agreement_without_trouble_has_no_risk() -> None:
    assert risks(people.in_force()) == ()
    assert risks(a_request()) == ()


def test_a_state_in_force_travels_without_loss() -> None:
    state = played(people.in_force(renewal=TACIT), berlin(2027, 9, 1))
    assert AgreementState.model_validate_json(state.model_dump_json()) == state


@pytest.mark.parametrize(("number", "words"), [(1, "1 month"), (12, "12 months")])
def test_months_are_counted_in_words(number: int, words: str) -> None:
    assert months(number) == words
