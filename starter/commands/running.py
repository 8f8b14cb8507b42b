"""The commands that begin and watch: the laptop's stack, the demonstration, a new request, the doctor."""

from pathlib import Path
from typing import Annotated

import typer

from starter.commands.options import Json, session_of


def add_to(app: typer.Typer) -> None:
    """Adds this family's commands."""
    app.command("up")(up)
    app.command("demo")(demo)
    app.command("start")(start)
    app.command("doctor")(doctor)


def up(context: typer.Context, as_json: Json = False) -> None:
    """Run everything on this machine until Ctrl-C: Temporal, a mail sink, a worker."""
    from starter import running

    running.up(session_of(context))


def demo(
    context: typer.Context,
    home: Annotated[Path, typer.Option(metavar="FOLDER", help="Made anew each time.")] = Path("var/demo"),
    as_json: Json = False,
) -> None:
    """Take an example from the form to the signature, and show its story."""
    from starter.demo import demonstrate

    demonstrate(session_of(context), home)


def start(
    context: typer.Context,
    form: Annotated[Path, typer.Argument(metavar="FORM.yaml", help="The request.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Start an agreement from a request form; the same form again gives the same agreement."""
    from starter import starting

    starting.start(session_of(context), form)


def doctor(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Look at every open agreement, not 1,000 of them.")] = False,
    wake: Annotated[
        bool, typer.Option("--wake", help="Also wake the agreements that an earlier release has signed.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check what is reachable, what agrees, what is stuck; exit status 1 if anything is wrong."""
    from starter.doctor import examine

    examine(session_of(context), everything=everything, wake=wake)
