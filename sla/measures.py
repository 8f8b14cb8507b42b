"""What each form of target measures: evidence of one part in, numbers and words out. Source: DRA-7, MON-15.

Each form reads its own kinds of evidence and no other. What the numbers are worth is decided in `sla.compliance`.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
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
from sla.fitting import HOW_TO_MEND
from sla.item_measures import measure_deeds, measure_items
from sla.measured import (
    Counts,
    Measured,
    counted,
    duration_words,
    exclusions_of,
    percent,
    ref,
    seconds,
    somebody_looked,
)
from sla.part_evidence import PartEvidence
from sla.periods import JudgedPeriod
from sla.service_calendar import Pause
from sla.service_days import merged
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


def measure(about: PartEvidence, period: JudgedPeriod) -> Measured:
    """What the target of a part came to. Its rows may be of any kind and time.

    Raises BadInput for a row that cannot be what it says: a score beyond the scale, a deed without its day.
    """
    return _measure(about.part.target, about, period)


@singledispatch
def _measure(target: Target, about: PartEvidence, period: JudgedPeriod) -> Measured:
    raise NotImplementedError(type(target).__name__)


def of_kind(kind: type[_R], rows: Iterable[Evidence]) -> tuple[_R, ...]:
    """Those rows that are of a kind."""
    return tuple(row for row in rows if isinstance(row, kind))


def seen_in(part: Part, rows: Iterable[Evidence]) -> Seen:
    """The stretches that touch a part, up to its `as_of`."""
    lasting = (row for row in rows if isinstance(row, _LASTING))
    near = [row for row in lasting if row.first < part.as_of and (row.last is None or row.last > part.since)]
    return Seen(
        outages=of_kind(Outage, near),
        observed=of_kind(Observed, near),
        unknown=of_kind(Unknown, near),
        exclusions=tuple(each for each in of_kind(Exclusion, near) if each.is_approved),
    )


_LASTING = (Outage, Observed, Unknown, Exclusion)


@_measure.register
def _(target: Availability, about: PartEvidence, period: JudgedPeriod) -> Measured:
    """The share of the agreed service time in which the service was not down; unknown time counts as the terms say."""
    part, seen = about.part, seen_in(about.part, about.rows)
    times = times_of(part, seen) if about.times is None else about.times
    rule = target.unknown or UnknownTime.LEFT_OUT
    left_out = times.unknown if rule is UnknownTime.LEFT_OUT else 0
    agreed = times.service - times.excluded - left_out
    down = times.down + (times.unknown if rule is UnknownTime.DOWN else 0)
    looked = seen.says_something and (agreed > 0 or times.unknown == 0)
    return Measured(
        attainment=percent(agreed - down, agreed) if agreed > 0 and looked else None,
        somebody_looked=looked or times.service == times.excluded,
        words=_availability_words(times, rule, agreed, down),
        counts=Counts(seconds(down), seconds(agreed), seconds(agreed + _ahead(about)), "s"),
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


def _ahead(about: PartEvidence) -> int:
    """Microseconds of service time that are still to come, less what is excluded of them already."""
    return total(about.counting(about.part.as_of, about.part.until))


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
def _(target: GoodEventRatio, about: PartEvidence, period: JudgedPeriod) -> Measured:
    part, rows = about.part, about.rows
    exclusions, _ = exclusions_of(part, about.exclusions)
    counts = of_kind(Count, rows)
    found = counts[_place(counts, part.since) : _place(counts, part.as_of)]
    counting = _outside(found, exclusions)
    good, valid = sum([row.good for row in counting]), sum([row.valid for row in counting])
    left_out = sum([row.valid for row in found]) - valid
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


def _outside(counts: Sequence[Count], exclusions: tuple[Exclusion, ...]) -> list[Count]:
    """Those that lie in no exclusion. They stand in the order of their instants."""
    left, begin = list[Count](), 0
    for start, end in merged((each.start, each.end) for each in exclusions):
        left += counts[begin : _place(counts, start)]
        begin = _place(counts, end)
    return [*left, *counts[begin:]]


def _place(counts: Sequence[Count], at: datetime) -> int:
    """Of the first that is not before an instant."""
    return bisect_left(counts, at, key=lambda row: row.at)


@_measure.register
def _(target: ResponseTime, about: PartEvidence, period: JudgedPeriod) -> Measured:
    return _with_exclusions(about.part, measure_items(target, about, period))


@_measure.register
def _(target: ResolutionTime, about: PartEvidence, period: JudgedPeriod) -> Measured:
    return _with_exclusions(about.part, measure_items(target, about, period))


@_measure.register
def _(target: DoneWithin, about: PartEvidence, period: JudgedPeriod) -> Measured:
    return _with_exclusions(about.part, measure_deeds(target, about, period))


@_measure.register
def _(target: DoneByEndOfDay, about: PartEvidence, period: JudgedPeriod) -> Measured:
    return _with_exclusions(about.part, measure_deeds(target, about, period))


def _with_exclusions(part: Part, measured: Measured) -> Measured:
    """Those that it rests on are named as such. Source: MON-15."""
    return measured._replace(excluded=_taken_out(part, of_kind(Exclusion, measured.used)))


@_measure.register
def _(target: Throughput, about: PartEvidence, period: JudgedPeriod) -> Measured:
    """The mean over the part: units an hour of service, a working day, or a month (a month begun counts in days)."""
    part, rows = about.part, about.rows
    exclusions, _ = exclusions_of(part, about.exclusions)
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
def _(target: Outcome, about: PartEvidence, period: JudgedPeriod) -> Measured:
    """The mean of all answers."""
    part, rows = about.part, about.rows
    scores: tuple[Score, ...] = of_kind(Score, rows)
    found = [row for row in scores if part.since <= row.at < part.as_of]
    for row in found:
        if row.value > target.scale_to:
            right = f"at most {target.scale_to} is expected: {HOW_TO_MEND}"
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
