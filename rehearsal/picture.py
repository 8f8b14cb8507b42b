"""Where everything of a timeline stands in its pictures: bars, signs, letters and dates as figures on a plane.

Knows lengths and instants. The template draws what is given here, and no figure here is HTML yet. Signs that stand too
close to be told apart become one, which names them all. Source: SEE-2.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from rehearsal.axis import LEFT, RIGHT, Tick, Window, ticks, window
from rehearsal.signs import SIGNS, Lane, Shape, weightiest
from rehearsal.timeline import Bar, Mark, Row, Timeline
from rehearsal.wording import closing, counted, day, ended_at, rehearsed_from, until_day, weekday
from sla.events import Fact
from sla.stages import Stage

ROW, BAR, LANE, LETTERS = 27.0, 19.0, 27.0, 40.0
"""The heights of a row of bars, of a bar in it, of a row of signs, and of the row of letters."""
TIER, TIERS, AXIS = 17.0, 4, 24.0
_CLOSE = 9.0
"""Signs of one lane that are closer than this become one."""
_COLUMN = 4.0
_CHARACTER = 6.4
"""The width of one character of a label, with a little room."""
_MOST_TOLD = 6
"""How many events one sign tells in words; the table tells them all."""
_ENLARGED = 6.0
"""What is shorter than the whole by this factor is shown enlarged as well."""


class Side(StrEnum):
    """Where the label of a bar has room."""

    INSIDE = "inside"
    RIGHT = "right"
    LEFT = "left"
    NOWHERE = "nowhere"


class Drawn(NamedTuple):
    """One bar. `label` is empty where it does not fit."""

    tone: str
    x: float
    y: float
    width: float
    label: str
    title: str
    side: Side


class Sign(NamedTuple):
    """One or more marks at one place, known by their numbers in the record."""

    shape: Shape
    x: float
    y: float
    many: int
    numbers: str
    title: str


class Column(NamedTuple):
    """The letters of a short time."""

    x: float
    y: float
    height: float
    title: str


class Milestone(NamedTuple):
    """A date that the picture says in words, on one of the tiers above the axis; without words where none has room."""

    x: float
    y: float
    text: str
    is_left: bool
    """Its words stand to the left of its line."""
    is_end: bool


class Heading(NamedTuple):
    """The name of a row at its middle, and the row's upper edge."""

    y: float
    edge: float
    text: str


class Picture(NamedTuple):
    """One drawing: the whole life, or a part of it enlarged. The dates are above `top`, where the axis stands."""

    key: str
    title: str
    summary: str
    top: float
    bottom: float
    ticks: tuple[Tick, ...]
    headings: tuple[Heading, ...]
    bars: tuple[Drawn, ...]
    signs: tuple[Sign, ...]
    columns: tuple[Column, ...]
    milestones: tuple[Milestone, ...]


class _Scene(NamedTuple):
    """What one drawing is to show."""

    key: str
    title: str
    shown: Window
    marks: tuple[Mark, ...]
    bars: tuple[Bar, ...]
    milestones: tuple[tuple[datetime, str, bool], ...]


def pictures(timeline: Timeline) -> tuple[Picture, ...]:
    """The whole life, and then enlarged what is too short to be read in it: its making, and each amendment."""
    return tuple(_picture(timeline, scene) for scene in _scenes(timeline))


def _scenes(timeline: Timeline) -> Iterator[_Scene]:
    first = min(timeline.begins, timeline.marks[0].at)
    whole = window(first, timeline.until, timeline.zone)
    yield _Scene("whole", "The whole life", whole, timeline.marks, timeline.bars, tuple(_milestones(timeline)))
    making = _making(timeline)
    parts = [("making", "From the request to the signature", *making)] if making else []
    for no, bar in enumerate((bar for bar in timeline.bars if bar.row is Row.AMENDMENT), start=1):
        name = bar.label.partition(",")[0]
        parts.append((f"amendment-{no}", name.capitalize(), bar.since, bar.until or timeline.until))
    for key, title, since, until in parts:
        if since >= (rehearsed_from(timeline) or first) and (until - since) * _ENLARGED < timeline.until - first:
            yield _part(timeline, key, f"{title}, enlarged", since, until)


def _making(timeline: Timeline) -> tuple[datetime, datetime] | None:
    """From the first event to the last signature; None for a life that begins later or ends before."""
    signed = next((mark.at for mark in timeline.marks if mark.stage is Stage.ACTIVE), None)
    return (timeline.marks[0].at, signed) if signed and signed > timeline.marks[0].at else None


