"""What comes by itself until somebody acts, foreseen with the agreement's own rules. Pure.

The engine plays all of it; the rehearsal only has to know where to stop its clock, and what must be in the record by
then. Source: SEE-2.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from rehearsal.moments import Anchor, whole_minute
from rehearsal.occasions import Occasion, happened
from rehearsal.script import Act, Script
from sla import transitions
from sla.agreement import AgreementState
from sla.ending import STOP
from sla.living import coming_up, next_due
from sla.stages import Stage

AFTERMATH = timedelta(days=1)
"""How long a renewal is looked at that nothing follows."""

Over = Callable[[datetime], bool]


class Foreseen(NamedTuple):
    """Up to the next act, or to the end of the rehearsal where nobody acts any more."""

    act: Act | None
    state: AgreementState
    """Just before the act."""
    known: tuple[Occasion, ...]
    entries: dict[int, datetime]
    """When each entry of the record is written that comes before the act."""


def foresee(state: AgreementState, known: tuple[Occasion, ...], script: Script) -> Foreseen:
    """Plays on, with nobody acting, until somebody does or the rehearsal is over.

    In one minute, what comes by itself comes first, and nobody acts before the next: the engine's milliseconds decide
    nothing.
    """
    entries: dict[int, datetime] = {}
    seq, reached = state.head.seq, script.now
    while not state.stage.is_end:
        if state.stage is Stage.ENDING:
            ended = state.ending.at if state.ending else script.now
            entries |= {seq + count: ended for count in range(1, len(STOP) + 1)}
            break
        act, due = script.coming(state, known, reached), next_due(state)
        acts_first = act is not None and (due is None or act.at < whole_minute(due))
        at = act.at if act is not None and acts_first else due
        if at is None or _is_over(at, state, known, script):
            break
        if acts_first:
            return Foreseen(act, state, known, entries)
        after = _by_itself(state, at)
        known, state, seq, reached = (*known, *happened(state, after, at)), after, seq + 1, whole_minute(at)
        entries[seq] = at
    return Foreseen(None, state, known, entries)


def _by_itself(state: AgreementState, at: datetime) -> AgreementState:
    due = coming_up(state)
    return transitions.silent(state, due, at) if due is not None else transitions.silence(state, at).state


def _is_over(at: datetime, state: AgreementState, known: tuple[Occasion, ...], script: Script) -> bool:
    """Beyond the end that the scenario states; without one, beyond a renewal that nothing else follows."""
    if script.scenario.until is not None:
        return at > script.scenario.until
    life = state.life
    if life is None or life.notice or life.termination or script.left_over:
        return False
    renewals = (each.at for each in known if each.anchor is Anchor.RENEWAL and each.at > script.last)
    first = next(renewals, None)
    return first is not None and at > first + AFTERMATH
