"""What is stated again: late evidence, disputes, rights and actions that follow, and the fee of then. MON-7, MON-10."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Engine

from activities.evidence import SqlEvidence
from activities.past_cases import PastCases
from sla.agreement import AgreementState, life_of, with_life
from sla.commands import DisputeFigure, SettleDispute, StateIndex
from sla.ending_commands import Suspend
from sla.evidence import ExclusionCause
from sla.figures import Status
from sla.findings import FoundRight
from sla.targets import Availability, Process, ResolutionTime
from sla.terms import PriceRevision, Renewal, RenewalMode
from tests.activities.judged import (
    APRIL_FIRST,
    CREDITED,
    MARCH_FIRST,
    down,
    in_force,
    month,
    said,
    spoil,
    statements,
    swept,
    told,
    watched,
)
from tests.people import ANA, BO, FINN, euros
from tests.sla.lives import do, played


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
