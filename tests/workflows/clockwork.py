"""What the server itself knows of an agreement's alarms: its pending timers, read from the history of its run."""

from datetime import UTC, datetime, timedelta

from temporalio.api.history.v1 import HistoryEvent

from tests.temporal import Case

TASK = timedelta(seconds=1)
"""The server counts a timer from the end of the task that starts it; none lasts so long."""


async def events_of(case: Case) -> list[HistoryEvent]:
    """The history of the run that goes on, or of the last one."""
    history = await case.handle.fetch_history()
    return list(history.events)


async def pending_timers(case: Case) -> list[datetime]:
    """When each timer rings that was started in this run, and has neither rung nor been put away."""
    events = await events_of(case)
    over = {event.timer_fired_event_attributes.started_event_id for event in events}
    over |= {event.timer_canceled_event_attributes.started_event_id for event in events}
    return [
        event.event_time.ToDatetime(UTC) + event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
        for event in events
        if event.HasField("timer_started_event_attributes") and event.event_id not in over
    ]
