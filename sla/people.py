"""Who takes part: persons, their side and their standing roles. Rights are decided in `lifecycle`."""

from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import Field

from sla.calendars import WorkCalendar
from sla.fields import Email, Name, Value
from sla.kinds import Side
from sla.sharing import SHARED


class Role(StrEnum):
    """What somebody is to an agreement."""

    REQUESTER = "requester"
    SLA_MANAGER = "sla_manager"
    ACCOUNT_MANAGER = "account_manager"
    ENGINEER = "engineer"
    CUSTOMER = "customer"
    INSPECTOR = "inspector"
    APPROVER = "approver"
    LEGAL = "legal"
    SIGNER = "signer"
    ESCALATION = "escalation"
    POLICY_OWNER = "policy_owner"

    @property
    def words(self) -> str:
        """As a sentence says it: `SLA manager`."""
        return "SLA manager" if self is Role.SLA_MANAGER else self.value.replace("_", " ")


class Person(Value):
    """Somebody who can act or be written to. The address is the identity."""

    name: Name
    email: Email
    side: Side = Side.PROVIDER
    roles: tuple[Role, ...] = ()
    calendar: str = "standard"
    """The name of a calendar in `People.calendars`."""
    competent_for: tuple[str, ...] = ()
    """The services that an engineer may be named for. Source: INT-2."""


class People(Value):
    """Everybody whom an agreement knows, frozen at its start, with the calendars that they work by."""

    persons: tuple[Annotated[Person, SHARED], ...]
    calendars: dict[str, Annotated[WorkCalendar, SHARED]] = Field(default_factory=dict)

    def find(self, email: str) -> Person | None:
        """The person with this address, if the agreement knows one."""
        return self.by_email.get(email)

    @cached_property
    def by_email(self) -> dict[str, Person]:
        """Everybody by address."""
        return {person.email: person for person in reversed(self.persons)}

    def name_of(self, email: str) -> str:
        """The person's name, or the bare address of somebody unknown."""
        person = self.find(email)
        return person.name if person else email

    def with_role(self, role: Role) -> tuple[Person, ...]:
        """Everybody who holds a standing role, in the order of the form."""
        return self.by_role[role]

    @cached_property
    def by_role(self) -> dict[Role, tuple[Person, ...]]:
        """Who holds each role."""
        return {role: tuple(person for person in self.persons if role in person.roles) for role in Role}

    def competent_engineers(self, service: str | None) -> tuple[Person, ...]:
        """The engineers who may be named for a service; all of them where none is measured. Source: INT-2."""
        engineers = self.with_role(Role.ENGINEER)
        return tuple(each for each in engineers if service is None or service in each.competent_for)

    def calendar_of(self, email: str) -> WorkCalendar:
        """The calendar that this person works by; Monday to Friday, 9 to 17 UTC, for a stranger."""
        person = self.find(email)
        return self.calendars.get(person.calendar, WorkCalendar()) if person else WorkCalendar()
