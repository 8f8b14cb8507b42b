"""Who approves: seats by policy, stages in order, and the calls when a seat stays silent.

Source: APP-1 to APP-5. An approval binds to the hash of the edition; one by another hash does not count.
"""

from datetime import datetime

from sla.agreement import AgreementState, Approval, Call, Called, Ending, SeatDecision, Wait
from sla.awaited import Awaited
from sla.contract_commands import Decide
from sla.delegation import Window, kept, not_over, running, takers
from sla.errors import AlreadyDone, NotPossible, NotYourRole, OwnWork
from sla.events import Fact
from sla.happening import Happening
from sla.letter_kinds import LetterKind
from sla.letters import Notice
from sla.paths import PATHS, next_stage
from sla.patience import Silence, escalate, remind, remind_escalate, reminder, what_is_due, with_step
from sla.people import Role
from sla.policy import ApprovalStage, Approver, Condition
from sla.pricing import contract_value, discount
from sla.review import sent_back_notices
from sla.stages import Stage, Verb


def begin(state: AgreementState, now: datetime) -> AgreementState:
    """A fresh approval by the policy; delegations that are not over are kept."""
    plan = tuple(_without_authors(state, stage) for stage in state.policy.stages if _applies(state, stage.when))
    return state.model_copy(update={"approval": Approval(plan=plan, delegations=kept(state, now))})


def _applies(state: AgreementState, when: Condition | None) -> bool:
    """Whether a stage is asked. A value in another currency than the condition's cannot be judged, so it is asked."""
    if when is None:
        return True
    price = state.edition.terms.price if state.edition else None
    if price is None or state.edition is None:
        return False
    value = contract_value(price, state.edition.terms.period)
    by_value = when.value_from is not None and (
        value.currency != when.value_from.currency or value.amount >= when.value_from.amount
    )
    by_discount = (
        when.discount_from is not None
        and state.price_book is not None
        and discount(state.price_book, price) >= when.discount_from
    )
    return by_value or by_discount


def _without_authors(state: AgreementState, stage: ApprovalStage) -> ApprovalStage:
    """Nobody approves what they wrote: an author's seat goes to an heir, who has no other in this stage. APP-2."""
    seats = {each.email: each for each in stage.approvers if each.email not in state.authors}
    for approver in stage.approvers:
        if approver.email in state.authors:
            heir = _heir(state, approver, frozenset(seats))
            seats.setdefault(heir, Approver(email=heir, deputy=approver.deputy))
    held = tuple(each.model_copy(update={"deputy": None}) if each.deputy in seats else each for each in seats.values())
    quorum = min(stage.quorum, len(held)) if stage.quorum else None
    return stage.model_copy(update={"approvers": held, "quorum": quorum})


def _heir(state: AgreementState, approver: Approver, taken: frozenset[str]) -> str:
    """The deputy, the owner of the policy or an escalation contact: a free one first; the approver if all wrote."""
    escalation = (person.email for person in state.people.with_role(Role.ESCALATION))
    heirs = [email for email in (approver.deputy, state.policy.owner, *escalation) if email]
    independent = [email for email in heirs if email not in state.authors]
    return next((email for email in independent if email not in taken), next(iter(independent), approver.email))


def valid_decisions(state: AgreementState) -> tuple[SeatDecision, ...]:
    """The decisions that speak of the current edition."""
    current = state.edition.hash if state.edition else ""
    return tuple(each for each in state.approval.decisions if each.edition_hash == current)


def _approved_seats(state: AgreementState, index: int) -> frozenset[str]:
    return frozenset(each.seat for each in valid_decisions(state) if each.stage == index and each.approved)


def is_complete(state: AgreementState) -> bool:
    """Every stage of the plan has the approvals that it needs, all on the current edition's hash."""
    return bool(state.approval.plan) and open_stage(state) is None


def open_stage(state: AgreementState) -> int | None:
    """The index of the first stage that still lacks approvals; None when all are complete."""
    for index, stage in enumerate(state.approval.plan):
        if len(_approved_seats(state, index)) < stage.needed:
            return index
    return None


def open_seats(state: AgreementState) -> tuple[Approver, ...]:
    """The seats of the open stage that have not decided."""
    index = open_stage(state)
    if index is None:
        return ()
    decided = {each.seat for each in valid_decisions(state) if each.stage == index}
    return tuple(seat for seat in state.approval.plan[index].approvers if seat.email not in decided)


def deciders_of(state: AgreementState, seat: Approver, counts: Window) -> tuple[str, ...]:
    """Everybody who may decide for a seat: its approver, who was called, and their delegates in windows that count."""
    calls = _calls(state, seat.email)
    people = [seat.email]
    people += [seat.deputy] if seat.deputy and Call.DEPUTY in calls else []
    people += [state.policy.owner] if Call.OWNER in calls else []
    hands = [email for person in people for email in (person, *takers(state, person, counts))]
    return tuple(dict.fromkeys(email for email in hands if _is_free_for(state, seat, email)))


