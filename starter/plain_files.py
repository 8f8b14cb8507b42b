"""Opening a file that somebody names, without waiting for ever: no pipe that nobody writes to, no endless device.

A pipe that the shell hands over as `<(command)` is read like a file, and so is standard input for `-`, elsewhere.
"""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from sla.errors import BadInput

_HANDED_OVER = ("/dev/fd/", "/proc/self/fd/", "/dev/stdin")


def open_plain(path: Path, right: str = "the path of a file is expected") -> BinaryIO:
    """The file, open for reading. Raises OSError as opening does, and BadInput for a pipe by name or a device."""
    if not str(path).startswith(_HANDED_OVER):
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            what = "pipe" if stat.S_ISFIFO(mode) else "device or a socket"
            raise BadInput(str(path), f"is a {what} and no file", f"{right}; - reads standard input")
    return path.open("rb")
