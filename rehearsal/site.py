"""The site of a rehearsal: one temporary folder, and in it an engine that skips time and a mail sink; then it is gone.

The two processes listen on loopback ports of their own, and end with whoever has started them, however that ends. They
come up while the rest of the program is still being read, so nobody waits here for either. Source: SEE-2.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from rehearsal.folder import folder, tied
from starter.child import Child
from starter.loopback import free_ports
from starter.temporal_server import server_arguments


class Site(NamedTuple):
    """Where a rehearsal takes place."""

    folder: Path
    server: Child
    engine_port: int
    mail_port: int

    @property
    def letters(self) -> Path:
        """The folder in which every letter arrives."""
        return self.folder / "letters"


@contextmanager
def site() -> Iterator[Site]:
    """A fresh site as long as the block; afterwards nothing of it is left."""
    with folder() as here:
        engine_port, mail_port = free_ports(2)
        server = tied(_server(here, engine_port))
        tied(_mail_sink(here, mail_port))
        yield Site(here, server, engine_port, mail_port)


def _server(folder: Path, port: int) -> Child:
    arguments = server_arguments(port, None, database=None, time_skipping=True)
    return Child("Temporal", arguments, folder / "temporal.log", _is_asked_later)


def _mail_sink(folder: Path, port: int) -> Child:
    arguments = [sys.executable, "-m", "starter.mail_sink", "--port", str(port), "--folder", str(folder / "letters")]
    return Child("mail sink", arguments, folder / "mail.log", _is_asked_later)


def _is_asked_later(child: Child) -> bool:
    """Nobody waits for it: whoever needs it tries until it answers."""
    return True
