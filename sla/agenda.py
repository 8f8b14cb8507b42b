"""Every future date of one agreement, each with the clause or the rule that causes it: what comes if nobody acts.

Before signature these are the next steps of silence and the deadlines; in force, the dates of `living`, played forward.
It keeps no rule of its own: what it tells is what `transitions` then does.
Source: SEE-1.
"""

from collections.abc import Iterator
from datetime import datetime

from sla.agreement import AgreementState, Wait
from sla.amendment import scene
from sla.canonical import text_digest
from sla.events import Fact
from sla.fields import Instant, Line, Value
from sla.letter_kinds import LetterKind
from sla.living import Due, coming_up, next_due, wait_key
from sla.notice import announcements
from sla.patience import PATIENCE, overdue
from sla.stages import Stage
from sla.transitions import Transition, silence, silent


class Entry(Value):
    """One date: when, what then happens, and the clause or the rule that says so."""

    at: Instant
    what: str
    cause: Line
    uid: str
    """The same for the same thing, however often it is asked for and wherever its date moves; unique in the world."""
    sequence: int = 0
    """How often the dates of the agreement have moved so far."""
    on_silence: bool = False
    """It comes only if somebody who is not even waited for yet then stays silent."""


def agenda(state: AgreementState, now: datetime, most: int = 8000) -> tuple[Entry, ...]:
    """What is ahead of `now`, the next first; nothing for an agreement that has ended. A step overdue comes at `now`.

    In force it reaches to the end of the running term, and to the next notice deadline or the decided end when that is
    later, with at most `most` entries: fifty years of monthly reviews that nobody concludes have 5,400.
    """
    if state.stage.is_end or state.stage is Stage.ENDING:
        return ()
    entries = _in_force(state, now, most) if state.stage is Stage.ACTIVE else _before_signature(state, now)
    return tuple(sorted(entries, key=lambda entry: entry.at))


def _entry(state: AgreementState, key: str, at: datetime, what: str, cause: str, *, on_silence: bool = False) -> Entry:
    return Entry(
        at=at,
        what=what,
        cause=cause,
        uid=f"{key}.{state.number}.{_house(state)}@sla-life",
        sequence=state.life.revision if state.life else 0,
        on_silence=on_silence,
    )


def _house(state: AgreementState) -> str:
    """Tells this agreement from those of the same number in other registers."""
    return text_digest(f"{state.provider}\n{state.reference}")[:16]


# -- before signature: silence, played through


def _before_signature(state: AgreementState, now: datetime) -> Iterator[Entry]:
    """The next step of each wait that stands, and the deadline of the stage; nothing after the one that ends it."""
    untold, told = {wait.key for wait in state.waits if wait.due}, state
    deadline = _deadline(state)
    while (due := next_due(told)) is not None and (untold or deadline):
        at = max(due, now)
        wait, transition = overdue(told, at), silence(told, at)
        if deadline is not None and deadline <= at:
            yield _deadline_entry(state, at, transition)
            return
        if wait is not None and wait.key in untold:
            untold.remove(wait.key)
            yield _silence_entry(told, wait, at, transition)
        if transition.state.stage is not state.stage:
            return
        told = transition.state


def _deadline(state: AgreementState) -> datetime | None:
    """When the stage itself runs out, whoever is waited for."""
    if state.stage is Stage.NEGOTIATING:
        return state.negotiation.offer.expires_at if state.negotiation.offer else None
    return state.signing.deadline if state.stage is Stage.SIGNING else None


def _deadline_entry(state: AgreementState, at: datetime, transition: Transition) -> Entry:
    what = _consequence(state, transition)
    offer = state.negotiation.offer
    if state.stage is Stage.NEGOTIATING and offer:
        cause = f"expiry of the offer of edition {offer.edition.no}"
        return _entry(state, f"offer-{state.negotiation.round}", at, what, cause)
    rule = state.policy.signing
    cause = f"approval policy, signing: within {rule.within_working_days} working days, else {rule.on_deadline}"
    return _entry(state, f"signing-{state.stage_since:%Y%m%dT%H%M%S%fZ}", at, what, cause)


