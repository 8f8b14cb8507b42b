"""Very many work items at once show what each of them shows alone."""

from datetime import UTC, datetime
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from sla.bulk.items import shown_together
from sla.errors import BadInput
from sla.evidence import ItemDoes
from sla.work_items import Asked, Limit, WorkItem, items_of, shown
from tests.sla import service_lives
from tests.sla.item_oracle import event, some_limits, some_rows
from tests.sla.service_lives import DAY, HOUR, MINUTE, ODD_ZONES
from tests.sla.test_service_hours import berlin, office


class Scene:
    """Calendars, and clocks of items by them."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        zones = self.random.sample(ODD_ZONES, 4)
        self.begin = service_lives.some_day(self.random, zones[0])
        self.calendars = [service_lives.calendar(self.random, zone, self.begin) for zone in zones]
        self.asked = [self.asks(no) for no in range(12)]

    def asks(self, no: int) -> Asked:
        return Asked(
            is_response=self.random.random() < 0.5,
            as_of=self.begin + self.random.choice((2, 5)) * DAY,
            limits=some_limits(self.random, MINUTE),
            calendar=None if self.random.random() < 0.1 else self.random.choice(self.calendars),
            rests=service_lives.pauses(self.random, self.begin) if self.random.random() < 0.5 else (),
            items=tuple(self.item(f"INC-{no}-{of}") for of in range(self.random.randrange(5))),
        )

    def item(self, name: str) -> WorkItem:
        instants = [
            self.begin + MINUTE / 60 * self.random.randrange(4 * 86400) for _ in range(self.random.randrange(1, 9))
        ]
        (item,) = items_of(some_rows(self.random, instants, name))
        return item


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9))
def test_together_they_show_what_each_shows_alone(seed: int) -> None:
    scene = Scene(seed)
    expected = [told(each) for each in scene.asked]
    for longest in (400 * DAY, 6 * DAY, 3 * DAY):
        assert [str(each) for each in shown_together(scene.asked, longest)] == expected


def told(asked: Asked) -> str:
    """What it shows, or what is wrong, as a text."""
    try:
        return str(shown(asked))
    except BadInput as wrong:
        return str(wrong)


def test_nothing_asked_is_nothing_shown() -> None:
    nothing = Asked(False, berlin("2027-03-04T12:00"), (), office(), (), ())
    assert shown_together([]) == []
    assert shown_together([nothing]) == [()]


def an_item(at: datetime, name: str = "INC-1") -> WorkItem:
    (item,) = items_of([event(at, ItemDoes.OPENED, item=name)])
    return item


def test_an_item_from_before_its_calendar_begins_is_refused_by_name_and_spoils_no_other() -> None:
    item, later = an_item(berlin("2027-03-04T09:00")), an_item(berlin("2027-03-11T09:00"), "INC-2")
    begun = office(effective="2027-03-05")
    bad = Asked(False, berlin("2027-03-13T12:00"), (Limit(None, HOUR),), begun, (), (item, later))
    good = bad._replace(items=(later,))
    found = shown_together([good, bad, good])
    assert [found[0], found[2]] == [shown(good), shown(good)]
    assert str(found[1]).startswith("the opening of item INC-1: ")


def test_items_at_the_ends_of_all_days_are_answered_alone() -> None:
    first, last = datetime(1990, 1, 2, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC)
    early = Asked(False, first + 9 * DAY, (Limit(None, HOUR),), office(), (), (an_item(first),))
    late = early._replace(items=(an_item(last - 9 * DAY),), as_of=last)
    not_yet = late._replace(as_of=last - 90 * DAY)
    for asked in ([early], [late], [not_yet], [early, late, not_yet]):
        assert shown_together(asked) == [shown(each) for each in asked]
