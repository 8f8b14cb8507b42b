"""The standing people, their houses, and an agreement at any point of its life.

Ana (customer), Bo (account manager), Chen (engineer), Dora (legal approver), Eve (stranger), Finn (SLA manager),
Gita (inspector), Hugo (finance approver), Ines (customer's signer), Jun (deputy), Kofi (owner of the approval policy),
Lena (escalation), Mara (management approver). Each function gives a fresh frozen value.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sla.agreement import AgreementState, edition_of
from sla.calendars import WorkCalendar
from sla.command import Command
from sla.contract_commands import (
    AcceptOffer,
    Acknowledge,
    AgreeEngineer,
    Assess,
    ConfirmRequirements,
    Decide,
    Inspect,
    NameEngineer,
    Sign,
    SubmitDraft,
    SubmitOffer,
)
from sla.intake import Contact, CustomerForm, Opening, RequestForm, open_request, opened
from sla.kinds import Kind
from sla.living import begin
from sla.money import Money
from sla.people import Person, Role
from sla.policy import ApprovalPolicy, ApprovalStage, Approver, Condition
from sla.pricing import PriceBook, PricedLevel, PricedOption
from sla.provider import ProviderProfile, Service
from sla.requirements import Finding, Priority, Requirement, Verdict
from sla.stages import Stage
from sla.targets import Availability, ResponseTime
from sla.terms import Period, Price, ReviewCadence, Selection, ServiceHours, Termination, Terms
from sla.transitions import Transition, act, receive
from workflows.messages import Entry, NumberRequest

ANA = "ana@northwind.example"
INES = "ines@northwind.example"
BO = "bo@meridian.example"
CHEN = "chen@meridian.example"
DORA = "dora@meridian.example"
FINN = "finn@meridian.example"
GITA = "gita@meridian.example"
HUGO = "hugo@meridian.example"
JUN = "jun@meridian.example"
KOFI = "kofi@meridian.example"
LENA = "lena@meridian.example"
MARA = "mara@meridian.example"
PIA = "pia@meridian.example"
EVE = "eve@elsewhere.example"

PROVIDER = "Meridian Services"
CUSTOMER = "Northwind Trading"
SERVICE = "managed-printing"
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday at 10:00 in Berlin, when every story begins."""


def euros(amount: str) -> Money:
    """So many euros."""
    return Money(amount=Decimal(amount), currency="EUR")


def price_book() -> PriceBook:
    """What managed printing costs a device and month."""
    return PriceBook(
        service=SERVICE,
        unit="device",
        levels=(
            PricedLevel(id="basic", name="Basic", promise="next working day", unit_price=euros("18.00")),
            PricedLevel(id="standard", name="Standard", promise="same day", unit_price=euros("25.00")),
            PricedLevel(id="premium", name="Premium", promise="within four hours", unit_price=euros("39.00")),
        ),
        options=(
            PricedOption(id="toner-stock", name="Toner kept on site", price=euros("120.00")),
            PricedOption(id="secure-print", name="Release by badge", price=euros("3.50"), per_unit=True),
        ),
    )


def policy() -> ApprovalPolicy:
    """Legal and finance together; management above 100,000 euros or from 15 percent discount."""
    return ApprovalPolicy(
        name="standard approval",
        owner=KOFI,
        stages=(
            ApprovalStage(name="legal and finance", approvers=(Approver(email=DORA), Approver(email=HUGO, deputy=JUN))),
            ApprovalStage(
                name="management",
                approvers=(Approver(email=MARA),),
                when=Condition(value_from=euros("100000.00"), discount_from=Decimal(15)),
            ),
        ),
    )


