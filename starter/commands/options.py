"""The arguments and options that many commands share, and their way to the act. Light: help reads this file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from starter.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from sla.command import Command
    from starter.acting import Basis

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="The agreement, such as 0007.", show_default=False)]
File = Annotated[Path, typer.Argument(metavar="FILE", help="A YAML file.", show_default=False)]
As = Annotated[
    str,
    typer.Option("--as", metavar="EMAIL", help="Who acts: a person of the agreement (trusted).", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, errors included.")]
DecisionId = Annotated[
    str | None,
    typer.Option(
        "--decision-id",
        metavar="ID",
        help="A name for this decision: the same one again gets the first answer. A new one by default.",
        show_default=False,
    ),
]
EditionNo = Annotated[
    int | None,
    typer.Option(
        "--edition", metavar="N", min=1, help="The edition that you have read. The current one by default.",
        show_default=False,
    ),
]  # fmt: skip
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in your words.", show_default=False)]
OptionalReason = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Why, in your words.", show_default=False)
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")]
Final = Annotated[bool, typer.Option("--final", help="For good: the request ends as declined.")]


def session_of(context: typer.Context) -> Session:
    """The session that `run` gave to this call."""
    session = context.find_object(Session)
    assert session is not None
    return session


def act(
    context: typer.Context,
    number: str,
    by: str,
    decision_id: str | None,
    make: "Callable[[Basis], Command]",
    edition: int | None = None,
) -> None:
    """Sends the command that `make` makes of what the register shows, and tells what came of it."""
    from starter import acting

    acting.act(session_of(context), acting.Words(number, by, decision_id, edition), make)
