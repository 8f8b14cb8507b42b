"""Tables of service time against the slow walk, and against the scalar code, row by row."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla import service_hours
from sla.bulk.rows import Rows, instant, microseconds
from sla.bulk.service_time import ServiceTables
from sla.errors import BadInput
from sla.service_calendar import ServiceCalendar
from tests.sla.bulk.rows import MICROSECOND, Scene, at, lengths, rows
from tests.sla.service_lives import DAY, HOUR, MINUTE
from tests.sla.service_oracle import Oracle
from tests.sla.test_service_hours import around_the_clock, berlin, calendar_of, nights, office

ANY = st.integers(0, 10**9)
MINUTE_IN_ROWS = 60 * 10**6
MARCH = ServiceTables([office(), nights()], date(2027, 3, 1), date(2027, 3, 31))


def test_more_than_a_hundred_thousand_answers_agree_with_a_slow_walk_minute_by_minute() -> None:
    compared: list[int] = []

    @settings(max_examples=12, deadline=None)
    @given(ANY)
    def walk(seed: int) -> None:
        scene = Scene(seed)
        compared.extend(_agree(scene, place) for place in range(len(scene.calendars)))

    walk()
    assert sum(compared) >= 100_000


def _agree(scene: Scene, place: int) -> int:
    """Every minute, then as many stretches; gives how many were compared."""
    oracle = Oracle(scene.calendars[place], scene.begin, scene.days)
    minutes, is_open = at(oracle.running), np.array(list(oracle.running.values()))
    places = np.full_like(minutes, place)
    assert np.array_equal(is_open, scene.tables.open_at(places, minutes))
    walked = np.concatenate((np.zeros(1, np.int64), np.cumsum(is_open * MINUTE_IN_ROWS)))
    some = np.random.default_rng(scene.random.randrange(2**32))
    ends = minutes[0] + np.sort(some.integers(0, len(minutes) * MINUTE_IN_ROWS, (2, len(minutes))), axis=0)
    expected = [
        walked[(each - minutes[0]) // MINUTE_IN_ROWS]
        + (each - minutes[0]) % MINUTE_IN_ROWS * is_open[(each - minutes[0]) // MINUTE_IN_ROWS]
        for each in ends
    ]
    assert np.array_equal(expected[1] - expected[0], scene.tables.elapsed(places, *ends))
    return 2 * len(minutes)


@settings(max_examples=15, deadline=None)
@given(ANY)
def test_deadlines_and_latest_starts_agree_with_a_slow_walk(seed: int) -> None:
    scene = Scene(seed, calendars=1)
    oracle = Oracle(scene.calendars[0], scene.begin, scene.days)
    for _ in range(5):
        start, span = scene.instant(), scene.span() + MICROSECOND
        asked = rows([0]), at([start]), lengths([span])
        if (due := oracle.deadline(start, span)) is not None:
            assert instant(int(scene.tables.deadline(*asked)[0])) == due
        if (begin := oracle.latest_start(start, span)) is not None:
            assert instant(int(scene.tables.latest_start(*asked)[0])) == begin


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_every_row_is_what_the_scalar_code_answers(seed: int) -> None:
    scene = Scene(seed)
    places = [scene.place() for _ in range(40)]
    pairs = [scene.pair() for _ in places]
    calendars = [scene.calendars[place] for place in places]
    starts, ends = (at(each) for each in zip(*pairs, strict=True))
    expected = [service_hours.elapsed(each, *pair) for each, pair in zip(calendars, pairs, strict=True)]
    assert list(lengths(expected)) == list(scene.tables.elapsed(rows(places), starts, ends))
    is_open = [service_hours.is_open(each, start) for each, (start, _) in zip(calendars, pairs, strict=True)]
    assert is_open == list(scene.tables.open_at(rows(places), starts))


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_every_search_ends_where_the_scalar_one_ends(seed: int) -> None:
    scene = Scene(seed)
    for _ in range(6):
        place, start, span = scene.place(), scene.instant(), scene.span()
        asked, calendar = (rows([place]), at([start]), lengths([span])), scene.calendars[place]
        for many, one in (
            (scene.tables.deadline, service_hours.deadline),
            (scene.tables.latest_start, service_hours.latest_start),
        ):
            found = _told(_only, many, asked)
            assert found.removeprefix("row 0: ") == _told(one, calendar, start, span)


def _only(many: Callable[[Rows, Rows, Rows], Rows], asked: tuple[Rows, Rows, Rows]) -> datetime:
    return instant(int(many(*asked)[0]))


def _told(question: Callable[..., datetime], *arguments: object) -> str:
    """The answer, or why there is none."""
    try:
        return str(question(*arguments))
    except BadInput as refused:
        return str(refused)


def test_more_rows_than_are_worked_on_at_once_are_all_answered() -> None:
    places = np.arange(100_000) % 2
    starts = microseconds(berlin("2027-03-01")) + np.arange(100_000) * 17_000_000
    spent = MARCH.elapsed(places, starts, starts + 7_200_000_000)
    some = range(0, 100_000, 9973)
    expected = [
        service_hours.elapsed(
            [office(), nights()][row % 2], instant(int(starts[row])), instant(int(starts[row])) + 2 * HOUR
        )
        for row in some
    ]
    assert list(lengths(expected)) == [int(spent[row]) for row in some]


def test_no_rows_have_no_answers() -> None:
    none = rows([])
    assert [len(found) for found in (MARCH.elapsed(none, none, none), MARCH.deadline(none, none, none))] == [0, 0]


def test_a_clock_that_opens_every_few_minutes_is_exact_too() -> None:
    opened = [
        {"weekdays": "mon-sun", "opens": f"{hour:02}:{minute:02}", "closes": f"{hour:02}:{minute + 5:02}"}
        for hour in range(24)
        for minute in (0, 20, 40)
    ]
    ticking = calendar_of(zone="Asia/Kathmandu", weekly=opened)
    tables = ServiceTables([ticking], date(2027, 3, 1), date(2027, 3, 2))
    starts = [datetime(2027, 3, 1, tzinfo=UTC) + 7 * index * MINUTE + 123 * MICROSECOND for index in range(200)]
    expected = [service_hours.elapsed(ticking, start, start + 50 * MINUTE) for start in starts]
    found = tables.elapsed(rows([0] * 200), at(starts), at(start + 50 * MINUTE for start in starts))
    assert list(lengths(expected)) == list(found)


def test_years_of_days_that_differ_are_exact_to_both_ends() -> None:
    calendar = around_the_clock(
        "Pacific/Apia", closed_every_year=["02-29", "12-25"], later=[{"effective": "2011-12-30", "weekly": OFFICE_WEEK}]
    )
    tables = ServiceTables([calendar], date(1990, 1, 1), date(2199, 12, 31))
    starts = [datetime(year, 2, 28, 1, tzinfo=UTC) for year in range(1991, 2198, 9)]
    ends = [start + 700 * DAY for start in starts]
    expected = [service_hours.elapsed(calendar, *pair) for pair in zip(starts, ends, strict=True)]
    assert list(lengths(expected)) == list(tables.elapsed(rows([0] * len(starts)), at(starts), at(ends)))


OFFICE_WEEK = [{"weekdays": "mon-fri", "opens": "09:00", "closes": "17:00"}]


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Tokyo"])
def test_the_first_and_the_last_instant_of_all_are_those_of_the_scalar_code(zone: str) -> None:
    calendar = around_the_clock(zone)
    for first, last in ((date(1990, 1, 1), date(1990, 1, 3)), (date(2199, 12, 29), date(2199, 12, 31))):
        tables = ServiceTables([calendar], first, last)
        edge = datetime(first.year, first.month, first.day, tzinfo=UTC)
        for asked in (edge + (quarter * HOUR - MICROSECOND) / 2 for quarter in range(-10, 150)):
            assert _is_known(tables, asked) == _is_answered(calendar, asked), asked


def _is_known(tables: ServiceTables, asked: datetime) -> bool:
    try:
        return bool(tables.open_at(rows([0]), at([asked]))[0])
    except BadInput:
        return False


def _is_answered(calendar: ServiceCalendar, asked: datetime) -> bool:
    try:
        return service_hours.is_open(calendar, asked)
    except BadInput:
        return False


@pytest.mark.parametrize("hours", [-12, 14])
def test_a_day_is_known_from_its_first_instant_in_the_world_to_its_last(hours: int) -> None:
    calendars = [around_the_clock(zone) for zone in ("Pacific/Kiritimati", "Etc/GMT+12", "UTC")]
    tables = ServiceTables(calendars, date(2027, 3, 1), date(2027, 3, 1))
    edge = microseconds(datetime(2027, 3, 1, tzinfo=UTC) - hours * HOUR)
    day = 86_400_000_000
    assert list(tables.elapsed(rows(range(3)), rows([edge] * 3), rows([edge + day] * 3))) == [day] * 3


AT = microseconds(berlin("2027-03-04T10:00"))
LATE = microseconds(berlin("2028-03-04T10:00"))
BEGINNING = ServiceTables([office(), office(effective="2027-03-04")], date(2027, 3, 1), date(2027, 3, 31))


@pytest.mark.parametrize(
    ("calendars", "starts", "ends", "sentence"),
    [
        ([0, 2], [AT, AT], [AT, AT], "row 1: names calendar 2; one from 0 to 1 is expected"),
        ([0, -1], [AT, AT], [AT, AT], "row 1: names calendar -1; one from 0 to 1 is expected"),
        (
            [0, 1], [AT, AT], [AT, AT - 1],
            "row 1: the end at 2027-03-04T08:59:59.999999Z is before the start at 2027-03-04T09:00:00Z; "
            "the start or a later instant is expected",
        ),
        (
            [0, 1], [AT, AT], [LATE, AT],
            "row 0: the end at 2028-03-04T09:00:00Z is not in the tables, which know the days from 2027-03-01 to "
            "2027-03-31; a day that is known is expected",
        ),
        (
            [0, 0, 1], [AT] * 2 + [AT - 86_400_000_000], [AT] * 3,
            "row 2: the start at 2027-03-03T09:00:00Z is before calendar 1 begins on 2027-03-04; "
            "a day that is known is expected",
        ),
        (
            [0], [-(2**63)], [AT],
            f"row 0: the start at {-(2**63)} microseconds since 1970 is not in the tables, which know the days from "
            "2027-03-01 to 2027-03-31; a day that is known is expected",
        ),
        ([0], [AT], [AT, AT], "the rows: do not pair up: 1 calendars, 1 starts, 2 ends; "
                              "arrays of one length are expected"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named(calendars: list[int], starts: list[int], ends: list[int], sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        BEGINNING.elapsed(rows(calendars), rows(starts), rows(ends))
    assert str(refused.value) == sentence


def test_a_wrong_row_far_down_is_named_by_its_own_number() -> None:
    starts = np.full(100_000, AT)
    ends = starts.copy()
    ends[77_777] -= 1
    with pytest.raises(BadInput, match=r"^row 77777: the end"):
        MARCH.elapsed(np.zeros_like(starts), starts, ends)


def test_floats_are_no_instants() -> None:
    with pytest.raises(BadInput) as refused:
        MARCH.open_at(rows([0]), np.array([1.5]))
    assert str(refused.value) == "the instants: have 1 dimensions of float64; one dimension of int64 is expected"


def test_a_span_below_zero_is_refused_and_a_huge_one_is_too_long() -> None:
    with pytest.raises(BadInput, match=r"^row 1: asks for -1 microseconds of service time; zero or more are expected$"):
        MARCH.deadline(rows([0, 0]), rows([AT, AT]), rows([1, -1]))
    with pytest.raises(BadInput, match=r"^row 0: the calendar: has only .* and .* is asked for"):
        MARCH.deadline(rows([0]), rows([AT]), rows([2**63 - 1]))


def test_a_deadline_beyond_the_tables_is_found_all_the_same() -> None:
    due = MARCH.deadline(rows([0, 1]), rows([AT, AT]), rows([10**12, 1]))
    assert instant(int(due[0])) == service_hours.deadline(office(), instant(AT), timedelta(seconds=10**6))


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (date(2027, 3, 2), date(2027, 3, 1), "the last day: 2027-03-01 is before the first on 2027-03-02; "
                                             "the first or a later day is expected"),
        (date(1989, 3, 2), date(2027, 3, 1), "the day: 1989-03-02 is out of range; "
                                             "days from 1990-01-01 to 2199-12-31 are taken"),
    ],
)  # fmt: skip
def test_days_that_cannot_be_are_refused(first: date, last: date, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        ServiceTables([office()], first, last)
    assert str(refused.value) == sentence


def test_tables_of_no_calendar_are_refused() -> None:
    with pytest.raises(BadInput, match=r"^the calendars: are none; at least one is expected$"):
        ServiceTables([], date(2027, 3, 1), date(2027, 3, 1))


def test_a_calendar_that_begins_after_the_tables_is_refused_wherever_it_is_asked() -> None:
    tables = ServiceTables([office(), office(effective="2030-01-01")], date(2027, 3, 1), date(2027, 3, 1))
    assert tables.open_at(rows([0]), rows([microseconds(berlin("2027-03-01T10:00"))]))[0]
    with pytest.raises(BadInput, match=r"^row 0: .* is before calendar 1 begins on 2030-01-01"):
        tables.accumulated(rows([1]), rows([microseconds(berlin("2027-03-01T10:00"))]))
