"""Random people at the real doors: whatever they try, register and workflow agree, and the audit chain holds."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

import pytest
from temporalio.client import WorkflowUpdateFailedError

from sla.agreement import AgreementState
from sla.amendment import scene
from sla.approvals import is_complete
from sla.command import Command
from sla.lifecycle import allowed
from sla.stages import Stage, Verb
from tests.autopilot import BUILDERS, answer_to
from tests.people import EVE
from tests.sla.mischief import a_command
from tests.temporal import Case, World
from tests.workflows.deeds import EXPRESS, TACIT

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


def _an_idea_in_force(random: Random, state: AgreementState, now: datetime, step: int) -> Command:
    """Mostly a part that is waited for, on the agreement or its amendment; sometimes whatever comes to mind."""
    papers = [state, scene(state)] if state.amendment else [state]
    waits = [(paper, wait) for paper in papers for wait in paper.waits if wait.verb in BUILDERS]
    if waits and random.random() < 0.5:
        paper, wait = random.choice(waits)
        return answer_to(paper, wait, now, f"m{step}")
    people = [person.email for person in state.people.persons]
    rights = [(by, verb) for by in people for verb in allowed(state, by, now) if verb is not Verb.WITHDRAW]
    if random.random() < 0.8:
        by, verb = random.choice(rights)
    else:
        by, verb = random.choice([*people, EVE]), random.choice(list(Verb))
    return a_command(random, state, verb, by, f"m{step}", now)


def _is_at_rest(case: Case) -> Callable[[AgreementState], bool]:
    """Nothing more happens by itself now, and the register has come as far as the workflow says."""

    def check(state: AgreementState) -> bool:
        stored = case.world.views.find(state.number)
        return state.stage is not Stage.ENDING and stored is not None and stored.seq == state.head.seq

    return check


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_random_people_try_in_force_register_and_workflow_tell_the_same(world: World, seed: int) -> None:
    random = Random(seed)
    case = await world.signed(renewal=random.choice([TACIT, EXPRESS, None]))
    state = await case.state()
    for step in range(STEPS):
        if random.random() < 0.3:
            await case.pass_time(timedelta(days=random.choice([1, 5, 30, 60])))
        else:
            with suppress(WorkflowUpdateFailedError):
                await case.act(_an_idea_in_force(random, state, await case.clock(), step))
        state = await case.until(_is_at_rest(case))
        stored = world.views.find(state.number)
        assert stored is not None
        assert stored.state == state
        _agree(case, state)
        if state.stage.is_end:
            break
    assert len(case.facts(state.number)) > 20
