"""What people have said, or have still to say, about the last statement of a period: disputes and the claim.

The statement itself is never changed: what is said after it stands in the agreement, until the next run states it.
Source: MON-6, MON-10.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from activities.views import StatementView
from sla.agreement import AgreementState
from sla.credit_scheme import CreditLine
from sla.credits import claim_by, claimable_since
from sla.term import day_at
from sla.terms import Terms


def outstanding(state: AgreementState, revisions: tuple[StatementView, ...], terms: Terms | None) -> Iterator[str]:
    """Open disputes that the last revision does not show yet, and how its credit stands with the claim."""
    statement = revisions[-1].statement
    shown = {figure.dispute for figure in statement.figures}
    for dispute in state.life.disputes if state.life else ():
        if dispute.period == statement.period.name and dispute.no not in shown:
            yield (
                f"Frozen: {dispute.target} is disputed by {state.people.name_of(dispute.by)} for the {dispute.side} "
                f"(dispute {dispute.no}); no credit of it is payable until the {dispute.side.other} has settled that."
            )
    if not any(is_owed_to_the_customer(line) for line in statement.credits):
        return
    if state.life and statement.period.name in state.life.claims:
        yield "Its credit is claimed."
    elif outside := last_claim(revisions, terms):
        last = outside - timedelta(days=1)
        yield f"Its credit must be claimed until {last}, that day included; no claim is on record."


def last_claim(revisions: tuple[StatementView, ...], terms: Terms | None) -> date | None:
    """The day (outside) by which the credit of the last revision must be claimed; None where no claim is asked for."""
    found = revisions[-1].statement
    outside = [line.claim_by for line in found.credits if is_owed_to_the_customer(line) and line.claim_by is not None]
    if outside or terms is None or terms.credits is None or terms.credits.claim is None:
        return max(outside, default=None)
    zone = found.period.zone
    since = claimable_since(tuple((day_at(each.stated_at, zone), each.statement.credits) for each in revisions))
    return claim_by(terms.credits.claim, found.period, since)


def is_owed_to_the_customer(line: CreditLine) -> bool:
    """Whether it is a credit that is worth something."""
    return not line.is_reward and line.earns_back is None and line.amount.amount > 0
