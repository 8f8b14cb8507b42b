"""Measurements on our own processes: what the workflow's modules cost, and what a cached agreement does."""

import asyncio
import gc
import subprocess
from functools import partial
from pathlib import Path
from statistics import median

from temporalio import workflow
from temporalio.client import Client

from benchmarks.empty import Empty
from benchmarks.ground import OURS, ground
from benchmarks.lives import Agreements, Handle, start_many
from benchmarks.measure import Figure, cpu, milliseconds
from worker import production_runner
from workflows.agreement import Agreement

_WARM = 40
"""Agreements that are cached before anything is weighed: the first ones also pay for caches and pools."""


async def module_cpu(times: int) -> Figure:
    """A new agreement's modules in the production sandbox, against those of a workflow that is empty."""
    runner = production_runner()
    ours, empty = (workflow._Definition.must_from_class(cls) for cls in (Agreement, Empty))
    taken: tuple[list[float], list[float]] = ([], [])
    gc.collect()
    for _ in range(times):
        for definition, seconds in zip((ours, empty), taken, strict=True):
            seconds.append(cpu(partial(runner.prepare_workflow, definition)))
    a, b = (median(seconds) for seconds in taken)
    return Figure(
        "CPU of a new agreement's modules in the sandbox, of an empty workflow's",
        a / b,
        1.2,
        detail=f"{milliseconds(a)} against {milliseconds(b)}",
    )


async def cached_memory(folder: Path, agreements: int) -> Figure:
    """What the worker's process grows by for each agreement that it keeps in its cache."""
    async with ground(folder) as here:
        empty = resident_kb(here.worker_pid)
        await _cache(here.client, "warm", _WARM)
        warm = resident_kb(here.worker_pid)
        await _cache(here.client, "cold", agreements)
        full = resident_kb(here.worker_pid)
    return Figure(
        "memory of a cached agreement",
        (full - warm) / agreements,
        140,
        "KB",
        f"{empty / 1024:.0f} MB empty, {warm / 1024:.0f} MB with {_WARM}, {full / 1024:.0f} MB with {agreements} more",
    )


async def _cache(client: Client, name: str, count: int, at_once: int = 50) -> None:
    """Starts agreements and takes a first decision in each, so that each is in the cache."""
    lives = Agreements(client, OURS)
    for begin in range(0, count, at_once):
        started = await start_many(lives, f"{name}-{begin}", min(at_once, count - begin))
        await asyncio.gather(*(_begin(lives, life) for life in started))


async def _begin(lives: Agreements, life: Handle) -> None:
    await lives.step(life, 0)


def resident_kb(pid: int) -> int:
    """The resident memory of a process, in KB, as `ps` says it."""
    return int(subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], check=True, capture_output=True, text=True).stdout)
