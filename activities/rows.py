"""What each table holds of a value: the same cells are written by `records` and compared by `audit`."""

from datetime import date, datetime

from activities.outbox import LetterStatus
from activities.tables import AT_ONCE
from sla.agreement import AgreementState
from sla.canonical import canonical_json, text_digest
from sla.events import Event
from sla.letters import Letter
from sla.people import Role
from sla.renewal import ends_on
from sla.terms import Edition
from sla.transitions import Transition
from workflows.messages import Entry

Cell = str | int | datetime | date | None
Cells = dict[str, Cell]


def agreement_cells(state: AgreementState, event: Event) -> Cells:
    """The agreement as it stands after this event, but for its next date, which is no part of the state."""
    entry = Entry.of(Transition(state=state, event=event, letters=()), workflow_id="")
    return {**standing_cells(state), **moving_cells(entry)}


def standing_cells(state: AgreementState) -> Cells:
    """What changes with an edition at most; each event that leaves them alone spares their indexes."""
    requesters = state.people.with_role(Role.REQUESTER)
    return {
        "reference": state.reference,
        "provider": state.provider,
        "customer": state.customer,
        "kind": state.kind.value,
        "level": state.level.value,
        "service": state.service,
        "title": state.title,
        "requester": requesters[0].email if requesters else None,
        "period_start": state.period.start,
        "period_end": ends_on(state),
        "search_text": search_words(state),
    }


def moving_cells(entry: Entry) -> Cells:
    """What may change with every event. `waiting_for` has a blank on each side of every address.

    A worker of release 0.1.0 says neither which edition counts nor when the term ends: it knows no amendment and no
    renewal, so the event's edition is the one, and the end stays.
    """
    event, waiting = entry.event, entry.waiting_for
    counts = entry.in_force or event.edition
    cells: Cells = {
        "stage": event.stage.value,
        "edition_no": counts.no if counts else None,
        "edition_hash": counts.hash if counts else None,
        "seq": event.seq,
        "head_hash": entry.head_hash,
        "waiting_for": f" {' '.join(waiting)} " if waiting else None,
        "ending_why": entry.ending_why,
        "risks": "\n".join(entry.risks) or None,
        "amending": entry.amending.value if entry.amending else None,
        "updated_at": event.at,
    }
    return cells if entry.term_ends is None else {**cells, "period_end": entry.term_ends}


def search_words(state: AgreementState) -> str:
    """What a search looks through, in folded case, one part a line. Source: REG-2."""
    parts = (state.number, state.reference, state.title, state.customer, state.service or "", state.service_name)
    return "\n".join(part.casefold() for part in parts)


def event_cells(event: Event) -> Cells:
    """One event; `hash` is taken over `body`."""
    body = canonical_json(event).decode()
    return {
        "number": event.number,
        "seq": event.seq,
        "hash": text_digest(body),
        "previous": event.previous,
        "fact": event.fact.value,
        "by": event.by,
        "on_behalf_of": event.on_behalf_of,
        "stage": event.stage.value,
        "at": event.at,
        "sentence": event.sentence,
        "reason": event.reason,
        "decision_id": event.decision_id,
        "body": body,
    }


def decision_cells(event: Event) -> Cells:
    """The decision that an event with a `decision_id` came from."""
    return {
        "number": event.number,
        "decision_id": event.decision_id,
        "seq": event.seq,
        "by": event.by,
        "on_behalf_of": event.on_behalf_of,
        "fact": event.fact.value,
        "edition_hash": event.edition.hash if event.edition else None,
        "at": event.at,
    }


def edition_cells(number: str, edition: Edition) -> Cells:
    """One edition. The body is no canonical JSON: that leaves absent fields out, and some have no default."""
    return {
        "number": number,
        "no": edition.no,
        "hash": edition.hash,
        "origin": edition.origin.value,
        "author": edition.author,
        "at": edition.at,
        "requirements_hash": edition.requirements_hash,
        "body": edition.model_dump_json(),
    }


def letter_cells(event: Event, letter: Letter) -> Cells:
    """One new letter, due at once."""
    return {
        "message_key": letter.message_key,
        "number": event.number,
        "seq": event.seq,
        "kind": letter.kind.value,
        "recipient": letter.to,
        "context": letter.context.model_dump_json(),
        "status": LetterStatus.QUEUED.value,
        "attempts": 0,
        "next_attempt_at": AT_ONCE,
        "queued_at": event.at,
    }
