"""What a page has to ask of Prometheus before it is judged: which periods, which targets, for which stretches.

Knows terms and dates, and asks nobody. Source: MON-1, MON-16.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from activities.dossiers import Dossier
from sla.applied import Applied
from sla.due_periods import cadence_of, days_in_force, due_period, running_period
from sla.evidence import Evidence, Observed, Unknown
from sla.periods import JudgedPeriod, period_named, within
from sla.stages import Stage
from sla.targets import Availability, Pull, Target
from sla.term import day_at, start_of_day
from workflows.messages import PageOrder

_DAYS_AT_ONCE = timedelta(days=31)
"""Longer stretches are pulled in pieces: a year of samples needs no more memory than a month."""
_TICK = timedelta(microseconds=1)
_ASKED_FOR = frozenset({Stage.ACTIVE, Stage.ENDING})
"""Of a file that is closed, every period is stated."""


class Wanted(NamedTuple):
    """One target, and the stretch for which its words count."""

    target: Target
    pull: Pull
    since: datetime
    until: datetime


def asked_periods(dossier: Dossier, order: PageOrder) -> tuple[JudgedPeriod, ...]:
    """The periods that the order asks of an agreement, as far as it is in force, and those that are withheld; of a
    named period that one alone. Raises BadInput for a name that is none."""
    if not dossier.applied or dossier.stage not in _ASKED_FOR:
        return ()
    withheld = () if order.is_provisional or order.period else dossier.withheld
    asked = _asked(dossier, order)
    found = {(each.start, each.end): each for each in (*withheld, *((asked,) if asked else ()))}
    return tuple(found[days] for days in sorted(found))


def _asked(dossier: Dossier, order: PageOrder) -> JudgedPeriod | None:
    applied, zone = dossier.applied, dossier.zone
    if order.only_late:
        return None
    if order.is_provisional:
        return running_period(applied, zone, order.at)
    if not order.numbers and cadence_of(applied, order.at) is not order.cadence:
        return None
    if order.period is not None:
        return within(period_named(order.period, zone), *days_in_force(applied, zone))
    return due_period(applied, zone, order.at, None, dossier.stated)


def wanted_of(dossier: Dossier, period: JudgedPeriod, at: datetime) -> Iterator[Wanted]:
    """The targets of all terms that count in the period, each for its own local days, as far as these have passed."""
    applied = sorted(dossier.applied, key=lambda each: each.since)
    for index, each in enumerate(applied):
        later = applied[index + 1] if index + 1 < len(applied) else None
        since = max(period.begins, _day_begins(each.since, dossier.zone))
        until = min(period.ends, at, *_end_of(each, later, dossier.zone))
        for target in each.terms.targets:
            if target.prometheus is not None:
                yield from _pieces(target, target.prometheus, since, until, dossier.zone)


def targets_to_ask(dossier: Dossier, order: PageOrder) -> tuple[str, ...]:
    """The ids of the targets that the periods of the order name in Prometheus, in the order of the terms."""
    if not any(target.prometheus for each in dossier.applied for target in each.terms.targets):
        return ()
    wanted = (each for period in asked_periods(dossier, order) for each in wanted_of(dossier, period, order.at))
    return tuple(dict.fromkeys(each.target.id for each in wanted))


def is_known(wanted: Wanted, rows: Iterable[Evidence]) -> bool:
    """Whether somebody has said of the whole stretch, but for less than a step, that they looked or that nobody knows.
    Then it need not be asked for: so a person can state what a monitoring system will never tell."""
    said = (row for row in rows if isinstance(row, Observed | Unknown) and _is_about(row, wanted.target))
    known_until = wanted.since
    for row in sorted(said, key=lambda each: each.start):
        if row.start - known_until >= wanted.pull.step:
            return False
        known_until = max(known_until, row.end)
    return wanted.until - known_until < wanted.pull.step


def _is_about(row: Observed | Unknown, target: Target) -> bool:
    """A row without a target speaks of availability alone."""
    return row.target == target.id or (row.target is None and isinstance(target, Availability))


def _pieces(target: Target, pull: Pull, since: datetime, until: datetime, zone: str) -> Iterator[Wanted]:
    """The stretch by whole local days, each of which stands for itself; a day's last step may end in the next one."""
    while since < until:
        over = start_of_day(day_at(since, zone) + _DAYS_AT_ONCE, zone)
        yield Wanted(target, pull, since, min(until, over + pull.step - _TICK))
        since = over


def _end_of(each: Applied, later: Applied | None, zone: str) -> tuple[datetime, ...]:
    """A day on which terms change is pulled by the later ones."""
    if later is not None:
        return (_day_begins(later.since, zone),)
    return () if each.until is None else (each.until,)


def _day_begins(at: datetime, zone: str) -> datetime:
    return start_of_day(day_at(at, zone), zone)
