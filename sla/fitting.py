"""Whether a row of evidence is one that the targets of an agreement can use, as far as that row alone shows it.

The one place for this rule: every door asks here before a row is kept, for one that fits nothing would be passed over
in silence, or keep its period from ever being judged. What only several rows show together stays with the judging.
Source: MON-1, DRA-7.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sla.errors import Fault
from sla.evidence import Deed, Evidence, ItemDoes, ItemEvent, Outage, Score, Withdrawn
from sla.targets import DoneWithin, Outcome, ResolutionTime, ResponseTime, Target
from sla.term import start_of_day
from sla.terms import Terms

HOW_TO_MEND = "correct the row, or withdraw it, under its source and key"
"""What becomes of a row that is kept already and fits nothing."""
_USED_BY: Mapping[str, frozenset[str]] = {
    "outage": frozenset({"availability"}),
    "count": frozenset({"good_event_ratio"}),
    "deed": frozenset({"done_within", "done_by_end_of_day"}),
    "quantity": frozenset({"throughput"}),
    "score": frozenset({"outcome"}),
}
"""The forms that read a kind of row; any other kind may speak of a target of every form."""
_MOST_TOLD = 12


class Words(NamedTuple):
    """What an edition says of a target, as far as it decides which rows that can use, and when it counts."""

    target: str
    form: str
    scale_to: Decimal | None = None
    hours_from: datetime | None = None
    """Before this instant its service hours say nothing, so that no clock can begin."""
    since: datetime | None = None
    """None for an edition of which nobody knows yet from when it counts."""
    until: datetime | None = None

    def counts_at(self, at: datetime) -> bool:
        """Whether these are the words for what happens at an instant."""
        return self.since is not None and self.since <= at and (self.until is None or at < self.until)


class Counting(NamedTuple):
    """Terms, and from when until when (outside) they count, where that is known."""

    terms: Terms
    since: datetime | None = None
    until: datetime | None = None


def words_of(editions: Iterable[Counting]) -> tuple[Words, ...]:
    """The words of every target of some editions, the earlier first. Where all of them say the same of a target, it
    does not matter when each counts, and they are said once: so most agreements have equal words."""
    found: dict[str, list[Words]] = {}
    for each in editions:
        for target in each.terms.targets:
            found.setdefault(target.id, []).append(_words(target, each))
    return tuple(words for of_target in found.values() for words in _said_once(of_target))


def _words(target: Target, said: Counting) -> Words:
    scale_to = target.scale_to if isinstance(target, Outcome) else None
    return Words(target.id, target.form, scale_to, _hours_from(target, said.terms), said.since, said.until)


def _hours_from(target: Target, terms: Terms) -> datetime | None:
    """Where a clock of work or of working days begins with the event itself."""
    times = terms.hours.times if terms.hours else None
    needs_hours = isinstance(target, ResponseTime | ResolutionTime | DoneWithin)
    if not needs_hours or times is None or times.effective is None:
        return None
    return start_of_day(times.effective, times.zone)


def _said_once(words: list[Words]) -> list[Words]:
    one = words[0]._replace(since=None, until=None)
    is_plain = one.hours_from is None
    return [one] if is_plain and all(each._replace(since=None, until=None) == one for each in words) else words


def unfit(row: Evidence, words: Sequence[Words], whose: str) -> Fault | None:
    """What is wrong with a row, and what would be right; None for one that some words can use.

    By the words that count when it happened; where none do, by all of them, for evidence may come before an edition
    counts. `whose` targets they are stands in the sentence: the number of an agreement.
    """
    if isinstance(row, Withdrawn):
        return None
    if isinstance(row, ItemEvent):
        return _unfit_item(row, words) if row.does is ItemDoes.OPENED else None
    if row.target is None:
        return None
    named = [each for each in words if each.target == row.target]
    if not named:
        return Fault("target", f"{row.target!r} is no target of {whose}; {_right(row.kind, words)}")
    if len(named) > 1 and not isinstance(row, Outage):
        named = [each for each in named if each.counts_at(row.first)] or named
    fault = None
    for each in named:
        fault = _fault(row, each, words)
        if fault is None:
            return None
    return fault


def _fault(row: Evidence, named: Words, words: Sequence[Words]) -> Fault | None:
    forms = _USED_BY.get(row.kind)
    if forms is not None and named.form not in forms:
        form = named.form.replace("_", " ")
        wrong = f"{named.target} is about {form}, which is not judged by rows of the kind {row.kind}"
        return Fault("target", f"{wrong}; {_right(row.kind, words)}")
    if isinstance(row, Score) and named.scale_to is not None and row.value > named.scale_to:
        wrong = f"{row.value} is beyond the scale of {named.target}"
        return Fault("value", f"{wrong}; at most {named.scale_to} is expected")
    if isinstance(row, Deed):
        return _unfit_deed(row, named)
    return None


def _unfit_deed(row: Deed, named: Words) -> Fault | None:
    if named.form == "done_by_end_of_day" and row.due_day is None:
        right = "the local day by whose end it is due is expected"
        return Fault("due_day", f"is missing, and {named.target} is about a named day; {right}")
    return _too_early("happened_at", row.happened_at, named)


def _unfit_item(row: ItemEvent, words: Sequence[Words]) -> Fault | None:
    of_items = (each for each in words if each.form in _OF_ITEMS and each.hours_from is not None)
    return next(filter(None, (_too_early("at", row.at, each) for each in of_items)), None)


_OF_ITEMS = frozenset({"response_time", "resolution_time"})


def _too_early(field: str, at: datetime, named: Words) -> Fault | None:
    """Of what its words count for, though its hours say nothing of that time."""
    if named.hours_from is None or at >= named.hours_from or not named.counts_at(at):
        return None
    wrong = f"{_told(at)} is before the service hours of {named.target} begin"
    return Fault(field, f"{wrong}; {_told(named.hours_from)} or later is expected")


def _right(kind: str, words: Sequence[Words]) -> str:
    """`one of printers-work, scanners-work is expected`: those that can use such a row."""
    ids = list(dict.fromkeys(_usable(kind, words)))
    if not ids:
        return f"it has none that is judged by rows of the kind {kind}"
    more = f" and {len(ids) - _MOST_TOLD} more" if len(ids) > _MOST_TOLD else ""
    told = ", ".join(ids[:_MOST_TOLD])
    return f"one of {told}{more} is expected" if len(ids) > 1 else f"{told} is expected"


def _usable(kind: str, words: Sequence[Words]) -> Iterator[str]:
    forms = _USED_BY.get(kind)
    return (each.target for each in words if forms is None or each.form in forms)


def _told(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
