"""Making statements: the same case gives the same statement, only what is notable is a finding. MON-8, MON-9."""

import pytest

from sla.canonical import canonical_json
from sla.credit_scheme import CreditScheme
from sla.figures import Status
from sla.findings import Finding, FindingKind
from sla.monthly_fees import with_fee
from sla.past_periods import PastPeriod, PastTarget, past_of
from sla.periods import period_named
from sla.statements import Decided, Statement
from sla.stating import Case, state, term_start
from sla.terms import ComplianceRule, Renewal
from sla.verification import verify
from tests.people import euros
from tests.sla.judged import BERLIN, ENGINE, MARCH, OFFICE, applied, at, case, outage, row, some_terms, target

SCHEME = CreditScheme.model_validate(
    {"rules": [{"bands": [{"below": "99.5", "percent": "10"}]}], "termination": [{"misses": 2}]}
)
FEBRUARY = period_named("2027-02", BERLIN)


def found(statement: Statement) -> list[tuple[FindingKind, str | None]]:
    return [(each.kind, each.subject) for each in statement.findings]


def said(**fields: object) -> Case:
    """An office month with an outage of two hours, and credits."""
    terms = some_terms(target(), calendar=OFFICE, credits=SCHEME)
    values = {"fee": euros("1000.00"), **fields}
    return case(terms, outage("03-04 10:00", "03-04 12:00", key="the-outage"), **values)


def test_the_same_case_gives_the_same_statement_byte_for_byte() -> None:
    one, other = state(said()), state(said().model_copy(update={"as_of": at("05-01 00:00")}))
    assert canonical_json(one) == canonical_json(other)
    assert Statement.model_validate_json(one.model_dump_json()).hash == one.hash


def test_a_miss_is_a_finding_and_costs_what_the_terms_say() -> None:
    statement = state(said())
    assert found(statement) == [(FindingKind.MISS, "it-works")]
    assert str(statement.credit) == "EUR 100.00"
    assert statement.findings[0].decision_id == "found/miss/2027-03/it-works"


def test_rows_that_no_figure_rests_on_change_nothing() -> None:
    one = said()
    more = one.model_copy(update={"rows": (*one.rows, outage("05-04 10:00", "05-04 12:00"))})
    assert state(more).inputs == state(one).inputs


def test_a_row_that_is_corrected_changes_the_inputs() -> None:
    one = said()
    corrected = one.model_copy(update={"rows": (*one.rows, outage("03-04 10:00", "03-04 11:00", key="the-outage"))})
    assert state(corrected).inputs.hash != state(one).inputs.hash
    assert state(corrected).figures[0].misses == 3600


def test_when_terms_end_later_on_the_inputs_of_the_month_stay() -> None:
    terms = said().applied[0].terms
    ended = said(applied=(applied(terms, "2027-01-01", "2027-06-01"),))
    assert state(ended).inputs == state(said()).inputs


def test_a_statement_that_is_made_again_names_the_one_before_and_what_changed() -> None:
    first = state(said())
    decided = (Decided(dispute=1, target="it-works", is_open=False, value="99.9"),)
    again = state(said(previous=first, decided=decided, why="Dispute 1 was settled."))
    assert (again.revision, again.previous, str(again.credit)) == (2, first.hash, "EUR 0.00")
    assert found(again) == [(FindingKind.RESTATED, "r2")]
    assert again.findings[0].mended == ("it-works",)
    assert again.findings[0].sentence == (
        "The statement of 2027-03 was made again as revision 2: the credit from EUR 100.00 to EUR 0.00, it-works from "
        "missed to met. Dispute 1 was settled."
    )


