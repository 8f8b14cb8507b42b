"""A termination right that arises: offered to the side that holds it, never executed by itself. Source: TER-3."""

from datetime import date, datetime, timedelta

from sla.agreement import AgreementState, life_of, with_life
from sla.commands import OfferRight
from sla.errors import NotPossible
from sla.events import Fact
from sla.happening import Happening
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.life import Right
from sla.parties import both_sides, opening, speakers_of, tell
from sla.term import day_at

MOST_RIGHTS = 20


def offer_right(state: AgreementState, command: OfferRight, now: datetime) -> Happening:
    """A termination right arose: the side that holds it is told, and decides."""
    today = day_at(now, state.zone)
    if command.until <= today:
        raise NotPossible(f"the right would end on {command.until}, which is not ahead; a later day is expected")
    if len(life_of(state).rights) >= MOST_RIGHTS:
        raise NotPossible(f"{MOST_RIGHTS} open rights are the most; wait until one expires")
    happening = arise(state, command.side, command.ground, command.until)
    return happening.model_copy(update={"by": command.by})


def arise(state: AgreementState, side: Side, ground: str, until: date) -> Happening:
    """The right stands until a day that is ahead, and both sides are told."""
    life = life_of(state)
    right = Right(no=life.rights_arisen + 1, side=side, ground=ground, until=until)
    state = with_life(state, rights=(*life.rights, right), rights_arisen=right.no)
    last = until - timedelta(days=1)
    step = f"Decide until {last} whether to use it; a termination is opened for a case of the CRM."
    return Happening(
        state=state,
        fact=Fact.RIGHT_AROSE,
        reason=ground,
        sentence=f"A termination right of the {side} arose; it can be used until {last}.",
        notices=(
            *tell(
                speakers_of(state, side),
                LetterKind.RIGHT_OFFERED,
                "your side holds this right",
                step,
                command=opening(side) if side is Side.PROVIDER else (),
            ),
            *tell(speakers_of(state, side.other), LetterKind.RIGHT_OFFERED, "the other side holds this right"),
        ),
    )


def expire_right(state: AgreementState, now: datetime) -> Happening:
    """The right that ends first was not used in time; or its side has asked for a termination that is open still."""
    life = life_of(state)
    right = min(life.rights, key=lambda each: (each.until, each.no))
    asked = life.termination if life.termination and life.termination.requested_by is right.side else None
    used = f"; the {right.side} has asked for termination {asked.case}" if asked else ", unused"
    state = with_life(state, rights=tuple(each for each in life.rights if each.no != right.no))
    return Happening(
        state=state,
        fact=Fact.RIGHT_EXPIRED,
        reason=right.ground,
        sentence=f"Termination right {right.no} of the {right.side} expired on {right.until}{used}.",
        notices=() if asked else tell(both_sides(state), LetterKind.RIGHT_EXPIRED, "you were told of this right"),
    )
