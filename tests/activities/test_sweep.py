"""One page of a run: stated once, stated again when something has changed, told until it is heard. MON-7, MON-16."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, insert

from activities.database import writing
from activities.dossiers import sentence_of
from activities.evidence import SqlEvidence
from activities.past_cases import PastCases
from activities.sweep import SqlSweep
from activities.tables import AGREEMENTS, EVIDENCE
from sla.agreement import AgreementState, life_of, with_life
from sla.cadence import Cadence
from sla.commands import DisputeFigure, SettleDispute, StateIndex
from sla.ending_commands import Suspend
from sla.evidence import ExclusionCause, Score
from sla.figures import Status
from sla.findings import FoundRight
from sla.stages import Stage
from sla.targets import Availability, Outcome, Process, Pull, ResolutionTime
from sla.terms import ComplianceRule, Period, PriceRevision, Renewal, RenewalMode
from tests.activities.judged import (
    APRIL_FIRST,
    CREDITED,
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
    watched,
)
from tests.people import ANA, BO, FINN, euros
from tests.sla.lives import do, played
from workflows.messages import PageOrder, PageReport


def told(report: PageReport) -> list[str]:
    return [each.command.decision_id for each in report.notable]


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


def test_late_evidence_restates_the_period_and_keeps_both_revisions(engine: Engine) -> None:
    state = in_force(engine)
    watched(engine, state, 2, 3)
    swept(engine, MARCH_FIRST)
    down(engine, state, 2, 100, received=MARCH_FIRST + timedelta(days=5))
    report = swept(engine, APRIL_FIRST)
    assert (report.stated, report.restated) == (1, 1)
    first, second, march = statements(engine, state.number)
    assert (first.revision, second.revision, second.previous) == (1, 2, first.hash)
    assert second.why == "Evidence came late or was corrected."
    assert [each.figures[0].status for each in (first, second, march)] == [Status.MET, Status.MISSED, Status.MET]
    assert told(report) == ["found/miss/2026-02/t1", "found/restated/2026-02/r2"]


def test_every_night_only_what_came_late_is_stated_again(engine: Engine) -> None:
    state, quiet = in_force(engine), in_force(engine)
    for each in (state, quiet):
        watched(engine, each, 2)
    swept(engine, MARCH_FIRST)
    down(engine, state, 2, 100, received=MARCH_FIRST + timedelta(days=5))
    report = swept(engine, MARCH_FIRST + timedelta(days=6), only_late=True)
    assert (report.stated, report.restated) == (0, 1)
    assert swept(engine, APRIL_FIRST + timedelta(days=1), only_late=True).stated == 0


def test_suspended_time_does_not_count_and_is_evidence_that_everybody_finds(engine: Engine) -> None:
    state = in_force(engine)
    watched(engine, state, 2)
    down(engine, state, 2, 100)  # from 10 February on
    suspend = Suspend(by=FINN, decision_id="s", until=date(2026, 2, 20), reason="The building is closed.")
    begun = with_life(state, has_begun=True)
    suspended = said(engine, begun, suspend, datetime(2026, 2, 9, tzinfo=UTC))
    assert swept(engine, MARCH_FIRST).stated == 1
    (statement,) = statements(engine, suspended.number)
    figure = statement.figures[0]
    assert (figure.status, [each.cause for each in figure.exclusions]) == (Status.MET, [ExclusionCause.SUSPENSION])
    found = SqlEvidence(engine).of(state.number, month(2), month(3))
    assert [row.key for row in found if row.source == "register"] == ["suspension-20260209T000000"]


def test_evidence_of_another_month_restates_nothing(engine: Engine) -> None:
    state = in_force(engine)
    watched(engine, state, 2)
    swept(engine, MARCH_FIRST)
    down(engine, state, 3, 100)
    report = swept(engine, APRIL_FIRST)
    assert (report.agreements, report.stated, report.restated) == (1, 1, 0)


def test_late_evidence_is_found_also_when_other_agreements_were_stated_since(engine: Engine) -> None:
    early, late = in_force(engine), in_force(engine)
    for state in (early, late):
        watched(engine, state, 2)
    swept(engine, MARCH_FIRST, numbers=(early.number,))
    down(engine, early, 2, 100, received=MARCH_FIRST + timedelta(days=1))
    swept(engine, MARCH_FIRST + timedelta(days=2), numbers=(late.number,))
    assert swept(engine, MARCH_FIRST + timedelta(days=3)).restated == 1


def test_a_restatement_without_another_outcome_tells_nobody(engine: Engine) -> None:
    state = in_force(engine)
    watched(engine, state, 2)
    swept(engine, MARCH_FIRST)
    down(engine, state, 2, 1, received=MARCH_FIRST + timedelta(days=5))
    report = swept(engine, MARCH_FIRST + timedelta(days=6))
    assert (report.restated, told(report)) == (1, [])


def test_a_dispute_freezes_the_figure_and_its_settlement_restates_it(engine: Engine) -> None:
    state = in_force(engine)
    watched(engine, state, 2)
    down(engine, state, 2, 100)
    swept(engine, MARCH_FIRST)
    (missed,) = statements(engine, state.number)
    dispute = DisputeFigure(
        by=BO,
        decision_id="dispute-1",
        period="2026-02",
        target="t1",
        statement=missed.hash,
        reason="The probe was wrong.",
    )
    state = said(engine, state, dispute, MARCH_FIRST + timedelta(days=2))
    assert swept(engine, MARCH_FIRST + timedelta(days=3)).restated == 1
    settle = SettleDispute(by=ANA, decision_id="settle-1", no=1, value=Decimal("99.9"), reason="It was.")
    said(engine, state, settle, MARCH_FIRST + timedelta(days=4))
    report = swept(engine, MARCH_FIRST + timedelta(days=5))
    assert report.restated == 1
    _, frozen, settled = statements(engine, state.number)
    assert (frozen.figures[0].dispute, frozen.figures[0].status) == (1, Status.MISSED)
    assert (settled.figures[0].ruling, settled.figures[0].status) == (1, Status.MET)
    assert settled.why == "Dispute 1 changed it."
    assert "found/restated/2026-02/r3" in told(report)


def test_a_right_is_lost_when_an_earlier_miss_is_stated_away(engine: Engine) -> None:
    """Nothing else of the later month has changed."""
    scheme = CREDITED.model_validate({**CREDITED.model_dump(), "termination": [{"misses": 2}]})
    state = in_force(engine, credits=scheme)
    watched(engine, state, 2, 3)
    down(engine, state, 2, 100)
    down(engine, state, 3, 100)
    swept(engine, MARCH_FIRST)
    assert "found/termination_right/2026-03/t1" in told(swept(engine, APRIL_FIRST))
    (missed, _) = statements(engine, state.number)
    dispute = DisputeFigure(
        by=BO, decision_id="d", period="2026-02", target="t1", statement=missed.hash, reason="The probe was wrong."
    )
    state = said(engine, state, dispute, APRIL_FIRST + timedelta(days=1))
    settle = SettleDispute(by=ANA, decision_id="s", no=1, value=Decimal("99.9"), reason="It was.")
    said(engine, state, settle, APRIL_FIRST + timedelta(days=2))
    report = swept(engine, APRIL_FIRST + timedelta(days=3))
    march = next(each for each in report.notable if each.command.decision_id == "found/restated/2026-03/r2")
    assert march.command.finding.lost == (FoundRight(subject="t1"),)


def test_what_is_told_says_by_when_the_credit_must_be_claimed(engine: Engine) -> None:
    scheme = CREDITED.model_validate({**CREDITED.model_dump(), "claim": {"days": 30}})
    state = in_force(engine, credits=scheme)
    watched(engine, state, 2)
    down(engine, state, 2, 100)
    (missed,) = swept(engine, MARCH_FIRST).notable
    assert missed.command.claim_by == date(2026, 3, 31)


def test_an_earlier_restatement_restates_the_credits_that_depend_on_it(engine: Engine) -> None:
    capped = CREDITED.model_validate(
        {**CREDITED.model_dump(), "caps": [{"over": "rolling_12_months", "percent": "60", "of": "month"}]}
    )
    state = in_force(engine, credits=capped)
    watched(engine, state, 2, 3)
    down(engine, state, 3, 100)
    swept(engine, MARCH_FIRST)
    swept(engine, APRIL_FIRST)
    down(engine, state, 2, 100, received=APRIL_FIRST + timedelta(days=1))
    report = swept(engine, APRIL_FIRST + timedelta(days=2))
    assert report.restated == 2
    _, february, before, march = statements(engine, state.number)
    assert before.credit is not None
    assert march.credit is not None
    assert february.credit == before.credit
    assert march.credit.amount < before.credit.amount
    assert march.why == "An earlier statement was made again."


def test_late_evidence_restates_no_later_month_that_does_not_follow_from_it(engine: Engine) -> None:
    capped = CREDITED.model_validate({**CREDITED.model_dump(), "caps": [{"over": "period", "percent": "60"}]})
    state = in_force(engine, credits=capped)
    watched(engine, state, 2, 3)
    swept(engine, MARCH_FIRST)
    swept(engine, APRIL_FIRST)
    down(engine, state, 2, 100, received=APRIL_FIRST + timedelta(days=1))
    report = swept(engine, APRIL_FIRST + timedelta(days=2))
    assert (report.restated, report.unchanged) == (1, 1)
    assert [(each.period.name, each.revision) for each in statements(engine, state.number)] == [
        ("2026-02", 1),
        ("2026-02", 2),
        ("2026-03", 1),
    ]


def test_the_action_of_a_miss_that_is_stated_away_is_void_and_nobody_is_late_with_it(engine: Engine) -> None:
    levels = {"measure": "as agreed", "source": "as agreed", "committed": Decimal(99), "acceptable": Decimal(95)}
    works = Availability(id="works", name="It works", requirements=(1, 2), **levels)
    corrected = ResolutionTime(
        id="we-correct", name="We correct", within=timedelta(days=1), process=Process.CORRECT, **levels
    )
    state = in_force(engine, targets=(works, corrected))
    watched(engine, state, 2)
    down(engine, state, 2, 100)
    (miss,) = swept(engine, MARCH_FIRST).notable
    state = said(engine, state, miss.command, MARCH_FIRST)
    down(engine, state, 2, 0, received=MARCH_FIRST + timedelta(hours=1))
    later = MARCH_FIRST + timedelta(hours=2)
    (restated,) = swept(engine, later).notable
    state = said(engine, state, restated.command, later)
    assert life_of(state).actions == ()
    swept(engine, APRIL_FIRST)
    ours = next(each for each in statements(engine, state.number)[-1].figures if each.target == "we-correct")
    assert ours.status is Status.EXCLUDED


def indexed(engine: Engine) -> AgreementState:
    """Half of the fee for a month that is down; at the renewal in the new year of 2027 the fee moves by ten percent."""
    tacit = Renewal(mode=RenewalMode.TACIT, renewal_months=12, notice_months=3)
    signed = in_force(engine, credits=CREDITED, renewal=tacit, price_revision=PriceRevision(index="consumer prices"))
    rate = StateIndex(by=BO, decision_id="rate", rate=Decimal(10), source="statistics office")
    state = played(do(played(signed, month(7)), rate, now=month(7)), month(14))
    spoil(engine, state.number, state.model_dump_json())
    return state


def test_a_period_that_is_stated_late_takes_the_fee_that_counted_then(engine: Engine) -> None:
    state = indexed(engine)
    watched(engine, state, 3, 13)
    down(engine, state, 3, 100)
    down(engine, state, 13, 100)
    for period in ("2026-03", "2027-01"):
        swept(engine, month(14), period=period)
    march, january = statements(engine, state.number)
    assert (march.inputs.fee, march.credit) == (euros("180.00"), euros("90.00"))
    assert (january.inputs.fee, january.credit) == (euros("198.00"), euros("99.00"))
    assert PastCases(engine).in_force(state.number, month(14)).fees == life_of(state).fees


def test_of_an_agreement_without_a_history_of_fees_the_price_of_its_edition_counts(engine: Engine) -> None:
    state = with_life(indexed(engine), fees=())
    spoil(engine, state.number, state.model_dump_json())
    watched(engine, state, 3)
    down(engine, state, 3, 100)
    swept(engine, month(14), period="2026-03")
    (march,) = statements(engine, state.number)
    assert march.credit == euros("90.00")


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
    target = ResolutionTime(
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
    state = in_force(engine, targets=(target,))
    swept(engine, MARCH_FIRST)
    swept(engine, APRIL_FIRST)
    february, march = (each.figures[0] for each in statements(engine, state.number))
    assert (february.status, february.misses) == (Status.MISSED, 1)  # nobody has ever stated January
    assert (march.status, march.misses) == (Status.MET, 0)
    assert march.evidence_rows > 0


def test_a_figure_about_our_own_work_stays_as_it_was_when_the_work_is_done_later(engine: Engine) -> None:
    target = ResolutionTime(
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
    in_force(engine, targets=(target,))
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
