"""The gate: an edition leaves drafting complete, or hears everything that it lacks."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from sla.agreement import AgreementState, edition_of
from sla.amendment import scene
from sla.contract_commands import SubmitDraft, SubmitOffer
from sla.credit_scheme import CreditScheme
from sla.drafting import gaps, submit_draft, with_edition
from sla.errors import Incomplete, NotPossible
from sla.events import Fact
from sla.kinds import Kind, Level
from sla.money import Money
from sla.requirements import RequirementDocument
from sla.stages import Stage
from sla.targets import Availability, Target
from sla.terms import Origin, Period, Price, Refused, Selection, ServiceHours, Terms
from tests import people
from tests.sla.lives import TACIT, amending, berlin, played, refusal, renegotiating
from tests.sla.test_targets import target

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


def times(effective: date) -> ServiceHours:
    weekly = [{"weekdays": "mon-fri", "opens": "09:00", "closes": "17:00"}]
    return ServiceHours.model_validate(
        {"description": "office", "times": {"zone": "Europe/Berlin", "effective": effective, "weekly": weekly}}
    )


def test_service_hours_that_begin_after_the_terms_are_refused_for_a_draft_and_for_an_amendment() -> None:
    late = people.terms().model_copy(update={"hours": times(date(2027, 1, 2))})
    with pytest.raises(
        NotPossible, match=r"hours\.times are effective from 2027-01-02, and these terms count from 2027-01-01"
    ):
        with_edition(people.a_state(), late, Origin.DRAFT, people.FINN, people.MONDAY)
    in_time = people.terms().model_copy(update={"hours": times(date(2027, 1, 1))})
    assert edition_of(with_edition(people.a_state(), in_time, Origin.DRAFT, people.FINN, people.MONDAY)).no == 1
    assert "count from 2027-06-01 on" in held(
        amendment(), hours=times(date(2027, 6, 2)), effective_from=date(2027, 6, 1)
    )


def test_a_target_without_requirements_is_no_gap() -> None:
    extra = Availability(
        id="extra", name="Extra", measure="m", source="s", committed=Decimal(99), acceptable=Decimal(98)
    )
    assert gaps(people.terms(targets=(*people.terms().targets, extra)), ASKED) == ()


# -- the dates of an amendment

MARCH = berlin(2027, 3, 1)


def amendment(**changes: object) -> AgreementState:
    """The agreement in force, with an amendment to be drafted."""
    return renegotiating(played(people.in_force(**{"review": None} | changes), MARCH), MARCH)


def held(state: AgreementState, **changes: object) -> str:
    """The sentence with which the draft of an amendment is refused."""
    written = Terms.model_validate(people.terms("900.00", **changes).model_dump())
    return refusal(state, SubmitDraft(by=people.FINN, decision_id="d", terms=written), NotPossible, MARCH)


def year(end: date, start: date = date(2027, 1, 1), zone: str = "Europe/Berlin") -> Period:
    return Period(start=start, end=end, zone=zone)


def test_a_first_draft_states_no_day_of_effect() -> None:
    with pytest.raises(NotPossible) as caught:
        with_edition(
            people.a_state(),
            people.terms(effective_from=date(2027, 6, 1)),
            Origin.DRAFT,
            people.FINN,
            people.MONDAY,
        )
    assert str(caught.value) == (
        "effective_from belongs to an amendment; a first agreement counts from the start of its period, 2027-01-01: "
        "leave it out"
    )


@pytest.mark.parametrize("day", [None, date(2027, 6, 1)])
def test_terms_that_are_in_force_already_amend_nothing(day: date | None) -> None:
    state = renegotiating(played(people.in_force(), MARCH), MARCH)
    same = SubmitDraft(by=people.FINN, decision_id="d", terms=people.terms(effective_from=day))
    told = refusal(state, same, NotPossible, MARCH)
    assert told == (
        f"these terms are those of edition {edition_of(state).no}, which is in force; change something, or withdraw "
        "the amendment"
    )


def test_an_offer_that_goes_back_to_the_terms_in_force_amends_nothing_either() -> None:
    state, now = amending(played(people.in_force(), MARCH), Stage.NEGOTIATING, people.terms("900.00"), MARCH)
    offer = SubmitOffer(
        by=people.BO,
        decision_id="o",
        edition=edition_of(scene(state)).ref,
        terms=people.terms(),
        expires_at=now + timedelta(days=5),
    )
    assert refusal(state, offer, NotPossible, now).startswith("these terms are those of edition")


@pytest.mark.parametrize(
    "period",
    [year(date(2028, 1, 1), start=date(2027, 2, 1)), year(date(2028, 1, 1), zone="Europe/Lisbon")],
)
def test_an_amendment_keeps_the_beginning_and_the_zone(period: Period) -> None:
    assert held(amendment(), period=period) == (
        f"the period begins on {period.start} ({period.zone}); an amendment keeps the beginning and the zone of the "
        "agreement, 2027-01-01 (Europe/Berlin)"
    )


@pytest.mark.parametrize(
    ("end", "day", "effective"),
    [
        (date(2027, 3, 2), None, "2027-03-02"),
        (date(2027, 2, 1), None, "2027-03-02"),
        (date(2027, 6, 1), date(2027, 6, 1), "2027-06-01"),
    ],
)
def test_a_new_end_is_ahead_of_the_day_of_effect(end: date, day: date | None, effective: str) -> None:
    assert held(amendment(), period=year(end), effective_from=day) == (
        f"the period ends on {end}, and the edition takes effect on {effective} at the earliest; a later end is "
        "expected"
    )


@pytest.mark.parametrize("day", [date(2027, 2, 28), date(2027, 3, 1)])
def test_an_amendment_takes_effect_in_the_future(day: date) -> None:
    assert held(amendment(), effective_from=day) == (
        f"effective_from is {day}, which is not ahead; a day from 2027-03-02 on is expected, or none for the day "
        "after the last signature"
    )


def test_an_amendment_takes_effect_before_the_end() -> None:
    assert held(amendment(), effective_from=date(2028, 1, 1)) == (
        "effective_from is 2028-01-01, and 0001 ends on 2028-01-01; a day until 2027-12-31 is expected"
    )


def test_an_amendment_with_a_new_end_takes_effect_at_the_old_one_at_the_latest() -> None:
    period = year(date(2029, 1, 1))
    assert held(amendment(), period=period, effective_from=date(2028, 1, 2)) == (
        "effective_from is 2028-01-02, and 0001 ends on 2028-01-01; a day until 2028-01-01 is expected"
    )


def test_where_the_term_renews_an_amendment_may_take_effect_in_the_next_one() -> None:
    told = held(amendment(renewal=TACIT), renewal=TACIT, effective_from=date(2029, 1, 1))
    assert told == (
        "effective_from is 2029-01-01, and the next term ends on 2029-01-01; a day until 2028-12-31 is expected"
    )


def _misses(**changes: object) -> Target:
    said = {"statistic": "misses", "allowed_misses": 3, "committed": None, "acceptable": None, **changes}
    return target("response_time", measure="Tickets", source="Desk", **said)


def test_a_number_of_misses_needs_no_levels() -> None:
    assert gaps(people.terms(targets=(*people.terms().targets, _misses())), ASKED) == ()


def test_a_number_of_misses_and_a_share_are_not_both_promised() -> None:
    both = people.terms(targets=(*people.terms().targets, _misses(committed="95")))
    assert gaps(both, ASKED) == ("target a promises a number of misses and a committed share; one of them is expected",)


def test_credits_for_a_target_that_is_not_there_are_a_gap() -> None:
    rules = [{"targets": ["printing-always"], "bands": [{"below": "99", "percent": "5"}]}]
    terms = people.terms(credits=CreditScheme.model_validate({"rules": rules}))
    (gap,) = gaps(terms, ASKED)
    assert "printing-always is no target" in gap
