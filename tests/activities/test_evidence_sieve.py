"""What is chosen from the rows that a sieve lets through is what is chosen from all of them, and little is held."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from activities.evidence_import import Row
from activities.evidence_sieve import Chosen, sieve
from sla.evidence import Deed, Evidence, Exclusion, ExclusionCause, ItemDoes, ItemEvent, Outage, Withdrawn
from sla.touching import touching

MARCH, APRIL = datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOURCES = ("probe", "desk")
PERIODS = (
    (MARCH, APRIL),
    (MARCH - DAY, MARCH),
    (MARCH + 30 * HOUR, MARCH + 31 * HOUR),
    (MARCH, MARCH),
    (MARCH - 400 * DAY, APRIL + 400 * DAY),
)


def sifted(files: Sequence[Sequence[Evidence]], since: datetime = MARCH, until: datetime = APRIL) -> Chosen:
    with sieve(since, until) as rows:
        for place, file in enumerate(files):
            list(rows.add(place, (Row(line, None, each) for line, each in enumerate(file, start=1))))
        return rows.chosen()


def outage(key: str, start: datetime, hours: float | None = 1) -> Outage:
    return Outage(source="probe", key=key, start=start, end=None if hours is None else start + hours * HOUR)


def event(item: str, does: ItemDoes, at: datetime, key: str = "") -> ItemEvent:
    return ItemEvent(
        source="desk", key=key or f"{item}-{does}", item=item, does=does, at=at, priority="high", reason="waits"
    )


def some_row(chance: Random) -> Evidence:
    """Of any kind, about two months around March; of few keys, so that many correct others, even of another kind."""
    source, key = chance.choice(SOURCES), f"k{chance.randrange(40)}"
    at = MARCH + timedelta(hours=chance.randrange(-1000, 1500), microseconds=chance.choice([0, 0, 1]))
    at = chance.choice([at, at, MARCH, APRIL])
    hours = chance.choice([0, 1, 20, 900])
    match chance.randrange(8):
        case 0:
            return outage(key, at, chance.choice([None, hours])).model_copy(update={"source": source})
        case 1:
            cause, end = ExclusionCause.MAINTENANCE, at + hours * HOUR
            return Exclusion(source=source, key=key, start=at, end=end, cause=cause, evidence="Notice")
        case 2:
            return Withdrawn(source=source, key=key, at=at, reason="wrong")
        case 3:
            done = chance.choice([None, at + hours * HOUR])
            return Deed(source=source, key=key, target="leavers", happened_at=at, done_at=done)
        case _:
            does = chance.choice([*ItemDoes, ItemDoes.RESOLVED, ItemDoes.RESOLVED])
            changed = event(f"T-{chance.randrange(12)}", does, at, key)
            return changed.model_copy(update={"source": source})


@pytest.mark.parametrize("seed", range(60))
def test_what_touches_is_chosen_from_the_sifted_rows_as_from_all(seed: int) -> None:
    chance = Random(seed)
    files = [[some_row(chance) for _ in range(chance.randrange(60))] for _ in range(chance.randrange(1, 5))]
    every = [row for file in files for row in file]
    for since, until in PERIODS:
        found = sifted(files, since, until)
        assert touching(found.rows, since, until) == touching(every, since, until)
        assert found.known == len({(row.source, row.key) for row in every})
        assert found.since == min((row.first for row in every), default=None)


@pytest.mark.parametrize("seed", range(60))
def test_a_part_of_the_time_is_chosen_from_the_sifted_rows_as_from_all(seed: int) -> None:
    """A replay sifts once, and looks at month after month."""
    chance = Random(seed)
    every = [some_row(chance) for _ in range(chance.randrange(200))]
    rows = sifted([every], MARCH - 20 * DAY, APRIL).rows
    for _ in range(20):
        since = MARCH + timedelta(hours=chance.randrange(-480, 700))
        until = min(APRIL, since + timedelta(hours=chance.randrange(700)))
        assert touching(rows, since, until) == touching(every, since, until)


def test_a_correction_to_another_time_takes_the_row_out() -> None:
    moved = sifted([[outage("k", MARCH)], [outage("k", MARCH - 9 * DAY)]])
    assert (moved.rows, moved.known) == ((), 1)


def test_rows_keep_the_digest_that_was_taken() -> None:
    (row,) = sifted([[outage("k", MARCH)]]).rows
    assert "hash" in vars(row)
    assert row.hash == outage("k", MARCH).hash


def test_of_two_values_in_one_file_the_later_lines_are_told_and_the_same_twice_is_none() -> None:
    file = [outage("a", MARCH), outage("b", MARCH), outage("a", MARCH, 2), outage("b", MARCH), outage("a", MARCH, 3)]
    with sieve(MARCH, APRIL) as rows:
        told = list(rows.add(0, (Row(line, None, each) for line, each in enumerate(file, start=1))))
        assert [(each.line, each.key, each.first) for each in told] == [(3, "a", 1), (5, "a", 1)]
        assert list(rows.add(1, [Row(1, None, outage("a", MARCH, 9))])) == []


def test_rows_of_other_times_are_not_held() -> None:
    """They are made while they are asked for, so what is held is what is counted."""
    alive, most = 0, 0

    class Held(Outage):
        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    def rows() -> Iterator[Row]:
        nonlocal alive, most
        for line in range(1, 10_001):
            alive += 1
            most = max(most, alive)
            at = MARCH - line * HOUR
            yield Row(line, None, Held(source="probe", key=f"k{line}", start=at, end=at))

    with sieve(MARCH, APRIL) as into:
        assert list(into.add(0, rows())) == []
        assert into.chosen() == Chosen((), 10_000, MARCH - 10_000 * HOUR)
    assert most < 10
