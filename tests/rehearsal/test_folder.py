"""The folder of a rehearsal: nothing of it stays behind, whoever ends it and whenever."""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from rehearsal.folder import LOCK, PREFIX, folder, sweep
from tests.rehearsal.ahead import EXAMPLES, examples_ahead

WITHIN = 60.0


@pytest.fixture
def rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where folders are made."""
    made = tmp_path / "rest"
    made.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    return made


def left_behind(rest: Path, lock: str = LOCK) -> Path:
    made = rest / f"{PREFIX}dead"
    (made / "letters").mkdir(parents=True)
    (made / lock).touch()
    return made


def until(rest: Path, pattern: str) -> None:
    """Looks until a rehearsal has come so far that this is there."""
    deadline = time.monotonic() + WITHIN
    while not any(rest.glob(pattern)):
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("so_far", [f"{PREFIX}*", f"{PREFIX}*/*.db", f"{PREFIX}*/letters/*"])
def test_who_is_asked_to_end_gives_everything_back(
    tmp_path: Path, rest: Path, asked: signal.Signals, so_far: str
) -> None:
    examples = examples_ahead(tmp_path)
    command = [sys.executable, "-m", "rehearsal", str(examples / "managed-printing.yaml"), "--years", "9"]
    bare = {**os.environ, "TMPDIR": str(rest)}
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=bare, cwd=EXAMPLES.parent
    ) as it:
        until(rest, so_far)
        it.send_signal(asked)
        assert it.stderr is not None
        assert (it.stderr.read(), it.wait()) == (b"", 130)
    assert list(rest.iterdir()) == []


def test_what_was_killed_outright_is_swept_at_the_next_start(tmp_path: Path, rest: Path) -> None:
    examples = examples_ahead(tmp_path)
    command = [sys.executable, "-m", "rehearsal", str(examples / "managed-printing.yaml")]
    bare = {**os.environ, "TMPDIR": str(rest)}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=bare, cwd=EXAMPLES.parent) as it:
        until(rest, f"{PREFIX}*/{LOCK}")
        it.kill()
    assert len(list(rest.iterdir())) == 1
    with folder() as mine:
        assert list(rest.iterdir()) == [mine]


def test_the_folder_of_a_rehearsal_that_goes_on_is_left_alone(rest: Path) -> None:
    with folder() as mine:
        sweep()
        assert list(rest.iterdir()) == [mine]


def test_a_folder_that_somebody_else_holds_is_left_alone(rest: Path) -> None:
    other = left_behind(rest)
    with (other / LOCK).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sweep()
        assert other.is_dir()
    sweep()
    assert not other.exists()


def test_a_folder_without_a_lock_is_left_alone(rest: Path) -> None:
    other = left_behind(rest, "something")
    sweep()
    assert other.is_dir()


def test_a_link_is_never_followed(tmp_path: Path, rest: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / LOCK).touch()
    (rest / f"{PREFIX}link").symlink_to(precious)
    sweep()
    assert (precious / LOCK).exists()
