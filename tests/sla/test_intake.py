"""A form is one request for one service between two parties; joined with the house it is ready to carry."""

from datetime import date

import pytest
from pydantic import ValidationError

from sla.canonical import digest
from sla.errors import BadForm
from sla.intake import Contact, CustomerForm, RequestForm, open_request, opened
from sla.kinds import Kind, Level, Side
from sla.people import Role
from sla.stages import Stage
from sla.terms import Period
from tests import people


def faults(**changes: object) -> dict[str, str]:
    with pytest.raises(BadForm) as caught:
        open_request(people.form(**changes), people.provider(), "form.yaml")
    return {fault.field: fault.wrong for fault in caught.value.faults}


def test_the_standing_form_opens() -> None:
    opening = people.opening()
    assert opening.signers == (people.PIA, people.INES)
    assert opening.service_name == "Managed Printing"
    assert opening.price_book == people.price_book()
    assert opening.form_digest == digest(people.form())


def test_a_form_forbids_what_it_does_not_know() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        people.form(priority="high")


@pytest.mark.parametrize("service", [["a", "b"], ("a",), "*", "all", " Catalogue ", "everything"])
def test_a_whole_catalogue_is_refused(service: object) -> None:
    with pytest.raises(ValidationError, match="an SLA measures exactly one"):
        people.form(service=service)


def test_the_service_level_names_a_service_and_the_others_none() -> None:
    with pytest.raises(ValidationError, match="names exactly one"):
        people.form(service=None)
    with pytest.raises(ValidationError, match="measures none"):
        people.form(level=Level.CORPORATE)
    assert people.opening(level=Level.CUSTOMER, service=None).price_book is None


@pytest.mark.parametrize("name", ["Meridian Services", "MERIDIAN SERVICES", "Meridian  services"])
def test_a_customer_is_never_the_provider(name: str) -> None:
    with pytest.raises(ValidationError, match="two parties are expected"):
        people.form(customer=people.customer().model_copy(update={"name": name}))


def test_an_internal_agreement_may_stay_in_one_house() -> None:
    inside = people.customer().model_copy(update={"name": people.PROVIDER})
    assert people.form(kind=Kind.OLA, customer=inside).customer.name == people.PROVIDER


@pytest.mark.parametrize("email", ["ana@", "a..b@northwind.example", "ana@northwind..example", "ana@-x.example", "ana"])
def test_an_address_that_no_mail_reaches_is_refused_in_plain_words(email: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Contact.model_validate({"name": "Ana", "email": email})
    message = str(caught.value.errors()[0]["ctx"]["error"])
    assert message.endswith("one such as ana@northwind.example is expected")
    assert "\n" not in message


def test_contacts_and_signers_stand_once_and_signers_are_contacts() -> None:
    ana = Contact(name="Ana Ruiz", email=people.ANA)
    for contacts, signers, wrong in (
        ((ana, ana), (), "stands twice"),
        ((ana,), (people.ANA, people.ANA), "stands twice"),
        ((ana,), (people.INES,), "is no contact"),
    ):
        with pytest.raises(ValidationError, match=wrong):
            people.form(customer=CustomerForm(name="Northwind", contacts=contacts, signers=signers))


def test_the_first_contact_signs_when_nobody_is_named() -> None:
    nobody = people.customer().model_copy(update={"signers": ()})
    assert people.opening(customer=nobody).signers == (people.PIA, people.ANA)


@pytest.mark.parametrize(
    ("changes", "field", "wrong"),
    [
        ({"provider": "Contoso"}, "provider", "'Meridian Services' is the provider here"),
        ({"service": "plumbing"}, "service", "one of managed-printing, visitor-wifi is expected"),
        ({"service": "visitor-wifi"}, "service", "is delivered without an SLA"),
        ({"account_manager": people.FINN}, "account_manager", "one of bo@meridian.example is expected"),
        ({"sla_manager": people.EVE}, "sla_manager", "one of finn@meridian.example is expected"),
        ({"requester": people.EVE}, "requester", "is neither a contact of the customer nor staff"),
        ({"requirements": (people.requirement(1), people.requirement(1))}, "requirements", "each number once"),
    ],
)
def test_what_the_house_lacks_is_told_by_field(changes: dict[str, object], field: str, wrong: str) -> None:
    assert wrong in faults(**changes)[field]


def test_all_faults_are_told_at_once() -> None:
    assert set(faults(provider="Contoso", service="plumbing", requester=people.EVE)) == {
        "provider",
        "service",
        "requester",
    }


def test_a_contact_who_works_for_the_provider_is_refused() -> None:
    contacts = (Contact(name="Bo", email=people.BO),)
    told = faults(customer=CustomerForm(name="Northwind", contacts=contacts), requester=people.BO)
    assert "people of the customer are expected" in told["customer.contacts"]


def test_a_kind_without_a_policy_or_signers_is_refused() -> None:
    bare = people.provider().model_copy(update={"policies": {}, "signers": ()})
    with pytest.raises(BadForm, match="has no approval policy") as caught:
        open_request(people.form(), bare)
    assert [fault.field for fault in caught.value.faults] == ["kind", "kind"]


def test_an_unsigned_kind_has_no_signers() -> None:
    assert people.opening(kind=Kind.INTERNAL_SLA).signers == ()


def test_only_the_two_managers_of_the_form_manage() -> None:
    known = people.opening().people
    assert [person.email for person in known.with_role(Role.SLA_MANAGER)] == [people.FINN]
    assert [person.email for person in known.with_role(Role.ACCOUNT_MANAGER)] == [people.BO]
    assert [person.email for person in known.with_role(Role.REQUESTER)] == [people.ANA]


def test_people_have_their_side_and_their_calendar() -> None:
    known = people.opening().people
    ana, bo = known.find(people.ANA), known.find(people.BO)
    assert ana is not None
    assert bo is not None
    assert (ana.side, bo.side) == (Side.CUSTOMER, Side.PROVIDER)
    assert known.calendar_of(people.ANA).zone == "Europe/Lisbon"


def test_the_same_form_has_the_same_digest_and_another_body_another() -> None:
    assert people.opening().form_digest == people.opening().form_digest
    longer = Period(start=date(2027, 1, 1), end=date(2029, 1, 1), zone="Europe/Berlin")
    assert people.opening(period=longer).form_digest != people.opening().form_digest


def test_a_new_agreement_begins_as_requested() -> None:
    state = opened(people.opening(), "0001", people.MONDAY)
    assert (state.stage, state.stage_since, state.number) == (Stage.REQUESTED, people.MONDAY, "0001")


def test_a_form_reads_back_as_it_was_written() -> None:
    assert RequestForm.model_validate_json(people.form().model_dump_json()) == people.form()


@pytest.mark.parametrize("name", ["\uff2deridian Services", "MERIDIAN  services", "Meridian\u00a0Services"])
def test_the_provider_in_other_letters_is_no_second_party(name: str) -> None:
    with pytest.raises(ValidationError, match="two parties are expected"):
        people.form(customer=people.customer().model_copy(update={"name": name}))
