"""The commands of the compliance runs: their schedules, and a run by hand."""

from enum import StrEnum
from typing import Annotated

import typer

from starter.commands.options import Json, OptionalReason, Reason, session_of


class Cadence(StrEnum):
    """How often an agreement is judged, as `sla.cadence` names it."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


Name = Annotated[
    str, typer.Argument(metavar="NAME", help="month, quarter, year, late-data or warnings.", show_default=False)
]
Period = Annotated[
    str | None,
    typer.Option(
        "--period", metavar="PERIOD", help="2026-03, 2026-Q1 or 2026; the last one that is over by default.",
        show_default=False,
    ),
]  # fmt: skip
Numbers = Annotated[
    list[str] | None,
    typer.Option("--number", metavar="NUMBER", help="Only this agreement; repeat it for more.", show_default=False),
]


def add_to(app: typer.Typer) -> None:
    """Adds this family's commands, below `schedules`."""
    family = typer.Typer(help="The compliance runs: their schedules, and a run by hand.")
    family.command("list")(list_)
    family.command("apply")(apply)
    family.command("pause")(pause)
    family.command("unpause")(unpause)
    family.command("trigger")(trigger)
    family.command("backfill")(backfill)
    family.command("run")(run)
    app.add_typer(family, name="schedules")


def list_(context: typer.Context, as_json: Json = False) -> None:
    """Show every schedule: when it runs next, when it ran last, whether it is paused and why."""
    from starter import schedules

    schedules.show(session_of(context))


def apply(context: typer.Context, as_json: Json = False) -> None:
    """Make the schedules that are missing, and bring the others to what this release plans; a pause stays."""
    from starter import schedules

    schedules.apply(session_of(context))


def pause(context: typer.Context, name: Name, reason: Reason, as_json: Json = False) -> None:
    """Let no run of a schedule start by itself; one that runs goes on."""
    from starter import schedules

    schedules.pause(session_of(context), name, reason)


def unpause(
    context: typer.Context,
    name: Name,
    reason: OptionalReason = None,
    as_json: Json = False,
) -> None:
    """Let a schedule run by itself again, from its next instant on."""
    from starter import schedules

    schedules.unpause(session_of(context), name, reason)


def trigger(
    context: typer.Context, name: Name, period: Period = None, number: Numbers = None, as_json: Json = False
) -> None:
    """Start a run of a schedule now, and do not wait; also while it is paused."""
    from starter import schedules
    from starter.compliance_run import Asked

    schedules.trigger(session_of(context), name, Asked(period, tuple(number or ())))


def backfill(
    context: typer.Context,
    name: Name,
    begin: Annotated[
        str, typer.Option("--from", metavar="WHEN", help="A day such as 2026-02-01 (UTC).", show_default=False)
    ],
    end: Annotated[str, typer.Option("--to", metavar="WHEN", help="A day, to its end, or now.")] = "now",
    as_json: Json = False,
) -> None:
    """Start the runs that a stretch of the past should have seen: each states the period that was over by then."""
    from starter import schedules

    schedules.backfill(session_of(context), name, begin, end)


def run(
    context: typer.Context,
    period: Period = None,
    number: Numbers = None,
    cadence: Annotated[
        Cadence | None,
        typer.Option(
            help="Which agreements, by how often they are judged; what the period tells by default.", show_default=False
        ),
    ] = None,
    provisional: Annotated[
        bool, typer.Option("--provisional", help="Look at the period that runs, for early warnings; state nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run now, wait, and print the report; exit status 1 where an agreement could not be judged."""
    from sla.cadence import Cadence as Judged
    from starter import compliance_run

    asked = compliance_run.Asked(period, tuple(number or ()), Judged(cadence.value) if cadence else None, provisional)
    compliance_run.run(session_of(context), asked)
