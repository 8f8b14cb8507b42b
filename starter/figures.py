"""Which figure, and which credit, somebody speaks of: looked up in the statements of the register.

What the terms ask of a dispute and of a claim in time is checked here, at the door: the agreement itself keeps no
statement. Source: MON-6, MON-10.
"""

from datetime import date, timedelta

from activities.views import StatementView, Views
from sla.credit_scheme import CreditScheme
from sla.errors import BadInput, NotPossible
from sla.term import day_at
from sla.terms import ComplianceRule, Terms
from sla.transitions import done
from starter.acting import Basis
from starter.outstanding import is_owed_to_the_customer, last_claim
from starter.stated import last_scheme, last_terms, revisions_of

SHORTEST = 8
"""How many digits name a statement."""


def disputable(views: Views, basis: Basis, period: str, target: str, digest: str | None) -> StatementView:
    """The statement whose figure somebody disputes. Raises NotFound without one, BadInput for a target that it does not
    have, and NotPossible after the days that the terms give."""
    found = stated(views, basis, period, digest)
    targets = tuple(dict.fromkeys(figure.target for figure in found.statement.figures))
    if target not in targets:
        right = f"one of {', '.join(targets)} is expected" if targets else "it has no figure at all"
        raise BadInput("--target", f"{target!r:.60} is not in the statement of {found.statement.period.name}", right)
    if not _is_repeat(basis):
        _refuse_late(found, last_terms(views, basis.state, found.statement), _today(basis))
    return found


def claimable(views: Views, basis: Basis, period: str, digest: str | None) -> StatementView:
    """The statement whose credit somebody claims. Raises NotFound without one, and NotPossible where it states no
    credit, where credits are given without a claim, and after the time for it."""
    found = stated(views, basis, period, digest)
    if not _is_repeat(basis):
        revisions = revisions_of(views, basis.state.number, found.statement.period.name)
        _refuse_unclaimable(revisions, last_scheme(views, basis.state, found.statement), _today(basis))
    return found


def stated(views: Views, basis: Basis, period: str, digest: str | None) -> StatementView:
    """The latest statement of a period; with a digest, that one must be the latest. Raises NotFound without one."""
    revisions = revisions_of(views, basis.state.number, period)
    latest = revisions[-1]
    if digest is None:
        return latest
    named = digest.strip().lower()
    named_by = [each for each in revisions if len(named) >= SHORTEST and each.digest.startswith(named)]
    if not named_by:
        right = f"that of {period} is {latest.digest}; at least {SHORTEST} digits of it are expected"
        raise BadInput("--statement", f"{digest!r:.70} is no statement of {period}", right)
    if latest not in named_by:
        raise NotPossible(
            f"the statement {named_by[-1].digest[:8]} of {period} was stated again since; read {latest.digest[:8]} "
            "and speak of that"
        )
    return latest


def _is_repeat(basis: Basis) -> bool:
    """Said before under the same id: it gets its first answer, however late it is."""
    return done(basis.state, basis.decision_id) is not None


def _today(basis: Basis) -> date:
    return day_at(basis.now, basis.state.zone)


def _refuse_late(found: StatementView, terms: Terms | None, today: date) -> None:
    rule = (terms.compliance if terms else None) or ComplianceRule()
    last = day_at(found.stated_at, found.statement.period.zone) + timedelta(days=rule.dispute_days)
    if today > last:
        name = found.statement.period.name
        raise NotPossible(
            f"figures of {name} could be disputed until {last}, {rule.dispute_days} days after the statement"
        )


def _refuse_unclaimable(revisions: tuple[StatementView, ...], scheme: CreditScheme | None, today: date) -> None:
    found = revisions[-1]
    name = found.statement.period.name
    lines = [line for line in found.statement.credits if is_owed_to_the_customer(line)]
    if not lines:
        raise NotPossible(f"the statement of {name} states no credit; there is nothing to claim")
    outside = last_claim(revisions, scheme)
    if outside is None:
        raise NotPossible(f"the credit of {name} is given without a claim; there is nothing to claim")
    if today >= outside:
        raise NotPossible(f"the credit of {name} had to be claimed until {outside - timedelta(days=1)}")
