"""Naming the service engineer: two managers, one decision. Source: INT-2."""

from datetime import datetime

from sla.agreement import AgreementState, Engineer
from sla.awaited import Awaited
from sla.contract_commands import AgreeEngineer, NameEngineer
from sla.errors import AlreadyDone, NotPossible, NotYourRole
from sla.events import Fact
from sla.happening import Happening
from sla.people import Person, Role
from sla.stages import Stage, Verb

MANAGERS = (Role.SLA_MANAGER, Role.ACCOUNT_MANAGER)


def competent_engineers(state: AgreementState) -> tuple[Person, ...]:
    """The engineers who may be named for this agreement's service; all of them where no service is measured."""
    return state.people.competent_engineers(state.service)


def awaited(state: AgreementState) -> tuple[Awaited, ...]:
    """Both managers until an engineer is named, then the one who has not agreed; nobody when none is competent."""
    if not competent_engineers(state):
        return ()
    if state.engineer is None:
        return tuple(
            Awaited(person.email, Verb.NAME_ENGINEER) for role in MANAGERS for person in state.people.with_role(role)
        )
    missing = _other_manager_role(state, state.engineer.named_by)
    return tuple(
        Awaited(person.email, Verb.AGREE_ENGINEER, state.engineer.email) for person in state.people.with_role(missing)
    )


def may_name(state: AgreementState, email: str, now: datetime) -> None:
    """Somebody is competent, and this manager has not named the only one already."""
    competent = competent_engineers(state)
    if not competent:
        raise NotPossible(
            f"no engineer of {state.provider} is competent for {state.service_name}; withdraw the request, "
            "and ask again when somebody is"
        )
    named = state.engineer
    if named and named.named_by == email and {person.email for person in competent} == {named.email}:
        raise AlreadyDone(f"you have named {state.people.name_of(named.email)} already; the other manager agrees now")


def name_engineer(state: AgreementState, command: NameEngineer, now: datetime) -> Happening:
    """Names an engineer who is competent for the service; the other manager then agrees or names another.

    When the other manager has named the same one, both are agreed.
    """
    competent = competent_engineers(state)
    if command.engineer not in {person.email for person in competent}:
        names = ", ".join(f"{person.name} ({person.email})" for person in competent) or "nobody"
        raise NotPossible(
            f"{command.engineer} is no engineer who is competent for {state.service_name}; {names} would be"
        )
    if state.engineer and state.engineer.email == command.engineer:
        if state.engineer.named_by == command.by:
            raise AlreadyDone(
                f"you have named {state.people.name_of(command.engineer)} already; the other manager agrees now"
            )
        return _agreed(state, state.engineer, command.by)
    engineer = Engineer(email=command.engineer, named_by=command.by)
    who, whom = state.people.name_of(command.by), state.people.name_of(command.engineer)
    return Happening(
        state=state.model_copy(update={"engineer": engineer}),
        fact=Fact.ENGINEER_NAMED,
        by=command.by,
        sentence=f"{who} named {whom} as the service engineer.",
    )


def may_agree(state: AgreementState, email: str, now: datetime) -> None:
    """An engineer has been named, by the other manager."""
    if state.engineer is None:
        raise NotPossible(f"no engineer has been named for {state.number} yet; name one first")
    needed = _other_manager_role(state, state.engineer.named_by)
    person = state.people.find(email)
    if email == state.engineer.named_by or person is None or needed not in person.roles:
        names = ", ".join(person.name for person in state.people.with_role(needed))
        raise NotYourRole(f"the engineer was named by your side of the pair; {names} ({needed.words}) agrees")


def agree_engineer(state: AgreementState, command: AgreeEngineer, now: datetime) -> Happening:
    """The other manager agrees to the engineer who stands named."""
    assert state.engineer is not None
    if command.engineer != state.engineer.email:
        raise NotPossible(
            f"{state.engineer.email} stands named, not {command.engineer}; agree to the former or name another"
        )
    return _agreed(state, state.engineer, command.by)


def _agreed(state: AgreementState, engineer: Engineer, by: str) -> Happening:
    who, whom = state.people.name_of(by), state.people.name_of(engineer.email)
    return Happening(
        state=state.model_copy(update={"engineer": engineer.model_copy(update={"agreed_by": by})}),
        fact=Fact.ENGINEER_AGREED,
        by=by,
        sentence=f"{who} agreed to {whom} as the service engineer.",
        goto=Stage.CAPTURING,
    )


def _other_manager_role(state: AgreementState, email: str) -> Role:
    person = state.people.find(email)
    return Role.ACCOUNT_MANAGER if person and Role.SLA_MANAGER in person.roles else Role.SLA_MANAGER
