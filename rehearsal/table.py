"""A timeline on a terminal: one table, chapter by chapter, and what it came to. Lines of plain text, as wide as asked.

Knows the timeline and how wide a terminal is; prints nothing itself. Source: SEE-2.
"""

from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table

from rehearsal.timeline import Mark, Timeline
from rehearsal.wording import (
    chapters,
    closing,
    counted,
    day,
    figures,
    heading,
    local,
    reason_of,
    said,
    step_of,
    until_day,
)

_NARROW = 100
"""Below so many columns who acted is left to the sentence, which names them."""


def lines(timeline: Timeline, width: int) -> Iterator[str]:
    """The whole timeline in words, line by line. No line is longer than `width`, and nothing is cut off."""
    yield from _folded("", f"{timeline.title}. {heading(timeline)}.", width)
    for name, text in _assumed(timeline):
        yield from _folded(f"  {name:<11}", text, width)
    yield ""
    yield from _table(timeline, width)
    yield ""
    yield from _folded("", closing(timeline), width)
    yield from _folded("", ", ".join(f"{name} {figure}" for name, figure in figures(timeline)), width)
    yield from _refused(timeline, width)


def _assumed(timeline: Timeline) -> Iterator[tuple[str, str]]:
    zone = timeline.zone
    yield "parties", f"{timeline.provider} for {timeline.customer} ({timeline.kind}, {timeline.service})"
    yield "scenario", timeline.scenario
    for no, each in enumerate(timeline.assumptions):
        yield "" if no else "assumed", each
    yield "terms", timeline.terms_from
    yield "rehearsed", f"from {day(timeline.begins, zone)} to {until_day(timeline.until, zone)}"
    yield "played by", f"sla-life {timeline.version}"


def _refused(timeline: Timeline, width: int) -> Iterator[str]:
    if timeline.refused:
        steps = counted(len(timeline.refused), "step", "steps")
        yield from _folded("", f"The agreement refused {steps} of the scenario:", width)
    for each in timeline.refused:
        at = f"{local(each.at, timeline.zone):%a %Y-%m-%d %H:%M}"
        yield from _folded("  ", f"{at}  {each.who}, to {each.verb.words}: {each.sentence}", width)


def _table(timeline: Timeline, width: int) -> Iterator[str]:
    is_wide = width >= _NARROW
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, width=width)
    drawn.add_column(f"when ({timeline.zone})", overflow="fold")
    if is_wide:
        drawn.add_column("who", overflow="fold")
    drawn.add_column("what", overflow="fold", ratio=1)
    drawn.add_column("letters", justify="right")
    for chapter in chapters(timeline):
        drawn.add_section()
        drawn.add_row(chapter.title, *(("",) if is_wide else ()), chapter.summary, "")
        for mark in chapter.marks:
            drawn.add_row(*_row(timeline, mark, is_wide=is_wide))
    yield from _rendered(drawn, width)


def _row(timeline: Timeline, mark: Mark, *, is_wide: bool) -> tuple[str, ...]:
    at = f"{local(mark.at, timeline.zone):%a %Y-%m-%d %H:%M}"
    reason = " ".join((reason_of(mark) or "").split())
    step = f"[{step_of(mark)}] " if mark.step is not None else ""
    what = f"{step}{mark.sentence}" + (f" “{reason}”" if reason else "")
    return (at, *((said(mark),) if is_wide else ()), what, str(len(mark.letters) or ""))


def _folded(name: str, text: str, width: int) -> Iterator[str]:
    """One line with its name before it; a long one goes on below its text."""
    grid = Table.grid()
    if name:
        grid.add_column(width=len(name), no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(*((name, text) if name else (text,)))
    yield from _rendered(grid, width)


def _rendered(drawn: Table, width: int) -> Iterator[str]:
    console = Console(width=width, markup=False, highlight=False, emoji=False, color_system=None)
    with console.capture() as captured:
        console.print(drawn)
    yield from (line.rstrip() for line in captured.get().splitlines())