def _part(timeline: Timeline, key: str, title: str, since: datetime, until: datetime) -> _Scene:
    shown = window(since, until, timeline.zone)
    within = tuple(mark for mark in timeline.marks if shown.has(mark.at))
    stages = [bar for bar in timeline.bars if bar.row is Row.STAGE and bar.until and shown.has(bar.until)]
    bars = stages if key == "making" else list(_inner_stages(within, since, until))
    return _Scene(key, title, shown, within, tuple(bars), ())


def _inner_stages(marks: tuple[Mark, ...], since: datetime, until: datetime) -> Iterator[Bar]:
    """The stages of an amendment: drafting, from the review that decided it, then wherever its events led."""
    stage = Stage.DRAFTING
    for mark in marks:
        if mark.amending is not None and mark.amending is not stage:
            yield Bar(row=Row.AMENDMENT, label=stage.value, since=since, until=mark.at)
            stage, since = mark.amending, mark.at
    if stage is not Stage.ACTIVE and not stage.is_end:
        yield Bar(row=Row.AMENDMENT, label=stage.value, since=since, until=until)


# -- one drawing


def _picture(timeline: Timeline, scene: _Scene) -> Picture:
    milestones, tiers = _placed(scene)
    top = tiers * TIER + AXIS + 6
    rows = [row for row in Row if any(bar.row is row for bar in scene.bars)]
    lanes = [lane for lane in Lane if any(SIGNS[mark.fact].lane is lane for mark in scene.marks)]
    under = top + 8 + len(rows) * ROW
    letters = under + 4 + len(lanes) * LANE
    headings = [_heading(top + 8, ROW, no, row.value) for no, row in enumerate(rows)]
    headings += [_heading(under + 4, LANE, no, lane.value) for no, lane in enumerate(lanes)]
    return Picture(
        key=scene.key,
        title=scene.title,
        summary=_summary(timeline, scene),
        top=top,
        bottom=letters + LETTERS + 4,
        ticks=ticks(scene.shown),
        headings=(*headings, _heading(letters, LETTERS, 0, "letters")),
        bars=tuple(_drawn(scene, top + 8, rows)),
        signs=tuple(_signs(scene, under + 4, lanes)),
        columns=tuple(_columns(scene, letters + LETTERS)),
        milestones=milestones,
    )


def _heading(top: float, height: float, no: int, text: str) -> Heading:
    return Heading(top + (no + 0.5) * height, top + no * height, text)


def _summary(timeline: Timeline, scene: _Scene) -> str:
    """What somebody hears who does not see the picture."""
    first, last = scene.marks[0].at, scene.marks[-1].at
    lasting = "; ".join(_lasting(bar, timeline.zone) for bar in scene.bars)
    between = f"From {day(first, timeline.zone)} to {day(last, timeline.zone)}: "
    happened = counted(len(scene.marks), "event", "events")
    end = f" {closing(timeline)}" if scene.key == "whole" else ""
    return f"{between}{happened}. {lasting}.{end} The table below tells the same in words."


def _lasting(bar: Bar, zone: str) -> str:
    until = f"until {until_day(bar.until, zone)}" if bar.until else "still lasting"
    return f"{bar.row} {bar.label}, from {day(bar.since, zone)} {until}"


def _drawn(scene: _Scene, top: float, rows: list[Row]) -> Iterator[Drawn]:
    for no, row in enumerate(rows):
        bars = [bar for bar in scene.bars if bar.row is row]
        spans = [_span(scene.shown, bar) for bar in bars]
        before = [LEFT, *(end for _, end in spans)]
        after = [*(start for start, _ in spans[1:]), RIGHT]
        for bar, (start, end), free, following in zip(bars, spans, before, after, strict=False):
            side = _side(len(bar.label) * _CHARACTER + 9, end - start, start - free, following - end)
            yield Drawn(
                tone=_tone(bar),
                x=start,
                y=top + no * ROW + (ROW - BAR) / 2,
                width=round(end - start, 1),
                label="" if side is Side.NOWHERE else bar.label,
                title=_lasting(bar, scene.shown.zone),
                side=side,
            )


def _span(shown: Window, bar: Bar) -> tuple[float, float]:
    start = shown.x(bar.since)
    return start, max(shown.x(bar.until) if bar.until else RIGHT, start + 1.6)


def _side(length: float, inside: float, left: float, right: float) -> Side:
    rooms = ((Side.INSIDE, inside), (Side.RIGHT, right), (Side.LEFT, left))
    return next((side for side, room in rooms if length <= room), Side.NOWHERE)


def _tone(bar: Bar) -> str:
    if bar.row is Row.STAGE:
        return "active" if bar.label in {Stage.ACTIVE.value, Stage.ENDING.value} else "making"
    return bar.row.name.lower()


