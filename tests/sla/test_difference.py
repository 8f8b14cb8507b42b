"""The difference of two editions is one of terms (tightened, loosened, dearer) and one of text."""

from datetime import date
from decimal import Decimal

import pytest

from sla.cadence import Cadence
from sla.credit_scheme import CreditScheme
from sla.difference import Effect, difference
from sla.kinds import Kind, Level
from sla.money import Money
from sla.service_calendar import ServiceCalendar
from sla.targets import Outcome, Throughput
from sla.terms import (
    ComplianceRule,
    Period,
    Price,
    PriceRevision,
    Ratchet,
    Refused,
    Renewal,
    RenewalMode,
    ReviewCadence,
    Rounding,
    Selection,
    ServiceHours,
    SuspensionRule,
    Termination,
    Terms,
)
from sla.terms_text import terms_text, text_difference
from tests import people
from tests.sla.test_targets import EVERY_FORM, target

Row = tuple[str, Effect, str | None, str | None]


def rows(before: Terms, after: Terms) -> list[Row]:
    return [(each.what, each.effect, each.before, each.after) for each in difference(before, after)]


def one_target(form: str, **changes: object) -> Terms:
    return people.terms(targets=(target(form, **changes),))


@pytest.mark.parametrize(
    ("form", "before", "after", "expected"),
    [
        ("availability", {}, {"committed": "96"}, ("committed", Effect.TIGHTENED, "95 %", "96 %")),
        ("availability", {}, {"committed": "94"}, ("committed", Effect.LOOSENED, "95 %", "94 %")),
        ("availability", {}, {"acceptable": "91"}, ("acceptable", Effect.TIGHTENED, "90 %", "91 %")),
        ("availability", {"acceptable": None}, {}, ("acceptable", Effect.TIGHTENED, "not stated", "90 %")),
        ("availability", {}, {"acceptable": None}, ("acceptable", Effect.LOOSENED, "90 %", "not stated")),
        (
            "availability",
            {},
            {"unknown": "down"},
            ("unknown", Effect.TIGHTENED, "left out", "down"),
        ),
        ("availability", {"unknown": "left_out"}, {"unknown": "up"}, ("unknown", Effect.LOOSENED, "left out", "up")),
        ("availability", {}, {"no_data": "missed"}, ("no data", Effect.TIGHTENED, "no data", "missed")),
        ("response_time", {}, {"statistic": "average"}, ("statistic", Effect.CHANGED, "share", "average")),
        ("response_time", {}, {"process": "approve"}, ("process", Effect.ADDED, None, "approve")),
        (
            "response_time",
            {"statistic": "misses", "allowed_misses": 3, "committed": None, "acceptable": None},
            {"statistic": "misses", "allowed_misses": 1, "committed": None, "acceptable": None},
            ("allowed misses", Effect.TIGHTENED, "3", "1"),
        ),
        (
            "availability",
            {},
            {"prometheus": {"expression": "up", "threshold": "1"}},
            ("prometheus", Effect.ADDED, None, "up, every 60 seconds, down below 1"),
        ),
        ("response_time", {}, {"within": "2h"}, ("within", Effect.TIGHTENED, "4 hours", "2 hours")),
        ("resolution_time", {}, {"within": "9h"}, ("within", Effect.LOOSENED, "8 hours", "9 hours")),
        ("done_within", {}, {"working_days": 0}, ("working days", Effect.TIGHTENED, "1", "0")),
        ("done_within", {}, {"working_days": 2}, ("working days", Effect.LOOSENED, "1", "2")),
        ("throughput", {}, {"committed": "96"}, ("committed", Effect.TIGHTENED, "95 pages a day", "96 pages a day")),
        ("outcome", {}, {"committed": "94"}, ("committed", Effect.LOOSENED, "95 of 100", "94 of 100")),
        ("resolution_time", {}, {"priority": None}, ("priority", Effect.REMOVED, "high", None)),
        ("response_time", {}, {"priority": "high"}, ("priority", Effect.ADDED, None, "high")),
        ("availability", {}, {"measure": "probe"}, ("measure", Effect.ADDED, None, "probe")),
        ("good_event_ratio", {}, {"valid": "some pages"}, ("valid", Effect.CHANGED, "all pages", "some pages")),
        ("availability", {}, {"requirements": [2, 1]}, ("requirements", Effect.ADDED, None, "1, 2")),
        ("availability", {}, {"name": "B"}, ("name", Effect.CHANGED, "A", "B")),
    ],
)
def test_a_change_of_a_target_is_told_with_its_direction(
    form: str, before: dict[str, object], after: dict[str, object], expected: Row
) -> None:
    what, *others = expected
    assert rows(one_target(form, **before), one_target(form, **after)) == [(f"target a, {what}", *others)]


