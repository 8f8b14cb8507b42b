"""A page that is judged in one pass says what each case says alone. Source: MON-16."""

from datetime import date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.applied import Applied
from sla.bulk.page import added_up, stated
from sla.compliance import OwnWork
from sla.errors import BadInput
from sla.evidence import Evidence, ItemDoes, ItemEvent
from sla.service_calendar import ServiceCalendar
from sla.statements import Statement
from sla.stating import Case, state
from sla.targets import Process, Target
from sla.term import start_of_day
from sla.terms import Terms
from tests.sla import service_lives
from tests.sla.item_oracle import event, some_rows
from tests.sla.judged import BERLIN, MARCH, OFFICE, at, case, edition, outage, row, some_terms, target
from tests.sla.service_lives import DAY, MINUTE, ODD_ZONES
from tests.sla.test_compliance_lives import SEEDS, life

OFFICE_BEGINS = date(2027, 3, 10)
TICKET = (event(at("03-04 10:00"), ItemDoes.OPENED, 0), event(at("03-05 10:00"), ItemDoes.RESOLVED, 1))


def a_case(seed: int) -> Case:
    one = life(seed)
    terms = some_terms(target(unknown=one.rule), target("outcome", id="happy", committed="4", acceptable="3"))
    hours = some_terms(calendar=one.calendar).hours
    terms = terms.model_copy(update={"hours": hours, "period": terms.period.model_copy(update={"zone": one.zone})})
    always = Applied(terms=terms, since=one.around - timedelta(days=40))
    return case(terms, *one.rows, period=one.period, applied=(always,), as_of=one.period.ends)


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Those of one year: a table spans all days of its page."""
    found = [a_case(seed) for seed in SEEDS]
    return [each for each in found if each.period.start.year >= 2026]


def test_a_page_says_what_each_case_says_alone(cases: list[Case]) -> None:
    assert len(cases) > 5
    assert stated(cases) == [state(each) for each in cases]


class Lives:
    """Random cases of all forms around one March: editions, exclusions, reopenings, priorities, our own work."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.keys = 0

    def case(self) -> Case:
        middle = MARCH.begins + self.random.randrange(20) * DAY
        versions = [self.terms() for _ in range(self.random.choice((1, 1, 2, 3)))]
        begins = sorted(self.random.sample((MARCH.begins - 40 * DAY, middle, middle + 3 * DAY), len(versions)))
        applied = [
            Applied(terms=terms, edition=edition(no + 1), since=since, until=until)
            for no, (terms, since, until) in enumerate(zip(versions, begins, (*begins[1:], None), strict=True))
        ]
        tickets, ours = self.tickets("INC"), tuple(self.tickets("draft/"))
        as_of = self.random.choice((MARCH.ends, MARCH.ends, self.instant()))
        own = (OwnWork(process=Process.DRAFT, events=ours),)
        return case(versions[-1], *tickets, *self.rows(), applied=tuple(applied), as_of=as_of, own=own)

    def terms(self) -> Terms:
        hours = self.random.choice((OFFICE, None, self.calendar(), self.calendar()))
        return some_terms(*self.targets(), calendar=hours)

    def calendar(self) -> ServiceCalendar:
        found = service_lives.calendar(self.random, self.random.choice(ODD_ZONES), MARCH.begins)
        begins = self.random.choice((None, None, None, OFFICE_BEGINS))
        return found.model_copy(update={"effective": begins, "later": () if begins else found.later})

    def targets(self) -> list[Target]:
        said = [
            self.of_items(form, f"{form[:4]}-{priority or 'any'}", priority=priority)
            for form in ("response_time", "resolution_time")
            for priority in self.random.choice((("high", "low"), ("high",), (None,), ()))
        ]
        said.append(self.of_items("resolution_time", "drafted", process="draft"))
        said.append(target())
        said.append(target("good_event_ratio", id="ratio", good="answered", valid="asked"))
        said.append(target("done_within", id="done", event="asked", working_days=1))
        return said

    def of_items(self, form: str, name: str, **fields: object) -> Target:
        within = f"{self.random.randrange(1, 3000)}min"
        statistic = self.random.choice(({}, {}, {"statistic": "percentile"}, {"statistic": "average"}))
        return target(form, id=name.replace("_", "-"), within=within, **statistic, **fields)

    def tickets(self, name: str) -> list[ItemEvent]:
        found = list[ItemEvent]()
        for no in range(self.random.randrange(6)):
            begin = MARCH.begins + self.random.randrange(-5, 29) * DAY
            instants = [begin + MINUTE * self.random.randrange(5 * 1440) for _ in range(self.random.randrange(1, 9))]
            found += some_rows(self.random, instants, f"{name}-{no}")
        return found

    def rows(self) -> list[Evidence]:
        return [self.row() for _ in range(self.random.randrange(25))]

    def row(self) -> Evidence:
        self.keys += 1
        start = self.instant()
        end = start + MINUTE * self.random.choice((0, 1, 60, 300, 4000))
        about = self.random.choice((None, "it-works", "reso-high", "ratio"))
        kind = self.random.choice(("outage", "unknown", "exclusion", "observed", "count", "count", "count", "deed"))
        valid = self.random.randrange(100)
        said: dict[str, dict[str, object]] = {
            "exclusion": {"start": start, "end": end, "cause": "maintenance", "evidence": "Change", "target": about},
            "count": {"target": "ratio", "at": start, "good": self.random.randrange(valid + 1), "valid": valid},
            "deed": {"target": "done", "happened_at": start, "done_at": self.random.choice((None, end))},
        }
        fields = said.get(kind, {"start": start, "end": end, "target": about})
        if kind == "exclusion":
            fields["approved_by"] = self.random.choice((None, "ana@northwind.example", "ana@northwind.example"))
        return row(kind, **fields)

    def instant(self) -> datetime:
        return MARCH.begins + MINUTE * self.random.randrange(31 * 1440)


