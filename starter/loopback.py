"""Ports of this machine: which are free, and whether the one who should listen answers.

Knows sockets on 127.0.0.1 and three short conversations. Nothing here leaves the machine.
"""

import random
import socket
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from itertools import islice

from sla.errors import BadInput, Unreachable

LOOPBACK = "127.0.0.1"
PATIENCE_SECONDS = 2.0
"""For one answer from a process on the same machine."""


QUIET_PORTS = range(20_000, 32_000)
"""Below the range from which Linux and macOS take ports for outgoing connections: a port found free here stays so
while its process is away for a moment."""


def free_ports(count: int) -> list[int]:
    """As many different ports as asked for, on which nobody listens now. Raises Unreachable when there are none."""
    candidates = random.sample(QUIET_PORTS, k=len(QUIET_PORTS))
    found = list(islice((port for port in candidates if _is_free(port)), count))
    if len(found) < count:
        raise Unreachable("no port is free on this machine; stop something that listens on many")
    return found


def require_free(port: int, purpose: str) -> None:
    """Refuses a port on which somebody listens, or which this person may not open, and names one that is free."""
    try:
        _bind(port)
    except PermissionError:
        raise BadInput(f"port {port}", f"it is not open to you, and {purpose} needs one", _way_out()) from None
    except OSError:
        raise BadInput(f"port {port}", f"something else listens there, and {purpose} needs it", _way_out()) from None


def _is_free(port: int) -> bool:
    try:
        _bind(port)
    except OSError:
        return False
    return True


def _bind(port: int) -> None:
    socket.create_server((LOOPBACK, port)).close()


def _way_out() -> str:
    return f"stop the other, or choose a free port such as {free_ports(1)[0]}"


def greets(port: int, greeting: bytes) -> bool:
    """Whether the one who listens there opens the conversation with these bytes, as a mail server does (`220`)."""
    try:
        with socket.create_connection((LOOPBACK, port), PATIENCE_SECONDS) as connection:
            return connection.recv(len(greeting)) == greeting
    except OSError:
        return False


def page_answers(port: int, path: str) -> bool:
    """Whether a GET of this path is answered with 200."""
    connection = HTTPConnection(LOOPBACK, port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