def test_levels_on_two_scales_are_changed_neither_tightened_nor_loosened() -> None:
    per_day = people.terms(targets=(Throughput(id="a", name="A", unit="pages", per="day", committed=Decimal(100)),))
    per_hour = people.terms(targets=(Throughput(id="a", name="A", unit="pages", per="hour", committed=Decimal(20)),))
    of_five = people.terms(targets=(Outcome(id="a", name="A", committed=Decimal(4)),))
    of_ten = people.terms(targets=(Outcome(id="a", name="A", committed=Decimal(7), scale_to=Decimal(10)),))
    for before, after in ((per_day, per_hour), (of_five, of_ten)):
        assert {effect for _, effect, _, _ in rows(before, after)} == {Effect.CHANGED}


def test_targets_come_go_and_change_their_form() -> None:
    first, second = people.terms().targets
    assert [row[:2] for row in rows(people.terms(), people.terms(targets=(first,)))] == [
        ("target first-look", Effect.REMOVED)
    ]
    assert [row[:2] for row in rows(people.terms(targets=(second,)), people.terms())] == [
        ("target printing-works", Effect.ADDED)
    ]
    assert [row[:2] for row in rows(one_target("availability"), one_target("outcome"))] == [
        ("target a", Effect.CHANGED)
    ]


def test_the_order_of_targets_and_clauses_is_no_difference() -> None:
    terms = people.terms(limits=("a", "b"), exclusions=("c", "d"))
    turned = people.terms(limits=("b", "a"), exclusions=("d", "c"), targets=tuple(reversed(people.terms().targets)))
    assert difference(terms, turned) == ()


def test_what_it_costs_is_told_exactly_with_its_sign() -> None:
    changes = difference(people.terms("1000.00"), people.terms("899.99"))
    assert [(each.what, each.effect, each.sentence) for each in changes] == [
        ("monthly fee", Effect.CHEAPER, "The monthly fee is EUR 899.99 instead of EUR 1,000.00 (-EUR 100.01)."),
        (
            "contract value",
            Effect.CHEAPER,
            "The contract value is EUR 10,799.88 instead of EUR 12,000.00 (-EUR 1,200.12).",
        ),
    ]
    dearer = difference(people.terms("899.99"), people.terms("1000.00"))
    assert [each.effect for each in dearer] == [Effect.DEARER, Effect.DEARER]
    assert dearer[0].sentence.endswith("(+EUR 100.01).")


def test_a_longer_term_at_the_same_fee_has_a_higher_value() -> None:
    longer = Period(start=date(2027, 1, 1), end=date(2029, 1, 1), zone="Europe/Berlin")
    assert rows(people.terms(), people.terms(period=longer)) == [
        (
            "period",
            Effect.CHANGED,
            "2027-01-01 to 2028-01-01 (Europe/Berlin), 12 months",
            "2027-01-01 to 2029-01-01 (Europe/Berlin), 24 months",
        ),
        ("contract value", Effect.DEARER, "EUR 12,000.00", "EUR 24,000.00"),
    ]


def test_a_sum_that_no_money_can_hold_is_still_told() -> None:
    assert rows(people.terms("1"), people.terms("999999999999"))[1][3] == "EUR 11,999,999,999,988.00"


def test_another_selection_is_told_part_by_part() -> None:
    fee = people.euros("1000.00")
    after = Price(selection=Selection(level="premium", quantity=41, options=("toner-stock",)), monthly_fee=fee)
    assert rows(people.terms(), people.terms(price=after)) == [
        ("price, level", Effect.CHANGED, "standard", "premium"),
        ("price, quantity", Effect.CHANGED, "40", "41"),
        ("price option", Effect.ADDED, None, "toner-stock"),
    ]


def test_another_currency_is_neither_dearer_nor_cheaper() -> None:
    dollars = Price(
        selection=Selection(level="standard", quantity=40), monthly_fee=Money(amount=Decimal(1000), currency="USD")
    )
    expected = [("monthly fee", Effect.CHANGED, "EUR 1,000.00", "USD 1,000.00")]
    assert rows(people.terms(), people.terms(price=dollars)) == expected


