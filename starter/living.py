"""What an agreement in force tells of itself: its editions, its term, its reviews, and what is going on in it.

Every date and every word about what comes next is that of `sla.living`; here nothing is computed a second time. The
same in lines for people is in `starter.life_text`.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pydantic import Field

from sla import amendment, price_revision, renewal
from sla.agreement import AgreementState, Amendment, edition_of, life_of
from sla.events import Certificate
from sla.fields import Day, Instant, Value
from sla.kinds import Side
from sla.life import (
    ChangeRequest,
    Coming,
    CorrectiveAction,
    Dispute,
    HeldReview,
    Index,
    Life,
    Notice,
    OpenReview,
    Proposal,
    Right,
    Suspended,
    Termination,
)
from sla.living import dues, risks
from sla.money import Money
from sla.service_reviews import opens_at
from sla.stages import Stage
from sla.term import day_at, start_of_day
from sla.terms import RenewalMode
from starter.telling import counted

_DAY = timedelta(days=1)


class InForceOverview(Value):
    """The edition that counts, or the last one that did."""

    edition: int
    hash: str
    author: str
    since: Instant
    until: Instant | None = None


class ComingOverview(Value):
    """An edition that is signed, and the instant at which it takes effect."""

    edition: int
    hash: str
    at: Instant
    monthly_fee: Money | None = None
    """The fee that it brings, where that is another one."""


class TermOverview(Value):
    """The running term. `end` is outside; `last_day` is the last one on which its end can be decided about."""

    end: Day
    then: str | None = None
    """What comes at the end if nobody acts."""
    mode: RenewalMode
    renewals: int
    moved_days: int
    last_day: Day | None = None
    is_too_late: bool = False
    agreed_by: tuple[Side, ...] = ()


class NextReview(Value):
    """The next scheduled review."""

    no: int
    at: Instant


class AmendmentOverview(Value):
    """The amendment on its way. The edition is none until its first draft."""

    no: int
    stage: Stage
    since: Instant
    decided_in: str
    edition: int | None = None
    hash: str | None = None
    author: str | None = None
    proposals: tuple[Proposal, ...] = ()


class LifeOverview(Value):
    """Everything that `show` tells of an agreement that both sides have signed."""

    has_begun: bool
    in_force: InForceOverview | None = None
    coming: ComingOverview | None = None
    term: TermOverview
    fee_after_renewal: Money | None = None
    """The monthly fee from the next renewal on, where a stated index moves it."""
    notice: Notice | None = None
    index: Index | None = None
    next_review: NextReview | None = None
    review: OpenReview | None = None
    changes: tuple[ChangeRequest, ...] = ()
    amendment: AmendmentOverview | None = None
    suspension: Suspended | None = None
    termination: Termination | None = None
    rights: tuple[Right, ...] = ()
    actions: tuple[CorrectiveAction, ...] = ()
    """The corrective actions that are open; at the end, those that were. Source: MON-11."""
    disputes: tuple[Dispute, ...] = ()
    """The same for disputed figures. Source: MON-10."""
    risks: tuple[str, ...] = ()
    held: tuple[HeldReview, ...] = ()
    """The latest reviews with the satisfaction of both sides, the first first."""
    stop: tuple[str, ...] = ()
    """What the steps of the ordered stop have answered so far."""
    certificate: Certificate | None = None
    """On the file that is closed: what could still run."""
    names: dict[str, str] = Field(default_factory=dict)
    """The names of those who are told of by their address."""


def living(state: AgreementState, now: datetime) -> LifeOverview | None:
    """What there is to tell; None before the signature, and of an agreement that sleeps."""
    life = state.life
    if life is None:
        return None
    fee, is_active = price_revision.revised_fee(state), state.stage is Stage.ACTIVE
    return LifeOverview(
        has_begun=life.has_begun,
        in_force=_in_force(state, life),
        coming=_coming(state, life.coming) if life.coming else None,
        term=_term(state, now),
        fee_after_renewal=fee if life.index is not None and fee != life.fee else None,
        notice=life.notice,
        index=life.index,
        next_review=_next_review(state) if is_active else None,
        review=life.review,
        changes=life.changes,
        amendment=_amendment(state, state.amendment) if state.amendment else None,
        suspension=life.suspension if is_active else None,
        termination=life.termination,
        rights=life.rights if is_active else (),
        actions=life.actions,
        disputes=life.disputes,
        risks=risks(state),
        held=life.held,
        stop=life.stop,
        names=_names(state, life),
    )


def _in_force(state: AgreementState, life: Life) -> InForceOverview | None:
    """None where the agreement ended before its term began."""
    if not life.in_force:
        return None
    last, author = life.in_force[-1], state.people.name_of(edition_of(state).author)
    return InForceOverview(
        edition=last.edition.no, hash=last.edition.hash, author=author, since=last.since, until=last.until
    )


def _coming(state: AgreementState, coming: Coming) -> ComingOverview:
    """With the fee that counts from then on, as the agreement itself will say it."""
    before, after = life_of(state).fee, life_of(amendment.take_effect(state, coming.at).state).fee
    edition, fee = coming.edition, after if after != before else None
    return ComingOverview(edition=edition.no, hash=edition.hash, at=coming.at, monthly_fee=fee)


def _term(state: AgreementState, now: datetime) -> TermOverview:
    life, deadline = life_of(state), renewal.deadline_for(state)
    is_active = state.stage is Stage.ACTIVE
    return TermOverview(
        end=renewal.end_of(state),
        then=next((due.what for due in dues(state) if due.key.startswith("end-")), None) if is_active else None,
        mode=renewal.mode_of(state),
        renewals=life.renewals,
        moved_days=life.moved_days,
        last_day=deadline - _DAY if deadline else None,
        is_too_late=deadline is not None and now >= start_of_day(deadline, state.zone),
        agreed_by=life.renewal_agreed,
    )


def _next_review(state: AgreementState) -> NextReview | None:
    due = opens_at(state)
    return NextReview(no=due[0].no, at=due[1]) if due else None


def _amendment(state: AgreementState, paper: Amendment) -> AmendmentOverview:
    told = AmendmentOverview(
        no=paper.no,
        stage=paper.stage,
        since=paper.stage_since,
        decided_in=paper.decided_in,
        proposals=paper.proposals,
    )
    edition = paper.edition
    if state.edition is None or edition.ref == state.edition.ref:
        return told
    author = state.people.name_of(edition.author)
    return told.model_copy(update={"edition": edition.no, "hash": edition.hash, "author": author})


def _names(state: AgreementState, life: Life) -> dict[str, str]:
    told = [
        *(each.by for each in (life.notice, life.index, life.suspension, life.termination) if each),
        *(each.by for each in life.changes),
        *(each.by for each in life.disputes),
        *(email for each in life.actions for email in (each.owner, each.done_by) if email),
        *([life.notice.received_by] if life.notice and life.notice.received_by else []),
        *([life.termination.checked_by] if life.termination and life.termination.checked_by else []),
    ]
    return {email: state.people.name_of(email) for email in told}


def condition(state: AgreementState) -> tuple[str, ...]:
    """What is going on in an agreement in force, in few words each."""
    life = state.life
    if life is None or state.stage is not Stage.ACTIVE:
        return ()
    return tuple(_going_on(state, life))


def _going_on(state: AgreementState, life: Life) -> Iterator[str]:
    if life.suspension:
        yield f"suspended, service resumes on {life.suspension.until}"
    if life.termination:
        checked = "" if life.termination.checked_by else ", not checked by legal"
        yield f"termination {life.termination.case} open, last day {life.termination.effective}{checked}"
    if life.notice:
        yield f"notice given, last day {life.notice.end - _DAY}"
    if state.amendment:
        yield f"amendment {state.amendment.no} {state.amendment.stage}"
    if life.actions:
        yield counted(len(life.actions), "corrective action", "corrective actions") + " open"
    if life.disputes:
        yield counted(len(life.disputes), "disputed figure", "disputed figures")
    if life.coming:
        yield f"edition {life.coming.edition.no} takes effect on {day_at(life.coming.at, state.zone)}"
