"""Suspension and reinstatement: bounded, reasoned, and the end moves only where the terms say so. TER-4."""

from datetime import date, timedelta

import pytest

from sla.agreement import AgreementState, life_of
from sla.commands import GiveNotice
from sla.ending_commands import Reinstate, Suspend
from sla.errors import AlreadyDone, NotPossible, NotYourRole
from sla.events import Fact
from sla.letter_kinds import LetterKind
from sla.living import coming_up, dues, risks
from sla.renewal import deadline_for, end_of
from sla.terms import Renewal, SuspensionRule
from sla.transitions import act
from tests import people
from tests.people import ANA, BO, FINN, INES
from tests.sla.lives import TACIT, berlin, by_itself, do, letters, played, refusal, sentences

MAY = berlin(2027, 5, 1)
UNTIL = date(2027, 5, 31)
MOVES = SuspensionRule(extends_term=True)


def begun(rule: SuspensionRule | None = MOVES, renewal: Renewal | None = TACIT) -> AgreementState:
    return played(people.in_force(renewal=renewal, review=None, suspension=rule), MAY)


def suspension(until: date = UNTIL, by: str = FINN, id_: str = "s") -> Suspend:
    return Suspend(by=by, decision_id=id_, until=until, reason="The house is rebuilt.")


def reinstatement(id_: str = "r") -> Reinstate:
    return Reinstate(by=BO, decision_id=id_, reason="The house is ready.")


def test_a_suspension_moves_the_end_by_its_days_at_once() -> None:
    transition = act(begun(), suspension(), MAY)
    assert end_of(transition.state) == date(2028, 1, 31)
    assert (transition.event.fact, transition.event.reason) == (Fact.SUSPENDED, "The house is rebuilt.")
    assert transition.event.sentence == (
        "Finn Doyle suspended the agreement until 2027-05-31. The term ends on 2028-01-31."
    )
    assert letters(transition) == {(LetterKind.SUSPENDED, to) for to in (ANA, INES, BO)}


@pytest.mark.parametrize("rule", [None, SuspensionRule()])
def test_where_the_terms_do_not_say_so_the_end_stays(rule: SuspensionRule | None) -> None:
    transition = act(begun(rule), suspension(), MAY)
    assert end_of(transition.state) == date(2028, 1, 1)
    assert transition.event.sentence == "Finn Doyle suspended the agreement until 2027-05-31."


def test_the_service_resumes_by_itself_on_the_day_that_was_said() -> None:
    last = by_itself(do(begun(), suspension(), now=MAY), berlin(2027, 5, 31))[-1]
    assert (last.event.at, last.event.fact, last.event.by) == (berlin(2027, 5, 31, 0), Fact.REINSTATED, "system")
    assert last.event.sentence == (
        "The suspension is over, and the agreement is reinstated. The term ends on 2028-01-31."
    )
    assert life_of(last.state).suspension is None
    assert end_of(last.state) == date(2028, 1, 31)


def test_an_early_reinstatement_gives_the_days_back_that_were_not_suspended() -> None:
    state = do(begun(), suspension(), now=MAY)
    transition = act(state, reinstatement(), berlin(2027, 5, 11))
    assert end_of(transition.state) == date(2028, 1, 11)
    assert transition.event.sentence == "Bo Lindqvist reinstated the agreement. The term ends on 2028-01-11."
    assert (transition.event.by, transition.event.reason) == (BO, "The house is ready.")
    assert life_of(transition.state).suspensions[-1].moved_days == 10


def test_a_reinstatement_on_the_same_day_moves_nothing() -> None:
    state = do(begun(), suspension(), reinstatement(), now=MAY)
    assert end_of(state) == date(2028, 1, 1)


def test_two_suspensions_add_up_and_none_counts_twice() -> None:
    state = played(do(begun(), suspension(), now=MAY), berlin(2027, 6, 1))
    again = suspension(date(2027, 6, 11), id_="s2")
    assert end_of(played(do(state, again, now=berlin(2027, 6, 1)), berlin(2027, 7, 1))) == date(2028, 2, 10)


def test_the_ends_after_a_moved_one_count_from_there_and_clamp_to_the_months_end() -> None:
    state = do(begun(), suspension(date(2027, 6, 29)), now=MAY)
    ends = [end_of(state)]
    for year in range(2028, 2032):
        state = played(state, berlin(year, 3, 1))
        ends.append(end_of(state))
    assert ends == [date(2028, 2, 29), *(date(year, 2, 28) for year in (2029, 2030, 2031)), date(2032, 2, 29)]
    assert life_of(state).renewals_before + life_of(state).renewals == 4


def test_the_notice_deadline_and_its_reminders_move_along() -> None:
    state = do(begun(), suspension(), now=MAY)
    assert deadline_for(state) == date(2027, 10, 31)
    reminded = [each.event.at.date() for each in by_itself(state, berlin(2027, 8, 3)) if "reminded" in each.event.fact]
    assert reminded == [date(2027, 8, 2)]


