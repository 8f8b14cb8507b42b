"""A change that somebody asks for opens a review at once, with what it touches. REV-2."""

import pytest

from sla.agreement import life_of
from sla.changes import MOST_CHANGES, MOST_TOUCHED, TOUCHED_FORMS, touches
from sla.commands import RequestChange
from sla.errors import NotPossible, NotYourRole
from sla.events import Fact
from sla.letter_kinds import LetterKind
from sla.life import ChangeKind
from sla.transitions import act
from tests import people
from tests.people import ANA, BO, CHEN, DORA, EVE, FINN, INES
from tests.sla.lives import NOON, berlin, do, letters, played, refusal
from tests.sla.test_targets import EVERY_FORM


def asking(*kinds: ChangeKind, by: str = ANA, text: str = "We open on Saturdays.") -> RequestChange:
    return RequestChange(by=by, decision_id=f"a{len(text)}", kinds=kinds, text=text)


def test_a_request_opens_a_review_at_once_and_names_what_is_to_change() -> None:
    transition = act(people.in_force(), asking(ChangeKind.UPTIME, ChangeKind.HOURS), NOON)
    review = life_of(transition.state).review
    assert review is not None
    assert (review.no, review.opened_at) == ("x1", NOON)
    assert (transition.event.fact, transition.event.reason) == (Fact.CHANGE_REQUESTED, "We open on Saturdays.")
    assert transition.event.sentence == "Ana Ruiz asked for a change of hours, uptime; review x1 opens at once."


def test_both_sides_are_told_with_the_pack_and_the_managers_are_asked_to_conclude() -> None:
    transition = act(people.in_force(), asking(ChangeKind.PRICE), NOON)
    assert letters(transition) == {
        *((LetterKind.CHANGE_REQUESTED, to) for to in (INES, BO, FINN)),
        *((LetterKind.REVIEW_WANTED, to) for to in (BO, FINN)),
    }
    packs = [letter.context.pack for letter in transition.letters]
    assert [pack.changes[0].text for pack in packs if pack] == ["We open on Saturdays."] * len(packs)


def test_a_request_joins_the_review_that_is_open() -> None:
    state = played(people.in_force(), berlin(2027, 4, 1))
    transition = act(state, asking(ChangeKind.PRICE), berlin(2027, 4, 2))
    assert transition.event.sentence == "Ana Ruiz asked for a change of price; it joins review 1."
    assert life_of(transition.state).extra_reviews == 0


def test_a_request_opens_a_review_in_place_of_one_that_is_overdue_and_the_managers_are_asked_anew() -> None:
    state = played(people.in_force(), berlin(2027, 5, 1))
    transition = act(state, asking(ChangeKind.HOURS), berlin(2027, 5, 1))
    assert transition.event.sentence == (
        "Ana Ruiz asked for a change of hours; review x1 opens at once. Review 1 was never concluded."
    )
    assert {(LetterKind.REVIEW_WANTED, BO), (LetterKind.REVIEW_WANTED, FINN)} <= letters(transition)


def test_a_second_request_joins_the_review_that_the_first_has_opened() -> None:
    state = do(people.in_force(), asking(ChangeKind.PRICE), asking(ChangeKind.SCOPE, by=CHEN, text="More sites."))
    life = life_of(state)
    assert [(change.no, change.by, change.kinds) for change in life.changes] == [
        (1, ANA, (ChangeKind.PRICE,)),
        (2, CHEN, (ChangeKind.SCOPE,)),
    ]
    assert life.review is not None
    assert life.review.no == "x1"


def test_a_kind_that_is_named_twice_counts_once() -> None:
    state = do(people.in_force(), asking(ChangeKind.PRICE, ChangeKind.PRICE))
    assert life_of(state).changes[0].kinds == (ChangeKind.PRICE,)


# -- what it touches


def test_uptime_touches_the_availability_its_requirement_and_the_documents() -> None:
    state = people.in_force()
    edition = state.edition
    assert edition is not None
    assert touches(state, (ChangeKind.UPTIME,)) == (
        "target printing-works: Printing works, committed 99.5 %",
        "requirement 1: Printers work while the office is open.",
        "document: the requirements",
        f"document: edition {edition.no} ({edition.hash[:8]})",
    )


def test_hours_touch_every_timed_target_the_service_hours_and_the_price() -> None:
    lines = touches(people.in_force(), (ChangeKind.HOURS,))
    assert "target first-look: A broken printer is looked at, committed 95 %" in lines
    assert "service hours: Monday to Friday, 8 to 18, Berlin time" in lines
    assert "price: EUR 1,000.00 a month" in lines


def test_the_price_touches_no_target() -> None:
    assert not any(line.startswith("target") for line in touches(people.in_force(), (ChangeKind.PRICE,)))


def test_the_scope_touches_the_limits_and_the_exclusions() -> None:
    lines = touches(people.in_force(), (ChangeKind.SCOPE,))
    assert "limits: 1 clause" in lines
    assert "exclusions: 1 clause" in lines


@pytest.mark.parametrize("kind", ChangeKind)
def test_each_kind_of_change_knows_which_forms_it_touches(kind: ChangeKind) -> None:
    assert set(TOUCHED_FORMS[kind]) <= set(EVERY_FORM)


def test_the_fee_that_counts_is_the_revised_one() -> None:
    state = people.in_force()
    life = life_of(state).model_copy(update={"fee": people.euros("1030.00")})
    revised = state.model_copy(update={"life": life})
    assert "price: EUR 1,030.00 a month" in touches(revised, (ChangeKind.PRICE,))


# -- bad input


def test_a_request_that_names_nothing_is_refused_with_what_it_may_name() -> None:
    told = refusal(people.in_force(), asking(), NotPossible)
    assert told == (
        "the request names nothing that is to change; at least one of hours, accessibility, uptime, completion, "
        "response, scope, price is expected"
    )


def test_a_refused_request_opens_no_review() -> None:
    state = people.in_force()
    refusal(state, asking(), NotPossible)
    assert life_of(state).review is None


def test_a_stranger_asks_for_no_change() -> None:
    told = refusal(people.in_force(), asking(ChangeKind.PRICE, by=EVE), NotYourRole)
    assert told.startswith(f"{EVE} is nobody whom agreement 0001 knows")


def test_an_approver_asks_for_no_change_and_reads_who_may() -> None:
    told = refusal(people.in_force(), asking(ChangeKind.PRICE, by=DORA), NotYourRole)
    assert "Ana Ruiz" in told
    assert "Chen Wei" in told


def test_one_review_answers_a_bounded_number_of_requests() -> None:
    state = people.in_force()
    for no in range(MOST_CHANGES):
        state = do(state, asking(ChangeKind.PRICE, text="x" * (no + 1)))
    told = refusal(state, asking(ChangeKind.PRICE, text="y" * 30), NotPossible)
    assert told == "20 changes wait for the open review already; conclude it first"


def test_what_a_request_touches_is_told_in_a_bounded_number_of_lines() -> None:
    target = people.terms().targets[0]
    many = tuple(target.model_copy(update={"id": f"target-{no}"}) for no in range(100))
    lines = touches(people.in_force(targets=many), (ChangeKind.UPTIME,))
    assert len(lines) == MOST_TOUCHED
    assert lines[-2] == "and 64 more targets, requirements and documents"
