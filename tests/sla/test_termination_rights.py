"""The right to terminate: offered to its side, a risk until it expires, and never an end by itself. TER-3."""

from datetime import date

from sla.agreement import life_of
from sla.ending_commands import OfferRight
from sla.errors import NotPossible, NotYourRole
from sla.events import Fact
from sla.kinds import Side
from sla.living import risks
from sla.stages import Stage
from sla.termination_rights import MOST_RIGHTS
from sla.transitions import act
from tests.people import ANA, BO, FINN, INES
from tests.sla.lives import berlin, by_itself, do, refusal
from tests.sla.test_termination import MARCH, begun, opening


def right(until: date = date(2027, 4, 1), side: Side = Side.CUSTOMER, id_: str = "right") -> OfferRight:
    ground = "Availability missed three months in a row."
    return OfferRight(by=FINN, decision_id=id_, side=side, ground=ground, until=until)


def test_a_right_that_arises_is_offered_to_its_holder_and_ends_nothing() -> None:
    transition = act(begun(), right(), MARCH)
    assert transition.event.fact is Fact.RIGHT_AROSE
    assert transition.event.reason == "Availability missed three months in a row."
    assert transition.event.sentence == "A termination right of the customer arose; it can be used until 2027-03-31."
    assert transition.state.stage is Stage.ACTIVE
    assert life_of(transition.state).termination is None


def test_the_holder_reads_by_when_to_decide_and_the_other_side_only_that_it_is_so() -> None:
    steps = {letter.to: letter.context.next_step for letter in act(begun(), right(), MARCH).letters}
    assert all("Decide until 2027-03-31" in (steps[to] or "") for to in (ANA, INES))
    assert (steps[BO], steps[FINN]) == (None, None)


def test_a_right_is_a_risk_until_it_expires_unused() -> None:
    state = do(begun(), right(), now=MARCH)
    assert risks(state) == ("termination right of the customer, last day 2027-03-31",)
    last = by_itself(state, berlin(2027, 4, 1))[-1]
    assert (last.event.at, last.event.fact) == (berlin(2027, 4, 1, 0), Fact.RIGHT_EXPIRED)
    assert last.event.sentence == "Termination right 1 of the customer expired on 2027-04-01, unused."
    assert last.state.stage is Stage.ACTIVE
    assert risks(last.state) == ()


def test_a_right_whose_side_has_asked_for_the_end_is_not_called_unused() -> None:
    state = do(begun(), right(), opening(), now=MARCH)
    expired = next(each for each in by_itself(state, berlin(2027, 4, 1)) if each.event.fact is Fact.RIGHT_EXPIRED)
    assert expired.event.sentence == (
        "Termination right 1 of the customer expired on 2027-04-01; the customer has asked for termination CRM-7."
    )
    assert expired.letters == ()


def test_rights_expire_each_on_its_day() -> None:
    state = do(begun(), right(date(2027, 5, 1)), right(date(2027, 4, 1), Side.PROVIDER, "r2"), now=MARCH)
    expired = [each.event.sentence for each in by_itself(state, berlin(2027, 5, 1))]
    assert expired == [
        "Termination right 2 of the provider expired on 2027-04-01, unused.",
        "Termination right 1 of the customer expired on 2027-05-01, unused.",
    ]


def test_a_right_that_would_be_over_is_not_offered() -> None:
    told = refusal(begun(), right(date(2027, 3, 1)), NotPossible, MARCH)
    assert told == "the right would end on 2027-03-01, which is not ahead; a later day is expected"


def test_open_rights_are_bounded() -> None:
    state = do(begun(), *(right(id_=f"r{no}") for no in range(MOST_RIGHTS)), now=MARCH)
    told = refusal(state, right(id_="more"), NotPossible, MARCH)
    assert told == "20 open rights are the most; wait until one expires"


def test_only_the_sla_manager_finds_a_right() -> None:
    found = right().model_copy(update={"by": BO})
    refusal(begun(), found, NotYourRole, MARCH)
