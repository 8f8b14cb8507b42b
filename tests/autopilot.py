"""The prompt colleague: reads a state and gives the next command that carries it on, to the signature and beyond.

In force, it serves whoever the agreement waits for, and then whoever its amendment waits for.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from sla.agreement import AgreementState, Wait, edition_of, life_of
from sla.amendment import scene
from sla.checklist import checklist_of
from sla.command import Command
from sla.commands import AcknowledgeNotice, CompleteAction, ConcludeReview, SettleDispute, VerifyAction
from sla.contract_commands import (
    AcceptOffer,
    Acknowledge,
    AgreeEngineer,
    Assess,
    ConfirmRequirements,
    Decide,
    Inspect,
    NameEngineer,
    RecordRequirements,
    ResolveComment,
    Sign,
    SubmitDraft,
    SubmitOffer,
)
from sla.ending_commands import Answer, CheckTermination
from sla.feasibility import assessors
from sla.kinds import KINDS
from sla.life import ReviewOutcome
from sla.pricing import list_price
from sla.request import competent_engineers
from sla.requirements import Finding, Requirement, Verdict
from sla.stages import Verb
from sla.targets import Availability
from sla.terms import EditionRef, Price, ReviewCadence, Selection, Termination, Terms

Builder = Callable[[AgreementState, Wait, str, datetime], Command]


def requirement(no: int) -> Requirement:
    return Requirement(
        no=no, need=f"need {no}", outcome="people print", measure="uptime", source="workshop", asked_by="Ana"
    )


def terms_for(state: AgreementState, fee: Decimal | None = None) -> Terms:
    """Complete terms that cover every requirement of the state, at the list price unless `fee` says otherwise.

    An amendment changes a limit of the terms in force, and the fee where one is named.
    """
    if state.amendment is not None:
        return _amended(edition_of(state).terms, state.amendment.no, fee)
    price = None
    if KINDS[state.kind].priced and state.price_book is not None:
        selection = Selection(level=state.price_book.levels[0].id, quantity=10)
        listed = list_price(state.price_book, selection)
        money = listed if fee is None else listed.model_copy(update={"amount": fee})
        price = Price(selection=selection, monthly_fee=money)
    return Terms(
        title=state.title,
        kind=state.kind,
        level=state.level,
        service=state.service,
        provider=state.provider,
        customer=state.customer,
        period=state.period,
        targets=(
            Availability(
                id="t1",
                name="Printers available",
                requirements=tuple(sorted(state.requirements.numbers)),
                measure="share of service minutes",
                source="print server log",
                committed=Decimal("99.5"),
                acceptable=Decimal(99),
            ),
        ),
        limits=("up to 100 devices",),
        exclusions=("announced maintenance",),
        change_plan="by amendment, both sides signing",
        review=ReviewCadence(),
        termination=Termination(notice_months=3, clause="three months to the end of a quarter"),
        price=price,
    )


def _amended(terms: Terms, no: int, fee: Decimal | None) -> Terms:
    price = terms.price
    if price is not None and fee is not None:
        money = price.monthly_fee.model_copy(update={"amount": fee})
        price = price.model_copy(update={"monthly_fee": money})
    limits = (*terms.limits[:1], f"as many devices as amendment {no} says")
    return terms.model_copy(update={"effective_from": None, "price": price, "limits": limits})


def _ref(state: AgreementState) -> EditionRef:
    assert state.edition is not None
    return state.edition.ref


def _assess(state: AgreementState, wait: Wait, id_: str, now: datetime) -> Command:
    assert wait.person in {email for email, _ in assessors(state)}
    verdicts = tuple(
        Verdict(requirement=number, finding=Finding.MET, reason="we do this elsewhere")
        for number in sorted(state.requirements.numbers)
    )
    return Assess(by=wait.person, decision_id=id_, verdicts=verdicts)


def _conclude(state: AgreementState, wait: Wait, id_: str, now: datetime) -> Command:
    return ConcludeReview(
        by=wait.person,
        decision_id=id_,
        review=wait.subject,
        outcome=ReviewOutcome.KEEP,
        reason="both sides are content",
        provider_satisfaction=4,
        customer_satisfaction=5,
    )


def _check_termination(state: AgreementState, wait: Wait, id_: str, now: datetime) -> Command:
    termination = life_of(state).termination
    assert termination is not None
    answers = tuple(Answer(question=each.key, is_met=True) for each in checklist_of(termination.cause))
    return CheckTermination(by=wait.person, decision_id=id_, case=wait.subject, answers=answers)


BUILDERS: dict[Verb, Builder] = {
    Verb.NAME_ENGINEER: lambda s, w, i, n: NameEngineer(
        by=w.person, decision_id=i, engineer=competent_engineers(s)[0].email
    ),
    Verb.AGREE_ENGINEER: lambda s, w, i, n: AgreeEngineer(by=w.person, decision_id=i, engineer=w.subject),
    Verb.RECORD_REQUIREMENTS: lambda s, w, i, n: RecordRequirements(
        by=w.person, decision_id=i, rows=(requirement(1), requirement(2))
    ),
    Verb.CONFIRM_REQUIREMENTS: lambda s, w, i, n: ConfirmRequirements(
        by=w.person, decision_id=i, requirements_hash=s.requirements.hash
    ),
    Verb.ASSESS: _assess,
    Verb.SUBMIT_DRAFT: lambda s, w, i, n: SubmitDraft(by=w.person, decision_id=i, terms=terms_for(s)),
    Verb.SUBMIT_OFFER: lambda s, w, i, n: SubmitOffer(
        by=w.person, decision_id=i, edition=_ref(s), expires_at=n + timedelta(days=14)
    ),
    Verb.ACCEPT_OFFER: lambda s, w, i, n: AcceptOffer(by=w.person, decision_id=i, edition=_ref(s)),
    Verb.ACKNOWLEDGE: lambda s, w, i, n: Acknowledge(by=w.person, decision_id=i, edition=_ref(s)),
    Verb.RESOLVE_COMMENT: lambda s, w, i, n: ResolveComment(
        by=w.person, decision_id=i, edition=_ref(s), no=int(w.subject), resolution="explained"
    ),
    Verb.INSPECT: lambda s, w, i, n: Inspect(by=w.person, decision_id=i, edition=_ref(s), passed=True),
    Verb.DECIDE: lambda s, w, i, n: Decide(by=w.person, decision_id=i, edition=_ref(s), approve=True),
    Verb.SIGN: lambda s, w, i, n: Sign(by=w.person, decision_id=i, edition=_ref(s)),
    Verb.CONCLUDE_REVIEW: _conclude,
    Verb.ACKNOWLEDGE_NOTICE: lambda s, w, i, n: AcknowledgeNotice(by=w.person, decision_id=i),
    Verb.CHECK_TERMINATION: _check_termination,
    Verb.COMPLETE_ACTION: lambda s, w, i, n: CompleteAction(
        by=w.person, decision_id=i, no=int(w.subject), evidence="the probe is mended"
    ),
    Verb.VERIFY_ACTION: lambda s, w, i, n: VerifyAction(
        by=w.person, decision_id=i, no=int(w.subject), is_effective=True
    ),
    Verb.SETTLE_DISPUTE: lambda s, w, i, n: SettleDispute(
        by=w.person, decision_id=i, no=int(w.subject), reason="the log shows it"
    ),
}


def next_command(state: AgreementState, now: datetime, decision_id: str | None = None) -> Command | None:
    """What the first person who is waited for does next; None when nobody is waited for."""
    played = state if state.waits else scene(state)
    if not played.waits:
        return None
    return answer_to(played, played.waits[0], now, decision_id)


def answer_to(played: AgreementState, wait: Wait, now: datetime, decision_id: str | None = None) -> Command:
    """What somebody who is waited for says, on the paper that the wait is about."""
    return BUILDERS[wait.verb](played, wait, decision_id or f"d{played.head.seq + 1}", now)
