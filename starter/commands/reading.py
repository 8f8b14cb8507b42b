"""The commands that read: lists, one agreement, its story, terms, prices, letters, and the audit of its chain."""

from pathlib import Path
from typing import Annotated

import typer

from starter.commands.options import Json, Number, session_of

EditionOption = Annotated[
    int | None,
    typer.Option("--edition", metavar="N", min=1, help="An earlier edition. The current one by default."),
]


def add_to(app: typer.Typer) -> None:
    """Adds this family's commands."""
    app.command("list")(list_agreements)
    app.command("show")(show)
    app.command("history")(history)
    app.command("terms")(terms)
    app.command("edition")(edition)
    app.command("diff")(diff)
    app.command("prices")(prices)
    app.command("letters")(letters)
    app.command("audit")(audit)


def list_agreements(
    context: typer.Context,
    stage: Annotated[str | None, typer.Option(metavar="STAGE", help="Only in this stage.")] = None,
    waiting_for: Annotated[str | None, typer.Option(metavar="EMAIL", help="Only those that wait for them.")] = None,
    service: Annotated[str | None, typer.Option(metavar="SERVICE", help="Only for this service.")] = None,
    customer: Annotated[str | None, typer.Option(metavar="NAME", help="Only of this customer.")] = None,
    search: Annotated[str | None, typer.Option(metavar="TEXT", help="Only with these words.")] = None,
    at_risk: Annotated[bool, typer.Option("--at-risk", help="Only those with a risk.")] = False,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="At most so many.")] = 50,
    after: Annotated[str | None, typer.Option(metavar="NUMBER", help="The page after this number.")] = None,
    as_json: Json = False,
) -> None:
    """List agreements with what is a risk of each, the newest first."""
    from starter import lists

    lists.agreements(
        session_of(context),
        lists.Wanted(stage, waiting_for, service, customer, search, at_risk, limit, after),
    )


def show(
    context: typer.Context,
    number: Number,
    person: Annotated[
        str | None, typer.Option("--as", metavar="EMAIL", help="And what this person may do now.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """Show one agreement: stage, parties, edition, term, reviews, who is waited for, decisions."""
    from starter import showing

    showing.show(session_of(context), number, person)


def history(context: typer.Context, number: Number, as_json: Json = False) -> None:
    """Tell the story of one agreement: when, who, what, stage."""
    from starter import lists

    lists.history(session_of(context), number)


def terms(context: typer.Context, number: Number, edition: EditionOption = None, as_json: Json = False) -> None:
    """Say in plain words what an edition promises."""
    from starter import wording

    wording.terms(session_of(context), number, edition)


def edition(
    context: typer.Context,
    number: Number,
    at: Annotated[
        str, typer.Option("--at", metavar="WHEN", help="A day (its beginning), an instant, or a span ahead.")
    ] = "now",
    as_json: Json = False,
) -> None:
    """Say which edition is in force, or was at some time."""
    from starter import wording

    wording.edition_at(session_of(context), number, at)


def diff(
    context: typer.Context,
    number: Number,
    first: Annotated[
        int | None,
        typer.Argument(metavar="[A]", min=1, help="One edition. The one in force by default.", show_default=False),
    ] = None,
    second: Annotated[
        int | None,
        typer.Argument(metavar="[B]", min=1, help="The other. That of its amendment by default.", show_default=False),
    ] = None,
    as_text: Annotated[bool, typer.Option("--text", help="Line by line, as the terms read.")] = False,
    as_json: Json = False,
) -> None:
    """Show what changed from edition A to edition B."""
    from starter import wording

    wording.diff(session_of(context), number, first, second, as_text=as_text)


def prices(
    context: typer.Context,
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="The service's id.", show_default=False)],
    quantity: Annotated[int, typer.Option(metavar="N", help="How many units.")] = 1,
    option: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="An option of the price book; repeat it for more.")
    ] = None,
    provider: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The provider's profile. SLA_PROVIDER by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Put the alternatives of a service side by side, with their monthly prices."""
    from starter import wording

    wording.prices(session_of(context), service, quantity, tuple(option or ()), provider)


def letters(
    context: typer.Context,
    number: Annotated[str | None, typer.Argument(metavar="[NUMBER]", help="Only of this agreement.")] = None,
    refused: Annotated[bool, typer.Option("--refused", help="Only those that were refused for good.")] = False,
    as_json: Json = False,
) -> None:
    """List the letters and what became of them."""
    from starter import lists

    lists.letters(session_of(context), number, refused=refused)


def audit(
    context: typer.Context,
    number: Annotated[str | None, typer.Argument(metavar="[NUMBER]", help="All agreements by default.")] = None,
    as_json: Json = False,
) -> None:
    """Verify the audit chain against everything that is stored; exit status 1 on a problem."""
    from starter import lists

    lists.audit(session_of(context), number)
