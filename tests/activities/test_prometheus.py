"""What Prometheus has, pulled from a real one: gaps, outages, several series, wrong expressions, a server away."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from activities.evidence import SqlEvidence
from activities.prometheus import MOST_FAULTS, MOST_POINTS, PrometheusMeasurements
from activities.settings import Settings
from sla.errors import Unreachable
from sla.evidence import Count, Evidence, Observed, Outage, Unknown
from sla.targets import Availability, GoodEventRatio, Pull, Target
from tests.activities.judged import APRIL_FIRST, in_force, month
from tests.prometheus import needed, running_prometheus
from workflows.messages import PageOrder, PullReport, Unasked

MINUTE = timedelta(minutes=1)
DAY = datetime(2026, 3, 9, 23, tzinfo=UTC)
"""Midnight in Berlin, between the 9th and the 10th of March."""
NOON = datetime(2026, 3, 10, 11, tzinfo=UTC)
GAP = (NOON + timedelta(hours=1), NOON + timedelta(hours=2))
UP = Pull(expression="last_over_time(printer_up[59s])", threshold=Decimal(1))
PAGES = Pull(expression="last_over_time(pages_good[59s])", valid_expression="last_over_time(pages[59s])")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A day of samples a minute apart: down from 12:00 to 12:15 in Berlin, nothing from 13:00 to 14:00."""
    needed()
    instants = [DAY + number * MINUTE for number in range(24 * 60)]
    seen = [at for at in instants if not GAP[0] <= at < GAP[1]]
    down = {at for at in seen if NOON <= at < NOON + 15 * MINUTE}
    series = {
        "printer_up": {at: "0" if at in down else "1" for at in seen},
        "pages_good": dict.fromkeys(seen, "9.99"),
        "pages": dict.fromkeys(seen, "10.005"),
        'several_up{printer="a"}': {DAY: "1"},
        'several_up{printer="b"}': {DAY: "1"},
        "odd": {DAY: "NaN", DAY + MINUTE: "+Inf", DAY + 2 * MINUTE: "-Inf", DAY + 3 * MINUTE: "0.30000000000000004"},
    }
    with running_prometheus(tmp_path_factory.mktemp("prometheus"), series) as url:
        yield url


def available(pull: Pull | None = UP, id_: str = "printing-works") -> Availability:
    return Availability(
        id=id_,
        name="Printing works",
        requirements=(1, 2),
        measure="probe print",
        source="Prometheus",
        committed=Decimal("99.5"),
        acceptable=Decimal(98),
        prometheus=pull,
    )


def ratio(pull: Pull = PAGES, id_: str = "pages") -> GoodEventRatio:
    return GoodEventRatio(
        id=id_,
        name="Pages come out whole",
        requirements=(1, 2),
        measure="pages without a streak",
        source="Prometheus",
        committed=Decimal(99),
        acceptable=Decimal(98),
        good="good pages",
        valid="pages",
        prometheus=pull,
    )


def pulls(engine: Engine, url: str, *targets: Target, **changes: object) -> tuple[str, PullReport]:
    """An agreement with these targets, and what came of pulling the day of the samples."""
    number = in_force(engine, targets=targets).number
    return number, again(engine, url, number, **changes)


def again(engine: Engine, url: str, number: str, **changes: object) -> PullReport:
    order = PageOrder(period="2026-03-10/2026-03-11", at=APRIL_FIRST, numbers=(number,)).model_copy(update=changes)
    return asyncio.run(PrometheusMeasurements(engine, Settings(prometheus_url=url)).pull_page(order))


def kept(engine: Engine, number: str) -> tuple[Evidence, ...]:
    return SqlEvidence(engine).of(number, DAY, DAY + timedelta(hours=24))


