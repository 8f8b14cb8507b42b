"""A termination right that arises: offered to the side that holds it, never executed by itself. Source: TER-3.

Where the misses that it came from are stated away, it is withdrawn, and both sides are told. Where a termination that
its side has asked for is under way, nothing is undone: what becomes of that one, people decide.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from sla.agreement import AgreementState, life_of, with_life
from sla.ending_commands import OfferRight
from sla.errors import NotPossible
from sla.events import Fact
from sla.findings import Finding, FoundRight
from sla.happening import Happening
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.life import Right, Termination
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


def arise(state: AgreementState, side: Side, ground: str, until: date, found: str | None = None) -> Happening:
    """The right stands until a day that is ahead, and both sides are told."""
    life = life_of(state)
    right = Right(no=life.rights_arisen + 1, side=side, ground=ground, until=until, found=found)
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
    asked = _asked_for(state, right)
    used = f"; the {right.side} has asked for termination {asked.case}" if asked else ", unused"
    state = with_life(state, rights=tuple(each for each in life.rights if each.no != right.no))
    return Happening(
        state=state,
        fact=Fact.RIGHT_EXPIRED,
        reason=right.ground,
        sentence=f"Termination right {right.no} of the {right.side} expired on {right.until}{used}.",
        notices=() if asked else tell(both_sides(state), LetterKind.RIGHT_EXPIRED, "you were told of this right"),
    )


def _asked_for(state: AgreementState, right: Right) -> Termination | None:
    """The termination under way that the side of a right has asked for."""
    open_ = life_of(state).termination
    return open_ if open_ is not None and open_.requested_by is right.side else None


# -- a ground that was stated away


class Lost(NamedTuple):
    """What becomes of rights after a restatement."""

    state: AgreementState
    withdrawn: tuple[Right, ...] = ()
    used: tuple[Right, ...] = ()
    """A termination rests on them, so they stay."""
    words: str = ""


def without_lost(state: AgreementState, finding: Finding) -> Lost:
    """The rights that a restatement does not find any more are withdrawn; those that only rest stay on offer."""
    lost, rest = (_named(state, finding.period, each) for each in (finding.lost, finding.resting))
    used = tuple(each for each in lost if _asked_for(state, each) is not None)
    withdrawn = tuple(each for each in lost if each not in used)
    words = (
        *(f" {_name(each)} is withdrawn: the misses that stand do not give it." for each in withdrawn),
        *(_used_words(state, each) for each in used),
        *(f" {_name(each)} rests: a figure that it comes from is disputed. It stays on offer." for each in rest),
    )
    kept = tuple(
        each.model_copy(update={"is_groundless": True}) if each in used else each
        for each in life_of(state).rights
        if each not in withdrawn
    )
    return Lost(with_life(state, rights=kept), withdrawn, used, "".join(words))


def _named(state: AgreementState, period: str, rights: tuple[FoundRight, ...] | None) -> tuple[Right, ...]:
    found = {each.told_as(period) for each in rights or ()}
    return tuple(each for each in life_of(state).rights if each.found in found)


def _name(right: Right) -> str:
    return f"Termination right {right.no} of the {right.side}"


def _used_words(state: AgreementState, right: Right) -> str:
    termination = _asked_for(state, right)
    assert termination is not None
    return (
        f" {_name(right)} has lost its ground: the misses that stand do not give it. Termination {termination.case}, "
        f"which the {right.side} has asked for, goes on until somebody withdraws it."
    )


def without_groundless(state: AgreementState) -> Lost:
    """No termination rests on them any more, so the rights whose ground was stated away are withdrawn."""
    rights = life_of(state).rights
    withdrawn = tuple(each for each in rights if each.is_groundless)
    words = "".join(f" {_name(each)} is withdrawn: its ground was stated away." for each in withdrawn)
    kept = tuple(each for each in rights if not each.is_groundless)
    return Lost(with_life(state, rights=kept), withdrawn, words=words)
