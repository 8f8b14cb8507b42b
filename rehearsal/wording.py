"""How a timeline is said, on a terminal and on the page alike: its chapters, local times, and lines about letters.

Knows English and the zone of the contract; knows neither a terminal nor HTML.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rehearsal.timeline import Mark, Timeline
from sla.events import Fact
from sla.stages import Stage


class Chapter(NamedTuple):
    """What happened before the signature, or in one local year after it."""

    title: str
    summary: str
    marks: tuple[Mark, ...]


def chapters(timeline: Timeline) -> tuple[Chapter, ...]:
    """Every mark once, in its chapter."""
    groups = groupby(timeline.marks, key=lambda mark: _title(timeline, mark))
    return tuple(Chapter(title, _summary(marks), marks) for title, found in groups for marks in [tuple(found)])


def _title(timeline: Timeline, mark: Mark) -> str:
    signed = next((each.no for each in timeline.marks if each.stage is Stage.ACTIVE), None)
    if signed is None:
        title = "Until the end" if timeline.stage.is_end else "Before the signature"
    elif mark.no <= signed:
        title = "Until the signature"
    else:
        title = str(local(mark.at, timeline.zone).year)
    return f"{title}, happened" if mark.no <= timeline.happened else title


def heading(timeline: Timeline) -> str:
    """What is to be known before anything else."""
    if not timeline.happened:
        return "Rehearsal: none of this has happened"
    return f"Rehearsal: nothing after event {timeline.happened} has happened"


def rehearsed_from(timeline: Timeline) -> datetime | None:
    """Where what has happened ends, in a picture; None where nothing has."""
    if not timeline.happened:
        return None
    ahead = [mark.at for mark in timeline.marks if mark.no > timeline.happened]
    return min([timeline.begins, *ahead])


_COUNTED: tuple[tuple[frozenset[Fact], str, str], ...] = (
    (frozenset({Fact.REVIEW_CONCLUDED}), "review held", "reviews held"),
    (frozenset({Fact.REVIEW_OVERDUE}), "review overdue", "reviews overdue"),
    (frozenset({Fact.RENEWED}), "renewal", "renewals"),
    (frozenset({Fact.REMINDED, Fact.ESCALATED}), "call to somebody silent", "calls to somebody silent"),
)


def _summary(marks: tuple[Mark, ...]) -> str:
    found = [counted(len(marks), "event", "events")]
    for facts, one, more in _COUNTED:
        number = sum(mark.fact in facts for mark in marks)
        if number:
            found.append(counted(number, one, more))
    return ", ".join((*found, counted(sum(len(mark.letters) for mark in marks), "letter", "letters")))


def counted(number: int, one: str, more: str) -> str:
    """`1 letter`, `3 letters`."""
    return f"{number} {one if number == 1 else more}"


def local(at: datetime, zone: str) -> datetime:
    """An instant on the clocks of the contract's zone."""
    return at.astimezone(ZoneInfo(zone))


def day(at: datetime, zone: str) -> str:
    """`2 Mar 2026`."""
    there = local(at, zone)
    return f"{there.day} {there:%b %Y}"


def weekday(at: datetime, zone: str) -> str:
    """`Mon 2 Mar 2026`."""
    return f"{local(at, zone):%a} {day(at, zone)}"


def said(mark: Mark) -> str:
    """Who acted, as a table says it: with the one whose decision it was."""
    return f"{mark.name} for {mark.on_behalf_of}" if mark.on_behalf_of else mark.name


def step_of(mark: Mark) -> str:
    """`Step 3`, where an event is a step of the scenario; else nothing."""
    return f"Step {mark.step}" if mark.step is not None else ""


def reason_of(mark: Mark) -> str | None:
    """The reason that was given, unless the sentence tells it already."""
    return None if mark.reason is None or mark.reason.rstrip(".") in mark.sentence else mark.reason


def letters(mark: Mark) -> Iterator[str]:
    """The letters of an event by their kind: `review pack to Ana Ruiz, Bo Lindqvist`."""
    for kind, posts in groupby(mark.letters, key=lambda post: post.kind):
        yield f"{kind.value.replace('_', ' ')} to {', '.join(post.reader for post in posts)}"


def post_of(timeline: Timeline) -> tuple[tuple[str, int, str], ...]:
    """For each reader: the name, how many letters, and of which kinds; the one with most letters first."""
    readers: dict[str, Counter[str]] = {}
    for mark in timeline.marks:
        for post in mark.letters:
            readers.setdefault(post.reader, Counter())[post.kind.value.replace("_", " ")] += 1
    rows = [(name, kinds.total(), _kinds(kinds)) for name, kinds in readers.items()]
    return tuple(sorted(rows, key=lambda row: (-row[1], row[0])))


def _kinds(kinds: Counter[str]) -> str:
    ordered = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{kind} ({number})" if number > 1 else kind for kind, number in ordered)


def until_day(at: datetime, zone: str) -> str:
    """`the end of 31 Aug 2029` for the instant at which the next day begins; else the day itself."""
    there = local(at, zone)
    return day(at, zone) if there.time() > time(0, 1) else f"the end of {day(at - timedelta(hours=12), zone)}"


def ended_at(timeline: Timeline) -> datetime | None:
    """When it was over; None while it goes on."""
    return next((mark.at for mark in timeline.marks if mark.stage is Stage.ENDING or mark.stage.is_end), None)


def closing(timeline: Timeline) -> str:
    """Where it stands when the rehearsal is over, in one sentence."""
    over = ended_at(timeline)
    if over is None:
        at = day(timeline.until, timeline.zone)
        return f"The rehearsal stops on {at}; the agreement is {timeline.stage} then, and goes on."
    at = until_day(over, timeline.zone)
    on = "with" if at.startswith("the end") else "on"
    why = f": {timeline.why.rstrip('.')}" if timeline.why else ""
    return f"{timeline.stage.capitalize()} {on} {at}{why}."


def figures(timeline: Timeline) -> tuple[tuple[str, str], ...]:
    """The key figures, each with its name; those of a life in force only where it came into force."""
    found = timeline.figures
    living = (
        ("reviews held", str(found.reviews_held)),
        ("reviews never concluded", str(found.reviews_missed)),
        ("renewals", str(found.renewals)),
        ("amendments", str(found.amendments)),
    )
    was_signed = any(mark.stage is Stage.ACTIVE for mark in timeline.marks)
    return (
        *((("events that had happened before", str(timeline.happened)),) if timeline.happened else ()),
        ("events rehearsed" if timeline.happened else "events", str(found.events)),
        ("letters", str(found.letters)),
        ("editions", str(found.editions)),
        *(living if was_signed else ()),
        ("fee a month at the end" if was_signed else "fee a month as last written", found.fee or "none"),
    )
