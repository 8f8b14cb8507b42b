"""The folder of a rehearsal, and what was taken for it: made once, given back once, however the rehearsal ends.

A rehearsal holds the lock in its folder for as long as it lives. Whoever gets the lock of another folder has the proof
that its rehearsal is dead, and sweeps it away. A folder without a lock is left alone: it may be about to get one.
Knows files, locks and signals. Source: SEE-2.
"""

import fcntl
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from starter.child import Child

PREFIX = "sla-rehearsal-"
LOCK = "lock"
ASKED = (signal.SIGINT, signal.SIGTERM)
GONE_WITHIN = 2.0
"""Seconds for which a folder is tried again in which a thread still writes."""

_taken: list[tuple[Path, int]] = []
_children: list[Child] = []


@contextmanager
def folder() -> Iterator[Path]:
    """A fresh folder as long as the block; those that dead rehearsals have left behind are swept first."""
    sweep()
    try:
        yield _made()
    finally:
        give_back()


def tied(child: Child) -> Child:
    """Starts a process that ends before its folder goes."""
    _children.append(child)
    child.spawn()
    return child


def give_back() -> None:
    """Ends what was started and removes what was made. Nothing happens the second time."""
    while _children:
        _children[-1].kill()
        _children.pop()
    while _taken:
        path, lock = _taken[-1]
        _remove(path)
        _taken.pop()
        os.close(lock)


def sweep() -> None:
    """Removes the folders of rehearsals that are dead: their locks are free."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            _sweep(path)


def _sweep(path: Path) -> None:
    if path.is_symlink() or path.stat().st_uid != os.geteuid():
        return
    lock = os.open(path / LOCK, os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path)
    finally:
        os.close(lock)


def _made() -> Path:
    """A folder with its lock. Nobody is interrupted between the making and the knowing."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ASKED)
    try:
        path = Path(tempfile.mkdtemp(prefix=PREFIX))
        _taken.append((path, _locked(path)))
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return path


def _locked(path: Path) -> int:
    """The lock gets its name when it is held, so nobody finds it free before."""
    lock = os.open(path / f"{LOCK}.new", os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    (path / f"{LOCK}.new").rename(path / LOCK)
    return lock


def _remove(path: Path) -> None:
    deadline = time.monotonic() + GONE_WITHIN
    while path.exists():
        shutil.rmtree(path, ignore_errors=True)
        if time.monotonic() > deadline:
            return
