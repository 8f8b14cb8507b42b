"""Records the histories that `test_replay.py` replays: `python -m tests.record_histories` after a release.

Each file is named by the release that wrote it and by the life that it holds. Histories of past releases stay:
a running agreement was begun by one of them.
"""

import asyncio
import base64
import json
import tempfile
from pathlib import Path

from temporalio.client import Client, WorkflowHandle

from activities.database import migrate, open_engine
from sla.commands import RejectOffer, Withdraw
from sla.kinds import Kind
from sla.release import VERSION
from sla.stages import Stage
from tests.people import ANA
from tests.temporal import Case, World, connected, running_server, world

FOLDER = Path(__file__).parent / "histories"


async def _save(case: Case, name: str, run_id: str | None = None) -> None:
    handle: WorkflowHandle[object, object] = case.world.skipper.client.get_workflow_handle(
        case.handle.id, run_id=run_id
    )
    history = await handle.fetch_history()
    text = json.dumps(json.loads(history.to_json()), indent=1, sort_keys=True)
    (FOLDER / f"{VERSION}-{name}.json").write_text(text + "\n")


async def _signed(here: World) -> None:
    case = await here.start()
    first_run = (await case.handle.describe()).run_id
    await case.carry_to(Stage.ACTIVE)
    await _save(case, "customer-sla-to-signature", first_run)
    await _save(case, "customer-sla-in-force")


async def _internal(here: World) -> None:
    case = await here.start(kind=Kind.INTERNAL_SLA)
    first_run = (await case.handle.describe()).run_id
    await case.carry_to(Stage.ACTIVE)
    await _save(case, "internal-sla-to-approval", first_run)


async def _silent(here: World) -> None:
    case = await here.start()
    await case.carry_to(Stage.APPROVING)
    await case.silence_to_the_end()
    await _save(case, "silent-approvers-to-lapse")


async def _open_with_timer(here: World) -> None:
    case = await here.start()
    await case.carry_to(Stage.NEGOTIATING)
    await _save(case, "open-in-negotiation")


async def _refused_then_withdrawn(here: World) -> None:
    case = await here.start()
    state = await case.carry_to(Stage.NEGOTIATING)
    assert state.edition is not None
    await case.refused(RejectOffer(by=ANA, decision_id="r", edition=state.edition.ref, reason="nothing is offered"))
    await case.act(Withdraw(by=ANA, decision_id="w", reason="another supplier"))
    await case.handle.result()
    await _save(case, "refused-then-withdrawn")


def _spoil() -> None:
    """The same life, had its code first asked the register something else: no code of ours may replay it."""
    history = json.loads((FOLDER / f"{VERSION}-customer-sla-to-signature.json").read_text())
    marker = next(event for event in history["events"] if "markerRecordedEventAttributes" in event)
    payload = marker["markerRecordedEventAttributes"]["details"]["data"]["payloads"][0]
    words = base64.b64decode(payload["data"]).replace(b"records.number", b"records.colour")
    payload["data"] = base64.b64encode(words).decode()
    text = json.dumps(history, indent=1, sort_keys=True)
    (FOLDER / "must-fail-another-first-question.json").write_text(text + "\n")


async def record() -> None:
    """One file for each life."""
    with running_server(None) as address, tempfile.TemporaryDirectory() as folder:
        client: Client = await connected(address)
        engine = open_engine(f"sqlite:///{Path(folder) / 'register.db'}")
        migrate(engine)
        async with world(client, engine) as here:
            for life in (_signed, _internal, _silent, _open_with_timer, _refused_then_withdrawn):
                await life(here)
        engine.dispose()
    _spoil()


if __name__ == "__main__":
    asyncio.run(record())
