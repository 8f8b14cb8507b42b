"""Records the histories that `test_replay.py` replays: `python -m tests.record_histories` after a release.

Each file is named by the release that wrote it and by the life that it holds. Histories of past releases stay:
a running agreement was begun by one of them.
"""

import asyncio
import base64
import json
import os
import socket
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker

from activities.database import migrate, open_engine
from activities.sweep import SqlSweep
from sla.agreement import edition_of
from sla.amendment import scene
from sla.contract_commands import Decide, RejectOffer, Withdraw
from sla.kinds import Kind
from sla.release import VERSION
from sla.stages import Stage, Verb
from sla.terms import ReviewCadence, SuspensionRule
from tests.autopilot import answer_to
from tests.people import ANA, BO, DORA
from tests.temporal import Case, World, coming_period, connected, running_server, world
from tests.workflows.deeds import (
    TACIT,
    change,
    conclusion,
    disputed,
    found,
    legal_check,
    month_of,
    notice,
    renegotiated,
    suspension,
    termination,
)
from worker import production_runner
from workflows.compliance_run import ComplianceRun
from workflows.messages import RunOrder

FOLDER = Path(__file__).parent / "histories"


async def _save(case: Case, name: str, run_id: str | None = None) -> None:
    handle: WorkflowHandle[object, object] = case.world.skipper.client.get_workflow_handle(
        case.handle.id, run_id=run_id
    )
    await _write(name, handle)


async def _write(name: str, handle: WorkflowHandle[Any, Any]) -> None:
    history = await handle.fetch_history()
    text = json.dumps(json.loads(history.to_json()), indent=1, sort_keys=True)
    text = text.replace(f"{os.getpid()}@{socket.gethostname()}", "recorder")
    (FOLDER / f"{VERSION}-{name}.json").write_text(text + "\n")


async def _signed(here: World) -> None:
    case = await here.start(period=coming_period())
    first_run = (await case.handle.describe()).run_id
    await case.carry_to(Stage.ACTIVE)
    await _save(case, "customer-sla-to-signature", first_run)
    await _save(case, "customer-sla-in-force")


async def _internal(here: World) -> None:
    case = await here.start(kind=Kind.INTERNAL_SLA, period=coming_period())
    first_run = (await case.handle.describe()).run_id
    await case.carry_to(Stage.ACTIVE)
    await _save(case, "internal-sla-to-approval", first_run)


async def _silent(here: World) -> None:
    case = await here.start(period=coming_period())
    await case.carry_to(Stage.APPROVING)
    await case.silence_to_the_end()
    await _save(case, "silent-approvers-to-lapse")


async def _open_with_timer(here: World) -> None:
    case = await here.start(period=coming_period())
    await case.carry_to(Stage.NEGOTIATING)
    await _save(case, "open-in-negotiation")


async def _refused_then_withdrawn(here: World) -> None:
    case = await here.start(period=coming_period())
    state = await case.carry_to(Stage.NEGOTIATING)
    assert state.edition is not None
    await case.refused(RejectOffer(by=ANA, decision_id="r", edition=state.edition.ref, reason="nothing is offered"))
    await case.act(Withdraw(by=ANA, decision_id="w", reason="another supplier"))
    await case.handle.result()
    await _save(case, "refused-then-withdrawn")


# -- in force; each saves the run that holds what its name says


async def _run_of(case: Case) -> str | None:
    return (await case.handle.describe()).run_id


async def _overdue_review(here: World) -> None:
    case = await here.signed(renewal=TACIT)
    run = await _run_of(case)
    await case.live_to(month_of(await case.state(), 4))
    await case.act(conclusion())
    await _save(case, "review-overdue-then-concluded", run)


async def _change_that_opens_a_review(here: World) -> None:
    case = await here.signed()
    run = await _run_of(case)
    await case.act(change())
    await case.refused(conclusion("7"))
    await case.act(conclusion("x1"))
    await _save(case, "change-opens-a-review", run)


async def _amendment(here: World) -> None:
    case = await here.signed()
    state = await renegotiated(case, effective_from=month_of(await case.state(), 5))
    run = await _run_of(case)
    await case.carry_amendment(Stage.APPROVING)
    before = await case.state()
    paper = edition_of(scene(before)).ref
    await case.handle.signal("sign_off", Decide(by=DORA, decision_id="dora", edition=paper, approve=True))
    await case.handle.signal("sign_off", Decide(by=DORA, decision_id="late", edition=paper, approve=True))
    await case.until(lambda state: state.head.seq == before.head.seq + 2)
    await case.carry_amendment()
    await case.live_to(month_of(state, 5, 1))
    await _save(case, "amendment-to-its-effect", run)


