"""Which letters there are, and what each tells its reader: why they receive it and what to do next.

A letter here is data; its words around the data stand in `templates/email/<kind>/`, its way out in
`activities/letters.py`. Its Message-ID comes from the event and the recipient, so a repeat is recognised.
"""

from datetime import datetime
from enum import StrEnum
from shlex import quote

from sla.agreement import AgreementState, Call, Wait
from sla.canonical import text_digest
from sla.events import Event
from sla.fields import Instant, Value
from sla.kinds import Side
from sla.stages import Stage, Verb


class LetterKind(StrEnum):
    """One per reason to write; the value is the folder of its template."""

    ENGINEER_WANTED = "engineer_wanted"
    ENGINEER_AGREEMENT_WANTED = "engineer_agreement_wanted"
    REQUIREMENTS_WANTED = "requirements_wanted"
    CONFIRMATION_WANTED = "confirmation_wanted"
    ASSESSMENT_WANTED = "assessment_wanted"
    DRAFT_WANTED = "draft_wanted"
    OFFER_WANTED = "offer_wanted"
    OFFER_RECEIVED = "offer_received"
    OFFER_ACCEPTED = "offer_accepted"
    OFFER_REJECTED = "offer_rejected"
    OFFER_WITHDRAWN = "offer_withdrawn"
    OFFER_LAPSED = "offer_lapsed"
    RECEIPT_WANTED = "receipt_wanted"
    COMMENT_RAISED = "comment_raised"
    COMMENT_RESOLVED = "comment_resolved"
    RESOLUTION_WANTED = "resolution_wanted"
    INSPECTION_WANTED = "inspection_wanted"
    SENT_BACK = "sent_back"
    APPROVAL_WANTED = "approval_wanted"
    DELEGATION_GIVEN = "delegation_given"
    DEPUTY_CALLED = "deputy_called"
    OWNER_CALLED = "owner_called"
    SIGNATURE_WANTED = "signature_wanted"
    SIGNING_EXPIRED = "signing_expired"
    IN_FORCE = "in_force"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    SIGN_OFF_REFUSED = "sign_off_refused"


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
    """Which of the reader's waits the letter is about, with `subject`; their first one when it names neither."""
    subject: str = ""


class Invitation(Value):
    """What somebody who is waited for is told: the letter, the reason, the next step and its command.

    In the commands, `{edition}`, `{requirements}` and `{seat}` pin what the letter speaks of, each with the blank
    before it; what the reader fills in is one of TEXT, FILE, AMOUNT, EMAIL (a person) and WHEN (an instant).
    """

    kind: LetterKind
    why: str
    next_step: str
    command: str
    alternatives: tuple[str, ...] = ()
    customers_step: str | None = None
    """The next step in the customer's words, where theirs differ."""


