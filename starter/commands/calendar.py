"""The commands that ask a service calendar, and those that make one: holidays, imported closures, a check, a schema."""

from pathlib import Path
from typing import Annotated

import typer

from starter.commands.options import File, Force, Json, session_of

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
IntoCalendar = Annotated[
    Path | None,
    typer.Option(
        "--calendar", metavar="FILE", help="The calendar that takes them in; it is printed.", show_default=False
    ),
]
Write = Annotated[
    Path | None,
    typer.Option("--write", metavar="OUT", help="Write that calendar here instead of printing it.", show_default=False),
]
FirstYear = Annotated[
    int | None,
    typer.Option("--from", metavar="YEAR", min=1990, max=2199, help="The first year; this year by default."),
]
LastYear = Annotated[
    int | None,
    typer.Option("--to", metavar="YEAR", min=1990, max=2199, help="The last year, inside; five later by default."),
]


def add_to(app: typer.Typer) -> None:
    """Adds this family's commands, below `calendar`."""
    family = typer.Typer(help="Ask a service calendar, or make one: hours, deadlines, holidays, imported closures.")
    family.command("open")(is_open)
    family.command("elapsed")(elapsed)
    family.command("deadline")(deadline)
    family.command("working-days")(working_days)
    family.command("holidays")(holidays)
    family.command("import")(import_file)
    family.command("check")(check)
    family.command("schema")(schema)
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


def holidays(
    context: typer.Context,
    country: Annotated[
        str, typer.Option("--country", metavar="CODE", help="An ISO 3166 code such as DE.", show_default=False)
    ],
    subdivision: Annotated[
        str | None, typer.Option("--subdivision", metavar="CODE", help="A state or region of it, such as BE.")
    ] = None,
    first: FirstYear = None,
    last: LastYear = None,
    category: Annotated[
        list[str] | None,
        typer.Option("--category", metavar="NAME", help="Other days than public ones; repeat it for more."),
    ] = None,
    calendar: IntoCalendar = None,
    write: Write = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Tell the holidays of a country or region, or write them out into a calendar."""
    from starter import closures

    into, years = closures.Into(calendar, write, force), closures.Years(first, last)
    region = closures.Region(country, subdivision, tuple(category or ("public",)))
    closures.tell_holidays(session_of(context), region, years, into)


def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.ics", help="An iCalendar file.", show_default=False)],
    first: FirstYear = None,
    last: LastYear = None,
    zone: Annotated[
        str | None,
        typer.Option("--zone", metavar="ZONE", help="Without --calendar: the zone in which times are told."),
    ] = None,
    calendar: IntoCalendar = None,
    write: Write = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Tell the closures of an iCalendar file, or write them out into a calendar."""
    from starter import closures

    into, years = closures.Into(calendar, write, force), closures.Years(first, last)
    closures.tell_import(session_of(context), file, zone, years, into)


def check(context: typer.Context, file: File, as_json: Json = False) -> None:
    """Say in plain words what a calendar means, or what is wrong with its lines."""
    from starter import calendar_check

    calendar_check.tell_check(session_of(context), file)


def schema(context: typer.Context, as_json: Json = False) -> None:
    """Print the JSON Schema of a calendar's file, for editors that check while you type."""
    from starter import calendar_check

    calendar_check.tell_schema(session_of(context))
