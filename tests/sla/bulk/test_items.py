"""Very many work items at once show what each of them shows alone."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.bulk.items import Asked, ItemClocks
from sla.errors import BadInput
from sla.evidence import ItemDoes
from sla.service_calendar import ServiceCalendar
from sla.work_items import Clocking, Limit, items_of, resolved_by_priority, responded_by_priority
from tests.sla import service_lives
from tests.sla.item_oracle import event, some_limits, some_rows
from tests.sla.service_lives import DAY, HOUR, MINUTE, ODD_ZONES
from tests.sla.test_service_hours import berlin, office


def alone(calendars: list[ServiceCalendar], asked: Asked, as_of_day: int, scene: "Scene") -> Clocking | None:
    clock = responded_by_priority if asked.is_response else resolved_by_priority
    calendar = None if asked.calendar is None else calendars[asked.calendar]
    return clock(asked.item, calendar, asked.limits, scene.begin + as_of_day * DAY, asked.rests)


class Scene:
    """Calendars, and clocks of items by them."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        zones = self.random.sample(ODD_ZONES, 4)
        self.begin = service_lives.some_day(self.random, zones[0])
        self.calendars = [service_lives.calendar(self.random, zone, self.begin) for zone in zones]
        self.asked = [self.asks(f"INC-{no}") for no in range(40)]

    def asks(self, name: str) -> Asked:
        instants = [
            self.begin + MINUTE / 60 * self.random.randrange(4 * 86400) for _ in range(self.random.randrange(1, 9))
        ]
        (item,) = items_of(some_rows(self.random, instants, name))
        rests = service_lives.pauses(self.random, self.begin) if self.random.random() < 0.1 else ()
        calendar = None if self.random.random() < 0.05 else self.random.randrange(4)
        return Asked(item, calendar, some_limits(self.random, MINUTE), self.random.random() < 0.5, rests)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**9))
def test_together_they_show_what_each_shows_alone(seed: int) -> None:
    scene = Scene(seed)
    first = scene.begin.date() + DAY * scene.random.choice((-9, -2, 1))
    clocks = ItemClocks(scene.calendars, first, first + 20 * DAY)
    for days in (2, 5):
        found = clocks.clockings(scene.asked, scene.begin + days * DAY)
        assert found == [alone(scene.calendars, each, days, scene) for each in scene.asked]


def test_nothing_asked_is_nothing_shown() -> None:
    assert ItemClocks([office()], date(2027, 1, 1), date(2027, 12, 31)).clockings([], berlin("2027-03-04T12:00")) == []


def test_an_item_from_before_its_calendar_begins_is_refused_by_name() -> None:
    (item,) = items_of([event(berlin("2027-03-04T09:00"), ItemDoes.OPENED)])
    clocks = ItemClocks([office(effective="2027-03-05")], date(2027, 1, 1), date(2027, 12, 31))
    asked = Asked(item, 0, (Limit(None, HOUR),), is_response=False)
    with pytest.raises(BadInput, match=r"^the opening of item INC-1: "):
        clocks.clockings([asked], berlin("2027-03-04T12:00") + timedelta(days=9))
