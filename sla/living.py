"""What comes by itself while an agreement is in force: one table of dates, each with its cause and what it does.

The durable timer, the agenda and the rehearsal all read this table, so they cannot disagree. Each source gives its
next date only; `coming_up` is the earliest of them. Source: SEE-1, REV-1, AME-3, TER-4.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sla import (
    amendment,
    corrective_actions,
    disputes,
    notice,
    renewal,
    service_reviews,
    suspension,
    term_end,
    termination,
    termination_rights,
)
from sla.agreement import AgreementState, Wait, edition_of, life_of, with_life
from sla.awaited import Awaited
from sla.canonical import text_digest
from sla.events import Fact
from sla.fees_in_force import price_of
from sla.happening import Happening
from sla.life import InForce, Life
from sla.monthly_fees import with_fee
from sla.patience import Silence, escalate, next_step_due, remind, steps_of, what_is_due
from sla.patience import overdue as overdue_wait
from sla.stages import Stage, Verb
from sla.term import day_at, renewals_by, start_of_day, term_of
from sla.terms import RenewalMode

Happen = Callable[[AgreementState, datetime], Happening]


class Due(NamedTuple):
    """One date that comes by itself: when, what then happens, the clause or rule that says so, and what it does.

    `key` names the same thing wherever its date moves. `happen` is None for a step of the amendment's own silence,
    which its phase plays.
    """

    at: datetime
    key: str
    what: str
    cause: str
    happen: Happen | None


def begin(state: AgreementState, now: datetime) -> AgreementState:
    """The life of an agreement that has just come into force; dates that are past by then are not made up for."""
    terms = edition_of(state).terms
    starts = start_of_day(terms.period.start, terms.period.zone)
    term = term_of(terms.period, terms.renewal)
    since = InForce(edition=edition_of(state).ref, since=max(state.stage_since, starts))  # it counts from its signature
    life = Life(
        term=term,
        renewals=renewals_by(term, day_at(now, terms.period.zone)),
        has_begun=starts <= now,
        in_force=(since,),
        fee=price_of(terms),
        fees=with_fee((), price_of(terms), since.since),
    )
    state = state.model_copy(update={"life": life, "period": terms.period, "zone": terms.period.zone})
    state = with_life(state, last_review=service_reviews.reviews_by(state, terms.review, now))
    return notice.rewound(state, now)


def take_up(state: AgreementState, now: datetime) -> Happening:
    """An agreement that an earlier release has signed begins to keep its dates."""
    return Happening(
        state=begin(state, now),
        fact=Fact.LIFE_TAKEN_UP,
        sentence="The agreement was signed under an earlier release; from now on its dates are kept.",
    )


def awaited(state: AgreementState) -> tuple[Awaited, ...]:
    """Whoever is waited for while it is in force, but for the amendment's own waits."""
    if state.life is None:
        return ()
    return (
        *service_reviews.awaited(state),
        *notice.awaited(state),
        *termination.awaited(state),
        *corrective_actions.awaited(state),
        *disputes.awaited(state),
    )


def coming_up(state: AgreementState) -> Due | None:
    """What comes next by itself; of several at one instant, the first of the table."""
    if state.stage is not Stage.ACTIVE or state.life is None:
        return None
    return min(dues(state), key=lambda due: due.at, default=None)


def next_due(state: AgreementState) -> datetime | None:
    """The next instant at which something happens by itself: the one durable timer of the agreement."""
    if state.stage is Stage.ACTIVE:
        due = coming_up(state)
        return due.at if due else None
    return next_step_due(state)


def dues(state: AgreementState) -> Iterator[Due]:
    """The next date of each source. At one instant, the sources act in this order."""
    life = life_of(state)
    for source in _SOURCES:
        due = source(state, life)
        if due is not None:
            yield due


def _beginning(state: AgreementState, life: Life) -> Due | None:
    if life.has_begun:
        return None
    at = start_of_day(state.period.start, state.zone)
    return Due(at, "start", "The term begins", f"terms, period: from {state.period.start}", _begin_term)


def _begin_term(state: AgreementState, now: datetime) -> Happening:
    return Happening(
        state=with_life(state, has_begun=True),
        fact=Fact.TERM_BEGAN,
        sentence=f"The term began on {state.period.start}; edition {edition_of(state).no} counts.",
    )


def _new_edition(state: AgreementState, life: Life) -> Due | None:
    if life.coming is None:
        return None
    edition, day = life.coming.edition, day_at(life.coming.at, state.zone)
    if day == edition.terms.effective_from:
        cause = f"terms, effective from: {day}"
    else:
        began = day == state.period.start
        cause = f"terms, period: from {day}" if began else "amendment: the day after it was agreed"
    return Due(life.coming.at, f"edition-{edition.no}", f"Edition {edition.no} takes effect", cause, _take_effect)