def _is_free_for(state: AgreementState, seat: Approver, email: str) -> bool:
    """No author; and nobody decides for a second seat of one stage: their own comes first, and one is enough."""
    index = open_stage(state)
    if email in state.authors or index is None or email in _spent(state, index):
        return False
    return email == seat.email or email not in {each.email for each in state.approval.plan[index].approvers}


def _spent(state: AgreementState, index: int) -> frozenset[str]:
    """Who has decided in this stage, for whichever seat."""
    return frozenset(each.by for each in valid_decisions(state) if each.stage == index)


def _calls(state: AgreementState, seat: str) -> frozenset[Call]:
    index = open_stage(state)
    return frozenset(each.who for each in state.approval.called if each.stage == index and each.seat == seat)


def awaited(state: AgreementState, now: datetime) -> tuple[Awaited, ...]:
    """For each open seat, whoever may decide for it now or in a window to come."""
    return tuple(
        Awaited(email, Verb.DECIDE, seat.email, open_stage(state) or 0)
        for seat in open_seats(state)
        for email in deciders_of(state, seat, not_over(now))
    )


def seats_of(state: AgreementState, email: str, now: datetime) -> tuple[Approver, ...]:
    """The open seats for which this person may decide now; none once they have decided in this stage."""
    return tuple(seat for seat in open_seats(state) if email in deciders_of(state, seat, running(now)))


def may_decide(state: AgreementState, email: str, now: datetime) -> None:
    """A seat is open for this person. The refusal says why none is."""
    if seats_of(state, email, now):
        return
    if email in state.authors:
        raise OwnWork("you wrote a part of these terms; somebody who did not approves them")
    index = open_stage(state)
    if index is not None and email in _spent(state, index):
        raise AlreadyDone("your decision on this edition is on record already, and one person decides once in a stage")
    waiting = ", ".join(state.people.name_of(seat.email) for seat in open_seats(state)) or "nobody"
    if _has_seat_ahead(state, email):
        raise NotYourRole(f"your stage of the approval is not open; now it is the turn of {waiting}")
    if email in {each.by for each in valid_decisions(state)}:
        raise AlreadyDone("your decision on this edition is on record already; nothing is left to do")
    for each in valid_decisions(state):
        if each.seat == email:
            raise AlreadyDone(f"{state.people.name_of(each.by)} has decided for you on this edition already")
    if any(d.taker == email for d in state.approval.delegations):
        raise NotYourRole(f"your delegation is not open now; it is the turn of {waiting}")
    raise NotYourRole(f"you have no seat in this approval; it is the turn of {waiting}")


def _has_seat_ahead(state: AgreementState, email: str) -> bool:
    """A seat of theirs has not decided: in the open stage, or in one that opens later."""
    first = open_stage(state)
    stages = state.approval.plan[first:] if first is not None else ()
    decided = {(each.stage, each.seat) for each in valid_decisions(state)}
    return any(
        (index, email) not in decided
        for index, stage in enumerate(stages, start=first or 0)
        for seat in stage.approvers
        if seat.email == email
    )


def may_delegate(state: AgreementState, email: str, now: datetime) -> None:
    """There is a decision that this person still has to give: their own, or one that came to them."""
    if email in state.authors:
        raise OwnWork("you wrote a part of these terms, so this decision is not yours to give to anybody")
    if _has_seat_ahead(state, email) or any(
        email in deciders_of(state, seat, not_over(now)) for seat in open_seats(state)
    ):
        return
    if email in {name for each in valid_decisions(state) for name in (each.by, each.seat)}:
        raise AlreadyDone("your decision on this edition is on record already; nothing is left to delegate")
    waiting = ", ".join(state.people.name_of(seat.email) for seat in open_seats(state)) or "nobody"
    raise NotYourRole(f"you have no decision to give in this approval; {waiting} decides")


def decide(state: AgreementState, command: Decide, now: datetime) -> Happening:
    """An approval or a rejection for one seat. A rejection that the stage cannot outvote sends the edition back."""
    seat = _seat(state, command, now)
    if not command.approve and command.reason is None:
        raise NotPossible("a rejection says why; give a reason")
    index = open_stage(state)
    assert index is not None
    decision = SeatDecision(
        stage=index,
        seat=seat,
        by=command.by,
        approved=command.approve,
        edition_hash=command.edition.hash,
        at=now,
    )
    approval = state.approval.model_copy(update={"decisions": (*state.approval.decisions, decision)})
    state = state.model_copy(update={"approval": approval})
    happening = Happening(
        state=state,
        fact=Fact.APPROVED if command.approve else Fact.REJECTED,
        by=command.by,
        on_behalf_of=None if seat == command.by else seat,
        reason=command.reason,
        sentence=_decision_sentence(state, decision, command.edition.no),
    )
    if command.approve:
        goto = next_stage(state.kind, Stage.APPROVING) if is_complete(state) else None
        return happening.model_copy(update={"goto": goto})
    return _rejected(state, command, happening, index, now)


