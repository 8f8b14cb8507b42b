"""The command line `sla`. It parses, makes one call, and answers; every error is one sentence and exit status 2.

Whoever may start it may speak for anybody (`--as` is trusted until sign-on comes), so it belongs on machines that
you trust. This file and the command files import nothing heavy: help answers at once.
"""

import json
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from typer import Abort, Typer, TyperException
from typer.core import TyperGroup

from sla.errors import BadForm, Incomplete, SlaError
from starter.commands import (
    calendar,
    correcting,
    dates,
    judging,
    living,
    measuring,
    offers,
    reading,
    rehearsing,
    requirements,
    reviewing,
    running,
    scheduling,
    signing,
    terminating,
)
from starter.session import Session

REFUSED = 2
"""The exit status of everything that was refused, wrongly typed, or not reachable."""
INTERRUPTED = 130

HELP = """Carry service level agreements from the form to the end of their file.

Every command takes --json. Errors are one sentence on standard error, with exit status 2; a form with several
faults gets an indented line for each. What --as says is trusted: sign-on comes later, so keep this command on
machines that you trust."""

HEADINGS = {
    "Begin": ("up", "demo", "rehearse", "start"),
    "Read": ("list", "show", "history", "agenda", "terms", "edition", "diff", "prices", "letters"),
    "Check": ("audit", "doctor"),
    "Service hours": ("calendar",),
    "Compliance": (
        "judge", "verify", "replay", "statements", "why", "measure", "schedules",
        "complete-action", "verify-action", "assign-action", "dispute", "settle-dispute", "claim-credit",
    ),
    "Engineer and requirements": (
        "name-engineer", "agree-engineer", "record-requirements", "confirm-requirements", "assess",
    ),
    "Draft and negotiation": ("submit-draft", "submit-offer", "accept-offer", "reject-offer", "withdraw-offer"),
    "Review": ("acknowledge", "comment", "resolve-comment", "inspect"),
    "Approval and signature": ("approve", "reject", "delegate", "sign-off", "sign", "decline-to-sign", "withdraw"),
    "In force": ("conclude-review", "request-change", "record-results", "suspend", "reinstate"),
    "Renewal": ("give-notice", "acknowledge-notice", "agree-renewal", "state-index"),
    "Termination": ("open-termination", "check-termination", "withdraw-termination", "offer-right"),
}  # fmt: skip
"""Which command stands under which heading of the help, in the order of a life."""


class Formatter(Protocol):
    """What a help text is written with."""

    def section(self, name: str) -> AbstractContextManager[None]:
        """Everything inside stands below this heading."""

    def write_dl(self, rows: Sequence[tuple[str, str]]) -> None:
        """Two columns."""


class Commands(TyperGroup):
    """The help, grouped the way a life goes."""

    def format_commands(self, ctx: object, formatter: Formatter) -> None:
        """One section per heading. A command that has none would be lost: a test looks for that."""
        width = max(len(name) for name in self.commands)
        for heading, names in HEADINGS.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), self.commands[name].get_short_help_str(90)) for name in names])


app = Typer(
    name="sla",
    cls=Commands,
    help=HELP,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
for family in (
    running,
    rehearsing,
    reading,
    dates,
    calendar,
    measuring,
    judging,
    requirements,
    offers,
    reviewing,
    signing,
    living,
    terminating,
    correcting,
    scheduling,
):
    family.add_to(app)


def run(arguments: Sequence[str], session: Session | None = None) -> int:
    """Runs one command and gives its exit status. Nothing that is raised below gets past here."""
    session = session or Session(tuple(arguments))
    try:
        status = app(list(arguments) or ["--help"], prog_name="sla", standalone_mode=False, obj=session)
    except TyperException as error:
        return _refuse(session, "Usage", _usage(error))
    except SlaError as error:
        return _refuse(session, error.code, _told(session, error), _facts(error))
    except Abort:
        return INTERRUPTED
    except Exception as error:  # the last door: a person gets a sentence, never a traceback
        return _refuse(session, "Unexpected", f"this should not happen, please report it: {_first_line(error)}")
    finally:
        session.close()
    return status if isinstance(status, int) else session.exit_status


def _usage(error: TyperException) -> str:
    context = getattr(error, "ctx", None)
    path = getattr(context, "command_path", "sla")
    words, meant, suggestion = error.format_message().rstrip(".").partition(". Did you mean ")
    if meant:
        return f"{words}; did you mean {suggestion}"
    return f"{words}; `{path} --help` tells what is expected"


def _told(session: Session, error: SlaError) -> str:
    """The error's own words; for people, a form's several faults below a line that counts them."""
    if session.as_json or not isinstance(error, BadForm) or len(error.faults) + error.more < 2:
        return str(error)
    lines = [*map(str, error.faults), *([f"and {error.more} more"] if error.more else [])]
    return "\n  ".join([f"{error.source} has {len(error.faults) + error.more} faults:", *lines])


def _facts(error: SlaError) -> dict[str, list[str]]:
    if isinstance(error, BadForm):
        return {"faults": [str(fault) for fault in error.faults]}
    if isinstance(error, Incomplete):
        return {"gaps": list(error.gaps)}
    return {}


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {(str(error).strip().splitlines() or ['no words'])[0][:300]}"


def _refuse(session: Session, code: str, message: str, facts: dict[str, list[str]] | None = None) -> int:
    """The sentence on standard error, or the document on standard output."""
    if session.as_json:
        document = {"error": {"code": code, "message": message, **(facts or {})}}
        print(json.dumps(document, ensure_ascii=False), file=session.out)
    else:
        print(f"sla: {message}", file=session.err)
    return REFUSED


def main() -> None:
    """The entry point of `sla`."""
    status = run(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # A client's own threads may call into an interpreter that is going away, which aborts it and hides the status.
    os._exit(status)


if __name__ == "__main__":
    main()
