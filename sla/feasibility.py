"""Whether it can be done: two decisions, each with one verdict for every requirement. Source: FEA-1."""

from datetime import datetime

from sla.agreement import AgreementState
from sla.awaited import Awaited
from sla.contract_commands import Assess
from sla.errors import AlreadyDone, Incomplete
from sla.events import Fact
from sla.happening import Happening, counted
from sla.people import Role
from sla.requirements import Angle, Assessment, Finding
from sla.stages import Stage, Verb


def assessors(state: AgreementState) -> tuple[tuple[str, Angle], ...]:
    """The engineer judges the technical side, the account managers the commercial one."""
    engineer = ((state.engineer.email, Angle.TECHNICAL),) if state.engineer else ()
    managers = ((p.email, Angle.COMMERCIAL) for p in state.people.with_role(Role.ACCOUNT_MANAGER))
    return (*engineer, *managers)


def awaited(state: AgreementState) -> tuple[Awaited, ...]:
    """Whoever has an angle that is not judged yet."""
    judged = {assessment.angle for assessment in state.assessments}
    return tuple(Awaited(email, Verb.ASSESS, angle.value) for email, angle in assessors(state) if angle not in judged)


def may_assess(state: AgreementState, email: str, now: datetime) -> None:
    """The person's angle is still open."""
    if email not in {waiting.person for waiting in awaited(state)}:
        angle = next((angle for person, angle in assessors(state) if person == email), Angle.TECHNICAL)
        raise AlreadyDone(f"the {angle.value} assessment of {state.number} is given already; nothing is left to do")


def assess(state: AgreementState, command: Assess, now: datetime) -> Happening:
    """One angle's verdicts: exactly one for each requirement. Raises Incomplete with every gap."""
    angle = next(Angle(w.subject) for w in awaited(state) if w.person == command.by)
    _refuse_gaps(state, command)
    assessment = Assessment(angle=angle, by=command.by, at=now, verdicts=command.verdicts)
    assessments = (*state.assessments, assessment)
    complete = {each.angle for each in assessments} == set(Angle)
    unmet = sum(verdict.finding is Finding.NOT_MET for verdict in command.verdicts)
    who = state.people.name_of(command.by)
    return Happening(
        state=state.model_copy(update={"assessments": assessments}),
        fact=Fact.FEASIBILITY_ASSESSED,
        by=command.by,
        sentence=f"{who} gave the {angle.value} assessment: {len(command.verdicts) - unmet} of "
        f"{counted(len(command.verdicts), 'requirement')} can be met.",
        goto=Stage.DRAFTING if complete else None,
    )


def _refuse_gaps(state: AgreementState, command: Assess) -> None:
    given = [verdict.requirement for verdict in command.verdicts]
    wanted = state.requirements.numbers
    gaps = [f"requirement {number} has no verdict" for number in sorted(wanted - set(given))]
    gaps += [f"requirement {number} does not exist" for number in sorted(set(given) - wanted)]
    gaps += [f"requirement {number} has two verdicts" for number in sorted({n for n in given if given.count(n) > 1})]
    if gaps:
        raise Incomplete("the assessment wants one verdict for each requirement", tuple(gaps))
