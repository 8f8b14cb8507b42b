"""Everything on one machine: Temporal's server, a mail sink and workers, as children of one supervisor.

Knows which processes there are, in which order they start and end, and where they keep things. Knows nothing of
agreements. All that lasts is below one folder, so a second start finds everything where it was.
"""

import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Self
from urllib.parse import quote

from pydantic import SecretStr

from activities.settings import MailSecurity, Settings
from sla.errors import BadInput, Unreachable
from starter.child import Child
from starter.loopback import LOOPBACK, free_ports, greets, page_answers, require_free
from starter.temporal_server import keep_closed_histories, server_arguments
from workflows.ids import NUMBER_KEY

TEMPORAL_PORT, UI_PORT, SMTP_PORT = 7233, 8233, 1025
"""Where people find the stack that stays (`sla up`)."""

WORKER_READY = "worker ready"
BETWEEN_ROUNDS = timedelta(milliseconds=250)
TRIES_TO_REVIVE = 3


Handler = Callable[[int, FrameType | None], object] | int | None


def _say_nothing(_line: str) -> None:
    """The default of `say`."""


class Stack:
    """The laptop's stack below `home`. A port of None is any free one; `workers=0` starts server and mail alone.

    `base` holds the settings that the stack does not decide itself; `say` hears one line per thing that happens.
    Start it from a thread that lasts as long as the stack (see `Child`). One thread at a time.
    """

    def __init__(
        self,
        home: Path,
        *,
        temporal_port: int | None = TEMPORAL_PORT,
        ui_port: int | None = UI_PORT,
        smtp_port: int | None = SMTP_PORT,
        workers: int = 1,
        base: Settings | None = None,
        say: Callable[[str], None] = _say_nothing,
    ) -> None:
        wanted, free = (temporal_port, ui_port, smtp_port, None), free_ports(4)
        temporal, ui, smtp, http = (port or spare for port, spare in zip(wanted, free, strict=True))
        self._ports = {temporal: "Temporal's server", ui: "Temporal's page", smtp: "the mail sink"}
        self.home = home.resolve()
        self.settings = _settings_for(self.home, base or Settings(), temporal, ui, smtp)
        self._say = say
        self._lock: IO[str] | None = None
        self._handlers: dict[signal.Signals, Handler] = {}
        any_agreement = _any_agreement(self.settings.temporal_namespace)
        self.server = self._child(
            "temporal",
            server_arguments(
                temporal,
                ui,
                database=self.home / "temporal.db",
                http_port=http,
                namespace=self.settings.temporal_namespace,
            ),
            lambda _: page_answers(http, any_agreement) and page_answers(ui, "/"),
        )
        self.sink = self._child(
            "mail",
            [sys.executable, "-m", "starter.mail_sink", "--port", str(smtp), "--folder", str(self.letters)],
            lambda _: greets(smtp, b"220"),
        )
        self.workers = tuple(self._worker(place) for place in range(1, workers + 1))

    @property
    def letters(self) -> Path:
        """The folder where every letter arrives as a file."""
        return self.home / "letters"

    @property
    def logs(self) -> Path:
        """The folder with one log per process."""
        return self.home / "logs"

    @property
    def worker(self) -> Child:
        """The first worker."""
        return self.workers[0]

    @property
    def children(self) -> tuple[Child, ...]:
        """Every process, in the order of their start."""
        return (self.server, self.sink, *self.workers)

    def start(self) -> None:
        """Starts what does not run, and returns when all of it is ready.

        Raises BadInput for a folder or port in use, and Unreachable for a process that does not come up; nothing
        is left running then.
        """
        if self._lock is None:
            self._lock = _lock_folder(self.home)
        try:
            if not any(child.is_running for child in self.children):
                self._require_free_ports()
            self.server.spawn()
            self.sink.spawn()
            self._await(self.server)
            keep_closed_histories(self.settings.temporal_address, self.settings.temporal_namespace)
            for worker in self.workers:
                worker.spawn()
            for child in self.children[1:]:
                self._await(child)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends everything: workers first, in peace, then mail, then the server. A second Ctrl-C ends it at once."""
        try:
            for worker in self.workers:
                worker.ask_to_end()
            for child in (*self.workers, self.sink, self.server):
                child.stop()
        finally:
            for child in self.children:
                child.kill()
            if self._lock is not None:
                self._lock.close()
                self._lock = None

    def wait(self) -> None:
        """Keeps everything running until Ctrl-C or SIGTERM. A process that dies is started again.

        Raises Unreachable when one of them cannot be brought back.
        """
        try:
            while True:
                for child in self.children:
                    if not child.is_running:
                        self._revive(child)
                time.sleep(BETWEEN_ROUNDS.total_seconds())
        except KeyboardInterrupt:
            self._say("Stopping.")

    def start_server(self) -> None:
        """Brings the server back on the same file and the same ports."""
        self.server.start()

    def kill_server(self) -> None:
        """Ends the server as a crash would."""
        self.server.kill()

    def start_worker(self) -> None:
        """Brings the first worker back."""
        self.worker.start()

    def kill_worker(self) -> None:
        """Ends the first worker as a crash would."""
        self.worker.kill()

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._handlers = {number: signal.signal(number, handler) for number, handler in ENDINGS.items()}
        try:
            self.start()
        except BaseException:
            self._give_signals_back()
            raise
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        finally:
            self._give_signals_back()

    def _give_signals_back(self) -> None:
        while self._handlers:
            signal.signal(*self._handlers.popitem())

    def _require_free_ports(self) -> None:
        if len(self._ports) < 3:
            raise BadInput("ports", "two of them are the same", "each process needs its own")
        for port, purpose in self._ports.items():
            require_free(port, purpose)

    def _await(self, child: Child) -> None:
        child.await_ready()
        self._say(f"{child.name} is ready.")

    def _revive(self, child: Child) -> None:
        self._say(f"{child.name} has died ({child.how_it_ended()}); starting it again.")
        for attempt in range(1, TRIES_TO_REVIVE + 1):
            try:
                child.start()
            except Unreachable:
                if attempt == TRIES_TO_REVIVE:
                    raise
                time.sleep(attempt)
            else:
                self._say(f"{child.name} is back.")
                return

    def _child(self, name: str, arguments: list[str], is_ready: Callable[[Child], bool]) -> Child:
        environment = {**as_environment(self.settings), "PYTHONUNBUFFERED": "1"}
        return Child(name, arguments, self.logs / f"{name}.log", is_ready, environment)

    def _worker(self, place: int) -> Child:
        name = "worker" if place == 1 else f"worker-{place}"
        return self._child(name, [sys.executable, str(_worker_file())], lambda child: WORKER_READY in child.said())


def as_environment(settings: Settings) -> dict[str, str]:
    """The settings as the environment of a process that shall have the same. Secrets are in clear."""
    secrets = {name: value.get_secret_value() for name, value in settings if isinstance(value, SecretStr)}
    values = settings.model_dump(mode="json") | secrets
    return {f"SLA_{name.upper()}": str(value) for name, value in values.items()}


def _settings_for(home: Path, base: Settings, temporal: int, ui: int, smtp: int) -> Settings:
    return base.model_copy(
        update={
            "home": home,
            "provider": base.provider.resolve(),
            "temporal_address": f"{LOOPBACK}:{temporal}",
            "temporal_tls": False,
            "temporal_api_key": SecretStr(""),
            "temporal_ui": f"http://{LOOPBACK}:{ui}",
            "smtp_host": LOOPBACK,
            "smtp_port": smtp,
            "smtp_security": MailSecurity.NONE,
            "smtp_user": "",
            "smtp_password": SecretStr(""),
        }
    )


def _any_agreement(namespace: str) -> str:
    """A question that only a server with its namespace and its search attributes can answer."""
    query = quote(f"{NUMBER_KEY.name} = '0'")
    return f"/api/v1/namespaces/{quote(namespace, safe='')}/workflow-count?query={query}"


def _worker_file() -> Path:
    """`worker.py`, which lies beside the rooms. It is found, never imported."""
    spec = find_spec("worker")
    if spec is None or spec.origin is None:
        raise Unreachable("worker.py is not installed beside the command line; install the whole package")
    return Path(spec.origin)


def _lock_folder(home: Path) -> IO[str]:
    """One stack per folder, for as long as the file is open. Raises BadInput."""
    home.mkdir(parents=True, exist_ok=True)
    lock = (home / "stack.lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise BadInput(
            str(home),
            f"a stack runs in this folder already (process {holder})",
            "use it, stop it, or take another folder",
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


ENDINGS: dict[signal.Signals, Handler] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: _interrupt,
    signal.SIGHUP: _interrupt,
}
"""What ends a stack in peace. A shell starts what runs behind a script with SIGINT ignored, and that is inherited."""
