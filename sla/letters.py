"""Which letters there are, and what each tells its reader: why they receive it and what to do next.

A letter here is data; its words around the data stand in `templates/email/<kind>/`, its way out in
`activities/letters.py`. Its Message-ID comes from the event and the recipient, so a repeat is recognised.
"""

from datetime import datetime, timedelta
from shlex import quote

from sla.agreement import AgreementState, Call, Wait
from sla.canonical import text_digest
from sla.events import Certificate, Event
from sla.fields import Instant, Value
from sla.invitations import INVITATIONS, Invitation
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.life import Termination
from sla.stages import Stage, Verb
from sla.term import end_of_day


class Asked(Value):
    """A change that somebody asks for, in their words, with what it touches. Source: REV-2."""

    said: str
    """Who asks for what, in one sentence."""
    text: str
    touches: tuple[str, ...]


class Told(Value):
    """One row of a pack: what it is about, what is said of it, and whether a promise was met, where that is known."""

    about: str
    said: str
    is_met: bool | None = None


class Pack(Value):
    """What both sides read before a review. Source: REV-1, REV-4, REV-5."""

    review: str
    promised: tuple[Told, ...] = ()
    measured: tuple[Told, ...] = ()
    """The latest results that somebody has recorded by hand, one for each target; empty where none are."""
    stated: tuple[Told, ...] = ()
    """What the statements say, one row for each target and one for credits; filled in when the letter is written."""
    open_points: tuple[str, ...] = ()
    """What is open between the sides: overdue reviews, rights, a suspension, a termination."""
    changes: tuple[Asked, ...] = ()
    proposals: tuple[str, ...] = ()
    """The next levels that sustained over-performance suggests."""
    satisfaction: tuple[Told, ...] = ()
    """What both sides said at the last reviews."""
    ahead: tuple[Told, ...] = ()
    """What comes next, each about its instant."""


class LetterContext(Value):
    """The fields that a letter's template may use. Sentences are complete; instants are shown in `zone`."""

    number: str
    title: str
    service: str
    provider: str
    customer: str
    zone: str
    stage: Stage
    reader: str
    why: str
    """Why the reader receives this letter: "because you are the account manager of this agreement"."""
    happened: str
    """What has happened, in one sentence."""
    happened_at: Instant
    reason: str | None = None
    next_step: str | None = None
    """What the reader does next, in one sentence; none when nothing is asked."""
    command: str | None = None
    """The same as a command, ready to copy."""
    due: Instant | None = None
    waiting_for: str | None = None
    edition_no: int | None = None
    edition_hash: str | None = None
    fee: str | None = None
    side: Side | None = None
    """Whose side the reader stands on; none for somebody whom the agreement does not know."""
    alternatives: tuple[str, ...] = ()
    """What the reader may do instead of `command`, as commands."""
    candidates: tuple[str, ...] = ()
    """Where an engineer is to be named: who may be, each with the address."""
    amendment: int | None = None
    """The number of the amendment that the letter is about; none for the agreement itself."""
    pack: Pack | None = None
    """What both sides look back on, in the letters of a review. Source: REV-1."""
    checklist: tuple[str, ...] = ()
    """The questions that legal answers about a termination, each with its key."""
    termination: Termination | None = None
    """The termination that is open, or has ended the agreement. Source: TER-1."""
    in_force: int | None = None
    """In the letters of an amendment: the number of the edition that counts meanwhile. Source: AME-1."""
    takes_effect: Instant | None = None
    """When the edition that both sides have signed begins to count."""
    certificate: Certificate | None = None
    """In the last letter: that nothing of the agreement runs any more. Source: TER-2."""


class Letter(Value):
    """One letter to one reader, caused by one event."""

    kind: LetterKind
    to: str
    context: LetterContext
    message_key: str
    """Stable: from the agreement, the event, the kind and the recipient."""


