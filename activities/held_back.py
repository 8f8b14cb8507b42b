"""Which periods are not stated because something that they follow from could not be asked, and what is said of it.

What could not be asked is not "no data": nobody states a miss, and nobody warns of one, because a monitoring system was
away. Source: MON-1, MON-16.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from activities.asked_periods import asked_periods, wanted_of
from activities.dossiers import Dossier
from sla.due_periods import window_of
from sla.periods import JudgedPeriod
from workflows.messages import PageOrder, RunFault, Unasked


class HeldBack(NamedTuple):
    """The periods of one agreement that wait, and the faults that nobody has named yet."""

    periods: tuple[JudgedPeriod, ...]
    faults: tuple[RunFault, ...]


def held_back(dossier: Dossier, due: Sequence[JudgedPeriod], order: PageOrder) -> HeldBack:
    """Of the periods that are due those that rest on days that could not be asked for, now or when they were due."""
    if not order.is_pulled and not dossier.withheld:
        return HeldBack((), ())
    asked = asked_periods(dossier, order)
    now = tuple(_unasked(dossier, asked, order))
    before = tuple(_days(dossier, each) for each in dossier.withheld if each not in asked)
    held = tuple(each for each in due if _rests_on(dossier, each, (*now, *before)))
    faults = [] if order.not_pulled is None else list(_not_pulled(dossier, asked, order))
    if not order.is_provisional:
        later = (each for each in held if not _rests_on(dossier, each, now, alone=True))
        faults += [_waits(dossier, each, (*now, *before)) for each in later]
    return HeldBack(held, tuple(faults))


def _unasked(dossier: Dossier, asked: Iterable[JudgedPeriod], order: PageOrder) -> Iterator[Unasked]:
    if order.not_pulled is None:
        yield from (each for each in order.unasked if each.number == dossier.number)
        return
    yield from (_days(dossier, each) for each in asked if any(wanted_of(dossier, each, order.at)))


def _days(dossier: Dossier, period: JudgedPeriod) -> Unasked:
    return Unasked(number=dossier.number, start=period.start, end=period.end)


def _rests_on(dossier: Dossier, period: JudgedPeriod, unasked: Iterable[Unasked], *, alone: bool = False) -> bool:
    """Whether days are among those that are looked at for a period: its own, and those of its rolling window."""
    first = period.start if alone else min(window_of(period, dossier.applied).start, period.start)
    return any(each.start < period.end and first < each.end for each in unasked)


def _not_pulled(dossier: Dossier, asked: Iterable[JudgedPeriod], order: PageOrder) -> Iterator[RunFault]:
    """Where nothing at all could be asked, which targets of the agreement that is about."""
    for period in asked:
        targets = dict.fromkeys(each.target.id for each in wanted_of(dossier, period, order.at))
        if targets:
            named = f"{'targets' if len(targets) > 1 else 'target'} {', '.join(targets)}"
            wrong = f"{period.name}: {named:.400}: Prometheus could not be asked ({order.not_pulled:.400})"
            yield RunFault(number=dossier.number, wrong=wrong)


def _waits(dossier: Dossier, period: JudgedPeriod, unasked: Iterable[Unasked]) -> RunFault:
    first = min(each.start for each in unasked)
    wrong = f"looks back at days from {first} on, which could not be asked for and are not stated"
    return RunFault(number=dossier.number, wrong=f"{period.name}: {wrong}")
