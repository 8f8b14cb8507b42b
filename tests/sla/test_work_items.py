"""The clocks of work items: as the conventions show them, what is odd about an item, and its priorities."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter

from sla.errors import BadInput
from sla.evidence import ItemDoes, ItemEvent
from sla.fields import Span
from sla.service_clock import spoken_time
from sla.work_items import (
    Clocking,
    Limit,
    WorkItem,
    items_of,
    priority_at,
    resolved,
    resolved_by_priority,
    responded,
    responded_by_priority,
)
from starter.service_hours import load_calendar
from tests.sla.item_oracle import event
from tests.sla.service_lives import HOUR
from tests.sla.test_service_hours import berlin, calendar_of, office

ROOT = Path(__file__).parents[2]
LATER = berlin("2027-12-01T12:00")
EVENTS = re.compile(r"(?:\w{3} )?(\S+ \S+) ([a-z ]+?)(?:: (.+))?")


def events_of(*lines: str, zone: str = "Europe/Berlin") -> list[ItemEvent]:
    """`Thu 2027-03-04 10:00 paused: waits for the customer`, in local times."""
    found = []
    for no, line in enumerate(lines):
        match = EVENTS.fullmatch(line)
        assert match, line
        at = datetime.fromisoformat(match[1]).replace(tzinfo=ZoneInfo(zone))
        found.append(event(at, ItemDoes(match[2].replace(" ", "_")), no, said=match[3]))
    return found


def item_of(*lines: str) -> WorkItem:
    (found,) = items_of(events_of(*lines))
    return found


def shown(clocking: Clocking | None, zone: str = "Europe/Berlin") -> str:
    """`4h spent, in time, decided Thu 2027-03-04 18:00`."""
    if clocking is None:
        return "not opened"
    judged = "late" if clocking.is_late else "in time" if clocking.decided_at else "undecided"
    decided = (
        f", decided {clocking.decided_at.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M}" if clocking.decided_at else ""
    )
    under = f" under {clocking.priority}" if clocking.priority else ""
    return f"{spoken_time(clocking.spent)} spent, {judged}{under}{decided}"


# As the conventions show them

PAGE = (ROOT / "docs/conventions.md").read_text("utf-8").split("\n## Work items\n")[1].split("\n## ")[0]
HEAD = re.compile(r"(\S+), (answered|resolved) within (.+?)(?:, as of \w{3} (\S+ \S+))?")
EXAMPLES = [block for fenced in re.findall(r"```\n(.*?)\n```", PAGE, re.DOTALL) for block in fenced.split("\n\n")]
EXAMPLES = [block for block in EXAMPLES if "->" in block]
SPAN: TypeAdapter[timedelta] = TypeAdapter(Span)


@pytest.mark.parametrize("block", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_of_the_conventions_comes_out_as_it_is_written(block: str) -> None:
    first, *lines = block.split("\n")
    head = HEAD.fullmatch(first)
    assert head, first
    calendar = load_calendar(ROOT / f"examples/calendars/{head[1]}.yaml")
    rows = events_of(*(line for line in lines if line[0] not in "!-"), zone=calendar.zone)
    assert all(
        f"{row.at.astimezone(ZoneInfo(calendar.zone)):%a %Y-%m-%d %H:%M} {row.does.value.replace('_', ' ')}" in block
        for row in rows
    )
    limits = tuple(limit_from(text) for text in head[3].split(", "))
    as_of = datetime.fromisoformat(head[4]).replace(tzinfo=ZoneInfo(calendar.zone)) if head[4] else LATER
    (item,) = items_of(reversed(rows))
    clock = responded_by_priority if head[2] == "answered" else resolved_by_priority
    assert f"-> {shown(clock(item, calendar, limits, as_of), calendar.zone)}" == lines[-1]
    assert [f"! {fault}" for fault in item.faults] == [line for line in lines if line[0] == "!"]


def limit_from(text: str) -> Limit:
    """`4h`, or `high 2h`."""
    *priority, within = text.split(" ")
    return Limit(priority[0] if priority else None, SPAN.validate_python(within))


def test_the_conventions_have_examples_of_work_items() -> None:
    assert len(EXAMPLES) == PAGE.count("\n-> ") == 15


# What is odd is told, and never fatal


ODD = [
    (["2027-03-04 09:00 resolved"], "it was never opened: it is not judged"),
    (
        ["2027-03-04 09:00 opened: high", "2027-03-04 10:00 opened: low"],
        "opened at 2027-03-04T09:00:00Z (key INC-1/001) again: the first opening at 2027-03-04T08:00:00Z counts",
    ),
    (
        ["2027-03-04 09:00 opened", "2027-03-04 10:00 reopened"],
        "reopened at 2027-03-04T09:00:00Z (key INC-1/001) while it was open: pauses end, and nothing else changes",
    ),
    (
        ["2027-03-04 09:00 opened", "2027-03-04 10:00 resumed"],
        "resumed at 2027-03-04T09:00:00Z (key INC-1/001) while its clock ran: nothing changes",
    ),
    (
        ["2027-03-04 09:00 opened", "2027-03-04 10:00 paused: rain", "2027-03-04 11:00 paused: rain"],
        "paused at 2027-03-04T10:00:00Z (key INC-1/002) for 'rain' while it was paused for that: it counts once",
    ),
    (
        [
            f"2027-03-04 {line}"
            for line in ("09:00 opened", "10:00 paused: rain", "10:00 paused: snow", "11:00 resumed: hail")
        ],
        "resumed at 2027-03-04T10:00:00Z (key INC-1/003) for 'hail', for which it was not paused: all its pauses end",
    ),
    (
        ["2027-03-04 09:00 opened", "2027-03-04 10:00 resolved", "2027-03-04 11:00 resolved"],
        "resolved at 2027-03-04T10:00:00Z (key INC-1/002) after it was resolved at 2027-03-04T09:00:00Z, and not "
        "reopened: it counts for nothing",
    ),
    (
        ["2027-03-04 09:00 opened", "2027-03-04 10:00 resolved", "2027-03-04 11:00 priority changed: low"],
        "priority changed at 2027-03-04T10:00:00Z (key INC-1/002) after it was resolved: it counts from a reopening on",
    ),
]


@pytest.mark.parametrize(("lines", "fault"), ODD, ids=range(len(ODD)))
def test_what_is_odd_is_told(lines: list[str], fault: str) -> None:
    assert item_of(*lines).faults == (fault,)


def test_an_ordinary_item_has_no_fault() -> None:
    lines = ("opened: high", "responded", "responded", "paused: rain", "resumed: it is dry", "resolved", "reopened")
    item = item_of(*(f"2027-03-04 {hour:02}:00 {line}" for hour, line in enumerate(lines)), "2027-03-05 08:00 resolved")
    assert item.faults == ()


def test_a_resumption_that_names_a_pause_of_its_own_instant_ends_only_that_one() -> None:
    lines = ("09:00 opened", "10:00 paused: waits for a part", "11:00 paused: waits", "11:00 resumed: waits")
    held = item_of(*(f"2027-03-04 {line}" for line in (*lines, "14:00 resumed: waits for a part", "17:00 resolved")))
    assert shown(resolved(held, office(), 4 * HOUR, LATER)).startswith("4h spent, in time")
    lines = ("09:00 opened", "10:00 paused: waits for a part", "10:00 paused: waits", "10:00 resumed: waits")
    held = item_of(*(f"2027-03-04 {line}" for line in (*lines, "17:00 resolved")))
    assert shown(resolved(held, office(), 4 * HOUR, LATER)).startswith("1h spent, in time")
    assert held.faults == ()


def test_an_item_that_was_never_opened_has_no_clock() -> None:
    item = item_of("2027-03-04 09:00 responded", "2027-03-04 10:00 resolved")
    assert (item.opened_at, priority_at(item, LATER)) == (None, None)
    assert responded(item, office(), HOUR, LATER) is None
    assert resolved(item, office(), HOUR, LATER) is None


def test_before_its_opening_an_item_is_none_yet() -> None:
    item = item_of("2027-03-04 09:00 opened")
    assert responded(item, None, HOUR, berlin("2027-03-04T08:59")) is None
    assert shown(responded(item, None, HOUR, berlin("2027-03-04T09:00"))) == "0h spent, undecided"


def test_items_are_known_by_their_names_whichever_source_speaks_of_them() -> None:
    rows = [event(LATER, ItemDoes.OPENED, item=name) for name in ("INC-2", "INC-1")]
    rows.append(rows[0].model_copy(update={"source": "telephone", "does": ItemDoes.RESPONDED}))
    assert [(item.item, len(item.events), item.faults) for item in items_of(rows)] == [
        ("INC-1", 1, ()),
        ("INC-2", 2, ()),
    ]


def test_an_item_from_before_the_calendar_begins_is_refused_by_name() -> None:
    item = item_of("2027-03-04 09:00 opened")
    with pytest.raises(
        BadInput, match=r"^the opening of item INC-1: 2027-03-04 09:00 Europe/Berlin is before the calendar"
    ):
        resolved(item, office(effective="2027-03-05"), HOUR, LATER)


def test_in_a_calendar_that_ends_the_time_is_never_up() -> None:
    ended = calendar_of({"zone": "UTC", "other_hours": [{"day": "2027-03-04", "opens": "00:00", "closes": "24:00"}]})
    item = item_of("2027-03-04 23:00 opened")
    assert shown(resolved(item, ended, 2 * HOUR, LATER)) == "2h spent, undecided"
    assert shown(resolved(item, ended, HOUR, LATER)) == "2h spent, late, decided Fri 2027-03-05 00:00"


# Priorities


def test_a_priority_without_a_limit_is_never_late() -> None:
    item = item_of("2027-03-04 08:00 opened", "2027-03-04 12:00 priority changed: high", "2027-03-04 14:00 resolved")
    assert shown(resolved_by_priority(item, office(), (Limit("low", HOUR),), LATER)).startswith(
        "5h spent, in time under high"
    )
    at_once = "5h spent, late under high, decided Thu 2027-03-04 12:00"
    assert shown(resolved_by_priority(item, office(), (Limit("high", HOUR),), LATER)) == at_once


def test_a_limit_for_none_is_for_every_priority_that_is_not_named() -> None:
    item = item_of("2027-03-04 08:00 opened: high", "2027-03-04 10:00 resolved")
    others = Limit(None, HOUR)
    assert shown(resolved_by_priority(item, office(), (others, Limit("low", 9 * HOUR)), LATER)).startswith(
        "2h spent, late"
    )
    assert shown(resolved_by_priority(item, office(), (others, Limit("high", 2 * HOUR)), LATER)).startswith(
        "2h spent, in"
    )


def test_of_two_limits_for_a_priority_the_first_counts() -> None:
    item = item_of("2027-03-04 08:00 opened: high", "2027-03-04 10:00 resolved")
    long, short = Limit("high", 2 * HOUR), Limit("high", HOUR)
    assert [
        found.is_late
        for limits in ((long, short), (short, long))
        if (found := resolved_by_priority(item, None, limits, LATER))
    ] == [False, True]


def test_a_priority_of_no_duration_decides_nothing() -> None:
    lines = ("08:00 opened: low", "10:00 priority changed: high", "10:00 priority changed: low", "11:00 resolved")
    item = item_of(*(f"2027-03-04 {line}" for line in lines))
    limits = (Limit("high", HOUR), Limit("low", 8 * HOUR))
    assert (
        shown(resolved_by_priority(item, office(), limits, LATER))
        == "3h spent, in time under low, decided Thu 2027-03-04 11:00"
    )


def test_what_was_late_when_it_was_resolved_stays_so_when_it_is_reopened() -> None:
    lines = ("08:00 opened: low", "10:00 priority changed: high", "10:00 resolved", "11:00 reopened", "12:00 resolved")
    item = item_of(*(f"2027-03-04 {line}" for line in lines))
    limits = (Limit("high", HOUR), Limit("low", 8 * HOUR))
    late = "late under high, decided Thu 2027-03-04 10:00"
    assert shown(resolved_by_priority(item, office(), limits, berlin("2027-03-04T10:30"))) == f"2h spent, {late}"
    assert shown(resolved_by_priority(item, office(), limits, LATER)) == f"3h spent, {late}"


def test_an_item_counts_in_one_period_only_when_its_time_is_up_at_the_end_of_another() -> None:
    """Wednesday 31 March, 18:00, is closing time: the item is late only when the clock runs on, in April."""
    item = item_of("2027-03-31 16:00 opened", "2027-04-02 09:00 resolved")
    end = berlin("2027-04-01T00:00")
    assert shown(resolved(item, office(), 2 * HOUR, end)) == "2h spent, undecided"
    assert shown(resolved(item, office(), 2 * HOUR, LATER)).endswith("late, decided Thu 2027-04-01 08:00")