def alone(one: Case) -> Statement | str:
    try:
        return state(one)
    except BadInput as wrong:
        return str(wrong)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9))
def test_a_mixed_page_says_byte_for_byte_what_each_case_says_alone(seed: int) -> None:
    lives = Lives(seed)
    page = [lives.case() for _ in range(5)]
    found = [each if isinstance(each, Statement) else str(each) for each in stated(page)]
    assert found == [alone(each) for each in page]
    assert [each.hash for each in found if isinstance(each, Statement)] == [
        each.hash for each in map(alone, page) if isinstance(each, Statement)
    ]


def test_the_clocks_of_all_items_of_a_page_are_looked_at_together() -> None:
    solved = target("resolution_time", id="solved", within="4h")
    high, low = (target("response_time", id=name, within="4h", priority=name) for name in ("high", "low"))
    one = case(some_terms(solved, high, low, calendar=OFFICE), *TICKET)
    (parts,) = added_up([one])
    assert parts is not None
    assert [len(each.shown or ()) for each in parts] == [1, 1, 1]
    assert stated([one]) == [state(one)]


def test_editions_that_are_over_before_the_period_are_not_taken_for_each_other() -> None:
    """Their parts are empty and begin at one instant; only the item tells them apart."""
    slow, fast = (
        some_terms(target("resolution_time", id="solved", within=within), calendar=OFFICE) for within in SPANS
    )
    days = [start_of_day(date.fromisoformat(day), BERLIN) for day in ("2027-01-01", "2027-02-01", "2027-02-20")]
    first, second, third = (
        Applied(terms=terms, edition=edition(no), since=since, until=until)
        for no, (terms, since, until) in enumerate(zip((slow, fast, slow), days, (*days[1:], None), strict=True), 1)
    )
    rows = (event(at("02-19 10:00"), ItemDoes.OPENED, 0), event(at("03-05 10:00"), ItemDoes.RESOLVED, 1))
    one = case(slow, *rows, applied=(first, second, third))
    assert stated([one]) == [state(one)]


SPANS = ("200h", "1h")


@pytest.mark.parametrize("form", ["availability", "resolution_time"])
def test_one_bad_case_spoils_no_other(form: str) -> None:
    about = target(within="4h", form=form) if form != "availability" else target()
    rows = (outage("03-04 10:00", "03-04 12:00"), *TICKET)
    good = case(some_terms(about, calendar=OFFICE), *rows)
    late = OFFICE.model_copy(update={"effective": OFFICE_BEGINS})
    bad = case(some_terms(about, calendar=late), *rows)
    found = stated([good, bad, good])
    assert (found[0], found[2]) == (state(good), state(good))
    assert isinstance(found[1], BadInput)
    added = [parts[0] if parts else None for parts in added_up([good, bad, good])]
    assert [bool(each and (each.times or each.shown)) for each in added] == [True, False, True]


def test_a_page_of_other_forms_adds_up_nothing() -> None:
    happy = some_terms(target("outcome", id="happy", committed="4", acceptable="3"))
    one = case(happy, row("score", target="happy", at="2027-03-04T10:00:00Z", value="4"))
    assert stated([one]) == [state(one)]
    assert stated([]) == []
