"""One transition: a command or a silence in, the next state with its event and letters out.

This is the bookkeeping around every happening: stages are entered, waits begin and end, the audit chain grows,
and everybody who is newly waited for is written to. It decides nothing about the business itself.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, TypeVar, cast

from sla import approvals, capture, delegation, drafting, feasibility, negotiation, request, review, signing
from sla.agreement import SYSTEM, AgreementState, ChainHead, Done, Ending, Wait
from sla.awaited import Awaited
from sla.commands import Command, Decide, EditionCommand, Withdraw
from sla.errors import AlreadyDone, NotPossible, Refusal
from sla.events import Event, Fact
from sla.fields import Value
from sla.happening import Happening
from sla.letters import INVITATIONS, Letter, LetterKind, Notice, compose, invitation
from sla.lifecycle import permit
from sla.patience import begin as begin_wait
from sla.patience import overdue, remind_escalate
from sla.people import Role
from sla.stages import Stage, Verb
from sla.terms import Edition

MOST_DONE = 500
"""How many decision ids an agreement remembers."""


class Transition(Value):
    """What is recorded in one piece: the state after, the event, the letters, and the edition if it is new."""

    state: AgreementState
    event: Event
    letters: tuple[Letter, ...]
    new_edition: Edition | None = None


Act = Callable[[AgreementState, Command, datetime], Happening]
Silence = Callable[[AgreementState, Wait | None, datetime], Happening]
_C = TypeVar("_C", bound=Command)


def _act(function: Callable[[AgreementState, _C, datetime], Happening]) -> Act:
    return cast("Act", function)


def withdraw(state: AgreementState, command: Withdraw, now: datetime) -> Happening:
    """The request is taken back, before it is in force."""
    return Happening(
        state=state,
        fact=Fact.WITHDRAWN,
        by=command.by,
        reason=command.reason,
        sentence=f"{state.people.name_of(command.by)} withdrew the request.",
        goto=Stage.WITHDRAWN,
        ending=Ending(by=command.by, why=command.reason, at=now),
    )


ACTS: dict[Verb, Act] = {
    Verb.NAME_ENGINEER: _act(request.name_engineer),
    Verb.AGREE_ENGINEER: _act(request.agree_engineer),
    Verb.RECORD_REQUIREMENTS: _act(capture.record_requirements),
    Verb.CONFIRM_REQUIREMENTS: _act(capture.confirm_requirements),
    Verb.ASSESS: _act(feasibility.assess),
    Verb.SUBMIT_DRAFT: _act(drafting.submit_draft),
    Verb.SUBMIT_OFFER: _act(negotiation.submit_offer),
    Verb.ACCEPT_OFFER: _act(negotiation.accept_offer),
    Verb.REJECT_OFFER: _act(negotiation.reject_offer),
    Verb.WITHDRAW_OFFER: _act(negotiation.withdraw_offer),
    Verb.ACKNOWLEDGE: _act(review.acknowledge),
    Verb.COMMENT: _act(review.comment),
    Verb.RESOLVE_COMMENT: _act(review.resolve_comment),
    Verb.INSPECT: _act(review.inspect),
    Verb.DECIDE: _act(approvals.decide),
    Verb.DELEGATE: _act(delegation.delegate),
    Verb.SIGN: _act(signing.sign),
    Verb.DECLINE_TO_SIGN: _act(signing.decline_to_sign),
    Verb.WITHDRAW: _act(withdraw),
}


class StageRow(NamedTuple):
    """How a stage begins, who is waited for in it, and what silence does."""

    awaited: Callable[[AgreementState, datetime], tuple[Awaited, ...]]
    silence: Silence
    begin: Callable[[AgreementState, datetime], AgreementState] | None = None


def _always(function: Callable[[AgreementState], tuple[Awaited, ...]]) -> Callable[..., tuple[Awaited, ...]]:
    """Who is waited for, where that does not depend on the hour."""
    return lambda state, now: function(state)


def _silence(function: Callable[[AgreementState, Wait, datetime], Happening]) -> Silence:
    return cast("Silence", function)


STAGES: dict[Stage, StageRow] = {
    Stage.REQUESTED: StageRow(_always(request.awaited), _silence(remind_escalate)),
    Stage.CAPTURING: StageRow(_always(capture.awaited), _silence(remind_escalate)),
    Stage.ASSESSING: StageRow(_always(feasibility.awaited), _silence(remind_escalate)),
    Stage.DRAFTING: StageRow(_always(drafting.awaited), _silence(remind_escalate)),
    Stage.NEGOTIATING: StageRow(_always(negotiation.awaited), negotiation.silence, negotiation.begin),
    Stage.REVIEWING: StageRow(_always(review.awaited), _silence(review.silence), review.begin),
    Stage.APPROVING: StageRow(approvals.awaited, _silence(approvals.silence), approvals.begin),
    Stage.SIGNING: StageRow(_always(signing.awaited), signing.silence, signing.begin),
}


def receive(state: AgreementState, now: datetime) -> Transition:
    """The first transition: the request has a number, and its managers are written to."""
    happening = Happening(
        state=state,
        fact=Fact.REQUEST_RECEIVED,
        by=state.people.with_role(Role.REQUESTER)[0].email,
        sentence=f"The request for {state.title} was received as {state.number}.",
    )
    return _settle(state, happening, now)


def act(state: AgreementState, command: Command, now: datetime) -> Transition:
    """What a command makes of the state. Raises a Refusal, and then nothing has happened."""
    edition = command.edition if isinstance(command, EditionCommand) else None
    permit(state, command.by, command.verb, now, edition)
    return _settle(state, ACTS[command.verb](state, command, now), now, command)


def done(state: AgreementState, decision_id: str) -> Done | None:
    """What became of a decision id that was used already."""
    return next((each for each in state.done if each.id == decision_id), None)


def first_answer(state: AgreementState, command: Command) -> Done | None:
    """The first answer to a command that is repeated. Raises a Refusal when its id was used for another."""
    used = done(state, command.decision_id)
    if used is not None:
        refuse_another(used, command)
    return used


def refuse_another(used: Done, command: Command) -> None:
    """A decision id belongs to one person and one verb; what it answers is theirs alone."""
    if used.by not in {"", command.by} or used.verb not in {None, command.verb}:
        raise NotPossible(f"the decision id {command.decision_id!r} was used for another decision; take a fresh one")
    if used.refused:
        raise AlreadyDone(f"the sign-off {command.decision_id!r} was refused; decide anew, with a fresh decision id")


def silence(state: AgreementState, now: datetime) -> Transition:
    """What silence does at `now`, when a deadline has passed."""
    wait = overdue(state, now)
    if wait is not None and wait.verb is Verb.WITHDRAW:
        return _settle(state, remind_escalate(state, wait, now), now)
    return _settle(state, STAGES[state.stage].silence(state, wait, now), now)


def sign_off(state: AgreementState, command: Decide, now: datetime) -> Transition:
    """A decision by signal: like any other where it is allowed, and a recorded refusal where it is not."""
    try:
        return act(state, command, now)
    except Refusal as refusal:
        return refused_sign_off(state, command, refusal, now)


def refused_sign_off(state: AgreementState, command: Decide, refusal: Refusal, now: datetime) -> Transition:
    """A signal cannot be answered, so a refused sign-off is recorded and answered by letter."""
    happening = Happening(
        state=state,
        fact=Fact.SIGN_OFF_REFUSED,
        by=command.by,
        reason=str(refusal),
        sentence=f"A sign-off by {state.people.name_of(command.by)} was refused.",
        notices=_sign_off_answers(state, command.by),
    )
    return _settle(state, happening, now, command)


def _sign_off_answers(state: AgreementState, email: str) -> tuple[Notice, ...]:
    """Whoever signed off hears why it did not count; of a stranger the SLA manager hears, not the stranger."""
    kind = LetterKind.SIGN_OFF_REFUSED
    if state.people.find(email):
        why = "you signed this agreement off, and that did not count"
        return (Notice(kind=kind, to=email, why=why),)
    why = f"{email}, whom this agreement does not know, tried to sign it off"
    return tuple(Notice(kind=kind, to=p.email, why=why) for p in state.people.with_role(Role.SLA_MANAGER))


def _settle(before: AgreementState, happening: Happening, now: datetime, command: Command | None = None) -> Transition:
    after = _entered(happening, now)
    after, newcomers = _with_waits(after, now)
    event = _event(before, after, happening, now, command)
    done_ids = _remembered(after, event, command)
    after = after.model_copy(update={"head": ChainHead(seq=event.seq, hash=event.hash), "done": done_ids})
    is_new = after.edition is not None and after.editions != before.editions
    return Transition(
        state=after,
        event=event,
        letters=_letters(after, happening, newcomers, event),
        new_edition=after.edition if is_new else None,
    )


_SENDING_BACK = frozenset({Fact.INSPECTION_FAILED, Fact.REJECTED})
"""After these the stage that is entered knows why; leaving that stage answers it."""


def _entered(happening: Happening, now: datetime) -> AgreementState:
    state, goto = happening.state, happening.goto
    if goto is None:
        return state
    state = state.model_copy(
        update={
            "stage": goto,
            "stage_since": now,
            "waits": (),
            "ending": happening.ending or state.ending,
            "sent_back": state.sent_back if happening.fact in _SENDING_BACK else None,
        }
    )
    row = STAGES.get(goto)
    return row.begin(state, now) if row and row.begin else state


def _with_waits(state: AgreementState, now: datetime) -> tuple[AgreementState, tuple[Wait, ...]]:
    """The state with exactly those waits that its stage has now, and which of them are new."""
    row = STAGES.get(state.stage)
    standing = {wait.key: wait for wait in state.waits}
    waits, newcomers = [], []
    for person, verb, subject, part in (row.awaited(state, now) or _nobody_can_act(state)) if row else ():
        wait = Wait(person=person, verb=verb, subject=subject, part=part, since=now)
        if wait.key in standing:
            waits.append(standing[wait.key])
        else:
            newcomers.append(begin_wait(state, wait))
            waits.append(newcomers[-1])
    return state.model_copy(update={"waits": tuple(waits)}), tuple(newcomers)


def _nobody_can_act(state: AgreementState) -> tuple[Awaited, ...]:
    """No agreement waits for nobody: where none of its people may take the next step, its managers are told."""
    managers = (p for role in (Role.SLA_MANAGER, Role.ACCOUNT_MANAGER) for p in state.people.with_role(role))
    return tuple(Awaited(person.email, Verb.WITHDRAW) for person in managers)


def _event(
    before: AgreementState,
    after: AgreementState,
    happening: Happening,
    now: datetime,
    command: Command | None,
) -> Event:
    return Event(
        number=after.number,
        seq=before.head.seq + 1,
        at=now,
        fact=happening.fact,
        by=happening.by,
        on_behalf_of=happening.on_behalf_of,
        stage_before=before.stage,
        stage=after.stage,
        edition=after.edition.ref if after.edition else None,
        sentence=happening.sentence,
        reason=happening.reason,
        decision_id=command.decision_id if command else None,
        previous=before.head.hash,
    )


def _remembered(state: AgreementState, event: Event, command: Command | None) -> tuple[Done, ...]:
    if command is None:
        return state.done
    refused = event.fact is Fact.SIGN_OFF_REFUSED
    used = Done(
        id=command.decision_id, seq=event.seq, stage=event.stage, by=command.by, verb=command.verb, refused=refused
    )
    return (*state.done, used)[-MOST_DONE:]


_ASK_AGAIN = {LetterKind.DRAFT_WANTED, LetterKind.OFFER_WANTED}

_END_LETTERS = {
    Stage.DECLINED: LetterKind.DECLINED,
    Stage.WITHDRAWN: LetterKind.WITHDRAWN,
    Stage.LAPSED: LetterKind.LAPSED,
    Stage.ACTIVE: LetterKind.IN_FORCE,
}


def _letters(
    state: AgreementState, happening: Happening, newcomers: tuple[Wait, ...], event: Event
) -> tuple[Letter, ...]:
    """The letters about what has happened tell its reason; of those that only invite, the ones that ask for something
    again tell why the last one did not do."""
    told = [*happening.notices, *_milestone_notices(state, happening)]
    asked = [invitation(state, wait) for wait in newcomers if wait.verb in INVITATIONS]
    why = event.reason or state.sent_back
    reasons = {(n.kind, n.to): (n, why if n.kind in _ASK_AGAIN else None) for n in asked}
    reasons |= {(n.kind, n.to): (n, why) for n in told}
    return tuple(compose(state, notice, event, reason) for notice, reason in reasons.values())


def _milestone_notices(state: AgreementState, happening: Happening) -> tuple[Notice, ...]:
    """Who hears of the end, or of the beginning: the requester, both parties, whoever was waited for, the signers."""
    kind = _END_LETTERS.get(state.stage) if happening.goto is state.stage else None
    if kind is None:
        return ()
    roles = (Role.REQUESTER, Role.CUSTOMER, Role.SLA_MANAGER, Role.ACCOUNT_MANAGER)
    people = [person.email for role in roles for person in state.people.with_role(role)]
    people += [wait.person for wait in happening.state.waits]
    if kind is LetterKind.IN_FORCE:
        people += [*state.signers, *((state.engineer.email,) if state.engineer else ())]
    return tuple(Notice(kind=kind, to=email, why="you take part in this agreement") for email in dict.fromkeys(people))


__all__ = [
    "ACTS",
    "STAGES",
    "SYSTEM",
    "Transition",
    "act",
    "done",
    "first_answer",
    "receive",
    "refused_sign_off",
    "sign_off",
    "silence",
]