def test_reminders_that_were_said_are_said_again_for_a_deadline_that_is_later() -> None:
    """Three of four were out; the deadline moves by sixty days, so that they are due anew."""
    now = berlin(2027, 9, 2)
    state = played(begun(), now)
    state = do(state, suspension(now.date() + timedelta(days=60)), now=now)
    facts = [each.event.fact for each in by_itself(state, berlin(2027, 12, 31))]
    assert facts.count(Fact.NOTICE_REMINDED) == 3
    assert facts.count(Fact.NOTICE_DEADLINE_PASSED) == 1


def test_a_notice_that_was_given_counts_for_the_moved_end() -> None:
    notice = GiveNotice(by=ANA, decision_id="n", end=date(2028, 1, 1))
    state = do(begun(), notice, suspension(), now=MAY)
    given = life_of(state).notice
    assert given is not None
    assert given.end == date(2028, 1, 31)
    last = by_itself(state, berlin(2028, 1, 31))[-1]
    assert last.event.sentence == "The term ended on 2028-01-31: Ana Ruiz gave notice on 2027-05-01."


def test_dates_that_move_raise_the_sequence_of_the_agenda() -> None:
    state = do(begun(), suspension(), now=MAY)
    assert life_of(state).revision == 1
    assert life_of(do(state, reinstatement(), now=berlin(2027, 5, 11))).revision == 2
    assert life_of(played(state, berlin(2027, 6, 1))).revision == 1


def test_a_suspension_is_a_risk_and_its_end_a_date() -> None:
    state = do(begun(), suspension(), now=MAY)
    assert risks(state) == ("suspended, service resumes on 2027-05-31",)
    due = next(each for each in dues(state) if each.key.startswith("resume-"))
    assert (due.at, due.what, due.cause) == (
        berlin(2027, 5, 31, 0),
        "The suspension is over",
        "suspension: until 2027-05-31",
    )


def test_reviews_go_on_during_a_suspension() -> None:
    state = played(people.in_force(suspension=MOVES), berlin(2027, 3, 30))
    state = do(state, suspension(date(2027, 4, 20)), now=berlin(2027, 3, 30))
    assert "Review 1 is open." in sentences(by_itself(state, berlin(2027, 4, 1)))


def test_a_reinstatement_after_an_outage_counts_the_days_that_were_said() -> None:
    """The worker was away until July: the service rested until the day that both sides know."""
    state = do(begun(), suspension(), now=MAY)
    due = coming_up(state)
    assert due is not None
    assert due.happen is not None
    assert end_of(due.happen(state, berlin(2027, 7, 1)).state) == date(2028, 1, 31)


# -- bad input


def test_a_suspension_lasts_as_long_as_the_terms_allow() -> None:
    told = refusal(begun(), suspension(date(2027, 7, 31)), NotPossible, MAY)
    assert told == "a suspension lasts at most 90 days by the terms; a day until 2027-07-30 is expected"


@pytest.mark.parametrize("until", [date(2027, 5, 1), date(2027, 4, 30)])
def test_a_suspension_ends_in_the_future(until: date) -> None:
    told = refusal(begun(), suspension(until), NotPossible, MAY)
    assert told == f"the suspension would be over on {until}, which is not ahead; a later day is expected"


def test_a_suspension_that_moves_nothing_ends_with_the_term() -> None:
    now = berlin(2027, 12, 1)
    told = refusal(played(begun(None, None), now), suspension(date(2028, 1, 2)), NotPossible, now)
    assert told == "the term of 0001 ends on 2028-01-01; a day until then is expected"


def test_where_the_term_renews_a_suspension_lasts_over_its_end() -> None:
    now = berlin(2027, 12, 1)
    state = do(played(begun(None), now), suspension(date(2028, 1, 20)), now=now)
    assert sentences(by_itself(state, berlin(2028, 1, 20))) == [
        "The term renewed on 2028-01-01, until 2029-01-01.",
        "The suspension is over, and the agreement is reinstated.",
    ]


def test_what_is_suspended_is_not_suspended_again() -> None:
    told = refusal(do(begun(), suspension(), now=MAY), suspension(id_="s2"), AlreadyDone, MAY)
    assert told == "0001 is suspended already, until 2027-05-31; reinstate it first"


def test_before_the_term_begins_there_is_nothing_to_suspend() -> None:
    told = refusal(people.in_force(), suspension(date(2026, 3, 9)), NotPossible)
    assert told == "the term of 0001 begins on 2027-01-01; there is nothing to suspend yet"


def test_what_is_not_suspended_is_not_reinstated() -> None:
    told = refusal(begun(), reinstatement(), NotPossible, MAY)
    assert told == "0001 is not suspended; there is nothing to reinstate"


def test_the_customer_suspends_nothing() -> None:
    told = refusal(begun(), suspension(by=ANA), NotYourRole, MAY)
    assert "Finn Doyle, Bo Lindqvist" in told
