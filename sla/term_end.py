"""What the end of a term brings: it renews, or the agreement is in force no more. Source: AME-3, TER-2."""

from datetime import date, datetime

from sla.agreement import AgreementState, Ending, edition_of, life_of, with_life
from sla.events import Fact
from sla.fees_in_force import fees_kept, price_of
from sla.happening import Happening
from sla.letter_kinds import LetterKind
from sla.life import MOST_KEPT, Life
from sla.monthly_fees import with_fee
from sla.parties import both_sides, tell
from sla.price_revision import revised_fee
from sla.renewal import end_of, mode_of, renews
from sla.stages import Stage
from sla.term import Term, day_at, start_of_day
from sla.terms import RenewalMode


def end_term(state: AgreementState, now: datetime) -> Happening:
    """At the end: the term renews, or the agreement ends."""
    return _renew(state) if renews(state) else _expire(state, now)


def _renew(state: AgreementState) -> Happening:
    life, end = life_of(state), end_of(state)
    fee = revised_fee(state)
    following = end_of(state, 1)
    kept = fees_kept(life, price_of(edition_of(state).terms), state.zone)
    changes: dict[str, object] = {
        "renewals": life.renewals + 1,
        "renewal_agreed": (),
        "index": None,
        "fee": fee,
        "fees": with_fee(kept, fee, start_of_day(end, state.zone)),
    }
    if life.moved_days:
        changes |= _counted_from(end, life)
    moved = f" The monthly fee is {fee} from now on; it was {life.fee}." if fee != life.fee else ""
    return Happening(
        state=with_life(state, **changes),
        fact=Fact.RENEWED,
        sentence=f"The term renewed on {end}, until {following}.{moved}",
        notices=tell(both_sides(state), LetterKind.RENEWED, "you speak for a side of this agreement, which goes on"),
    )


def _counted_from(end: date, life: Life) -> dict[str, object]:
    """The renewal of a term whose end suspensions have moved: from now on the moved end is the anchor."""
    return {
        "term": Term(anchor=end, months=0, renewal=life.term.renewal),
        "moved_days": 0,
        "renewals": 1,
        "renewals_before": life.renewals_before + life.renewals,
        "announced": max(life.announced - life.renewals, 0),
    }


def _expire(state: AgreementState, now: datetime) -> Happening:
    end, notice = end_of(state), life_of(state).notice
    at = max(start_of_day(end, state.zone), life_of(state).in_force[-1].since)
    if notice is not None:
        who = state.people.name_of(notice.by)
        why = f"{who} gave notice on {day_at(notice.at, state.zone)}"
    elif mode_of(state) is RenewalMode.EXPRESS:
        why = "its renewal was not agreed in time"
    else:
        why = "its terms know no renewal"
    open_ = life_of(state).termination
    overtaken = f" Termination {open_.case} never took effect." if open_ else ""
    state = with_life(state, termination=None)
    return ended(state, Fact.TERM_ENDED, f"The term ended on {end}: {why}.{overtaken}", why, at)


def ended(state: AgreementState, fact: Fact, sentence: str, why: str, at: datetime) -> Happening:
    """The agreement is in force no more, from an instant on; what follows is the ordered stop."""
    spans = life_of(state).in_force
    closed = tuple(each.model_copy(update={"until": at}) if each.until is None else each for each in spans)
    kept = tuple(each for each in closed if each.until is None or each.since < each.until)
    over = _over(state)
    waits = (*state.waits, *(state.amendment.waits if state.amendment else ()))  # whoever was waited for is told
    rested = life_of(state).suspension
    rests = (*life_of(state).suspensions, rested.model_copy(update={"over_at": at})) if rested else None
    state = with_life(state, ended_at=at, in_force=kept, coming=None, review=None)
    if rests is not None:
        state = with_life(state, suspension=None, suspensions=rests[-MOST_KEPT:])
    return Happening(
        state=state.model_copy(update={"amendment": None, "waits": waits}),
        fact=fact,
        sentence=f"{sentence}{over}",
        reason=why,
        goto=Stage.ENDING,
        ending=Ending(by="system", why=why, at=at),
    )


def _over(state: AgreementState) -> str:
    """What is over with the agreement: its amendment, or an edition that was signed and did not take effect."""
    coming = life_of(state).coming
    if coming is not None:
        return f" Edition {coming.edition.no} never took effect."
    return f" Amendment {state.amendment.no} is over with it." if state.amendment else ""
