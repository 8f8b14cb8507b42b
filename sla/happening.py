"""What a verb, or silence, causes: the new state and the fact. `transitions` does the bookkeeping around it."""

from typing import NamedTuple

from sla.agreement import SYSTEM, AgreementState, Ending, Wait
from sla.events import Certificate, Fact
from sla.fields import Value
from sla.letters import Notice
from sla.stages import Stage


class Happening(Value):
    """One thing that happens to an agreement. `goto` moves it to another stage; `ending` closes it."""

    state: AgreementState
    fact: Fact
    sentence: str
    by: str = SYSTEM
    on_behalf_of: str | None = None
    reason: str | None = None
    goto: Stage | None = None
    ending: Ending | None = None
    notices: tuple[Notice, ...] = ()
    action: int | None = None
    """The corrective action that it opens."""
    voids: tuple[int, ...] | None = None
    """The corrective actions that it closes as void, where it does."""
    withdraws: tuple[int, ...] | None = None
    """The termination rights that it withdraws, where it does."""
    certificate: Certificate | None = None


class Advance(NamedTuple):
    """A state that has moved on, with whoever is newly waited for, and the paper that it is about."""

    state: AgreementState
    about: AgreementState
    newcomers: tuple[Wait, ...]
    amendments_newcomers: tuple[Wait, ...]


def counted(number: int, noun: str) -> str:
    """`1 requirement`, `7 requirements`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


MOST_IN_SHORT = 500


def in_short(text: str) -> str:
    """The beginning of somebody's words, where the state keeps them and the record has them whole."""
    return text if len(text) <= MOST_IN_SHORT else f"{text[: MOST_IN_SHORT - 4].rstrip()} ..."