OTHERS: dict[str, tuple[object, list[str]]] = {
    "title": ("Another title", ["title"]),
    "kind": (Kind.UC, ["kind"]),
    "level": (Level.CUSTOMER, ["level"]),
    "service": (None, ["service"]),
    "provider": ("Contoso", ["provider"]),
    "customer": ("Contoso", ["customer"]),
    "period": (Period(start=date(2027, 1, 1), end=date(2028, 1, 1), zone="UTC"), ["period"]),
    "hours": (ServiceHours(description="Always", calendar="all"), ["service hours"]),
    "targets": ((), ["target printing-works", "target first-look"]),
    "refused": ((Refused(requirement=3, reason="Not offered."),), ["refusal of requirement 3"]),
    "limits": (("Fifty devices.",), ["limit", "limit"]),
    "exclusions": (("A", "Paper that the customer buys elsewhere."), ["exclusion"]),
    "change_plan": ("By letter.", ["change plan"]),
    "review": (ReviewCadence(every_months=1), ["review"]),
    "termination": (Termination(notice_months=1, clause="By letter."), ["notice of termination", "termination clause"]),
    "price": (None, ["price"]),
    "price_revision": (PriceRevision(index="consumer prices"), ["price revision"]),
    "ratchet": (Ratchet(after_results=3), ["proposal of better levels"]),
    "suspension": (SuspensionRule(extends_term=True, longest_days=30), ["longest suspension", "suspension"]),
    "effective_from": (date(2027, 6, 1), ["effective from"]),
    "compliance": (
        ComplianceRule(
            every=Cadence.QUARTER,
            rounding=Rounding(digits=1),
            warn_at=Decimal(50),
            watermelon_after=3,
            action_days=5,
            dispute_days=7,
        ),
        ["judged", "rounding of figures", "early warning", "watermelon", "corrective action", "dispute of a figure"],
    ),
    "credits": (
        CreditScheme.model_validate({"rules": [{"bands": [{"below": "99.5", "percent": "10"}]}]}),
        ["credits"],
    ),
    "renewal": (Renewal(mode=RenewalMode.TACIT, renewal_months=12, notice_months=2), ["renewal"]),
}


def test_every_field_of_the_terms_is_in_the_table_of_this_test() -> None:
    assert set(OTHERS) == set(Terms.model_fields)


@pytest.mark.parametrize("field", OTHERS)
def test_no_field_of_the_terms_changes_unseen(field: str) -> None:
    value, expected = OTHERS[field]
    after = people.terms().model_copy(update={field: value})
    assert [each.what for each in difference(people.terms(), after)] == expected
    assert [each.what for each in difference(after, people.terms())] == expected
    assert text_difference(people.terms(), after) != ""


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            {},
            {"ratchet": Ratchet(after_results=3)},
            (
                "proposal of better levels",
                Effect.TIGHTENED,
                "never",
                "after 3 results in a row above the committed level",
            ),
        ),
        (
            {"ratchet": Ratchet(after_results=1)},
            {"ratchet": Ratchet(after_results=2)},
            (
                "proposal of better levels",
                Effect.LOOSENED,
                "after 1 result in a row above the committed level",
                "after 2 results in a row above the committed level",
            ),
        ),
        (
            {},
            {"suspension": SuspensionRule(longest_days=30)},
            ("longest suspension", Effect.TIGHTENED, "90 days", "30 days"),
        ),
        (
            {"suspension": SuspensionRule(longest_days=30)},
            {"suspension": SuspensionRule(longest_days=31)},
            ("longest suspension", Effect.LOOSENED, "30 days", "31 days"),
        ),
        (
            {},
            {"suspension": SuspensionRule(extends_term=True)},
            ("suspension", Effect.CHANGED, "leaves the end", "moves the end"),
        ),
        (
            {"price_revision": PriceRevision(index="CPI", highest=Decimal(3))},
            {"price_revision": PriceRevision(index="CPI", may_fall=True)},
            ("price revision", Effect.CHANGED, "by CPI, at most 3 %, never down", "by CPI, up or down"),
        ),
        (
            {"effective_from": date(2027, 6, 1)},
            {"effective_from": date(2027, 7, 1)},
            ("effective from", Effect.CHANGED, "2027-06-01", "2027-07-01"),
        ),
    ],
)
def test_the_rules_of_the_running_agreement_are_told_with_their_direction(
    before: dict[str, object], after: dict[str, object], expected: Row
) -> None:
    assert rows(people.terms("1000.00", **before), people.terms("1000.00", **after)) == [expected]


def test_a_suspension_rule_that_says_what_holds_anyway_changes_nothing() -> None:
    assert difference(people.terms(), people.terms(suspension=SuspensionRule())) == ()


def test_a_direction_is_told_as_a_sentence() -> None:
    changes = difference(people.terms(), people.terms(suspension=SuspensionRule(longest_days=91)))
    assert [each.sentence for each in changes] == ["Longest suspension is loosened: 91 days instead of 90 days."]


