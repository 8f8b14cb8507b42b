"""What targets about work items and about deeds measure: who was in time, who was not, and how long it took.

An item is judged by the terms under which it was opened, a deed by those under which its event came; both count in the
period in which they are decided: when they are done in time, or when the time is up. Source: DRA-7, MON-2, MON-7.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from sla.applied import Part
from sla.errors import BadInput
from sla.evidence import Deed, Evidence, Exclusion, ItemEvent
from sla.fitting import HOW_TO_MEND
from sla.measured import Counts, Measured, counted, duration_words, exclusions_of, percent, seconds, somebody_looked
from sla.part_evidence import PartEvidence
from sla.periods import JudgedPeriod
from sla.service_calendar import Pause
from sla.service_hours import is_working_day, later_working_day
from sla.targets import DoneByEndOfDay, DoneWithin, ResolutionTime, ResponseTime, Statistic
from sla.term import day_at, start_of_day
from sla.work_items import Asked, Clocking, Limit, Shown, shown

_ONE_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_Items = ResponseTime | ResolutionTime


def measure_items(target: _Items, about: PartEvidence, period: JudgedPeriod) -> Measured:
    """The work items of one part, by the statistic that the target names."""
    part, rows = about.part, about.rows
    clockings = _clockings(target, about, period)
    if target.statistic is Statistic.AVERAGE:
        return _average(target, about, period, clockings)
    begins, ends = period.begins, period.ends
    decided = [each for each in clockings if each.decided_at and begins <= each.decided_at < ends]
    late = [each for each in decided if each.is_late]
    total = len(decided)
    done = "answered" if isinstance(target, ResponseTime) else "resolved"
    words = f"{total - len(late):,} of {total:,} items {done} within {_limit_words(target)}"
    if target.statistic is Statistic.MISSES:
        words = f"{words}; {len(late):,} beyond it, at most {target.allowed_misses} allowed"
    if target.statistic is Statistic.PERCENTILE:
        words = f"{words}; {_percentile_words(target, decided)}"
    return Measured(
        attainment=percent(total - len(late), total) if total else None,
        somebody_looked=bool(total) or _somebody_looked(part, rows),
        words=words,
        counts=Counts(Fraction(len(late)), Fraction(total), Fraction(total), "items"),
        misses=len(late),
        counted=counted(within_the_limit=(total - len(late), "items"), items=(total, "items")),
        used=(*_rows_of(late), *_rows_of([each for each in decided if not each.is_late]), *_rests(about, decided)),
    )


def answered(parts: Iterable[PartEvidence], period: JudgedPeriod) -> Iterator[PartEvidence]:
    """The parts, those about work items with what their clocks show. What several ask is answered once."""
    known = list[tuple[Asked, Shown]]()
    for about in parts:
        target = about.part.target
        if about.shown is not None or not isinstance(target, _Items):
            yield about
            continue
        asked = asked_of(target, about, period)
        found = next((answer for question, answer in known if question == asked), None)
        if found is None:
            found = shown(asked)
            known.append((asked, found))
        yield about._replace(shown=found)


def _clockings(target: _Items, about: PartEvidence, period: JudgedPeriod) -> list[Clocking]:
    """The clock of every item that was opened under these words, and has or gets the target's priority."""
    found = shown(asked_of(target, about, period)) if about.shown is None else about.shown
    return [each for each in found if each is not None and target.priority in {None, each.priority}]


def asked_of(target: _Items, about: PartEvidence, period: JudgedPeriod) -> Asked:
    """The clocks of the items that were opened under the words of a part, whenever they are done. They rest in approved
    exclusions. Targets that differ in their priority alone ask the same.
    """
    part, until = about.part, _until(about.part, period)
    exclusions, _ = exclusions_of(part, about.exclusions)
    return Asked(
        is_response=isinstance(target, ResponseTime),
        as_of=part.known,
        limits=_in_order(part.limits),
        calendar=part.calendar,
        rests=tuple(Pause(start=each.start, end=each.end) for each in exclusions),
        items=tuple(item for item in about.items if item.opened_at and part.counts_from <= item.opened_at < until),
    )


