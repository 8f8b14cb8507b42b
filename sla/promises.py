"""Targets in plain words: a sentence for each, in English. What it means in days and figures: `sla.worked_examples`.

Each form of target reads in its own way. Source: DRA-9.
"""

from datetime import timedelta
from decimal import Decimal
from functools import singledispatch

from sla.targets import (
    Availability,
    DoneByEndOfDay,
    DoneWithin,
    GoodEventRatio,
    NoData,
    Outcome,
    Process,
    ResolutionTime,
    ResponseTime,
    Statistic,
    Target,
    Throughput,
    UnknownTime,
    counts_misses,
    level_text,
)

_ALL = Decimal(100)


def sentence(target: Target) -> str:
    """The target in plain words: `Printers work: the service is available in 99.5 % of its service hours; ...`."""
    committed, acceptable = level_text(target, target.committed), level_text(target, target.acceptable)
    least = "nothing less" if target.committed == target.acceptable else f"no less than {acceptable}"
    accepted = "" if counts_misses(target) and target.acceptable is None else f"; {least} is acceptable"
    return f"{target.name}: {_promise(target, committed)}{accepted}{_rules(target)}."


def _rules(target: Target) -> str:
    """What the terms say of time and periods that nobody can speak for, where they say it. Source: MON-14."""
    told = ""
    if isinstance(target, Availability) and target.unknown is not None:
        told = f"; time in which nobody looked {_UNKNOWN[target.unknown]}"
    return told if target.no_data is None else f"{told}; {_NO_DATA[target.no_data]}"


_UNKNOWN = {
    UnknownTime.LEFT_OUT: "is left out",
    UnknownTime.DOWN: "counts as an outage",
    UnknownTime.UP: "counts as available",
}
_NO_DATA = {
    NoData.NO_DATA: "a period without evidence counts neither way",
    NoData.MISSED: "a period without evidence is a miss",
}


@singledispatch
def _promise(target: Target, level: str) -> str:
    raise NotImplementedError(type(target).__name__)


@_promise.register
def _(target: Availability, level: str) -> str:
    return f"the service is available in {level} of its service hours"


@_promise.register
def _(target: ResponseTime, level: str) -> str:
    return _times(target, level, "answered")


@_promise.register
def _(target: ResolutionTime, level: str) -> str:
    return _times(target, level, "resolved")


def _times(target: ResponseTime | ResolutionTime, level: str, done: str) -> str:
    items, limit = _items(target), f"{span_text(target.within)} of service time"
    if target.statistic is Statistic.MISSES:
        return f"{items} are {done} within {limit}, {level} in a period"
    if target.statistic is Statistic.PERCENTILE:
        return f"the time within which {level} of {items} are {done} is at most {limit}"
    if target.statistic is Statistic.AVERAGE:
        at_least = "" if target.committed == _ALL else f", or that limit is {level} of the average time"
        return f"{items} are {done} within {limit} on average{at_least}"
    return f"{level} of {items} are {done} within {limit}"


@_promise.register
def _(target: DoneWithin, level: str) -> str:
    return f"{level} are done {_by_working_day(target.working_days)} this event: {target.event}"


@_promise.register
def _(target: DoneByEndOfDay, level: str) -> str:
    return f"{level} are done by the end of {target.day}, after this event: {target.event}"


@_promise.register
def _(target: GoodEventRatio, level: str) -> str:
    return f"{level} of these: {target.valid}, are these: {target.good}"


@_promise.register
def _(target: Throughput, level: str) -> str:
    return f"at least {level} are delivered"


@_promise.register
def _(target: Outcome, level: str) -> str:
    return f"the outcome is {level} or better"


def span_text(span: timedelta) -> str:
    """`4 hours`, `90 minutes`, `1 second`: never days, for a day of service time is no calendar day."""
    seconds = round(span.total_seconds())
    for size, unit in ((3600, "hour"), (60, "minute")):
        if seconds % size == 0:
            return plural(Decimal(seconds // size), unit)
    return plural(Decimal(seconds), "second")


def plural(number: Decimal, unit: str) -> str:
    """`1 hour`, `1,000 hours`, `5.76 seconds`."""
    text = format(number, ",f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text} {unit}" if text == "1" else f"{text} {unit}s"


def _items(target: ResponseTime | ResolutionTime) -> str:
    if target.process is not None:
        return _OWN_WORK[target.process]
    return f"work items of priority {target.priority}" if target.priority else "work items"


_OWN_WORK = {
    Process.DRAFT: "our drafts of this agreement",
    Process.APPROVE: "approvals of this agreement",
    Process.REPORT: "statements about this agreement",
    Process.CORRECT: "corrective actions of this agreement",
}


def _by_working_day(days: int) -> str:
    if days == 0:
        return "on the working day of"
    return f"within {plural(Decimal(days), 'working day')} after"
