"""Presets of timeout and retry, one per sort of work."""

from datetime import timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy


class LocalOptions(TypedDict):
    """What a local activity is called with."""

    schedule_to_close_timeout: timedelta
    start_to_close_timeout: timedelta
    retry_policy: RetryPolicy


class ActivityOptions(TypedDict):
    """What an activity is called with."""

    start_to_close_timeout: timedelta
    retry_policy: RetryPolicy


RECORD_AT_ONCE = LocalOptions(
    schedule_to_close_timeout=timedelta(seconds=8),
    start_to_close_timeout=timedelta(seconds=5),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=100),
        maximum_interval=timedelta(seconds=2),
        maximum_attempts=4,
    ),
)
"""The register is near and fast: a few quick tries within one workflow task."""

RECORD_PATIENTLY = ActivityOptions(
    start_to_close_timeout=timedelta(seconds=30),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
)
"""The register is away: an activity that tries until it is back costs no history while it waits."""

STOP_PATIENTLY = ActivityOptions(
    start_to_close_timeout=timedelta(seconds=30),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=10)),
)
"""A neighbour that the ordered stop asks is asked again until it answers: no file is closed over its head. One whose
worker has died is asked again after half a minute: a neighbour that needs longer begins its work, and answers soon."""

DELIVER = ActivityOptions(
    start_to_close_timeout=timedelta(hours=2),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
)
DELIVERY_HEARTBEAT = timedelta(seconds=15)
"""A mailroom that is silent for so long has died with its worker; another worker takes over."""

JUDGE_PAGE = ActivityOptions(
    start_to_close_timeout=timedelta(minutes=30),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
)
"""A page of a compliance run is judged again until it is: no agreement is left out because the register was away."""
JUDGE_HEARTBEAT = timedelta(seconds=10)
"""A page that is silent for so long has died with its worker; another worker takes it over. Source: MON-16."""

PULL_PAGE = ActivityOptions(
    start_to_close_timeout=timedelta(minutes=30),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30), maximum_attempts=5
    ),
)
"""Prometheus may stay away: what could not be asked is then not stated, and asked for again by the next run."""
PULL_HEARTBEAT = timedelta(seconds=30)
"""It beats every two seconds, however long one question takes; a day's samples are counted in between."""
