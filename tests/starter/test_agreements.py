"""The client calls: one agreement per form however often it is started, and unknown outcomes said as such."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client

from sla.agreement import AgreementState
from sla.contract_commands import NameEngineer, Withdraw
from sla.errors import Conflict, Unreachable
from sla.intake import Opening
from starter.agreements import Agreements, NotRunning, OutcomeUnknown, RefusedThere
from starter.stack import Stack, as_environment
from tests.people import ANA, CHEN, EVE, FINN, opening
from tests.starter.desk import Desk
from tests.temporal import connected, running_server

SOON = timedelta(milliseconds=300)


@pytest.fixture
async def agreements(standing: Stack) -> Agreements:
    return Agreements(await connected(standing.settings.temporal_address))


@pytest.fixture(scope="module")
async def lonely() -> AsyncIterator[Client]:
    """A server without any worker."""
    with running_server(None, time_skipping=False) as address:
        yield await connected(address)


def fresh(**changes: object) -> Opening:
    return opening(**{"reference": f"T-{uuid4().hex[:12]}", **changes})


async def opened(agreements: Agreements, workflow_id: str) -> AgreementState:
    for _ in range(400):
        state = await agreements.view(workflow_id)
        if state is not None:
            return state
        await asyncio.sleep(0.01)
    raise TimeoutError(workflow_id)


async def test_the_same_form_gives_the_same_agreement(agreements: Agreements) -> None:
    form = fresh()
    first, second = await agreements.start(form), await agreements.start(form)
    assert (first.already, second.already) == (False, True)
    assert first.workflow_id == second.workflow_id


async def test_starts_at_the_same_moment_give_one_agreement(agreements: Agreements) -> None:
    form = fresh()
    started = await asyncio.gather(*(agreements.start(form) for _ in range(8)))
    assert len({each.workflow_id for each in started}) == 1
    assert sum(not each.already for each in started) == 1


async def test_another_form_under_the_same_reference_is_a_conflict(agreements: Agreements) -> None:
    form = fresh()
    await agreements.start(form)
    with pytest.raises(Conflict, match=form.reference):
        await agreements.start(form.model_copy(update={"form_digest": "0" * 64}))


async def test_the_server_reads_no_names_beside_the_payloads(agreements: Agreements, standing: Stack) -> None:
    form = fresh()
    started = await agreements.start(form)
    client = await connected(standing.settings.temporal_address)
    description = await client.get_workflow_handle(started.workflow_id).describe()
    assert await description.static_summary() == "customer SLA: Managed Printing"
    assert form.reference not in started.workflow_id


async def test_a_refusal_keeps_its_name_and_its_sentence(agreements: Agreements) -> None:
    started = await agreements.start(fresh())
    await opened(agreements, started.workflow_id)
    with pytest.raises(RefusedThere, match="is nobody whom agreement") as caught:
        await agreements.act(started.workflow_id, NameEngineer(by=EVE, decision_id="d", engineer=CHEN))
    assert caught.value.code == "NotYourRole"


async def test_a_command_returns_when_it_is_in_the_register(agreements: Agreements, desk: Desk) -> None:
    started = await agreements.start(fresh())
    await opened(agreements, started.workflow_id)
    receipt = await agreements.act(started.workflow_id, NameEngineer(by=FINN, decision_id="d", engineer=CHEN))
    events = desk.does("history", receipt.number, "--json").document
    assert (events[-1]["seq"], events[-1]["decision_id"]) == (receipt.seq, "d")


async def test_an_agreement_that_has_ended_takes_no_commands(agreements: Agreements) -> None:
    started = await agreements.start(fresh())
    await opened(agreements, started.workflow_id)
    await agreements.act(started.workflow_id, Withdraw(by=ANA, decision_id="w", reason="No budget."))
    with pytest.raises(NotRunning):
        await agreements.act(started.workflow_id, NameEngineer(by=FINN, decision_id="d", engineer=CHEN))


async def test_an_agreement_that_never_was_takes_no_commands(agreements: Agreements) -> None:
    with pytest.raises(NotRunning):
        await agreements.act("sla-agreement-none", NameEngineer(by=FINN, decision_id="d", engineer=CHEN))


async def test_without_a_worker_the_outcome_is_unknown(lonely: Client) -> None:
    agreements = Agreements(lonely, admission=SOON, completion=SOON)
    started = await agreements.start(fresh())
    with pytest.raises(OutcomeUnknown, match=r"no worker answered within 0\.3 s"):
        await agreements.act(started.workflow_id, NameEngineer(by=FINN, decision_id="d", engineer=CHEN))


async def test_without_a_worker_nobody_tells_the_state(lonely: Client) -> None:
    agreements = Agreements(lonely)
    started = await agreements.start(fresh())
    with pytest.raises(Unreachable):
        await asyncio.wait_for(agreements.view(started.workflow_id), 30)


async def test_a_repeat_after_a_lost_answer_is_carried_out_once(agreements: Agreements, desk: Desk) -> None:
    started = await agreements.start(fresh())
    await opened(agreements, started.workflow_id)
    command = NameEngineer(by=FINN, decision_id="once", engineer=CHEN)
    receipts = await asyncio.gather(*(agreements.act(started.workflow_id, command) for _ in range(4)))
    assert len({receipt.seq for receipt in receipts}) == 1
    events = desk.does("history", receipts[0].number, "--json").document
    assert [event["decision_id"] for event in events].count("once") == 1


def test_two_processes_that_start_one_form_get_one_number(standing: Stack, form: Path) -> None:
    command = [sys.executable, "-m", "starter.cli", "start", str(form), "--json"]
    environment = {**as_environment(standing.settings), "PATH": "/usr/bin:/bin"}
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) for _ in range(2)]
    said = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert len({line for text in said for line in text.splitlines() if '"number"' in line}) == 1
