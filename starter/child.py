"""One process of the laptop's stack: started, waited for, ended.

Knows processes, logs and patience. Does not know what the process is for. Every child has a process group of its
own, so that Ctrl-C in a terminal reaches the supervisor alone, and is tied to the supervisor: on Linux it dies
with it even when nobody can say goodbye.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sla.errors import Unreachable

TETHER = Path(__file__).with_name("tether.py")
LARGEST_LOG_BYTES = 5_000_000
"""A longer log is put aside as `.old` before the next start."""

QUOTED_LINES = 8
BETWEEN_LOOKS = timedelta(milliseconds=20)


@dataclass
class Child:
    """A process with a name, a log, and a question that tells when it is ready.

    Start it from a thread that lasts: on Linux it ends with the thread that started it.
    """

    name: str
    arguments: Sequence[str]
    log: Path
    is_ready: "Callable[[Child], bool]"
    environment: Mapping[str, str] = field(default_factory=dict)
    starts_within: timedelta = timedelta(seconds=30)
    stops_within: timedelta = timedelta(seconds=10)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _log_begins: int = field(default=0, init=False)

    @property
    def pid(self) -> int | None:
        """The process, while it has been started."""
        return self._process.pid if self._process else None

    @property
    def is_running(self) -> bool:
        """Whether the process is there now."""
        return self._process is not None and self._process.poll() is None

    def spawn(self) -> None:
        """Starts the process and does not wait for it. Nothing happens when it runs already."""
        if self.is_running:
            return
        self._put_long_log_aside()
        with self.log.open("ab") as log:
            self._log_begins = log.tell()
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), *self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment},
                process_group=0,
            )

    def await_ready(self) -> None:
        """Waits until the process does its work. Raises Unreachable, quoting its log, when it does not."""
        deadline = time.monotonic() + self.starts_within.total_seconds()
        while not self.is_ready(self):
            if not self.is_running:
                raise Unreachable(f"{self.name} ended while it started ({self.how_it_ended()}). {self._quote()}")
            if time.monotonic() > deadline:
                self.kill()
                waited = f"{self.starts_within.total_seconds():.0f} s"
                raise Unreachable(f"{self.name} was not ready after {waited}. {self._quote()}")
            time.sleep(BETWEEN_LOOKS.total_seconds())

    def start(self) -> None:
        """Starts the process and waits until it is ready. Raises Unreachable."""
        self.spawn()
        self.await_ready()

    def ask_to_end(self) -> None:
        """Sends SIGTERM and does not wait."""
        if self._process is not None:
            self._process.terminate()

    def stop(self) -> None:
        """Asks the process to end, and insists when it takes too long."""
        if self._process is None:
            return
        self.ask_to_end()
        try:
            self._process.wait(self.stops_within.total_seconds())
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Ends the process at once, as a crash would (SIGKILL). Nothing happens when it has ended."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def how_it_ended(self) -> str:
        """The exit status or the signal, in words."""
        status = self._process.returncode if self._process else None
        if status is None:
            return "it still runs"
        return f"exit status {status}" if status >= 0 else f"ended by {signal.Signals(-status).name}"

    def said(self) -> str:
        """What the process has written since its last start."""
        with self.log.open("rb") as log:
            log.seek(self._log_begins)
            return log.read().decode(errors="replace")

    def _quote(self) -> str:
        lines = self.said().strip().splitlines()[-QUOTED_LINES:]
        if not lines:
            return f"It wrote nothing to {self.log}."
        return f"The last lines of {self.log}:\n" + "\n".join(f"  {line}" for line in lines)

    def _put_long_log_aside(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.old"))
