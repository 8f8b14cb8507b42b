"""What is counted: units missed, missing reports, parts of a period, and its fee."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.credit_scheme import CreditScheme
from sla.errors import BadInput
from sla.figures import Counted, Figure, Status
from sla.periods import JudgedPeriod, period_named
from tests.sla.credit_figures import BERLIN, CLOUD, MARCH, bands, euros, figure, owed, scheme

EXACT = st.fractions(min_value=0, max_value=100)


# Units


def half_hours(begun: str, beyond: str) -> CreditScheme:
    return scheme(bands({"percent": "5", "per": {"time": "30min", "begun": begun, "beyond": beyond}}))


@pytest.mark.parametrize(
    ("begun", "beyond", "down", "credit"),
    [
        ("started", "total", "0", "0"),
        ("started", "total", "1", "50"),
        ("started", "total", "1800", "50"),
        ("started", "total", "1801", "100"),
        ("full", "total", "1799", "0"),
        ("full", "total", "3600", "100"),
        ("exact", "total", "2700", "75"),
        ("started", "committed", "600", "0"),
        ("started", "committed", "601", "50"),
        ("started", "committed", "2400", "50"),
        ("exact", "committed", "1500", "25"),
    ],
)
def test_time_down_is_counted_as_stated(begun: str, beyond: str, down: str, credit: str) -> None:
    found = owed(half_hours(begun, beyond), figure("99.5", budget=(down, "600")))
    assert found.total == euros(credit)


def test_without_a_budget_the_committed_level_leaves_the_same_room() -> None:
    """90 % of 10 hours up: 3600 s down, of which 99 % allows 360."""
    found = owed(half_hours("exact", "committed"), figure("90", committed="99", misses=3600))
    assert found.total == euros("90")


def test_items_missed_are_counted_one_by_one() -> None:
    fixed = {"amount": {"amount": "25", "currency": "EUR"}, "per": {"items": "1", "beyond": "total"}}
    tickets = figure("90", "uptime", form="response_time", misses=7)
    assert owed(scheme(bands(fixed)), tickets).total == euros("175")


def test_units_that_a_target_has_not_are_refused() -> None:
    with pytest.raises(BadInput, match="counts time down, which a target of the form response_time has not"):
        owed(half_hours("started", "total"), figure("90", form="response_time", misses=7))


def test_points_of_attainment_are_counted_below_the_committed_level() -> None:
    rule = bands({"percent": "2", "per": {"points": "0.1", "beyond": "committed"}})
    assert owed(scheme(rule), figure("99.24", committed="99.5")).total == euros("60")


def test_a_fee_that_falls_with_each_point_is_exact() -> None:
    rule = bands({"percent": "1", "per": {"points": "1", "begun": "exact", "beyond": "total"}})
    assert owed(scheme(rule), figure("97.5")).total == euros("25")


def test_a_decision_on_a_dispute_changes_how_much_was_missed() -> None:
    """Decided: 99.9 % of 100 hours up, where 99 % had been measured, and 99.5 % is committed to."""
    decided = figure("99.9", committed="99.5", budget=("3600", "1800")).model_copy(update={"ruling": 1})
    assert owed(half_hours("exact", "total"), decided).total == euros("10")
    assert owed(half_hours("exact", "committed"), decided).total == euros("0")
    items = Counted(what="items", amount=Fraction(40), unit="items")
    fixed = {"amount": {"amount": "25", "currency": "EUR"}, "per": {"items": "1", "beyond": "total"}}
    tickets = figure("90", form="response_time", misses=7).model_copy(update={"ruling": 1, "counted": (items,)})
    assert owed(scheme(bands(fixed)), tickets).total == euros("100")


def test_unknown_time_that_counts_as_down_is_time_down() -> None:
    """Without a committed level there is no budget: 600 s down and 1200 s unknown."""
    down = Counted(what="down", amount=Fraction(600), unit="s")
    seen = figure("99", misses=1800).model_copy(update={"counted": (down,)})
    assert owed(half_hours("exact", "total"), seen).total == euros("50")


def test_an_average_leaves_room_for_no_number_of_misses() -> None:
    spent = Counted(what="time spent", amount=Fraction(600), unit="s")
    slow = figure("90", form="response_time", misses=7).model_copy(update={"counted": (spent,)})
    with pytest.raises(BadInput, match="promises an average"):
        owed(scheme(bands({"percent": "1", "per": {"items": "1", "beyond": "committed"}})), slow)


def test_units_count_only_in_their_band() -> None:
    rule = bands({"below": "99", "percent": "5", "per": {"time": "30min", "beyond": "total"}})
    assert owed(scheme(rule), figure("99", budget=("7000", "1"))).total == euros("0")
    assert owed(scheme(rule), figure("98.9", budget=("7200", "1"))).total == euros("200")


# Missing reports


@pytest.mark.parametrize(
    ("status", "counts", "credit"),
    [
        (Status.MISSED, ["missed"], "50"),
        (Status.NO_DATA, ["missed"], "0"),
        (Status.NO_DATA, ["missed", "no_data"], "50"),
        (Status.EXCLUDED, ["missed", "no_data"], "0"),
    ],
)
def test_a_missing_report_costs_what_is_stated(status: Status, counts: list[str], credit: str) -> None:
    rule = {**CLOUD, "no_report": {"percent": "5", "counts": counts}}
    assert owed(scheme(rule), figure(None, status=status)).total == euros(credit)


@pytest.mark.parametrize("status", [Status.MISSED, Status.NO_DATA, Status.EXCLUDED])
def test_without_an_attainment_nothing_is_owed_unless_stated(status: Status) -> None:
    assert owed(scheme(CLOUD), figure(None, status=status)).lines == ()


def test_a_missing_report_of_one_target_counts_for_the_agreement() -> None:
    rule = {**CLOUD, "targets": [], "reading": "lowest", "no_report": {"percent": "20", "counts": ["no_data"]}}
    assert owed(scheme(rule), figure("99.5", "mail"), figure(None, "disk")).total == euros("200")
    assert owed(scheme(rule), figure("96", "mail"), figure(None, "disk")).total == euros("300")


# Parts


def halves(first: str | None, second: str | None) -> list[Figure]:
    """March until the 11th and from there on: 10 and 21 days."""
    early = JudgedPeriod(start=date(2027, 3, 1), end=date(2027, 3, 11), zone=BERLIN)
    late = JudgedPeriod(start=date(2027, 3, 11), end=date(2027, 4, 1), zone=BERLIN)
    return [figure(first, period=early), figure(second, period=late)]


def test_each_part_weighs_its_share_of_the_days() -> None:
    parts = halves("99.5", "97")
    found = owed(scheme(CLOUD), *parts, fee=euros("310"))
    assert found.total == euros("73")  # 31 of ten days, 93 of twenty-one: 10 + 63


def test_work_that_was_carried_over_weighs_its_share_of_the_items() -> None:
    def counting(items: int, attainment: str, **more: object) -> Figure:
        counted = (Counted(what="items", amount=Fraction(items), unit="items"),)
        return figure(attainment).model_copy(update={"form": "response_time", "counted": counted, **more})

    carried, whole = counting(1, "0", is_carried_over=True), counting(99, "100")
    # All of the period in the worst band costs all of 1,000 EUR; one item of a hundred costs a hundredth of it.
    assert owed(scheme(CLOUD), carried).total == euros("1000")
    assert owed(scheme(CLOUD), carried, whole).total == euros("10")
    first, second = (each.model_copy(update={"counted": whole.counted}) for each in halves("100", "97"))
    found = owed(scheme(CLOUD), carried.model_copy(update={"counted": ()}), first, second, fee=euros("310"))
    assert found.total == euros("63")


@pytest.mark.parametrize("status", [Status.NO_DATA, Status.EXCLUDED, Status.MISSED])
def test_a_part_without_an_attainment_neither_costs_nor_weighs(status: Status) -> None:
    first, second = halves(None, "97")
    found = owed(scheme(CLOUD), first.model_copy(update={"status": status}), second, fee=euros("310"))
    assert found.total == euros("93")


def test_a_missing_report_of_one_part_weighs_its_days() -> None:
    of = scheme({**CLOUD, "no_report": {"percent": "100", "counts": ["no_data"]}})
    assert owed(of, *halves(None, "97"), fee=euros("310")).total == euros("163")


def test_cutting_a_period_in_parts_of_one_attainment_changes_nothing() -> None:
    assert owed(scheme(CLOUD), *halves("97", "97")).total == owed(scheme(CLOUD), figure("97")).total


@given(st.lists(st.integers(1, 30), unique=True, max_size=4), EXACT, st.integers(1, 99_999))
def test_however_a_period_is_cut_the_credit_stays_the_same(cuts: list[int], attainment: Fraction, cents: int) -> None:
    days = [date(2027, 3, 1) + timedelta(days=number) for number in (0, *sorted(cuts), 31)]
    parts = [
        figure(attainment, period=JudgedPeriod(start=start, end=end, zone=BERLIN)) for start, end in pairwise(days)
    ]
    fee = euros(f"{cents // 100}.{cents % 100:02}")
    whole = owed(scheme(CLOUD), figure(attainment), fee=fee)
    assert owed(scheme(CLOUD), *reversed(parts), fee=fee).total == whole.total


def test_a_part_that_begins_within_a_day_weighs_its_time() -> None:
    noon = datetime(2027, 3, 16, 11, tzinfo=UTC)
    first = figure("97").model_copy(update={"until": noon})
    second = figure("100").model_copy(update={"since": noon})
    share = Fraction((noon - MARCH.begins) // timedelta(seconds=1), (MARCH.ends - MARCH.begins) // timedelta(seconds=1))
    found = owed(scheme(CLOUD), first, second).total
    assert found is not None
    assert abs(Fraction(found.amount) - 300 * share) <= Fraction(1, 200)


def test_units_are_counted_in_each_part_and_not_weighed() -> None:
    parts = [each.model_copy(update={"misses": 1860}) for each in halves("99", "99")]
    assert owed(half_hours("started", "total"), *parts).total == euros("200")


# The fee of a period


@pytest.mark.parametrize(
    ("name", "full", "pro_rata"),
    [
        ("2027-03", "100", "100"),
        ("2027-Q1", "300", "300"),
        ("2027", "1200", "1200"),
        ("2027-03-11/2027-04-01", "100", "67.74"),
        ("2027-02-15/2027-03-11", "200", "82.26"),
    ],
)
def test_the_fee_is_monthly_and_pro_rata_only_where_stated(name: str, full: str, pro_rata: str) -> None:
    period = period_named(name, BERLIN)
    missed = figure("99.5", period=period)
    assert owed(scheme(CLOUD), missed, period=period).total == euros(full)
    assert owed(scheme(CLOUD, pro_rata="yes"), missed, period=period).total == euros(pro_rata)
