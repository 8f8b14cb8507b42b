"""The verbs about what was measured: corrective actions, disputed figures, claimed credits."""

from typing import Annotated

import typer

from starter.commands.options import As, DecisionId, Json, Number, OptionalReason, Reason, act, session_of

ActionNo = Annotated[int, typer.Argument(metavar="NO", min=1, help="The corrective action.", show_default=False)]
DisputeNo = Annotated[int, typer.Argument(metavar="NO", min=1, help="The dispute.", show_default=False)]
PeriodName = Annotated[
    str, typer.Option("--period", metavar="PERIOD", help="Such as 2027-01 or 2027-Q1.", show_default=False)
]
Digest = Annotated[
    str | None,
    typer.Option(
        "--statement",
        metavar="DIGEST",
        help="The statement that you have read, or its first digits. The latest by default.",
        show_default=False,
    ),
]


def add_to(app: typer.Typer) -> None:
    """Adds this family's commands."""
    app.command("complete-action")(complete_action)
    app.command("verify-action")(verify_action)
    app.command("assign-action")(assign_action)
    app.command("dispute")(dispute)
    app.command("settle-dispute")(settle_dispute)
    app.command("claim-credit")(claim_credit)


def complete_action(
    context: typer.Context,
    number: Number,
    no: ActionNo,
    evidence: Annotated[
        str, typer.Option("--evidence", metavar="TEXT", help="What proves that it is done.", show_default=False)
    ],
    by: As,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Say that your corrective action is done, and what proves it."""
    from sla.commands import CompleteAction

    act(
        context,
        number,
        by,
        decision_id,
        lambda b: CompleteAction(by=b.by, decision_id=b.decision_id, no=no, evidence=evidence),
    )


def verify_action(
    context: typer.Context,
    number: Number,
    no: ActionNo,
    effective: Annotated[
        bool,
        typer.Option("--effective/--not-effective", help="It helps and is closed, or it does not.", show_default=False),
    ],
    by: As,
    note: Annotated[
        str | None,
        typer.Option("--note", metavar="TEXT", help="What was seen; needed when it does not help.", show_default=False),
    ] = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Say whether a corrective action helps that somebody else has done."""
    from sla.commands import VerifyAction

    act(
        context,
        number,
        by,
        decision_id,
        lambda b: VerifyAction(by=b.by, decision_id=b.decision_id, no=no, is_effective=effective, note=note),
    )


def assign_action(
    context: typer.Context,
    number: Number,
    no: ActionNo,
    owner: Annotated[
        str, typer.Argument(metavar="EMAIL", help="Who has it from now on; may be who has it now.", show_default=False)
    ],
    by: As,
    due: Annotated[
        str | None,
        typer.Option("--due", metavar="DAY", help="By the end of this day; or 14d. As it is by default."),
    ] = None,
    reason: OptionalReason = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Give a corrective action to somebody else, or another day, as a manager."""
    from sla.commands import AssignAction
    from starter.acting import Basis
    from starter.moments import day

    def make(basis: Basis) -> AssignAction:
        return AssignAction(
            by=basis.by,
            decision_id=basis.decision_id,
            no=no,
            owner=owner,
            due=day(due, "--due", basis.state.zone, basis.now) if due else None,
            reason=reason,
        )

    act(context, number, by, decision_id, make)


def dispute(
    context: typer.Context,
    number: Number,
    period: PeriodName,
    target: Annotated[str, typer.Option("--target", metavar="ID", help="Whose figure is wrong.", show_default=False)],
    reason: Reason,
    by: As,
    statement: Digest = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Dispute a figure for your side; it is frozen until the other side has settled that."""
    from sla.commands import DisputeFigure
    from starter.acting import Basis
    from starter.figures import disputable
    from starter.register import register_of

    views = register_of(session_of(context))

    def make(basis: Basis) -> DisputeFigure:
        found = disputable(views, basis, period, target, statement)
        return DisputeFigure(
            by=basis.by,
            decision_id=basis.decision_id,
            period=found.statement.period.name,
            target=target,
            statement=found.digest,
            reason=reason,
        )

    act(context, number, by, decision_id, make)


def settle_dispute(
    context: typer.Context,
    number: Number,
    no: DisputeNo,
    reason: Reason,
    by: As,
    stands: Annotated[bool, typer.Option("--stands", help="The figure stands.")] = False,
    value: Annotated[
        str | None,
        typer.Option(
            "--value", metavar="VALUE", help="What counts in its place, in the unit of the target.", show_default=False
        ),
    ] = None,
    evidence: Annotated[
        str | None, typer.Option("--evidence", metavar="TEXT", help="What shows it.", show_default=False)
    ] = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Settle a dispute of the other side: the figure stands, or another one counts."""
    from sla.commands import SettleDispute
    from sla.errors import BadInput
    from starter.acting import Basis

    if stands == (value is not None):
        raise BadInput("settle-dispute", "give exactly one of --stands and --value VALUE")

    def make(basis: Basis) -> SettleDispute:
        return SettleDispute.model_validate(
            {
                "by": basis.by,
                "decision_id": basis.decision_id,
                "no": no,
                "value": value,
                "reason": reason,
                "evidence": evidence,
            }
        )

    act(context, number, by, decision_id, make)


def claim_credit(
    context: typer.Context,
    number: Number,
    period: PeriodName,
    by: As,
    statement: Digest = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Claim the credit of a period, as the customer, where the terms ask for a claim."""
    from sla.commands import ClaimCredit
    from starter.acting import Basis
    from starter.figures import claimable
    from starter.register import register_of

    views = register_of(session_of(context))

    def make(basis: Basis) -> ClaimCredit:
        found = claimable(views, basis, period, statement)
        return ClaimCredit(
            by=basis.by,
            decision_id=basis.decision_id,
            period=found.statement.period.name,
            statement=found.digest,
        )

    act(context, number, by, decision_id, make)
