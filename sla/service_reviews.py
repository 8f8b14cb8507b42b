"""The review itself: its pack, its opening, its outcome, and what silence makes of it. Source: REV-1, REV-3, REV-4.

A scheduled review comes on its day whatever has become of the one before; a change that is asked for opens one at
once. When it is held stands in `reviews`; what an outcome sets going stands in `amendment` and `termination`.
"""

from datetime import date, datetime, timedelta

from sla import amendment, results
from sla.agreement import AgreementState, Wait, edition_of, life_of, local_time, with_life
from sla.awaited import Awaited
from sla.calendars import WorkCalendar
from sla.commands import ConcludeReview
from sla.errors import AlreadyDone, NotPossible
from sla.events import Fact
from sla.happening import Happening, counted
from sla.letter_kinds import LetterKind
from sla.letters import Notice
from sla.life import MOST_KEPT, HeldReview, OpenReview, Proposal, ReviewOutcome
from sla.parties import both_sides, managers, opening, tell
from sla.people import Role
from sla.renewal import end_of, renews
from sla.reviews import REVIEW_CLOCK, ReviewDay, review_instant, reviews_after
from sla.stages import Verb
from sla.term import day_at, local_instant
from sla.terms import ReviewCadence, Terms

PACK_AHEAD = timedelta(days=14)
"""How many local days before a scheduled review both sides receive its pack."""
PACK_CLOCK = REVIEW_CLOCK


def contract_calendar(state: AgreementState, terms: Terms) -> WorkCalendar:
    """The calendar that the service hours name; Monday to Friday in the contract's zone when there is none."""
    named = state.people.calendars.get(terms.hours.calendar) if terms.hours else None
    return named or WorkCalendar(zone=terms.period.zone)


def next_review(state: AgreementState, after: int) -> ReviewDay | None:
    """The scheduled review after the one of this number, within the term as it will run if nobody acts."""
    terms = edition_of(state).terms
    if terms.review is None:
        return None
    end, before = _last_day(state), life_of(state).reviews_before
    calendar = contract_calendar(state, terms)
    days = reviews_after(after - before, terms.period.start, end, terms.review, calendar)
    return next((ReviewDay(no=review.no + before, day=review.day) for review in days), None)


def _last_day(state: AgreementState) -> date:
    """The day on which the agreement ends as things stand, or its term after the next renewal."""
    end, termination = end_of(state, 1 if renews(state) else 0), life_of(state).termination
    if termination is None or termination.checked_by is None:
        return end
    return min(end, termination.effective + timedelta(days=1))


def opens_at(state: AgreementState) -> tuple[ReviewDay, datetime] | None:
    """The next scheduled review and the instant at which it opens."""
    review = next_review(state, life_of(state).last_review)
    return (review, review_instant(review, state.zone)) if review else None


def pack_due(state: AgreementState) -> tuple[ReviewDay, datetime] | None:
    """The next scheduled review whose pack is to go out, and when."""
    life = life_of(state)
    review = next_review(state, max(life.prepared, life.last_review))
    return (review, local_instant(review.day - PACK_AHEAD, PACK_CLOCK, state.zone)) if review else None


def reviews_by(state: AgreementState, cadence: ReviewCadence | None, now: datetime) -> int:
    """The place in its cadence of the last scheduled review whose time has come by now; 0 for none. Those are not
    held again."""
    terms = edition_of(state).terms
    if cadence is None:
        return 0
    days = reviews_after(0, terms.period.start, end_of(state, 1), cadence, contract_calendar(state, terms))
    last = 0
    for review in days:
        if review_instant(review, state.zone) > now:
            break
        last = review.no
    return last


def prepare(state: AgreementState, now: datetime) -> Happening:
    """The pack of the next scheduled review goes out to both sides; after an outage late, and says so."""
    due = pack_due(state)
    assert due is not None
    review, _ = due
    at = local_time(state, review_instant(review, state.zone))
    is_late = review_instant(review, state.zone) <= now
    when = f"the review was due on {at} and opens now" if is_late else f"it is held on {at}"
    why = "you speak for a side of this agreement, and both sides look back together"
    step = "Read the pack: the review is open." if is_late else f"Read the pack before the review on {at}."
    return Happening(
        state=with_life(state, prepared=review.no),
        fact=Fact.REVIEW_PREPARED,
        sentence=f"The pack of review {review.no} went out to both sides; {when}.",
        notices=tell(both_sides(state), LetterKind.REVIEW_PACK, why, step),
    )


def open_scheduled(state: AgreementState, now: datetime) -> Happening:
    """The time of a scheduled review has come. One that is still open gives way to it, with its changes."""
    due = opens_at(state)
    assert due is not None
    review, _ = due
    life = life_of(state)
    left = life.review
    no = str(review.no)
    changes = {"last_review": review.no, "prepared": max(life.prepared, review.no), "review": _opened(no, now)}
    if left is not None:
        changes["closed_reviews"] = life.closed_reviews + 1
    never = f" Review {left.no} was never concluded." if left else ""
    return Happening(
        state=with_life(state, **changes), fact=Fact.REVIEW_OPENED, sentence=f"Review {no} is open.{never}"
    )


def _opened(no: str, now: datetime) -> OpenReview:
    return OpenReview(no=no, opened_at=now)


def open_at_once(state: AgreementState, now: datetime) -> AgreementState:
    """The state with an open review: the one that is open already, or one beside the schedule. One that is overdue
    gives way to it, or nobody would be asked any more."""
    life, left = life_of(state), life_of(state).review
    if left is not None and not left.is_overdue:
        return state
    extra, closed = life.extra_reviews + 1, life.closed_reviews + (1 if left else 0)
    return with_life(state, extra_reviews=extra, review=_opened(f"x{extra}", now), closed_reviews=closed)


