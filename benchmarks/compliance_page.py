"""A page of cases with targets of several forms: stated in one pass, and one by one.

Each has an availability with twelve outages, answers and solutions of two priorities over sixty work items with pauses,
and a ratio of hourly counts. Digests of rows are taken before anything is timed, as a register hands them out.
"""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from sla.bulk.items import shown_together
from sla.bulk.page import stated
from sla.compliance import parts_with_evidence
from sla.evidence import Count, Evidence, Exclusion, ExclusionCause, ItemDoes, ItemEvent, Outage
from sla.item_measures import asked_of
from sla.service_calendar import ServiceCalendar
from sla.stating import Case, state
from sla.targets import ResolutionTime, ResponseTime, Target
from sla.work_items import Asked, shown
from tests.sla.judged import MARCH, case, some_terms, target

ITEMS, OUTAGES, COUNTS = 60, 12, 744
_MINUTE = timedelta(minutes=1)
_ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC", "Australia/Lord_Howe")


def cases(number: int) -> list[Case]:
    """So many cases of one month, by ten calendars."""
    random = Random(7)
    calendars = [_calendar(zone, closes) for zone in _ZONES for closes in ("17:00", "20:00")]
    found = [_case(random, calendars[no % len(calendars)]) for no in range(number)]
    for each in found:
        assert all(row.hash for row in each.rows)
    return found


def one_by_one(page: Sequence[Case]) -> None:
    """Each for itself."""
    for each in page:
        state(each)


def in_one_pass(page: Sequence[Case]) -> None:
    """All of them together."""
    stated(page)


def require_same(page: Sequence[Case]) -> None:
    """Both ways say the same."""
    assert stated(page) == [state(each) for each in page]


def asked(page: Sequence[Case]) -> list[Asked]:
    """What is asked about the clocks of the page, once for each form: priorities ask the same."""
    found = list[Asked]()
    for each in page:
        for about in parts_with_evidence(each.period, each.applied, each.rows, each.as_of):
            target = about.part.target
            if isinstance(target, ResponseTime | ResolutionTime) and target.priority == "high":
                found.append(asked_of(target, about, each.period))
    return found


def clocked_together(questions: Sequence[Asked]) -> None:
    """From tables."""
    shown_together(questions)


def clocked_alone(questions: Sequence[Asked]) -> None:
    """Day by day."""
    for each in questions:
        shown(each)


def _calendar(zone: str, closes: str) -> ServiceCalendar:
    week = [{"weekdays": "mon-fri", "opens": "08:00", "closes": closes}]
    return ServiceCalendar.model_validate({"zone": zone, "weekly": week})


def _case(random: Random, calendar: ServiceCalendar) -> Case:
    rows: list[Evidence] = [_outage(random, no) for no in range(OUTAGES)]
    rows += [_count(random, no) for no in range(COUNTS)]
    rows += [event for no in range(ITEMS) for event in _item(random, f"INC-{no}")]
    rows.append(_exclusion(random))
    return case(some_terms(*_targets(), calendar=calendar), *rows)


def _targets() -> list[Target]:
    limits = (
        ("response_time", "high", "1h"),
        ("response_time", "low", "4h"),
        ("resolution_time", "high", "8h"),
        ("resolution_time", "low", "24h"),
    )
    return [
        target(),
        target("good_event_ratio", id="asked", good="answered", valid="asked"),
        *(
            target(form, id=f"{form[:4]}-{priority}", priority=priority, within=within)
            for form, priority, within in limits
        ),
    ]


def _outage(random: Random, no: int) -> Outage:
    start = MARCH.begins + _MINUTE * random.randrange(28 * 1440)
    return Outage(source="probe", key=f"down-{no}", start=start, end=start + 30 * _MINUTE)


def _count(random: Random, no: int) -> Count:
    valid, at = random.randrange(1, 1_000), MARCH.begins + no * 59 * _MINUTE
    return Count(source="probe", key=f"hour-{no}", target="asked", at=at, good=valid - random.randrange(2), valid=valid)


def _exclusion(random: Random) -> Exclusion:
    start = MARCH.begins + _MINUTE * random.randrange(28 * 1440)
    return Exclusion(
        source="bo",
        key="change",
        start=start,
        end=start + 180 * _MINUTE,
        cause=ExclusionCause.MAINTENANCE,
        evidence="Change 7",
        approved_by="ana@northwind.example",
    )


def _item(random: Random, name: str) -> list[ItemEvent]:
    """Opened, answered, paused and resumed once or twice, and resolved."""
    pauses = (ItemDoes.PAUSED, ItemDoes.RESUMED) * random.randrange(1, 3)
    at, found = MARCH.begins + _MINUTE * random.randrange(25 * 1440), list[ItemEvent]()
    for does in (ItemDoes.OPENED, ItemDoes.RESPONDED, *pauses, ItemDoes.RESOLVED):
        found.append(
            ItemEvent(
                source="ticket system",
                key=f"{name}/{len(found)}",
                item=name,
                does=does,
                at=at,
                priority=random.choice(("high", "low")) if does is ItemDoes.OPENED else None,
                reason="waits for the customer" if does is ItemDoes.PAUSED else None,
            )
        )
        at += _MINUTE * random.randrange(1, 1_500 if does is ItemDoes.PAUSED else 300)
    return found
