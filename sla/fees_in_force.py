"""What is known of the fees of an agreement: what its life has kept, and what an earlier release has left to know.

A life keeps every fee with the instant from which it counts. Of one that an earlier release began, the prices of its
editions are known and the fee now: that counts from the last renewal on, where it is not the edition's own price. An
edition that came after that renewal has left it as it was.
Source: PRI-7, MON-7.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from sla.applied import Applied
from sla.life import Coming, InForce
from sla.money import Money
from sla.monthly_fees import Fees, FeeSince, with_fee
from sla.term import Term, end_after, start_of_day
from sla.terms import Terms


class Keeps(Protocol):
    """What of a life says which fees counted."""

    @property
    def fees(self) -> Fees:
        """What it has kept."""
        ...

    @property
    def fee(self) -> Money | None:
        """The monthly fee now."""
        ...

    @property
    def in_force(self) -> tuple[InForce, ...]:
        """Its editions."""
        ...

    @property
    def term(self) -> Term:
        """Its term."""
        ...

    @property
    def renewals(self) -> int:
        """How often that has renewed."""
        ...


def price_of(terms: Terms) -> Money | None:
    """The monthly fee that terms state."""
    return terms.price.monthly_fee if terms.price else None


def fees_kept(life: Keeps, own: Money | None, zone: str) -> Fees:
    """The fees that a life has kept; `own` is the price of its last edition, for a life that has kept none."""
    if life.fees:
        return life.fees
    began = life.in_force[-1].since
    if life.fee == own or not life.renewals:
        return (FeeSince(fee=life.fee, since=began),)
    renewed = start_of_day(end_after(life.term, life.renewals - 1), zone)
    return with_fee((FeeSince(fee=own, since=began),), life.fee, renewed)


def fees_of_terms(applied: Iterable[Applied]) -> Fees:
    """The prices of terms, each from when its terms count: where nothing else is known of the fee."""
    found: Fees = ()
    for each in sorted(applied, key=lambda each: each.since):
        found = with_fee(found, price_of(each.terms), each.since)
    return found


def fees_in_force(applied: Sequence[Applied], life: Keeps, coming: Coming | None, zone: str) -> Fees:
    """Every fee of an agreement: before its life kept any, the prices of its editions, all of which are in `applied`.

    An edition that is signed and waits for its day brings its price, where that is another one than before.
    """
    standing = next((each.terms for each in applied if each.edition == life.in_force[-1].edition), None)
    kept = fees_kept(life, price_of(standing) if standing else life.fee, zone)
    fees = fees_of_terms(each for each in applied if each.since < kept[0].since)
    for each in kept:
        fees = with_fee(fees, each.fee, each.since)
    if coming is not None and (standing is None or coming.edition.terms.price != standing.price):
        fees = with_fee(fees, price_of(coming.edition.terms), coming.at)
    return fees
