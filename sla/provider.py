"""The provider's own house: who works there, what is offered at which price, who approves. Source: PRI-1, APP-1.

A request names a service and its customer; everything here is added by the provider and frozen into the
agreement at its start, so that a later change of the house changes no running agreement.
"""

from typing import Self

from pydantic import ConfigDict, Field, model_validator

from sla.calendars import WorkCalendar
from sla.fields import Email, Name, Slug, Value, WrongField, Zone
from sla.kinds import Kind
from sla.people import Person, Role
from sla.policy import ApprovalPolicy
from sla.pricing import PriceBook


class Service(Value):
    """One service of the catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Slug
    name: Name
    prices: PriceBook | None = None
    has_sla: bool = True
    """False says explicitly that this service is delivered without an SLA. Source: KIND-4."""


class ProviderProfile(Value):
    """One provider: catalogue, people, calendars, approval policies by kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    zone: Zone
    calendars: dict[Slug, WorkCalendar] = Field(default_factory=lambda: {"standard": WorkCalendar()})
    people: tuple[Person, ...] = Field(min_length=1, max_length=2000)
    signers: tuple[Email, ...] = Field(default=(), max_length=20)
    services: tuple[Service, ...] = Field(min_length=1, max_length=5000)
    policies: dict[Kind, ApprovalPolicy]

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        _refuse_twice("people", [person.email for person in self.people])
        _refuse_twice("services", [service.id for service in self.services])
        _refuse_twice("signers", list(self.signers))
        self._check_services()
        for index, person in enumerate(self.people):
            self._check_person(index, person)
        known = frozenset(person.email for person in self.people)
        for kind, policy in self.policies.items():
            seats = [seat for stage in policy.stages for seat in stage.approvers]
            named = [policy.owner, *(email for seat in seats for email in (seat.email, seat.deputy) if email)]
            _refuse_strangers(named, known, "policies", kind.value)
        _refuse_strangers(list(self.signers), known, "signers")
        return self

    def _check_services(self) -> None:
        for index, service in enumerate(self.services):
            if service.prices and service.prices.service != service.id:
                raise WrongField(
                    f"is {service.prices.service!r} in the price book of {service.id!r}; {service.id!r} is expected",
                    *("services", index, "prices", "service"),
                )

    def _check_person(self, index: int, person: Person) -> None:
        if person.calendar not in self.calendars:
            known = ", ".join(self.calendars)
            raise WrongField(
                f"{person.calendar!r:.70} does not exist; one of {known} is expected", "people", index, "calendar"
            )
        if Role.INSPECTOR in person.roles and {Role.SLA_MANAGER, Role.ACCOUNT_MANAGER} & set(person.roles):
            raise WrongField(
                f"{person.name} inspects and writes; an inspector who is no author is expected",
                *("people", index, "roles"),
            )
        if unknown := sorted(set(person.competent_for) - {service.id for service in self.services}):
            raise WrongField(
                f"{unknown[0]!r:.70} is not in the catalogue; ids of services are expected",
                *("people", index, "competent_for"),
            )

    def service(self, id_: str) -> Service | None:
        """The service of this id, if the catalogue has it."""
        return next((service for service in self.services if service.id == id_), None)


def _refuse_twice(field: str, keys: list[str]) -> None:
    first: dict[str, int] = {}
    for index, key in enumerate(keys):
        if first.setdefault(key, index) != index:
            raise WrongField(f"{key} stands twice; each once is expected", field, index)


def _refuse_strangers(named: list[str], known: frozenset[str], *field: str) -> None:
    for email in named:
        if email not in known:
            raise WrongField(f"names {email}, who is not among the people; add them to people", *field)
