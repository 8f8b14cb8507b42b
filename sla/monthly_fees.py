"""Which monthly fee counted when. A fee changes with an edition, and by an index at a renewal. Source: PRI-7, MON-7.

Values and instants only: who changes a fee is said in `amendment` and `term_end`, what is known of the fees of an
agreement in `fees_in_force`.
"""

from datetime import datetime

from sla.fields import Instant, Value
from sla.money import Money


class FeeSince(Value):
    """A monthly fee, and from when it counts: until the next one does."""

    fee: Money | None = None
    """None while no price is agreed."""
    since: Instant


Fees = tuple[FeeSince, ...]
"""In the order of their instants, which are all different."""


def fee_at(fees: Fees, at: datetime) -> Money | None:
    """The fee that counts at an instant; before all of them the first."""
    found = [each for each in fees if each.since <= at] or list(fees[:1])
    return found[-1].fee if found else None


def with_fee(fees: Fees, fee: Money | None, since: datetime) -> Fees:
    """The history with a fee that counts from an instant on, in place of whatever was to count later."""
    kept = tuple(each for each in fees if each.since < since)
    return kept if kept and kept[-1].fee == fee else (*kept, FeeSince(fee=fee, since=since))


def fees_between(fees: Fees, begins: datetime, ends: datetime) -> Fees:
    """Those that count in a stretch, the first of them from its beginning; the same again is one."""
    found: Fees = ()
    for at in (begins, *(each.since for each in fees if begins < each.since < ends)):
        found = with_fee(found, fee_at(fees, at), at)
    return found
