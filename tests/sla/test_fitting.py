"""What a row shows alone: whether any target of its agreement can use it, and what would be right."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from sla.applied import Applied
from sla.compliance import judge
from sla.errors import BadInput
from sla.evidence import Evidence
from sla.fitting import Counting, Words, unfit, words_of
from sla.samples import Grid, availability_days, ratio_days
from sla.service_calendar import ServiceCalendar
from sla.targets import Target
from sla.terms import Terms
from tests.sla.judged import BERLIN, MARCH, OFFICE, applied, at, row, some_terms, target

SHARE = {"committed": "99", "acceptable": "98"}
TARGETS = (
    target("availability", id="up"),
    target("good_event_ratio", id="pages", good="printed", valid="sent", **SHARE),
    target("throughput", id="sheets", unit="sheets", committed="5", acceptable="4"),
    target("outcome", id="liked", committed="4", acceptable="3"),
    target("response_time", id="answered", within="2h", **SHARE),
    target("resolution_time", id="solved", within="8h", **SHARE),
    target("done_within", id="new-staff", event="a new member of staff", working_days=1, **SHARE),
    target("done_by_end_of_day", id="leavers", event="a leaver", day="the last day", **SHARE),
)
WORDS = words_of([Counting(some_terms(*TARGETS))])
NOON = at("03-10 12:00")
TIMES = {"start": NOON, "end": NOON + timedelta(hours=1)}
LATE_EXCLUSION = {
    "start": at("03-30 12:00"),
    "end": at("03-30 13:00"),
    "cause": "maintenance",
    "evidence": "Change 12",
    "approved_by": "ana@northwind.example",
}
EXCLUDED = {**LATE_EXCLUSION, **TIMES}


def about(id_: str, **fields: object) -> dict[str, object]:
    return {"target": id_, **fields}


FITS = [
    row("outage", **about("up", **TIMES)),
    row("outage", **TIMES),
    row("count", **about("pages", at=NOON, good=1, valid=1)),
    row("quantity", **about("sheets", at=NOON, amount=7)),
    row("score", **about("liked", at=NOON, value="5")),
    row("deed", **about("new-staff", happened_at=NOON)),
    row("deed", **about("leavers", happened_at=NOON, due_day="2027-03-31")),
    row("item", item="T-1", does="opened", at=NOON),
    row("withdrawn", at=NOON, reason="a test"),
    *(row(kind, **about(each.id, **TIMES)) for kind in ("observed", "unknown") for each in TARGETS),
    *(row("exclusion", **about(each.id, **EXCLUDED)) for each in TARGETS),
    *(row(kind, **TIMES) for kind in ("observed", "unknown")),
]
FITS_NOT = [
    (row("outage", **about("nope", **TIMES)), "target: 'nope' is no target of 0001; up is expected"),
    (
        row("deed", **about("nope", happened_at=NOON)),
        "target: 'nope' is no target of 0001; one of new-staff, leavers is expected",
    ),
    (
        row("exclusion", **about("nope", **EXCLUDED)),
        "target: 'nope' is no target of 0001; one of up, pages, sheets, liked, answered, solved, new-staff, leavers is "
        "expected",
    ),
    (
        row("count", **about("up", at=NOON, good=1, valid=1)),
        "target: up is about availability, which is not judged by rows of the kind count; pages is expected",
    ),
    (
        row("outage", **about("answered", **TIMES)),
        "target: answered is about response time, which is not judged by rows of the kind outage; up is expected",
    ),
    (
        row("score", **about("liked", at=NOON, value="7")),
        "value: 7 is beyond the scale of liked; at most 5 is expected",
    ),
    (
        row("deed", **about("leavers", happened_at=NOON)),
        "due_day: is missing, and leavers is about a named day; the local day by whose end it is due is expected",
    ),
]


@pytest.mark.parametrize("evidence", FITS, ids=lambda each: f"{each.kind} {getattr(each, 'target', '')}")
def test_a_row_that_a_target_can_use_fits(evidence: Evidence) -> None:
    assert unfit(evidence, WORDS, "0001") is None


@pytest.mark.parametrize(("evidence", "sentence"), FITS_NOT)
def test_a_row_that_no_target_can_use_is_told_with_what_would_be_right(evidence: Evidence, sentence: str) -> None:
    assert str(unfit(evidence, WORDS, "0001")) == sentence


def test_where_no_target_takes_such_rows_that_is_said() -> None:
    only_up = words_of([Counting(some_terms(TARGETS[0]))])
    told = "target: 'liked' is no target of 0001; it has none that is judged by rows of the kind score"
    assert str(unfit(row("score", **about("liked", at=NOON, value="4")), only_up, "0001")) == told


def test_of_many_targets_a_dozen_are_named() -> None:
    many = words_of([Counting(some_terms(*(target(id=f"site-{no:02}") for no in range(30))))])
    fault = unfit(row("outage", **about("site-99", **TIMES)), many, "0001")
    assert str(fault).endswith("site-10, site-11 and 18 more is expected")


# -- several editions


def scaled(to: int) -> Terms:
    return some_terms(target("outcome", id="liked", committed="4", acceptable="3", scale_to=to))


def score(value: str, when: datetime = NOON) -> Evidence:
    return row("score", **about("liked", at=when, value=value))


APRIL = at("04-01 00:00")
CHANGED = words_of([Counting(scaled(5), at("01-01 00:00"), APRIL), Counting(scaled(10), APRIL)])


def test_a_row_is_held_against_the_words_that_count_when_it_happened() -> None:
    assert str(unfit(score("7"), CHANGED, "0001")) == "value: 7 is beyond the scale of liked; at most 5 is expected"
    assert unfit(score("7", APRIL), CHANGED, "0001") is None
    assert str(unfit(score("11", APRIL), CHANGED, "0001")).endswith("at most 10 is expected")


def test_an_edition_on_its_way_changes_nothing_of_what_counts_already() -> None:
    words = words_of([Counting(scaled(5), at("01-01 00:00")), Counting(scaled(10))])
    assert unfit(score("7"), words, "0001") is not None


def test_evidence_may_come_before_an_edition_counts() -> None:
    new = target("outcome", id="liked-too", committed="4", acceptable="3")
    words = words_of([Counting(scaled(5), at("01-01 00:00")), Counting(some_terms(new))])
    assert unfit(row("score", **about("liked-too", at=NOON, value="4")), words, "0001") is None


def test_evidence_of_the_time_before_any_edition_is_held_against_all_of_them() -> None:
    early = datetime(2026, 11, 1, tzinfo=UTC)
    assert unfit(score("7", early), CHANGED, "0001") is None
    assert unfit(score("11", early), CHANGED, "0001") is not None


def test_a_target_that_a_later_edition_leaves_out_is_known_still() -> None:
    words = words_of([Counting(scaled(5), at("01-01 00:00"), APRIL), Counting(some_terms(TARGETS[0]), APRIL)])
    assert unfit(score("4"), words, "0001") is None


def test_editions_that_say_the_same_are_said_once() -> None:
    """So agreements that differ only in their dates have equal words, which are held once."""
    words = words_of([Counting(scaled(5), at("01-01 00:00"), APRIL), Counting(scaled(5), APRIL)])
    assert words == (Words("liked", "outcome", Decimal(5)),)


# -- hours that begin later than the terms

LATE_HOURS = ServiceCalendar.model_validate({**OFFICE.model_dump(), "effective": "2027-03-15"})
BEFORE, AFTER = at("03-10 12:00"), at("03-16 12:00")


@pytest.mark.parametrize(
    ("said", "field", "early", "late"),
    [
        (
            target("response_time", id="answered", within="2h", **SHARE),
            "at",
            row("item", item="T-1", does="opened", at=BEFORE),
            row("item", item="T-1", does="opened", at=AFTER),
        ),
        (
            target("done_within", id="new-staff", event="a new member of staff", working_days=1, **SHARE),
            "happened_at",
            row("deed", **about("new-staff", happened_at=BEFORE)),
            row("deed", **about("new-staff", happened_at=AFTER)),
        ),
    ],
    ids=["item", "deed"],
)
def test_what_happens_before_the_hours_say_anything_fits_no_clock(
    said: Target, field: str, early: Evidence, late: Evidence
) -> None:
    words = words_of([Counting(some_terms(said, calendar=LATE_HOURS), at("01-01 00:00"))])
    fault = unfit(early, words, "0001")
    assert str(fault) == (
        f"{field}: 2027-03-10T12:00:00Z is before the service hours of {said.id} begin; "
        "2027-03-14T23:00:00Z or later is expected"
    )
    assert unfit(late, words, "0001") is None


# -- the rule and the judging


def spoils(evidence: Evidence, terms: tuple[Applied, ...]) -> bool:
    try:
        judge(MARCH, terms, [evidence], MARCH.ends)
    except BadInput:
        return True
    return False


@pytest.mark.parametrize("calendar", [None, OFFICE, LATE_HOURS], ids=["round the clock", "office", "later hours"])
def test_whatever_keeps_a_period_from_being_judged_is_told_at_the_door(calendar: ServiceCalendar | None) -> None:
    """Target by target, as far as it is the row that spoils it: where hours begin later than their terms, some are
    never judged, and some not with any exclusion."""
    rows, found = [*FITS, *(each for each, _ in FITS_NOT)], set[str]()
    for each in TARGETS:
        counts = (applied(some_terms(each, calendar=calendar)),)
        if spoils(row("exclusion", **about(each.id, **LATE_EXCLUSION)), counts):
            rows = [evidence for evidence in rows if evidence.kind != "exclusion"]
        if spoils(row("withdrawn", at=NOON, reason="a test"), counts):
            continue
        words = words_of(Counting(some.terms, some.since, some.until) for some in counts)
        bad = [evidence for evidence in rows if spoils(evidence, counts)]
        assert [evidence for evidence in bad if unfit(evidence, words, "0001") is None] == []
        found |= {each.form for _ in bad}
    assert {"outcome", "done_by_end_of_day"} <= found


def test_whatever_is_pulled_fits_the_target_for_which_it_is_pulled() -> None:
    grid = Grid(MARCH.begins, MARCH.begins + timedelta(hours=2), timedelta(minutes=10))
    samples = {instant: Decimal(place % 2) for place, instant in enumerate(grid.instants[:-3])}
    days = (
        *availability_days("up", grid, samples, Decimal(1), BERLIN),
        *ratio_days("pages", grid, samples, samples, BERLIN),
    )
    rows = [pulled for day in days for pulled in day.rows]
    assert {pulled.kind for pulled in rows} == {"outage", "observed", "unknown", "count"}
    assert [pulled for pulled in rows if unfit(pulled, WORDS, "0001")] == []
