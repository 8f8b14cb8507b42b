"""What the doctor thinks of an activity that has failed: over and over, or before it went well."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo

from starter.pulse import failing

NOON = datetime(2027, 3, 4, 12, tzinfo=UTC)
STARTED = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
SCHEDULED = PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED


def round_of(
    state: "PendingActivityState.ValueType", runs_for: timedelta, silent_for: timedelta
) -> PendingActivityInfo:
    """The third try at a round of the mailroom: a worker was killed, and so was the question of another one."""
    pending = PendingActivityInfo(state=state, attempt=3)
    pending.activity_type.name = "letters.deliver"
    pending.last_failure.message = "activity Heartbeat timeout"
    pending.last_started_time.FromDatetime(NOON - runs_for)
    pending.last_heartbeat_time.FromDatetime(NOON - silent_for)
    return pending


def test_a_round_that_another_worker_has_taken_over_and_that_beats_is_well() -> None:
    pending = round_of(STARTED, timedelta(minutes=10), timedelta(seconds=12))
    assert list(failing([pending], NOON)) == []


@pytest.mark.parametrize(
    "pending",
    [
        round_of(SCHEDULED, timedelta(minutes=10), timedelta(seconds=12)),
        round_of(STARTED, timedelta(seconds=1), timedelta(seconds=12)),
        round_of(STARTED, timedelta(minutes=10), timedelta(minutes=1)),
    ],
    ids=["waits for the next try", "has just begun again", "is silent"],
)
def test_a_round_that_fails_again_and_again_is_told(pending: PendingActivityInfo) -> None:
    told = "letters.deliver has failed 2 times: activity Heartbeat timeout"
    assert list(failing([pending], NOON)) == [told]
