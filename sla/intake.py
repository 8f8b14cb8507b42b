"""The form that asks for an agreement, and the agreement that it opens. Source: INT-1, KIND-4.

A form forbids what it does not know; an `Opening` is the form joined with the provider's profile, ready to carry.
"""

from datetime import datetime
from typing import Annotated, Literal, Self
from unicodedata import normalize

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from sla.agreement import AgreementState
from sla.calendars import WorkCalendar
from sla.canonical import digest
from sla.errors import BadForm, Fault
from sla.fields import Email, Name, Reference, Slug, Value, WrongField
from sla.kinds import KINDS, Kind, Level, Side
from sla.people import People, Person, Role
from sla.policy import ApprovalPolicy
from sla.pricing import PriceBook
from sla.provider import ProviderProfile
from sla.requirements import Requirement, RequirementDocument
from sla.sharing import SHARED
from sla.terms import Period

_FULL_CHECK = TypeAdapter(EmailStr)


def _real_address(email: str) -> str:
    """The grammar of RFC 5322 in full, which values inside need not check again."""
    try:
        _FULL_CHECK.validate_python(email)
    except ValidationError:
        raise ValueError(
            f"{email!r:.80} is no e-mail address that mail can be sent to; "
            "one such as ana@northwind.example is expected"
        ) from None
    return email


FormEmail = Annotated[Email, AfterValidator(_real_address)]

_WHOLE_CATALOGUE = frozenset({"*", "all", "any", "catalogue", "catalog", "everything"})


def _one_service(value: object) -> object:
    if isinstance(value, list | tuple) or (isinstance(value, str) and value.strip().lower() in _WHOLE_CATALOGUE):
        raise ValueError(
            "asks for more than one service; an SLA measures exactly one: start one request per service, "
            "or ask for level corporate or customer, which measures none"
        )
    return value


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Contact(_Form):
    """A person of the customer."""

    name: Name
    email: FormEmail


class CustomerForm(_Form):
    """The customer and its people: who speaks for it and who signs."""

    name: Name
    contacts: tuple[Contact, ...] = Field(min_length=1, max_length=20)
    signers: tuple[FormEmail, ...] = Field(default=(), max_length=10)
    """Addresses of contacts who sign; the first contact when none is named."""
    calendar: WorkCalendar = WorkCalendar()


class RequestForm(_Form):
    """What a requester fills in. Unknown fields are refused."""

    reference: Reference
    kind: Kind = Kind.CUSTOMER_SLA
    level: Level = Level.SERVICE
    title: Name
    provider: Name
    service: Annotated[Slug, BeforeValidator(_one_service)] | None = None
    customer: CustomerForm
    requester: FormEmail
    """Who asks: a person of the customer or of the provider."""
    account_manager: FormEmail
    sla_manager: FormEmail
    period: Period
    requirements: tuple[Requirement, ...] = Field(default=(), max_length=200)
    """What the customer states right away; it is captured and confirmed later all the same."""
    version: Literal["1"] = "1"

    @model_validator(mode="after")
    def _one_measured_service(self) -> Self:
        if self.level is Level.SERVICE and self.service is None:
            raise WrongField("is missing; an agreement of the service level names exactly one", "service")
        if self.level is not Level.SERVICE and self.service is not None:
            raise WrongField(f"a {self.level} level agreement measures none; leave it out", "service")
        return self

    @model_validator(mode="after")
    def _two_parties(self) -> Self:
        same = _folded(self.provider) == _folded(self.customer.name)
        if same and KINDS[self.kind].between_parties:
            raise WrongField(
                f"{self.provider} is the provider too; two parties are expected, or the kind internal_sla or ola",
                *("customer", "name"),
            )
        emails = [contact.email for contact in self.customer.contacts]
        _refuse_twice("contacts", emails)
        _refuse_twice("signers", list(self.customer.signers))
        for index, signer in enumerate(self.customer.signers):
            if signer not in emails:
                raise WrongField(f"{signer} is no contact; add them to customer.contacts", "customer", "signers", index)
        return self


def _folded(name: str) -> str:
    """One form for names that read alike: full-width letters, capitals and blanks make no second party."""
    return " ".join(normalize("NFKC", name).casefold().split())


def _refuse_twice(field: str, emails: list[str]) -> None:
    for index, email in enumerate(emails):
        if email in emails[:index]:
            raise WrongField(f"{email} stands twice; each address once is expected", "customer", field, index)


class Opening(Value):
    """A form joined with the provider's house: everything that an agreement needs to begin."""

    reference: str
    form_digest: str
    kind: Kind
    level: Level
    title: Name
    service: str | None
    service_name: Name
    provider: Name
    customer: Name
    period: Period
    people: People
    policy: Annotated[ApprovalPolicy, SHARED]
    signers: tuple[Email, ...]
    price_book: Annotated[PriceBook, SHARED] | None
    requirements: RequirementDocument


