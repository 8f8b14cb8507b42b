"""Histories of every release are replayed by today's code: a release cannot change a running contract (ADM-2)."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from worker import production_runner
from workflows.agreement import Agreement
from workflows.compliance_run import ComplianceRun

HISTORIES = sorted((Path(__file__).parent.parent / "histories").glob("*.json"))


def _must_fail(path: Path) -> bool:
    return path.stem.startswith("must-fail")


def _replayer() -> Replayer:
    return Replayer(
        workflows=[Agreement, ComplianceRun],
        data_converter=pydantic_data_converter,
        workflow_runner=production_runner(),
    )


@pytest.mark.parametrize("path", [path for path in HISTORIES if not _must_fail(path)], ids=lambda path: path.stem)
async def test_todays_code_replays_it(path: Path) -> None:
    await _replayer().replay_workflow(WorkflowHistory.from_json(path.stem, path.read_text()))


@pytest.mark.parametrize("path", [path for path in HISTORIES if _must_fail(path)], ids=lambda path: path.stem)
async def test_a_history_of_other_code_must_fail(path: Path) -> None:
    with pytest.raises(NondeterminismError):
        await _replayer().replay_workflow(WorkflowHistory.from_json(path.stem, path.read_text()))


def test_there_are_histories_to_replay_and_one_that_must_fail() -> None:
    assert len(HISTORIES) >= 6
    assert sum(map(_must_fail, HISTORIES)) == 1
