"""Twenty agreements live, renew and end while the worker, and then Temporal's server, are killed with SIGKILL.

Nobody can wait for months here, so the agreements are found late: signed long ago, for short terms, and handed to the
stack now. All their dates come at once, with people speaking in between. Half of them end, by a termination that was
opened in time; half are renegotiated, and stay. Source: issue "The living agreement", Proof.
"""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.database import open_engine
from activities.records import SqlRecords
from activities.views import Views
from sla.agreement import AgreementState, life_of
from sla.amendment import scene
from sla.command import Command
from sla.ending import STOP
from sla.life import ReviewOutcome
from sla.renewal import end_of
from sla.stages import Stage
from sla.term import start_of_day
from sla.terms import Renewal, RenewalMode, ReviewCadence
from sla.transitions import act
from starter.mail_sink import receipts
from starter.stack import Stack
from tests.autopilot import answer_to
from tests.crash.storm import (
    PATIENCE,
    SERVER_KILLS,
    WORKER_KILLS,
    Life,
    all_letters_out,
    kill_at_random,
    say,
    stored,
    stubborn,
    workflow_head,
)
from tests.people import ANA, BO
from tests.temporal import coming_period, connected, enrolled
from tests.workflows.deeds import GROWN, change, conclusion, legal_check, month_of, redraft, termination
from workflows.agreement import Agreement
from workflows.ids import TASK_QUEUE
from workflows.messages import Carried, Closing, Entry

AGREEMENTS = 20
SHORT = Renewal(mode=RenewalMode.TACIT, renewal_months=6, notice_months=3)
MONTHS_AGO = 14
ENDS_AFTER = 13
"""Months after the start on which the termination of every second agreement takes effect."""
SEED = 20270101


def _found(engine: Engine, reference: str, *, ends: bool) -> AgreementState:
    """Signed long ago, its record in the register; every second one with a termination that legal has checked."""
    period = coming_period(6, starts_in=-MONTHS_AGO)
    at = start_of_day(period.start, period.zone) - timedelta(days=5)
    state = enrolled(engine, reference, period, at, {"renewal": SHORT, "review": ReviewCadence(every_months=3)})
    if ends:
        for command in (termination(month_of(state, ENDS_AFTER)), legal_check()):
            made = act(state, command, at)
            SqlRecords(engine).record(Entry.of(made, reference, command))
            state = made.state
    return state


async def _resume(client: Client, state: AgreementState, reference: str) -> WorkflowHandle[Agreement, Closing]:
    """Hands it to the stack, once: an agreement may have ended before its sender hears that it was taken."""
    try:
        return await client.start_workflow(
            Agreement.run,
            Carried(state=state),
            id=reference,
            task_queue=TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        )
    except WorkflowAlreadyStartedError:
        return client.get_workflow_handle_for(Agreement.run, reference)


async def _ask(life: Life, handle: WorkflowHandle[Agreement, Closing], command: Command) -> bool:
    """Whether it was carried out; a refusal is an answer too."""
    try:
        receipt = await stubborn(life, lambda: say(handle, command))
    except WorkflowUpdateFailedError:
        return False
    life.commands.append(command)
    life.receipts.append(receipt)
    return True


async def _speak_until_it_ends(life: Life, handle: WorkflowHandle[Agreement, Closing]) -> None:
    """Ana asks for a change now and then, until the agreement ends beneath her."""
    result = asyncio.create_task(stubborn(life, handle.result))
    while not result.done():
        asked = asyncio.create_task(_ask(life, handle, change(ANA)))
        await asyncio.wait({asked, result}, return_when=asyncio.FIRST_COMPLETED)
        if not asked.done():
            asked.cancel()
            await asyncio.wait({asked})
        await asyncio.wait({result}, timeout=0.5)
    assert (await result).stage is Stage.TERMINATED


async def _renegotiate(views: Views, life: Life, handle: WorkflowHandle[Agreement, Closing]) -> None:
    """The review that is open leads to an amendment, and everybody carries it to the signature."""
    async with asyncio.timeout(PATIENCE):
        while (state := stored(views, life.number)).amendment is None:
            review = life_of(state).review
            if review is None or not await _ask(life, handle, conclusion(review.no, ReviewOutcome.RENEGOTIATE, BO)):
                await asyncio.sleep(0.1)
    await _ask(life, handle, redraft(state, limits=GROWN))
    async with asyncio.timeout(PATIENCE):
        while (state := stored(views, life.number)).amendment is not None:
            played = scene(state)
            command = answer_to(played, played.waits[0], datetime.now(UTC), f"{life.reference}-{state.head.seq}")
            await _ask(life, handle, command.model_copy(update={"seen": state.head.seq}))


async def _live(client: Client, engine: Engine, life: Life, *, ends: bool) -> None:
    state = _found(engine, life.reference, ends=ends)
    life.number = state.number
    handle = await stubborn(life, lambda: _resume(client, state, life.reference))
    if ends:
        await _speak_until_it_ends(life, handle)
    else:
        await _renegotiate(Views(engine), life, handle)


def _assert_dates_were_kept_once(facts: "Counter[str]", state: AgreementState) -> None:
    assert facts["term_began"] == 1
    assert facts["review_opened"] == life_of(state).last_review
    assert facts["renewed"] == life_of(state).renewals == 2
    assert facts["notice_deadline_passed"] == 2


@pytest.mark.timeout(400)
async def test_agreements_live_renew_and_end_while_processes_are_killed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Stack(tmp_path, temporal_port=None, ui_port=None, smtp_port=None) as stack:
        client = await connected(stack.settings.temporal_address)
        engine = open_engine(stack.settings.register_url)
        views = Views(engine)
        lives = [Life(f"living-{place:02d}") for place in range(AGREEMENTS)]
        async with asyncio.TaskGroup() as group:
            running = [
                group.create_task(_live(client, engine, life, ends=place % 2 == 0)) for place, life in enumerate(lives)
            ]
            killed = await kill_at_random(stack, running, random.Random(SEED))
        await all_letters_out(views)

        histories = {life.number: [row.event for row in views.history(life.number)] for life in lives}
        letters, received = views.letters(), receipts(stack.letters)
        states = {life.number: stored(views, life.number) for life in lives}
        problems = [report.problem for life in lives if (report := views.audit(life.number))]
        workflow_heads = {life.number: await workflow_head(client, life) for life in lives}
        engine.dispose()

    acknowledged = [command for life in lives for command in life.commands]
    decisions = Counter(event.decision_id for events in histories.values() for event in events)
    with capsys.disabled():
        print(
            f"\n{dict(killed)} killed; {sum(map(len, histories.values()))} events, {len(acknowledged)} decisions "
            f"acknowledged after {sum(life.repeats for life in lives)} repeats; {len(letters)} letters"
        )
    assert killed == Counter(worker=WORKER_KILLS, server=SERVER_KILLS)
    assert problems == [None] * AGREEMENTS
    assert {decisions[command.decision_id] for command in acknowledged} == {1}
    assert workflow_heads == {number: state.head for number, state in states.items()}
    for place, life in enumerate(lives):
        state, facts = states[life.number], [event.fact.value for event in histories[life.number]]
        _assert_dates_were_kept_once(Counter(facts), state)
        if place % 2 == 0:
            assert facts[-6:] == ["termination_took_effect", *(row.fact.value for row in STOP.values())]
        else:
            assert (state.stage, end_of(state)) == (Stage.ACTIVE, month_of(state, 18))
            assert life_of(state).coming is not None
    assert len(received) == len({letter.message_key for letter in letters}) == len(letters)
    assert {letter.status.value for letter in letters} == {"sent"}
