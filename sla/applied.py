"""Which terms count when, and what that makes of a period: parts, each judged by its own terms. Source: MON-7.

A part is a stretch in which one target and the hours it is measured in stay the same, however many editions say so; its
edition is the last of these. Evidence that comes late is judged by the same parts: nothing here knows when it came.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple, Self

from pydantic import model_validator

from sla.fields import Instant, Value, WrongField
from sla.periods import JudgedPeriod
from sla.service_calendar import ServiceCalendar
from sla.targets import ResolutionTime, ResponseTime, Target
from sla.terms import ComplianceRule, EditionRef, Terms
from sla.work_items import Limit


class Applied(Value):
    """Terms, and from when until when (outside) they count; no end while nothing has ended them."""

    terms: Terms
    edition: EditionRef | None = None
    """None for terms that nobody has signed."""
    since: Instant
    until: Instant | None = None

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise WrongField("is before the start; the same or a later instant is expected", "until")
        return self


class Part(NamedTuple):
    """One target in one stretch of a judged period."""

    target: Target
    calendar: ServiceCalendar | None
    """None where the terms state no service hours as data: round the clock."""
    zone: str
    rule: ComplianceRule
    limits: tuple[Limit, ...]
    """Of a target about work items: its own limit, then those of its like for other priorities, the shortest first."""
    edition: EditionRef | None
    counts_from: datetime
    counts_until: datetime | None
    """From when until when these words count, whatever the period."""
    since: datetime
    until: datetime
    """The same within the period; nothing of it is left where both are equal."""
    as_of: datetime
    """Up to when the part can be looked at: `until`, or an earlier instant in a period that is not over."""
    known: datetime
    """The same for the whole period: what was begun in the part may be done after it."""

    @property
    def is_empty(self) -> bool:
        """Its words do not count in the period; only work that was begun under them may end in it."""
        return self.since >= self.until


def parts_of(period: JudgedPeriod, applied: tuple[Applied, ...], as_of: datetime) -> tuple[Part, ...]:
    """Every target of the terms that count in a period or have counted before it, part by part.

    In the order in which the terms name them, the earlier part first.
    """
    found: dict[str, list[Part]] = {}
    for each in sorted(applied, key=lambda each: each.since):
        for part in _parts(period, each, as_of):
            parts = found.setdefault(part.target.id, [])
            if parts and _goes_on(parts[-1], part):
                parts[-1] = _joined(parts[-1], part)
            else:
                parts.append(part)
    return tuple(part for parts in found.values() for part in parts)


def _parts(period: JudgedPeriod, applied: Applied, as_of: datetime) -> Iterator[Part]:
    terms = applied.terms
    since = min(max(period.begins, applied.since), period.ends)
    until = max(since, min(period.ends, applied.until or period.ends))
    for target in terms.targets:
        yield Part(
            target=target,
            calendar=terms.hours.times if terms.hours else None,
            zone=terms.period.zone,
            rule=terms.compliance or ComplianceRule(),
            limits=_limits(target, terms),
            edition=applied.edition,
            counts_from=applied.since,
            counts_until=applied.until,
            since=since,
            until=until,
            as_of=max(since, min(until, as_of)),
            known=min(period.ends, as_of),
        )


def _limits(target: Target, terms: Terms) -> tuple[Limit, ...]:
    """An item counts once, under the priority under which it is decided first: so the others' limits matter, too."""
    if not isinstance(target, ResponseTime | ResolutionTime):
        return ()
    likes = (each for each in terms.targets if each.form == target.form and each.id != target.id)
    others = [
        Limit(each.priority, each.within)
        for each in likes
        if isinstance(each, ResponseTime | ResolutionTime)
        and each.process == target.process
        and None not in {each.priority, target.priority}
        and each.priority != target.priority
    ]
    return (Limit(target.priority, target.within), *sorted(others, key=lambda each: each.within))


def _goes_on(before: Part, part: Part) -> bool:
    """The same words, without a gap."""
    is_next = before.counts_until == part.counts_from
    return is_next and _words(before) == _words(part)


def _words(part: Part) -> tuple[object, ...]:
    return part.target, part.calendar, part.zone, part.limits


def _joined(before: Part, part: Part) -> Part:
    since = before.since if not before.is_empty else part.since
    until = part.until if not part.is_empty else before.until
    as_of = max(since, min(until, part.known))
    return part._replace(counts_from=before.counts_from, since=since, until=until, as_of=as_of)
