"""Measures a rehearsal: `python -m benchmarks.rehearsal [--quick]`.

How long the whole command takes, what a rehearsed year and an entry cost beside the bare skipping of as many timers on
the same server, and what an active year leaves on the server. Exits with 0 whatever the figures are: a busy machine is
no defect.
"""

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import NamedTuple

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.worker import Worker

from benchmarks.measure import Figure, show
from benchmarks.skipping import Timers
from rehearsal.ground import Ground, ground
from rehearsal.player import Player
from rehearsal.rehearsing import Asked, Rehearsal, prepared
from rehearsal.site import site
from sla.events import Event, Fact
from worker import production_runner
from workflows.ids import agreement_id

FORM = Path(__file__).parents[1] / "examples" / "managed-printing.yaml"
YEARS = 3
BARE = "bare-timers"


class Measured(NamedTuple):
    """One life and the timers beside it, in seconds."""

    ours: float
    bare: float
    events: tuple[Event, ...]


def commands(repeats: int) -> list[Figure]:
    """The whole command, with the start of Python and of the server, until the table is printed."""
    return [_command(years, goal, repeats) for years, goal in ((3, 5.0), (10, 15.0))]


def _command(years: int, goal: float, repeats: int) -> Figure:
    taken = sorted(_seconds_of_command(years) for _ in range(repeats))
    detail = f"the fastest of {repeats}; the median {median(taken):.1f} s"
    return Figure(f"sla rehearse, {years} years, everything included", taken[0], goal, "s", detail)


def _seconds_of_command(years: int) -> float:
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "rehearsal", str(FORM), "--years", str(years)],
        check=True, stdout=subprocess.DEVNULL, cwd=FORM.parents[1],
    )  # fmt: skip
    return time.perf_counter() - begun


async def lives(repeats: int) -> list[Figure]:
    """Lives of three years in turns with as many bare timers, each pair on a server of its own."""
    rehearsal = prepared(Asked(str(FORM), years=YEARS), datetime.now(UTC))
    pairs, kept = [], None
    for _ in range(repeats):
        with site() as place:
            async with ground(place) as here:
                pairs.append(await _pair(here, rehearsal))
                kept = kept or await _year(here, rehearsal)
    assert kept is not None
    ours, bare = median(each.ours for each in pairs), median(each.bare for each in pairs)
    events = len(pairs[0].events)
    ratio = median(each.ours / each.bare for each in pairs)
    return [
        Figure("a rehearsed year", ours / YEARS, 5.0 / YEARS, "s", f"{ours:.2f} s for {YEARS} years, server running"),
        Figure("an entry of a rehearsal", ours / events * 1000, 80, "ms", f"{events} entries"),
        Figure("a rehearsal, of the bare skipping of as many timers", ratio, 2,
               detail=f"{ours:.2f} s against {bare:.2f} s, {len(pairs)} pairs"),
        *kept,
    ]  # fmt: skip


async def _pair(here: Ground, rehearsal: Rehearsal) -> Measured:
    begun = time.perf_counter()
    player = Player(here, rehearsal.scenario, rehearsal.subject.papers, rehearsal.begins)
    assert rehearsal.subject.opening is not None
    await player.receive(rehearsal.subject.opening)
    played = await player.play()
    ours = time.perf_counter() - begun
    events = tuple(each.event for each in here.views.history(played.number))
    return Measured(ours, await _bare(here, events), events)


async def _bare(here: Ground, events: tuple[Event, ...]) -> float:
    """A timer from each entry to the next, skipped at once."""
    spans = [max(1.0, (after.at - before.at).total_seconds()) for before, after in pairwise(events)]
    async with Worker(
        here.client, task_queue=BARE, workflows=[Timers], workflow_runner=production_runner(), build_id="benchmarks"
    ):
        begun = time.perf_counter()
        handle = await here.skipper.client.start_workflow(Timers.run, spans, id=BARE, task_queue=BARE)
        await here.skipper.fast_forward(handle)
        return time.perf_counter() - begun


