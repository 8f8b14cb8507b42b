"""What the ordered stop is told: periods, credits and measurements, each said once and truthfully. TER-2."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, update
from temporalio.exceptions import ApplicationError

from activities.compliance import SqlCompliance, SqlMonitoring
from activities.database import writing
from activities.settings import Settings
from activities.tables import AGREEMENTS
from sla.agreement import AgreementState, with_life
from sla.cadence import Cadence
from sla.commands import ClaimCredit, DisputeFigure
from sla.credit_scheme import CreditScheme
from sla.ending_commands import Suspend
from sla.evidence import ExclusionCause
from sla.figures import Status
from sla.stages import Stage
from sla.targets import Target
from sla.terms import ComplianceRule, Period
from tests.activities.judged import (
    APRIL_FIRST,
    CREDITED,
    MARCH_FIRST,
    ZONE,
    down,
    in_force,
    said,
    said_at,
    spoil,
    statements,
    swept,
    watched,
)
from tests.people import ANA, BO, FINN
from workflows.messages import StopOrder

ENDED = datetime(2026, 3, 14, 23, tzinfo=UTC)
"""The end of 14 March in Berlin."""
CLAIMED = CreditScheme.model_validate({**CREDITED.model_dump(), "claim": {"days": 30}})


def ended(engine: Engine, state: AgreementState, at: datetime = ENDED) -> StopOrder:
    """The agreement is in force no more, and its stop begins."""
    assert state.life is not None
    spans = tuple(each.model_copy(update={"until": at}) for each in state.life.in_force)
    over = with_life(state.model_copy(update={"stage": Stage.ENDING}), in_force=spans, ended_at=at)
    spoil(engine, state.number, over.model_dump_json())
    with writing(engine) as connection:
        there = AGREEMENTS.c.number == state.number
        connection.execute(update(AGREEMENTS).where(there).values(stage=Stage.ENDING.value))
    return StopOrder(
        workflow_id=state.reference,
        number=state.number,
        service=state.service,
        ended_at=at,
        why="It was agreed.",
        said_at=at + timedelta(days=7),
    )


def targets_of(state: AgreementState) -> tuple[Target, ...]:
    assert state.edition is not None
    return state.edition.terms.targets


def judged(engine: Engine, order: StopOrder) -> str:
    return SqlCompliance(engine, Settings()).judge_final_period(order).sentence


def settled(engine: Engine, order: StopOrder) -> str:
    return SqlCompliance(engine, Settings()).settle_credits(order).sentence


def test_a_suspension_shortly_before_the_end_does_not_count_in_the_last_period(engine: Engine) -> None:
    begun = with_life(in_force(engine), has_begun=True)
    watched(engine, begun, 3)
    suspend = Suspend(by=FINN, decision_id="s", until=date(2026, 3, 20), reason="The building is closed.")
    suspended = said(engine, begun, suspend, datetime(2026, 3, 9, tzinfo=UTC))
    down(engine, suspended, 3, 24)
    judged(engine, ended(engine, suspended))
    (figure, *_) = statements(engine, suspended.number)[-1].figures
    assert (figure.status, [each.cause for each in figure.exclusions]) == (Status.MET, [ExclusionCause.SUSPENSION])


def test_every_period_that_nobody_has_stated_is_stated_up_to_the_end(engine: Engine) -> None:
    state = in_force(engine)
    watched(engine, state, 1, 2, 3)
    down(engine, state, 3, 100)
    swept(engine, datetime(2026, 2, 1, 14, tzinfo=UTC))
    sentence = judged(engine, ended(engine, state))
    assert sentence == "2026-02 and 2026-03-01/2026-03-15 stated: 1 met, 1 missed."
    assert [each.period.name for each in statements(engine, state.number)] == [
        "2026-01",
        "2026-02",
        "2026-03-01/2026-03-15",
    ]


def test_who_asks_again_gets_the_same_answer(engine: Engine) -> None:
    state = in_force(engine)
    order = ended(engine, state)
    assert judged(engine, order) == judged(engine, order)
    assert len(statements(engine, state.number)) == 3
    assert settled(engine, order) == settled(engine, order)


def test_many_periods_are_told_in_one_line(engine: Engine) -> None:
    state = in_force(engine)
    sentence = judged(engine, ended(engine, state, datetime(2026, 10, 31, 23, tzinfo=UTC)))
    assert sentence == "10 periods from 2026-01 to 2026-10 stated: 10 without data."


def test_a_period_counts_once_however_many_figures_it_has(engine: Engine) -> None:
    (first,) = targets_of(in_force(engine))
    low = {"id": "t2", "committed": Decimal(2), "acceptable": Decimal(1)}
    state = in_force(engine, targets=(first, first.model_copy(update=low)))
    watched(engine, state, 1, 2, 3)
    down(engine, state, 3, 50)
    sentence = judged(engine, ended(engine, state))
    assert sentence == "3 periods from 2026-01 to 2026-03-01/2026-03-15 stated: 2 met, 1 missed."


def test_what_the_stop_states_is_stated_when_it_is_asked(engine: Engine) -> None:
    state = in_force(engine)
    order = ended(engine, state)
    judged(engine, order)
    assert order.said_at == ENDED + timedelta(days=7)
    assert set(said_at(engine, state.number)) == {order.said_at}


def test_an_end_at_the_end_of_a_period_leaves_no_part_of_the_next(engine: Engine) -> None:
    state = in_force(engine)
    swept(engine, datetime(2026, 2, 1, 14, tzinfo=UTC))
    sentence = judged(engine, ended(engine, state, datetime(2026, 2, 28, 23, tzinfo=UTC)))
    assert sentence == "2026-02 stated: 1 without data."


def test_where_everything_was_stated_that_is_said(engine: Engine) -> None:
    state = in_force(engine)
    for at in (datetime(2026, 2, 1, 14, tzinfo=UTC), MARCH_FIRST):
        swept(engine, at)
    order = ended(engine, state, datetime(2026, 2, 28, 23, tzinfo=UTC))
    assert judged(engine, order) == "every period up to 2026-02 was stated before."


def test_a_quarter_is_judged_as_the_part_that_it_is(engine: Engine) -> None:
    state = in_force(engine, compliance=ComplianceRule(every=Cadence.QUARTER))
    assert judged(engine, ended(engine, state)) == "2026-01-01/2026-03-15 stated: 1 without data."


def test_an_agreement_that_never_came_into_force_has_no_period(engine: Engine) -> None:
    state = in_force(engine, Period(start=date(2026, 6, 1), end=date(2027, 6, 1), zone=ZONE))
    assert state.life is not None
    order = ended(engine, state)
    spoil(engine, state.number, with_life(state, in_force=(), ended_at=ENDED).model_dump_json())
    assert "never was in force" in judged(engine, order)
    assert "never was in force" in settled(engine, order)


def test_an_agreement_that_cannot_be_judged_holds_its_file_open(engine: Engine) -> None:
    state = in_force(engine)
    order = ended(engine, state)
    spoil(engine, state.number, '{"zone": 7}')
    with pytest.raises(ApplicationError) as caught:
        judged(engine, order)
    assert (caught.value.type, caught.value.non_retryable) == ("NotJudged", True)
    assert state.number in caught.value.message


def test_late_evidence_is_judged_before_the_file_is_closed(engine: Engine) -> None:
    state = in_force(engine)
    watched(engine, state, 1, 2)
    swept(engine, datetime(2026, 2, 1, 14, tzinfo=UTC))
    swept(engine, MARCH_FIRST)
    down(engine, state, 2, 100, received=MARCH_FIRST + timedelta(days=2))
    sentence = judged(engine, ended(engine, state))
    assert sentence == "2026-02 and 2026-03-01/2026-03-15 stated: 1 met, 1 missed."


def _credited(engine: Engine, scheme: CreditScheme) -> AgreementState:
    """It was down in January and in February, and both were stated."""
    state = in_force(engine, credits=scheme)
    watched(engine, state, 1, 2)
    for each in (1, 2):
        down(engine, state, each, 100)
    swept(engine, datetime(2026, 2, 1, 14, tzinfo=UTC))
    swept(engine, MARCH_FIRST)
    return state


def test_terms_without_credits_owe_none(engine: Engine) -> None:
    assert settled(engine, ended(engine, in_force(engine))) == "the terms state no credits; none is owed."


def test_where_nothing_was_missed_no_credit_was_owed(engine: Engine) -> None:
    order = ended(engine, in_force(engine, credits=CREDITED))
    judged(engine, order)
    assert settled(engine, order) == "no credit was owed in any stated period."


def test_credits_that_need_no_claim_are_summed(engine: Engine) -> None:
    state = _credited(engine, CREDITED)
    owed = [each.credit for each in statements(engine, state.number)]
    assert owed[0] is not None
    assert (
        settled(engine, ended(engine, state))
        == f"{owed[0].model_copy(update={'amount': owed[0].amount * 2})} credited without a claim."
    )


def test_claimed_open_and_lapsed_credits_are_told_apart(engine: Engine) -> None:
    state = _credited(engine, CLAIMED)
    first, second = statements(engine, state.number)
    order = ended(engine, state, datetime(2026, 3, 9, 23, tzinfo=UTC))
    told = f"{second.credit} credited by this settlement: it could be claimed until 2026-03-30"
    assert settled(engine, order) == f"{told}; {first.credit} lapsed without a claim."


def test_a_claim_in_time_counts_and_a_late_one_does_not(engine: Engine) -> None:
    state = _credited(engine, CLAIMED)
    first, second = statements(engine, state.number)
    for each, at in ((second, datetime(2026, 3, 3, tzinfo=UTC)), (first, datetime(2026, 3, 4, tzinfo=UTC))):
        claim = ClaimCredit(
            by=ANA, decision_id=f"claim-{each.period.name}", period=each.period.name, statement=each.hash
        )
        state = said(engine, state, claim, at)
    sentence = settled(engine, ended(engine, state))
    assert sentence == f"{second.credit} credited as claimed in time; {first.credit} claimed too late."


def test_a_credit_that_came_with_a_later_revision_has_its_time_from_that(engine: Engine) -> None:
    from_statement = {"days": 30, "counted_from": "statement"}
    state = in_force(engine, credits=CreditScheme.model_validate({**CREDITED.model_dump(), "claim": from_statement}))
    watched(engine, state, 1)
    swept(engine, datetime(2026, 2, 1, 14, tzinfo=UTC))
    late = datetime(2026, 3, 6, 12, tzinfo=UTC)
    down(engine, state, 1, 100, received=late)
    swept(engine, late + timedelta(hours=2))
    second = statements(engine, state.number)[1]
    assert second.revision == 2
    sentence = settled(engine, ended(engine, state))
    assert sentence == f"{second.credit} credited by this settlement: it could be claimed until 2026-04-05."


def test_a_credit_under_dispute_is_frozen(engine: Engine) -> None:
    state = _credited(engine, CREDITED)
    first, second = statements(engine, state.number)
    dispute = DisputeFigure(
        by=BO, decision_id="dispute-1", period="2026-02", target="t1", statement=second.hash, reason="It was up."
    )
    state = said(engine, state, dispute, MARCH_FIRST + timedelta(days=1))
    order = ended(engine, state)
    judged(engine, order)
    assert (
        settled(engine, order) == f"{first.credit} credited without a claim; {second.credit} frozen by an open dispute."
    )


def test_monitoring_says_what_stays_and_that_nothing_more_comes(engine: Engine) -> None:
    state = in_force(engine)
    watched(engine, state, 1, 2)
    order = ended(engine, state)
    sentence = SqlMonitoring(engine).stop(order).sentence
    assert sentence == (
        "no measurement is pulled for it from now on, because only agreements in force are; "
        "2 rows of evidence are kept."
    )
    assert SqlMonitoring(engine).stop(order).sentence == sentence


def test_a_stopped_agreement_is_on_no_page_any_more(engine: Engine) -> None:
    state = in_force(engine)
    ended(engine, state)
    assert swept(engine, APRIL_FIRST).agreements == 0
    assert statements(engine, state.number) == []