def provider() -> ProviderProfile:
    """Meridian Services: its people, its catalogue and its policies, the same policy for every kind."""
    return ProviderProfile(
        name=PROVIDER,
        zone="Europe/Berlin",
        calendars={"standard": WorkCalendar(zone="Europe/Berlin")},
        people=(
            Person(name="Bo Lindqvist", email=BO, roles=(Role.ACCOUNT_MANAGER,)),
            Person(name="Finn Doyle", email=FINN, roles=(Role.SLA_MANAGER,)),
            Person(name="Chen Wei", email=CHEN, roles=(Role.ENGINEER,), competent_for=(SERVICE,)),
            Person(name="Gita Rao", email=GITA, roles=(Role.INSPECTOR,)),
            Person(name="Dora Petrov", email=DORA, roles=(Role.APPROVER,)),
            Person(name="Hugo Marin", email=HUGO, roles=(Role.APPROVER,)),
            Person(name="Jun Sato", email=JUN, roles=(Role.APPROVER,)),
            Person(name="Mara Klein", email=MARA, roles=(Role.APPROVER,)),
            Person(name="Kofi Mensah", email=KOFI, roles=(Role.POLICY_OWNER,)),
            Person(name="Lena Vogt", email=LENA, roles=(Role.ESCALATION,)),
            Person(name="Pia Holm", email=PIA, roles=(Role.SIGNER,)),
        ),
        signers=(PIA,),
        services=(
            Service(id=SERVICE, name="Managed Printing", prices=price_book()),
            Service(id="visitor-wifi", name="Visitor Wi-Fi", has_sla=False),
        ),
        policies=dict.fromkeys(Kind, policy()),
    )


def customer() -> CustomerForm:
    """Northwind Trading: Ana speaks for it, Ines signs."""
    return CustomerForm(
        name=CUSTOMER,
        contacts=(Contact(name="Ana Ruiz", email=ANA), Contact(name="Ines Costa", email=INES)),
        signers=(INES,),
        calendar=WorkCalendar(zone="Europe/Lisbon", opens=time(9), closes=time(18)),
    )


def requirement(no: int, need: str = "Printers work while the office is open.") -> Requirement:
    """One need of the customer."""
    return Requirement(
        no=no,
        need=need,
        outcome="People print without asking anybody.",
        measure="share of working hours with a working printer",
        priority=Priority.MUST,
        source="workshop",
        asked_by="Ana Ruiz",
    )


def form(**changes: object) -> RequestForm:
    """Ana's request for managed printing in 2027; `changes` replace whole fields before the form is checked."""
    fields: dict[str, object] = {
        "reference": "NW-2026-014",
        "kind": Kind.CUSTOMER_SLA,
        "title": "Managed printing for Northwind",
        "provider": PROVIDER,
        "service": SERVICE,
        "customer": customer(),
        "requester": ANA,
        "account_manager": BO,
        "sla_manager": FINN,
        "period": Period(start=date(2027, 1, 1), end=date(2028, 1, 1), zone="Europe/Berlin"),
        "requirements": (requirement(1), requirement(2, "A broken printer is looked at the same day.")),
    }
    return RequestForm.model_validate(fields | changes)


def opening(**changes: object) -> Opening:
    """The form joined with Meridian's profile."""
    return open_request(form(**changes), provider())


def a_state(number: str = "0001", now: datetime = MONDAY, **changes: object) -> AgreementState:
    """A new agreement, before its first event."""
    return opened(opening(**changes), number, now)


def terms(fee: str = "1000.00", **changes: object) -> Terms:
    """Terms that pass the gate for `form()`: forty devices on `standard` (list price 1,000 euros a month)."""
    asked = form()
    fields: dict[str, object] = {
        "title": asked.title,
        "kind": asked.kind,
        "level": asked.level,
        "service": asked.service,
        "provider": asked.provider,
        "customer": asked.customer.name,
        "period": asked.period,
        "hours": ServiceHours(description="Monday to Friday, 8 to 18, Berlin time"),
        "targets": (
            Availability(
                id="printing-works",
                name="Printing works",
                requirements=(1,),
                measure="probe print every five minutes",
                source="print server log",
                committed=Decimal("99.5"),
                acceptable=Decimal("98.0"),
            ),
            ResponseTime(
                id="first-look",
                name="A broken printer is looked at",
                requirements=(2,),
                measure="time from ticket to first answer",
                source="ticket system",
                within=timedelta(hours=4),
                committed=Decimal(95),
                acceptable=Decimal(90),
            ),
        ),
        "limits": ("Forty devices at two sites.",),
        "exclusions": ("Paper that the customer buys elsewhere.",),
        "change_plan": "Either side may ask for an amendment; it takes effect at the start of a month.",
        "review": ReviewCadence(every_months=3),
        "termination": Termination(notice_months=3, clause="Either side may end it at the end of a quarter."),
        "price": Price(selection=Selection(level="standard", quantity=40), monthly_fee=euros(fee)),
    }
    return Terms.model_validate(fields | changes)


