"""Our own work on an agreement as work items: what the register knows of drafting, approving, reporting and correcting.

So our own times are judged by the same engine as the service's. Pure: events and instants in, rows of evidence out, the
same keys for the same facts. It knows nothing of limits; the rules are those of `sla/work_items.py`. Source: MON-13.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from sla.events import Event, Fact
from sla.evidence import ItemDoes, ItemEvent
from sla.stages import Stage
from sla.targets import Process

SOURCE = "register"
_BEGINS = re.compile(r" Amendment ([0-9]+) begins( with [^.]*)?\.$")
"""The end of the sentence of a concluded review that sets an amendment going: that event alone tells it."""
_IS_OVER = "nothing is left to be done: the paper came to its end"
_IS_VOID = "nothing is left to be done: what was missed was stated away"


_OVER = frozenset({Stage.WITHDRAWN, Stage.LAPSED, Stage.ENDING, Stage.TERMINATED, Stage.EXPIRED})
"""Nobody decided anything. A paper that is declined was decided on."""


class Reported(NamedTuple):
    """A period, and when its statement was made, if it was."""

    period: str
    ends_at: datetime
    stated_at: datetime | None


class Corrected(NamedTuple):
    """A corrective action, and when it was verified, or closed as void, if it was."""

    no: str
    opened_at: datetime
    closed_at: datetime | None
    void_at: datetime | None = None


class _Move(NamedTuple):
    """A paper enters a stage: the contract's own, or an amendment's."""

    paper: str
    left: Stage | None
    entered: Stage
    event: Event

    @property
    def is_over(self) -> bool:
        """Whether nobody will ever go on with it."""
        return self.entered in _OVER


def drafting(events: Iterable[Event]) -> tuple[ItemEvent, ...]:
    """One item for each paper: opened when drafting is entered, resolved when the draft is submitted.

    A paper that is sent back reopens it, so that its clock goes on with the time already spent. A paper that ends while
    it is drafted, because somebody withdrew it or the agreement ended, rests for ever: nobody is late with it.
    """
    found, begun = list[ItemEvent](), set[str]()
    for move in _moves(events):
        item = f"{Process.DRAFT}/{move.paper}"
        if move.entered is Stage.DRAFTING:
            found.append(_did(item, ItemDoes.REOPENED if item in begun else ItemDoes.OPENED, move.event))
            begun.add(item)
        elif move.left is Stage.DRAFTING:
            found.append(_left(item, move))
    return tuple(found)


def approving(events: Iterable[Event]) -> tuple[ItemEvent, ...]:
    """One item for each time that a paper comes to its approvers: until it is approved in full, sent back, or declined.

    What comes again, with another edition or after a signature that failed, is approved anew: an item of its own.
    """
    found, rounds = list[ItemEvent](), Counter[str]()
    for move in _moves(events):
        if move.entered is Stage.APPROVING:
            rounds[move.paper] += 1
            found.append(_did(_approval(move.paper, rounds), ItemDoes.OPENED, move.event))
        elif move.left is Stage.APPROVING:
            found.append(_left(_approval(move.paper, rounds), move))
    return tuple(found)


def reporting(periods: Iterable[Reported]) -> tuple[ItemEvent, ...]:
    """One item for each period: from its end to its statement."""
    rows = (_lasted(f"{Process.REPORT}/{each.period}", each.ends_at, each.stated_at) for each in periods)
    return tuple(chain.from_iterable(rows))


def correcting(actions: Iterable[Corrected]) -> tuple[ItemEvent, ...]:
    """One item for each corrective action: from its opening until it is verified. One that is void rests from then on:
    nobody is late with it."""
    return tuple(chain.from_iterable(map(_corrected, actions)))


def _corrected(action: Corrected) -> Iterator[ItemEvent]:
    item = f"{Process.CORRECT}/{action.no}"
    yield from _lasted(item, action.opened_at, action.closed_at)
    if action.void_at is not None:
        paused = ItemDoes.PAUSED
        yield ItemEvent(
            source=SOURCE, key=f"{item}/{paused}", item=item, does=paused, at=action.void_at, reason=_IS_VOID
        )


def _moves(events: Iterable[Event]) -> Iterator[_Move]:
    """What the chain tells of each paper. An amendment begins with a review, and falls when a termination is opened."""
    paper, stage = "contract", None
    for event in events:
        begins = _BEGINS.search(event.sentence) if event.fact is Fact.REVIEW_CONCLUDED else None
        if begins:
            paper, stage = f"amendment-{begins[1]}", None
        entered = Stage.DRAFTING if begins else _stage_of(paper, event)
        if entered is not None and entered is not stage:
            yield _Move(paper, stage, entered, event)
            stage = entered


def _stage_of(paper: str, event: Event) -> Stage | None:
    """Where the paper stands after an event; None where the event is not about it."""
    if paper == "contract" or event.amending is not None:
        return event.amending or event.stage
    is_stopped = event.fact is Fact.TERMINATION_OPENED or event.stage is not Stage.ACTIVE
    return Stage.ENDING if is_stopped else None


def _approval(paper: str, rounds: Counter[str]) -> str:
    return f"{Process.APPROVE}/{paper}/{rounds[paper]}"


def _left(item: str, move: _Move) -> ItemEvent:
    """The work is done; or nobody has it any more."""
    if move.is_over:
        return _did(item, ItemDoes.PAUSED, move.event, _IS_OVER)
    return _did(item, ItemDoes.RESOLVED, move.event)


def _did(item: str, does: ItemDoes, event: Event, reason: str | None = None) -> ItemEvent:
    return ItemEvent(source=SOURCE, key=f"{item}/{does}/{event.seq}", item=item, does=does, at=event.at, reason=reason)


def _lasted(item: str, opened_at: datetime, done_at: datetime | None) -> Iterator[ItemEvent]:
    for does, at in ((ItemDoes.OPENED, opened_at), (ItemDoes.RESOLVED, done_at)):
        if at is not None:
            yield ItemEvent(source=SOURCE, key=f"{item}/{does}", item=item, does=does, at=at)
