"""Capturing the customer's requirements, row by row. Source: INT-3."""

from datetime import datetime

from sla.agreement import AgreementState
from sla.awaited import Awaited
from sla.contract_commands import ConfirmRequirements, RecordRequirements
from sla.errors import NotPossible, StaleEdition
from sla.events import Fact
from sla.happening import Happening, counted
from sla.people import Role
from sla.requirements import RequirementDocument
from sla.stages import Stage, Verb

MOST_ROWS = 200


def awaited(state: AgreementState) -> tuple[Awaited, ...]:
    """The engineer and the customer until there are rows; then the customer until they are confirmed."""
    customers = [person.email for person in state.people.with_role(Role.CUSTOMER)]
    if state.requirements.rows:
        return tuple(Awaited(email, Verb.CONFIRM_REQUIREMENTS) for email in customers)
    engineers = [state.engineer.email] if state.engineer else []
    return tuple(Awaited(email, Verb.RECORD_REQUIREMENTS) for email in (*engineers, *customers))


def record_requirements(state: AgreementState, command: RecordRequirements, now: datetime) -> Happening:
    """Adds rows, corrects those whose number exists, takes numbers out; at most 200 rows stay."""
    if not command.rows and not command.removed:
        raise NotPossible("no requirement is named; give rows to record or numbers to take out")
    numbers = [row.no for row in command.rows]
    if len(set(numbers)) != len(numbers):
        raise NotPossible("a requirement number stands twice; each number once is expected")
    if unknown := sorted(set(command.removed) - state.requirements.numbers):
        raise NotPossible(f"requirement {unknown[0]} does not exist, so it cannot be taken out")
    kept = {row.no: row for row in state.requirements.rows if row.no not in command.removed}
    rows = {**kept, **{row.no: row for row in command.rows}}
    if len(rows) > MOST_ROWS:
        raise NotPossible(f"{len(rows)} requirements are too many; at most {MOST_ROWS} are taken")
    document = RequirementDocument(rows=tuple(rows[number] for number in sorted(rows)))
    who = state.people.name_of(command.by)
    touched = sorted({*numbers, *command.removed})
    changed = ", ".join(map(str, touched))
    return Happening(
        state=state.model_copy(update={"requirements": document}),
        fact=Fact.REQUIREMENTS_RECORDED,
        by=command.by,
        sentence=f"{who} recorded {counted(len(touched), 'requirement')} ({changed}); {len(rows)} stand now.",
    )


def may_confirm(state: AgreementState, email: str, now: datetime) -> None:
    """There is something to confirm."""
    if not state.requirements.rows:
        raise NotPossible(f"no requirement of {state.number} is recorded yet; record what is needed first")


def confirm_requirements(state: AgreementState, command: ConfirmRequirements, now: datetime) -> Happening:
    """The customer confirms the document as it stands, named by its hash."""
    if command.requirements_hash != state.requirements.hash:
        raise StaleEdition(
            "the requirements were changed after you read them; read them again and confirm what stands now"
        )
    who = state.people.name_of(command.by)
    return Happening(
        state=state,
        fact=Fact.REQUIREMENTS_CONFIRMED,
        by=command.by,
        sentence=f"{who} confirmed {counted(len(state.requirements.rows), 'requirement')}.",
        goto=Stage.ASSESSING,
    )