def test_a_miss_that_comes_back_after_it_was_stated_away_is_told_anew() -> None:
    away = (Decided(dispute=1, target="it-works", is_open=False, value="99.9"),)
    back = (*away, Decided(dispute=2, target="it-works", is_open=False, value="98"))
    first = state(said())
    second = state(said(previous=first, decided=away, why="Dispute 1 was settled."))
    third = state(said(previous=second, decided=back, why="Dispute 2 was settled."))
    fourth = state(said(previous=third, decided=back, why="Evidence came late."))
    ids = [[each.decision_id for each in made.findings if each.kind is FindingKind.MISS] for made in (first, third)]
    assert ids == [["found/miss/2027-03/it-works"], ["found/miss/2027-03/it-works/r3"]]
    assert fourth.findings[0].decision_id == "found/miss/2027-03/it-works/r3"
    alone = state(said(decided=back)).model_copy(update={"revision": 3})
    assert verify(third, alone, None, has_previous=False).holds


def test_a_statement_that_is_made_again_takes_the_fee_that_counted_then() -> None:
    """The first one knew a fee only that counts from April on."""
    first = state(said(fee=euros("2000.00")))
    then = with_fee(with_fee((), euros("1000.00"), MARCH.begins), euros("2000.00"), MARCH.ends)
    again = state(said(previous=first, fee=None, fees=then))
    assert (str(first.credit), str(again.credit)) == ("EUR 200.00", "EUR 100.00")
    assert (again.inputs.fee, again.inputs.fees) == (euros("1000.00"), None)


def test_the_second_miss_in_a_row_gives_the_right_to_terminate() -> None:
    before = PastPeriod(period=FEBRUARY, targets=(PastTarget(target="it-works", status=Status.MISSED),))
    statement = state(said(past=(before,)))
    assert [each.kind for each in statement.findings] == [FindingKind.MISS, FindingKind.TERMINATION_RIGHT]
    assert statement.findings[1].until is not None


def test_what_later_statements_say_is_no_input() -> None:
    april = state(said()).model_copy(update={"period": period_named("2027-04", BERLIN)})
    assert state(said(past=(past_of(april),))).inputs == state(said()).inputs


def test_a_month_that_is_not_over_warns_and_costs_nothing() -> None:
    statement = state(said(as_of=at("03-10 00:00")))
    assert statement.is_provisional
    assert (found(statement), statement.credit) == ([(FindingKind.EARLY_WARNING, "it-works")], None)
    assert "is missed already in 2027-03, which is not over" in statement.findings[0].sentence


def test_a_warning_is_given_once_more_when_the_target_is_lost() -> None:
    terms = some_terms(target(), calendar=OFFICE)
    rows = outage("03-04 10:00", "03-04 10:40"), outage("03-11 10:00", "03-11 10:40")
    ids = [
        [each.decision_id for each in state(case(terms, *rows, as_of=at(until))).findings]
        for until in ("03-04 00:00", "03-10 00:00", "03-12 00:00")
    ]
    assert ids == [[], ["found/early_warning/2027-03/it-works"], ["found/early_warning/2027-03/it-works/lost"]]


def test_a_rolling_window_looks_back_over_its_months() -> None:
    terms = some_terms(target(), calendar=OFFICE, compliance=ComplianceRule(rolling_months=2))
    statement = state(case(terms, outage("02-04 10:00", "02-04 12:00")))
    assert (statement.period.name, statement.window.name) == ("2027-03", "2027-02-01/2027-04-01")
    assert statement.figures[0].misses == 7200


# -- watermelon


def melon(score: str, *past: PastPeriod, outcome: str | None = None) -> list[Finding]:
    service = target(outcome=outcome)
    happy = target("outcome", id="happy", name="People are happy", committed="4", acceptable="3")
    looked = row("observed", start=MARCH.begins, end=MARCH.ends)
    scored = row("score", target="happy", at=at("03-10 10:00"), value=score)
    statement = state(case(some_terms(service, happy, calendar=OFFICE), looked, scored, past=past))
    return [each for each in statement.findings if each.kind is FindingKind.WATERMELON]


def february(service: Status, happy: Status, name: str = "2027-02") -> PastPeriod:
    targets = (PastTarget(target="happy", status=happy), PastTarget(target="it-works", status=service))
    return PastPeriod(period=period_named(name, BERLIN), targets=targets)


