"""The page of a rehearsal: one file that shows the whole life, on a screen, on a phone and on paper.

Knows the templates in `templates/rehearsal`, and gives them values only; everything of strangers is escaped there. The
page loads nothing: styles and pictures stand in it. It holds no date of its own making. Source: SEE-2.
"""

from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from rehearsal import picture, wording
from rehearsal.axis import LEFT, RIGHT, WIDTH
from rehearsal.signs import SIGNS, Shape
from rehearsal.timeline import Mark, Refused, Timeline, Written
from sla.canonical import text_digest


class _Line(NamedTuple):
    """One event in the table."""

    no: int
    exact: str
    day: str
    clock: str
    who: str
    sentence: str
    reason: str | None
    letters: str
    step: str
    """`Step 3`, where it is a step of the scenario."""


class _Chapter(NamedTuple):
    title: str
    summary: str
    rows: tuple[_Line, ...]


class _Edition(NamedTuple):
    no: int
    written: str
    in_force: str
    fee: str
    hash: str


class _Refusal(NamedTuple):
    day: str
    clock: str
    who: str
    what: str
    sentence: str


def page(timeline: Timeline) -> str:
    """The page, complete: the same text for the same timeline."""
    zone = timeline.zone
    return _TEMPLATES.get_template("page.html").render(
        t=timeline,
        begins=wording.day(timeline.begins, zone),
        until=wording.until_day(timeline.until, zone),
        heading=wording.heading(timeline),
        closing=wording.closing(timeline),
        figures=wording.figures(timeline),
        pictures=picture.pictures(timeline),
        shapes=_shapes(timeline),
        width=WIDTH,
        left=LEFT,
        right=RIGHT,
        bar=picture.BAR,
        editions=[_edition(each, zone) for each in timeline.editions],
        refused=[_refusal(each, zone) for each in timeline.refused],
        chapters=[_chapter(each, zone) for each in wording.chapters(timeline)],
        post=wording.post_of(timeline),
        digest=text_digest(timeline.model_dump_json()),
    )


def _environment() -> Environment:
    """HTML is escaped, whatever the name of the template; an unknown name is an error."""
    return Environment(
        loader=PackageLoader("templates", "rehearsal"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


_TEMPLATES = _environment()


def _shapes(timeline: Timeline) -> list[Shape]:
    """Those that the pictures use, in the order of the legend."""
    used = {SIGNS[mark.fact].shape for mark in timeline.marks}
    return [shape for shape in Shape if shape in used]


def _chapter(chapter: wording.Chapter, zone: str) -> _Chapter:
    return _Chapter(chapter.title, chapter.summary, tuple(_line(mark, zone) for mark in chapter.marks))


def _line(mark: Mark, zone: str) -> _Line:
    there = wording.local(mark.at, zone)
    told = "; ".join(wording.letters(mark))
    return _Line(
        no=mark.no,
        exact=there.isoformat(),
        day=wording.weekday(mark.at, zone),
        clock=f"{there:%H:%M}",
        who=wording.said(mark),
        sentence=mark.sentence,
        reason=wording.reason_of(mark),
        letters=f"{wording.counted(len(mark.letters), 'letter', 'letters')}: {told}" if told else "",
        step=wording.step_of(mark),
    )


def _edition(edition: Written, zone: str) -> _Edition:
    in_force = "never"
    if edition.since is not None:
        until = f"until {wording.until_day(edition.until, zone)}" if edition.until else "still in force"
        in_force = f"from {wording.day(edition.since, zone)} {until}"
    written = f"{wording.day(edition.at, zone)} by {edition.author}"
    return _Edition(edition.no, written, in_force, edition.fee or "none", edition.hash)


def _refusal(refused: Refused, zone: str) -> _Refusal:
    clock = f"{wording.local(refused.at, zone):%H:%M}"
    return _Refusal(wording.weekday(refused.at, zone), clock, refused.who, f"To {refused.verb.words}", refused.sentence)