def awaited(state: AgreementState) -> tuple[Awaited, ...]:
    """The managers, until one of them says what came of the open review."""
    review = life_of(state).review
    if review is None:
        return ()
    return tuple(Awaited(email, Verb.CONCLUDE_REVIEW, review.no) for email in managers(state))


def overdue(state: AgreementState, wait: Wait, now: datetime) -> Happening:
    """Nobody has concluded the review: it is overdue, which is a risk until it is concluded or the next one comes."""
    review = life_of(state).review
    assert review is not None
    state = with_life(state, review=review.model_copy(update={"is_overdue": True}))
    waits = tuple(
        each.model_copy(update={"due": None}) if each.verb is Verb.CONCLUDE_REVIEW else each for each in state.waits
    )
    to = (*managers(state), *(person.email for person in state.people.with_role(Role.ESCALATION)))
    step = f"Hold review {review.no} and conclude it: until then every list shows it as a risk."
    notice = Notice(
        kind=LetterKind.REVIEW_OVERDUE,
        to="",
        why="you manage this agreement, or help where nobody answers",
        next_step=step,
        verb=Verb.CONCLUDE_REVIEW,
        subject=review.no,
    )
    return Happening(
        state=state.model_copy(update={"waits": waits}),
        fact=Fact.REVIEW_OVERDUE,
        sentence=f"Review {review.no} is overdue: nobody has concluded it since {local_time(state, review.opened_at)}.",
        notices=tuple(notice.model_copy(update={"to": email}) for email in dict.fromkeys(to)),
    )


def may_conclude(state: AgreementState, email: str, now: datetime) -> None:
    """A review is open."""
    life = life_of(state)
    if life.review is None:
        due = opens_at(state)
        following = f"review {due[0].no} opens on {local_time(state, due[1])}" if due else "none is ahead"
        last = life.held[-1] if life.held else None
        before = f" (review {last.no} was concluded on {day_at(last.at, state.zone)})" if last else ""
        raise NotPossible(f"no review of {state.number} is open{before}; {following}")


def conclude_review(state: AgreementState, command: ConcludeReview, now: datetime) -> Happening:
    """What came of it. Renegotiating and raising begin an amendment; an end takes a case of the CRM as well."""
    _refuse_another(state, command.review)
    proposed = results.proposals(state) if command.outcome is ReviewOutcome.RAISE_TARGET else ()
    state = _closed(state, command, now)
    if command.outcome in {ReviewOutcome.RENEGOTIATE, ReviewOutcome.RAISE_TARGET}:
        state = amendment.begin(state, command.review, proposed, now)
    who = state.people.name_of(command.by)
    return Happening(
        state=state,
        fact=Fact.REVIEW_CONCLUDED,
        by=command.by,
        reason=command.reason,
        sentence=f"{who} concluded review {command.review}: to {command.outcome.words}. Satisfaction: provider "
        f"{command.provider_satisfaction}, customer {command.customer_satisfaction} of 5."
        f"{_set_going(state, command.outcome, proposed)}",
        notices=_conclusion(state, command),
    )


def _refuse_another(state: AgreementState, no: str) -> None:
    life = life_of(state)
    review = life.review
    assert review is not None
    if review.no == no:
        return
    if any(each.no == no for each in life.held):
        raise AlreadyDone(f"review {no} is concluded already; review {review.no} is open")
    raise NotPossible(f"review {no} is not open; review {review.no} is")


def _closed(state: AgreementState, command: ConcludeReview, now: datetime) -> AgreementState:
    life = life_of(state)
    held = HeldReview(
        no=command.review,
        at=now,
        outcome=command.outcome,
        provider_satisfaction=command.provider_satisfaction,
        customer_satisfaction=command.customer_satisfaction,
    )
    kept = (*life.held, held)[-MOST_KEPT:]
    return with_life(state, review=None, held=kept, closed_reviews=life.closed_reviews + 1, changes=())


def _set_going(state: AgreementState, outcome: ReviewOutcome, proposed: tuple[Proposal, ...]) -> str:
    if outcome is ReviewOutcome.TERMINATE:
        return " The agreement goes on until a termination is opened for a case of the CRM."
    if outcome is ReviewOutcome.KEEP or state.amendment is None:
        return ""
    levels = f" with {counted(len(proposed), 'proposed level')}" if proposed else ""
    return f" Amendment {state.amendment.no} begins{levels}."


def _conclusion(state: AgreementState, command: ConcludeReview) -> tuple[Notice, ...]:
    changes = command.outcome in {ReviewOutcome.RENEGOTIATE, ReviewOutcome.RAISE_TARGET}
    kind = LetterKind.AMENDMENT_BEGUN if changes else LetterKind.REVIEW_CONCLUDED
    why = "you speak for a side of this agreement"
    notices = tell(both_sides(state), kind, why, but=command.by)
    if command.outcome is not ReviewOutcome.TERMINATE:
        return notices
    step = "Open the termination with the number of its CRM case, if it is to end."
    accounts = {person.email for person in state.people.with_role(Role.ACCOUNT_MANAGER)}
    kept = tuple(each for each in notices if each.to not in accounts)
    return (
        *kept,
        *tell(tuple(sorted(accounts)), kind, "you open terminations through the CRM", step, command=opening("SIDE")),
    )
