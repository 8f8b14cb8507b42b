"""The store of evidence on both databases: versions, concurrency, what counts for a stretch, what came late."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import Engine, func, select

from activities.database import open_engine, reading
from activities.evidence import SqlEvidence
from activities.evidence_versions import Touched
from activities.records import SqlRecords
from activities.tables import EVIDENCE
from sla.canonical import text_digest
from sla.errors import NotFound
from sla.evidence import (
    Count,
    Deed,
    Evidence,
    Exclusion,
    ExclusionCause,
    ItemDoes,
    ItemEvent,
    Observed,
    Outage,
    Withdrawn,
)
from sla.touching import touching
from tests.people import number_request

MARCH, APRIL = datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
Kept = Callable[[], int]


@pytest.fixture
def number(engine: Engine) -> str:
    return SqlRecords(engine).number(number_request()).number


@pytest.fixture
def store(engine: Engine, number: str) -> SqlEvidence:
    return SqlEvidence(engine)


def outage(key: str = "k1", start: datetime = MARCH + DAY, hours: int | None = 1, **changes: object) -> Outage:
    end = None if hours is None else start + hours * HOUR
    return Outage(source="probe", key=key, start=start, end=end).model_copy(update=changes)


def event(does: str, at: datetime, item: str = "T-1") -> ItemEvent:
    reason = "waits for the customer" if does == "paused" else None
    return ItemEvent(
        source="desk", key=f"{item}/{does}/{at:%m%d%H}", item=item, does=ItemDoes(does), at=at, reason=reason
    )


def excluded(key: str, start: datetime, hours: int) -> Exclusion:
    cause = ExclusionCause.MAINTENANCE
    return Exclusion(
        source="changes", key=key, start=start, end=start + hours * HOUR, cause=cause, evidence="Change 12"
    )


def keys(rows: tuple[Evidence, ...]) -> list[str]:
    return [row.key for row in rows]


def versions(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(EVIDENCE)).scalar_one()


def test_the_same_row_twice_is_once(store: SqlEvidence, number: str, engine: Engine) -> None:
    assert store.add(number, [outage()], APRIL)[:3] == (1, 0, 0)
    assert store.add(number, [outage(), outage()], APRIL + DAY)[:3] == (0, 2, 0)
    assert versions(engine) == 1


def test_other_values_are_a_correction_and_both_versions_stay(store: SqlEvidence, number: str, engine: Engine) -> None:
    store.add(number, [outage()], APRIL)
    assert store.add(number, [outage(hours=3)], APRIL + DAY)[:3] == (0, 0, 1)
    assert store.of(number, MARCH, APRIL) == (outage(hours=3),)
    assert versions(engine) == 2


def test_going_back_to_the_first_values_is_a_correction_too(store: SqlEvidence, number: str) -> None:
    for hours in (1, 2, 1):
        store.add(number, [outage(hours=hours)], APRIL)
    assert store.of(number, MARCH, APRIL) == (outage(hours=1),)


def test_the_body_that_is_stored_is_what_the_digest_is_taken_over(
    store: SqlEvidence, number: str, engine: Engine
) -> None:
    store.add(number, [outage(note="größer 𝄞 \\ \" '")], APRIL)
    with reading(engine) as connection:
        row = connection.execute(select(EVIDENCE.c.body, EVIDENCE.c.digest)).one()
    assert text_digest(row.body) == row.digest == outage(note="größer 𝄞 \\ \" '").hash


def test_a_withdrawn_row_counts_no_more_until_it_comes_again(store: SqlEvidence, number: str) -> None:
    store.add(number, [outage()], APRIL)
    gone = Withdrawn(source="probe", key="k1", at=APRIL, reason="the probe was broken")
    store.add(number, [gone], APRIL)
    assert store.of(number, MARCH, APRIL + DAY) == ()
    store.add(number, [outage()], APRIL)
    assert store.of(number, MARCH, APRIL) == (outage(),)


def test_an_agreement_that_is_none_is_refused(store: SqlEvidence) -> None:
    with pytest.raises(NotFound, match="there is no agreement '0099'"):
        store.add("0099", [outage()], APRIL)


def test_writers_at_once_make_no_version_twice(
    store: SqlEvidence, number: str, register_url: str, engine: Engine
) -> None:
    engines = [open_engine(register_url) for _ in range(4)]
    rows = [outage(f"k{key}") for key in range(300)]

    def writes(its: Engine) -> tuple[int, int, int]:
        return SqlEvidence(its).add(number, rows, APRIL)[:3]

    with ThreadPoolExecutor(4) as threads:
        counts = list(threads.map(writes, engines))
    for each in engines:
        each.dispose()
    assert sorted(counts) == [(0, 300, 0)] * 3 + [(300, 0, 0)]
    assert versions(engine) == 300


def test_a_stretch_has_what_touches_it(store: SqlEvidence, number: str) -> None:
    rows: list[Evidence] = [
        outage("before", MARCH - 3 * HOUR),
        outage("until-its-start", MARCH - HOUR),
        outage("into-it", MARCH - HOUR, 2),
        outage("out-of-it", APRIL - HOUR, 2),
        outage("at-its-end", APRIL),
        outage("around-it", MARCH - DAY, 24 * 40),
        outage("not-over", MARCH - 300 * DAY, None),
        Deed(source="crm", key="never-done", target="staff", happened_at=MARCH - 9 * DAY),
        Count(source="probe", key="count-at-start", target="pages", at=MARCH, good=1, valid=1),
        Count(source="probe", key="count-at-end", target="pages", at=APRIL, good=1, valid=1),
    ]
    store.add(number, rows, APRIL)
    found = sorted(keys(store.of(number, MARCH, APRIL)))
    assert found == sorted(
        ["until-its-start", "into-it", "out-of-it", "around-it", "not-over", "never-done", "count-at-start"]
    )


def test_an_item_resolved_in_march_comes_with_its_opening_in_february(store: SqlEvidence, number: str) -> None:
    rows = [event("opened", MARCH - 5 * DAY), event("resolved", MARCH + 2 * DAY), event("reopened", APRIL + DAY)]
    store.add(number, rows, APRIL)
    assert keys(store.of(number, MARCH, APRIL)) == [row.key for row in rows[:2]]
    assert len(store.of(number, APRIL, APRIL + 30 * DAY)) == 3


def test_an_item_that_nobody_touched_for_a_year_still_counts_while_it_is_open(store: SqlEvidence, number: str) -> None:
    store.add(number, [event("opened", MARCH - 500 * DAY), event("paused", MARCH - 499 * DAY)], APRIL)
    assert len(store.of(number, MARCH, APRIL)) == 2


def test_an_exclusion_that_was_over_comes_with_an_item_whose_clocks_rested_in_it(
    store: SqlEvidence, number: str
) -> None:
    before, rest = excluded("before", MARCH - 9 * DAY, 24), excluded("rest", MARCH - 5 * DAY, 24)
    store.add(number, [event("opened", MARCH - 6 * DAY), before, rest], APRIL)
    assert keys(store.of(number, MARCH, APRIL)) == [event("opened", MARCH - 6 * DAY).key, "rest"]


def test_an_exclusion_that_comes_late_touches_all_that_may_have_gone_on_after_it(
    store: SqlEvidence, number: str
) -> None:
    store.add(number, [excluded("rest", MARCH - 5 * DAY, 24)], APRIL)
    (touched,) = store.touched_since([number], MARCH)
    assert (touched.since, touched.until) == (MARCH - 5 * DAY, None)


def test_an_item_that_was_resolved_before_is_over(store: SqlEvidence, number: str) -> None:
    store.add(number, [event("opened", MARCH - 5 * DAY), event("resolved", MARCH - DAY)], APRIL)
    assert store.of(number, MARCH, APRIL) == ()


def test_an_item_is_open_again_when_its_resolution_is_withdrawn(store: SqlEvidence, number: str) -> None:
    resolved = event("resolved", MARCH - DAY)
    store.add(number, [event("opened", MARCH - 5 * DAY), resolved], APRIL)
    store.add(number, [Withdrawn(source="desk", key=resolved.key, at=APRIL, reason="closed by mistake")], APRIL)
    assert keys(store.of(number, MARCH, APRIL)) == [event("opened", MARCH - 5 * DAY).key]


def test_the_register_chooses_as_the_pure_rule_does(store: SqlEvidence, number: str) -> None:
    chance = Random(14)
    rows: list[Evidence] = []
    for serial in range(400):
        at = MARCH + timedelta(hours=chance.randrange(-1000, 1500))
        does = chance.choice([*ItemDoes])
        changes = {"priority": "high", "reason": "waits"}
        rows += [
            outage(f"o{chance.randrange(300)}", at, chance.choice([None, 1, 20, 900])),
            event("opened", at, f"T-{serial % 90}").model_copy(update={"does": does, "key": f"i{serial}", **changes}),
            Observed(source="probe", key=f"s{serial}", start=at, end=at + chance.randrange(9) * HOUR),
            excluded(f"x{serial}", at, chance.randrange(9)),
        ]
        if serial % 20 == 0:
            rows.append(Withdrawn(source="desk", key=f"i{chance.randrange(serial + 1)}", at=at, reason="wrong"))
    store.add(number, rows, APRIL)
    for since, until in ((MARCH, APRIL), (MARCH - DAY, MARCH), (MARCH + 30 * HOUR, MARCH + 31 * HOUR), (MARCH, MARCH)):
        assert store.of(number, since, until) == touching(rows, since, until)


def test_many_agreements_are_read_by_one_question_and_empty_ones_are_there(store: SqlEvidence, engine: Engine) -> None:
    numbers = [SqlRecords(engine).number(number_request(f"w-{each}", f"R-{each}")).number for each in range(3)]
    store.add(numbers[0], [outage("a")], APRIL)
    store.add(numbers[1], [outage("b")], APRIL)
    found = store.of_many(numbers, MARCH, APRIL)
    assert {each: keys(rows) for each, rows in found.items()} == {
        numbers[0]: ["a"],
        numbers[1]: ["b"],
        numbers[2]: [],
    }


def test_what_came_late_is_told_with_the_time_that_it_touches(store: SqlEvidence, number: str) -> None:
    store.add(number, [outage("old", MARCH - 60 * DAY), outage("moved", MARCH + DAY)], APRIL)
    store.add(number, [outage("moved", MARCH + 20 * DAY)], APRIL + DAY)
    (touched,) = store.touched_since([number], APRIL)
    assert touched == Touched(number=number, since=MARCH + DAY, until=MARCH + 20 * DAY + HOUR)
    assert store.touched_since([number], APRIL + DAY) == ()


def test_a_row_that_was_withdrawn_late_touches_the_time_of_which_it_spoke(store: SqlEvidence, number: str) -> None:
    store.add(number, [outage()], APRIL)
    counts = store.add(number, [Withdrawn(source="probe", key="k1", at=APRIL, reason="wrong")], APRIL + DAY)
    expected = (Touched(number=number, since=MARCH + DAY, until=MARCH + DAY + HOUR),)
    assert counts.touched == store.touched_since([number], APRIL) == expected


def test_a_late_event_of_an_item_touches_everything_after_it(store: SqlEvidence, number: str) -> None:
    counts = store.add(number, [event("resolved", MARCH)], APRIL)
    expected = (Touched(number=number, since=MARCH, until=None),)
    assert counts.touched == store.touched_since([number], MARCH) == expected
