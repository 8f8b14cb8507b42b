"""Random periods, minute by minute: judging comes to what a slow oracle counts, and what must not matter, does not.

Source: MON-3, MON-4, MON-14.
"""

from datetime import datetime
from fractions import Fraction
from functools import cache
from random import Random

import pytest

from sla.applied import Applied
from sla.compliance import judge
from sla.evidence import Evidence, evidence_digest
from sla.figures import Figure
from sla.periods import JudgedPeriod
from sla.service_calendar import ServiceCalendar
from sla.term import day_at, start_of_day
from tests.sla.judged import row, some_terms, target
from tests.sla.service_lives import DAY, MINUTE, ODD_ZONES, calendar, some_day
from tests.sla.service_oracle import Oracle

SEEDS = range(60)
DAYS = 9
KINDS = ("outage", "unknown", "exclusion", "observed")


class Life:
    """A random calendar, some days of it, and random evidence to the minute."""

    def __init__(self, seed: int) -> None:
        random = Random(seed)
        self.random, self.zone = random, random.choice(ODD_ZONES)
        self.around = some_day(random, self.zone)
        self.calendar: ServiceCalendar = calendar(random, self.zone, self.around).model_copy(update={"effective": None})
        first = day_at(self.around, self.zone)
        self.period = JudgedPeriod(start=first + DAY, end=first + random.randrange(2, 7) * DAY, zone=self.zone)
        self.rule = random.choice((None, "down", "up", "left_out"))
        self.rows = [self.some_row() for _ in range(random.randrange(8))]

    def some_row(self) -> Evidence:
        kind = self.random.choice(KINDS)
        start = self.around + MINUTE * self.random.randrange(-1440, DAYS * 1440)
        end = start + MINUTE * self.random.choice((0, 1, 7, 60, 300, 1440, 4000))
        if kind == "outage":
            return row(kind, start=start, end=self.random.choice((end, end, end, None)))
        if kind == "exclusion":
            approved = self.random.choice((None, "ana@northwind.example"))
            return row(kind, start=start, end=end, cause="maintenance", evidence="Change", approved_by=approved)
        return row(kind, start=start, end=end)

    def figure(self, rows: list[Evidence], period: JudgedPeriod | None = None) -> Figure:
        said = some_terms(target(unknown=self.rule), calendar=self.calendar)
        said = said.model_copy(update={"period": said.period.model_copy(update={"zone": self.zone})})
        about = period or self.period
        always = Applied(terms=said, since=self.around - 40 * DAY)
        (figure,) = judge(about, (always,), rows, about.ends).figures
        return figure


@cache
def life(seed: int) -> Life:
    return Life(seed)


def minutes(figure: Figure) -> dict[str, Fraction]:
    return {each.what: each.amount / 60 for each in figure.counted}


def counted_by_hand(one: Life) -> dict[str, int]:
    """Every minute of the period, asked one by one what it is."""
    oracle = Oracle(one.calendar, one.around - DAY, DAYS + 3)
    found = {"service time": 0, "excluded": 0, "down": 0, "unknown": 0}

    def within(kind: str, at: datetime) -> bool:
        return any(
            each.kind == kind and each.first <= at and (each.last is None or at < each.last)
            for each in one.rows
            if getattr(each, "approved_by", "somebody") is not None
        )

    says_when = any(each.kind == "observed" for each in one.rows if _touches(each, one.period))
    for at, runs in oracle.running.items():
        if not (runs and one.period.begins <= at < one.period.ends):
            continue
        found["service time"] += 1
        nobody_looked = within("unknown", at) or (says_when and not within("observed", at))
        if within("exclusion", at):
            found["excluded"] += 1
        elif within("outage", at):
            found["down"] += 1
        elif nobody_looked:
            found["unknown"] += 1
    return found


def _touches(each: Evidence, period: JudgedPeriod) -> bool:
    return each.first < period.ends and (each.last is None or each.last > period.begins)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_minute_is_what_the_oracle_says(seed: int) -> None:
    one = life(seed)
    assert minutes(one.figure(one.rows)) == counted_by_hand(one)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_evidence_does_not_matter(seed: int) -> None:
    one = life(seed)
    shuffled = list(one.rows)
    Random(seed).shuffle(shuffled)
    assert one.figure(shuffled) == one.figure(one.rows)
    assert evidence_digest(shuffled) == evidence_digest(one.rows)


@pytest.mark.parametrize("seed", SEEDS)
def test_splitting_a_period_adds_up(seed: int) -> None:
    one = life(seed)
    watched = [*one.rows, row("observed", start=one.period.begins, end=one.period.begins + MINUTE)]
    watched += [row("observed", start=one.period.ends - MINUTE, end=one.period.ends)]
    whole = minutes(one.figure(watched))
    if (one.period.end - one.period.start).days < 2:
        return
    middle = one.period.start + DAY
    if start_of_day(middle, one.zone) in {one.period.begins, one.period.ends}:
        return  # the zone leaves that day out
    halves = [
        minutes(one.figure(watched, one.period.model_copy(update=change)))
        for change in ({"end": middle}, {"start": middle})
    ]
    assert {what: halves[0][what] + halves[1][what] for what in whole} == whole


@pytest.mark.parametrize("seed", SEEDS)
def test_more_outage_never_raises_attainment(seed: int) -> None:
    one = life(seed)
    before = one.figure(one.rows)
    after = one.figure([*one.rows, row("outage", start=one.around + DAY, end=one.around + 2 * DAY)])
    if before.attainment is not None and after.attainment is not None:
        assert after.attainment <= before.attainment


@pytest.mark.parametrize("seed", SEEDS)
def test_an_outage_outside_the_service_time_changes_nothing_but_the_rows_named(seed: int) -> None:
    one = life(seed)
    closed = next(
        (at for at, runs in Oracle(one.calendar, one.period.begins.replace(second=0), 5).running.items() if not runs),
        None,
    )
    looked = row("observed", start=one.period.begins, end=one.period.ends)
    if closed is None or not one.period.begins <= closed < one.period.ends:
        return
    before = one.figure([*one.rows, looked])
    after = one.figure([*one.rows, looked, row("outage", start=closed, end=closed + MINUTE)])
    assert (after.attainment, after.counted) == (before.attainment, before.counted)
