"""The strict job: whole lives with nothing of ours passed through the sandbox.

In production `sla` and the messages are passed through to save memory, and the sandbox no longer sees a clock,
chance or a file in them. Here it does: the same life, every module loaded inside.
"""

from dataclasses import replace

import pytest
from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from sla.agreement import life_of
from sla.stages import Stage
from sla.terms import SuspensionRule
from tests.temporal import world
from tests.workflows.deeds import TACIT, month_of, renegotiated, suspension, terminated

LIBRARIES = ("pydantic", "pydantic_core", "annotated_types", "rfc8785")


def strict_runner() -> SandboxedWorkflowRunner:
    """Only libraries pass. ZoneInfo is used as it is, because datetime takes no proxy of it; it reads no clock."""
    default = SandboxRestrictions.default.with_passthrough_modules(*LIBRARIES)
    children = {name: rule for name, rule in default.invalid_module_members.children.items() if name != "zoneinfo"}
    members = replace(default.invalid_module_members, children=children)
    return SandboxedWorkflowRunner(restrictions=replace(default, invalid_module_members=members))


@pytest.mark.parametrize("stage", [Stage.ACTIVE, Stage.LAPSED])
async def test_a_life_runs_with_nothing_passed_through(temporal: Client, register: Engine, stage: Stage) -> None:
    async with world(temporal, register, runner=strict_runner()) as here:
        case = await here.start()
        if stage is Stage.ACTIVE:
            state = await case.carry_to(Stage.ACTIVE)
        else:
            await case.carry_to(Stage.APPROVING)
            state = (await case.silence_to_the_end(), await case.state())[1]
        assert state.stage is stage


async def test_a_life_in_force_runs_with_nothing_passed_through(temporal: Client, register: Engine) -> None:
    async with world(temporal, register, runner=strict_runner()) as here:
        case = await here.signed(renewal=TACIT, suspension=SuspensionRule(extends_term=True))
        state = await renegotiated(case)
        await case.carry_amendment()
        await case.act(suspension(month_of(state, 5)))
        state = await case.live_to(month_of(state, 15))
        assert life_of(state).renewals == 1
        assert await case.agenda()
        state = await terminated(case, month_of(state, 16))
        assert state.stage is Stage.TERMINATED


async def test_a_sleeping_agreement_wakes_with_nothing_passed_through(temporal: Client, register: Engine) -> None:
    async with world(temporal, register, runner=strict_runner()) as here:
        case = await here.signed(sleeping=True)
        await case.handle.signal("wake")
        await case.until(lambda state: state.life is not None)