def _seat(state: AgreementState, command: Decide, now: datetime) -> str:
    seats = [seat.email for seat in seats_of(state, command.by, now)]
    if command.seat is None:
        return command.by if command.by in seats else seats[0]
    if command.seat not in seats:
        raise NotYourRole(f"you may not decide for {command.seat}; {', '.join(seats)} is open to you")
    return command.seat


def _decision_sentence(state: AgreementState, decision: SeatDecision, edition: int) -> str:
    who, seat = state.people.name_of(decision.by), state.people.name_of(decision.seat)
    stand_in = "" if decision.by == decision.seat else f" for {seat}"
    verb = "approved" if decision.approved else "rejected"
    return f"{who}{stand_in} {verb} edition {edition} ({state.approval.plan[decision.stage].name})."


def _rejected(state: AgreementState, command: Decide, happening: Happening, index: int, now: datetime) -> Happening:
    """One vote, as long as the others of the stage can outvote it; else it sends the edition back, or ends it."""
    stage = state.approval.plan[index]
    if len(_approved_seats(state, index)) + len(open_seats(state)) >= stage.needed:
        return happening
    if command.final:
        ending = Ending(by=command.by, why=command.reason or "", at=now)
        return happening.model_copy(update={"goto": Stage.DECLINED, "ending": ending})
    target = _back_to(state, command)
    sent_back = state.model_copy(update={"sent_back": command.reason})
    notices = sent_back_notices(state)
    return happening.model_copy(update={"state": sent_back, "goto": target, "notices": notices})


def _back_to(state: AgreementState, command: Decide) -> Stage:
    choices = [s for s in (Stage.DRAFTING, Stage.NEGOTIATING, Stage.REVIEWING) if s in PATHS[state.kind]]
    if command.back_to not in choices:
        names = ", ".join(choices)
        raise NotPossible(f"an edition cannot go back to {command.back_to}; one of {names} is expected")
    return command.back_to


def silence(state: AgreementState, wait: Wait, now: datetime) -> Happening:
    """Remind the approver on their working days, then call the deputy, then the owner of the policy. APP-4."""
    seat = next((each for each in open_seats(state) if each.email == wait.subject), None)
    if seat is None or wait.person not in deciders_of(state, seat, not_over(now)):
        return _delegation_over(state, wait)
    if wait.person != wait.subject:
        return remind(state, wait, now)
    callable_ = {Silence.CALL_DEPUTY: (Call.DEPUTY, Call.OWNER), Silence.CALL_OWNER: (Call.OWNER,)}
    calls = callable_.get(what_is_due(state, wait))
    if calls is None:
        return remind_escalate(state, wait, now)
    able = [who for who in calls if _stand_in(state, seat, who)]
    if not able:
        return escalate(state, wait, now)
    fresh = [who for who in able if who not in _calls(state, seat.email)]
    return _call(state, seat, wait, fresh[0], now) if fresh else remind(state, wait, now)


def _delegation_over(state: AgreementState, wait: Wait) -> Happening:
    """The window closed unused: whose decision it is hears that it is theirs again; the delegate's wait ends."""
    taker, seat = state.people.name_of(wait.person), state.people.name_of(wait.subject)
    why = f"{taker}, to whom your decision was given, has not decided in time"
    return Happening(
        state=state,
        fact=Fact.REMINDED,
        sentence=f"The delegation to {taker} is over; {seat} was reminded to {wait.verb.words}.",
        notices=(Notice(kind=LetterKind.REMINDER, to=wait.subject, why=why, verb=wait.verb, subject=wait.subject),),
    )


def _stand_in(state: AgreementState, seat: Approver, who: Call) -> str | None:
    """Who can be called for a seat: somebody other than its approver, who may decide for it."""
    email = seat.deputy if who is Call.DEPUTY else state.policy.owner
    return email if email and email != seat.email and _is_free_for(state, seat, email) else None


def _call(state: AgreementState, seat: Approver, wait: Wait, who: Call, now: datetime) -> Happening:
    stand_in = _stand_in(state, seat, who) or ""
    stepped = with_step(state, wait, now)
    called = (*stepped.approval.called, Called(stage=wait.part, seat=seat.email, who=who))
    name, silent = state.people.name_of(stand_in), state.people.name_of(seat.email)
    role = "their deputy" if who is Call.DEPUTY else "the owner of the policy"
    kind = LetterKind.DEPUTY_CALLED if who is Call.DEPUTY else LetterKind.OWNER_CALLED
    why = f"{silent} has not decided, and you are {role}"
    return Happening(
        state=stepped.model_copy(update={"approval": stepped.approval.model_copy(update={"called": called})}),
        fact=Fact.DEPUTY_CALLED if who is Call.DEPUTY else Fact.OWNER_CALLED,
        sentence=f"{silent} has not decided; {name}, {role}, was called.",
        notices=(reminder(wait), Notice(kind=kind, to=stand_in, why=why, verb=wait.verb, subject=wait.subject)),
    )
