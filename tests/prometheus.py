"""A real Prometheus on loopback with a history made by promtool: Debian's package `prometheus` brings both."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import httpx
import pytest

Series = Mapping[str, Mapping[datetime, str]]
"""The samples of each series, as Prometheus is told: `1`, `0.5`, `NaN`, `+Inf`."""
_READY_WITHIN_SECONDS = 20


def needed() -> None:
    """Skips the test on a machine without Prometheus. CI installs it, and fails where it is missing all the same."""
    if shutil.which("prometheus") is None or shutil.which("promtool") is None:
        if "CI" in os.environ:
            pytest.fail("CI runs these tests always, and prometheus or promtool is not here")
        pytest.skip("prometheus and promtool are not here; Debian's package prometheus brings both")


@contextmanager
def running_prometheus(folder: Path, series: Series) -> Iterator[str]:
    """The URL of a server that knows these samples, until the block ends."""
    _make_history(folder, series)
    (folder / "prometheus.yml").write_text("global: {}\n", encoding="utf-8")
    port = _free_port()
    words = (
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        "--storage.tsdb.retention.time=100y",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=error",
    )
    with (folder / "prometheus.log").open("wb") as log, subprocess.Popen(words, stdout=log, stderr=log) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_ready(url, server, folder / "prometheus.log")
            yield url
        finally:
            server.kill()


def _make_history(folder: Path, series: Series) -> None:
    names = sorted({name.partition("{")[0] for name in series})
    lines = []
    for name in names:
        lines.append(f"# TYPE {name} gauge")
        for labelled, samples in series.items():
            if labelled.partition("{")[0] == name:
                lines += [f"{labelled} {value} {int(at.timestamp())}" for at, value in sorted(samples.items())]
    source = folder / "history.om"
    source.write_text("\n".join([*lines, "# EOF\n"]), encoding="utf-8")
    words = ("promtool", "tsdb", "create-blocks-from", "openmetrics", source, folder / "data")
    subprocess.run(words, check=True, capture_output=True)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_ready(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + _READY_WITHIN_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            if httpx.get(f"{url}/-/ready").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"Prometheus is not ready: {log.read_text(errors='replace')[-2000:]}")
