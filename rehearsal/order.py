"""Whether the steps of a scenario can follow each other: their times as they stand in the file, and no loops. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from rehearsal.moments import LAST_YEAR, After, Anchor, By, On, When, dated
from rehearsal.outline import Outline
from rehearsal.scenario import Step
from sla.stages import Verb
from starter.yaml_text import Trail

_A_DAY = timedelta(days=1)


class Placed(NamedTuple):
    """A step, and its place in the file."""

    place: int
    step: Step

    def fault(self, field: str, wrong: str) -> "Disorder":
        """What is wrong with one of its fields."""
        return Disorder(("steps", self.place, field), wrong)


class Disorder(NamedTuple):
    """Where in the file something does not hold, and what would be right."""

    path: Trail
    wrong: str


def disorder(steps: list[Placed], outline: Outline) -> Iterator[Disorder]:
    """Every fault: loops, names that stand twice, times out of order, times outside the rehearsal."""
    yield from _names(steps)
    yield from _times([each for each in steps if not _comes_again(each.step.when)], outline)


def _comes_again(when: When) -> bool:
    return isinstance(when, By) and when.each


# -- loops


def _names(steps: list[Placed]) -> Iterator[Disorder]:
    named: dict[str, Placed] = {}
    for each in steps:
        name = each.step.name
        if name in named:
            yield each.fault("name", f"{name!r} is the name of line {named[name].step.line} too; another is expected")
        elif name:
            named[name] = each
    for each in steps:
        if isinstance(each.step.when, By):
            yield from _loops(each, each.step.when, named)


def _loops(placed: Placed, when: By, named: dict[str, Placed]) -> Iterator[Disorder]:
    if when.each and when.anchor is Anchor.REVIEW and placed.step.verb is Verb.REQUEST_CHANGE:
        yield placed.fault(
            "when",
            "makes a loop: a change that is asked for opens a review, in which this step would ask for the next "
            "change, for ever; one review such as `review 2` is expected",
        )
    if when.anchor is not Anchor.STEP:
        return
    other = named.get(when.which)
    if other is None:
        known = ", ".join(named) or "no step has a name here"
        yield placed.fault("when", f"waits for a step {when.which!r} that is not there; {known}")
    elif other.place >= placed.place:
        yield placed.fault(
            "when",
            f"makes a loop: it waits for step {when.which!r} on line {other.step.line}, which waits for this one, "
            "as steps are played in the order of the file; an earlier step is expected",
        )


# -- times


def _times(steps: list[Placed], outline: Outline) -> Iterator[Disorder]:
    last: tuple[datetime, Placed] | None = None
    reached: datetime = outline.begins
    exact = True
    for each in steps:
        at = _expected(each.step.when, reached if exact else None, outline, reached)
        exact = at is not None
        if at is None:
            continue
        wrong = _outside(at, each, outline) or _before_the_last(at, each, last, outline)
        if wrong:
            yield each.fault("when", wrong)
            return
        last, reached = (at, each), max(at, reached)


def _expected(when: When, before: datetime | None, outline: Outline, reached: datetime) -> datetime | None:
    """When a step would be played if nothing moved a date; None where the papers do not tell."""
    if isinstance(when, After):
        return before + when.span if before is not None else None
    if isinstance(when, On):
        return when.instant(outline.zone)
    day = outline.day_of(when.anchor, when.which, reached)
    return dated(when, day, outline.zone) if day is not None else None


def _outside(at: datetime, placed: Placed, outline: Outline) -> str | None:
    said = placed.step.said
    if at.year > LAST_YEAR:
        return f"{said!r} ({outline.day(at)}) is out of range; a time up to the year {LAST_YEAR} is expected"
    if at < outline.begins - _A_DAY:
        return (
            f"{said!r} ({outline.day(at)}) is before the rehearsal begins on {outline.day(outline.begins)}; "
            "a later time is expected"
        )
    if outline.until is not None and at > outline.until:
        return (
            f"{said!r} ({outline.day(at)}) is after the rehearsal ends on {outline.day(outline.until)}; an earlier "
            "time, or a later `until`, is expected"
        )
    return None


def _before_the_last(
    at: datetime, placed: Placed, last: tuple[datetime, Placed] | None, outline: Outline
) -> str | None:
    if last is None or at >= last[0] - _A_DAY:
        return None
    return (
        f"is out of order: {placed.step.said!r} ({outline.day(at)}) comes before {last[1].step.said!r} on line "
        f"{last[1].step.line} ({outline.day(last[0])}); steps are expected in the order of their times"
    )
