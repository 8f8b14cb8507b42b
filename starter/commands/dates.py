"""The command that reads what is still to come: the agenda of an agreement, also as an iCalendar file."""

from pathlib import Path
from typing import Annotated

import typer

from starter.commands.options import Json, Number, session_of


def add_to(app: typer.Typer) -> None:
    """Adds this family's commands."""
    app.command("agenda")(agenda)


def agenda(
    context: typer.Context,
    number: Number,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what happens only if somebody stays silent later.")
    ] = False,
    ics: Annotated[
        Path | None,
        typer.Option("--ics", metavar="FILE", help="Also write them to this iCalendar file.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """List every date ahead of one agreement, with the clause or the rule that causes it."""
    from starter import agenda as dates

    dates.agenda(session_of(context), number, ics, everything=everything)
