"""The verbs of the review: receipts, comments, the inspection."""

from typing import Annotated

import typer

from starter.commands.options import As, DecisionId, EditionNo, Json, Number, act


def add_to(app: typer.Typer) -> None:
    """Adds this family's commands."""
    app.command("acknowledge")(acknowledge)
    app.command("comment")(comment)
    app.command("resolve-comment")(resolve_comment)
    app.command("inspect")(inspect)


def acknowledge(
    context: typer.Context,
    number: Number,
    by: As,
    edition: EditionNo = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Acknowledge receipt of the final draft."""
    from sla.contract_commands import Acknowledge

    act(
        context,
        number,
        by,
        decision_id,
        lambda b: Acknowledge(by=b.by, decision_id=b.decision_id, edition=b.current(Acknowledge)),
        edition,
    )


def comment(
    context: typer.Context,
    number: Number,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is not right.", show_default=False)],
    by: As,
    edition: EditionNo = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Raise a comment; it holds the approval back until it is resolved."""
    from sla.contract_commands import RaiseComment

    act(
        context,
        number,
        by,
        decision_id,
        lambda b: RaiseComment(by=b.by, decision_id=b.decision_id, edition=b.current(RaiseComment), text=text),
        edition,
    )


def resolve_comment(
    context: typer.Context,
    number: Number,
    no: Annotated[int, typer.Argument(metavar="NO", help="The comment's number.", show_default=False)],
    how: Annotated[str, typer.Option("--how", metavar="TEXT", help="How it was resolved.", show_default=False)],
    by: As,
    edition: EditionNo = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Resolve a comment: your own, or any as the SLA manager."""
    from sla.contract_commands import ResolveComment

    act(
        context,
        number,
        by,
        decision_id,
        lambda b: ResolveComment(
            by=b.by, decision_id=b.decision_id, edition=b.current(ResolveComment), no=no, resolution=how
        ),
        edition,
    )


def inspect(
    context: typer.Context,
    number: Number,
    by: As,
    passed: Annotated[bool, typer.Option("--pass", help="It may go on to approval.")] = False,
    send_back: Annotated[
        str | None,
        typer.Option("--send-back", metavar="REASON", help="It goes back to drafting, and why.", show_default=False),
    ] = None,
    edition: EditionNo = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Pass the edition (--pass), or send it back to drafting (--send-back), as an inspector."""
    from sla.contract_commands import Inspect
    from sla.errors import BadInput

    if passed == (send_back is not None):
        raise BadInput("inspect", "give exactly one of --pass and --send-back TEXT")
    act(
        context,
        number,
        by,
        decision_id,
        lambda b: Inspect(
            by=b.by, decision_id=b.decision_id, edition=b.current(Inspect), passed=passed, reason=send_back
        ),
        edition,
    )
