"""The end of a term as it stands, and whether the term goes on then; the renewal that both sides agree to. AME-3.

The current end is counted from one anchor, moved by the days of suspensions, and every deadline is computed from it.
Whether the term goes on is asked at the end, not before. What then happens stands in `term_end`.
"""

from datetime import date, datetime, timedelta

from sla.agreement import AgreementState, life_of, with_life
from sla.commands import AgreeRenewal
from sla.errors import AlreadyDone, NotPossible
from sla.events import Fact
from sla.happening import Happening
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.parties import both_sides, side_that_speaks, speakers_of, tell
from sla.term import day_at, end_after, months_after, notice_deadline, start_of_day
from sla.terms import RenewalMode

_DAY = timedelta(days=1)


def end_of(state: AgreementState, further: int = 0) -> date:
    """The day on which the running term ends (outside), or the one that many renewals later.

    Ends are counted from the anchor of the term; once suspensions have moved one, those after it count from there.
    """
    life = life_of(state)
    if not life.moved_days:
        return end_after(life.term, life.renewals + further)
    moved = end_after(life.term, life.renewals) + timedelta(days=life.moved_days)
    return months_after(moved, further * (life.term.renewal.renewal_months or 0))


def ends_on(state: AgreementState) -> date:
    """The day (outside) on which it ends, as lists show it: that of the period before it is in force, then that of the
    running term, then the one on which it has ended."""
    if state.life is None:
        return state.period.end
    return day_at(state.life.ended_at, state.zone) if state.life.ended_at else end_of(state)


def mode_of(state: AgreementState) -> RenewalMode:
    """How the term renews."""
    return life_of(state).term.renewal.mode


def renews(state: AgreementState) -> bool:
    """Whether the term goes on at its end, as things stand."""
    life = life_of(state)
    if mode_of(state) is RenewalMode.TACIT:
        return life.notice is None or end_of(state) < life.notice.end
    return mode_of(state) is RenewalMode.EXPRESS and set(life.renewal_agreed) == set(Side)


def last_end(state: AgreementState) -> date | None:
    """The day on which it ends by itself as things stand; None where it goes on until somebody gives notice."""
    notice = life_of(state).notice
    if mode_of(state) is RenewalMode.TACIT:
        return notice.end if notice else None
    return end_of(state, 1 if renews(state) else 0)


def deadline_for(state: AgreementState, further: int = 0) -> date | None:
    """The day by which it is too late to decide about an end; None where nothing is to decide."""
    months = life_of(state).term.renewal.notice_months
    return notice_deadline(end_of(state, further), months) if months is not None else None


def _refuse_another_end(state: AgreementState, named: date, end: date) -> None:
    if named != end:
        raise NotPossible(f"the term of {state.number} does not end on {named}; its end is {end}")


def may_agree_renewal(state: AgreementState, email: str, now: datetime) -> None:
    """The term renews expressly, its deadline is ahead, and this side has not agreed yet."""
    if mode_of(state) is not RenewalMode.EXPRESS:
        way = "renews by itself" if mode_of(state) is RenewalMode.TACIT else "does not renew"
        raise NotPossible(f"the term of {state.number} {way}; there is no renewal to agree to")
    if side_that_speaks(state, email) in life_of(state).renewal_agreed:
        raise AlreadyDone(f"your side has agreed to renew after {end_of(state)} already; nothing is left to do")
    deadline = deadline_for(state)
    if deadline is not None and now >= start_of_day(deadline, state.zone):
        raise NotPossible(
            f"the last day to agree on the renewal was {deadline - _DAY}; {state.number} ends on {end_of(state)}"
        )


def agree_renewal(state: AgreementState, command: AgreeRenewal, now: datetime) -> Happening:
    """One side agrees; with both, the term renews at its end."""
    end = end_of(state)
    _refuse_another_end(state, command.end, end)
    side = side_that_speaks(state, command.by)
    agreed = (*life_of(state).renewal_agreed, side)
    state = with_life(state, renewal_agreed=agreed)
    both = set(agreed) == set(Side)
    who = state.people.name_of(command.by)
    rest = f"it renews until {end_of(state, 1)}" if both else f"the {side.other} has still to agree"
    step = None if both else "Agree to the renewal too, if your side wants it, before the deadline."
    why = "the renewal of this agreement takes the word of both sides"
    to = both_sides(state) if both else speakers_of(state, side.other)
    return Happening(
        state=state,
        fact=Fact.RENEWAL_AGREED,
        by=command.by,
        sentence=f"{who} agreed for the {side} to renew after {end}; {rest}.",
        notices=tell(
            to,
            LetterKind.RENEWAL_AGREED,
            why,
            step,
            but=command.by,
            command=() if both else ("agree-renewal", "--end", str(end)),
        ),
    )
