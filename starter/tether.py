"""Runs a command that must not outlive the process which started it: `tether.py PARENT COMMAND...`.

Knows one call of the Linux kernel. A supervisor that is killed outright cannot end its children; the kernel
can, when each child has asked for it. The request survives `exec`, so this file becomes the command itself.
Elsewhere than on Linux the command runs untethered. It is started by its path, with nothing but the standard
library, so that it costs a few milliseconds.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""Linux: the signal that a process gets when its parent ends (`prctl(2)`)."""


def tie_to(parent: int) -> None:
    """Asks for SIGKILL at the parent's end, and leaves at once when the parent has gone already."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


if __name__ == "__main__":
    tie_to(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])