class Notice(Value):
    """A letter that is about to be written: to whom, of what kind, and why to them."""

    kind: LetterKind
    to: str
    why: str
    next_step: str | None = None
    waiting_for: str | None = None
    verb: Verb | None = None
    """Which of the reader's waits the letter is about, with `subject`; one that begins with it when none is named."""
    subject: str = ""
    command: tuple[str, ...] = ()
    """The command for a next step that nobody is waited for: its name, and what follows the number."""
    pack: Pack | None = None
    checklist: tuple[str, ...] = ()


def invitation(state: AgreementState, wait: Wait) -> Notice:
    """The letter that asks somebody to do what they are waited for; a called deputy or owner gets their own."""
    row = INVITATIONS[wait.verb]
    kind, why = row.kind, row.why
    if wait.verb is Verb.DECIDE and wait.subject != wait.person:
        kind, why = _stand_in(state, wait)
    step = _next_step(state, row, wait.person)
    return Notice(kind=kind, to=wait.person, why=why, next_step=step, verb=wait.verb, subject=wait.subject)


def _next_step(state: AgreementState, row: Invitation, to: str) -> str:
    is_customers = _side_of(state, to) is Side.CUSTOMER
    return row.customers_step if is_customers and row.customers_step else row.next_step


def _side_of(state: AgreementState, email: str) -> Side | None:
    person = state.people.find(email)
    return person.side if person else None


def _stand_in(state: AgreementState, wait: Wait) -> tuple[LetterKind, str]:
    seat = state.people.name_of(wait.subject)
    calls = {each.who for each in state.approval.called if each.seat == wait.subject and each.stage == wait.part}
    if Call.OWNER in calls and wait.person == state.policy.owner:
        return LetterKind.OWNER_CALLED, f"{seat} has not decided, and you own the approval policy"
    if Call.DEPUTY in calls and not any(each.taker == wait.person for each in state.approval.delegations):
        return LetterKind.DEPUTY_CALLED, f"{seat} has not decided, and you are their deputy"
    return LetterKind.DELEGATION_GIVEN, f"{seat}'s decision has been given to you"


def compose(
    state: AgreementState, notice: Notice, event: Event, reason: str | None, amending: int | None = None
) -> Letter:
    """A letter from a notice and the event that causes it."""
    context = LetterContext(
        number=state.number,
        title=state.title,
        service=state.service_name,
        provider=state.provider,
        customer=state.customer,
        zone=state.zone,
        stage=state.stage,
        reader=state.people.name_of(notice.to),
        why=notice.why,
        happened=event.sentence,
        happened_at=event.at,
        reason=reason,
        side=_side_of(state, notice.to),
        waiting_for=notice.waiting_for,
        edition_no=state.edition.no if state.edition else None,
        edition_hash=state.edition.hash if state.edition else None,
        fee=_fee(state),
        pack=notice.pack,
        checklist=notice.checklist,
        certificate=event.certificate,
    )
    told = {**_asked_of_the_reader(state, notice, event.at), **_in_force_by_now(state, amending)}
    return Letter(
        kind=notice.kind,
        to=notice.to,
        message_key=message_key(event.hash, notice.kind, notice.to),
        context=context.model_copy(update=told),
    )


def _asked_of_the_reader(state: AgreementState, notice: Notice, now: datetime) -> dict[str, object]:
    """What the reader does next: the step, its commands, and until when."""
    wait = _wait_about(state, notice, now)
    row = INVITATIONS.get(wait.verb) if wait else None
    commands = _commands(state, notice, wait)
    return {
        "next_step": notice.next_step or (_next_step(state, row, notice.to) if row else None),
        "command": commands[0] if commands else None,
        "alternatives": commands[1:],
        "candidates": _candidates(state, wait) if wait else (),
        "due": deadline_of(state, wait) if wait else None,
    }


def _in_force_by_now(state: AgreementState, amending: int | None) -> dict[str, object]:
    """What stands about an agreement in force: its amendment, the edition to come, a termination."""
    life = state.life
    return {
        "amendment": amending,
        "termination": life.termination if life else None,
        "in_force": _in_force(state) if amending else None,
        "takes_effect": life.coming.at if life and life.coming else None,
    }