INVITATIONS: dict[Verb, Invitation] = {
    Verb.NAME_ENGINEER: Invitation(
        kind=LetterKind.ENGINEER_WANTED,
        why="you manage this request together with your colleague",
        next_step="Name a service engineer who is competent for this service.",
        command="sla name-engineer {number} EMAIL --as {to}",
    ),
    Verb.AGREE_ENGINEER: Invitation(
        kind=LetterKind.ENGINEER_AGREEMENT_WANTED,
        why="your colleague has named a service engineer, and you both decide that together",
        next_step="Agree to the engineer, or name another one.",
        command="sla agree-engineer {number} {subject} --as {to}",
        alternatives=("sla name-engineer {number} EMAIL --as {to}",),
    ),
    Verb.RECORD_REQUIREMENTS: Invitation(
        kind=LetterKind.REQUIREMENTS_WANTED,
        why="you are one of those who write down what is needed: the customer and the service engineer, together",
        next_step="Record what the customer needs, as numbered requirements.",
        customers_step="State what you need: the engineer records it with you, or you record it yourself.",
        command="sla record-requirements {number} FILE --as {to}",
    ),
    Verb.CONFIRM_REQUIREMENTS: Invitation(
        kind=LetterKind.CONFIRMATION_WANTED,
        why="the requirements are yours: you state, correct and confirm them",
        next_step="Read the requirements, correct what is wrong, and confirm them.",
        command="sla confirm-requirements {number}{requirements} --as {to}",
        alternatives=("sla record-requirements {number} FILE --as {to}",),
    ),
    Verb.ASSESS: Invitation(
        kind=LetterKind.ASSESSMENT_WANTED,
        why="your judgement is one of the two that decide whether this can be done",
        next_step="Give one verdict with its reason for each requirement.",
        command="sla assess {number} FILE --as {to}",
    ),
    Verb.SUBMIT_DRAFT: Invitation(
        kind=LetterKind.DRAFT_WANTED,
        why="you are the SLA manager of this agreement",
        next_step="Submit the terms.",
        command="sla submit-draft {number} FILE --as {to}",
    ),
    Verb.SUBMIT_OFFER: Invitation(
        kind=LetterKind.OFFER_WANTED,
        why="it is your side's turn in the negotiation",
        next_step="Make an offer with a price and an expiry.",
        command="sla submit-offer {number}{edition} --fee AMOUNT --expires WHEN --as {to}",
    ),
    Verb.ACCEPT_OFFER: Invitation(
        kind=LetterKind.OFFER_RECEIVED,
        why="the other side has made you an offer",
        next_step="Accept the offer, reject it, or answer with a counter-offer before it expires.",
        command="sla accept-offer {number}{edition} --as {to}",
        alternatives=(
            "sla reject-offer {number}{edition} --reason TEXT --as {to}",
            "sla submit-offer {number}{edition} --fee AMOUNT --expires WHEN --as {to}",
        ),
    ),
    Verb.ACKNOWLEDGE: Invitation(
        kind=LetterKind.RECEIPT_WANTED,
        why="every party proves that it has received the final draft",
        next_step="Read the final draft and acknowledge its receipt; comment on what is not right.",
        command="sla acknowledge {number}{edition} --as {to}",
        alternatives=("sla comment {number} TEXT{edition} --as {to}",),
    ),
    Verb.RESOLVE_COMMENT: Invitation(
        kind=LetterKind.RESOLUTION_WANTED,
        why="an open comment holds the approval back",
        next_step="Resolve the comment, saying how.",
        command="sla resolve-comment {number} {subject}{edition} --how TEXT --as {to}",
    ),
    Verb.INSPECT: Invitation(
        kind=LetterKind.INSPECTION_WANTED,
        why="you inspect this edition independently: you have not written any of it",
        next_step="Pass the edition, or send it back with your reasons.",
        command="sla inspect {number}{edition} --pass --as {to}",
        alternatives=("sla inspect {number}{edition} --send-back TEXT --as {to}",),
    ),
    Verb.DECIDE: Invitation(
        kind=LetterKind.APPROVAL_WANTED,
        why="the approval policy of this agreement asks for your decision",
        next_step="Approve the edition, or reject it with your reasons.",
        command="sla approve {number}{edition}{seat} --as {to}",
        alternatives=(
            "sla reject {number}{edition}{seat} --reason TEXT --as {to}",
            "sla delegate {number} --to EMAIL --until WHEN --as {to}",
        ),
    ),
    Verb.SIGN: Invitation(
        kind=LetterKind.SIGNATURE_WANTED,
        why="you are a named signer of this agreement",
        next_step="Sign the approved edition, or decline with your reason.",
        command="sla sign {number}{edition} --as {to}",
        alternatives=("sla decline-to-sign {number}{edition} --reason TEXT --as {to}",),
    ),
    Verb.WITHDRAW: Invitation(
        kind=LetterKind.ESCALATION,
        why="you manage this agreement, and none of its people is able to take its next step",
        next_step="Withdraw the request, and ask again with somebody who can act.",
        command="sla withdraw {number} --reason TEXT --as {to}",
    ),
}
"""What each verb that somebody is waited for says to them."""


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


def compose(state: AgreementState, notice: Notice, event: Event, reason: str | None) -> Letter:
    """A letter from a notice and the event that causes it."""
    wait = _wait_about(state, notice, event.at)
    row = INVITATIONS.get(wait.verb) if wait else None
    commands = tuple(_typed(state, wait, each) for each in (row.command, *row.alternatives)) if row and wait else ()
    return Letter(
        kind=notice.kind,
        to=notice.to,
        message_key=message_key(event.hash, notice.kind, notice.to),
        context=LetterContext(
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
            next_step=notice.next_step or (_next_step(state, row, notice.to) if row else None),
            command=commands[0] if commands else None,
            alternatives=commands[1:],
            candidates=_candidates(state, wait) if wait else (),
            side=_side_of(state, notice.to),
            due=deadline_of(state, wait) if wait else None,
            waiting_for=notice.waiting_for,
            edition_no=state.edition.no if state.edition else None,
            edition_hash=state.edition.hash if state.edition else None,
            fee=_fee(state),
        ),
    )


def _wait_about(state: AgreementState, notice: Notice, now: datetime) -> Wait | None:
    """The wait of the reader that a letter is about: the one it names, else the first that begins now, else their
    first; none for advice alone."""
    own = [wait for wait in state.waits if wait.person == notice.to]
    if notice.verb is not None:
        return next((w for w in own if (w.verb, w.subject) == (notice.verb, notice.subject)), None)
    if notice.next_step is not None:
        return None
    return next((wait for wait in own if wait.since == now), next(iter(own), None))


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
    """Until when somebody is waited for: the offer's expiry, the signing deadline, else the next silence step."""
    if state.stage is Stage.NEGOTIATING and state.negotiation.offer:
        return state.negotiation.offer.expires_at
    if state.stage is Stage.SIGNING and state.signing.deadline:
        return state.signing.deadline
    return wait.due


def _fee(state: AgreementState) -> str | None:
    price = state.edition.terms.price if state.edition else None
    return f"{price.monthly_fee} a month" if price else None


def message_key(event_hash: str, kind: LetterKind, to: str) -> str:
    """The left part of the Message-ID: 32 hexadecimal letters, the same for the same event and recipient.

    The event's hash is in it, so that a register begun anew never repeats the Message-ID of another one's letter.
    """
    return text_digest(f"{event_hash}\n{kind.value}\n{to}")[:32]
