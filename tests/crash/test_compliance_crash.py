"""A compliance run over 2,000 agreements, whose worker is killed with SIGKILL five times in the middle.

Sixty of the agreements have missed a target, and real workflows that have to hear it. At the end every agreement has
exactly one statement, and every miss one event and one letter to each of its readers. Source: MON-16.
"""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from temporalio.client import Client

from activities.database import open_engine, reading
from activities.outbox import LetterStatus
from activities.tables import STATEMENTS
from activities.views import Views
from sla.agreement import AgreementState
from sla.evidence import Outage
from sla.letter_kinds import LetterKind
from sla.term import months_after
from sla.terms import Period
from starter.mail_sink import receipts
from starter.stack import Stack
from tests.crash.storm import all_letters_out
from tests.crowd import a_month_of, crowd, witnessed
from tests.temporal import connected, enrolled
from workflows.agreement import Agreement
from workflows.compliance_run import ComplianceRun
from workflows.ids import TASK_QUEUE
from workflows.messages import Carried, RunOrder

AGREEMENTS = 2_000
MISSES = 60
KILLS = 5
PAGE = 20


def _signed(engine: Engine, reference: str) -> AgreementState:
    """In force since three months ago, with its whole record."""
    start = months_after(datetime.now(UTC).date().replace(day=1), -3)
    period = Period(start=start, end=months_after(start, 24), zone="Europe/Berlin")
    return enrolled(engine, reference, period, datetime(2025, 12, 1, tzinfo=UTC), {})


async def _resume(client: Client, state: AgreementState) -> None:
    await client.start_workflow(Agreement.run, Carried(state=state), id=state.reference, task_queue=TASK_QUEUE)


def _filled(engine: Engine) -> tuple[list[AgreementState], int]:
    """Those that have missed, spread over the numbers; and how many there are in all."""
    missed: list[AgreementState] = []
    numbers: list[str] = []
    for place in range(MISSES):
        missed.append(_signed(engine, f"missed-{place:02d}"))
        numbers += (missed[-1].number, *crowd(engine, missed[-1], AGREEMENTS // MISSES - 1))
    numbers += crowd(engine, missed[0], AGREEMENTS - len(numbers))
    until = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    since = datetime.combine(months_after(until.date(), -1), until.timetz())
    witnessed(engine, numbers, a_month_of(since, until), until)
    middle = since + timedelta(days=9)
    down = Outage(source="probe", key="down", start=middle, end=middle + timedelta(days=2))
    witnessed(engine, [state.number for state in missed], (down,), until)
    return missed, len(numbers)


def _stated(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(STATEMENTS)).scalar_one())


async def _kill_in_the_middle(stack: Stack, engine: Engine, total: int) -> list[int]:
    """Each time when another sixth of the agreements is stated; how far it was."""
    seen: list[int] = []
    for place in range(1, KILLS + 1):
        async with asyncio.timeout(120):
            while (stated := _stated(engine)) < total * place // (KILLS + 1):
                await asyncio.sleep(0.02)
        seen.append(stated)
        await asyncio.to_thread(stack.kill_worker)
        await asyncio.to_thread(stack.start_worker)
    return seen


@pytest.mark.timeout(400)
async def test_a_run_that_is_killed_five_times_states_and_tells_everything_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Stack(tmp_path, temporal_port=None, ui_port=None, smtp_port=None) as stack:
        client, engine = await connected(stack.settings.temporal_address), open_engine(stack.settings.register_url)
        views = Views(engine)
        missed, total = _filled(engine)
        await asyncio.gather(*(_resume(client, state) for state in missed))
        begun = datetime.now(UTC)
        run = await client.start_workflow(
            ComplianceRun.run, RunOrder(page_size=PAGE), id="sla-compliance-crash", task_queue=TASK_QUEUE
        )
        seen = await _kill_in_the_middle(stack, engine, total)
        report = await run.result()
        took = datetime.now(UTC) - begun
        await all_letters_out(views)

        with reading(engine) as connection:
            per_agreement = Counter(connection.execute(select(STATEMENTS.c.number)).scalars())
        histories = {state.number: views.history(state.number) for state in missed}
        every_letter = views.letters()
        problems = [found.problem for state in missed if (found := views.audit(state.number))]
        received = receipts(stack.letters)
        engine.dispose()

    letters = [each for each in every_letter if each.kind is LetterKind.TARGET_MISSED]
    facts = {number: Counter(row.event.fact.value for row in rows) for number, rows in histories.items()}
    with capsys.disabled():
        print(f"\nkilled at {seen} of {total} statements; {took.seconds} s; {len(letters)} letters; {report}")
    assert len(seen) == KILLS
    assert (total, len(per_agreement), set(per_agreement.values())) == (AGREEMENTS, AGREEMENTS, {1})
    assert (report.agreements, report.stated, report.told, report.faulty) == (AGREEMENTS, AGREEMENTS, MISSES, 0)
    assert {number: found["target_missed"] for number, found in facts.items()} == dict.fromkeys(histories, 1)
    assert problems == [None] * MISSES
    readers = Counter((letter.number, letter.recipient) for letter in letters)
    assert set(readers.values()) == {1}
    assert {number for number, _ in readers} == set(histories)
    assert {letter.status for letter in every_letter} == {LetterStatus.SENT}
    assert len(received) == len({letter.message_key for letter in every_letter}) == len(every_letter)
