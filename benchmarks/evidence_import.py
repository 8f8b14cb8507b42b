"""Files of evidence taken in, against a bare insert of the same rows: `python -m benchmarks.evidence_import [--quick]`.

A file is read, checked row by row, lined up and stored in a register on SQLite. Beside it in each round, the very rows
that this has stored go into a second register by the driver's own `executemany`, in transactions as large: nothing is
read, checked, looked up or digested there. The ratio is of processor time; memory is that of the whole process.
"""

import argparse
import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

from activities.database import migrate, open_engine
from activities.evidence import BATCH, SqlEvidence
from activities.evidence_import import import_rows
from benchmarks.measure import Figure, cpu, median_ratio, show
from sla.targets import GoodEventRatio
from sla.terms import Period
from starter.evidence_files import Format, read_rows
from tests.people import terms
from tests.temporal import enrolled

ROWS, QUICK = 50_000, 10_000
ROUNDS = 5
SIGNED, NOW = datetime(2025, 12, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
YEAR = Period(start=date(2026, 1, 1), end=date(2027, 1, 1), zone="Europe/Berlin")
UP = GoodEventRatio(
    id="up",
    name="Requests are answered",
    measure="answers of the gateway",
    source="gateway",
    committed=Decimal(99),
    acceptable=Decimal(98),
    good="answers",
    valid="requests",
)
GOAL = 10
"""So many times the bare insert."""
_COLUMNS = (
    "kind",
    "source",
    "key",
    "target",
    "start",
    "end",
    "at",
    "good",
    "valid",
    "item",
    "does",
    "priority",
    "note",
)


def a_row(serial: int) -> dict[str, str | int]:
    """Counts, outages and the two ends of work items, in turns, a minute apart."""
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=serial % 400_000)
    since, until = at.isoformat(), (at + timedelta(minutes=5)).isoformat()
    item = {"kind": "item", "source": "ticket system", "key": f"e{serial}", "item": f"INC-{serial // 4}"}
    kinds: tuple[dict[str, str | int], ...] = (
        {
            "kind": "count",
            "source": "gateway",
            "key": f"c{serial}",
            "target": "up",
            "at": since,
            "good": 9,
            "valid": 10,
        },
        {"kind": "outage", "source": "probe", "key": f"o{serial}", "start": since, "end": until, "note": "No answer"},
        {**item, "does": "opened", "at": since, "priority": "high"},
        {**item, "does": "resolved", "at": until},
    )
    return kinds[serial % 4]


def written(folder: Path, form: Format, count: int) -> Path:
    """A file of so many rows."""
    path = folder / f"rows.{form}"
    rows = (a_row(serial) for serial in range(count))
    lines = (json.dumps(row) for row in rows)
    if form is Format.CSV:
        lines = (",".join(str(row.get(name, "")) for name in _COLUMNS) for row in rows)
        path.write_text("\n".join([",".join(_COLUMNS), *lines]), encoding="utf-8")
    else:
        path.write_text("\n".join(lines), encoding="utf-8")
    return path


@contextmanager
def register(folder: Path) -> Iterator[tuple[SqlEvidence, Path, str]]:
    """An empty register with one agreement: its store, its file, the agreement's number."""
    path = folder / "register.db"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    state = enrolled(engine, "benchmark", YEAR, SIGNED, {"targets": (*terms().targets, UP)})
    try:
        yield SqlEvidence(engine), path, state.number
    finally:
        engine.dispose()


def a_round(file: Path) -> tuple[float, float]:
    """Seconds of ours, and of the bare insert of what ours has stored."""

    def ours() -> None:
        with file.open("rb") as stream:
            report = import_rows(store, read_rows(stream, NOW), number, NOW)
        assert report.faults == ()

    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        with register(Path(one)) as (store, path, number):
            taken = cpu(ours)
            with closing(sqlite3.connect(path)) as connection:
                rows = connection.execute("SELECT * FROM evidence ORDER BY rowid").fetchall()
        with register(Path(other)) as (_, path, _), closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            return taken, cpu(lambda: bare(connection, rows))


def bare(connection: sqlite3.Connection, rows: list[tuple[object, ...]]) -> None:
    """The rows and nothing else."""
    signs = ", ".join("?" * len(rows[0]))
    for begin in range(0, len(rows), BATCH):
        with connection:
            connection.executemany(f"INSERT INTO evidence VALUES ({signs})", rows[begin : begin + BATCH])


def figures(count: int) -> Iterator[Figure]:
    """One for each form of a file."""
    with tempfile.TemporaryDirectory() as folder:
        for form in Format:
            file = written(Path(folder), form, count)
            rounds = [a_round(file) for _ in range(ROUNDS)]
            ours, theirs = [each[0] for each in rounds], [each[1] for each in rounds]
            peak = getrusage(RUSAGE_SELF).ru_maxrss // 1024
            detail = (
                f"{count / min(ours):,.0f} rows a second of processor time, bare {count / min(theirs):,.0f}; {peak} MB"
            )
            yield Figure(f"import of {form}", median_ratio(ours, theirs), GOAL, detail=detail)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rows")
    show(figures(QUICK if parser.parse_args().quick else ROWS), "Files of evidence, against a bare insert")
