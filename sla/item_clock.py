"""When the clock of a work item runs: its events, in whatever order they came, made into one course. Source: MON-2.

Knows what each event does to the clock and what is odd about it; nothing of hours, limits and periods, which are
`sla/work_items.py`'s. What is odd is told as a fault and is never fatal. The rules, with worked examples:
docs/conventions.md.

- An item begins with its first opening; a second one, and whatever comes before the first, counts for nothing.
- It is answered with its first response, or with its first resolution where nobody responded before.
- The clocks rest while it is paused for one reason or several, and from a resolution until the next reopening.
- A resumption that names one of the reasons ends that pause; any other ends them all, and so do a resolution and a
  reopening. What is never resumed rests until one of these.
- After a resolution only a reopening counts; a new priority then counts from the reopening on.
- At one instant: opened, reopened, resumed, priority changed, responded, paused, resolved. A pause or a resolution that
  is ended at its own instant is one of no length, and the item goes on; a resumption that names the reason of a pause
  which begins at its instant ends that pause, and no other.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from sla.evidence import ItemDoes, ItemEvent

_ORDER = {does: position for position, does in enumerate(ItemDoes)}


class Step(NamedTuple):
    """How the item stands from an instant on, until its next step."""

    at: datetime
    priority: str | None
    is_paused: bool
    resolved_at: datetime | None
    """Since when it is resolved; None while it is open."""

    @property
    def runs(self) -> bool:
        """Whether its clocks run: it is open and nothing holds it."""
        return self.resolved_at is None and not self.is_paused


class Course(NamedTuple):
    """What has become of an item: cut at any instant, it is the course that was known then."""

    steps: tuple[Step, ...]
    """In order; none where the item was never opened."""
    answered_at: datetime | None
    """Its first response or resolution."""
    faults: tuple[str, ...]
    """What is odd, in sentences."""


def in_order(events: Iterable[ItemEvent]) -> tuple[ItemEvent, ...]:
    """By instant; at one instant by the order of `ItemDoes`, then by key and source."""
    return tuple(sorted(events, key=lambda event: (event.at, _ORDER[event.does], event.key, event.source)))


def course_of(events: tuple[ItemEvent, ...]) -> Course:
    """The course of one item, from its events in order."""
    walk = _Walk()
    for _, together in groupby(events, key=lambda event: event.at):
        walk.take(tuple(together))
    if not walk.steps:
        return Course((), None, ("it was never opened: it is not judged",))
    return Course(tuple(walk.steps), walk.answered_at, tuple(walk.faults))


class _Walk:
    """The item between two events."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.faults: list[str] = []
        self.answered_at: datetime | None = None
        self._resolved_at: datetime | None = None
        self._priority: str | None = None
        self._reasons: set[str] = set()
        self._together: frozenset[ItemDoes] = frozenset()
        """What happens at the same instant."""
        self._undone: set[ItemDoes] = set()
        """What is ended at the instant at which it begins."""
        self._pausing: set[str | None] = set()
        """The reasons of the pauses that begin at the same instant."""
        self._passed: set[str | None] = set()
        """Those of them that a resumption names at that instant."""

    def take(self, together: tuple[ItemEvent, ...]) -> None:
        """The events of one instant."""
        self._together = frozenset(event.does for event in together) if len(together) > 1 else frozenset()
        self._undone.clear()
        self._passed.clear()
        self._pausing = {event.reason for event in together if event.does is ItemDoes.PAUSED}
        for event in together:
            if not self.steps and event.does is not ItemDoes.OPENED:
                self._tell(event, "before it was opened: it counts for nothing")
            else:
                _TAKES[event.does](self, event)

    def opened(self, event: ItemEvent) -> None:
        """The first opening counts."""
        if self.steps:
            self._tell(event, f"again: the first opening at {_told(self.steps[0].at)} counts")
            return
        self._priority = event.priority
        self._step(event)

    def reopened(self, event: ItemEvent) -> None:
        """It is open again, and nothing holds it."""
        if self._resolved_at is None and ItemDoes.RESOLVED in self._together:
            self._undone.add(ItemDoes.RESOLVED)
        elif self._resolved_at is None:
            self._tell(event, "while it was open: pauses end, and nothing else changes")
        self._resolved_at = None
        self._reasons.clear()
        self._step(event)

    def resumed(self, event: ItemEvent) -> None:
        """One pause is over, or all of them are."""
        if self._is_over(event):
            return
        if event.reason in self._pausing - self._reasons:
            self._passed.add(event.reason)
        elif not self._reasons:
            self._resumed_idly(event)
        elif event.reason in self._reasons:
            self._reasons.remove(event.reason)
        else:
            if event.reason is not None and len(self._reasons) > 1:
                self._tell(event, f"for {event.reason!r}, for which it was not paused: all its pauses end")
            self._reasons.clear()
        self._step(event)

    def _resumed_idly(self, event: ItemEvent) -> None:
        if ItemDoes.PAUSED in self._together:
            self._undone.add(ItemDoes.PAUSED)
        else:
            self._tell(event, "while its clock ran: nothing changes")

    def priority_changed(self, event: ItemEvent) -> None:
        """The time already spent stays."""
        if self._resolved_at is not None:
            self._tell(event, "after it was resolved: it counts from a reopening on")
        self._priority = event.priority
        self._step(event)

    def responded(self, event: ItemEvent) -> None:
        """The first answers; all others are only told where they come too late."""
        if not self._is_over(event) and self.answered_at is None:
            self.answered_at = event.at

    def paused(self, event: ItemEvent) -> None:
        """The clocks rest, for this reason too."""
        if self._is_over(event) or ItemDoes.PAUSED in self._undone or event.reason in self._passed:
            return
        reason = event.reason or ""
        if reason in self._reasons:
            self._tell(event, f"for {reason!r} while it was paused for that: it counts once")
        self._reasons.add(reason)
        self._step(event)

    def resolved(self, event: ItemEvent) -> None:
        """It is solved, which answers it and ends its pauses."""
        if self._is_over(event):
            return
        self.answered_at = self.answered_at or event.at
        self._reasons.clear()
        if ItemDoes.RESOLVED not in self._undone:
            self._resolved_at = event.at
        self._step(event)

    def _is_over(self, event: ItemEvent) -> bool:
        """Told where it is resolved, and not reopened."""
        if self._resolved_at is not None:
            self._tell(
                event, f"after it was resolved at {_told(self._resolved_at)}, and not reopened: it counts for nothing"
            )
        return self._resolved_at is not None

    def _step(self, event: ItemEvent) -> None:
        self.steps.append(Step(event.at, self._priority, bool(self._reasons), self._resolved_at))

    def _tell(self, event: ItemEvent, oddity: str) -> None:
        words = event.does.value.replace("_", " ")
        self.faults.append(f"{words} at {_told(event.at)} (key {event.key}) {oddity}")


_TAKES: dict[ItemDoes, Callable[[_Walk, ItemEvent], None]] = {
    ItemDoes.OPENED: _Walk.opened,
    ItemDoes.REOPENED: _Walk.reopened,
    ItemDoes.RESUMED: _Walk.resumed,
    ItemDoes.PRIORITY_CHANGED: _Walk.priority_changed,
    ItemDoes.RESPONDED: _Walk.responded,
    ItemDoes.PAUSED: _Walk.paused,
    ItemDoes.RESOLVED: _Walk.resolved,
}


def _told(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
