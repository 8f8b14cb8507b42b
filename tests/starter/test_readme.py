"""The commands that the README shows: those that need no server run as they stand, the others are typed right."""

import re
import shlex
from pathlib import Path

import pytest

from activities.settings import Settings
from tests.starter.desk import EXAMPLES, Desk

README = (EXAMPLES.parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line.startswith("sla ")]
OFFLINE = ("judge", "verify", "replay")


def words_of(line: str) -> list[str]:
    return shlex.split(line, comments=True)[1:]


@pytest.mark.parametrize("line", COMMANDS, ids=range(len(COMMANDS)))
def test_every_command_knows_the_options_that_are_shown(line: str) -> None:
    ran = Desk(Settings()).types(*words_of(line), "--help")
    assert (ran.status, ran.err) == (0, "")


def test_a_wrong_option_would_be_seen() -> None:
    assert Desk(Settings()).types("statements", "0001", "--wrong", "--help").status == 2


def test_what_needs_no_server_runs_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(EXAMPLES)
    shown = [words for line in COMMANDS if (words := words_of(line))[0] in OFFLINE]
    assert [words[0] for words in shown] == list(OFFLINE)
    assert [Desk(Settings()).does(*words).status for words in shown] == [0, 0, 0]
