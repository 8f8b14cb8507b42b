"""The timetable of the compliance runs: which schedules there are, and how Temporal is brought to have them.

Knows days, hours and policies, and refuses to know what a run does. Workers make what is missing; only a person changes
what is there (`sla schedules apply`), and nothing here ever ends a pause. Source: MON-16.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NamedTuple

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleDescription,
    ScheduleHandle,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from sla.cadence import Cadence
from workflows.compliance_run import ComplianceRun
from workflows.ids import TASK_QUEUE, schedule_id
from workflows.messages import RunOrder

HOUR_UTC = 14
"""The last zone's day ends at 12:00 UTC (UTC-12): two hours later a period is over everywhere."""
LATE_HOUR_UTC = 3
"""At night in most places, and never when a cadence runs."""
WARNINGS_HOUR_UTC = 5
"""Before people begin to work in Europe."""


class Planned(NamedTuple):
    """One schedule as this release has it."""

    name: str
    words: str
    order: RunOrder
    calendar: ScheduleCalendarSpec
    policy: SchedulePolicy

    @property
    def id(self) -> str:
        """Its id on the server."""
        return schedule_id(self.name)


_STATED = SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ALL, catchup_window=timedelta(days=366))
"""A statement is owed for each period, however long the server was away: every run is caught up with, one after the
other, because credits look back at the statements before."""
_WARNED = SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(hours=12))
"""Yesterday's warning warns of nothing: one that is late is left to the next."""
_LATE = SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(hours=12))
"""The next one finds what this one would have found."""


def _planned(cadence: Cadence) -> Planned:
    first = (ScheduleRange(1),)
    return Planned(
        name=cadence.value,
        words=f"states each {cadence} that has ended: on its first day after, {HOUR_UTC}:00 UTC",
        order=RunOrder(cadence=cadence),
        calendar=ScheduleCalendarSpec(
            hour=(ScheduleRange(HOUR_UTC),), day_of_month=first, month=(ScheduleRange(1, 12, cadence.months),)
        ),
        policy=_STATED,
    )


PLANNED = (
    *(_planned(cadence) for cadence in Cadence),
    Planned(
        name="late-data",
        words=f"states again what late evidence or a dispute has changed: every day, {LATE_HOUR_UTC:02d}:00 UTC",
        order=RunOrder(only_late=True),
        calendar=ScheduleCalendarSpec(hour=(ScheduleRange(LATE_HOUR_UTC),)),
        policy=_LATE,
    ),
    Planned(
        name="warnings",
        words=f"looks at the periods that run, for early warnings: every day, {WARNINGS_HOUR_UTC:02d}:00 UTC",
        order=RunOrder(is_provisional=True),
        calendar=ScheduleCalendarSpec(hour=(ScheduleRange(WARNINGS_HOUR_UTC),)),
        policy=_WARNED,
    ),
)
"""Every schedule, in the order in which lists show them."""


async def make_missing(client: Client) -> tuple[str, ...]:
    """Makes the schedules that are not there, and leaves the others alone; the names of those made."""
    return tuple([planned.name for planned in PLANNED if await _made(client, planned)])


async def changed(client: Client, planned: Planned) -> tuple[str, ...] | None:
    """Brings one schedule to what this release plans, but never out of a pause.

    Answers with what was changed, nothing where it was so already, and None where it was made.
    """
    if await _made(client, planned):
        return None
    handle = client.get_schedule_handle(planned.id)
    differences = await differing(client, planned, await handle.describe())
    if differences:
        await handle.update(lambda found: _brought(planned, found))
    return differences


async def described(client: Client, planned: Planned) -> ScheduleDescription | None:
    """How the server has it; None where it has not."""
    try:
        return await handle_of(client, planned).describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None


def handle_of(client: Client, planned: Planned) -> ScheduleHandle:
    """By which it is paused, triggered and filled in."""
    return client.get_schedule_handle(planned.id)


async def differing(client: Client, planned: Planned, found: ScheduleDescription) -> tuple[str, ...]:
    """What the server has otherwise than planned, each in a few words."""
    return tuple([words async for words in _differences(client, planned, found.schedule)])


async def _differences(client: Client, planned: Planned, found: Schedule) -> AsyncIterator[str]:
    spec, action = found.spec, found.action
    plain = not (spec.intervals or spec.cron_expressions or spec.skip or spec.start_at or spec.end_at or spec.jitter)
    if not plain or tuple(spec.calendars) != (planned.calendar,) or spec.time_zone_name not in {None, "", "UTC"}:
        yield "when it runs"
    if found.policy.overlap != planned.policy.overlap:
        yield "what happens when runs meet"
    if found.policy.catchup_window != planned.policy.catchup_window or found.policy.pause_on_failure:
        yield "how long it catches up"
    if not isinstance(action, ScheduleActionStartWorkflow) or await _order_of(client, action) != planned.order:
        yield "what it orders"
    elif (action.workflow, action.task_queue, action.id) != ("sla-compliance-run", TASK_QUEUE, planned.id):
        yield "which workflow it starts"


async def _order_of(client: Client, action: ScheduleActionStartWorkflow) -> object:
    try:
        decoded: list[object] = await client.data_converter.decode(list(action.args), [RunOrder])
    except (ValueError, RuntimeError):
        return None
    return decoded[0] if len(decoded) == 1 else None


async def _made(client: Client, planned: Planned) -> bool:
    try:
        await client.create_schedule(planned.id, _schedule(planned))
    except ScheduleAlreadyRunningError:
        return False
    return True


def _brought(planned: Planned, found: ScheduleUpdateInput) -> ScheduleUpdate:
    schedule = _schedule(planned)
    schedule.state = found.description.schedule.state
    return ScheduleUpdate(schedule=schedule)


def _schedule(planned: Planned) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            ComplianceRun.run, planned.order, id=planned.id, task_queue=TASK_QUEUE, static_summary=planned.words
        ),
        spec=ScheduleSpec(calendars=[planned.calendar], time_zone_name="UTC"),
        policy=planned.policy,
    )
