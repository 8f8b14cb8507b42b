"""Measures a life against the bare engine, in one run: `python -m benchmarks.lifecycle [--quick] [--only WORD]`.

Everything that is compared is measured in turns within one run, and the middle one counts, because the machine
is never alone. The process exits with 0 whatever the figures are: a busy machine is no defect.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.engine import kept_a_decision, lives_a_second, server_settings, update_times
from benchmarks.ground import ground
from benchmarks.measure import Figure, show
from benchmarks.process import cached_memory, module_cpu
from benchmarks.register import commits


@dataclass(frozen=True)
class Effort:
    """How often each thing is measured."""

    rounds: int = 3
    lives: int = 20
    idle_lives: int = 6
    busy_steps: int = 15
    modules: int = 60
    cached: int = 500
    commits: int = 12
    server_idle_steps: int = 60
    server_busy_steps: int = 15
    server_blocks: int = 2


QUICK = Effort(
    rounds=2,
    lives=8,
    idle_lives=2,
    busy_steps=5,
    modules=20,
    cached=100,
    commits=4,
    server_idle_steps=40,
    server_busy_steps=12,
)

Part = Callable[[Path, Effort], Awaitable[list[Figure]]]


async def _lives(folder: Path, effort: Effort) -> list[Figure]:
    async with ground(folder) as here:
        return [
            await lives_a_second(here, effort.rounds, effort.lives),
            *await kept_a_decision(here),
            *await update_times(here, effort.idle_lives, effort.busy_steps),
        ]


async def _process(folder: Path, effort: Effort) -> list[Figure]:
    return [await module_cpu(effort.modules), await cached_memory(folder, effort.cached)]


async def _register(folder: Path, effort: Effort) -> list[Figure]:
    return await asyncio.to_thread(commits, folder, effort.commits)


async def _server(folder: Path, effort: Effort) -> list[Figure]:
    return await server_settings(
        folder, idle_steps=effort.server_idle_steps, busy_steps=effort.server_busy_steps, blocks=effort.server_blocks
    )


PARTS: dict[str, Part] = {"lives": _lives, "process": _process, "register": _register, "server": _server}


async def measure(effort: Effort, only: str | None = None) -> list[Figure]:
    """Every figure, or those of one part."""
    figures = list[Figure]()
    for name, part in PARTS.items():
        if only not in {None, name}:
            continue
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="sla-bench-") as folder:
            figures += await part(Path(folder), effort)
        print(f"{name}: measured in {time.monotonic() - begun:.0f} s", file=sys.stderr)
    return figures


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description="A life of an agreement, against the bare engine.")
    parser.add_argument("--quick", action="store_true", help="fewer repeats: under 45 seconds, with more noise")
    parser.add_argument("--only", choices=sorted(PARTS), help="one part of the figures")
    asked = parser.parse_args()
    show(asyncio.run(measure(QUICK if asked.quick else Effort(), asked.only)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
