"""The pack of a review: promised, measured, open, asked for, proposed, felt, and what comes. REV-1, REV-4, REV-5."""

from datetime import date
from decimal import Decimal

from sla.agreement import AgreementState
from sla.commands import RecordResults, RequestChange
from sla.ending_commands import OfferRight
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.letters import Pack
from sla.life import ChangeKind, Measured, Results
from sla.packs import NEXT_DATES, pack_of
from sla.terms import Ratchet
from tests import people
from tests.people import ANA, CHEN, FINN
from tests.sla.lives import TACIT, berlin, by_itself, concluded, do, played

MARCH = berlin(2027, 3, 1)


def results(works: str = "99.9", looked: str = "94") -> RecordResults:
    measured = (
        Measured(target="printing-works", value=Decimal(works)),
        Measured(target="first-look", value=Decimal(looked)),
    )
    period = Results(start=date(2027, 1, 1), end=date(2027, 2, 1), measured=measured)
    return RecordResults(by=CHEN, decision_id="r", results=period)


def sent(state: AgreementState) -> Pack:
    """The pack as it goes out before review 1."""
    prepared = by_itself(state, berlin(2027, 3, 18))[-1]
    packs = [letter.context.pack for letter in prepared.letters if letter.kind is LetterKind.REVIEW_PACK]
    assert packs[0] is not None
    assert all(pack == packs[0] for pack in packs)
    return packs[0]


def begun(**changes: object) -> AgreementState:
    return played(people.in_force(**changes), MARCH)


def test_the_pack_is_that_of_the_review_ahead_even_while_another_one_is_open() -> None:
    asked = RequestChange(by=ANA, decision_id="a", kinds=(ChangeKind.HOURS,), text="We open on Saturdays.")
    assert sent(do(begun(), asked, now=MARCH)).review == "1"


def test_the_pack_of_an_open_review_carries_its_number() -> None:
    asked = RequestChange(by=ANA, decision_id="a", kinds=(ChangeKind.HOURS,), text="We open on Saturdays.")
    assert pack_of(do(begun(), asked, now=MARCH), is_ahead=False).review == "x1"


def test_it_says_what_was_promised_for_each_target() -> None:
    assert [row.about for row in sent(begun()).promised] == ["Printing works", "A broken printer is looked at"]


def test_without_results_nothing_is_measured() -> None:
    assert sent(begun()).measured == ()


def test_it_says_what_was_measured_and_whether_that_met_the_promise() -> None:
    measured = sent(do(begun(), results(), now=MARCH)).measured
    assert [(row.about, row.is_met) for row in measured] == [
        ("Printing works", True),
        ("A broken printer is looked at", False),
    ]
    assert "99.9 %" in measured[0].said
    assert "2027-01-01" in measured[0].said


def test_it_says_what_is_open_between_the_sides() -> None:
    right = OfferRight(
        by=FINN, decision_id="o", side=Side.CUSTOMER, ground="Missed three times.", until=date(2027, 5, 1)
    )
    assert sent(do(begun(), right, now=MARCH)).open_points == (
        "Termination right of the customer, last day 2027-04-30.",
    )


def test_it_says_who_asks_for_which_change_and_what_that_touches() -> None:
    asked = RequestChange(by=ANA, decision_id="a", kinds=(ChangeKind.UPTIME,), text="It fails on Mondays.")
    change = sent(do(begun(), asked, now=MARCH)).changes[0]
    assert (change.said, change.text) == ("Ana Ruiz asks for a change of uptime.", "It fails on Mondays.")
    assert "target printing-works: Printing works, committed 99.5 %" in change.touches


def test_after_sustained_over_performance_it_proposes_the_next_level() -> None:
    pack = sent(do(begun(ratchet=Ratchet(after_results=1)), results(), now=MARCH))
    assert pack.proposals == ("Printing works: commit to 99.9 % instead of 99.5 %; the last result was better.",)


def test_it_says_how_satisfied_both_sides_were_at_the_last_reviews() -> None:
    state = concluded(played(begun(), berlin(2027, 4, 1)), berlin(2027, 4, 2)).state
    rows = pack_of(state, is_ahead=True).satisfaction
    assert [(row.about, row.said) for row in rows] == [("Review 1", "provider 4, customer 3 of 5")]


def test_it_says_what_comes_next_with_the_clause_and_no_step_of_silence() -> None:
    ahead = sent(begun(renewal=TACIT)).ahead
    assert ahead[0].about == "2027-04-01 10:00 Europe/Berlin"
    assert ahead[0].said == "Review 1 (terms, review: every 3 months)"
    assert len(ahead) <= NEXT_DATES
    assert any("The agreement renews until 2029-01-01" in row.said for row in ahead)
    assert not any("reminded to conclude" in row.said for row in ahead)
