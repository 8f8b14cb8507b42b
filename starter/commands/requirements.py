"""The verbs from the request to the assessment: who is the engineer, what is needed, can it be done."""

from pathlib import Path
from typing import Annotated

import typer

from starter.commands.options import As, DecisionId, File, Json, Number, act

Engineer = Annotated[str, typer.Argument(metavar="ENGINEER", help="The engineer's address.", show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Adds this family's commands."""
    app.command("name-engineer")(name_engineer)
    app.command("agree-engineer")(agree_engineer)
    app.command("record-requirements")(record_requirements)
    app.command("confirm-requirements")(confirm_requirements)
    app.command("assess")(assess)


def name_engineer(
    context: typer.Context,
    number: Number,
    engineer: Engineer,
    by: As,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Name a service engineer who is competent for the service."""
    from sla.contract_commands import NameEngineer

    act(context, number, by, decision_id, lambda b: NameEngineer(by=b.by, decision_id=b.decision_id, engineer=engineer))


def agree_engineer(
    context: typer.Context,
    number: Number,
    by: As,
    engineer: Annotated[
        str | None, typer.Argument(metavar="[ENGINEER]", help="The one who stands named by default.")
    ] = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Agree to the engineer whom the other manager named."""
    from sla.contract_commands import AgreeEngineer
    from starter.acting import Basis

    def make(basis: Basis) -> AgreeEngineer:
        named = basis.state.engineer.email if basis.state.engineer else basis.by
        return AgreeEngineer(by=basis.by, decision_id=basis.decision_id, engineer=engineer or named)

    act(context, number, by, decision_id, make)


def record_requirements(
    context: typer.Context,
    number: Number,
    by: As,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A YAML file with the rows to add or correct.")
    ] = None,
    remove: Annotated[
        list[int] | None, typer.Option("--remove", metavar="N", help="A requirement to take out; repeat it for more.")
    ] = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Add, correct or take out numbered requirements."""
    from sla.contract_commands import RecordRequirements
    from starter.forms import load_requirements

    rows = load_requirements(file) if file else ()
    act(
        context,
        number,
        by,
        decision_id,
        lambda b: RecordRequirements(by=b.by, decision_id=b.decision_id, rows=rows, removed=tuple(remove or ())),
    )


def confirm_requirements(
    context: typer.Context,
    number: Number,
    by: As,
    requirements_hash: Annotated[
        str | None,
        typer.Option(
            "--hash", metavar="HASH", help="The requirements that you have read. Those of now by default.",
            show_default=False,
        ),
    ] = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Confirm the requirements as they stand, as the customer."""
    from sla.contract_commands import ConfirmRequirements

    act(
        context,
        number,
        by,
        decision_id,
        lambda b: ConfirmRequirements(
            by=b.by,
            decision_id=b.decision_id,
            requirements_hash=requirements_hash or b.state.requirements.hash,
        ),
    )


def assess(
    context: typer.Context, number: Number, file: File, by: As, decision_id: DecisionId = None, as_json: Json = False
) -> None:
    """Give one verdict with its reason for each requirement (YAML)."""
    from sla.contract_commands import Assess
    from starter.forms import load_verdicts

    verdicts = load_verdicts(file)
    act(context, number, by, decision_id, lambda b: Assess(by=b.by, decision_id=b.decision_id, verdicts=verdicts))
