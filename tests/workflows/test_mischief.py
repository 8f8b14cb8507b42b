"""Random people at the real doors: whatever they try, register and workflow agree, and the audit chain holds."""

from datetime import timedelta
from random import Random

import pytest
from temporalio.client import WorkflowUpdateFailedError

from sla.agreement import AgreementState
from sla.approvals import is_complete
from sla.commands import Command
from sla.lifecycle import allowed
from sla.stages import Stage, Verb
from tests.autopilot import BUILDERS
from tests.people import EVE
from tests.sla.mischief import a_command
from tests.temporal import Case, World

STEPS = 45


def _somebodys_idea(random: Random, case: Case, state: AgreementState, step: int) -> Command:
    """Mostly a part that is waited for, sometimes a right, sometimes whatever comes to anybody's mind."""
    now, id_ = case.now(state), f"m{step}"
    waits = [wait for wait in state.waits if wait.verb in BUILDERS]
    if waits and random.random() < 0.7:
        wait = random.choice(waits)
        return BUILDERS[wait.verb](state, wait, id_, now)
    people = [person.email for person in state.people.persons]
    rights = [(by, verb) for by in people for verb in allowed(state, by, now) if verb is not Verb.WITHDRAW]
    if rights and random.random() < 0.7:
        by, verb = random.choice(rights)
    else:
        by, verb = random.choice([*people, EVE]), random.choice([verb for verb in Verb if verb is not Verb.WITHDRAW])
    return a_command(random, state, verb, by, id_, now)


def _agree(case: Case, state: AgreementState) -> None:
    stored, report = case.world.views.find(state.number), case.world.views.audit(state.number)
    assert stored is not None
    assert report is not None
    assert stored.state is not None
    assert (stored.state.stage, stored.state.head) == (state.stage, state.head)
    assert (report.problem, report.events) == (None, state.head.seq)
    if state.signing.signatures:
        assert is_complete(state)
    assert not {decision.by for decision in state.approval.decisions} & set(state.authors)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_random_people_try_register_and_workflow_agree(world: World, seed: int) -> None:
    random = Random(seed)
    case = await world.start()
    for step in range(STEPS):
        state = await case.state()
        if state.stage.is_end or state.stage is Stage.ACTIVE:
            break
        if random.random() < 0.08:
            await case.pass_time(timedelta(hours=random.choice([5, 30, 80])))
            continue
        try:
            await case.act(_somebodys_idea(random, case, state, step))
        except WorkflowUpdateFailedError:
            assert (await case.state()).head == state.head
        _agree(case, await case.state())
    assert len(case.facts(state.number)) > 5