async def _lapsed_amendment(here: World) -> None:
    case = await here.signed()
    state = await renegotiated(case)
    run = await _run_of(case)
    await case.live_to(month_of(state, 5, 20))
    await _save(case, "amendment-lapses", run)


async def _renewal(here: World) -> None:
    case = await here.signed(renewal=TACIT, review=ReviewCadence(every_months=24))
    state = await case.live_to(month_of(await case.state(), 13))
    await case.act(notice(state))
    await case.live_to(month_of(state, 14))
    await _save(case, "tacit-renewal-then-notice")


async def _suspension(here: World) -> None:
    case = await here.signed(suspension=SuspensionRule(extends_term=True))
    state = await case.live_to(month_of(await case.state(), 1))
    await case.act(suspension(month_of(state, 1, 40)))
    await case.live_to(month_of(state, 1, 41))
    await _save(case, "suspension-over-on-its-day")


async def _termination(here: World) -> None:
    case = await here.signed()
    await case.act(termination(month_of(await case.state(), 2)))
    await case.act(legal_check(unmet="claims"))
    await case.act(legal_check())
    await case.live_to(month_of(await case.state(), 2, 2))
    await _save(case, "termination-with-the-ordered-stop")


async def _expiry(here: World) -> None:
    case = await here.signed(review=ReviewCadence(every_months=24))
    await case.silence_to_the_end()
    await _save(case, "expiry-with-the-ordered-stop")


async def _woken(here: World) -> None:
    case = await here.signed(sleeping=True)
    await case.refused(change())
    await case.live_to(month_of(await case.state(), 1))
    await case.handle.signal("wake")
    await case.until(lambda state: state.life is not None)
    await case.pass_time(timedelta(days=1))
    await _save(case, "asleep-then-woken")


async def _miss_and_dispute(here: World) -> None:
    case = await here.signed()
    run = await _run_of(case)
    await case.live_to(month_of(await case.state(), 1, 1))
    for _ in range(2):
        await case.handle.signal("note_finding", found())
    await case.until(lambda state: bool(state.life and state.life.actions))
    await case.act(disputed())
    await case.refused(disputed(BO))
    for verb in (Verb.SETTLE_DISPUTE, Verb.COMPLETE_ACTION, Verb.VERIFY_ACTION):
        state = await case.state()
        wait = next(each for each in state.waits if each.verb is verb)
        await case.act(answer_to(state, wait, await case.clock(), f"history-{verb}"))
    await _save(case, "a-miss-with-its-action-and-a-dispute", run)


async def _compliance_run(here: World) -> None:
    """Two pages, one agreement that does not exist, and nobody who has to hear anything."""
    first, second = await here.signed(), await here.signed()
    numbers = ((await first.state()).number, (await second.state()).number, "9999")
    order = RunOrder(numbers=numbers, page_size=1)
    client = here.skipper.client
    with ThreadPoolExecutor(2) as threads:
        sweep, runner = SqlSweep(here.engine), production_runner()
        async with Worker(
            client,
            task_queue="runs",
            workflows=[ComplianceRun],
            activities=[sweep.judge_page],
            activity_executor=threads,
            workflow_runner=runner,
        ):
            run = await client.start_workflow(ComplianceRun.run, order, id="compliance-run", task_queue="runs")
            await run.result()
    await _write("a-compliance-run-of-two-pages", run)


def _spoil() -> None:
    """The same life, had its code first asked the register something else: no code of ours may replay it."""
    history = json.loads((FOLDER / "0.1.0-customer-sla-to-signature.json").read_text())
    marker = next(event for event in history["events"] if "markerRecordedEventAttributes" in event)
    payload = marker["markerRecordedEventAttributes"]["details"]["data"]["payloads"][0]
    words = base64.b64decode(payload["data"]).replace(b"records.number", b"records.colour")
    payload["data"] = base64.b64encode(words).decode()
    text = json.dumps(history, indent=1, sort_keys=True)
    (FOLDER / "must-fail-another-first-question.json").write_text(text + "\n")


LIVES = (
    _signed,
    _internal,
    _silent,
    _open_with_timer,
    _refused_then_withdrawn,
    _overdue_review,
    _change_that_opens_a_review,
    _amendment,
    _lapsed_amendment,
    _renewal,
    _suspension,
    _termination,
    _expiry,
    _woken,
    _miss_and_dispute,
    _compliance_run,
)


async def record() -> None:
    """One file for each life."""
    with running_server(None) as address, tempfile.TemporaryDirectory() as folder:
        client: Client = await connected(address)
        engine = open_engine(f"sqlite:///{Path(folder) / 'register.db'}")
        migrate(engine)
        async with world(client, engine) as here:
            for life in LIVES:
                await life(here)
        engine.dispose()
    _spoil()


if __name__ == "__main__":
    asyncio.run(record())
