"""What a compliance run tells an agreement in tests: findings as commands, and the state after them."""

from datetime import date, datetime

from sla.agreement import AgreementState
from sla.commands import NoteFinding
from sla.findings import Finding, FindingKind, FoundRight
from sla.findings_noted import heeds
from sla.transitions import Transition, note
from tests import people
from tests.sla.lives import berlin, played

STATEMENT = "3f2a9c1b" * 8
FEBRUARY = berlin(2027, 2, 2)
"""A Tuesday, a month after the term began."""


def begun(**terms: object) -> AgreementState:
    """The standing agreement when its first month is over."""
    return played(people.in_force(**terms), FEBRUARY)


def finding(
    kind: FindingKind = FindingKind.MISS,
    period: str = "2027-01",
    subject: str | None = "printing-works",
    *,
    until: date | None = None,
    statement: str | None = STATEMENT,
    credit: str | None = None,
    mended: tuple[str, ...] | None = None,
    lost: tuple[FoundRight, ...] | None = None,
    resting: tuple[FoundRight, ...] | None = None,
    again: int | None = None,
    claim_by: date | None = None,
) -> NoteFinding:
    """A finding, as a run sends it."""
    found = Finding(
        kind=kind,
        period=period,
        subject=subject,
        sentence="99.1 % where 99.5 % is committed.",
        until=until,
        mended=mended,
        lost=lost,
        resting=resting,
        again=again,
    )
    money = people.euros(credit) if credit else None
    return NoteFinding(
        decision_id=found.decision_id, finding=found, statement=statement, credit=money, claim_by=claim_by
    )


def noted(state: AgreementState, command: NoteFinding, now: datetime = FEBRUARY) -> Transition:
    """What an agreement makes of a finding that it heeds."""
    assert heeds(state, command)
    return note(state, command, now)


def missed(
    state: AgreementState, *periods: str, target: str = "printing-works", now: datetime = FEBRUARY
) -> AgreementState:
    """The state after a target was missed in these periods."""
    for period in periods or ("2027-01",):
        state = noted(state, finding(period=period, subject=target), now).state
    return state
