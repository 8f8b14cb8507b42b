"""The gate: an edition leaves drafting complete, or hears everything that it lacks."""

from datetime import date
from decimal import Decimal

import pytest

from sla.commands import SubmitDraft
from sla.drafting import gaps, submit_draft, with_edition
from sla.errors import Incomplete, NotPossible
from sla.events import Fact
from sla.kinds import Kind, Level
from sla.money import Money
from sla.requirements import RequirementDocument
from sla.stages import Stage
from sla.targets import Availability
from sla.terms import Origin, Period, Price, Refused, Selection, Terms
from tests import people

ASKED = RequirementDocument(rows=(people.requirement(1), people.requirement(2)))


def test_complete_terms_have_no_gap() -> None:
    assert gaps(people.terms(), ASKED) == ()


@pytest.mark.parametrize(
    ("field", "lack"),
    [
        ("limits", "limits is missing (what the promises are limited to)"),
        ("exclusions", "exclusions is missing (what does not count)"),
        ("change_plan", "change_plan is missing (how it may be amended in its term)"),
        ("review", "review is missing (every how many months it is reviewed)"),
        ("termination", "termination is missing (how it may be ended early)"),
        ("price", "price is missing (a customer SLA is priced)"),
        ("service", "service is missing (an agreement of the service level names exactly one)"),
    ],
)
def test_each_clause_is_demanded_by_name(field: str, lack: str) -> None:
    empty = () if field in {"limits", "exclusions"} else None
    assert gaps(people.terms().model_copy(update={field: empty}), ASKED) == (lack,)


@pytest.mark.parametrize("field", ["measure", "source", "committed", "acceptable"])
def test_each_target_states_its_measure_source_and_levels(field: str) -> None:
    first, *others = people.terms().targets
    terms = people.terms(targets=(first.model_copy(update={field: None}), *others))
    assert gaps(terms, ASKED) == (f"target printing-works has no {field}",)


def test_a_service_level_agreement_has_targets_and_each_once() -> None:
    refused = tuple(Refused(requirement=number, reason="Not offered.") for number in (1, 2))
    assert gaps(people.terms(targets=(), refused=refused), ASKED) == ("targets are missing (at least one is expected)",)
    first, second = people.terms().targets
    twice = people.terms(targets=(first, second, first))
    assert gaps(twice, ASKED) == ("target printing-works stands twice",)


def test_every_requirement_has_a_target_or_a_refusal() -> None:
    first, second = people.terms().targets
    terms = people.terms(targets=(first, second.model_copy(update={"requirements": (2, 3)})))
    assert gaps(terms, ASKED) == ("requirement 3 does not exist",)
    terms = people.terms(targets=(first,))
    assert gaps(terms, ASKED) == ("requirement 2 has neither a target nor a refusal with its reason",)
    refusal = Refused(requirement=2, reason="Not offered.")
    assert gaps(people.terms(targets=(first,), refused=(refusal,)), ASKED) == ()
    both = people.terms(refused=(refusal, refusal))
    assert gaps(both, ASKED) == ("requirement 2 is refused twice", "requirement 2 is both covered and refused")


def test_an_unpriced_kind_needs_no_price() -> None:
    assert gaps(people.terms(kind=Kind.OLA, price=None), ASKED) == ()


def test_a_corporate_agreement_needs_neither_service_nor_targets() -> None:
    nothing = people.terms(level=Level.CORPORATE, service=None, targets=())
    assert gaps(nothing, RequirementDocument()) == ()


def test_all_gaps_are_told_at_once() -> None:
    bare = Terms.model_validate(
        {**people.terms().model_dump(include={"title", "kind", "service", "provider", "customer", "period"})}
    )
    with pytest.raises(Incomplete) as caught:
        with_edition(people.a_state(), bare, Origin.DRAFT, people.FINN, people.MONDAY)
    assert len(caught.value.gaps) == 9


def test_a_submitted_draft_is_the_first_edition_and_its_author_is_kept() -> None:
    command = SubmitDraft(by=people.FINN, decision_id="1", terms=people.terms())
    happening = submit_draft(people.a_state(), command, people.MONDAY)
    edition = happening.state.edition
    assert edition is not None
    assert (edition.no, edition.author, edition.origin) == (1, people.FINN, Origin.DRAFT)
    assert (happening.fact, happening.goto) == (Fact.DRAFT_SUBMITTED, Stage.NEGOTIATING)
    assert happening.state.authors == (people.FINN,)


def test_editions_are_numbered_and_authors_stand_once() -> None:
    state = with_edition(people.a_state(), people.terms(), Origin.DRAFT, people.FINN, people.MONDAY)
    state = with_edition(state, people.terms("900"), Origin.OFFER, people.BO, people.MONDAY)
    state = with_edition(state, people.terms("950"), Origin.OFFER, people.FINN, people.MONDAY)
    assert (state.editions, state.authors) == (3, (people.FINN, people.BO))


@pytest.mark.parametrize(
    ("field", "value"), [("customer", "Contoso"), ("provider", "Contoso"), ("service", "plumbing"), ("kind", Kind.UC)]
)
def test_terms_of_another_agreement_are_refused(field: str, value: str) -> None:
    with pytest.raises(NotPossible, match=f"as their {field}"):
        with_edition(people.a_state(), people.terms(**{field: value}), Origin.DRAFT, people.FINN, people.MONDAY)


@pytest.mark.parametrize(
    ("price", "wrong"),
    [
        (Price(selection=Selection(level="gold"), monthly_fee=people.euros("1")), "has no level 'gold'"),
        (
            Price(selection=Selection(level="basic"), monthly_fee=Money(amount=Decimal(1), currency="USD")),
            "one currency is expected",
        ),
        (Price(selection=Selection(level="basic"), monthly_fee=people.euros("999999999999")), "a smaller sum"),
    ],
)
def test_a_price_that_the_book_does_not_know_is_refused(price: Price, wrong: str) -> None:
    with pytest.raises(NotPossible, match=wrong):
        with_edition(people.a_state(), people.terms(price=price), Origin.DRAFT, people.FINN, people.MONDAY)


def test_the_negotiated_period_replaces_the_one_that_was_asked_for() -> None:
    longer = Period(start=date(2027, 2, 1), end=date(2029, 2, 1), zone="Europe/Lisbon")
    state = with_edition(people.a_state(), people.terms(period=longer), Origin.DRAFT, people.FINN, people.MONDAY)
    assert (state.period, state.zone) == (longer, "Europe/Lisbon")


def test_a_target_without_requirements_is_no_gap() -> None:
    extra = Availability(
        id="extra", name="Extra", measure="m", source="s", committed=Decimal(99), acceptable=Decimal(98)
    )
    assert gaps(people.terms(targets=(*people.terms().targets, extra)), ASKED) == ()
