"""What people have said, or have still to say, about the last statement of a period: disputes and the claim.

The statement itself is never changed: what is said after it stands in the agreement, until the next run states it.
Source: MON-6, MON-10.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from activities.views import StatementView
from sla.agreement import AgreementState
from sla.applied import Applied
from sla.credit_scheme import CreditLine, CreditScheme
from sla.credit_stretches import scheme_of
from sla.credits import claim_by, claimable_since
from sla.statements import Statement
from sla.term import day_at
from sla.terms import Edition


def outstanding(
    state: AgreementState, revisions: tuple[StatementView, ...], scheme: CreditScheme | None, now: datetime
) -> Iterator[str]:
    """Open disputes that the last revision does not show yet, and how its credit stands with the claim. `scheme` is the
    one that counts last in the period."""
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
    elif outside := last_claim(revisions, scheme):
        last = outside - timedelta(days=1)
        if outside <= day_at(now, statement.period.zone):
            yield f"Its credit can no longer be claimed: the last day was {last}, and no claim is on record."
            return
        yield f"Its credit must be claimed until {last}, that day included; no claim is on record."


def last_claim(revisions: tuple[StatementView, ...], scheme: CreditScheme | None) -> date | None:
    """The day (outside) by which the credit of the last revision must be claimed; None where no claim is asked for."""
    found = revisions[-1].statement
    outside = [line.claim_by for line in found.credits if is_owed_to_the_customer(line) and line.claim_by is not None]
    if outside or scheme is None or scheme.claim is None:
        return max(outside, default=None)
    zone = found.period.zone
    since = claimable_since(tuple((day_at(each.stated_at, zone), each.statement.credits) for each in revisions))
    return claim_by(scheme.claim, found.period, since)


def scheme_in(statement: Statement, editions: Iterable[Edition]) -> CreditScheme | None:
    """The scheme that counts last in the period of a statement, also where later terms of it state no credits."""
    terms = {each.no: each.terms for each in editions}
    applied = tuple(
        Applied(terms=terms[used.edition.no], edition=used.edition, since=used.since, until=used.until)
        for used in statement.inputs.terms
        if used.edition is not None and used.edition.no in terms
    )
    return scheme_of(statement.period, applied) if applied else None


def is_owed_to_the_customer(line: CreditLine) -> bool:
    """Whether it is a credit that is worth something."""
    return not line.is_reward and line.earns_back is None and line.amount.amount > 0
