"""Figures and their goals: how times are taken, boiled down and printed. Knows nothing of what is measured.

All goals are ratios or sizes: seconds differ from machine to machine, and from minute to minute on one.
"""

import statistics
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """One measured number and its goal; `detail` holds the numbers that it was made of."""

    name: str
    value: float
    goal: float
    unit: str = "times"
    detail: str = ""
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        """The goal is reached."""
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    @property
    def goal_words(self) -> str:
        """The goal as a reader says it."""
        return f"{'at least' if self.at_least else 'at most'} {self.goal:g} {self.unit}"


@dataclass
class Seconds:
    """The times that one thing took."""

    taken: list[float] = field(default_factory=list)

    def add(self, *seconds: float) -> None:
        """Takes more times in."""
        self.taken.extend(seconds)

    @property
    def p50(self) -> float:
        """The median."""
        return statistics.median(self.taken)

    @property
    def p99(self) -> float:
        """The time that one in a hundred exceeds."""
        return sorted(self.taken)[max(0, -(-len(self.taken) * 99 // 100) - 1)]


def milliseconds(seconds: float) -> str:
    """So many milliseconds, in three digits."""
    return f"{seconds * 1000:.3g} ms"


def took(work: Callable[[], object]) -> float:
    """How many seconds a piece of work took."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def cpu(work: Callable[[], object]) -> float:
    """How many seconds of processor time a piece of work took, on all threads of this process."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


async def awaited(work: Awaitable[object]) -> float:
    """How many seconds something took that was waited for."""
    begun = time.perf_counter()
    await work
    return time.perf_counter() - begun


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios of neighbours: a slow moment of the machine hits both of a pair."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def table(figures: Iterable[Figure], title: str) -> Table:
    """All figures with their goals."""
    out = Table(title=title)
    for heading in ("figure", "measured", "goal", "", "made of"):
        out.add_column(heading, overflow="fold")
    for figure in figures:
        verdict = "[green]ok[/]" if figure.is_met else "[red]not met[/]"
        out.add_row(figure.name, f"{figure.value:.3g} {figure.unit}", figure.goal_words, verdict, figure.detail)
    return out


def show(figures: Iterable[Figure], title: str = "A life of an agreement, against the bare engine") -> None:
    """Prints the table, in full width also where there is no terminal."""
    console = Console()
    (console if console.is_terminal else Console(width=170)).print(table(figures, title))
