"""The laptop's stack with its real processes: it starts, it survives, it ends, and it leaves nothing behind."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TypedDict

import pytest
from pydantic import SecretStr
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest

from activities.settings import MailSecurity, Settings
from sla.errors import BadInput, Unreachable
from starter.child import Child
from starter.loopback import free_ports
from starter.mail_sink import file_name, receipts
from starter.stack import Stack, as_environment
from workflows.ids import NUMBER_KEY
from workflows.wire import connect

DEADLINE_SECONDS = 20.0
PAUSE = threading.Event()


def until(reached: Callable[[], bool], what: str) -> None:
    """Waits for a state, never for a time."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not reached():
        assert time.monotonic() < deadline, f"{what} did not happen"
        PAUSE.wait(0.01)


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or dead and not yet buried by the machine's first process."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return True
    return status.rpartition(")")[2].split()[0] in "ZX"


class Ports(TypedDict, total=False):
    """Ports that a test chooses itself."""

    temporal_port: int
    ui_port: int
    smtp_port: int


def quiet_stack(home: Path, *, workers: int = 0, ports: Ports | None = None) -> Stack:
    """A stack on free ports, but for those that the test chooses."""
    chosen: Ports = ports or {}
    return Stack(
        home,
        temporal_port=chosen.get("temporal_port"),
        ui_port=chosen.get("ui_port"),
        smtp_port=chosen.get("smtp_port"),
        workers=workers,
    )


def pids(stack: Stack) -> list[int]:
    return [child.pid for child in stack.children if child.pid is not None]


def send(stack: Stack, message_id: str, body: str) -> None:
    message = f"Message-ID: {message_id}\r\nSubject: Your request\r\n\r\n{body}\r\n"
    with smtplib.SMTP(stack.settings.smtp_host, stack.settings.smtp_port) as sender:
        sender.sendmail("desk@provider.example", ["ana@customer.example"], message.encode())


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One running stack for the tests that leave it as it was."""
    with quiet_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


async def test_temporal_answers_with_its_search_attributes(stack: Stack) -> None:
    client = await connect(stack.settings)
    assert (await client.count_workflows(f"{NUMBER_KEY.name} = '0001'")).count == 0


async def test_temporal_keeps_what_has_ended_for_a_month(stack: Stack) -> None:
    client = await connect(stack.settings)
    answer = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    assert answer.config.workflow_execution_retention_ttl.ToTimedelta() == timedelta(days=30)


def test_a_letter_arrives_as_a_file_named_by_its_message_id(stack: Stack) -> None:
    send(stack, "<1.ana@provider.example>", "Hello Ana")
    assert (stack.letters / "1.ana@provider.example.eml").read_text(encoding="utf-8").endswith("Hello Ana\n")


def test_a_letter_that_arrives_twice_is_one_file_and_two_receipts(stack: Stack) -> None:
    send(stack, "<twice@provider.example>", "first")
    send(stack, "<twice@provider.example>", "second")
    assert receipts(stack.letters)["<twice@provider.example>"] == 2
    assert "second" in (stack.letters / "twice@provider.example.eml").read_text(encoding="utf-8")
    assert list(stack.letters.glob("*.part")) == []


@pytest.mark.parametrize("hostile", ["../../evil", "/etc/passwd", "a/b", "a\\b", ".hidden", "nul\0", "", "x" * 400])
def test_no_message_id_leads_out_of_the_folder(hostile: str) -> None:
    name = file_name(f"<{hostile}>", b"content")
    assert Path(name).name == name
    assert name.endswith(".eml")
    assert not name.startswith(".")
    assert len(name) < 200


def test_message_ids_that_look_alike_on_disk_get_files_of_their_own() -> None:
    assert len({file_name(each, b"") for each in ("<a/b>", "<a_b>", "<a?b>")}) == 3


def test_the_clients_are_told_where_everything_is(stack: Stack) -> None:
    assert stack.settings.register_url == f"sqlite:///{stack.home / 'register.db'}"
    assert stack.settings.provider.is_absolute()
    assert stack.settings.smtp_security is MailSecurity.NONE


def test_settings_survive_the_way_through_the_environment(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in as_environment(stack.settings).items():
        monkeypatch.setenv(name, value)
    assert stack.settings == Settings()


def test_secrets_survive_the_way_through_the_environment() -> None:
    environment = as_environment(
        Settings(smtp_password=SecretStr("a"), temporal_api_key=SecretStr("b"), prometheus_token=SecretStr("c"))
    )
    names = ("SLA_SMTP_PASSWORD", "SLA_TEMPORAL_API_KEY", "SLA_PROMETHEUS_TOKEN")
    assert [environment[name] for name in names] == ["a", "b", "c"]


def test_a_second_stack_on_the_same_folder_is_refused(stack: Stack) -> None:
    with pytest.raises(BadInput, match=f"a stack runs in this folder already \\(process {os.getpid()}\\)"):
        quiet_stack(stack.home).start()
    assert stack.server.is_running


@contextmanager
def listening() -> Iterator[int]:
    """A port that somebody else has."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield int(other.getsockname()[1])


