"""The commands for measurements: take them in from files, pull them from Prometheus, look at what counts."""

from pathlib import Path
from typing import Annotated

import typer

from starter.commands.options import Json, Number, session_of

Period = Annotated[
    str | None,
    typer.Option("--period", metavar="PERIOD", help="Such as 2027-03, 2027-Q1 or 2027.", show_default=False),
]


def add_to(app: typer.Typer) -> None:
    """Adds this family's commands, below `measure`."""
    family = typer.Typer(help="Take measurements in, pull them, look at what counts.")
    family.command("import")(take_in)
    family.command("pull")(pull)
    family.command("list")(show)
    app.add_typer(family, name="measure")


def take_in(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or JSON lines; - is standard input.")],
    agreement: Annotated[
        str | None, typer.Option("--agreement", metavar="NUMBER", help="Of rows that name none.", show_default=False)
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", metavar="csv|jsonl", help="As the file shows by itself.")
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", metavar=",|;", help="Of CSV; as its header shows by itself.")
    ] = None,
    partial: Annotated[bool, typer.Option("--partial", help="Keep the good rows of a file with bad ones.")] = False,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Write every refused row there, as JSON lines.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Take in a file of measurements: all of it, or nothing."""
    from starter import measuring

    how = measuring.How(agreement, form, delimiter, report, partial=partial)
    measuring.take_in(session_of(context), file, how)


def pull(context: typer.Context, number: Number, period: Period = None, as_json: Json = False) -> None:
    """Pull what the terms name from Prometheus; for the running period where none is named."""
    from starter import measuring

    measuring.pull(session_of(context), number, period)


def show(context: typer.Context, number: Number, period: Period = None, as_json: Json = False) -> None:
    """List what counts for a period; for the running one where none is named."""
    from starter import measuring

    measuring.show(session_of(context), number, period)
