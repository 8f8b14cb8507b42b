"""One transition: a command or a silence in, the next state with its event and letters out.

This is the bookkeeping around every happening: stages are entered, waits begin and end, the audit chain grows,
and everybody who is newly waited for is written to. It decides nothing about the business itself: what each verb and
each silence does stands in the tables of `acts`.
"""

from datetime import datetime

from sla import amendment, living
from sla.acts import ACTS, STAGES
from sla.agreement import AgreementState, ChainHead, Done, Wait
from sla.awaited import Awaited
from sla.command import Command, EditionCommand
from sla.commands import ClaimCredit, DisputeFigure, NoteFinding
from sla.contract_commands import Decide
from sla.correspondence import letters_of, sign_off_answers
from sla.ending_commands import TakeStep
from sla.errors import AlreadyDone, NotPossible, Refusal
from sla.events import Event, Fact
from sla.fields import Value
from sla.happening import Advance, Happening
from sla.letters import Letter
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
    played = amendment.scene_for(state, command.verb)
    return _settle(state, ACTS[command.verb](played, command, now), now, command, amending=played is not state)


def take_step(state: AgreementState, command: TakeStep, now: datetime) -> Transition:
    """What one step of the ordered stop makes of the state. Nobody else may: it has no door. Source: TER-2."""
    return _settle(state, ACTS[command.verb](state, command, now), now, command)


def note(state: AgreementState, command: NoteFinding, now: datetime) -> Transition:
    """What a finding of a compliance run makes of a state that heeds it: see `findings_noted.heeds`. No person may."""
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
    """What happens by itself at `now`, when a date has come."""
    happening, amending = _by_itself(state, living.coming_up(state), now)
    return _settle(state, happening, now, amending=amending)


def silent(state: AgreementState, due: living.Due, now: datetime) -> AgreementState:
    """The state after what comes up next, without its event and letters: for whoever looks ahead."""
    happening, amending = _by_itself(state, due, now)
    return _advanced(state, happening, now, amending=amending).state


def caught_up(state: AgreementState, now: datetime) -> AgreementState:
    """The state after everything that was due by now: what an agreement in force has still to record after an outage,
    and what a command is judged by."""
    while state.life is not None and (due := living.coming_up(state)) is not None and due.at <= now:
        state = silent(state, due, now)
    return state


def _by_itself(state: AgreementState, due: living.Due | None, now: datetime) -> tuple[Happening, bool]:
    """What happens, and whether it happens to the amendment."""
    if due is not None and due.happen is not None:
        return due.happen(state, now), False
    if state.stage is Stage.ACTIVE and due is None:
        return living.take_up(state, now), False
    played = amendment.scene(state)
    wait = overdue(played, now)
    if wait is not None and wait.verb is Verb.WITHDRAW:
        return remind_escalate(played, wait, now), played is not state
    return STAGES[played.stage].silence(played, wait, now), played is not state


def sign_off(state: AgreementState, command: Decide, now: datetime) -> Transition:
    """A decision by signal: like any other where it is allowed, and a recorded refusal where it is not."""
    try:
        return act(state, command, now)
    except Refusal as refusal:
        return refused_sign_off(state, command, refusal, now)


def refused_sign_off(state: AgreementState, command: Decide, refusal: Refusal, now: datetime) -> Transition:
    """A signal cannot be answered, so a refused sign-off is recorded and answered by letter."""
    played = amendment.scene_for(state, command.verb)
    happening = Happening(
        state=played,
        fact=Fact.SIGN_OFF_REFUSED,
        by=command.by,
        reason=str(refusal),
        sentence=f"A sign-off by {state.people.name_of(command.by)} was refused.",
        notices=sign_off_answers(state, command.by),
    )
    return _settle(state, happening, now, command, amending=played is not state)


def _advanced(before: AgreementState, happening: Happening, now: datetime, *, amending: bool) -> Advance:
    """The state with its stage entered and exactly those waits that it has now."""
    entered = _entered(happening, now)
    after = amendment.folded(before, entered, now) if amending else entered
    after, newcomers = _with_waits(after, now)
    inner: tuple[Wait, ...] = ()
    if after.amendment is not None:
        played, inner = _with_waits(amendment.scene(after), now)
        after = amendment.folded(after, played, now)
    about = after
    if amending:
        about = amendment.scene(after) if after.amendment else entered.model_copy(update={"life": after.life})
    return Advance(after, about, newcomers, inner)


def _settle(
    before: AgreementState,
    happening: Happening,
    now: datetime,
    command: Command | None = None,
    *,
    amending: bool = False,
) -> Transition:
    advance = _advanced(before, happening, now, amending=amending)
    event = _event(before, advance, happening, now, command, amending=amending)
    done_ids = _remembered(advance.state, event, command)
    head = {"head": ChainHead(seq=event.seq, hash=event.hash), "done": done_ids}
    after = advance.state.model_copy(update=head)
    is_new = after.editions != before.editions
    return Transition(
        state=after,
        event=event,
        letters=letters_of(before, advance, happening, event, amending=amending),
        new_edition=advance.about.edition if is_new else None,
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
    agreed = goto is Stage.ACTIVE and state.life is not None  # an amendment: its life goes on
    return row.begin(state, now) if row and row.begin and not agreed else state


def _with_waits(state: AgreementState, now: datetime) -> tuple[AgreementState, tuple[Wait, ...]]:
    """The state with exactly those waits that its stage has now, and which of them are new."""
    row = STAGES.get(state.stage)
    standing = {wait.key: wait for wait in state.waits}
    waits, newcomers = [], []
    awaited = row.awaited(state, now) if row else ()
    if row and not awaited and state.stage is not Stage.ACTIVE:
        awaited = _nobody_can_act(state)
    for person, verb, subject, part in awaited:
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
    advance: Advance,
    happening: Happening,
    now: datetime,
    command: Command | None,
    *,
    amending: bool,
) -> Event:
    """The link of the chain. An event of an amendment says so, and speaks of the amendment's edition."""
    about = advance.about
    about_no = before.amendment.no if amending and before.amendment else None
    return Event(
        number=before.number,
        seq=before.head.seq + 1,
        at=now,
        fact=happening.fact,
        by=happening.by,
        on_behalf_of=happening.on_behalf_of,
        stage_before=before.stage,
        stage=advance.state.stage,
        edition=about.edition.ref if about.edition else None,
        sentence=f"Amendment {about_no}: {happening.sentence}" if about_no else happening.sentence,
        reason=happening.reason,
        decision_id=command.decision_id if command else None,
        amending=about.stage if about_no else None,
        statement=command.statement if isinstance(command, _ABOUT_STATEMENTS) else None,
        action=happening.action,
        voids=happening.voids,
        withdraws=happening.withdraws,
        certificate=happening.certificate,
        previous=before.head.hash,
    )


_ABOUT_STATEMENTS = (DisputeFigure, ClaimCredit, NoteFinding)


def _remembered(state: AgreementState, event: Event, command: Command | None) -> tuple[Done, ...]:
    if command is None:
        return state.done
    refused = event.fact is Fact.SIGN_OFF_REFUSED
    used = Done(
        id=command.decision_id, seq=event.seq, stage=event.stage, by=command.by, verb=command.verb, refused=refused
    )
    return (*state.done, used)[-MOST_DONE:]
