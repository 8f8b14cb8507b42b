"""The laptop's stack for a person to use: starts it, says where everything is, and runs until Ctrl-C."""

import shlex
import sys
from pathlib import Path
from urllib.parse import urlsplit

from activities.settings import Settings
from sla.errors import BadInput
from sla.fields import Value
from starter.session import Session
from starter.stack import Stack
from starter.telling import say, tell

NEEDED_ELSEWHERE = ("home", "provider", "temporal_address", "temporal_namespace", "temporal_ui", "smtp_port")
"""The settings by which a command finds a stack. The register's address may hold a password, and is not shown."""


class Places(Value):
    """Where a running stack keeps and shows things."""

    home: str
    temporal: str
    temporal_page: str
    register_file: str
    letters: str
    logs: str


def up(session: Session) -> None:
    """Runs the stack below SLA_HOME. Raises BadInput for a folder or port in use, Unreachable when it fails."""
    settings = session.settings
    stack = Stack(
        settings.home,
        temporal_port=_port("SLA_TEMPORAL_ADDRESS", f"//{settings.temporal_address}"),
        ui_port=_port("SLA_TEMPORAL_UI", settings.temporal_ui),
        smtp_port=settings.smtp_port,
        base=settings,
        say=lambda line: say(session.err if session.as_json else session.out, line),
    )
    with stack:
        tell(session, places(stack), *_lines(stack, settings))
        session.out.flush()
        stack.wait()


def places(stack: Stack) -> Places:
    """Where this stack keeps and shows things."""
    return Places(
        home=str(stack.home),
        temporal=stack.settings.temporal_address,
        temporal_page=stack.settings.temporal_ui,
        register_file=stack.settings.register_url.removeprefix("sqlite:///"),
        letters=str(stack.letters),
        logs=str(stack.logs),
    )


def _lines(stack: Stack, settings: Settings) -> list[str]:
    where = places(stack)
    form = settings.provider.parent / "managed-printing.yaml"
    return [
        "",
        "Everything runs. Ctrl-C ends it; the next start finds everything where it was.",
        f"  Temporal's page  {where.temporal_page}",
        f"  register         {where.register_file}",
        f"  letters          {where.letters}",
        f"  logs             {where.logs}",
        "",
        "In another terminal, in this folder:",
        *(f"  {line}" for line in environment_lines(settings)),
        f"  sla start {form}",
        "  sla list",
        "  sla doctor",
    ]


def environment_lines(settings: Settings) -> list[str]:
    """What another terminal in the same folder needs to type, so that `sla` there finds this stack."""
    lines = [] if sys.prefix == sys.base_prefix else [f"source {shlex.quote(_near(Path(sys.prefix)))}/bin/activate"]
    for name in NEEDED_ELSEWHERE:
        value = getattr(settings, name)
        if value != type(settings).model_fields[name].default:
            lines.append(
                f"export SLA_{name.upper()}={shlex.quote(_near(value) if isinstance(value, Path) else str(value))}"
            )
    if settings.database_url:
        lines.append("# and export SLA_DATABASE_URL as it is here")
    return lines


def _near(path: Path) -> str:
    """The path as it is typed in this folder; an absolute one stays so where it leads elsewhere."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _port(setting: str, url: str) -> int:
    """The port of an address on this machine: the stack listens nowhere else. Raises BadInput."""
    right = "an address such as 127.0.0.1:7233 is expected, because the stack runs on this machine alone"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadInput(setting, "names no port", right) from None
    if parts.hostname not in {"127.0.0.1", "localhost"} or port is None:
        raise BadInput(setting, f"{url.removeprefix('//')!r:.60} is not on this machine", right)
    return port
