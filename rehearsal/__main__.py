"""The command line of a rehearsal: `python -m rehearsal FORM.yaml` or `NUMBER`; `sla rehearse` starts it.

Exit status 0 when everything went as the scenario says, 1 when the agreement refused a step, 2 when nothing could be
begun or the engine failed.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from rehearsal.folder import give_back
from sla.errors import BadForm, BadInput, SlaError

if TYPE_CHECKING:
    from rehearsal.timeline import Timeline

TO_STANDARD_OUTPUT = "-"
INTERRUPTED = 130


QUIETLY_ENDED = 141
"""As a shell tells it of a program whose reader has gone (128 and SIGPIPE)."""


def main(arguments: list[str]) -> int:
    """Plays, writes what was asked for, and gives the exit status."""
    options = _options(arguments)
    try:
        return _run(options)
    except SlaError as error:
        return _refuse(error, as_json=options.json == TO_STANDARD_OUTPUT)
    except BrokenPipeError:
        return _nobody_reads()
    except KeyboardInterrupt:
        return INTERRUPTED


def _nobody_reads() -> int:
    """Whoever read standard output has had enough: nothing more is said, not even at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return QUIETLY_ENDED


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("sla rehearse", description="Play the whole life of an agreement in seconds.")
    parser.add_argument("what", metavar="FORM.yaml | NUMBER")
    parser.add_argument("--scenario", type=Path, metavar="FILE")
    parser.add_argument("--terms", type=Path, metavar="FILE")
    parser.add_argument("--provider", type=Path, metavar="FILE")
    parser.add_argument("--years", type=int, metavar="N")
    parser.add_argument("--begins", metavar="DAY")
    parser.add_argument("--json", metavar="FILE | -")
    parser.add_argument("--html", metavar="FILE")
    return parser.parse_args(arguments)


def _run(options: argparse.Namespace) -> int:
    from rehearsal.rehearsing import Asked, prepared, rehearsed, utc_now  # noqa: PLC0415 (help answers at once)

    _require_places(options)
    asked = Asked(
        options.what, options.scenario, options.terms, options.provider, options.years, options.begins
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        timeline = rehearsed(prepared(asked, utc_now()))
    _tell(options, timeline)
    return 1 if timeline.refused else 0


def _require_places(options: argparse.Namespace) -> None:
    """Whoever waits for a page learns at once that it cannot be written."""
    for name in ("json", "html"):
        target = getattr(options, name)
        if target is None or (target == TO_STANDARD_OUTPUT and name == "json"):
            continue
        wrong = _no_place(Path(target))
        if wrong:
            raise BadInput(f"--{name}", wrong, "a file in a folder that is there is expected")


def _no_place(target: Path) -> str:
    """Why nothing can be written there; empty where something can."""
    folder = target.resolve().parent
    if target.is_dir():
        return f"{target} is a folder"
    if not folder.is_dir():
        return f"{target.parent} is no folder"
    there = target if target.exists() else folder
    return "" if os.access(there, os.W_OK) else f"you may not write to {there}"


def _tell(options: argparse.Namespace, timeline: "Timeline") -> None:
    from rehearsal.page import page  # noqa: PLC0415
    from rehearsal.table import lines  # noqa: PLC0415

    document = timeline.model_dump_json(indent=2)
    if options.json not in {None, TO_STANDARD_OUTPUT}:
        _write("--json", options.json, document + "\n")
    if options.html:
        _write("--html", options.html, page(timeline))
    if options.json == TO_STANDARD_OUTPUT:
        print(document)
    else:
        for line in lines(timeline, shutil.get_terminal_size((140, 24)).columns if sys.stdout.isatty() else 140):
            print(line)
        if options.html:
            print(f"The page is in {options.html}.")
    sys.stdout.flush()


def _write(where: str, target: str, text: str) -> None:
    try:
        Path(target).write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(where, f"{target} cannot be written ({error.strerror})", "another file is expected") from None


def _refuse(error: SlaError, *, as_json: bool) -> int:
    """One sentence, or a line for each fault of a file."""
    if as_json:
        faults = {"faults": [str(fault) for fault in error.faults]} if isinstance(error, BadForm) else {}
        print(json.dumps({"error": {"code": error.code, "message": str(error), **faults}}, ensure_ascii=False))
    else:
        print(f"sla: {_told(error)}", file=sys.stderr)
    return 2


def _told(error: SlaError) -> str:
    if not isinstance(error, BadForm) or len(error.faults) + error.more < 2:
        return str(error)
    lines = [*map(str, error.faults), *([f"and {error.more} more"] if error.more else [])]
    return "\n  ".join([f"{error.source} has {len(error.faults) + error.more} faults:", *lines])


def _end_in_peace() -> None:
    """Asked to end, it gives back what it has taken, as after Ctrl-C; also where a shell has it ignore that."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda _number, _frame: _leave())


def _leave() -> None:
    """At once, and from wherever it is: a request to end that is thrown as an error can be lost on its way."""
    give_back()
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    _end_in_peace()
    status = main(sys.argv[1:])
    sys.stderr.flush()
    # A client's own threads may call into an interpreter that is going away, which aborts it and hides the status.
    os._exit(status)
