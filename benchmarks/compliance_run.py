"""A compliance run from the database, end to end: `python -m benchmarks.compliance_run [--quick]`.

A register full of agreements, each with a month of evidence, is swept page by page by the real activity, and every
statement is stored. On SQLite and, where it is installed, on PostgreSQL with fsync. Told are agreements a second, the
share of the time that is not the database's, and the memory at its peak for two sizes: it must stay the same.
The workflow around it adds some milliseconds a page, and is not measured here.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import PoolProxiedConnection

from activities.database import migrate, open_engine
from activities.sweep import SqlSweep
from benchmarks.measure import Figure, show
from sla.terms import Period
from tests.crowd import a_month_of, crowd, witnessed
from tests.postgres import NoPostgres, running_postgres
from tests.temporal import enrolled
from workflows.messages import PageOrder

SIZES = (2_000, 10_000)
QUICK = (400, 2_000)
PAGE = 200
OUTAGES = 12
SIGNED = datetime(2025, 12, 1, tzinfo=UTC)
SINCE, UNTIL = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
AT = datetime(2026, 3, 1, 14, tzinfo=UTC)
YEAR = Period(start=date(2026, 1, 1), end=date(2027, 1, 1), zone="Europe/Berlin")


Parameters = Any
"""As the driver takes them: a tuple or a mapping."""


@dataclass
class Swept:
    """What one run over a register took."""

    agreements: int
    seconds: float
    processor: float
    in_database: float
    again_seconds: float
    peak_mb: float
    grown_mb: float
    """By how much the peak grew between the first page and the last."""


class Clock:
    """The time that the database takes: writing and committing as it happens, and each question asked once more, bare.

    Drivers hand rows out while they are read, so what a question costs is told by asking it again and taking every row.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self._writing, self._begun = engine, 0.0, 0.0
        self._questions: list[tuple[str, Parameters]] = []
        event.listen(engine, "before_cursor_execute", self._begin)
        event.listen(engine, "after_cursor_execute", self._end)
        self._commit = engine.dialect.do_commit
        engine.dialect.do_commit = self._committed  # type: ignore[assignment,method-assign]

    def _begin(self, *_: Any) -> None:
        self._begun = time.perf_counter()

    def _end(self, _connection: Any, _cursor: Any, statement: str, parameters: Parameters, *_: Any) -> None:
        if statement.startswith(("SELECT", "WITH")):
            self._questions.append((statement, parameters))
        else:
            self._writing += time.perf_counter() - self._begun

    def _committed(self, connection: PoolProxiedConnection) -> None:
        begun = time.perf_counter()
        self._commit(connection)
        self._writing += time.perf_counter() - begun

    def seconds(self) -> float:
        """What it has taken so far."""
        questions, taken = tuple(self._questions), self._writing
        raw = self._engine.raw_connection()
        cursor = raw.cursor()
        begun = time.perf_counter()
        for statement, parameters in questions:
            cursor.execute(statement, parameters)
            cursor.fetchall()
        taken += time.perf_counter() - begun
        raw.rollback()
        raw.close()
        return taken


def fill(engine: Engine, agreements: int) -> None:
    """So many agreements in force, each with an observation and twelve outages of half an hour."""
    migrate(engine)
    first = enrolled(engine, "benchmark", YEAR, SIGNED, {})
    numbers = (first.number, *crowd(engine, first, agreements - 1))
    witnessed(engine, numbers, a_month_of(SINCE, UNTIL, OUTAGES), UNTIL)


def sweep(url: str) -> Swept:
    """One run over everything, and the same again, which changes nothing."""
    engine = open_engine(url)
    clock, sweeper = Clock(engine), SqlSweep(engine)
    stated, after, peaks, begun, worked = 0, None, list[float](), time.perf_counter(), time.process_time()
    while True:
        report = sweeper.judge_page(PageOrder(at=AT, after=after, limit=PAGE))
        peaks.append(getrusage(RUSAGE_SELF).ru_maxrss / 1024)
        stated, after = stated + report.stated, report.after
        if after is None:
            break
    seconds, processor = time.perf_counter() - begun, time.process_time() - worked
    in_database = clock.seconds()
    begun, after = time.perf_counter(), None
    while (report := sweeper.judge_page(PageOrder(at=AT, after=after, limit=PAGE, said_at=AT.replace(day=2)))).after:
        after = report.after
    engine.dispose()
    return Swept(
        stated, seconds, processor, in_database, time.perf_counter() - begun, max(peaks), max(peaks) - peaks[0]
    )


def _in_a_process(url: str) -> Swept:
    """A process of its own: memory at its peak is a process's, and never shrinks."""
    command = [sys.executable, "-m", "benchmarks.compliance_run", "--sweep", url]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Swept(**json.loads(done.stdout.splitlines()[-1]))


def _figures(database: str, small: Swept, large: Swept) -> Iterator[Figure]:
    detail = f"{large.agreements:,} agreements in {large.seconds:.1f} s, {large.processor:.1f} s of it our own work"
    rate = large.agreements / large.processor
    yield Figure(f"agreements a second of processor time, on {database}", rate, 300, "a second", detail, at_least=True)
    rest = 100 * (1 - large.in_database / large.seconds)
    detail = f"{large.in_database:.1f} s of {large.seconds:.1f} s are the database: questions, rows, commits"
    yield Figure(f"share of a run that is not the database, on {database}", rest, 50, "%", detail, at_least=True)
    detail = f"{large.again_seconds:.1f} s against {large.seconds:.1f} s; nothing is stored"
    yield Figure(f"the same run again, on {database}", large.again_seconds / large.seconds, 1.5, detail=detail)
    detail = f"{small.peak_mb:.0f} MB for {small.agreements:,}, {large.peak_mb:.0f} MB for {large.agreements:,}"
    yield Figure(f"memory at its peak on {database}", large.peak_mb / small.peak_mb, 1.15, detail=detail)


def measured(database: str, urls: tuple[str, str], sizes: tuple[int, int]) -> list[Figure]:
    """Both sizes on one database."""
    found: list[Swept] = []
    for url, size in zip(urls, sizes, strict=True):
        engine = open_engine(url)
        fill(engine, size)
        engine.dispose()
        found.append(_in_a_process(url))
    return list(_figures(database, *found))


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sla-run-") as name:
        yield Path(name)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller registers, more noise")
    parser.add_argument("--sweep", metavar="URL", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.sweep:
        print(json.dumps(vars(sweep(asked.sweep))))
        return
    sizes = QUICK if asked.quick else SIZES
    with _folder() as folder:
        figures = measured("SQLite", (f"sqlite:///{folder / 'a.db'}", f"sqlite:///{folder / 'b.db'}"), sizes)
    try:
        with running_postgres(durable=True) as server:
            urls = server.url(server.create()), server.url(server.create())
            figures += measured("PostgreSQL", urls, sizes)
    except NoPostgres as absent:
        print(f"PostgreSQL is not measured: {absent}")
    show(figures, "A compliance run, from the database to the statements")


if __name__ == "__main__":
    main()
