"""Rights that a statement finds no more: lost, resting during a dispute, or found again. TER-3, MON-10."""

import pytest

from sla.credit_scheme import CreditScheme
from sla.figures import Status
from sla.findings import FindingKind, FoundRight
from sla.lost_rights import right_changes
from sla.past_periods import PastPeriod, PastTarget
from sla.statements import Decided
from sla.stating import state
from sla.verification import verify
from tests.people import euros
from tests.sla.judged import OFFICE, case, outage, some_terms, target
from tests.sla.test_stating import FEBRUARY, SCHEME, said

RIGHT = FoundRight(subject="it-works")


def missed_before(status: Status = Status.MISSED, *, is_disputed: bool = False) -> PastPeriod:
    return PastPeriod(period=FEBRUARY, targets=(PastTarget(target="it-works", status=status, is_disputed=is_disputed),))


def settled(value: str | None, no: int = 1) -> Decided:
    return Decided(dispute=no, target="it-works", is_open=value is None, value=value)


def test_a_right_that_is_not_found_any_more_is_told_as_lost() -> None:
    first = state(said(past=(missed_before(),)))
    again = state(
        said(past=(missed_before(),), previous=first, decided=(settled("99.9"),), why="Dispute 1 was settled.")
    )
    assert [each.kind for each in again.findings] == [FindingKind.RESTATED]
    assert again.findings[0].lost == (RIGHT,)
    assert again.findings[0].sentence == (
        "The statement of 2027-03 was made again as revision 2: the credit from EUR 100.00 to EUR 0.00, no right to "
        "terminate for it-works any more, it-works from missed to met. Dispute 1 was settled."
    )
    assert right_changes(first, again) == ("no right to terminate for it-works any more",)


def test_a_right_is_lost_with_an_earlier_miss_though_nothing_else_has_changed() -> None:
    first = state(said(past=(missed_before(),)))
    again = state(said(past=(missed_before(Status.MET),), previous=first, why="An earlier statement was made again."))
    assert (again.figures, again.credit) == (first.figures, first.credit)
    assert again.findings[-1].lost == (RIGHT,)
    assert again.findings[-1].sentence == (
        "The statement of 2027-03 was made again as revision 2: no right to terminate for it-works any more. An "
        "earlier statement was made again."
    )


def test_a_right_of_any_targets_is_lost_for_the_agreement() -> None:
    scheme = CreditScheme.model_validate(
        {**SCHEME.model_dump(exclude_none=True), "termination": [{"misses": 2, "chain": "any_target"}]}
    )
    terms, late = some_terms(target(), calendar=OFFICE, credits=scheme), outage("03-04 10:00", "03-04 12:00")
    first = state(case(terms, late, fee=euros("1000.00"), past=(missed_before(),)))
    again = state(case(terms, late, fee=euros("1000.00"), past=(missed_before(Status.MET),), previous=first))
    assert again.findings[-1].lost == (FoundRight(),)
    assert right_changes(first, again) == ("no right to terminate any more",)
    assert FoundRight().told_as("2027-03") == first.findings[1].decision_id


def test_a_right_that_comes_back_after_it_was_stated_away_is_told_anew() -> None:
    first = state(said(past=(missed_before(),)))
    second = state(said(past=(missed_before(Status.MET),), previous=first))
    third = state(said(past=(missed_before(),), previous=second))
    fourth = state(said(past=(missed_before(),), previous=third))
    rights = [each for made in (first, third, fourth) for each in made.findings if each.until is not None]
    assert [each.decision_id for each in rights] == [
        "found/termination_right/2027-03/it-works",
        "found/termination_right/2027-03/it-works/r3",
        "found/termination_right/2027-03/it-works/r3",
    ]
    assert right_changes(second, third) == ("a right to terminate for it-works",)
    assert right_changes(third, fourth) == ()
    alone = state(said(past=(missed_before(),))).model_copy(update={"revision": 3})
    assert verify(third, alone, None, has_previous=False).holds


@pytest.mark.parametrize("disputed", ["this month", "the month before"])
def test_a_right_rests_while_a_figure_is_disputed_and_stands_again_when_it_is_upheld(disputed: str) -> None:
    now = disputed == "this month"
    frozen = {"decided": (settled(None),)} if now else {"past": (missed_before(is_disputed=True),)}
    upheld = {"decided": (settled("99"),)} if now else {}
    first = state(said(past=(missed_before(),)))
    second = state(said(**{"past": (missed_before(),), "previous": first, **frozen}))
    third = state(said(**{"past": (missed_before(),), "previous": second, **upheld}))
    told = second.findings[-1]
    assert (told.kind, told.lost, told.resting) == (FindingKind.RESTATED, None, (RIGHT,))
    assert "the right to terminate for it-works rests during a dispute" in told.sentence
    rights = [each.decision_id for each in third.findings if each.kind is FindingKind.TERMINATION_RIGHT]
    assert rights == ["found/termination_right/2027-03/it-works"], (
        "nobody is told again of a right that has stood all the time"
    )
    assert right_changes(second, third) == ()


def test_a_right_that_rests_is_lost_when_the_dispute_is_settled_against_the_miss() -> None:
    first = state(said(past=(missed_before(),)))
    second = state(said(past=(missed_before(),), previous=first, decided=(settled(None),)))
    third = state(said(past=(missed_before(),), previous=second, decided=(settled("99.9"),)))
    assert (third.findings[-1].lost, third.findings[-1].resting) == ((RIGHT,), None)
    assert right_changes(second, third) == ("no right to terminate for it-works any more",)
