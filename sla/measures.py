"""What each form of target measures: evidence of one part in, numbers and words out. Source: DRA-7, MON-15.

Each form reads its own kinds of evidence and no other. What the numbers are worth is decided in `sla.compliance`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import singledispatch
from typing import TypeVar

from sla.applied import Part
from sla.availability import Seen, Times, service_stretches, times_of, total, without
from sla.errors import BadInput
from sla.evidence import Count, Evidence, Exclusion, Observed, Outage, Quantity, Score, Unknown
from sla.figures import Excluded
from sla.item_measures import measure_deeds, measure_items
from sla.measured import (
    Counts,
    Measured,
    concerns,
    counted,
    duration_words,
    exclusions_of,
    percent,
    ref,
    seconds,
    somebody_looked,
)
from sla.periods import JudgedPeriod
from sla.service_calendar import Pause
from sla.service_hours import count_working_days
from sla.targets import (
    Availability,
    DoneByEndOfDay,
    DoneWithin,
    GoodEventRatio,
    Outcome,
    ResolutionTime,
    ResponseTime,
    Target,
    Throughput,
    UnknownTime,
)
from sla.term import day_at, months_after, start_of_day

_R = TypeVar("_R", bound=Evidence)


def measure(part: Part, period: JudgedPeriod, rows: tuple[Evidence, ...], times: Times | None = None) -> Measured:
    """What the target of a part came to. Rows are those that stand (`sla.evidence.standing`), of any kind and time.

    `times` are those of the part, where somebody has added them up already (`sla.bulk.page`). Raises BadInput for a row
    that cannot be what it says: a score beyond the scale, a deed without its day.
    """
    about = concerns(part, rows)
    if isinstance(part.target, Availability) and times is not None:
        return availability_of(part.target, part, seen_in(part, about), times)
    return _measure(part.target, part, period, about)


@singledispatch
def _measure(target: Target, part: Part, period: JudgedPeriod, rows: tuple[Evidence, ...]) -> Measured:
    raise NotImplementedError(type(target).__name__)


def of_kind(kind: type[_R], rows: Iterable[Evidence]) -> tuple[_R, ...]:
    """Those rows that are of a kind."""
    return tuple(row for row in rows if isinstance(row, kind))


def seen_in(part: Part, rows: Iterable[Evidence]) -> Seen:
    """The stretches that touch a part, up to its `as_of`."""
    near = [row for row in rows if row.first < part.as_of and (row.last is None or row.last > part.since)]
    return Seen(
        outages=of_kind(Outage, near),
        observed=of_kind(Observed, near),
        unknown=of_kind(Unknown, near),
        exclusions=tuple(each for each in of_kind(Exclusion, near) if each.is_approved),
    )


@_measure.register
def _(target: Availability, part: Part, period: JudgedPeriod, rows: tuple[Evidence, ...]) -> Measured:
    seen = seen_in(part, rows)
    return availability_of(target, part, seen, times_of(part, seen))


def availability_of(target: Availability, part: Part, seen: Seen, times: Times) -> Measured:
    """The share of the agreed service time in which the service was not down; unknown time counts as the terms say."""
    rule = target.unknown or UnknownTime.LEFT_OUT
    left_out = times.unknown if rule is UnknownTime.LEFT_OUT else 0
    agreed = times.service - times.excluded - left_out
    down = times.down + (times.unknown if rule is UnknownTime.DOWN else 0)
    looked = seen.says_something and (agreed > 0 or times.unknown == 0)
    ahead = total(service_stretches(part, part.as_of, part.until))
    return Measured(
        attainment=percent(agreed - down, agreed) if agreed > 0 and looked else None,
        somebody_looked=looked or times.service == times.excluded,
        words=_availability_words(times, rule, agreed, down),
        counts=Counts(seconds(down), seconds(agreed), seconds(agreed + ahead), "s"),
        misses=-(-down // 1_000_000),
        counted=counted(
            service_time=(seconds(times.service), "s"),
            excluded=(seconds(times.excluded), "s"),
            down=(seconds(times.down), "s"),
            unknown=(seconds(times.unknown), "s"),
        ),
        used=(*seen.outages, *seen.unknown, *seen.exclusions, *seen.observed),
        excluded=_taken_out(part, seen.exclusions),
    )


def _availability_words(times: Times, rule: UnknownTime, agreed: int, down: int) -> str:
    told = [f"{duration_words(seconds(times.service))} of service time"]
    if times.excluded:
        told.append(f"less {duration_words(seconds(times.excluded))} excluded")
    if times.unknown:
        how = {UnknownTime.LEFT_OUT: "left out", UnknownTime.DOWN: "counted as down", UnknownTime.UP: "counted as up"}
        told.append(f"{duration_words(seconds(times.unknown))} unknown, {how[rule]} as the terms say")
    if not agreed:
        return ", ".join(told)
    shares = f"{duration_words(seconds(down))} down of {duration_words(seconds(agreed))}"
    return f"{', '.join(told)}: {shares}"


def _taken_out(part: Part, exclusions: tuple[Exclusion, ...]) -> tuple[Excluded, ...]:
    """What each exclusion alone takes out of the service time; overlapping ones take out together what they cover."""
    service = service_stretches(part, part.since, part.as_of) if exclusions else []
    whole = total(service)
    return tuple(
        Excluded(
            row=ref(each),
            cause=each.cause,
            approved_by=each.approved_by or "",
            seconds=seconds(whole - total(without(service, [(each.start, each.end)]))),
        )
        for each in exclusions
    )


@_measure.register
def _(target: GoodEventRatio, part: Part, period: JudgedPeriod, rows: tuple[Evidence, ...]) -> Measured:
    exclusions, _ = exclusions_of(part, rows)
    found = [row for row in of_kind(Count, rows) if part.since <= row.at < part.as_of]
    counting = [row for row in found if not _is_excluded(row.at, exclusions)]
    good, valid = sum(row.good for row in counting), sum(row.valid for row in counting)
    left_out = sum(row.valid for row in found) - valid
    told = f"{good:,} good of {valid:,} valid events" + (f", {left_out:,} more excluded" if left_out else "")
    worst_first = sorted(counting, key=lambda row: row.good - row.valid)
    return Measured(
        attainment=percent(good, valid) if valid else None,
        somebody_looked=bool(found) or somebody_looked(part, rows),
        words=told,
        counts=Counts(Fraction(valid - good), Fraction(valid), Fraction(valid), "events"),
        misses=valid - good,
        counted=counted(good=(good, "events"), valid=(valid, "events"), excluded=(left_out, "events")),
        used=(*worst_first, *exclusions),
        excluded=_taken_out(part, exclusions),
    )


def _is_excluded(at: datetime, exclusions: tuple[Exclusion, ...]) -> bool:
    return any(each.start <= at < each.end for each in exclusions)


@_measure.register
def _(target: ResponseTime, part: Part, period: JudgedPeriod, rows: tuple[Evidence, ...]) -> Measured:
    return _with_exclusions(part, measure_items(target, part, period, rows))


@_measure.register
def _(target: ResolutionTime, part: Part, period: JudgedPeriod, rows: tuple[Evidence, ...]) -> Measured:
    return _with_exclusions(part, measure_items(target, part, period, rows))


@_measure.register
def _(target: DoneWithin, part: Part, period: JudgedPeriod, rows: tuple[Evidence, ...]) -> Measured:
    return _with_exclusions(part, measure_deeds(target, part, period, rows))


@_measure.register
def _(target: DoneByEndOfDay, part: Part, period: JudgedPeriod, rows: tuple[Evidence, ...]) -> Measured:
    return _with_exclusions(part, measure_deeds(target, part, period, rows))


def _with_exclusions(part: Part, measured: Measured) -> Measured:
    """Those that it rests on are named as such. Source: MON-15."""
    return measured._replace(excluded=_taken_out(part, of_kind(Exclusion, measured.used)))


@_measure.register
def _(target: Throughput, part: Part, period: JudgedPeriod, rows: tuple[Evidence, ...]) -> Measured:
    """The mean over the part: units an hour of service, a working day, or a month (a month begun counts in days)."""
    exclusions, _ = exclusions_of(part, rows)
    found = [row for row in of_kind(Quantity, rows) if part.since <= row.at < part.as_of]
    delivered = sum((Fraction(row.amount) for row in found), Fraction(0))
    units = _units(target, part, exclusions)
    shown = f"{_plain(delivered)} {target.unit} in {_plain(units)} {_PER[target.per]}"
    looked = bool(found) or somebody_looked(part, rows)
    return Measured(
        attainment=delivered / units if units and looked else None,
        somebody_looked=looked,
        words=shown,
        counted=counted(delivered=(delivered, target.unit), over=(units, _PER[target.per])),
        used=(*found, *(exclusions if target.per != "month" else ())),
        excluded=_taken_out(part, exclusions) if target.per != "month" else (),
    )


_PER = {"hour": "service hours", "day": "working days", "month": "months"}


def _units(target: Throughput, part: Part, exclusions: tuple[Exclusion, ...]) -> Fraction:
    pauses = [(each.start, each.end) for each in exclusions]
    if target.per == "hour":
        return seconds(total(without(service_stretches(part, part.since, part.as_of), pauses))) / 3600
    if target.per == "month":
        return _months(part)
    start, end = day_at(part.since, part.zone), day_at(part.as_of - timedelta(microseconds=1), part.zone)
    if part.since >= part.as_of:
        return Fraction(0)
    if part.calendar is None:
        return Fraction((end - start).days + 1)
    rests = [Pause(start=first, end=last) for first, last in pauses]
    return Fraction(count_working_days(part.calendar, start, end + timedelta(days=1), rests))


def _months(part: Part) -> Fraction:
    """Months, where each local day of a month is one share of it, whatever its hours, and a part of a day its part."""
    months, at = Fraction(0), part.since
    while at < part.as_of:
        first = day_at(at, part.zone).replace(day=1)
        after = months_after(first, 1)
        until = min(start_of_day(after, part.zone), part.as_of)
        months += (_days_until(until, part.zone) - _days_until(at, part.zone)) / (after - first).days
        at = until
    return months


def _days_until(at: datetime, zone: str) -> Fraction:
    """Local days since the first of all, and the part of its own that is over at an instant."""
    day = day_at(at, zone)
    begins, ends = start_of_day(day, zone), start_of_day(day + timedelta(days=1), zone)
    return day.toordinal() + Fraction((at - begins) // _TICK, (ends - begins) // _TICK)


_TICK = timedelta(microseconds=1)


@_measure.register
def _(target: Outcome, part: Part, period: JudgedPeriod, rows: tuple[Evidence, ...]) -> Measured:
    """The mean of all answers."""
    scores: tuple[Score, ...] = of_kind(Score, rows)
    found = [row for row in scores if part.since <= row.at < part.as_of]
    for row in found:
        if row.value > target.scale_to:
            right = f"at most {target.scale_to} is expected"
            raise BadInput(f"evidence {row.key} of {row.source}", f"{row.value} is beyond the scale", right)
    lowest_first = sorted(found, key=_lowest_first)
    answers = sum(row.answers for row in found)
    points = sum((Fraction(row.value) * row.answers for row in found), Fraction(0))
    return Measured(
        attainment=points / answers if answers else None,
        somebody_looked=bool(found) or somebody_looked(part, rows),
        words=f"{_plain(points)} points of {answers:,} answers",
        counted=counted(points=(points, "points"), answers=(answers, "answers")),
        used=tuple(lowest_first),
    )


def _lowest_first(row: Score) -> tuple[Decimal, str, str]:
    return row.value, row.source, row.key


def _plain(number: Fraction) -> str:
    """`1,200`, `41.5`; the rest of a long fraction is cut off after three digits."""
    thousandths = int(number * 1000)
    text = format(Decimal(thousandths).scaleb(-3), ",f")
    return text.rstrip("0").rstrip(".")