def _in_order(limits: tuple[Limit, ...]) -> tuple[Limit, ...]:
    """By priority; the first of each is the one that counts."""
    first = {limit.priority: limit for limit in reversed(limits)}
    return tuple(first[priority] for priority in sorted(first, key=lambda name: (name is not None, name or "")))


def _until(part: Part, period: JudgedPeriod) -> datetime:
    return min(part.counts_until or part.until, period.ends)


def _average(target: _Items, about: PartEvidence, period: JudgedPeriod, clockings: list[Clocking]) -> Measured:
    """The limit over the mean time, at most 100 %: of what was done in the period, and of what is late and still not
    done when it ends, with its time so far. Otherwise what nobody ever does would never count.
    """
    begins, ends = period.begins, period.ends
    done = [each for each in clockings if each.done_at and begins <= each.done_at < ends]
    overdue = [each for each in clockings if each.done_at is None and each.is_late]
    counting = [*done, *overdue]
    spent = sum((each.spent for each in counting), timedelta(0)) // _TICK
    mean = Fraction(spent, len(counting)) if counting else None
    limit = target.within // _TICK
    kept = None if mean is None else Fraction(100) if mean <= limit else Fraction(limit * 100) / mean
    told = (
        "none done" if mean is None else f"{duration_words(mean / 1_000_000)} on average over {len(counting):,} items"
    )
    still = f" ({len(overdue):,} of them late and not done yet, with the time so far)" if overdue else ""
    slow_first = sorted(counting, key=lambda each: -each.spent)
    return Measured(
        attainment=kept,
        somebody_looked=bool(counting) or _somebody_looked(about.part, about.rows),
        words=f"{told}{still}, against {_limit_words(target)}",
        misses=sum(each.is_late for each in counting),
        counted=counted(time_spent=(seconds(spent), "s"), items=(len(counting), "items")),
        used=(*_rows_of(slow_first), *_rests(about, counting)),
    )


def _percentile_words(target: _Items, decided: list[Clocking]) -> str:
    """The time within which the committed share of items was done, by the nearest rank."""
    if not decided or target.committed is None:
        return "no percentile"
    rank = max(1, ceil(Fraction(target.committed) * len(decided) / 100))
    spent = sorted((each.done_at is None, each.spent) for each in decided)
    unfinished, time = spent[rank - 1]
    more = "more than " if unfinished else ""
    return f"the {_ordinal(target.committed)} percentile is {more}{duration_words(seconds(time // _TICK))}"


def _ordinal(number: Decimal) -> str:
    """`95th`, `91st`, `99.5th`."""
    text = f"{number}"
    is_plain = text in {"11", "12", "13"} or "." in text
    return f"{text}th" if is_plain else f"{text}{_ENDINGS.get(text[-1], 'th')}"


_ENDINGS = {"1": "st", "2": "nd", "3": "rd"}


def _limit_words(target: _Items) -> str:
    return f"{duration_words(seconds(target.within // _TICK))} of service time"


def _rows_of(clockings: list[Clocking]) -> tuple[ItemEvent, ...]:
    return tuple(event for each in clockings for event in each.item.events)


def _rests(about: PartEvidence, counting: list[Clocking]) -> tuple[Exclusion, ...]:
    """The exclusions in which a clock could have run."""
    exclusions, _ = exclusions_of(about.part, about.exclusions)
    first = min((each.opened_at for each in counting), default=None)
    return tuple(each for each in exclusions if first is not None and each.end > first)


def _somebody_looked(part: Part, rows: tuple[Evidence, ...]) -> bool:
    """A source said that it was looking, or any work item gives a sign of life in the part."""
    return somebody_looked(part, rows) or any(
        isinstance(row, ItemEvent) and part.since <= row.at < part.as_of for row in rows
    )


