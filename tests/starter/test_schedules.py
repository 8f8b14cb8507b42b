"""`sla schedules`: workers keep the timetable, only people change it, and every run answers for itself. MON-16."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

import pytest
from sqlalchemy import Engine
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleCalendarSpec,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
)

from activities.database import open_engine
from sla.agreement import AgreementState
from sla.cadence import Cadence
from sla.term import months_after
from sla.terms import Period
from starter.stack import Stack
from tests.activities.judged import SIGNED, statements
from tests.starter.desk import Desk
from tests.temporal import enrolled
from workflows.compliance_run import ComplianceRun
from workflows.ids import TASK_QUEUE, schedule_id
from workflows.messages import RunOrder
from workflows.timetable import PLANNED, make_missing
from workflows.wire import connect

NAMES = ["month", "quarter", "year", "late-data", "warnings"]
_references = count(1)
_T = TypeVar("_T")


@pytest.fixture
def register(standing: Stack) -> Iterator[Engine]:
    engine = open_engine(standing.settings.register_url)
    yield engine
    engine.dispose()


@pytest.fixture(autouse=True)
def as_planned(desk: Desk) -> Iterator[None]:
    """Every test leaves the schedules as the release plans them, and none paused."""
    yield
    desk.does("schedules", "apply")
    for name in NAMES:
        desk.does("schedules", "unpause", name)


def asked(desk: Desk, do: Callable[[Client], Awaitable[_T]]) -> _T:
    """What Temporal itself says or does."""

    async def _asked() -> _T:
        return await do(await connect(desk.settings))

    return asyncio.run(_asked())


def listed(desk: Desk) -> dict[str, Any]:
    return {each["name"]: each for each in desk.does("schedules", "list", "--json").document}


def last_month() -> str:
    """The last month that is over everywhere."""
    now = datetime.now(UTC) - timedelta(hours=12)
    return f"{months_after(now.date().replace(day=1), -1):%Y-%m}"


def signed(engine: Engine) -> AgreementState:
    """An agreement that has been in force for months; no workflow carries it."""
    start = months_after(datetime.now(UTC).date().replace(day=1), -8)
    period = Period(start=start, end=months_after(start, 24), zone="Europe/Berlin")
    return enrolled(engine, f"scheduled-{next(_references)}", period, SIGNED, {})


# -- the timetable


def test_a_worker_makes_the_schedules_when_it_starts(desk: Desk) -> None:
    found = listed(desk)
    assert list(found) == NAMES
    assert all(each["is_there"] and not each["differs_in"] for each in found.values())


@pytest.mark.parametrize("cadence", list(Cadence))
def test_a_period_is_stated_after_its_end_in_every_zone(desk: Desk, cadence: Cadence) -> None:
    at = datetime.fromisoformat(listed(desk)[cadence.value]["next_at"])
    assert (at.day, at.hour, at.minute) == (1, 14, 0)
    assert (at.month - 1) % cadence.months == 0


def test_warnings_are_looked_for_every_day(desk: Desk) -> None:
    at = datetime.fromisoformat(listed(desk)["warnings"]["next_at"])
    assert timedelta(0) < at - datetime.now(UTC) <= timedelta(days=1)


def test_applying_again_changes_nothing(desk: Desk) -> None:
    ran = desk.does("schedules", "apply")
    assert ran.out.splitlines() == [f"{name}: unchanged." for name in NAMES]


def test_a_schedule_that_is_missing_is_made(desk: Desk) -> None:
    asked(desk, lambda client: client.get_schedule_handle(schedule_id("year")).delete())
    assert listed(desk)["year"]["is_there"] is False
    assert "not there" in desk.does("schedules", "list").out
    assert "year: made." in desk.does("schedules", "apply").out
    assert listed(desk)["year"]["is_there"] is True


def _another(_input: object) -> ScheduleUpdate:
    calendar = ScheduleCalendarSpec(hour=(ScheduleRange(3),), day_of_month=(ScheduleRange(2),))
    action = ScheduleActionStartWorkflow(
        ComplianceRun.run, RunOrder(page_size=7), id=schedule_id("month"), task_queue=TASK_QUEUE
    )
    return ScheduleUpdate(Schedule(action=action, spec=ScheduleSpec(calendars=[calendar])))


def test_what_somebody_has_changed_is_shown_and_only_a_person_brings_it_back(desk: Desk) -> None:
    asked(desk, lambda client: client.get_schedule_handle(schedule_id("month")).update(_another))
    different = ["when it runs", "what happens when runs meet", "how long it catches up", "what it orders"]
    assert listed(desk)["month"]["differs_in"] == different
    assert asked(desk, make_missing) == ()
    assert listed(desk)["month"]["differs_in"] == different
    assert f"month: changed {', '.join(different)}." in desk.does("schedules", "apply").out
    assert listed(desk)["month"]["differs_in"] == []


def test_a_pause_outlives_every_worker_and_every_apply(desk: Desk) -> None:
    desk.does("schedules", "pause", "month", "--reason", "The audit is on.")
    asked(desk, lambda client: client.get_schedule_handle(schedule_id("month")).update(_another))
    desk.does("schedules", "pause", "month", "--reason", "The audit is on.")
    assert asked(desk, make_missing) == ()
    desk.does("schedules", "apply")
    found = listed(desk)["month"]
    assert (found["is_paused"], found["note"], found["next_at"]) == (True, "The audit is on.", None)
    assert "paused: The audit is on." in desk.does("schedules", "list").out


def test_who_unpauses_may_say_why(desk: Desk) -> None:
    desk.does("schedules", "pause", "quarter", "--reason", "The audit is on.")
    desk.does("schedules", "unpause", "quarter", "--reason", "The audit is over.")
    found = listed(desk)["quarter"]
    assert (found["is_paused"], found["note"]) == (False, "The audit is over.")


# -- what is refused


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("pause", "weekly", "--reason", "x"), "month, quarter, year, late-data or warnings is expected"),
        (("pause", "month", "--reason", " "), "--reason: is empty"),
        (("trigger", "month", "--period", "2026-13"), "names none"),
        (("trigger", "month", "--period", "2190-01"), "is not over everywhere before"),
        (("trigger", "month", "--period", "2026-Q1"), "2026-Q1 is no month"),
        (("run", "--period", "2025", "--cadence", "quarter"), "2025 is no quarter"),
        (("run", "--period", "March"), "2026-03, 2026-Q1, 2026 or"),
        (("backfill", "warnings", "--from", "2026-01-01"), "never of what is past"),
        (("backfill", "late-data", "--from", "2026-01-01"), "always looks at all that is stated"),
        (("trigger", "late-data", "--period", "2026-01"), "it looks at everything that is stated"),
        (("backfill", "month", "--from", "2026-01-02", "--to", "2026-01-20"), "there is no run of month"),
        (("backfill", "month", "--from", "1990-01-01", "--to", "2026-01-20"), "at most 120"),
        (("backfill", "month", "--from", "soon"), "is no point in time"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(desk: Desk, words: tuple[str, ...], wrong: str) -> None:
    ran = desk.types("schedules", *words)
    assert ran.status == 2
    assert wrong in ran.err


def test_a_schedule_that_is_not_there_cannot_be_paused(desk: Desk) -> None:
    asked(desk, lambda client: client.get_schedule_handle(schedule_id("year")).delete())
    ran = desk.types("schedules", "pause", "year", "--reason", "x")
    assert (ran.status, "`sla schedules apply` makes it" in ran.err) == (2, True)


# -- runs


def test_a_run_by_hand_waits_and_prints_what_it_came_to(desk: Desk, register: Engine) -> None:
    state = signed(register)
    report = desk.does("schedules", "run", "--number", state.number.lstrip("0"), "--json").document
    assert (report["agreements"], report["stated"], report["faulty"]) == (1, 1, 0)
    assert [each.period.name for each in statements(register, state.number)] == [last_month()]
    again = desk.types("schedules", "run", "--number", state.number).out
    assert "1 agreement judged as of" in again
    assert "0 statements made, 0 stated again, 1 unchanged" in again


def test_a_run_for_a_named_period_states_that_period(desk: Desk, register: Engine) -> None:
    state = signed(register)
    name = f"{months_after(datetime.now(UTC).date().replace(day=1), -5):%Y-%m}"
    desk.does("schedules", "run", "--period", name, "--number", state.number, "--json")
    assert [each.period.name for each in statements(register, state.number)] == [name]


def test_a_provisional_run_states_nothing(desk: Desk, register: Engine) -> None:
    state = signed(register)
    out = desk.types("schedules", "run", "--provisional", "--number", state.number).out
    assert "1 agreement looked at as of" in out
    assert "statement" not in out
    assert statements(register, state.number) == []


def test_a_run_with_a_fault_names_it_and_exits_with_one(desk: Desk) -> None:
    ran = desk.types("schedules", "run", "--number", "0999999")
    assert ran.status == 1
    assert "999999: there is no such agreement" in ran.out


def test_a_trigger_for_some_agreements_is_a_run_of_its_own(desk: Desk, register: Engine) -> None:
    state = signed(register)
    name = f"{months_after(datetime.now(UTC).date().replace(day=1), -4):%Y-%m}"
    started = desk.does("schedules", "trigger", "month", "--period", name, "--number", state.number, "--json").document
    asked(desk, lambda client: client.get_workflow_handle(started["workflow_id"]).result())
    assert [each.period.name for each in statements(register, state.number)] == [name]


def _until(look: Callable[[], bool]) -> None:
    async def _looked() -> None:
        async with asyncio.timeout(30):
            while not look():
                await asyncio.sleep(0.1)

    asyncio.run(_looked())


def test_a_trigger_runs_the_schedule_now_also_in_a_pause(desk: Desk, register: Engine) -> None:
    state = signed(register)
    desk.does("schedules", "pause", "month", "--reason", "The audit is on.")
    desk.does("schedules", "trigger", "month")
    _until(lambda: bool(statements(register, state.number)))
    found = listed(desk)["month"]
    assert found["last_run"].startswith("sla-compliance-month-")
    assert found["is_paused"] is True


def test_a_backfill_states_what_was_over_at_each_instant_in_order(desk: Desk, register: Engine) -> None:
    state = signed(register)
    today = datetime.now(UTC).date().replace(day=1)
    since, until = months_after(today, -6), months_after(today, -4)
    ran = desk.does("schedules", "backfill", "month", "--from", f"{since}", "--to", f"{until}")
    assert ran.out.splitlines()[0] == "3 runs are ordered:"
    assert ran.out.splitlines()[1] == f"{since} 14:00: states {months_after(since, -1):%Y-%m}"
    _until(lambda: len(statements(register, state.number)) == 3)
    names = [f"{months_after(since, back):%Y-%m}" for back in (-1, 0, 1)]
    assert [each.period.name for each in statements(register, state.number)] == names


def test_every_plan_is_told_in_words() -> None:
    assert [planned.name for planned in PLANNED] == NAMES
    assert all("UTC" in planned.words for planned in PLANNED)
