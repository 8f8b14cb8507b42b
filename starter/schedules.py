"""The schedules of the compliance runs at the command line: seen, paused, triggered, filled in.

Knows what people type and read. When a schedule runs is said in `workflows.timetable`, what a run does in
`workflows.compliance_run`; a run by hand is asked for in `starter.compliance_run`. Source: MON-16.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from temporalio.client import (
    Client,
    ScheduleActionExecution,
    ScheduleActionExecutionStartWorkflow,
    ScheduleBackfill,
    ScheduleDescription,
    ScheduleOverlapPolicy,
)

from sla.errors import BadInput, NotFound
from sla.fields import Instant, Value
from sla.periods import last_ended
from starter.calling import call
from starter.compliance_run import Asked, RunStarted, order_of, start
from starter.findings import Finding, fine, ill
from starter.moments import in_utc, moment
from starter.session import Session
from starter.telling import counted, table, tell
from workflows.timetable import PLANNED, Planned, changed, described, differing, handle_of

MOST_FILLED_IN = 120
"""How many runs one backfill starts at most: ten years of months."""


class ScheduleView(Value):
    """One schedule as the server has it."""

    name: str
    id: str
    runs: str
    """What it does and when, in words."""
    is_there: bool
    is_paused: bool = False
    note: str | None = None
    """Why it is paused, or was begun again."""
    next_at: Instant | None = None
    last_at: Instant | None = None
    """For which instant the last run was started."""
    last_run: str | None = None
    """The id of its workflow."""
    running: tuple[str, ...] = ()
    missed: int = 0
    """Runs that were too late to be caught up with."""
    differs_in: tuple[str, ...] = ()
    """What is otherwise than this release plans it."""


class Brought(Value):
    """What became of a schedule."""

    name: str
    was_made: bool
    changed: tuple[str, ...] = ()


class Noted(Value):
    """What was done to a schedule."""

    name: str
    done: str


class FilledIn(Value):
    """The runs that a backfill has ordered, by the instants for which they are."""

    name: str
    runs: tuple[Instant, ...]


def apply(session: Session) -> None:
    """Makes what is missing and brings the rest to what this release plans; a pause stays."""
    brought = call(session, _applied)
    tell(session, brought, *(_brought_line(each) for each in brought))


async def _applied(client: Client) -> tuple[Brought, ...]:
    return tuple(
        [
            Brought(name=planned.name, was_made=found is None, changed=found or ())
            for planned in PLANNED
            for found in [await changed(client, planned)]
        ]
    )


def _brought_line(brought: Brought) -> str:
    if brought.was_made:
        return f"{brought.name}: made."
    return (
        f"{brought.name}: changed {', '.join(brought.changed)}." if brought.changed else f"{brought.name}: unchanged."
    )


def show(session: Session) -> None:
    """Every schedule with its next and its last run."""
    views = call(session, _views)
    if session.as_json:
        tell(session, views)
        return
    table(session.out, ("schedule", "", "next run (UTC)", "last run (UTC)", "what it does"), map(_row, views))


async def health(client: Client) -> Finding:
    """Whether the runs come by themselves: every schedule is there, as planned, and not paused."""
    views = await _views(client)
    missing = [each.name for each in views if not each.is_there]
    paused = [f"{each.name} ({each.note or 'no reason given'})" for each in views if each.is_paused]
    other = [each.name for each in views if each.differs_in]
    if missing or other:
        wrong = [f"missing: {', '.join(missing)}"] if missing else []
        wrong += [f"not as planned: {', '.join(other)}"] if other else []
        return ill("schedules", "; ".join(wrong), "`sla schedules apply` makes them, and brings them to the plan")
    if paused:
        todo = "`sla schedules unpause NAME` when it may run again, and `backfill` for what the pause has left out"
        return ill("schedules", f"paused: {', '.join(paused)}", todo)
    following = min((each.next_at for each in views if each.next_at), default=None)
    return fine("schedules", f"{len(views)} as planned, the next run on {in_utc(following) if following else 'no day'}")


async def _views(client: Client) -> tuple[ScheduleView, ...]:
    return tuple([await _view(client, planned) for planned in PLANNED])


async def _view(client: Client, planned: Planned) -> ScheduleView:
    found = await described(client, planned)
    if found is None:
        return ScheduleView(name=planned.name, id=planned.id, runs=planned.words, is_there=False)
    last = max(found.info.recent_actions, key=lambda each: each.started_at, default=None)
    state = found.schedule.state
    return ScheduleView(
        name=planned.name,
        id=planned.id,
        runs=planned.words,
        is_there=True,
        is_paused=state.paused,
        note=state.note or None,
        next_at=None if state.paused else min(found.info.next_action_times, default=None),
        last_at=last.scheduled_at if last else None,
        last_run=_workflow_of(last.action) if last else None,
        running=tuple(filter(None, map(_workflow_of, found.info.running_actions))),
        missed=found.info.num_actions_missed_catchup_window,
        differs_in=await differing(client, planned, found),
    )


def _workflow_of(action: ScheduleActionExecution) -> str | None:
    return action.workflow_id if isinstance(action, ScheduleActionExecutionStartWorkflow) else None


def _row(view: ScheduleView) -> tuple[str, ...]:
    if not view.is_there:
        return (view.name, "not there: `sla schedules apply` makes it", "", "", view.runs)
    how = f"paused: {view.note or 'no reason given'}" if view.is_paused else "runs now" if view.running else "waits"
    if view.differs_in:
        how += f"; another plan ({', '.join(view.differs_in)})"
    return (view.name, how, in_utc(view.next_at), in_utc(view.last_at), view.runs)


def pause(session: Session, name: str, reason: str) -> None:
    """No run starts by itself until it is unpaused; one that runs goes on."""
    if not reason.strip():
        raise BadInput("--reason", "is empty", "why it is paused is expected, for those who come after you")
    planned = _planned(name)
    call(session, lambda client: _there(client, planned, lambda: handle_of(client, planned).pause(note=reason.strip())))
    note = f"{name} is paused; what is not run meanwhile can be filled in with `sla schedules backfill`."
    tell(session, Noted(name=name, done="paused"), note)


def unpause(session: Session, name: str, reason: str | None) -> None:
    """It runs by itself again from its next instant on; what the pause has left out is not caught up with."""
    planned, note = _planned(name), (reason or "unpaused").strip()
    call(session, lambda client: _there(client, planned, lambda: handle_of(client, planned).unpause(note=note)))
    said = f"{name} runs again. What its pause has left out: `sla schedules backfill {name} --from ... --to ...`"
    tell(session, Noted(name=name, done="unpaused"), said)


def trigger(session: Session, name: str, asked: Asked) -> None:
    """A run now: as the schedule orders it, or for another period or some agreements only."""
    planned = _planned(name)
    if asked.period is None and not asked.numbers:
        call(session, lambda client: _there(client, planned, lambda: handle_of(client, planned).trigger()))
        said = f"{name} is triggered: it runs now, or after the run that is going on. `sla schedules list` shows it."
        tell(session, Noted(name=name, done="triggered"), said)
        return
    if planned.order.only_late and asked.period is not None:
        right = "it looks at everything that is stated; month, quarter or year is expected, or no period"
        raise BadInput("--period", f"is nothing that {name} asks for", right)
    plan = planned.order
    order = order_of(asked._replace(cadence=plan.cadence, is_provisional=plan.is_provisional, only_late=plan.only_late))
    handle = call(session, lambda client: start(client, order))
    tell(session, RunStarted(workflow_id=handle.id), f"A run of its own is started: {handle.id}")


def backfill(session: Session, name: str, begin: str, end: str) -> None:
    """Starts the runs that a stretch of time should have seen, one after the other, the earliest first."""
    planned = _planned(name)
    if planned.order.is_provisional:
        raise BadInput(name, "warns early, and never of what is past", "month, quarter or year is expected")
    if planned.order.only_late:
        raise BadInput(name, "always looks at all that is stated", "`sla schedules trigger late-data` is expected")
    now = datetime.now(UTC)
    stretch = moment(begin, "--from", "UTC", now), moment(end, "--to", "UTC", now, to_its_end=True)
    runs = _instants(planned, *stretch, now)
    tick = timedelta(seconds=1)  # the server takes the beginning as outside
    order = ScheduleBackfill(runs[0] - tick, runs[-1], overlap=ScheduleOverlapPolicy.BUFFER_ALL)
    call(session, lambda client: _there(client, planned, lambda: handle_of(client, planned).backfill(order)))
    lines = [f"{in_utc(at)}: states {_stated(planned, at)}" for at in runs]
    tell(session, FilledIn(name=name, runs=runs), f"{counted(len(runs), 'run is', 'runs are')} ordered:", *lines)


def _instants(planned: Planned, begin: datetime, end: datetime, now: datetime) -> tuple[datetime, ...]:
    """When the schedule should have run in a stretch, its ends inside. Raises BadInput for none, or too many."""
    end = min(end, now)
    first = planned.calendar.month[0]
    months = range(first.start, 13, first.step)
    hour = planned.calendar.hour[0].start
    years = range(begin.year, end.year + 1)
    all_of_them = (datetime(year, month, 1, hour, tzinfo=UTC) for year in years for month in months)
    runs = tuple(at for at in all_of_them if begin <= at <= end)
    if not runs:
        right = f"it {planned.words}; a stretch of the past that holds such an instant is expected"
        raise BadInput("--from", f"until --to there is no run of {planned.name}", right)
    if len(runs) > MOST_FILLED_IN:
        raise BadInput("--from", f"makes {len(runs)} runs", f"at most {MOST_FILLED_IN} at once are expected")
    return runs


def _stated(planned: Planned, at: datetime) -> str:
    return last_ended(planned.order.cadence, at, "UTC").name


def _planned(name: str) -> Planned:
    found = next((planned for planned in PLANNED if name in {planned.name, planned.id}), None)
    if found is None:
        right = f"{', '.join(planned.name for planned in PLANNED[:-1])} or {PLANNED[-1].name} is expected"
        raise BadInput("the schedule", f"there is none named {name!r:.40}", right)
    return found


async def _there(client: Client, planned: Planned, do: Callable[[], Awaitable[None]]) -> ScheduleDescription:
    """Does something to a schedule that is there. Raises NotFound."""
    found = await described(client, planned)
    if found is None:
        raise NotFound(f"the server has no schedule {planned.name}; `sla schedules apply` makes it")
    await do()
    return found