def test_green_targets_and_a_red_outcome_for_two_months_are_a_watermelon() -> None:
    (finding,) = melon("3.5", february(Status.MET, Status.MISSED))
    assert finding.sentence == (
        "People are happy was missed for 2 periods in a row up to 2027-03, while every service target that serves it "
        "was met: what is measured does not show what the customer needs."
    )


def test_the_third_month_says_that_it_is_the_third() -> None:
    past = tuple(february(Status.MET, Status.MISSED, name) for name in ("2027-01", "2027-02"))
    (finding,) = melon("3.5", *past)
    assert "was missed for 3 periods in a row up to 2027-03" in finding.sentence


@pytest.mark.parametrize(
    ("score", "past"),
    [
        ("3.5", ()),
        ("4.5", (february(Status.MET, Status.MISSED),)),
        ("3.5", (february(Status.MISSED, Status.MISSED),)),
        ("3.5", (february(Status.NO_DATA, Status.MISSED),)),
        ("3.5", (february(Status.MET, Status.MET),)),
        ("3.5", (february(Status.MET, Status.MISSED, "2027-01"),)),
    ],
)
def test_anything_less_is_none(score: str, past: tuple[PastPeriod, ...]) -> None:
    assert melon(score, *past) == []


def test_only_the_targets_that_name_an_outcome_speak_for_it() -> None:
    assert len(melon("3.5", february(Status.MET, Status.MISSED), outcome="People are happy")) == 1


def test_the_engine_and_its_time_zones_are_named() -> None:
    assert state(said()).engine == ENGINE


# -- terms


@pytest.mark.parametrize(
    ("period", "start"), [("2027-03", "2027-01-01"), ("2028-01", "2028-01-01"), ("2029-07", "2029-01-01")]
)
def test_a_cap_over_the_term_begins_anew_with_each_renewal(period: str, start: str) -> None:
    tacit = Renewal.model_validate({"mode": "tacit", "renewal_months": 12, "notice_months": 3})
    terms = some_terms(target(), renewal=tacit)
    assert str(term_start(terms, period_named(period, BERLIN))) == start


def test_a_term_without_renewal_has_one_start() -> None:
    assert str(term_start(some_terms(target()), period_named("2029-07", BERLIN))) == "2027-01-01"


def test_a_restatement_of_many_targets_names_some_and_counts_the_rest() -> None:
    """Its sentence goes into the record and into letters, and is never too long to be said."""
    many = tuple(target(id=f"{'t' * 50}-{number}") for number in range(100))
    terms = some_terms(*many, calendar=OFFICE)
    first = state(case(terms))
    again = state(case(terms, outage("03-04 10:00", "03-04 17:00"), previous=first, why="Evidence came late."))
    told = again.findings[-1]
    assert told.kind is FindingKind.RESTATED
    assert " and 80 more. Evidence came late." in told.sentence


def test_another_credit_is_told_even_if_every_status_stays() -> None:
    bands = [{"below": "99.5", "at_least": "99", "percent": "10"}, {"below": "99", "percent": "30"}]
    terms = some_terms(target(), calendar=OFFICE, credits=CreditScheme.model_validate({"rules": [{"bands": bands}]}))
    short, long = outage("03-04 10:00", "03-04 11:00", key="1"), outage("03-04 10:00", "03-04 16:00", key="1")
    first = state(case(terms, short, fee=euros("1000.00")))
    again = state(case(terms, long, fee=euros("1000.00"), previous=first, why="Evidence came late."))
    assert [figure.status for figure in (*first.figures, *again.figures)] == [Status.MISSED, Status.MISSED]
    assert again.findings[-1].mended is None
    assert again.findings[-1].sentence == (
        "The statement of 2027-03 was made again as revision 2: the credit from EUR 100.00 to EUR 300.00. "
        "Evidence came late."
    )