def test_samples_below_the_threshold_are_an_outage_and_none_are_unknown_time(engine: Engine, url: str) -> None:
    number, report = pulls(engine, url, available())
    assert (report.targets, report.faults) == (1, ())
    rows = kept(engine, number)
    assert [(row.start, row.end) for row in rows if isinstance(row, Outage)] == [(NOON, NOON + 15 * MINUTE)]
    assert [(row.start, row.end) for row in rows if isinstance(row, Unknown)] == [GAP]
    seen = [(row.start, row.end) for row in rows if isinstance(row, Observed)]
    assert seen == [(DAY, GAP[0]), (GAP[1], DAY + timedelta(hours=24))]


def test_every_minute_of_the_month_is_either_seen_or_unknown(engine: Engine, url: str) -> None:
    number, _ = pulls(engine, url, available(), period="2026-03")
    rows = SqlEvidence(engine).of(number, month(3) - timedelta(hours=1), month(4) - timedelta(hours=2))
    spans = sorted((row.start, row.end) for row in rows if isinstance(row, Observed | Unknown))
    assert spans[0][0] == month(3) - timedelta(hours=1)
    assert spans[-1][1] == month(4) - timedelta(hours=2)
    assert all(before[1] == after[0] for before, after in pairwise(spans))
    assert sum((end - start for start, end in spans), timedelta(0)) // MINUTE > MOST_POINTS


def test_events_are_summed_by_the_hour_and_rounded_once(engine: Engine, url: str) -> None:
    number, report = pulls(engine, url, ratio())
    assert report.faults == ()
    counts = [row for row in kept(engine, number) if isinstance(row, Count)]
    assert len(counts) == 23
    assert {(row.good, row.valid) for row in counts} == {(599, 600)}


def test_the_same_pulled_again_changes_nothing(engine: Engine, url: str) -> None:
    number, first = pulls(engine, url, available(), ratio())
    before = kept(engine, number)
    assert first.rows > 0
    assert again(engine, url, number).rows == 0
    assert kept(engine, number) == before


def test_a_later_pull_of_the_running_day_lengthens_what_the_earlier_saw(engine: Engine, url: str) -> None:
    number, _ = pulls(engine, url, available(), at=NOON + 5 * MINUTE)
    assert [row.end for row in kept(engine, number) if isinstance(row, Outage)] == [NOON + 5 * MINUTE]
    again(engine, url, number)
    assert [row.end for row in kept(engine, number) if isinstance(row, Outage)] == [NOON + 15 * MINUTE]


