"""The commands that ask a service calendar: is it open, how much service time, when is it due, which working days."""

from pathlib import Path
from typing import Annotated

import typer

from starter.commands.options import Json, session_of

CalendarFile = Annotated[
    Path, typer.Option("--calendar", metavar="FILE", help="The calendar, a YAML file.", show_default=False)
]
From = Annotated[
    str, typer.Option("--from", metavar="WHEN", help="A local time of the calendar's zone, or one with an offset.")
]
FromDay = Annotated[str, typer.Option("--from", metavar="DAY", help="The first day that is counted.")]
Pauses = Annotated[
    list[str] | None,
    typer.Option(
        "--pause", metavar="A/B", help="The clock rests from A until B; repeat it for more.", show_default=False
    ),
]


def add_to(app: typer.Typer) -> None:
    """Adds this family's commands, below `calendar`."""
    family = typer.Typer(help="Ask a service calendar: open, elapsed time, deadlines, working days.")
    family.command("open")(is_open)
    family.command("elapsed")(elapsed)
    family.command("deadline")(deadline)
    family.command("working-days")(working_days)
    app.add_typer(family, name="calendar")


def is_open(
    context: typer.Context, calendar: CalendarFile, start: From = "now", pause: Pauses = None, as_json: Json = False
) -> None:
    """Say whether it is open, and when that changes next."""
    from starter import service_hours as hours

    hours.tell_open(session_of(context), hours.Asked(calendar, start, pause or ()))


def elapsed(
    context: typer.Context,
    calendar: CalendarFile,
    start: From,
    end: Annotated[str, typer.Option("--to", metavar="WHEN", help="The end, outside.")] = "now",
    pause: Pauses = None,
    as_json: Json = False,
) -> None:
    """Say how much service time lies between two instants."""
    from starter import service_hours as hours

    hours.tell_elapsed(session_of(context), hours.Asked(calendar, start, pause or ()), end)


def deadline(
    context: typer.Context,
    calendar: CalendarFile,
    start: From = "now",
    span: Annotated[
        str | None, typer.Option("--for", metavar="SPAN", help="So much service time, such as 30min or 4h.")
    ] = None,
    days: Annotated[
        int | None, typer.Option("--working-days", metavar="N", min=0, help="Or so many working days.")
    ] = None,
    backwards: Annotated[
        bool, typer.Option("--backwards", help="--from is the deadline; say when the clock must begin at the latest.")
    ] = False,
    pause: Pauses = None,
    as_json: Json = False,
) -> None:
    """Say when something is due, in service time or working days."""
    from starter import service_hours as hours

    asked = hours.Asked(calendar, start, pause or ())
    hours.tell_deadline(session_of(context), asked, span, days, backwards=backwards)


def working_days(
    context: typer.Context,
    calendar: CalendarFile,
    start: FromDay,
    end: Annotated[str, typer.Option("--to", metavar="DAY", help="The day at which it ends, outside.")],
    pause: Pauses = None,
    as_json: Json = False,
) -> None:
    """Count the working days from one day until another."""
    from starter import service_hours as hours

    hours.tell_days(session_of(context), hours.Asked(calendar, start, pause or ()), end)
