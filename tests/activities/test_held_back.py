"""What could not be asked of Prometheus is not stated: held back, told, and stated as soon as it can be asked."""

import asyncio
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select
from temporalio.exceptions import ApplicationError

from activities.compliance import SqlCompliance
from activities.database import reading
from activities.prometheus import PrometheusMeasurements
from activities.settings import Settings
from activities.tables import WITHHELD
from sla.agreement import AgreementState
from sla.credit_scheme import CreditScheme
from sla.errors import Unreachable
from sla.evidence import Observed, Unknown
from sla.figures import Status
from sla.targets import Availability, NoData, Pull
from sla.terms import ComplianceRule
from tests.activities.judged import (
    APRIL_FIRST,
    CREDITED,
    MARCH_FIRST,
    add,
    in_force,
    month,
    said_at,
    statements,
    swept,
    watched,
)
from tests.activities.test_compliance import ended
from tests.prometheus import needed, running_prometheus
from workflows.messages import PageOrder, PageReport, RunFault, Unasked

HOUR = timedelta(hours=1)
UP = Pull(expression="vector(1)", step=HOUR, threshold=Decimal(1))
"""Up at every instant."""
SEVERAL = Pull(expression='vector(1) or label_replace(vector(1), "printer", "b", "", "")', threshold=Decimal(1))
DOWN = Pull(expression="vector(0)", step=HOUR, threshold=Decimal(1))
REFUSED = Pull(expression="sum(", threshold=Decimal(1))
NOWHERE = "http://127.0.0.1:9"
AWAY = "Prometheus is away"
CAPPED = CreditScheme.model_validate(
    {**CREDITED.model_dump(), "caps": [{"over": "rolling_12_months", "percent": "5", "of": "year"}]}
)
NIGHT = timedelta(hours=13)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that can be asked."""
    needed()
    with running_prometheus(tmp_path_factory.mktemp("prometheus"), {"up": {MARCH_FIRST: "1"}}) as url:
        yield url


def pulled(pull: Pull | None = UP) -> Availability:
    """A target of which missing data is a miss."""
    return Availability(
        id="t1",
        name="Printers",
        requirements=(1, 2),
        measure="probe",
        source="Prometheus",
        committed=Decimal("99.5"),
        acceptable=Decimal(99),
        no_data=NoData.MISSED,
        prometheus=pull,
    )


def run(engine: Engine, url: str, at: datetime, **changes: object) -> PageReport:
    """One page as a run has it: looked at, pulled for, judged; where nobody answers, judged knowing that."""
    order = PageOrder(at=at).model_copy(update=changes)
    first = swept(engine, at, **changes)
    if not first.to_pull:
        return first
    try:
        report = asyncio.run(PrometheusMeasurements(engine, Settings(prometheus_url=url)).pull_page(order))
    except Unreachable:
        return swept(engine, at, **changes, is_pulled=True, not_pulled=AWAY)
    told = swept(engine, at, **changes, is_pulled=True, unasked=report.unasked)
    return told.model_copy(update={"faults": (*report.faults, *told.faults)})


def stated(engine: Engine, state: AgreementState) -> list[tuple[str, int, Status]]:
    return [(each.period.name, each.revision, each.figures[0].status) for each in statements(engine, state.number)]


def withheld(engine: Engine) -> list[tuple[str, date]]:
    with reading(engine) as connection:
        rows = connection.execute(select(WITHHELD.c.number, WITHHELD.c.period_start))
        return sorted((row.number, row.period_start) for row in rows)


def test_a_month_that_could_not_be_asked_for_is_a_fault_and_no_miss_and_the_others_go_on(engine: Engine) -> None:
    state, other = in_force(engine, targets=(pulled(),)), in_force(engine)
    report = run(engine, NOWHERE, MARCH_FIRST)
    wrong = "2026-02: target t1: Prometheus could not be asked (Prometheus is away)"
    assert report.faults == (RunFault(number=state.number, wrong=wrong),)
    assert (report.stated, report.notable) == (1, ())
    assert statements(engine, state.number) == []
    assert len(statements(engine, other.number)) == 1


def test_the_next_night_states_what_can_be_asked_again_and_stamps_it_with_that_night(engine: Engine, url: str) -> None:
    state = in_force(engine, targets=(pulled(),))
    run(engine, NOWHERE, MARCH_FIRST)
    assert run(engine, NOWHERE, MARCH_FIRST + NIGHT, only_late=True).stated == 0
    second = MARCH_FIRST + NIGHT + timedelta(days=1)
    assert run(engine, url, second, only_late=True).stated == 1
    assert stated(engine, state) == [("2026-02", 1, Status.MET)]
    assert said_at(engine, state.number) == [second]
    assert withheld(engine) == []
    assert run(engine, NOWHERE, second + timedelta(days=1), only_late=True).faults == ()


def test_a_night_states_nothing_that_no_run_was_to_state(engine: Engine, url: str) -> None:
    """A paused schedule leaves its months to those who paused it."""
    state = in_force(engine, targets=(pulled(),))
    assert run(engine, url, MARCH_FIRST + NIGHT, only_late=True) == PageReport()
    assert statements(engine, state.number) == []


@pytest.mark.parametrize("pull", [REFUSED, SEVERAL])
def test_a_question_that_is_refused_or_answered_by_several_series_is_not_stated(
    engine: Engine, url: str, pull: Pull
) -> None:
    state = in_force(engine, targets=(pulled(pull),))
    report = run(engine, url, MARCH_FIRST)
    assert [fault.number for fault in report.faults] == [state.number]
    assert "target t1: " in report.faults[0].wrong
    assert (report.stated, statements(engine, state.number)) == (0, [])
    assert withheld(engine) == [(state.number, date(2026, 2, 1))]


def test_what_will_never_be_answered_is_stated_when_somebody_says_that_nobody_knows(engine: Engine, url: str) -> None:
    state = in_force(engine, targets=(pulled(REFUSED),))
    run(engine, url, MARCH_FIRST)
    unknown = Unknown(source="ops", key="february", target="t1", start=month(2) - 2 * HOUR, end=month(3) + HOUR)
    add(engine, state, [unknown], MARCH_FIRST + timedelta(hours=1))
    report = run(engine, url, MARCH_FIRST + NIGHT, only_late=True)
    assert (report.stated, len(report.faults)) == (1, 1)
    assert [name for name, *_ in stated(engine, state)] == ["2026-02"]


def test_evidence_of_a_part_of_the_month_does_not_stand_for_all_of_it(engine: Engine) -> None:
    state = in_force(engine, targets=(pulled(),))
    seen = Observed(
        source="prometheus", key="t1/seen", target="t1", start=month(2) - HOUR, end=month(2) + 20 * 24 * HOUR
    )
    add(engine, state, [seen], month(3))
    run(engine, NOWHERE, MARCH_FIRST)
    assert statements(engine, state.number) == []


def test_months_after_one_that_waits_are_stated_and_look_back_at_it_once_it_is(engine: Engine, url: str) -> None:
    state = in_force(engine, targets=(pulled(DOWN),), credits=CAPPED)
    run(engine, NOWHERE, MARCH_FIRST)
    unasked = (Unasked(number=state.number, start=date(2026, 2, 1), end=date(2026, 3, 1)),)
    swept(engine, APRIL_FIRST, is_pulled=True, unasked=unasked)
    assert [name for name, *_ in stated(engine, state)] == ["2026-03"]
    run(engine, url, APRIL_FIRST + NIGHT, only_late=True)
    assert [(name, revision) for name, revision, _ in stated(engine, state)] == [
        ("2026-02", 1),
        ("2026-03", 1),
        ("2026-03", 2),
    ]


def test_a_rolling_window_waits_for_the_month_in_it_that_could_not_be_asked_for(engine: Engine) -> None:
    state = in_force(engine, targets=(pulled(),), compliance=ComplianceRule(rolling_months=3))
    run(engine, NOWHERE, MARCH_FIRST)
    unasked = (Unasked(number=state.number, start=date(2026, 2, 1), end=date(2026, 3, 1)),)
    report = swept(engine, APRIL_FIRST, is_pulled=True, unasked=unasked)
    wrong = "2026-03: looks back at days from 2026-02-01 on, which could not be asked for and are not stated"
    assert report.faults == (RunFault(number=state.number, wrong=wrong),)
    assert withheld(engine) == [(state.number, date(2026, 2, 1)), (state.number, date(2026, 3, 1))]


def test_nobody_is_warned_of_what_could_not_be_asked(engine: Engine) -> None:
    state = in_force(engine, targets=(pulled(),))
    report = run(engine, NOWHERE, APRIL_FIRST - timedelta(days=1), is_provisional=True)
    assert [fault.number for fault in report.faults] == [state.number]
    assert (report.notable, withheld(engine)) == ((), [])


def test_a_statement_that_stands_stays_when_it_is_asked_for_again_in_vain(engine: Engine, url: str) -> None:
    state = in_force(engine, targets=(pulled(),))
    run(engine, url, MARCH_FIRST)
    report = run(engine, NOWHERE, MARCH_FIRST + HOUR, numbers=(state.number,), period="2026-02")
    assert (report.stated, report.restated, len(report.faults)) == (0, 0, 1)
    assert stated(engine, state) == [("2026-02", 1, Status.MET)]
    assert withheld(engine) == []


def test_who_names_nothing_in_prometheus_is_not_held_back(engine: Engine) -> None:
    state = in_force(engine, targets=(pulled(),))
    other = in_force(engine, targets=(pulled(None),))
    watched(engine, other, 2)
    assert swept(engine, MARCH_FIRST) == PageReport(to_pull=1)
    assert [each.number for each in run(engine, NOWHERE, MARCH_FIRST).faults] == [state.number]


def stopped(engine: Engine, state: AgreementState, url: str) -> str:
    return SqlCompliance(engine, Settings(prometheus_url=url)).judge_final_period(ended(engine, state)).sentence


def test_the_ordered_stop_asks_up_to_the_end(engine: Engine, url: str) -> None:
    state = in_force(engine, targets=(pulled(),))
    run(engine, NOWHERE, MARCH_FIRST)
    assert stopped(engine, state, url) == "3 periods from 2026-01 to 2026-03-01/2026-03-15 stated: 3 met."
    assert withheld(engine) == []


def test_the_ordered_stop_waits_for_what_is_not_answered_and_holds_the_file_open_for_what_is_refused(
    engine: Engine, url: str
) -> None:
    state = in_force(engine, targets=(pulled(),))
    with pytest.raises(Unreachable, match="does not answer"):
        stopped(engine, state, NOWHERE)
    refused = in_force(engine, targets=(pulled(REFUSED),))
    with pytest.raises(ApplicationError, match="target t1: Prometheus refuses") as caught:
        stopped(engine, refused, url)
    assert (caught.value.type, caught.value.non_retryable) == ("NotJudged", True)
    assert statements(engine, state.number) == statements(engine, refused.number) == []