def test_samples_that_are_no_more_take_nothing_away(
    engine: Engine, url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    number, _ = pulls(engine, url, available())
    before = kept(engine, number)
    later = DAY + timedelta(days=3)
    with running_prometheus(tmp_path_factory.mktemp("forgetful"), {"printer_up": {later: "1"}}) as forgetful:
        again(engine, forgetful, number)
    assert kept(engine, number) == before


def test_samples_that_come_later_withdraw_the_unknown_time(
    engine: Engine, url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    number, _ = pulls(engine, url, available())
    whole = {DAY + minute * MINUTE: "1" for minute in range(24 * 60)}
    with running_prometheus(tmp_path_factory.mktemp("mended"), {"printer_up": whole}) as mended:
        again(engine, mended, number)
    (row,) = kept(engine, number)
    assert isinstance(row, Observed)
    assert (row.start, row.end) == (DAY, DAY + timedelta(hours=24))


def test_nan_is_no_sample_and_an_infinity_is_beyond_the_threshold(engine: Engine, url: str) -> None:
    odd = Pull(expression="last_over_time(odd[59s])", threshold=Decimal("0.30000000000000003"[:11]))
    number, report = pulls(engine, url, available(odd))
    assert report.faults == ()
    rows = kept(engine, number)
    assert [(row.start, row.end) for row in rows if isinstance(row, Outage)] == [(DAY + 2 * MINUTE, DAY + 3 * MINUTE)]
    assert min(row.start for row in rows if isinstance(row, Observed)) == DAY + MINUTE


WRONG = (
    (
        available(Pull(expression="several_up", threshold=Decimal(1)), "many"),
        "target many: 2 series answer to 'several_up'; one is expected: aggregate them, by sum() or min()",
    ),
    (
        available(Pull(expression="sum(", threshold=Decimal(1)), "unread"),
        "target unread: Prometheus refuses 'sum(' (1:5: parse error: unclosed left parenthesis); mend the expression",
    ),
    (
        available(Pull(expression="up"), "no-threshold"),
        "target no-threshold: prometheus names no threshold; below which the service is down, is expected",
    ),
    (
        ratio(Pull(expression="pages"), "half"),
        "target half: prometheus names no valid_expression; one for all valid events is expected",
    ),
    (
        ratio(Pull(expression=PAGES.valid_expression or "", valid_expression=PAGES.expression), "above"),
        "target above: has 600.300 good events and 599.40 valid ones in the hour from 2026-03-09T23:00:00Z; "
        "expressions of which one counts a part of the other are expected",
    ),
    (
        ratio(Pull(expression="odd", valid_expression="odd"), "endless"),
        "target endless: has Infinity events in the step from 2026-03-09T23:01:00Z; "
        "a number from 0 to a million millions is expected",
    ),
)


def test_what_is_wrong_with_one_target_is_a_fault_of_its_agreement_and_stops_no_other(engine: Engine, url: str) -> None:
    number, report = pulls(engine, url, *(target for target, _ in WRONG), available())
    assert {fault.number for fault in report.faults} == {number}
    assert report.targets == 1
    assert report.unasked == (Unasked(number=number, start=date(2026, 3, 10), end=date(2026, 3, 11)),)
    assert [fault.wrong for fault in report.faults] == [fault for _, fault in WRONG]
    assert any(isinstance(row, Outage) for row in kept(engine, number))


def test_a_server_that_is_away_is_an_error_that_passes(engine: Engine) -> None:
    with pytest.raises(Unreachable, match=r"Prometheus at http://127.0.0.1:9 does not answer \(ConnectError: "):
        pulls(engine, "http://127.0.0.1:9", available())


def test_a_password_in_the_url_is_not_told(engine: Engine) -> None:
    with pytest.raises(Unreachable) as error:
        pulls(engine, "http://sla:secret@127.0.0.1:9", available())
    assert "secret" not in str(error.value)
    assert "hidden" not in repr(Settings(prometheus_token=SecretStr("hidden")))


def test_without_a_server_the_agreement_is_told_what_to_set(engine: Engine) -> None:
    _, report = pulls(engine, "", available())
    assert "SLA_PROMETHEUS_URL names none" in report.faults[0].wrong


def test_whoever_names_nothing_asks_nobody(engine: Engine) -> None:
    _, report = pulls(engine, "http://127.0.0.1:9", available(None))
    assert report == PullReport()


def test_a_step_that_goes_over_midnight_is_in_no_gap_between_two_pieces(engine: Engine, url: str) -> None:
    """Long stretches are pulled in pieces of 31 days; seven minutes divide no day."""
    pull = UP.model_copy(update={"step": 7 * MINUTE})
    first = datetime(2026, 1, 31, 23, tzinfo=UTC)
    number, report = pulls(engine, url, available(pull), period="2026-02-01/2026-04-01")
    rows = SqlEvidence(engine).of(number, first, first + timedelta(days=59))
    spans = sorted((row.start, row.end) for row in rows if isinstance(row, Observed | Unknown))
    assert report.targets == 1
    assert all(before[1] == after[0] for before, after in pairwise(spans))


def test_many_wrong_targets_of_an_agreement_are_named_in_short(engine: Engine) -> None:
    many = tuple(available(Pull(expression="up", step=MINUTE), f"target-{each}") for each in range(9))
    _, report = pulls(engine, "", *many)
    assert [fault.wrong for fault in report.faults[MOST_FAULTS:]] == ["and 3 more of its targets"]