class _DoneDeed(NamedTuple):
    """A deed, and the instant from which it is late."""

    row: Deed
    due: datetime

    @property
    def is_late(self) -> bool:
        return self.row.done_at is None or self.row.done_at >= self.due

    @property
    def decided_at(self) -> datetime:
        """When it was done in time (at its event, where it was done before that), or when it was too late."""
        return self.due if self.is_late or self.row.done_at is None else max(self.row.done_at, self.row.happened_at)

    def is_decided_in(self, begins: datetime, ends: datetime) -> bool:
        """What was due by the end of the last day of a period and is not done then was missed in that period."""
        if self.is_late:
            return begins < self.decided_at <= ends
        return begins <= self.decided_at < ends

    def touches(self, since: datetime) -> bool:
        """It was not over by an instant."""
        return self.row.last is None or self.row.last >= since


_Deeds = DoneWithin | DoneByEndOfDay


def measure_deeds(target: _Deeds, about: PartEvidence, period: JudgedPeriod) -> Measured:
    """The deeds of one part: in time until the end of the local day by which they are due."""
    part, rows, until = about.part, about.rows, _until(about.part, period)
    begins, ends = period.begins, period.ends
    exclusions, _ = exclusions_of(part, about.exclusions)
    found = [
        _DoneDeed(row, _due(target, part, row))
        for row in rows
        if isinstance(row, Deed) and part.counts_from <= row.happened_at < until
    ]
    decided = [each for each in found if each.is_decided_in(begins, ends) and each.decided_at <= part.known]
    left_out = frozenset(each for each in decided if any(x.start < each.due <= x.end for x in exclusions))
    counting = [each for each in decided if each not in left_out]
    late = [each for each in counting if each.is_late]
    total = len(counting)
    more = "was" if len(left_out) == 1 else "were"
    excluded = f", {len(left_out):,} more {more} due in excluded time" if left_out else ""
    return Measured(
        attainment=percent(total - len(late), total) if total else None,
        somebody_looked=any(each.touches(begins) for each in found) or somebody_looked(part, rows),
        words=f"{total - len(late):,} of {total:,} done by the end of {_due_words(target)}{excluded}",
        counts=Counts(Fraction(len(late)), Fraction(total), Fraction(total), "cases"),
        misses=len(late),
        counted=counted(
            in_time=(total - len(late), "cases"), cases=(total, "cases"), excluded=(len(left_out), "cases")
        ),
        used=(
            *(each.row for each in late),
            *(each.row for each in decided if each in left_out or not each.is_late),
            *(exclusions if left_out else ()),
        ),
    )


def _due_words(target: _Deeds) -> str:
    if isinstance(target, DoneByEndOfDay):
        return f"the day that is due ({target.day})"
    if target.working_days == 0:
        return f"the working day of the event ({target.event})"
    return f"working day {target.working_days} after the event ({target.event})"


def _due(target: _Deeds, part: Part, row: Deed) -> datetime:
    """The first instant after the day by whose end it is to be done."""
    zone = part.calendar.zone if part.calendar else part.zone
    if isinstance(target, DoneByEndOfDay):
        if row.due_day is None:
            where, right = f"evidence {row.key} of {row.source}", f"due_day ({target.day}) is expected: {HOW_TO_MEND}"
            raise BadInput(where, "names no day by whose end it is due", right)
        return start_of_day(row.due_day + _ONE_DAY, zone)
    return start_of_day(_working_day(target, part, day_at(row.happened_at, zone)) + _ONE_DAY, zone)


def _working_day(target: DoneWithin, part: Part, day: date) -> date:
    """So many working days after the day of the event; for none, that day, or the next working day."""
    if part.calendar is None:
        return day + timedelta(days=target.working_days)
    if target.working_days == 0 and not is_working_day(part.calendar, day):
        return later_working_day(part.calendar, day, 1)
    return later_working_day(part.calendar, day, target.working_days)
