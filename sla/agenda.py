"""Every future date of one agreement, each with the clause or the rule that causes it: what comes if nobody acts.

Before signature these are the next steps of silence and the deadlines; in force, the reviews, the notice deadlines and
the end. It keeps no rule of its own: silence is played through by `transitions`, dates come from `term` and `reviews`.
Source: SEE-1.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import takewhile

from sla.agreement import AgreementState, Wait
from sla.calendars import WorkCalendar
from sla.canonical import text_digest
from sla.events import Fact
from sla.fields import Instant, Line, Value
from sla.letters import LetterKind
from sla.patience import PATIENCE, next_due, overdue
from sla.reviews import review_days, review_instant
from sla.stages import Stage
from sla.term import (
    REMINDER_CLOCK,
    NoticeDeadline,
    Term,
    day_at,
    end_after,
    local_instant,
    notice_deadline,
    notice_deadlines,
    reminder_days,
    renewals_by,
    start_of_day,
    term_of,
)
from sla.terms import RenewalMode, Terms
from sla.transitions import Transition, silence


class Entry(Value):
    """One date: when, what then happens, and the clause or the rule that says so."""

    at: Instant
    what: str
    cause: Line
    uid: str
    """The same for the same thing, however often it is asked for and wherever its date moves; unique in the world."""


def agenda(state: AgreementState, now: datetime) -> tuple[Entry, ...]:
    """What is ahead of `now`, the next first; nothing for an agreement that has ended. A step overdue comes at `now`.

    In force it reaches to the end of the running term, and to the next notice deadline when that is later.
    """
    if state.stage.is_end:
        return ()
    entries = _in_force(state, now) if state.stage is Stage.ACTIVE else _before_signature(state, now)
    return tuple(sorted(entries, key=lambda entry: (entry.at, entry.uid)))


def _entry(state: AgreementState, key: str, at: datetime, what: str, cause: str) -> Entry:
    return Entry(at=at, what=what, cause=cause, uid=f"{key}.{state.number}.{_house(state)}@sla-life")


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
    same = "\n".join((*map(str, wait.key), wait.since.isoformat()))
    return _entry(state, f"silence-{text_digest(same)[:16]}-{wait.step}", at, _step(state, wait, transition), cause)


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


# -- in force: the dates of the term


def _in_force(state: AgreementState, now: datetime) -> Iterator[Entry]:
    """The beginning, the reviews, the notice deadlines with their reminders, and the end or the renewal."""
    assert state.edition is not None
    terms = state.edition.terms
    today = day_at(now, terms.period.zone)
    term = term_of(terms.period, terms.renewal)
    dates = (
        *_beginning(state, terms),
        *_reviews(state, terms, term, today),
        *_notices(state, terms, term, today),
        _end(state, terms, term, today),
    )
    return (entry for entry in dates if entry.at > now)


def _beginning(state: AgreementState, terms: Terms) -> Iterator[Entry]:
    at = start_of_day(terms.period.start, terms.period.zone)
    yield _entry(state, "start", at, "The term begins", f"terms, period: from {terms.period.start}")


def _reviews(state: AgreementState, terms: Terms, term: Term, today: date) -> Iterator[Entry]:
    if terms.review is None:
        return
    end = end_after(term, renewals_by(term, today))
    months = _months(terms.review.every_months)
    for review in review_days(terms.period.start, end, terms.review, contract_calendar(state, terms)):
        at = review_instant(review, terms.period.zone)
        yield _entry(state, f"review-{review.no}", at, f"Review {review.no}", f"terms, review: every {months}")


def contract_calendar(state: AgreementState, terms: Terms) -> WorkCalendar:
    """The calendar that the service hours name; Monday to Friday in the contract's zone when there is none."""
    named = state.people.calendars.get(terms.hours.calendar) if terms.hours else None
    return named or WorkCalendar(zone=terms.period.zone)


def _notices(state: AgreementState, terms: Terms, term: Term, today: date) -> Iterator[Entry]:
    """Every deadline until the running term's end, and the next one in any case; each with its chain of reminders."""
    end = end_after(term, renewals_by(term, today))
    ahead = notice_deadlines(term, today)
    first = next(ahead, None)
    for deadline in (*([first] if first else []), *takewhile(lambda each: each.day <= end, ahead)):
        yield from _notice(state, terms, term, deadline)


def _notice(state: AgreementState, terms: Terms, term: Term, deadline: NoticeDeadline) -> Iterator[Entry]:
    zone, key = terms.period.zone, f"notice-{deadline.renewals}"
    notice = _months(term.renewal.notice_months or 0)
    cause = f"terms, renewal: {notice} before the end on {deadline.end}"
    tacit = term.renewal.mode is RenewalMode.TACIT
    wanted = "give notice" if tacit else "agree on the renewal"
    last = f"the last day to {wanted} is {deadline.day - timedelta(days=1):%a %Y-%m-%d}"
    for day in reminder_days(deadline.day, _deadline_before(term, deadline)):
        early = (deadline.day - day).days
        at = local_instant(day, REMINDER_CLOCK, zone)
        yield _entry(state, f"{key}-{early}", at, f"Reminder: {last}", f"{cause}, {early} days ahead")
    yield _entry(state, key, start_of_day(deadline.day, zone), f"Notice deadline: {last}", cause)


def _deadline_before(term: Term, deadline: NoticeDeadline) -> date | None:
    """The deadline before one; its own reminders come first."""
    if deadline.renewals == 0:
        return None
    return notice_deadline(end_after(term, deadline.renewals - 1), term.renewal.notice_months or 0)


def _end(state: AgreementState, terms: Terms, term: Term, today: date) -> Entry:
    """The end of the running term: the tacit renewal, or the end of it all."""
    renewals = renewals_by(term, today)
    end, every = end_after(term, renewals), term.renewal.renewal_months
    at, cause = start_of_day(end, terms.period.zone), f"terms, period: until {terms.period.end}"
    if every is None:
        return _entry(state, f"end-{renewals}", at, "The agreement ends", cause)
    cause = f"terms, renewal: {term.renewal.mode}, by {_months(every)}"
    if term.renewal.mode is RenewalMode.EXPRESS:
        return _entry(state, f"end-{renewals}", at, "The agreement ends, unless its renewal was agreed", cause)
    following = end_after(term, renewals + 1)
    return _entry(state, f"end-{renewals}", at, f"The agreement renews until {following}, without notice", cause)


def _months(number: int) -> str:
    return f"{number} month" if number == 1 else f"{number} months"
