"""The demonstration as a person runs it, and the same folder shown again by `up`."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sla.errors import BadInput
from starter.demo import make_fresh
from starter.loopback import free_ports
from starter.mail_sink import receipts
from starter.stack import Stack
from tests.starter.desk import EXAMPLES, Desk

LONGEST_SECONDS = 90
"""What the demonstration may take."""


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "SLA_PROVIDER": str(EXAMPLES / "provider.yaml"), **more}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The demonstration, run once in a folder of its own."""
    home = tmp_path_factory.mktemp("demo") / "stack"
    command = [sys.executable, "-m", "starter.cli", "demo", "--home", str(home)]
    ran = subprocess.run(
        command, capture_output=True, text=True, env=environment(), check=False, timeout=LONGEST_SECONDS
    )
    return home, ran


def test_the_story_ends_with_the_signatures(told: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    home, ran = told
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "0001 is active after 27 decisions" in ran.stdout
    assert "audit chain      holds (28 entries)" in ran.stdout
    assert "WRONG" not in ran.stdout
    assert str(home / "register.db") in ran.stdout


def test_the_story_is_a_plain_table_in_a_pipe(told: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    table = told[1].stdout.partition("\nThe story\n")[2].splitlines()
    assert table[0].split() == ["when", "(Europe/Berlin)", "who", "what", "stage"]
    assert "\x1b" not in told[1].stdout
    assert sum("Jun Sato for Hugo Marin approved edition 4" in line for line in table) == 1
    assert sum("sent edition 3 back" in line for line in table) == 1


def test_three_years_are_rehearsed_into_a_page(told: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    home, ran = told
    page = home / "rehearsal.html"
    assert f"rehearsal        {page}" in ran.stdout
    assert "Amendment 1 begins" in ran.stdout
    assert "Terminated with the end of" in ran.stdout
    assert page.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")


def test_every_letter_arrived_once(told: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    home, _ = told
    received = receipts(home / "letters")
    assert received.total() == len(received) > 40


def test_up_on_the_same_folder_shows_the_same_agreement(
    told: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    home, _ = told
    temporal, page, smtp = free_ports(3)
    env = environment(
        SLA_HOME=str(home),
        SLA_TEMPORAL_ADDRESS=f"127.0.0.1:{temporal}",
        SLA_TEMPORAL_UI=f"http://127.0.0.1:{page}",
        SLA_SMTP_PORT=str(smtp),
    )
    command = [sys.executable, "-m", "starter.cli", "up"]
    up = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
    try:
        assert up.stdout is not None
        deadline = time.monotonic() + 60
        said = ""
        while "In another terminal" not in said:
            assert time.monotonic() < deadline, said
            line = up.stdout.readline()
            assert line, said
            said += line
        doctor = subprocess.run(
            [sys.executable, "-m", "starter.cli", "doctor"], capture_output=True, text=True, env=env, check=False
        )
        assert (doctor.returncode, doctor.stdout.splitlines()[-1]) == (0, "All is well.")
        up.send_signal(signal.SIGINT)
        assert up.wait(30) == 0
    finally:
        up.kill()
        up.communicate()


def test_a_folder_with_anything_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BadInput, match="which no stack made"):
        make_fresh(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_the_folder_of_a_running_stack_is_left_alone(standing: Stack) -> None:
    with pytest.raises(BadInput, match="a stack runs in this folder"):
        make_fresh(standing.home)
    assert (standing.home / "register.db").exists()


def test_without_the_examples_it_says_where_to_run(desk: Desk, tmp_path: Path) -> None:
    lost = Desk(desk.settings.model_copy(update={"provider": tmp_path / "provider.yaml"}))
    ran = lost.types("demo", "--home", str(tmp_path / "demo"))
    assert (ran.status, ran.out) == (2, "")
    assert "run it where the examples are" in ran.err