def test_the_same_terms_have_no_difference() -> None:
    assert difference(people.terms(), people.terms("1000")) == ()
    assert text_difference(people.terms(), people.terms("1000")) == ""


@pytest.mark.parametrize("form", EVERY_FORM)
def test_no_field_of_a_target_is_missing_in_the_text(form: str) -> None:
    details: dict[str, object] = {"measure": "by probe", "source": "the log", "outcome": "calm", "requirements": (1, 2)}
    text = terms_text(one_target(form, **details))
    for part in ("Target a: A: ", "Measured by: by probe. Source: the log.", "Serves: calm.", "requirements: 1, 2"):
        assert part in text


def test_the_text_shows_what_went_and_what_came() -> None:
    lines = text_difference(people.terms("1000"), people.terms("900")).splitlines()
    assert lines[:2] == ["--- before", "+++ after"]
    assert "-Price: EUR 1,000.00 a month for 40 on standard." in lines
    assert "+Price: EUR 900.00 a month for 40 on standard." in lines


def test_a_clause_of_several_lines_is_one_line_of_the_text() -> None:
    assert "Changes: First.  \n" not in terms_text(people.terms(change_plan="First.\n\nSecond."))
    assert "Changes: First. Second.\n" in terms_text(people.terms(change_plan="First.\n\nSecond."))


OFFICE = {"zone": "UTC", "weekly": [{"weekdays": "mon-fri", "opens": "09:00", "closes": "17:00"}]}


def with_hours(**changes: object) -> Terms:
    times = ServiceCalendar.model_validate({**OFFICE, **changes})
    return people.terms(hours=ServiceHours(description="Office hours", times=times))


def test_a_closed_day_more_is_a_difference_by_itself() -> None:
    found = rows(with_hours(closed=["2027-03-26"]), with_hours(closed=["2027-03-26", "2027-03-29"]))
    assert found == [("closed day", Effect.ADDED, None, "2027-03-29")]


def test_another_week_is_told_in_words() -> None:
    saturday = {"weekdays": "sat", "opens": "10:00", "closes": "14:00"}
    after = with_hours(weekly=[{"weekdays": "mon-thu", "opens": "09:00", "closes": "17:00"}, saturday])
    before, now = (
        "Monday to Friday, 09:00 to 17:00 (UTC)",
        "Monday to Thursday, 09:00 to 17:00; Saturday, 10:00 to 14:00 (UTC)",
    )
    assert rows(with_hours(), after) == [("service hours as data", Effect.CHANGED, before, now)]


def test_stating_a_default_of_judging_changes_nothing() -> None:
    assert rows(people.terms(), people.terms(compliance=ComplianceRule())) == []


def test_stating_the_default_of_a_target_changes_nothing() -> None:
    assert rows(one_target("availability"), one_target("availability", unknown="left_out", no_data="no_data")) == []


def test_a_corrective_action_that_is_due_sooner_is_tighter() -> None:
    found = rows(people.terms(), people.terms(compliance=ComplianceRule(action_days=5)))
    expected = ("corrective action", Effect.TIGHTENED, "due within 10 working days", "due within 5 working days")
    assert found == [expected]


def test_another_credit_is_a_row_of_its_own() -> None:
    schemes = (
        CreditScheme.model_validate({"rules": [{"bands": [{"below": "99.5", "percent": percent}]}]})
        for percent in ("10", "20")
    )
    before, after = (people.terms(credits=scheme) for scheme in schemes)
    found = rows(before, after)
    assert [(what, effect) for what, effect, _, _ in found] == [("credits", Effect.REMOVED), ("credits", Effect.ADDED)]
    assert "20 %" in (found[1][3] or "")


def test_the_text_of_terms_has_its_service_hours_and_its_examples_go_by_them() -> None:
    text = terms_text(with_hours(closed=["2027-03-26"]))
    assert "  Every week: Monday to Friday, 09:00 to 17:00 (UTC).\n  Closed day: 2027-03-26.\n" in text
    nights = with_hours(weekly=[{"weekdays": "mon-sun", "opens": "22:00", "closes": "06:00"}])
    assert "with service on Monday to Sunday, 22:00 to 06:00 (UTC)" in terms_text(nights)


def test_another_statistic_is_never_weighed_against_the_one_before() -> None:
    before = one_target("response_time")
    after = one_target("response_time", statistic="misses", allowed_misses=3, committed=None, acceptable=None)
    assert {each.effect for each in difference(before, after)} <= {Effect.CHANGED, Effect.ADDED}
