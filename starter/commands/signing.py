"""The verbs of approval and signature, and taking a request or an amendment back."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from starter.commands.options import (
    As,
    DecisionId,
    EditionNo,
    Final,
    Json,
    Number,
    OptionalReason,
    Reason,
    act,
    session_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sla.contract_commands import Decide
    from starter.acting import Basis

Seat = Annotated[
    str | None,
    typer.Option("--for", metavar="SEAT", help="For which approver, where you may for several.", show_default=False),
]


class BackTo(StrEnum):
    """Where a rejected edition goes."""

    DRAFTING = "drafting"
    NEGOTIATING = "negotiating"
    REVIEWING = "reviewing"


BackToOption = Annotated[BackTo, typer.Option("--back-to", help="Where the edition goes.")]


def add_to(app: typer.Typer) -> None:
    """Adds this family's commands."""
    app.command("approve")(approve)
    app.command("reject")(reject)
    app.command("delegate")(delegate)
    app.command("sign-off")(sign_off)
    app.command("sign")(sign)
    app.command("decline-to-sign")(decline_to_sign)
    app.command("withdraw")(withdraw)


def approve(
    context: typer.Context,
    number: Number,
    by: As,
    seat: Seat = None,
    comment: Annotated[
        str | None, typer.Option("--comment", metavar="TEXT", help="A remark for the record.", show_default=False)
    ] = None,
    edition: EditionNo = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Approve the edition, as an approver or for one."""
    act(context, number, by, decision_id, _decision(True, comment, seat), edition)


def reject(
    context: typer.Context,
    number: Number,
    by: As,
    reason: Reason,
    back_to: BackToOption = BackTo.DRAFTING,
    final: Final = False,
    seat: Seat = None,
    edition: EditionNo = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Reject the edition with a reason; it goes back, or ends for good."""
    act(context, number, by, decision_id, _decision(False, reason, seat, back_to, final), edition)


def sign_off(
    context: typer.Context,
    number: Number,
    by: As,
    rejects: Annotated[bool, typer.Option("--reject", help="Reject instead of approving; give --reason.")] = False,
    reason: OptionalReason = None,
    back_to: BackToOption = BackTo.DRAFTING,
    final: Final = False,
    seat: Seat = None,
    edition: EditionNo = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Approve (or --reject) by signal, as approvers' own systems do."""
    from starter import acting

    words = acting.Words(number, by, decision_id, edition)
    acting.sign_off(session_of(context), words, _decision(not rejects, reason, seat, back_to, final))


def _decision(
    approve: bool, reason: str | None, seat: str | None, back_to: BackTo = BackTo.DRAFTING, final: bool = False
) -> "Callable[[Basis], Decide]":
    from sla.contract_commands import Decide
    from sla.stages import Stage

    return lambda basis: Decide(
        by=basis.by,
        decision_id=basis.decision_id,
        edition=basis.current(Decide),
        approve=approve,
        reason=reason,
        seat=seat,
        back_to=Stage(back_to.value),
        final=final,
    )


def delegate(
    context: typer.Context,
    number: Number,
    by: As,
    to: Annotated[str, typer.Option("--to", metavar="EMAIL", help="Who decides instead.", show_default=False)],
    until: Annotated[
        str, typer.Option("--until", metavar="WHEN", help="7d, a day, or an instant.", show_default=False)
    ],
    since: Annotated[str, typer.Option("--from", metavar="WHEN", help="The same, or now.")] = "now",
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why, in one line.", show_default=False)
    ] = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Give your decisions to somebody else for a window of time."""
    from sla.contract_commands import Delegate
    from starter.acting import Basis
    from starter.moments import moment

    def make(basis: Basis) -> Delegate:
        zone = basis.state.zone
        return Delegate(
            by=basis.by,
            decision_id=basis.decision_id,
            to=to,
            starts_at=moment(since, "--from", zone, basis.now),
            ends_at=moment(until, "--until", zone, basis.now, to_its_end=True),
            reason=reason,
        )

    act(context, number, by, decision_id, make)


def sign(
    context: typer.Context,
    number: Number,
    by: As,
    edition: EditionNo = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Sign the approved edition, as a named signer."""
    from sla.contract_commands import Sign

    act(
        context,
        number,
        by,
        decision_id,
        lambda b: Sign(by=b.by, decision_id=b.decision_id, edition=b.current(Sign)),
        edition,
    )


def decline_to_sign(
    context: typer.Context,
    number: Number,
    by: As,
    reason: Reason,
    edition: EditionNo = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Decline to sign, with the reason; the request ends as declined."""
    from sla.contract_commands import DeclineToSign

    act(
        context,
        number,
        by,
        decision_id,
        lambda b: DeclineToSign(by=b.by, decision_id=b.decision_id, edition=b.current(DeclineToSign), reason=reason),
        edition,
    )


def withdraw(
    context: typer.Context,
    number: Number,
    by: As,
    reason: Reason,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Take the whole request back before it is in force, or an amendment on its way."""
    from sla.contract_commands import Withdraw

    act(context, number, by, decision_id, lambda b: Withdraw(by=b.by, decision_id=b.decision_id, reason=reason))
