"""The example forms: they come in, pass the gate, and what their comments say is true."""

from datetime import UTC, datetime

import pytest

from sla.approvals import begin
from sla.checklist import checklist_of
from sla.drafting import gaps, with_edition
from sla.intake import open_request, opened
from sla.life import Cause
from sla.pricing import contract_value, discount, list_price
from sla.requirements import RequirementDocument
from sla.terms import Origin
from starter import forms
from tests.starter.test_forms import EXAMPLES, TERMS

EDITIONS = ("draft", "counter-offer", "second-offer", "revised-draft", "amended-draft")


@pytest.mark.parametrize("name", ["managed-printing.yaml", "service-desk.yaml"])
def test_the_example_requests_open_with_the_example_provider(name: str) -> None:
    opening = open_request(forms.load_request(EXAMPLES / name), forms.load_provider(EXAMPLES / "provider.yaml"))
    assert opening.signers == ("mara@meridian.example", "ines@northwind.example")


@pytest.mark.parametrize("name", EDITIONS)
def test_the_example_editions_pass_the_gate_against_the_example_requirements(name: str) -> None:
    rows = forms.load_requirements(EXAMPLES / "managed-printing" / "requirements.yaml")
    terms = forms.load_terms(EXAMPLES / "managed-printing" / f"{name}.yaml")
    assert gaps(terms, RequirementDocument(rows=rows)) == ()


@pytest.mark.parametrize("angle", ["technical", "commercial"])
def test_the_example_verdicts_judge_every_example_requirement(angle: str) -> None:
    rows = forms.load_requirements(EXAMPLES / "managed-printing" / "requirements.yaml")
    verdicts = forms.load_verdicts(EXAMPLES / "managed-printing" / f"verdicts-{angle}.yaml")
    assert [row.no for row in rows] == [verdict.requirement for verdict in verdicts]


def test_the_example_reaches_both_stages_of_its_approval_policy() -> None:
    opening = open_request(
        forms.load_request(EXAMPLES / "managed-printing.yaml"), forms.load_provider(EXAMPLES / "provider.yaml")
    )
    rows = forms.load_requirements(EXAMPLES / "managed-printing" / "requirements.yaml")
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    asked = opened(opening, "0001", now).model_copy(update={"requirements": RequirementDocument(rows=rows)})
    terms = forms.load_terms(EXAMPLES / "managed-printing" / "revised-draft.yaml")
    drafted = with_edition(asked, terms, Origin.DRAFT, "finn@meridian.example", now)
    plan = begin(drafted, now).approval.plan
    assert [(stage.name, stage.needed) for stage in plan] == [("legal and finance", 2), ("management", 1)]


def test_the_comments_of_the_example_prices_are_true() -> None:
    provider = forms.load_provider(EXAMPLES / "provider.yaml")
    service = provider.service("managed-printing")
    assert service is not None
    assert service.prices is not None
    prices = [forms.load_terms(EXAMPLES / "managed-printing" / f"{name}.yaml").price for name in EDITIONS]
    fees = [str(discount(service.prices, price)) for price in prices if price]
    assert fees == ["0.00", "13.84", "8.01", "8.01", "6.78"]
    second = forms.load_terms(EXAMPLES / "managed-printing" / "second-offer.yaml")
    assert second.price is not None
    assert str(list_price(service.prices, second.price.selection)) == "EUR 3,946.00"
    assert str(contract_value(second.price, second.period)) == "EUR 130,680.00"


def test_the_example_results_speak_of_targets_of_the_terms() -> None:
    results = forms.load_results(EXAMPLES / "managed-printing" / "results.yaml")
    targets = {target.id for target in forms.parse_terms(TERMS.encode()).targets}
    assert {each.target for each in results.measured} == targets
    assert (results.start.isoformat(), results.end.isoformat()) == ("2027-02-01", "2027-05-01")


def test_the_example_checklist_answers_every_question() -> None:
    answers = forms.load_answers(EXAMPLES / "managed-printing" / "checklist.yaml")
    assert [each.question for each in answers] == [each.key for each in checklist_of(Cause.CONVENIENCE)]
