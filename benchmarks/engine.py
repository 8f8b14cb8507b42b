"""Measurements on the engine: lives a second, what a decision leaves in the history, and how long an update takes."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from benchmarks.ground import OURS, THEIRS, Ground, bare_worker
from benchmarks.lives import Agreements, BareLives, Handle, Lives, live_all, start_many
from benchmarks.measure import Figure, Seconds, awaited, median_ratio, milliseconds
from tests.temporal import connected, running_server
from workflows.agreement import Agreement

AT_ONCE = 40
"""How many agreements act at the same time where a figure says so."""
_COUNTED_APART = "the opening, the terms and the state that is handed on counted apart"


async def lives_a_second(ground: Ground, rounds: int, lives: int) -> Figure:
    """From the form to the signature, so many at once, in turns with as many bare workflows."""
    ours = Agreements(ground.client, OURS)
    bare = BareLives(ground.client, THEIRS, ours.steps, with_activity=True)
    rates: dict[Lives, list[float]] = {ours: [], bare: []}
    for round_ in range(-1, rounds):  # the first warms up
        for kind, taken in rates.items():
            name = f"rate-{type(kind).__name__}-{round_}"
            seconds = await awaited(_whole_lives(kind, name, lives if round_ >= 0 else 3))
            if round_ >= 0:
                taken.append(lives / seconds)
    return Figure(
        "agreements a second, form to signature, of the bare workflow's",
        median_ratio(rates[ours], rates[bare]),
        0.8,
        at_least=True,
        detail=f"{_rates(rates[ours])} against {_rates(rates[bare])} a second, {lives} at once",
    )


async def _whole_lives(kind: Lives, name: str, count: int) -> None:
    await live_all(kind, await start_many(kind, name, count))


def _rates(rates: list[float]) -> str:
    return ", ".join(f"{rate:.2f}" for rate in rates)


@dataclass(frozen=True)
class _Kept:
    """What one run of an agreement left on the server."""

    events: list[HistoryEvent]
    transitions: int


async def kept_a_decision(ground: Ground) -> list[Figure]:
    """History events, bytes and state transitions of one life, for each of its decisions."""
    ours = Agreements(ground.client, OURS)
    life = await ours.start("kept")
    async with asyncio.timeout(30):  # the opening is over before the first decision, so that they can be told apart
        while await life.query(Agreement.view) is None:
            await asyncio.sleep(0.02)
    await live_all(ours, [life])
    kept = await _first_run(ground.client, life)
    first = next(
        at
        for at, event in enumerate(kept.events)
        if _is(event, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED)
    )
    opening = first - 3  # the workflow task that brought the first decision belongs to it
    count = len(kept.events)
    size = sum(event.ByteSize() for event in kept.events)
    aside = sum(map(_carried_bytes, kept.events))
    decisions = ours.steps
    return [
        Figure("history events a decision", (count - opening) / decisions, 7, "events",
               f"{count} in the run, {opening} of them before the first of {decisions} decisions"),
        Figure("history a decision", (size - aside) / decisions / 1000, 1.5, "kB",
               f"{size / 1000:.1f} kB in the run, {aside / 1000:.1f} kB of it {_COUNTED_APART}"),
        Figure("state transitions a decision", kept.transitions / decisions, 1.5, "transitions",
               f"{kept.transitions} in the run"),
    ]  # fmt: skip


async def _first_run(client: Client, life: Handle) -> _Kept:
    """The run that took the decisions; it hands on when the agreement comes into force."""
    async with asyncio.timeout(30):
        while (await life.describe()).run_id == life.first_execution_run_id:
            await asyncio.sleep(0.05)
    run = client.get_workflow_handle(life.id, run_id=life.first_execution_run_id)
    info = (await run.describe()).raw_description.workflow_execution_info
    return _Kept(list((await run.fetch_history()).events), info.state_transition_count)


def _is(event: HistoryEvent, sort: "EventType.ValueType") -> bool:
    return event.event_type == sort


def _carried_bytes(event: HistoryEvent) -> int:
    """The payloads of an opening, of a state that is handed on, and of submitted terms."""
    started = event.workflow_execution_started_event_attributes
    handed_on = event.workflow_execution_continued_as_new_event_attributes
    request = event.workflow_execution_update_accepted_event_attributes.accepted_request
    bodies = request.input.args.payloads if request.input.name == "submit_draft" else ()
    payloads = (*started.input.payloads, *handed_on.input.payloads, *bodies)
    return sum(payload.ByteSize() for payload in payloads)


async def update_times(ground: Ground, idle_lives: int, busy_steps: int) -> list[Figure]:
    """A decision with its commit against an update that sets a field: one at a time, and forty at once."""
    ours = Agreements(ground.client, OURS)
    bare = BareLives(ground.client, THEIRS, ours.steps, with_activity=False)
    alone = await _in_turns(ours, bare, "idle", idle_lives, at_once=1)
    together = await _in_turns(ours, bare, "busy", AT_ONCE, at_once=AT_ONCE, steps=busy_steps)
    return [
        _times("update with its commit, idle, of a bare update", alone),
        _times(f"the same, {AT_ONCE} at once", together),
    ]


def _times(name: str, times: tuple[Seconds, Seconds]) -> Figure:
    ours, bare = times
    detail = f"p50 {milliseconds(ours.p50)} against {milliseconds(bare.p50)} ({len(ours.taken)} each)"
    return Figure(name, ours.p50 / bare.p50, 1.6, detail=detail)


async def _in_turns(
    a: Lives, b: Lives, name: str, lives: int, *, at_once: int, steps: int | None = None
) -> tuple[Seconds, Seconds]:
    """Both kinds take the same steps, each step of the one kind right after that of the other."""
    times = Seconds(), Seconds()
    started = [await start_many(kind, f"{name}-{type(kind).__name__}-{id(kind)}", lives) for kind in (a, b)]
    for kind, handles in zip((a, b), started, strict=True):  # the first step waits for the openings: it is not timed
        await asyncio.gather(*(kind.step(life, 0) for life in handles))
    for begin in range(0, lives, at_once):
        for step in range(1, steps or a.steps):
            for kind, handles, seconds in zip((a, b), started, times, strict=True):
                group = handles[begin : begin + at_once]
                seconds.add(*await asyncio.gather(*(awaited(kind.step(life, step)) for life in group)))
    return times


async def server_settings(folder: Path, *, idle_steps: int, busy_steps: int, blocks: int) -> list[Figure]:
    """The settings that we ship against the server's own: updates with a local activity, on files.

    Idle means one workflow after the other, each long enough for the pace that a server keeps after its first burst.
    """
    with (
        running_server(folder / "shipped.db", time_skipping=False) as ours,
        running_server(folder / "default.db", time_skipping=False, tuned=False) as theirs,
    ):
        clients = await connected(ours), await connected(theirs)
        async with bare_worker(clients[0]), bare_worker(clients[1]):
            alone = await _in_blocks(_bare(clients, idle_steps), "idle", blocks, at_once=1)
            together = await _in_blocks(_bare(clients, busy_steps), "busy", blocks, at_once=AT_ONCE)
    return [
        Figure("update's idle p50 with shipped server settings, of the defaults'", alone[0].p50 / alone[1].p50, 0.6,
               detail=f"{milliseconds(alone[0].p50)} against {milliseconds(alone[1].p50)}"),
        Figure(f"update's p99 with {AT_ONCE} at once, the same", together[0].p99 / together[1].p99, 0.4,
               detail=f"{milliseconds(together[0].p99)} against {milliseconds(together[1].p99)}"),
    ]  # fmt: skip


def _bare(clients: tuple[Client, Client], steps: int) -> list[BareLives]:
    return [BareLives(client, THEIRS, steps, with_activity=True) for client in clients]


async def _in_blocks(kinds: list[BareLives], name: str, blocks: int, *, at_once: int) -> list[Seconds]:
    """Whole lives without a pause, in turns: a server that paces itself must not recover in the other's turn."""
    times = [Seconds() for _ in kinds]
    for block in range(blocks):
        for kind, seconds in zip(kinds, times, strict=True):
            started = await start_many(kind, f"{name}-{block}", at_once)
            await asyncio.gather(*(_timed_life(kind, life, seconds) for life in started))
    return times


async def _timed_life(kind: Lives, life: Handle, seconds: Seconds) -> None:
    for step in range(kind.steps):
        seconds.add(await awaited(kind.step(life, step)))