def _silence_entry(state: AgreementState, wait: Wait, at: datetime, transition: Transition) -> Entry:
    days = PATIENCE[state.stage][wait.step].after_days
    cause = f"rule for silence, {state.stage}: {days} working days without an answer"
    return _entry(state, wait_key(wait), at, _step(state, wait, transition), cause)


def _step(state: AgreementState, wait: Wait, transition: Transition) -> str:
    """Who is reminded, told or called: whoever the step writes to."""
    who = state.people.name_of(wait.person)
    readers = {kind: _readers(state, transition, kind) for kind in LetterKind}
    if transition.event.fact is Fact.REMINDED:
        return f"{readers[LetterKind.REMINDER] or who} is reminded to {wait.verb.words}"
    if transition.event.fact is Fact.ESCALATED:
        told = readers[LetterKind.ESCALATION] or "nobody else"
        return f"{who} is still to {wait.verb.words}: {told} is told"
    called = readers[LetterKind.DEPUTY_CALLED] or readers[LetterKind.OWNER_CALLED]
    return f"{called} is called to {wait.verb.words} for {who}" if called else _consequence(state, transition)


def _readers(state: AgreementState, transition: Transition, kind: LetterKind) -> str:
    return ", ".join(state.people.name_of(letter.to) for letter in transition.letters if letter.kind is kind)


def _consequence(state: AgreementState, transition: Transition) -> str:
    """Where a silence leads that nobody has broken."""
    why = transition.event.reason or "nobody acted"
    if transition.event.fact is Fact.OFFER_LAPSED:
        return f"The round lapses ({why}), and is open again once"
    if transition.event.fact is Fact.SIGNING_EXPIRED:
        return f"The edition goes back to approval ({why})"
    return f"The request lapses ({why})"


# -- in force: the table of dates, played forward


def _in_force(state: AgreementState, now: datetime, most: int) -> Iterator[Entry]:
    """Each date of `living`, played as if nobody acted, to the end of the running term and the next notice deadline."""
    amendment = state.amendment
    standing = {_wait_of(wait_key(wait)) for wait in state.waits}
    if amendment:
        standing |= {_wait_of(f"amendment-{amendment.no}-{wait_key(wait)}") for wait in amendment.waits}
    played, at, has_end, has_deadline = state, now, False, False
    for _ in range(most):
        due = coming_up(played)
        if due is None:
            return
        at = max(due.at, at)
        yield _entry(state, due.key, at, _what(played, due, at), due.cause, on_silence=_on_silence(due, standing))
        has_end = has_end or due.key.startswith("end-")
        has_deadline = has_deadline or due.what.startswith("Notice deadline")
        played = silent(played, due, at)
        if has_end and (has_deadline or next(announcements(played), None) is None) and not _is_decided(played):
            return


def _is_decided(played: AgreementState) -> bool:
    """Its end, or an edition that is to count, is ahead for certain."""
    life = played.life
    return life is not None and bool(life.notice or life.termination or life.coming)


def _on_silence(due: Due, standing: set[str]) -> bool:
    """A step of silence in a wait that has not begun yet."""
    return "silence-" in due.key and _wait_of(due.key) not in standing


def _wait_of(key: str) -> str:
    """The wait whose step a key names."""
    return key.rpartition("-")[0]


def _what(played: AgreementState, due: Due, at: datetime) -> str:
    """What happens; for a step of silence in the amendment, what its phase makes of it."""
    amendment = played.amendment
    if due.happen is not None or amendment is None:
        return due.what
    told, transition = scene(played), silence(played, at)
    wait = overdue(told, at)
    what = _step(told, wait, transition) if wait is not None else transition.event.sentence
    return f"Amendment {amendment.no}: {what}"
