"""The verbs of an early end: a termination through the CRM, legal's checklist, and the right to terminate."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from starter.commands.options import As, DecisionId, Json, Number, Reason, act, session_of

CaseNumber = Annotated[str, typer.Argument(metavar="CASE", help="The CRM case of the termination.", show_default=False)]


class Party(StrEnum):
    """One of the two sides, as `sla.kinds` names it."""

    CUSTOMER = "customer"
    PROVIDER = "provider"


class Why(StrEnum):
    """Why an agreement is ended, as `sla.life` names it."""

    CONVENIENCE = "convenience"
    BREACH = "breach"
    MUTUAL = "mutual"
    INSOLVENCY = "insolvency"
    END_OF_SERVICE = "end_of_service"


def add_to(app: typer.Typer) -> None:
    """Adds this family's commands."""
    app.command("open-termination")(open_termination)
    app.command("check-termination")(check_termination)
    app.command("withdraw-termination")(withdraw_termination)
    app.command("offer-right")(offer_right)


def open_termination(
    context: typer.Context,
    number: Number,
    cause: Annotated[Why, typer.Option(help="Why it is to end.", show_default=False)],
    requested_by: Annotated[Party, typer.Option(help="Which side asks for it.", show_default=False)],
    effective: Annotated[
        str, typer.Option("--effective", metavar="DAY", help="It ends at the end of this day.", show_default=False)
    ],
    reason: Reason,
    by: As,
    case: Annotated[
        str | None, typer.Option("--case", metavar="CASE", help="The CRM case; needed.", show_default=False)
    ] = None,
    waiver: Annotated[
        str | None,
        typer.Option("--waiver", metavar="TEXT", help="Why the notice period does not bind.", show_default=False),
    ] = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Open a termination for a case of the CRM, as a manager; legal then checks it."""
    from sla.ending_commands import OpenTermination
    from sla.errors import BadInput
    from sla.kinds import Side
    from sla.life import Cause
    from starter.acting import Basis
    from starter.moments import day

    if case is None:
        raise BadInput("--case", "is missing", "an agreement ends early only through a CRM case: its number is needed")

    def make(basis: Basis) -> OpenTermination:
        return OpenTermination(
            by=basis.by,
            decision_id=basis.decision_id,
            case=case,
            cause=Cause(cause.value),
            requested_by=Side(requested_by.value),
            effective=day(effective, "--effective", basis.state.zone, basis.now),
            reason=reason,
            waiver=waiver,
        )

    act(context, number, by, decision_id, make)


def check_termination(
    context: typer.Context,
    number: Number,
    case: CaseNumber,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The answers (YAML). Without it: the questions.")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--as", metavar="EMAIL", help="Who answers, with FILE.", show_default=False)
    ] = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Answer the checklist of a termination (YAML), as legal; without FILE, print it to fill in."""
    from sla.ending_commands import CheckTermination
    from sla.errors import BadInput
    from starter import checking
    from starter.forms import load_answers

    if file is None:
        checking.print_checklist(session_of(context), number, case)
        return
    if by is None:
        raise BadInput("--as", "is missing", "the address of whoever answers for legal is expected")
    answers = load_answers(file)
    act(
        context,
        number,
        by,
        decision_id,
        lambda b: CheckTermination(by=b.by, decision_id=b.decision_id, case=case, answers=answers),
    )


def withdraw_termination(
    context: typer.Context,
    number: Number,
    case: CaseNumber,
    reason: Reason,
    by: As,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Take a termination back before it takes effect; the agreement goes on."""
    from sla.ending_commands import WithdrawTermination

    act(
        context,
        number,
        by,
        decision_id,
        lambda b: WithdrawTermination(by=b.by, decision_id=b.decision_id, case=case, reason=reason),
    )


def offer_right(
    context: typer.Context,
    number: Number,
    side: Annotated[Party, typer.Option(help="Which side holds the right.", show_default=False)],
    ground: Annotated[
        str, typer.Option("--ground", metavar="TEXT", help="From what the right arose.", show_default=False)
    ],
    until: Annotated[
        str, typer.Option("--until", metavar="DAY", help="From this day on it is too late; or 30d.", show_default=False)
    ],
    by: As,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Tell a side that it may terminate, as the SLA manager; nothing ends by it."""
    from sla.ending_commands import OfferRight
    from sla.kinds import Side
    from starter.acting import Basis
    from starter.moments import day

    def make(basis: Basis) -> OfferRight:
        return OfferRight(
            by=basis.by,
            decision_id=basis.decision_id,
            side=Side(side.value),
            ground=ground,
            until=day(until, "--until", basis.state.zone, basis.now),
        )

    act(context, number, by, decision_id, make)
