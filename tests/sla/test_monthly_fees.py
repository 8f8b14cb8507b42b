"""Which monthly fee counted when: kept by the life, and told as far as earlier releases have left it. PRI-7, MON-7."""

from datetime import datetime
from decimal import Decimal

import pytest

from sla.agreement import AgreementState, edition_of, life_of, with_life
from sla.applied import Applied
from sla.commands import StateIndex
from sla.fees_in_force import fees_in_force, fees_of_terms
from sla.life import Coming, InForce
from sla.money import Money
from sla.monthly_fees import Fees, FeeSince, fee_at, fees_between, with_fee
from sla.terms import EditionRef, PriceRevision, ReviewCadence, Terms
from tests import people
from tests.people import BO, euros
from tests.sla.judged import applied, some_terms, target
from tests.sla.lives import TACIT, amended, berlin, do, played

SUMMER = berlin(2027, 7, 1)
NEW_YEAR, NEXT_YEAR = berlin(2028, 1, 1, 0), berlin(2029, 1, 1, 0)


def indexed() -> AgreementState:
    """A thousand euros a month, indexed by 10 percent in the new year of 2028 and by 20 percent a year later."""
    revision = PriceRevision(index="consumer prices")
    state = played(people.in_force(renewal=TACIT, review=None, price_revision=revision), SUMMER)
    for year, percent in ((2028, "10"), (2029, "20")):
        rate = StateIndex(by=BO, decision_id=f"i-{year}", rate=Decimal(percent), source="statistics office")
        state = played(do(state, rate, now=berlin(year - 1, 7, 1)), berlin(year, 2, 1))
    return state


def told(fees: Fees) -> list[tuple[str, Money | None]]:
    return [(f"{each.since:%Y-%m-%d %H:%M}", each.fee) for each in fees]


def known(state: AgreementState, coming: Coming | None = None) -> Fees:
    """The fees of an agreement whose only edition has counted all the time."""
    life = life_of(state)
    editions = tuple(Applied(edition=x.edition, terms=edition_of(state).terms, since=x.since) for x in life.in_force)
    return fees_in_force(editions, life, coming, state.zone)


def test_a_life_keeps_every_fee_with_the_instant_from_which_it_counts() -> None:
    state = indexed()
    assert told(life_of(state).fees)[1:] == [
        ("2027-12-31 23:00", euros("1100.00")),
        ("2028-12-31 23:00", euros("1320.00")),
    ]
    assert life_of(state).fees[0] == FeeSince(fee=euros("1000.00"), since=life_of(state).in_force[0].since)
    assert known(state) == life_of(state).fees


def test_a_renewal_that_leaves_the_fee_adds_nothing() -> None:
    state = played(people.in_force(renewal=TACIT, review=None), berlin(2029, 2, 1))
    assert (life_of(state).renewals, len(life_of(state).fees)) == (2, 1)


def test_an_amendment_that_changes_the_price_adds_its_fee_from_its_own_day_on() -> None:
    state = played(people.in_force(review=ReviewCadence(every_months=24)), berlin(2027, 3, 1))
    cheaper = Terms.model_validate(
        edition_of(state).terms.model_dump() | {"price": people.terms("900.00").price, "effective_from": "2027-06-01"}
    )
    signed = amended(state, cheaper, berlin(2027, 3, 2))
    assert told(known(signed, life_of(signed).coming))[1:] == [("2027-05-31 22:00", euros("900.00"))]
    after = played(signed, SUMMER)
    assert told(life_of(after).fees)[1:] == [("2027-05-31 22:00", euros("900.00"))]


def without_history(state: AgreementState) -> AgreementState:
    """As an earlier release has left it."""
    return with_life(state, fees=())


def test_of_an_earlier_release_the_price_of_the_edition_counts_until_the_last_renewal() -> None:
    state = without_history(indexed())
    assert told(known(state))[1:] == [("2028-12-31 23:00", euros("1320.00"))]
    assert known(state)[0].fee == euros("1000.00")