def _signs(scene: _Scene, top: float, lanes: list[Lane]) -> Iterator[Sign]:
    for no, lane in enumerate(lanes):
        y = top + no * LANE + LANE / 2
        for group in _grouped(scene, (mark for mark in scene.marks if SIGNS[mark.fact].lane is lane)):
            places = [scene.shown.x(mark.at) for mark in group]
            yield Sign(
                shape=weightiest([SIGNS[mark.fact].shape for mark in group]),
                x=round((places[0] + places[-1]) / 2, 1),
                y=y,
                many=len(group),
                numbers=" ".join(str(mark.no) for mark in group),
                title=_told(group, scene.shown.zone),
            )


def _grouped(scene: _Scene, marks: Iterable[Mark]) -> Iterator[list[Mark]]:
    """Marks from left to right, those together that would touch the first of their group."""
    group: list[Mark] = []
    for mark in marks:
        if group and scene.shown.x(mark.at) - scene.shown.x(group[0].at) > _CLOSE:
            yield group
            group = []
        group.append(mark)
    if group:
        yield group


def _told(group: list[Mark], zone: str) -> str:
    lines = [f"{weekday(mark.at, zone)}: {mark.sentence}" for mark in group[:_MOST_TOLD]]
    rest = len(group) - _MOST_TOLD
    return "\n".join([*lines, f"and {counted(rest, 'more', 'more')}, in the table"] if rest > 0 else lines)


def _columns(scene: _Scene, base: float) -> Iterator[Column]:
    """Letters as columns, as high as there are many."""
    places: dict[float, list[Mark]] = {}
    for mark in scene.marks:
        if mark.letters:
            place = LEFT + (scene.shown.x(mark.at) - LEFT) // _COLUMN * _COLUMN
            places.setdefault(place, []).append(mark)
    most = max((_posted(marks) for marks in places.values()), default=1)
    for x, marks in places.items():
        height = max(round(_posted(marks) / most * (LETTERS - 12), 1), 2.0)
        number = counted(_posted(marks), "letter", "letters")
        first, last = weekday(marks[0].at, scene.shown.zone), weekday(marks[-1].at, scene.shown.zone)
        when = first if first == last else f"{first} to {last}"
        yield Column(round(x, 1), round(base - height, 1), height, f"{when}: {number}")


def _posted(marks: list[Mark]) -> int:
    return sum(len(mark.letters) for mark in marks)


# -- dates in words


_TOLD: dict[Fact, str] = {
    Fact.REQUEST_RECEIVED: "requested",
    Fact.TERM_BEGAN: "term begins",
    Fact.EDITION_TOOK_EFFECT: "new edition",
    Fact.NOTICE_GIVEN: "notice given",
    Fact.SUSPENDED: "suspended",
    Fact.TERMINATION_OPENED: "termination opened",
    Fact.LIFE_TAKEN_UP: "taken up",
}


def _milestones(timeline: Timeline) -> Iterator[tuple[datetime, str, bool]]:
    """The dates that a reader looks for first, each with its words, and whether it is the end."""
    zone, over, before = timeline.zone, ended_at(timeline), Stage.REQUESTED
    ahead = rehearsed_from(timeline)
    if ahead is not None:
        yield ahead, f"rehearsed from {day(ahead, zone)}", False
    for mark in timeline.marks:
        signed = mark.stage is Stage.ACTIVE and before is Stage.SIGNING
        words = "signed" if signed else _TOLD.get(mark.fact)
        if words:
            yield mark.at, f"{words} {day(mark.at, zone)}", False
        before = mark.stage
    if over is not None:
        yield over, f"{timeline.stage} {until_day(over, zone).removeprefix('the ')}", True


def _placed(scene: _Scene) -> tuple[tuple[Milestone, ...], int]:
    """Each on the lowest tier where its words are free, the end before all others; and how many tiers that takes."""
    taken: list[list[tuple[float, float]]] = []
    found: list[tuple[Milestone, int]] = []
    for at, text, is_end in sorted(scene.milestones, key=lambda each: (not each[2], each[0])):
        x = scene.shown.x(at)
        length = len(text) * _CHARACTER + 10
        is_left = x + length > RIGHT
        tier = _tier(taken, (x - length, x) if is_left else (x, x + length))
        words = text if tier < TIERS else ""
        found.append((Milestone(x, 0.0, words, is_left, is_end), min(tier, TIERS - 1)))
    tiers = min(len(taken), TIERS)
    return tuple(each._replace(y=(tiers - tier) * TIER) for each, tier in found), tiers


def _tier(taken: list[list[tuple[float, float]]], span: tuple[float, float]) -> int:
    """The lowest tier on which a span is free; it is taken then, and a new one is opened where there is none."""
    tier = next((no for no, spans in enumerate(taken) if not any(_meet(span, each) for each in spans)), len(taken))
    if tier == len(taken):
        taken.append([])
    taken[tier].append(span)
    return tier


def _meet(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
