"""One page of a run: stated once, stated again when something has changed, told until it is heard. MON-7, MON-16."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, insert

from activities.database import writing
from activities.dossiers import sentence_of
from activities.sweep import SqlSweep
from activities.tables import AGREEMENTS, EVIDENCE
from sla.cadence import Cadence
from sla.evidence import Score
from sla.figures import Status
from sla.stages import Stage
from sla.targets import Availability, Outcome, Process, Pull, ResolutionTime
from sla.terms import ComplianceRule, Period
from tests.activities.judged import (
    APRIL_FIRST,
    MARCH_FIRST,
    SOURCE,
    ZONE,
    add,
    down,
    in_force,
    month,
    said,
    said_at,
    spoil,
    statements,
    swept,
    told,
    watched,
)
from workflows.messages import PageOrder, PageReport

STATED_IN_TIME = ResolutionTime(
    id="t1",
    name="Statements in time",
    requirements=(1, 2),
    measure="the register",
    source="the register",
    committed=Decimal(100),
    acceptable=Decimal(90),
    within=timedelta(days=1),
    process=Process.REPORT,
)


def test_a_page_states_the_last_month_that_is_over(engine: Engine) -> None:
    state = in_force(engine)
    watched(engine, state, 2)
    report = swept(engine, MARCH_FIRST)
    assert (report.agreements, report.stated, report.restated, report.unchanged) == (1, 1, 0, 0)
    assert (report.after, report.notable, report.faults) == (None, (), ())
    (statement,) = statements(engine, state.number)
    assert (statement.number, statement.period.name, statement.revision) == (state.number, "2026-02", 1)
    assert [figure.status for figure in statement.figures] == [Status.MET]
    assert not statement.is_provisional


def test_the_same_page_again_changes_nothing(engine: Engine) -> None:
    state = in_force(engine)
    watched(engine, state, 2)
    swept(engine, MARCH_FIRST)
    report = swept(engine, MARCH_FIRST, said_at=MARCH_FIRST + timedelta(days=3))
    assert (report.stated, report.restated, report.unchanged) == (0, 0, 1)
    assert len(statements(engine, state.number)) == 1


def test_a_page_that_died_after_its_commit_answers_as_if_it_had_not(engine: Engine) -> None:
    state = in_force(engine)
    watched(engine, state, 2)
    down(engine, state, 2, 100)
    assert swept(engine, MARCH_FIRST) == swept(engine, MARCH_FIRST)
    assert len(statements(engine, state.number)) == 1


def test_a_miss_is_told_until_the_agreement_has_noted_it(engine: Engine) -> None:
    state = in_force(engine)
    watched(engine, state, 2)
    down(engine, state, 2, 100)
    report = swept(engine, MARCH_FIRST)
    (notable,) = report.notable
    assert (notable.number, notable.workflow_id) == (state.number, state.reference)
    assert notable.command.decision_id == "found/miss/2026-02/t1"
    assert notable.command.statement == statements(engine, state.number)[0].hash
    assert told(swept(engine, MARCH_FIRST)) == ["found/miss/2026-02/t1"]
    said(engine, state, notable.command, MARCH_FIRST)
    assert told(swept(engine, MARCH_FIRST)) == []


def test_what_a_run_has_stated_and_never_told_is_told_by_the_next_one(engine: Engine) -> None:
    state = in_force(engine)
    watched(engine, state, 2, 3)
    down(engine, state, 2, 100)
    swept(engine, MARCH_FIRST)
    assert told(swept(engine, APRIL_FIRST)) == ["found/miss/2026-02/t1"]


def test_whoever_names_an_agreement_and_a_time_before_it_hears_why_nothing_is_stated(engine: Engine) -> None:
    state = in_force(engine)
    report = swept(engine, MARCH_FIRST, numbers=(state.number,), period="2025-12")
    (fault,) = report.faults
    assert fault.number == state.number
    assert fault.wrong.startswith("the period: nothing of 2025-12 is left to judge: it was not in force then; ")
    assert swept(engine, MARCH_FIRST, period="2025-12").faults == ()


def test_nobody_is_told_of_agreements_that_have_nothing_to_hear(engine: Engine) -> None:
    state = in_force(engine)
    watched(engine, state, 2)
    assert swept(engine, MARCH_FIRST).notable == ()


def test_nobody_has_looked_and_that_is_said(engine: Engine) -> None:
    state = in_force(engine)
    assert swept(engine, MARCH_FIRST).stated == 1
    assert [figure.status for figure in statements(engine, state.number)[0].figures] == [Status.NO_DATA]


def test_the_first_month_is_judged_from_the_day_on_which_the_term_begins(engine: Engine) -> None:
    state = in_force(engine, Period(start=date(2026, 2, 12), end=date(2027, 2, 12), zone=ZONE))
    swept(engine, MARCH_FIRST)
    assert [each.period.name for each in statements(engine, state.number)] == ["2026-02-12/2026-03-01"]


def test_an_agreement_whose_term_begins_later_is_not_judged(engine: Engine) -> None:
    state = in_force(engine, Period(start=date(2026, 3, 1), end=date(2027, 3, 1), zone=ZONE))
    assert swept(engine, MARCH_FIRST) == PageReport()
    assert statements(engine, state.number) == []


def test_each_zone_has_its_own_end_of_the_month(engine: Engine) -> None:
    zones = ("Pacific/Kiritimati", "Etc/GMT+12")
    for zone in zones:
        in_force(engine, Period(start=date(2026, 1, 1), end=date(2027, 1, 1), zone=zone))
    assert swept(engine, MARCH_FIRST).stated == 2
    early = datetime(2026, 4, 1, 11, tzinfo=UTC)
    report = swept(engine, early)
    assert (report.stated, report.unchanged) == (1, 1)


def test_an_agreement_is_judged_by_its_own_cadence(engine: Engine) -> None:
    monthly = in_force(engine)
    quarterly = in_force(engine, compliance=ComplianceRule(every=Cadence.QUARTER))
    assert swept(engine, APRIL_FIRST).agreements == 1
    report = swept(engine, APRIL_FIRST, cadence=Cadence.QUARTER)
    assert report.agreements == 1
    assert [each.period.name for each in statements(engine, monthly.number)] == ["2026-03"]
    assert [each.period.name for each in statements(engine, quarterly.number)] == ["2026-Q1"]


def test_one_that_is_named_is_judged_whatever_its_cadence(engine: Engine) -> None:
    in_force(engine)
    quarterly = in_force(engine, compliance=ComplianceRule(every=Cadence.QUARTER))
    report = swept(engine, APRIL_FIRST, numbers=(quarterly.number,))
    assert (report.agreements, report.stated) == (1, 1)


def test_a_named_period_is_judged_later_too(engine: Engine) -> None:
    state = in_force(engine)
    swept(engine, month(8), period="2026-02")
    assert [each.period.name for each in statements(engine, state.number)] == ["2026-02"]


@pytest.mark.parametrize(
    ("period", "wrong"),
    [
        ("2026-04", "2026-04 is not over before 2026-04-30 22:00 UTC"),
        ("2026-Q1", "2026-Q1 is none of its periods"),
        ("2026-02-03/2026-02-10", "is none of its periods"),
        ("soon", "names none"),
    ],
)
def test_a_period_that_is_none_or_not_over_is_a_fault(engine: Engine, period: str, wrong: str) -> None:
    state = in_force(engine)
    (fault,) = swept(engine, APRIL_FIRST, period=period).faults
    assert fault.number == state.number
    assert wrong in fault.wrong
    assert statements(engine, state.number) == []


def test_a_number_that_is_none_is_a_fault_and_the_others_go_on(engine: Engine) -> None:
    state = in_force(engine)
    report = swept(engine, MARCH_FIRST, numbers=("0999", state.number))
    assert (report.stated, [fault.number for fault in report.faults]) == (1, ["0999"])


def test_pages_follow_each_other_until_the_last(engine: Engine) -> None:
    numbers = [in_force(engine).number for _ in range(5)]
    seen, after = [], None
    while True:
        report = swept(engine, MARCH_FIRST, after=after, limit=2)
        seen.append((report.agreements, report.after))
        after = report.after
        if after is None:
            break
    assert seen == [(2, numbers[1]), (2, numbers[3]), (1, None)]


def test_an_agreement_that_cannot_be_judged_is_a_fault_and_the_others_go_on(engine: Engine) -> None:
    broken, well = in_force(engine), in_force(engine)
    spoil(engine, broken.number, '{"zone": 7}')
    report = swept(engine, MARCH_FIRST)
    assert (report.agreements, report.stated) == (1, 1)
    assert [fault.number for fault in report.faults] == [broken.number]
    assert "zone" in report.faults[0].wrong
    assert len(statements(engine, well.number)) == 1


def test_evidence_that_no_release_has_written_is_a_fault_of_its_agreement_alone(engine: Engine) -> None:
    broken, well = in_force(engine), in_force(engine)
    start = month(2) + timedelta(days=3)
    cells = {"number": broken.number, "source": SOURCE, "key": "x", "version": 1, "kind": "outage", "digest": "0" * 64}
    row = {**cells, "starts_at": start, "ends_at": start, "received_at": start, "body": '{"kind": "outage"}'}
    with writing(engine) as connection:
        connection.execute(insert(EVIDENCE), row)
    report = swept(engine, MARCH_FIRST)
    assert (report.stated, [fault.number for fault in report.faults]) == (1, [broken.number])
    assert report.faults[0].wrong.startswith("2026-02: ")
    assert len(statements(engine, well.number)) == 1


def test_a_running_period_is_looked_at_and_not_stated(engine: Engine) -> None:
    state = in_force(engine)
    watched(engine, state, 2)
    down(engine, state, 2, 100)
    at = month(2) + timedelta(days=20)
    report = swept(engine, at, is_provisional=True)
    assert (report.agreements, report.stated) == (1, 0)
    assert told(report) == ["found/early_warning/2026-02/t1/lost"]
    assert report.notable[0].command.statement is None
    assert statements(engine, state.number) == []


def test_a_warning_that_was_noted_is_not_given_again(engine: Engine) -> None:
    state = in_force(engine)
    watched(engine, state, 2)
    down(engine, state, 2, 100)
    at = month(2) + timedelta(days=20)
    (notable,) = swept(engine, at, is_provisional=True).notable
    said(engine, state, notable.command, at)
    assert swept(engine, at + timedelta(days=1), is_provisional=True).notable == ()


def test_every_cadence_is_looked_at_for_early_warnings(engine: Engine) -> None:
    in_force(engine)
    in_force(engine, compliance=ComplianceRule(every=Cadence.YEAR))
    assert swept(engine, MARCH_FIRST, is_provisional=True).agreements == 2


def test_a_page_with_something_in_prometheus_is_pulled_first(engine: Engine) -> None:
    target = Availability(
        id="t1",
        name="Printers",
        requirements=(1, 2),
        measure="probe",
        source="Prometheus",
        committed=Decimal("99.5"),
        acceptable=Decimal(99),
        prometheus=Pull(expression="up", threshold=Decimal(1)),
    )
    state = in_force(engine, targets=(target,))
    assert swept(engine, MARCH_FIRST) == PageReport(to_pull=1)
    assert statements(engine, state.number) == []
    assert swept(engine, MARCH_FIRST, is_pulled=True).stated == 1


def test_our_own_work_is_read_from_the_record(engine: Engine) -> None:
    state = in_force(engine, targets=(STATED_IN_TIME,))
    swept(engine, MARCH_FIRST)
    swept(engine, APRIL_FIRST)
    february, march = (each.figures[0] for each in statements(engine, state.number))
    assert (february.status, february.misses) == (Status.MISSED, 1)  # nobody has ever stated January
    assert (march.status, march.misses) == (Status.MET, 0)
    assert march.evidence_rows > 0


def test_a_figure_about_our_own_work_stays_as_it_was_when_the_work_is_done_later(engine: Engine) -> None:
    in_force(engine, targets=(STATED_IN_TIME,))
    swept(engine, MARCH_FIRST)
    swept(engine, MARCH_FIRST + timedelta(days=1), period="2026-01")
    report = swept(engine, MARCH_FIRST + timedelta(days=2))
    assert (report.stated, report.restated, report.unchanged) == (0, 0, 1)


def test_a_watermelon_looks_back_at_the_statements_before(engine: Engine) -> None:
    service = Availability(
        id="t1",
        name="Printers",
        requirements=(1, 2),
        measure="probe",
        source="probe",
        committed=Decimal("99.5"),
        acceptable=Decimal(99),
        outcome="People can print",
    )
    outcome = Outcome(
        id="t2",
        name="People can print",
        requirements=(1, 2),
        measure="survey",
        source="survey",
        committed=Decimal(4),
        acceptable=Decimal(3),
    )
    state = in_force(engine, targets=(service, outcome), compliance=ComplianceRule(watermelon_after=2))
    watched(engine, state, 2, 3)
    scores = [
        Score(source="survey", key=f"{each}", target="t2", at=month(each) + timedelta(days=3), value=Decimal(2))
        for each in (2, 3)
    ]
    add(engine, state, scores, month(4))
    assert "found/watermelon" not in " ".join(told(swept(engine, MARCH_FIRST)))
    assert "found/watermelon" in " ".join(told(swept(engine, APRIL_FIRST)))


def test_two_runs_at_once_state_everything_once(engine: Engine) -> None:
    states = [in_force(engine) for _ in range(8)]
    gate = threading.Barrier(2)

    def run(place: int) -> PageReport:
        gate.wait()
        return swept(engine, MARCH_FIRST, said_at=MARCH_FIRST + timedelta(seconds=place))

    with ThreadPoolExecutor(2) as threads:
        reports = list(threads.map(run, range(2)))
    assert [len(statements(engine, state.number)) for state in states] == [1] * 8
    assert sum(report.stated for report in reports) == 8
    assert [report.faults for report in reports] == [(), ()]


def test_a_page_with_more_to_tell_than_fits_ends_early(engine: Engine) -> None:
    states = [in_force(engine) for _ in range(4)]
    for state in states:
        watched(engine, state, 2)
        down(engine, state, 2, 100)
    sweep = SqlSweep(engine, most_notable=2)
    first = sweep.judge_page(PageOrder(at=MARCH_FIRST))
    assert (first.agreements, first.stated, first.after, len(first.notable)) == (2, 2, states[1].number, 2)
    second = sweep.judge_page(PageOrder(at=MARCH_FIRST, after=first.after))
    assert (second.agreements, second.stated, second.after, len(second.notable)) == (2, 2, None, 2)


def test_a_statement_is_stamped_with_the_instant_of_the_run_and_not_of_its_period(engine: Engine) -> None:
    state = in_force(engine)
    today = datetime(2026, 11, 5, 9, tzinfo=UTC)
    swept(engine, MARCH_FIRST, said_at=today)
    assert said_at(engine, state.number) == [today]


def test_an_agreement_that_0_1_0_has_signed_is_judged_too(engine: Engine) -> None:
    state = in_force(engine)
    sleeping = state.model_copy(update={"life": None})
    spoil(engine, state.number, sleeping.model_dump_json())
    assert swept(engine, MARCH_FIRST).stated == 1


def test_an_error_is_told_in_one_sentence() -> None:
    assert sentence_of(KeyError("x")) == "KeyError: 'x'"
    assert sentence_of(ValueError()) == "ValueError: no words"


def test_only_agreements_in_force_are_swept(engine: Engine) -> None:
    state = in_force(engine)
    spoil(engine, state.number, state.model_dump_json())
    with writing(engine) as connection:
        connection.execute(AGREEMENTS.update().values(stage=Stage.TERMINATED.value))
    assert swept(engine, MARCH_FIRST) == PageReport()
    assert swept(engine, MARCH_FIRST, numbers=(state.number,)).stated == 1
