"""A provider's profile hangs together, or says where it does not."""

import pytest
from pydantic import ValidationError

from sla.people import Person, Role
from sla.provider import ProviderProfile, Service
from tests import people


def rebuilt(**changes: object) -> ProviderProfile:
    fields = {name: getattr(people.provider(), name) for name in ProviderProfile.model_fields}
    return ProviderProfile.model_validate(fields | changes)


def with_person(**fields: object) -> tuple[Person, ...]:
    extra = Person.model_validate({"name": "Eve", "email": people.EVE} | fields)
    return (*people.provider().people, extra)


def test_the_standing_profile_is_good() -> None:
    assert rebuilt() == people.provider()


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"people": with_person(email=people.BO)}, "bo@meridian.example stands twice"),
        ({"people": with_person(calendar="night")}, "'night' does not exist; one of standard is expected"),
        ({"people": with_person(roles=(Role.INSPECTOR, Role.SLA_MANAGER))}, "an inspector who is no author"),
        ({"people": with_person(competent_for=("plumbing",))}, "'plumbing' is not in the catalogue"),
        ({"people": ()}, "at least 1"),
        ({"services": ()}, "at least 1"),
        ({"services": (Service(id="a", name="A"), Service(id="a", name="B"))}, "a stands twice"),
        ({"services": (Service(id="a", name="A", prices=people.price_book()),)}, "in the price book of 'a'"),
        ({"signers": (people.EVE,)}, "eve@elsewhere.example, who is not among the people"),
        ({"signers": (people.PIA, people.PIA)}, "stands twice"),
        ({"zone": "Factory"}, "is no time zone"),
        ({"market": "EU"}, "Extra inputs"),
    ],
)
def test_what_does_not_hang_together_is_refused(changes: dict[str, object], wrong: str) -> None:
    with pytest.raises(ValidationError, match=wrong):
        rebuilt(**changes)


def test_a_policy_names_people_of_the_house_only() -> None:
    policies = {
        kind: policy.model_copy(update={"owner": people.EVE}) for kind, policy in people.provider().policies.items()
    }
    with pytest.raises(ValidationError, match=r"names eve@elsewhere\.example"):
        rebuilt(policies=policies)


def test_a_service_is_found_by_its_id() -> None:
    found = people.provider().service(people.SERVICE)
    assert found is not None
    assert found.name == "Managed Printing"
    assert people.provider().service("plumbing") is None