def _take_effect(state: AgreementState, now: datetime) -> Happening:
    """The new edition counts; reviews that its cadence would have had before are not made up for, and the numbers of
    those to come go on from the last one."""
    before = edition_of(state).terms
    happening = amendment.take_effect(state, now)
    after = happening.state
    terms, at = edition_of(after).terms, life_of(after).in_force[-1].since
    if (terms.review, terms.period.start) != (before.review, before.period.start):
        last = life_of(after).last_review
        before_it = last - service_reviews.reviews_by(after, terms.review, at)
        after = with_life(after, reviews_before=before_it, prepared=last)
    if terms.period != before.period or terms.renewal != before.renewal:
        after = notice.rewound(after, at)
    return happening.model_copy(update={"state": after})


def _resumption(state: AgreementState, life: Life) -> Due | None:
    if life.suspension is None:
        return None
    until = life.suspension.until
    key = f"resume-{life.suspension.since:%Y%m%dT%H%M%S}"
    cause = f"suspension: until {until}"
    return Due(start_of_day(until, state.zone), key, "The suspension is over", cause, suspension.resume)


def _pack(state: AgreementState, life: Life) -> Due | None:
    due = service_reviews.pack_due(state)
    if due is None:
        return None
    review, at = due
    what = f"The pack of review {review.no} goes out"
    cause = f"rule: {service_reviews.PACK_AHEAD.days} days before the review on {review.day}"
    return Due(at, f"pack-{review.no}", what, cause, service_reviews.prepare)


def _review(state: AgreementState, life: Life) -> Due | None:
    due = service_reviews.opens_at(state)
    if due is None:
        return None
    review, at = due
    cadence = edition_of(state).terms.review
    cause = f"terms, review: every {months(cadence.every_months if cadence else 0)}"
    return Due(at, f"review-{review.no}", f"Review {review.no}", cause, service_reviews.open_scheduled)


def _announcement(state: AgreementState, life: Life) -> Due | None:
    said = next(notice.announcements(state), None)
    if said is None:
        return None
    ahead, index = months(life.term.renewal.notice_months or 0), life.renewals_before + said.index
    cause = f"terms, renewal: {ahead} before the end on {said.end}"
    wanted = "give notice" if renewal.mode_of(state) is RenewalMode.TACIT else "agree on the renewal"
    last = f"the last day to {wanted} is {said.deadline - timedelta(days=1):%a %Y-%m-%d}"
    if said.early == 0:
        return Due(said.at, f"notice-{index}", f"Notice deadline: {last}", cause, notice.announce)
    key = f"notice-{index}-{said.early}"
    return Due(said.at, key, f"Reminder: {last}", f"{cause}, {said.early} days ahead", notice.announce)


def _termination(state: AgreementState, life: Life) -> Due | None:
    at = termination.effective_at(state)
    if at is None or life.termination is None:
        return None
    case = life.termination.case
    cause = f"termination {case}: with the end of {life.termination.effective}"
    return Due(at, f"termination-{case}", "The agreement ends by termination", cause, termination.take_effect)


def _end(state: AgreementState, life: Life) -> Due:
    """The end of the running term: the renewal, or the end of it all."""
    end, every = renewal.end_of(state), life.term.renewal.renewal_months
    at, key = start_of_day(end, state.zone), f"end-{life.renewals_before + life.renewals}"
    if every is None:
        cause = f"terms, period: until {end}"
        return Due(at, key, "The agreement ends", cause, term_end.end_term)
    mode = renewal.mode_of(state)
    cause = f"terms, renewal: {mode}, by {months(every)}"
    if renewal.renews(state):
        without = "" if life.notice else ", without notice" if mode is RenewalMode.TACIT else ", as agreed"
        what = f"The agreement renews until {renewal.end_of(state, 1)}{without}"
        return Due(at, key, what, cause, term_end.end_term)
    if life.notice is not None:
        cause = f"notice of the {life.notice.side}, given on {day_at(life.notice.at, state.zone)}"
        return Due(at, key, "The agreement ends", cause, term_end.end_term)
    return Due(at, key, "The agreement ends, unless its renewal was agreed", cause, term_end.end_term)


def _right(state: AgreementState, life: Life) -> Due | None:
    right = min(life.rights, key=lambda each: (each.until, each.no), default=None)
    if right is None:
        return None
    what = f"Termination right {right.no} of the {right.side} expires"
    at = start_of_day(right.until, state.zone)
    return Due(at, f"right-{right.no}", what, f"the right: until {right.until}", termination_rights.expire_right)


