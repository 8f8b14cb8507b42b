"""What people say to an agreement in force: each deed with what a test does not care about filled in."""

from datetime import date, timedelta
from itertools import count

from sla.agreement import AgreementState, edition_of, life_of
from sla.checklist import checklist_of
from sla.commands import AgreeRenewal, ConcludeReview, DisputeFigure, GiveNotice, NoteFinding, RequestChange
from sla.contract_commands import SubmitDraft
from sla.ending_commands import Answer, CheckTermination, OpenTermination, Suspend
from sla.findings import Finding, FindingKind
from sla.kinds import Side
from sla.life import Cause, ChangeKind, ReviewOutcome
from sla.renewal import end_of
from sla.term import months_after
from sla.terms import Renewal, RenewalMode
from tests.people import ANA, BO, FINN, KOFI
from tests.temporal import Case

TACIT = Renewal(mode=RenewalMode.TACIT, renewal_months=12, notice_months=3)
EXPRESS = Renewal(mode=RenewalMode.EXPRESS, renewal_months=12, notice_months=3)
GROWN = ("Eighty devices at three sites.",)
"""The limits after an amendment."""

_ids = count(1)


def fresh() -> str:
    """A decision id that nobody has used."""
    return f"deed-{next(_ids)}"


def month_of(state: AgreementState, months: int, days: int = 0) -> date:
    """A day of the term: so many months and days after its start."""
    return months_after(state.period.start, months) + timedelta(days=days)


def conclusion(review: str = "1", outcome: ReviewOutcome = ReviewOutcome.KEEP, by: str = FINN) -> ConcludeReview:
    return ConcludeReview(
        by=by,
        decision_id=fresh(),
        review=review,
        outcome=outcome,
        reason="both sides have looked back",
        provider_satisfaction=4,
        customer_satisfaction=3,
    )


def change(by: str = ANA) -> RequestChange:
    return RequestChange(by=by, decision_id=fresh(), kinds=(ChangeKind.HOURS,), text="We work on Saturdays now.")


def suspension(until: date) -> Suspend:
    return Suspend(by=FINN, decision_id=fresh(), until=until, reason="the house is rebuilt")


def notice(state: AgreementState, by: str = ANA) -> GiveNotice:
    return GiveNotice(by=by, decision_id=fresh(), end=end_of(state))


def consent(state: AgreementState, by: str) -> AgreeRenewal:
    return AgreeRenewal(by=by, decision_id=fresh(), end=end_of(state))


def termination(effective: date, *, waiver: str | None = "both sides agree", case: str = "CRM-7") -> OpenTermination:
    return OpenTermination(
        by=BO,
        decision_id=fresh(),
        case=case,
        cause=Cause.CONVENIENCE,
        requested_by=Side.CUSTOMER,
        effective=effective,
        reason="the office moves",
        waiver=waiver,
    )


def legal_check(case: str = "CRM-7", *, unmet: str | None = None) -> CheckTermination:
    """Legal's answers; `unmet` is the question that holds it."""
    answers = tuple(
        Answer(question=each.key, is_met=each.key != unmet, note="nothing shows it" if each.key == unmet else None)
        for each in checklist_of(Cause.CONVENIENCE)
    )
    return CheckTermination(by=KOFI, decision_id=fresh(), case=case, answers=answers)


STATEMENT = "3f2a9c1b" * 8


def found(kind: FindingKind = FindingKind.MISS, subject: str = "t1", period: str = "2027-01") -> NoteFinding:
    """What a compliance run tells."""
    finding = Finding(kind=kind, period=period, subject=subject, sentence="99.1 % where 99.5 % is committed.")
    return NoteFinding(decision_id=finding.decision_id, finding=finding, statement=STATEMENT)


def disputed(by: str = ANA) -> DisputeFigure:
    return DisputeFigure(
        by=by, decision_id=fresh(), period="2020-01", target="t1", statement=STATEMENT, reason="our own probe was up"
    )


def redraft(state: AgreementState, **changes: object) -> SubmitDraft:
    """The terms in force with some of them changed."""
    terms = edition_of(state).terms.model_copy(update=changes)
    return SubmitDraft(by=FINN, decision_id=fresh(), terms=terms)


async def renegotiated(case: Case, **changes: object) -> AgreementState:
    """Review 1 decides to renegotiate, and the new terms are drafted: an amendment in negotiation."""
    state = await case.live_to(month_of(await case.state(), 3, 4))
    assert life_of(state).review is not None
    await case.act(conclusion(outcome=ReviewOutcome.RENEGOTIATE))
    await case.act(redraft(state, **{"limits": GROWN, **changes}))
    return await case.state()


async def terminated(case: Case, effective: date) -> AgreementState:
    """Opened, checked, and over."""
    await case.act(termination(effective))
    await case.act(legal_check())
    return await case.live_to(effective + timedelta(days=2))