def open_request(form: RequestForm, provider: ProviderProfile, source: str = "form") -> Opening:
    """Joins a form with the provider's profile. Raises BadForm with every name that the profile lacks."""
    faults = tuple(_faults(form, provider))
    if faults:
        raise BadForm(source, faults)
    service = provider.service(form.service) if form.service else None
    signed = KINDS[form.kind].signed
    customers = form.customer.signers or (form.customer.contacts[0].email,)
    return Opening(
        reference=form.reference,
        form_digest=digest(form),
        kind=form.kind,
        level=form.level,
        title=form.title,
        service=form.service,
        service_name=service.name if service else f"all services ({form.level} level)",
        provider=form.provider,
        customer=form.customer.name,
        period=form.period,
        people=_people(form, provider),
        policy=provider.policies[form.kind],
        signers=(*provider.signers, *customers) if signed else (),
        price_book=service.prices if service else None,
        requirements=RequirementDocument(rows=form.requirements),
    )


def _faults(form: RequestForm, provider: ProviderProfile) -> list[Fault]:
    faults = []
    if form.provider != provider.name:
        faults.append(Fault("provider", f"is {form.provider!r}; {provider.name!r} is the provider here"))
    service = provider.service(form.service) if form.service else None
    if form.service and service is None:
        known = ", ".join(each.id for each in provider.services)
        faults.append(Fault("service", f"{form.service!r} is not in the catalogue; one of {known} is expected"))
    if service and not service.has_sla:
        faults.append(Fault("service", f"{service.id!r} is delivered without an SLA, as the catalogue says"))
    if form.kind not in provider.policies:
        faults.append(Fault("kind", f"{form.kind} has no approval policy at {provider.name}; add one to its profile"))
    if KINDS[form.kind].signed and not provider.signers:
        faults.append(
            Fault("kind", f"{provider.name} names no signers, and this kind is signed; add them to its profile")
        )
    faults += _staff_faults(form, provider)
    numbers = [row.no for row in form.requirements]
    if len(set(numbers)) != len(numbers):
        faults.append(Fault("requirements", "a number stands twice; each number once is expected"))
    return faults


def _staff_faults(form: RequestForm, provider: ProviderProfile) -> list[Fault]:
    faults = []
    staff = {person.email: person for person in provider.people}
    for field, role in (("account_manager", Role.ACCOUNT_MANAGER), ("sla_manager", Role.SLA_MANAGER)):
        email = getattr(form, field)
        holders = ", ".join(person.email for person in provider.people if role in person.roles) or "nobody"
        if email not in staff or role not in staff[email].roles:
            faults.append(Fault(field, f"{email} is no {role.words} of {provider.name}; one of {holders} is expected"))
    if form.account_manager == form.sla_manager:
        faults.append(Fault("sla_manager", "is the account manager too; two people decide together"))
    contacts = {contact.email for contact in form.customer.contacts}
    for email in sorted(contacts & set(staff)):
        faults.append(
            Fault("customer.contacts", f"{email} works for {provider.name}; people of the customer are expected")
        )
    if form.requester not in contacts | set(staff):
        faults.append(
            Fault(
                "requester",
                f"{form.requester} is neither a contact of the customer nor staff of {provider.name}",
            )
        )
    return faults


def _people(form: RequestForm, provider: ProviderProfile) -> People:
    """Only those whom this agreement needs: its two managers, its engineers, inspectors, approvers and signers."""
    policy = provider.policies[form.kind]
    seats = {e for stage in policy.stages for seat in stage.approvers for e in (seat.email, seat.deputy) if e}
    named = {form.account_manager, form.sla_manager, form.requester, policy.owner, *seats, *provider.signers}
    managers = {Role.ACCOUNT_MANAGER: form.account_manager, Role.SLA_MANAGER: form.sla_manager}
    staff = [
        _with_roles(person, form, managers)
        for person in provider.people
        if person.email in named or _serves(person, form)
    ]
    customers = [
        Person(
            name=contact.name,
            email=contact.email,
            side=Side.CUSTOMER,
            roles=(Role.CUSTOMER, Role.REQUESTER) if contact.email == form.requester else (Role.CUSTOMER,),
            calendar="customer",
        )
        for contact in form.customer.contacts
    ]
    calendars = {person.calendar: provider.calendars[person.calendar] for person in staff}
    return People(persons=(*staff, *customers), calendars={**calendars, "customer": form.customer.calendar})


def _serves(person: Person, form: RequestForm) -> bool:
    """Inspectors, those to escalate to, anybody to delegate to, and engineers who are competent for the service."""
    competent = form.service is None or form.service in person.competent_for
    standing = {Role.INSPECTOR, Role.ESCALATION, Role.APPROVER, Role.LEGAL} & set(person.roles)
    return bool(standing) or (Role.ENGINEER in person.roles and competent)


def _with_roles(person: Person, form: RequestForm, managers: dict[Role, str]) -> Person:
    """The person with the roles of this agreement: only its two managers manage it."""
    roles = [role for role in person.roles if managers.get(role, person.email) == person.email]
    if person.email == form.requester:
        roles.append(Role.REQUESTER)
    return person.model_copy(update={"roles": tuple(dict.fromkeys(roles)), "side": Side.PROVIDER})


def opened(opening: Opening, number: str, now: datetime) -> AgreementState:
    """The state of a new agreement, before its first event."""
    return AgreementState(
        number=number,
        reference=opening.reference,
        title=opening.title,
        kind=opening.kind,
        level=opening.level,
        service=opening.service,
        service_name=opening.service_name,
        provider=opening.provider,
        customer=opening.customer,
        period=opening.period,
        zone=opening.period.zone,
        people=opening.people,
        policy=opening.policy,
        signers=opening.signers,
        price_book=opening.price_book,
        stage_since=now,
        requirements=opening.requirements,
    )
