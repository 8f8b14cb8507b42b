"""The good paths, on the real server, into a real register."""

import asyncio

import pytest
from temporalio.api.enums.v1 import EventType

from sla.agreement import AgreementState
from sla.contract_commands import Decide, Withdraw
from sla.kinds import Kind
from sla.stages import Stage
from tests.people import ANA, DORA, FINN
from tests.temporal import Case, World

ALWAYS = ["request_received", "engineer_named", "engineer_agreed"]


async def test_a_customer_sla_goes_from_the_form_to_the_signature(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.ACTIVE)
    assert case.facts(state.number) == [
        *ALWAYS,
        "requirements_confirmed",
        "feasibility_assessed",
        "feasibility_assessed",
        "draft_submitted",
        "offer_submitted",
        "offer_accepted",
        "receipt_acknowledged",
        "receipt_acknowledged",
        "inspection_passed",
        "approved",
        "approved",
        "signed",
        "signed",
    ]


@pytest.mark.parametrize("kind", [Kind.INTERNAL_SLA, Kind.OLA])
async def test_an_agreement_inside_one_house_needs_no_price_and_no_signature(world: World, kind: Kind) -> None:
    case = await world.start(kind=kind)
    state = await case.carry_to(Stage.ACTIVE)
    assert {"offer_submitted", "signed"} & set(case.facts(state.number)) == set()


async def test_register_and_workflow_tell_the_same(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.SIGNING)
    stored = world.views.find(state.number)
    assert stored is not None
    assert stored.state == state


async def test_the_audit_chain_of_a_whole_life_holds(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.ACTIVE)
    report = world.views.audit(state.number)
    assert report is not None
    assert report.problem is None
    assert report.events == state.head.seq


async def test_everybody_who_was_waited_for_was_written_to(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.ACTIVE)
    kinds = {letter.kind.value for letter in world.views.letters(state.number)}
    wanted = {
        "engineer_wanted",
        "engineer_agreement_wanted",
        "confirmation_wanted",
        "assessment_wanted",
        "draft_wanted",
    }
    assert wanted <= kinds
    assert {"offer_received", "receipt_wanted", "inspection_wanted", "approval_wanted", "signature_wanted"} <= kinds
    assert "in_force" in kinds


async def test_coming_into_force_leaves_the_history_behind(world: World) -> None:
    case = await world.start()
    first_run = (await case.handle.describe()).run_id
    state = await case.carry_to(Stage.ACTIVE)
    now_run = (await case.handle.describe()).run_id
    assert now_run != first_run
    assert (await case.state()) == state


async def test_an_agreement_in_force_cannot_be_withdrawn(world: World) -> None:
    case = await world.start()
    await case.carry_to(Stage.ACTIVE)
    error = await case.refused(Withdraw(by=ANA, decision_id="late", reason="changed my mind"))
    assert error.type == "WrongStage"
    assert "ends by a termination" in error.message


async def test_a_withdrawn_request_closes_its_workflow_with_who_and_why(world: World) -> None:
    case = await world.start()
    await case.act(Withdraw(by=ANA, decision_id="w", reason="we move to another house"))
    closing = await case.handle.result()
    assert (closing.stage, closing.by, closing.why) == (Stage.WITHDRAWN, ANA, "we move to another house")


async def test_a_repeat_with_the_same_decision_id_gives_the_first_answer_after_a_new_run(world: World) -> None:
    case = await world.start()
    state = await case.carry_to(Stage.SIGNING)
    repeated = _approval(state, world, state.number)
    first = await case.act(repeated)
    await case.carry_to(Stage.ACTIVE)
    again = await case.act(repeated)
    assert again == first


def _approval(state: AgreementState, world: World, number: str) -> Decide:
    """Dora's decision as it was made, from the record."""
    made = next(row.event for row in world.views.history(number) if row.event.by == DORA)
    assert state.edition is not None
    assert made.decision_id is not None
    return Decide(by=DORA, decision_id=made.decision_id, edition=state.edition.ref, approve=True)


async def test_thirty_decisions_at_once_are_recorded_in_one_unbroken_chain(world: World) -> None:
    cases = await asyncio.gather(*(world.start() for _ in range(6)))
    states = await asyncio.gather(*(case.carry_to(Stage.ACTIVE) for case in cases))
    reports = [world.views.audit(state.number) for state in states]
    assert [report.problem for report in reports if report] == [None] * 6


async def test_one_deadline_timer_is_pending_at_every_stage(world: World) -> None:
    case = await world.start()
    await case.carry_to(Stage.APPROVING)
    timers = await _timers(case)
    assert timers[EventType.EVENT_TYPE_TIMER_STARTED] - timers[EventType.EVENT_TYPE_TIMER_CANCELED] == 1


async def _timers(case: Case) -> dict[int, int]:
    kinds = (EventType.EVENT_TYPE_TIMER_STARTED, EventType.EVENT_TYPE_TIMER_CANCELED)
    history = await case.handle.fetch_history()
    return {int(kind): sum(event.event_type == kind for event in history.events) for kind in kinds}


async def test_search_attributes_carry_the_number_and_nobody(world: World) -> None:
    case = await world.start()
    attributes = (await case.handle.describe()).typed_search_attributes
    names = {pair.key.name for pair in attributes}
    assert names <= {"SlaNumber", "BuildIds", "TemporalUsedWorkerDeploymentVersions"}
    assert FINN not in str(attributes)