def received(number: str = "0001", now: datetime = MONDAY, **changes: object) -> Transition:
    """The first transition of a new agreement."""
    return receive(a_state(number, now, **changes), now)


def life(number: str = "0001", now: datetime = MONDAY, **changes: object) -> tuple[Transition, ...]:
    """Every transition from the form to the signature, an hour apart, for a form of the standing requirements."""
    transitions = [received(number, now, **changes)]
    for make in _STORY:
        state = transitions[-1].state
        at = now + timedelta(hours=len(transitions))
        transitions.append(act(state, make(state, f"{number}:{len(transitions)}", at), at))
    assert transitions[-1].state.stage is Stage.ACTIVE
    return tuple(transitions)


def in_force(**changes: object) -> AgreementState:
    """The standard agreement on the day of its signature, with these terms in force; `changes` as in `terms`."""
    state = life()[-1].state
    written = Terms.model_validate(terms("1000.00", **changes).model_dump())
    edition = edition_of(state).model_copy(update={"terms": written})
    return begin(state.model_copy(update={"edition": edition, "life": None}), state.stage_since)


def number_request(workflow_id: str = "workflow-1", reference: str = "NW-2026-014") -> NumberRequest:
    """What a new workflow asks the register."""
    return NumberRequest(
        workflow_id=workflow_id, provider=PROVIDER, reference=reference, form_digest="f" * 64, at=MONDAY
    )


def entry_of(transition: Transition, workflow_id: str = "workflow-1") -> Entry:
    """What a workflow sends to the register for one transition."""
    return Entry.of(transition, workflow_id)


def _name(state: AgreementState, id_: str, at: datetime) -> Command:
    return NameEngineer(by=FINN, decision_id=id_, engineer=CHEN)


def _agree(state: AgreementState, id_: str, at: datetime) -> Command:
    return AgreeEngineer(by=BO, decision_id=id_, engineer=CHEN)


def _confirm(state: AgreementState, id_: str, at: datetime) -> Command:
    return ConfirmRequirements(by=ANA, decision_id=id_, requirements_hash=state.requirements.hash)


def _assess(state: AgreementState, id_: str, at: datetime) -> Command:
    verdicts = tuple(
        Verdict(requirement=row.no, finding=Finding.MET, reason="We do this today.") for row in state.requirements.rows
    )
    return Assess(by=BO if state.assessments else CHEN, decision_id=id_, verdicts=verdicts)


def _draft(state: AgreementState, id_: str, at: datetime) -> Command:
    written = terms(title=state.title, customer=state.customer, period=state.period)
    return SubmitDraft(by=FINN, decision_id=id_, terms=written)


def _offer(state: AgreementState, id_: str, at: datetime) -> Command:
    assert state.edition is not None
    written = state.edition.terms.model_copy(
        update={"price": Price(selection=Selection(level="standard", quantity=40), monthly_fee=euros("900.00"))}
    )
    expiry = at + timedelta(days=10)
    return SubmitOffer(by=BO, decision_id=id_, edition=state.edition.ref, terms=written, expires_at=expiry)


def _accept(state: AgreementState, id_: str, at: datetime) -> Command:
    assert state.edition is not None
    return AcceptOffer(by=ANA, decision_id=id_, edition=state.edition.ref)


def _acknowledge(state: AgreementState, id_: str, at: datetime) -> Command:
    assert state.edition is not None
    by = BO if state.review.acknowledged_by else ANA
    return Acknowledge(by=by, decision_id=id_, edition=state.edition.ref)


def _inspect(state: AgreementState, id_: str, at: datetime) -> Command:
    assert state.edition is not None
    return Inspect(by=GITA, decision_id=id_, edition=state.edition.ref, passed=True)


def _decide(state: AgreementState, id_: str, at: datetime) -> Command:
    assert state.edition is not None
    by = HUGO if state.approval.decisions else DORA
    return Decide(by=by, decision_id=id_, edition=state.edition.ref, approve=True)


def _sign(state: AgreementState, id_: str, at: datetime) -> Command:
    assert state.edition is not None
    by = INES if state.signing.signatures else PIA
    return Sign(by=by, decision_id=id_, edition=state.edition.ref)


_STORY = (
    _name,
    _agree,
    _confirm,
    _assess,
    _assess,
    _draft,
    _offer,
    _accept,
    _acknowledge,
    _acknowledge,
    _inspect,
    _decide,
    _decide,
    _sign,
    _sign,
)