def _wait_about(state: AgreementState, notice: Notice, now: datetime) -> Wait | None:
    """The wait of the reader that a letter is about: the one it names, else the first that begins now, else their
    first; none for advice alone. In force many things go on beside each other: there only what begins now counts."""
    own = [wait for wait in state.waits if wait.person == notice.to]
    if notice.verb is not None:
        return next((w for w in own if (w.verb, w.subject) == (notice.verb, notice.subject)), None)
    if notice.next_step is not None:
        return None
    in_turn = None if state.stage is Stage.ACTIVE else next(iter(own), None)
    return next((wait for wait in own if wait.since == now), in_turn)


def _commands(state: AgreementState, notice: Notice, wait: Wait | None) -> tuple[str, ...]:
    """What the reader may type: the command of the wait, or the one that the notice itself names."""
    if wait is not None and (row := INVITATIONS.get(wait.verb)):
        return tuple(_typed(state, wait, each) for each in (row.command, *row.alternatives))
    if not notice.command:
        return ()
    name, *words = notice.command
    return (" ".join(("sla", name, state.number, *map(quote, words), "--as", quote(notice.to))),)


def _typed(state: AgreementState, wait: Wait, command: str) -> str:
    """A row's command, as this reader types it now: it holds for what the letter speaks of, and for nothing later."""
    return command.format(
        number=state.number,
        to=quote(wait.person),
        subject=quote(wait.subject),
        edition=f" --edition {state.edition.no}" if state.edition else "",
        requirements=f" --hash {state.requirements.hash}",
        seat=f" --for {quote(wait.subject)}" if wait.subject != wait.person else "",
    )


def _candidates(state: AgreementState, wait: Wait) -> tuple[str, ...]:
    """Whom the reader may name: the engineers who are competent for the service, but for the one who stands named."""
    if wait.verb not in (Verb.NAME_ENGINEER, Verb.AGREE_ENGINEER):
        return ()
    named = state.engineer.email if state.engineer else None
    competent = state.people.competent_engineers(state.service)
    return tuple(f"{each.name} ({each.email})" for each in competent if each.email != named)


def deadline_of(state: AgreementState, wait: Wait) -> datetime | None:
    """Until when somebody is waited for: the offer's expiry, the signing deadline, the last minute of the day on which
    a corrective action is due, else the next silence step."""
    if state.stage is Stage.NEGOTIATING and state.negotiation.offer:
        return state.negotiation.offer.expires_at
    if state.stage is Stage.SIGNING and state.signing.deadline:
        return state.signing.deadline
    action = state.life.action(wait.subject) if state.life and wait.verb is Verb.COMPLETE_ACTION else None
    if action is not None and not action.is_overdue:
        return end_of_day(action.due, state.zone) - timedelta(minutes=1)
    return wait.due


def _fee(state: AgreementState) -> str | None:
    """The fee that the letter is about: the one in force, as revised at renewals, or that of the edition in work."""
    if state.edition is None:
        return None
    price, life = state.edition.terms.price, state.life
    written = price.monthly_fee if price else None
    stays = state.amendment is not None and state.amendment.price == price
    fee = life.fee if life and (stays or _in_force(state) in {state.edition.no, None}) else written
    return f"{fee} a month" if fee else None


def _in_force(state: AgreementState) -> int | None:
    """The number of the edition that counts, or counted last; none before it is in force, or when none ever counted."""
    spans = state.life.in_force if state.life else ()
    return spans[-1].edition.no if spans else None


def message_key(event_hash: str, kind: LetterKind, to: str) -> str:
    """The left part of the Message-ID: 32 hexadecimal letters, the same for the same event and recipient.

    The event's hash is in it, so that a register begun anew never repeats the Message-ID of another one's letter.
    """
    return text_digest(f"{event_hash}\n{kind.value}\n{to}")[:32]
