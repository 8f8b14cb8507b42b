"""Downtime of many agreements at once, against sets of minutes, and against laws that need no oracle."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.availability import total, without
from sla.bulk.availability import Availability, Periods, Stretches, availability, no_stretches
from sla.bulk.rows import Rows, microseconds
from sla.errors import BadInput
from sla.service_hours import open_stretches
from tests.sla.bulk.rows import Scene, at, rows
from tests.sla.service_lives import MINUTE

ANY = st.integers(0, 10**9)
Pair = tuple[datetime, datetime]


@dataclass
class Kept:
    """What one agreement's evidence says."""

    place: int
    period: Pair
    exclusions: list[Pair] = field(default_factory=list)
    outages: list[Pair] = field(default_factory=list)
    unknown: list[Pair] = field(default_factory=list)


def _pairs(scene: Scene, most: int) -> list[Pair]:
    """Whole minutes; some over each other, some empty, some far beyond the days of the scene."""
    found = [_period(scene) for _ in range(scene.random.randrange(most))]
    far = timedelta(days=400)
    return found + [(first - far, last) for first, last in found[:1]] + [(last, last + far) for _, last in found[1:2]]


def _kept(scene: Scene, count: int = 6) -> list[Kept]:
    return [Kept(scene.place(), _period(scene), *(_pairs(scene, 6) for _ in range(3))) for _ in range(count)]


def _period(scene: Scene) -> Pair:
    first, last = (each.replace(second=0, microsecond=0) for each in scene.pair())
    return first, last


def _stretches(found: list[list[Pair]]) -> Stretches:
    flat = list(chain.from_iterable(found))
    places = [place for place, pairs in enumerate(found) for _ in pairs]
    return Stretches(rows(places), at(first for first, _ in flat), at(last for _, last in flat))


def _asked(kept: list[Kept]) -> tuple[Periods, Stretches, Stretches, Stretches]:
    periods = Periods(
        rows(each.place for each in kept), at(each.period[0] for each in kept), at(each.period[1] for each in kept)
    )
    exclusions = _stretches([each.exclusions for each in kept])
    outages = _stretches([each.outages for each in kept])
    return periods, exclusions, outages, _stretches([each.unknown for each in kept])


def _minutes(pairs: list[Pair], within: set[datetime]) -> set[datetime]:
    return {each for each in within if any(first <= each < last for first, last in pairs)}