# -- what a year leaves on the server


class Run(NamedTuple):
    """One run of the chain, by its history."""

    events: list[HistoryEvent]

    @property
    def lived(self) -> list[HistoryEvent]:
        """What it would have left behind without a rehearsal: each hop adds an event, its workflow task's three, and
        one for each timer that it skips to."""
        hops = [at for at, event in enumerate(self.events) if _has(event, "workflow_execution_options_updated")]
        aside = {at + more for at in hops for more in range(4)}
        return [
            event
            for at, event in enumerate(self.events)
            if at not in aside and not _has(event, "workflow_execution_time_skipping_transitioned")
        ]

    @property
    def carried(self) -> int:
        """Bytes of the state that the run began with, and of the one that it handed on."""
        started = self.events[0].workflow_execution_started_event_attributes.input.payloads
        last = self.events[-1].workflow_execution_continued_as_new_event_attributes.input.payloads
        return sum(payload.ByteSize() for payload in (*started, *last))

    @property
    def bytes(self) -> int:
        """All that it would have left behind."""
        return sum(event.ByteSize() for event in self.lived)

    @property
    def actions(self) -> int:
        """Starts, updates, timers, local activities (by their markers) and activities: what Temporal Cloud counts."""
        return sum(any(_has(event, sort) for sort in _ACTIONS) for event in self.lived)


_ACTIONS = (
    "workflow_execution_started",
    "workflow_execution_update_accepted",
    "timer_started",
    "marker_recorded",
    "activity_task_scheduled",
)


def _has(event: HistoryEvent, sort: str) -> bool:
    return event.WhichOneof("attributes") == f"{sort}_event_attributes"


async def _year(here: Ground, rehearsal: Rehearsal) -> list[Figure]:
    """The four runs from the second review to the sixth: a year in force, four reviews, no trouble and no notice."""
    assert rehearsal.subject.opening is not None
    opening = rehearsal.subject.opening
    runs = [run async for run in _chain(here.client, agreement_id(opening.provider, opening.reference))]
    year = runs[3:7]  # the first run ends with the signature, and each of the others with a review
    _require_quiet(here, rehearsal)
    events = sum(len(run.lived) for run in year)
    size, carried = sum(run.bytes for run in year), sum(run.carried for run in year)
    return [
        Figure("history events of an active year", events, 60, "events",
               "four reviews in four runs; what the skipping adds is counted apart"),
        Figure("history of an active year", (size - carried) / 1000, 12, "kB",
               f"{size / 1000:.0f} kB with the state that each run is begun with and hands on"),
        Figure("actions of an active year", sum(run.actions for run in year), 40, "actions"),
    ]  # fmt: skip


def _require_quiet(here: Ground, rehearsal: Rehearsal) -> None:
    """Nobody was reminded of anything: it is the year that the goal speaks of."""
    facts = {each.event.fact for each in here.views.history(rehearsal.subject.state.number)}
    assert not facts & {Fact.REMINDED, Fact.ESCALATED, Fact.REVIEW_OVERDUE}


async def _chain(client: Client, workflow_id: str) -> AsyncIterator[Run]:
    """Every run of an agreement, the first first."""
    last = await client.get_workflow_handle(workflow_id).describe()
    following = last.raw_description.workflow_execution_info.first_run_id
    while following:
        history = await client.get_workflow_handle(workflow_id, run_id=following).fetch_history()
        events = list(history.events)
        yield Run(events)
        following = events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id


def _figures(*, quick: bool) -> Iterator[Figure]:
    yield from asyncio.run(lives(1 if quick else 3))
    yield from commands(1 if quick else 3)


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description="A rehearsal, against the bare skipping of time.")
    parser.add_argument("--quick", action="store_true", help="each thing once")
    show(list(_figures(quick=parser.parse_args().quick)), "Rehearsals, against the bare skipping of time")
    return 0


if __name__ == "__main__":
    sys.exit(main())
