"""Suspension and reinstatement: the service rests for a bounded time, and the end may move by it. Source: TER-4."""

from datetime import datetime, timedelta

from sla.agreement import AgreementState, edition_of, life_of, with_life
from sla.ending_commands import Reinstate, Suspend
from sla.errors import AlreadyDone, NotPossible
from sla.events import Fact
from sla.happening import Happening
from sla.letter_kinds import LetterKind
from sla.life import MOST_KEPT, Suspended
from sla.notice import rewound
from sla.parties import both_sides, tell
from sla.renewal import end_of, last_end
from sla.term import day_at
from sla.terms import SuspensionRule


def rule_of(state: AgreementState) -> SuspensionRule:
    """What the terms say about suspensions."""
    return edition_of(state).terms.suspension or SuspensionRule()


def may_suspend(state: AgreementState, email: str, now: datetime) -> None:
    """The term has begun, and nothing is suspended."""
    life = life_of(state)
    if life.suspension is not None:
        raise AlreadyDone(f"{state.number} is suspended already, until {life.suspension.until}; reinstate it first")
    if not life.has_begun:
        raise NotPossible(f"the term of {state.number} begins on {state.period.start}; there is nothing to suspend yet")


def suspend(state: AgreementState, command: Suspend, now: datetime) -> Happening:
    """The service rests from now until the beginning of a local day, at the longest as the terms allow."""
    today, rule = day_at(now, state.zone), rule_of(state)
    latest = today + timedelta(days=rule.longest_days)
    if command.until <= today:
        raise NotPossible(
            f"the suspension would be over on {command.until}, which is not ahead; a later day is expected"
        )
    if command.until > latest:
        raise NotPossible(
            f"a suspension lasts at most {rule.longest_days} days by the terms; a day until {latest} is expected"
        )
    end = last_end(state)
    if not rule.extends_term and end is not None and command.until > end:
        raise NotPossible(f"the term of {state.number} ends on {end}; a day until then is expected")
    suspension = Suspended(by=command.by, since=now, until=command.until, moves_end=rule.extends_term)
    state = _moved(with_life(state, suspension=suspension), (command.until - today).days, now)
    return Happening(
        state=state,
        fact=Fact.SUSPENDED,
        by=command.by,
        reason=command.reason,
        sentence=f"{state.people.name_of(command.by)} suspended the agreement until {command.until}.{_end_said(state)}",
        notices=tell(both_sides(state), LetterKind.SUSPENDED, "you speak for a side of this agreement", but=command.by),
    )


def may_reinstate(state: AgreementState, email: str, now: datetime) -> None:
    """The agreement is suspended."""
    if life_of(state).suspension is None:
        raise NotPossible(f"{state.number} is not suspended; there is nothing to reinstate")


def reinstate(state: AgreementState, command: Reinstate, now: datetime) -> Happening:
    """The service resumes early; the end moves by the days that were really suspended only."""
    who = state.people.name_of(command.by)
    happening = _resumed(state, f"{who} reinstated the agreement.", now, command.by)
    return happening.model_copy(update={"by": command.by, "reason": command.reason})


def resume(state: AgreementState, now: datetime) -> Happening:
    """The day has come: the service resumes by itself."""
    return _resumed(state, "The suspension is over, and the agreement is reinstated.", now)


def _resumed(state: AgreementState, sentence: str, now: datetime, by: str = "") -> Happening:
    life = life_of(state)
    suspension = life.suspension
    assert suspension is not None
    days = (min(day_at(now, state.zone), suspension.until) - day_at(suspension.since, state.zone)).days
    state = _moved(state, days, now)
    over = suspension.model_copy(update={"over_at": now, "moved_days": days if suspension.moves_end else 0})
    state = with_life(state, suspension=None, suspensions=(*life.suspensions, over)[-MOST_KEPT:])
    why = "you speak for a side of this agreement"
    return Happening(
        state=state,
        fact=Fact.REINSTATED,
        sentence=sentence + _end_said(state),
        notices=tell(both_sides(state), LetterKind.REINSTATED, why, but=by),
    )


def _moved(state: AgreementState, days: int, now: datetime) -> AgreementState:
    """The end moved by the days of the running suspension, where the terms say so; never counted twice."""
    life = life_of(state)
    suspension = life.suspension
    if suspension is None or not suspension.moves_end:
        return state
    change = days - suspension.moved_days
    notice = life.notice
    if notice is not None:
        notice = notice.model_copy(update={"end": notice.end + timedelta(days=change)})
    moved = with_life(
        state,
        suspension=suspension.model_copy(update={"moved_days": days}),
        moved_days=life.moved_days + change,
        revision=life.revision + (1 if change else 0),
        notice=notice,
    )
    return rewound(moved, now) if change else moved


def _end_said(state: AgreementState) -> str:
    return f" The term ends on {end_of(state)}." if rule_of(state).extends_term else ""