def _wait(state: AgreementState, life: Life) -> Due | None:
    waits = [wait for wait in state.waits if wait.due is not None]
    wait = min(waits, key=lambda each: (each.due, each.key), default=None)
    if wait is None or wait.due is None:
        return None
    days = steps_of(state.stage, wait.verb)[wait.step].after_days
    cause = f"rule for silence, {wait.words}: {days} working days without an answer"
    if what_is_due(state, wait) is Silence.ACTION_OVERDUE:
        action = life.action(wait.subject)
        cause = f"corrective action {wait.subject}: due by {action.due}" if action else cause
    if wait.verb is Verb.CHECK_TERMINATION and what_is_due(state, wait) is Silence.LAPSE:
        cause = f"{cause}, and the day stated is over"
    return Due(wait.due, wait_key(wait), _wait_words(state, wait), cause, _silence)


def wait_key(wait: Wait) -> str:
    """Names one step of one wait, wherever its date moves."""
    same = "\n".join((*map(str, wait.key), wait.since.isoformat()))
    return f"silence-{text_digest(same)[:16]}-{wait.step}"


_WORDS: dict[Silence, str] = {
    Silence.REMIND: "{who} is reminded to {do}",
    Silence.ESCALATE: "{who} is still to {do}: those who can help are told",
    Silence.OVERDUE: "Review {subject} is overdue, unless it was concluded",
    Silence.ACTION_OVERDUE: "Corrective action {subject} is overdue, unless it was done",
    Silence.DEEM_RECEIVED: "The notice is deemed received",
    Silence.LAPSE: "Termination {subject} lapses, unless legal has checked it",
}


def _wait_words(state: AgreementState, wait: Wait) -> str:
    who = state.people.name_of(wait.person)
    return _WORDS[what_is_due(state, wait)].format(who=who, do=wait.words, subject=wait.subject)


def happen(state: AgreementState, wait: Wait | None, now: datetime) -> Happening:
    """What comes next by itself."""
    due = coming_up(state)
    return due.happen(state, now) if due and due.happen else take_up(state, now)


def _silence(state: AgreementState, now: datetime) -> Happening:
    """The longest overdue wait's step."""
    wait = overdue_wait(state, now)
    assert wait is not None
    return _SILENCE[what_is_due(state, wait)](state, wait, now)


_SILENCE: dict[Silence, Callable[[AgreementState, Wait, datetime], Happening]] = {
    Silence.REMIND: remind,
    Silence.ESCALATE: escalate,
    Silence.OVERDUE: service_reviews.overdue,
    Silence.ACTION_OVERDUE: corrective_actions.overdue,
    Silence.DEEM_RECEIVED: lambda state, wait, now: notice.deem_received(state, now),
    Silence.LAPSE: termination.lapse,
}


def _amendment(state: AgreementState, life: Life) -> Due | None:
    """The next step of silence in the amendment; whose, and what it does, its phase knows."""
    if state.amendment is None:
        return None
    played = amendment.scene(state)
    at = next_step_due(played)
    if at is None:
        return None
    key = f"amendment-{state.amendment.no}-{_amendments_key(played, at)}"
    cause = f"rule for silence, {played.stage}"
    return Due(at, key, f"Amendment {state.amendment.no}: silence has its next step", cause, None)


def _amendments_key(played: AgreementState, at: datetime) -> str:
    """Names the deadline of the phase that comes then, or else the step of the wait."""
    offer, signing = played.negotiation.offer, played.signing
    if played.stage is Stage.NEGOTIATING and offer and offer.expires_at <= at:
        return f"offer-{played.negotiation.round}"
    wait = overdue_wait(played, at)
    if wait is None or (played.stage is Stage.SIGNING and signing.deadline and signing.deadline <= at):
        return f"signing-{played.stage_since:%Y%m%dT%H%M%S%f}"
    return wait_key(wait)


_SOURCES: tuple[Callable[[AgreementState, Life], Due | None], ...] = (
    _new_edition,
    _beginning,
    _resumption,
    _pack,
    _review,
    _announcement,
    _termination,
    _end,
    _right,
    _wait,
    _amendment,
)


def months(number: int) -> str:
    """`1 month`, `12 months`."""
    return f"{number} month" if number == 1 else f"{number} months"


def risks(state: AgreementState) -> tuple[str, ...]:
    """What every list shows as a risk of this agreement, one short line each. Source: REV-3, TER-3, MON-11."""
    life = state.life
    if life is None or state.stage is not Stage.ACTIVE:
        return ()
    found = []
    if life.review is not None and life.review.is_overdue:
        found.append(f"review {life.review.no} overdue")
    if life.suspension is not None:
        found.append(f"suspended, service resumes on {life.suspension.until}")
    for right in life.rights:
        lost = ", its ground stated away" if right.is_groundless else ""
        found.append(f"termination right of the {right.side}, last day {right.until - timedelta(days=1)}{lost}")
    if life.termination is not None:
        unchecked = "" if life.termination.checked_by else ", not checked by legal"
        found.append(f"ends by termination, last day {life.termination.effective}{unchecked}")
    if life.notice is not None:
        found.append(f"ends by notice, last day {life.notice.end - timedelta(days=1)}")
    return (*found, *corrective_actions.risks(state), *disputes.risks(state))