def _by_sets(scene: Scene, kept: Kept) -> list[int]:
    """The definition, word for word: S, E, D and U as sets of minutes."""
    stretches = open_stretches(scene.calendars[kept.place], *kept.period)
    service = {first + index * MINUTE for first, last in stretches for index in range((last - first) // MINUTE)}
    excluded = _minutes(kept.exclusions, service)
    down = _minutes(kept.outages, service - excluded)
    unknown = _minutes(kept.unknown, service - excluded - down)
    return [len(each) * 60_000_000 for each in (service, excluded, down, unknown)]


def _columns(found: Availability) -> Rows:
    return np.stack((found.service, found.excluded, found.down, found.unknown), axis=1)


@settings(max_examples=20, deadline=None)
@given(ANY)
def test_every_agreement_has_what_sets_of_minutes_say(seed: int) -> None:
    scene = Scene(seed, days=3)
    kept = _kept(scene)
    found = availability(scene.tables, *_asked(kept))
    assert _columns(found).tolist() == [_by_sets(scene, each) for each in kept]


@settings(max_examples=30, deadline=None)
@given(ANY)
def test_to_the_microsecond_it_is_what_the_scalar_code_adds_up(seed: int) -> None:
    scene = Scene(seed)
    kept = [Kept(scene.place(), scene.pair(), *_ragged(scene)) for _ in range(12)]
    found = availability(scene.tables, *_asked(kept))
    assert _columns(found).tolist() == [_added_up(scene, each) for each in kept]


def _ragged(scene: Scene) -> list[list[Pair]]:
    """To the microsecond, in three kinds."""
    return [[scene.pair() for _ in range(scene.random.randrange(5))] for _ in range(3)]


def _added_up(scene: Scene, kept: Kept) -> list[int]:
    service = list(open_stretches(scene.calendars[kept.place], *kept.period))
    counting = without(service, kept.exclusions)
    running = without(counting, kept.outages)
    sums = [total(each) for each in (service, counting, running, without(running, kept.unknown))]
    return [sums[0], *(more - less for more, less in pairwise(sums))]


@settings(max_examples=30, deadline=None)
@given(ANY)
def test_the_order_of_evidence_does_not_matter(seed: int) -> None:
    scene = Scene(seed)
    periods, *evidence = _asked(_kept(scene, 20))
    found = availability(scene.tables, periods, *evidence)
    again = availability(scene.tables, periods, *(_shuffled(scene, each) for each in evidence))
    assert np.array_equal(_columns(found), _columns(again))


def test_rows_for_more_than_one_turn_are_what_each_part_of_them_is_alone() -> None:
    periods, some = _many(Scene(3), 9_000)
    found = _columns(availability(Scene(3).tables, periods, some, some, no_stretches()))
    parts = [_columns(_alone(periods, some, slice(first, first + 3_000))) for first in (0, 3_000, 6_000)]
    assert np.array_equal(found, np.concatenate(parts))


def test_rows_that_are_in_order_but_for_one_step_back_are_put_in_order() -> None:
    scene = Scene(3)
    periods, some = _many(scene, 9_000)
    for first in (1, 32_768):
        rolled = Stretches(*(np.roll(each, first) for each in (some.agreements, some.starts, some.ends)))
        found, again = (
            availability(scene.tables, periods, no_stretches(), each, no_stretches()) for each in (some, rolled)
        )
        assert np.array_equal(_columns(found), _columns(again))


def _many(scene: Scene, agreements: int) -> tuple[Periods, Stretches]:
    """Eight stretches for each agreement, to the microsecond; some over each other, some beyond its period."""
    random = np.random.default_rng(4)
    begin, end = microseconds(scene.begin), microseconds(scene.end)
    edges = np.sort(random.integers(begin, end, (2, agreements)), axis=0)
    starts, ends = np.sort(random.integers(begin, end, (2, 8 * agreements)), axis=0)
    periods = Periods(random.integers(0, len(scene.tables), agreements), *edges)
    return periods, Stretches(np.repeat(np.arange(agreements), 8), starts, ends)


def _alone(periods: Periods, some: Stretches, kept: slice) -> Availability:
    """Of some agreements and their stretches, as if there were no others."""
    few = Periods(periods.calendars[kept], periods.starts[kept], periods.ends[kept])
    theirs = slice(8 * kept.start, 8 * kept.stop)
    stretches = Stretches(some.agreements[theirs] - kept.start, some.starts[theirs], some.ends[theirs])
    return availability(Scene(3).tables, few, stretches, stretches, no_stretches())


def _shuffled(scene: Scene, some: Stretches) -> Stretches:
    order = np.array(scene.random.sample(range(len(some)), len(some)), np.int64)
    return Stretches(some.agreements[order], some.starts[order], some.ends[order])


@settings(max_examples=30, deadline=None)
@given(ANY)
def test_the_same_evidence_twice_changes_nothing(seed: int) -> None:
    scene = Scene(seed)
    periods, *evidence = _asked(_kept(scene, 20))
    twice = (_joined(each, each) for each in evidence)
    found = availability(scene.tables, periods, *evidence)
    assert np.array_equal(_columns(found), _columns(availability(scene.tables, periods, *twice)))


def _joined(some: Stretches, more: Stretches) -> Stretches:
    return Stretches(
        np.concatenate((some.agreements, more.agreements)),
        np.concatenate((some.starts, more.starts)),
        np.concatenate((some.ends, more.ends)),
    )


@settings(max_examples=30, deadline=None)
@given(ANY)
def test_more_outage_never_lowers_the_downtime_and_more_exclusion_never_raises_it(seed: int) -> None:
    scene = Scene(seed)
    periods, exclusions, outages, unknown = _asked(_kept(scene, 20))
    _, _, more, _ = _asked(_kept(scene, 20))
    found = availability(scene.tables, periods, exclusions, outages, unknown)
    longer = availability(scene.tables, periods, exclusions, _joined(outages, more), unknown)
    excused = availability(scene.tables, periods, _joined(exclusions, more), outages, unknown)
    assert (longer.down >= found.down).all()
    assert (longer.excluded == found.excluded).all()
    assert (longer.unknown <= found.unknown).all()
    assert (excused.down <= found.down).all()


@settings(max_examples=30, deadline=None)
@given(ANY)
def test_a_period_cut_in_two_adds_up(seed: int) -> None:
    scene = Scene(seed)
    periods, *evidence = _asked(_kept(scene, 20))
    middle = periods.starts + (periods.ends - periods.starts) // 3
    halves = replace(periods, ends=middle), replace(periods, starts=middle)
    first, second = (_columns(availability(scene.tables, each, *evidence)) for each in halves)
    assert np.array_equal(first + second, _columns(availability(scene.tables, periods, *evidence)))


def test_an_agreement_without_evidence_was_never_down_beside_others() -> None:
    scene = Scene(3)
    kept = [Kept(0, (scene.begin, scene.end)) for _ in range(3)]
    kept[1].outages.append((scene.begin, scene.end))
    found = availability(scene.tables, *_asked(kept))
    assert (found.down > 0).tolist() == [False, True, False]
    assert found.down[1] == found.service[1]


def test_agreements_without_any_service_time_have_none_of_anything() -> None:
    scene = Scene(3)
    kept = [Kept(0, (scene.begin, scene.begin), *([(scene.begin, scene.end)] for _ in range(3))) for _ in range(4)]
    assert not _columns(availability(scene.tables, *_asked(kept))).any()


def test_no_agreements_have_no_availability() -> None:
    none = rows([])
    found = availability(Scene(3).tables, Periods(none, none, none), *(no_stretches() for _ in range(3)))
    assert _columns(found).shape == (0, 4)


def test_a_wrong_row_of_evidence_is_named_with_its_kind() -> None:
    scene = Scene(3)
    when = microseconds(scene.begin)
    periods = Periods(rows([0]), rows([when]), rows([when + 1]))
    wrong = Stretches(rows([0, 1]), rows([when, when]), rows([when, when]))
    with pytest.raises(BadInput) as refused:
        availability(scene.tables, periods, no_stretches(), wrong, no_stretches())
    assert str(refused.value) == "the outages: row 1: names agreement 1; one from 0 to 0 is expected"


def test_a_period_that_is_not_in_the_tables_is_refused() -> None:
    scene = Scene(3)
    periods = Periods(rows([0]), rows([0]), rows([1]))
    with pytest.raises(BadInput, match=r"^row 0: the start at 1970-01-01T00:00:00Z is not in the tables"):
        availability(scene.tables, periods, *(no_stretches() for _ in range(3)))