@pytest.mark.parametrize(
    ("taken", "purpose"),
    [
        (lambda port: Ports(temporal_port=port), "Temporal's server"),
        (lambda port: Ports(ui_port=port), "Temporal's page"),
        (lambda port: Ports(smtp_port=port), "the mail sink"),
    ],
)
def test_a_busy_port_is_named_with_a_free_one_in_one_sentence(
    tmp_path: Path, taken: Callable[[int], Ports], purpose: str
) -> None:
    with listening() as busy, pytest.raises(BadInput) as refused:
        quiet_stack(tmp_path, ports=taken(busy)).start()
    assert str(refused.value).startswith(f"port {busy}: something else listens there, and {purpose} needs it; ")
    assert "such as " in str(refused.value)


def test_two_processes_cannot_have_the_same_port(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    with pytest.raises(BadInput, match="two of them are the same"):
        quiet_stack(tmp_path, ports={"temporal_port": port, "smtp_port": port}).start()


def test_a_refused_start_leaves_the_folder_free(tmp_path: Path) -> None:
    with listening() as busy, pytest.raises(BadInput):
        quiet_stack(tmp_path, ports={"smtp_port": busy}).start()
    with quiet_stack(tmp_path) as second:
        assert second.server.is_running


async def test_a_second_start_finds_everything_where_it_was(tmp_path: Path) -> None:
    with quiet_stack(tmp_path) as first:
        client = await connect(first.settings)
        await client.start_workflow("nobody-runs-this", id="kept", task_queue="nobody")
        send(first, "<kept@provider.example>", "kept")
    with quiet_stack(tmp_path) as second:
        client = await connect(second.settings)
        assert (await client.get_workflow_handle("kept").describe()).id == "kept"
        assert receipts(second.letters)["<kept@provider.example>"] == 1


async def test_the_server_comes_back_after_a_crash_with_what_it_had_acknowledged(tmp_path: Path) -> None:
    with quiet_stack(tmp_path) as stack:
        client = await connect(stack.settings)
        await client.start_workflow("nobody-runs-this", id="acknowledged", task_queue="nobody")
        stack.kill_server()
        assert not stack.server.is_running
        stack.start_server()
        client = await connect(stack.settings)
        assert (await client.get_workflow_handle("acknowledged").describe()).id == "acknowledged"


def test_nothing_survives_a_stop(tmp_path: Path) -> None:
    with quiet_stack(tmp_path) as stack:
        started = pids(stack)
        assert len(started) == 2
    assert all(has_ended(pid) for pid in started)


SUPERVISOR = """
import sys
from contextlib import suppress
from pathlib import Path
from starter.stack import Stack
with (
    suppress(KeyboardInterrupt),
    Stack(Path(sys.argv[1]), temporal_port=None, ui_port=None, smtp_port=None, workers=0) as stack,
):
    print(*(child.pid for child in stack.children), flush=True)
    stack.wait()
print("stopped", flush=True)
"""


DEAF = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
"""Runs a program as a shell does behind a script (`make up &`): with SIGINT ignored."""


@contextmanager
def supervised(home: Path, *before: str) -> Iterator[tuple["subprocess.Popen[str]", list[int]]]:
    """A supervisor in a process of its own, and the processes that it started; `before` is what runs it."""
    command = [*before, sys.executable, "-c", SUPERVISOR, str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        try:
            yield supervisor, [int(pid) for pid in supervisor.stdout.readline().split()]
        finally:
            supervisor.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_nothing_survives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    with supervised(tmp_path) as (supervisor, children):
        assert len(children) == 2
        supervisor.send_signal(signal.SIGKILL)
        until(lambda: all(has_ended(pid) for pid in children), "the end of every child")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_supervisor_that_is_asked_to_stop_ends_what_it_started(tmp_path: Path, number: signal.Signals) -> None:
    with supervised(tmp_path) as (supervisor, children):
        supervisor.send_signal(number)
        output, _ = supervisor.communicate(timeout=DEADLINE_SECONDS)
        assert (output, supervisor.returncode) == ("stopped\n", 0)
        assert all(has_ended(pid) for pid in children)


def test_a_supervisor_behind_a_script_is_ended_by_sigint_though_the_shell_had_it_ignored(tmp_path: Path) -> None:
    with supervised(tmp_path, sys.executable, "-c", DEAF) as (supervisor, children):
        supervisor.send_signal(signal.SIGINT)
        output, _ = supervisor.communicate(timeout=DEADLINE_SECONDS)
        assert (output, supervisor.returncode) == ("stopped\n", 0)
        assert all(has_ended(pid) for pid in children)


def test_a_process_that_dies_is_started_again(tmp_path: Path) -> None:
    with supervised(tmp_path) as (_, children):
        sink = children[1]
        os.kill(sink, signal.SIGKILL)
        log = tmp_path / "logs" / "mail.log"
        until(lambda: log.read_text(encoding="utf-8").count("mail sink ready") == 2, "a second mail sink")


def health(settings: Settings, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """What a container's health check says."""
    return subprocess.run(
        [sys.executable, "-m", "starter.health", *arguments],
        env={**os.environ, **as_environment(settings)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_killed_worker_comes_back_and_none_is_left_after_the_stop(tmp_path: Path) -> None:
    with quiet_stack(tmp_path, workers=1) as stack:
        first = stack.worker.pid
        stack.kill_worker()
        assert stack.worker.how_it_ended() == "ended by SIGKILL"
        stack.start_worker()
        started = pids(stack)
        assert first not in started
        assert health(stack.settings, "--worker").returncode == 0
    assert all(has_ended(pid) for pid in started)
    assert stack.worker.how_it_ended() == "exit status 0"


def test_the_health_check_tells_which_machine_has_no_worker(stack: Stack) -> None:
    assert health(stack.settings).returncode == 0
    without = health(stack.settings, "--worker")
    assert (without.returncode, without.stderr) == (
        1,
        f"no worker of {socket.gethostname()} polls the queue 'sla'; its log tells why\n",
    )


def script(tmp_path: Path, code: str) -> Child:
    """A child that runs a few lines of Python and is never ready."""
    return Child("worker", [sys.executable, "-c", code], tmp_path / "logs" / "worker.log", lambda _: False)


def test_a_child_that_dies_while_it_starts_is_quoted(tmp_path: Path) -> None:
    child = script(tmp_path, "import sys; print('the register is on fire'); sys.exit(3)")
    with pytest.raises(Unreachable, match="exit status 3") as failure:
        child.start()
    assert str(failure.value).endswith("  the register is on fire")


def test_only_the_log_of_the_last_start_is_quoted(tmp_path: Path) -> None:
    for word in ("first", "second"):
        with pytest.raises(Unreachable) as failure:
            script(tmp_path, f"import sys; print('{word}'); sys.exit(1)").start()
    assert "second" in str(failure.value)
    assert "first" not in str(failure.value)


def test_a_long_log_is_put_aside(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "worker.log"
    log.parent.mkdir()
    log.write_bytes(b"x" * 5_000_001)
    with pytest.raises(Unreachable):
        script(tmp_path, "print('new')").start()
    assert log.read_text(encoding="utf-8") == "new\n"
    assert log.with_suffix(".log.old").stat().st_size == 5_000_001


def test_a_child_that_refuses_to_end_is_ended(tmp_path: Path) -> None:
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    child = script(tmp_path, code)
    child.is_ready, child.stops_within = (lambda self: "deaf" in self.said()), timedelta(milliseconds=100)
    child.start()
    child.stop()
    assert child.how_it_ended() == "ended by SIGKILL"