def test_of_an_earlier_release_a_renewal_that_was_before_the_last_edition_counts_from_its_own_day() -> None:
    """That edition has left the fee as the renewal had made it."""
    state = without_history(indexed())
    (first,) = life_of(state).in_force
    later = InForce(edition=EditionRef(no=2, hash="2" * 64), since=berlin(2029, 1, 20))
    state = with_life(state, in_force=(first.model_copy(update={"until": later.since}), later))
    assert [(each.fee, each.since) for each in known(state)] == [
        (euros("1000.00"), first.since),
        (euros("1320.00"), NEXT_YEAR),
    ]


def test_an_edition_that_waits_for_its_day_and_leaves_the_price_leaves_the_fee() -> None:
    state = indexed()
    coming = Coming(edition=edition_of(state), at=berlin(2029, 6, 1))
    assert known(state, coming) == life_of(state).fees


def test_an_agreement_of_an_earlier_release_keeps_what_is_known_at_its_next_renewal() -> None:
    before = without_history(indexed())
    after = played(before, berlin(2030, 2, 1))
    assert life_of(after).fees == known(before)


def test_where_only_the_fee_of_today_is_known_it_counts() -> None:
    state = with_life(without_history(people.in_force(review=None)), fee=euros("1500.00"))
    assert [each.fee for each in known(state)] == [euros("1500.00")]


def test_before_what_a_life_has_kept_the_editions_say_their_prices() -> None:
    state = people.in_force(review=None)
    since = life_of(state).in_force[0].since
    cheap = edition_of(state).terms.model_copy(update={"price": people.terms("800.00").price})
    earlier = Applied(terms=cheap, since=berlin(2026, 1, 1), until=since)
    own = Applied(edition=life_of(state).in_force[0].edition, terms=edition_of(state).terms, since=since)
    fees = fees_in_force((earlier, own), life_of(state), None, state.zone)
    assert [each.fee for each in fees] == [euros("800.00"), euros("1000.00")]


def test_terms_say_their_prices_from_when_they_count() -> None:
    dear = some_terms(target(), price=people.terms("2000.00").price)
    same = some_terms(target(committed="99"))
    fees = fees_of_terms((applied(dear, "2027-03-16"), applied(some_terms(target())), applied(same, "2027-02-01")))
    assert told(fees) == [("2026-12-31 23:00", euros("1000.00")), ("2027-03-15 23:00", euros("2000.00"))]


FEES = with_fee(with_fee((), euros("10.00"), NEW_YEAR), euros("20.00"), NEXT_YEAR)


@pytest.mark.parametrize(
    ("at", "fee"),
    [(SUMMER, "10.00"), (NEW_YEAR, "10.00"), (berlin(2028, 12, 31, 23), "10.00"), (NEXT_YEAR, "20.00")],
)
def test_a_fee_counts_from_its_instant_on_and_the_first_before_it(at: datetime, fee: str) -> None:
    assert fee_at(FEES, at) == euros(fee)


def test_a_fee_takes_the_place_of_what_was_to_count_later() -> None:
    assert with_fee(FEES, euros("30.00"), NEW_YEAR) == (FeeSince(fee=euros("30.00"), since=NEW_YEAR),)
    assert with_fee(FEES, euros("20.00"), berlin(2030, 1, 1)) == FEES


def test_within_a_stretch_the_first_fee_counts_from_its_beginning() -> None:
    begins = berlin(2028, 12, 1, 0)
    found = fees_between(FEES, begins, berlin(2029, 2, 1, 0))
    assert [(each.since, each.fee) for each in found] == [(begins, euros("10.00")), (NEXT_YEAR, euros("20.00"))]
    assert len(fees_between(FEES, begins, NEXT_YEAR)) == 1


def test_nothing_is_known_of_no_fees() -> None:
    assert fee_at((), SUMMER) is None
