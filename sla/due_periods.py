"""Which period of an agreement is to be judged: by its cadence, within the stretch in which it is in force.

A first or last period that is cut by the term is judged as the part that it is. Nothing is stated twice: where another
cadence has stated some of the days, the rest is left. It knows dates only, and no evidence. Source: MON-4, MON-16.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from sla.applied import Applied
from sla.cadence import Cadence
from sla.errors import BadInput
from sla.life import Coming, InForce
from sla.periods import JudgedPeriod, last_ended, period_named, period_of, rolling, within
from sla.term import day_at
from sla.terms import ComplianceRule, Terms

Days = tuple[date, date]
"""The first day, and the one on which it ends (outside)."""
_TICK = timedelta(microseconds=1)


def spans_of(spans: tuple[InForce, ...], coming: Coming | None) -> tuple[InForce, ...]:
    """When each edition counts, as things stand: one that is signed and only waits for its day ends the one before."""
    if coming is None:
        return spans
    cut = tuple(each.model_copy(update={"until": min(each.until or coming.at, coming.at)}) for each in spans)
    kept = tuple(each for each in cut if each.until is None or each.since < each.until)
    return (*kept, InForce(edition=coming.edition.ref, since=coming.at))


def days_in_force(applied: tuple[Applied, ...], zone: str) -> tuple[date, date | None]:
    """From the first local day in force until the day after the last; no end while nothing has ended it."""
    last = max(applied, key=lambda each: each.since)
    until = None if last.until is None else day_at(last.until - _TICK, zone) + timedelta(days=1)
    return day_at(min(each.since for each in applied), zone), until


def terms_at(applied: tuple[Applied, ...], at: datetime) -> Terms:
    """The terms that count at an instant; before all of them the first, after all of them the last."""
    ordered = sorted(applied, key=lambda each: each.since)
    return next((each.terms for each in reversed(ordered) if each.since <= at), ordered[0].terms)


def terms_at_the_end(applied: tuple[Applied, ...], period: JudgedPeriod) -> Terms:
    """The terms that count last in a period: their rules say how its results are put together."""
    return terms_at(applied, period.ends - _TICK)


def window_of(period: JudgedPeriod, applied: tuple[Applied, ...]) -> JudgedPeriod:
    """What is looked at for a period: itself, or the rolling window that ends with it. Source: MON-4."""
    rule = terms_at_the_end(applied, period).compliance
    if rule is None or rule.rolling_months is None:
        return period
    return rolling(rule.rolling_months, period.end, period.zone)


def cadence_of(applied: tuple[Applied, ...], at: datetime) -> Cadence:
    """How often it is judged by the terms that count at an instant."""
    return (terms_at(applied, at).compliance or ComplianceRule()).every


def due_period(
    applied: tuple[Applied, ...], zone: str, at: datetime, named: str | None, stated: Iterable[Days]
) -> JudgedPeriod | None:
    """The period of that name, or the last that is over by an instant: what is in force of it and not stated otherwise.

    None where nothing of it is left. Raises BadInput for a name that is no period of the agreement's cadence, and for a
    period that is not over.
    """
    if named is None:
        whole = last_ended(cadence_of(applied, at), at, zone)
        return left_of(_clipped(whole, applied), stated)
    asked = period_named(named, zone)
    cadence = cadence_of(applied, asked.begins)
    whole = period_of(cadence, asked.start, zone)
    found = left_of(_clipped(whole, applied), stated)
    if asked not in {whole, found}:
        right = f"{whole.name} is expected, for it is judged by the {cadence}"
        raise BadInput("the period", f"{asked.name} is none of its periods", right)
    if found is not None and found.ends > at:
        right = "an earlier one, or a provisional run, is expected"
        raise BadInput("the period", f"{found.name} is not over before {found.ends:%Y-%m-%d %H:%M} UTC", right)
    return found


def running_period(applied: tuple[Applied, ...], zone: str, at: datetime) -> JudgedPeriod | None:
    """The period that an instant lies in, as far as the agreement is in force."""
    return _clipped(period_of(cadence_of(applied, at), day_at(at, zone), zone), applied)


def unstated_until(
    applied: tuple[Applied, ...], zone: str, at: datetime, stated: Iterable[Days]
) -> Iterator[JudgedPeriod]:
    """Every period from the first day in force to the end that nobody has stated, the earliest first. Source: TER-2."""
    known, (day, until) = tuple(stated), days_in_force(applied, zone)
    last = until or day_at(at, zone)
    while day < last:
        whole = period_of(cadence_of(applied, at), day, zone)
        found = left_of(_clipped(whole, applied), known)
        if found is not None and (found.start, found.end) not in known and found.ends <= at:
            yield found
        day = whole.end


def _clipped(period: JudgedPeriod, applied: tuple[Applied, ...]) -> JudgedPeriod | None:
    return within(period, *days_in_force(applied, period.zone))


def left_of(period: JudgedPeriod | None, stated: Iterable[Days]) -> JudgedPeriod | None:
    """What other statements have left of a period; the whole where it is stated itself, or nothing of it is."""
    if period is None or (period.start, period.end) in (known := tuple(sorted(stated))):
        return period
    start, end = period.start, period.end
    for first, last in known:
        if first <= start < last:
            start = last
        elif start < first < end:
            end = first
    return period.model_copy(update={"start": start, "end": end}) if start < end else None
