"""Judging a period: every form of target, and every rule about missing, excluded and amended. MON-4 to MON-7."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from sla.compliance import OwnWork, judge
from sla.errors import BadInput
from sla.evidence import ItemEvent
from sla.figures import Figure, Status
from sla.periods import period_named
from sla.statements import Decided
from sla.targets import Process, Target
from sla.touching import touching
from tests.sla.judged import BERLIN, MARCH, OFFICE, applied, at, edition, judged, outage, row, some_terms, target

SHARE = {"committed": "95", "acceptable": "90"}


def only(figures: tuple[Figure, ...]) -> Figure:
    (figure,) = figures
    return figure


# -- availability


def test_availability_is_the_share_of_service_time_in_which_nothing_was_down() -> None:
    figure = only(judged(some_terms(target(), calendar=OFFICE), outage("03-04 10:00", "03-04 12:00")))
    assert (figure.attainment, figure.status) == (Fraction(182 * 100, 184), Status.MISSED)
    assert figure.how == (
        "By line it-works of edition 1: 184h of service time: 2h down of 184h: 98.913 % against the committed 99.5 %: "
        "missed."
    )


def test_the_level_itself_is_met_and_what_is_shown_is_rounded_down() -> None:
    exactly = 184 * 3600 * 5 // 1000  # half a percent of the service time
    end = at("03-04 10:00") + timedelta(seconds=exactly)
    rows = (
        row("outage", start=at("03-04 10:00"), end=end),
        row("outage", start=end, end=end + timedelta(microseconds=1)),
    )
    assert only(judged(some_terms(target(), calendar=OFFICE), rows[0])).status is Status.MET
    missed = only(judged(some_terms(target(), calendar=OFFICE), *rows))
    assert (missed.status, str(missed.shown)) == (Status.MISSED, "99.499")


def test_overlapping_outages_count_once_and_only_their_open_part() -> None:
    rows = (
        outage("03-04 10:00", "03-04 12:00"),
        outage("03-04 11:00", "03-04 13:00"),
        outage("03-06 10:00", "03-07 10:00"),
    )
    assert only(judged(some_terms(target(), calendar=OFFICE), *rows)).misses == 3 * 3600


def test_an_outage_over_the_turn_of_the_month_counts_in_each_month_with_its_part() -> None:
    long = outage("02-28 20:00", "03-01 02:00")  # Berlin: three hours of each month
    said = some_terms(target())
    months = (judged(said, long, period=period_named(name, BERLIN)) for name in ("2027-02", "2027-03"))
    assert [only(figures).misses for figures in months] == [3 * 3600, 3 * 3600]


def test_an_outage_without_an_end_lasts_until_what_is_known() -> None:
    figure = only(judged(some_terms(target()), outage("03-31 12:00")))
    assert figure.misses == 10 * 3600


def test_an_outage_that_names_another_target_does_not_count() -> None:
    other = outage("03-04 10:00", "03-04 12:00", target="another")
    looked = row("observed", start=MARCH.begins, end=MARCH.ends)
    assert only(judged(some_terms(target()), other, looked)).attainment == 100


def test_an_approved_exclusion_takes_its_time_out_of_both() -> None:
    excluded = row(
        "exclusion", start=at("03-04 10:00"), end=at("03-04 12:00"), cause="maintenance", evidence="Change 12",
        approved_by="ana@northwind.example",
    )  # fmt: skip
    figure = only(judged(some_terms(target(), calendar=OFFICE), outage("03-04 10:00", "03-04 13:00"), excluded))
    assert figure.attainment == Fraction((182 - 1) * 100, 182)
    assert [(each.cause.value, each.seconds) for each in figure.exclusions] == [("maintenance", Fraction(7200))]


def test_an_exclusion_that_nobody_approved_counts_for_nothing_and_is_named() -> None:
    claimed = row("exclusion", start=at("03-04 10:00"), end=at("03-04 12:00"), cause="customer", evidence="They did it")
    figure = only(judged(some_terms(target(), calendar=OFFICE), outage("03-04 10:00", "03-04 12:00"), claimed))
    assert (figure.misses, [each.key for each in figure.not_approved]) == (7200, [claimed.key])


def test_a_month_that_nobody_reports_is_no_data_and_never_met() -> None:
    figure = only(judged(some_terms(target())))
    assert (figure.status, figure.attainment) == (Status.NO_DATA, None)


def test_a_missing_report_is_a_miss_where_the_terms_say_so() -> None:
    figure = only(judged(some_terms(target(no_data="missed"))))
    assert (figure.status, figure.attainment) == (Status.MISSED, None)
    assert "by the terms missing data counts as a miss" in figure.how


def test_a_month_in_which_somebody_looked_and_saw_nothing_is_met() -> None:
    looked = row("observed", start=MARCH.begins, end=MARCH.ends)
    assert only(judged(some_terms(target()), looked)).attainment == 100


@pytest.mark.parametrize(
    ("rule", "share"), [(None, Fraction(100)), ("up", Fraction(100)), ("down", Fraction(22 * 100, 23))]
)
def test_time_in_which_nobody_looked_counts_as_the_terms_say(rule: str | None, share: Fraction) -> None:
    looked = (row("observed", start=MARCH.begins, end=at("03-31 00:00")), outage("03-06 10:00", "03-06 11:00"))
    assert only(judged(some_terms(target(unknown=rule), calendar=OFFICE), *looked)).attainment == share


def test_an_outage_wins_over_not_knowing_and_an_exclusion_over_both() -> None:
    excluded = row(
        "exclusion", start=at("03-04 08:00"), end=at("03-04 09:00"), cause="force_majeure", evidence="Flood",
        approved_by="ana@northwind.example",
    )  # fmt: skip
    rows = (
        outage("03-04 08:00", "03-04 10:00"),
        row("unknown", start=at("03-04 08:00"), end=at("03-04 11:00")),
        excluded,
    )
    counted: dict[str, Fraction | int] = {
        each.what: each.amount for each in only(judged(some_terms(target(), calendar=OFFICE), *rows)).counted
    }
    assert counted == {"service time": 184 * 3600, "excluded": 3600, "down": 3600, "unknown": 3600}


def test_nothing_is_left_to_judge_where_everything_is_excluded() -> None:
    excluded = row(
        "exclusion", start=MARCH.begins, end=MARCH.ends, cause="force_majeure", evidence="Flood",
        approved_by="ana@northwind.example",
    )  # fmt: skip
    assert only(judged(some_terms(target()), excluded, outage("03-04 10:00", "03-04 12:00"))).status is Status.EXCLUDED


def test_without_hours_as_data_every_hour_counts_and_the_figure_says_so() -> None:
    figure = only(judged(some_terms(target()), outage("03-04 10:00", "03-04 12:00")))
    assert figure.attainment == Fraction((743 - 2) * 100, 743)  # March 2027 has 743 hours in Berlin
    assert figure.how.endswith("The terms state no service hours as data, so every hour of Europe/Berlin counts.")


def test_unknown_time_that_was_reported_is_never_told_as_silence() -> None:
    unknown = row("unknown", start=MARCH.begins, end=MARCH.ends)
    figure = only(judged(some_terms(target(), calendar=OFFICE), unknown))
    assert (figure.status, figure.budget) == (Status.NO_DATA, None)
    assert figure.how == (
        "By line it-works of edition 1: 184h of service time, 184h unknown, left out as the terms say: no data, which "
        "counts neither way."
    )


# -- ratio, throughput, outcome


def test_a_ratio_is_the_good_events_of_the_valid_ones_by_local_dates() -> None:
    said = some_terms(target("good_event_ratio", good="answered below 300 ms", valid="requests"))
    rows = (
        row("count", target="it-works", at=MARCH.begins, good=990, valid=1000),
        row("count", target="it-works", at=MARCH.ends - timedelta(microseconds=1), good=1000, valid=1000),
        row("count", target="it-works", at=MARCH.ends, good=0, valid=10**6),
    )
    figure = only(judged(said, *rows))
    assert (figure.attainment, figure.misses) == (Fraction(1990 * 100, 2000), 10)


@pytest.mark.parametrize(
    "said",
    [
        target("good_event_ratio", good="good", valid="valid"),
        target("throughput", unit="pages", per="hour", committed="5", acceptable="4"),
        target("outcome", committed="4", acceptable="3"),
        target("response_time", within="2h", **SHARE),
        target("resolution_time", within="2h", statistic="average", **SHARE),
        target("done_within", event="a new member of staff", working_days=1, **SHARE),
        target("done_by_end_of_day", event="a leaver", day="the last day", **SHARE),
    ],
)
def test_nothing_seen_leaves_nothing_to_judge_only_where_somebody_looked_for_just_that(said: Target) -> None:
    looked = {"start": MARCH.begins, "end": MARCH.ends}
    nothing = Status.MISSED if said.form == "throughput" else Status.EXCLUDED
    assert only(judged(some_terms(said), row("observed", **looked, target=said.id))).status is nothing
    assert only(judged(some_terms(said), row("observed", **looked))).status is Status.NO_DATA
    assert only(judged(some_terms(said))).status is Status.NO_DATA


def test_throughput_is_a_mean_by_month_working_day_or_service_hour() -> None:
    said = {"unit": "pages", "committed": "100", "acceptable": "50"}
    quantity = row("quantity", target="it-works", at=at("03-10 10:00"), amount="4600")
    means = [
        only(judged(some_terms(target("throughput", per=per, **said), calendar=OFFICE), quantity)).attainment
        for per in ("month", "day", "hour")
    ]
    assert means == [4600, 200, 25]


def test_half_a_month_counts_its_days() -> None:
    said = some_terms(target("throughput", unit="pages", committed="100", acceptable="50"))
    quantity = row("quantity", target="it-works", at=at("04-10 10:00"), amount="500")
    half = period_named("2027-04-01/2027-04-16", BERLIN)
    assert only(judged(said, quantity, period=half)).attainment == 1000


def test_a_day_is_one_share_of_its_month_though_the_clock_goes_back_in_it() -> None:
    said = some_terms(target("throughput", unit="pages", per="month", committed="100", acceptable="50"))
    quantity = row("quantity", target="it-works", at=at("10-10 10:00"), amount="500")
    some = period_named("2027-10-01/2027-10-16", BERLIN)
    assert only(judged(said, quantity, period=some)).attainment == Fraction(500 * 31, 15)


def test_an_outcome_is_the_mean_of_all_answers() -> None:
    said = some_terms(target("outcome", committed="4.2", acceptable="3.8"))
    rows = [
        row("score", target="it-works", at=at("03-10 10:00"), value=value, answers=n)
        for value, n in (("5", 1), ("4", 3))
    ]
    figure = only(judged(said, *rows))
    assert (figure.attainment, figure.status) == (Fraction(17, 4), Status.MET)


def test_a_score_beyond_the_scale_is_refused_by_name() -> None:
    bad = row("score", target="it-works", at=at("03-10 10:00"), value="6", key="answer-7")
    with pytest.raises(BadInput, match=r"evidence answer-7 of probe: 6 is beyond the scale; at most 5 is expected"):
        judged(some_terms(target("outcome", committed="4.2", acceptable="3.8")), bad)


# -- work items and deeds


def item(name: str, *events: tuple[str, str], priority: str | None = None) -> list[ItemEvent]:
    found = []
    for does, when in events:
        more = {"priority": priority} if does == "opened" and priority else {}
        more |= {"reason": "waits for the customer"} if does == "paused" else {}
        event = row("item", item=name, does=does, at=at(when), **more)
        assert isinstance(event, ItemEvent)
        found.append(event)
    return found


def test_response_and_resolution_read_the_same_items_in_service_time() -> None:
    rows = item("T1", ("opened", "03-04 15:00"), ("responded", "03-05 09:00"), ("resolved", "03-05 15:00"))
    said = {"within": "2h", **SHARE}
    response = only(judged(some_terms(target("response_time", **said), calendar=OFFICE), *rows))
    resolution = only(judged(some_terms(target("resolution_time", **said), calendar=OFFICE), *rows))
    assert (response.status, resolution.status) == (Status.MET, Status.MISSED)  # 2h and 8h of service


def test_an_item_counts_in_the_month_in_which_it_is_decided() -> None:
    rows = item("T1", ("opened", "03-31 14:00"), ("responded", "04-01 09:00"))
    said = some_terms(target("response_time", within="2h", **SHARE), calendar=OFFICE)
    april = period_named("2027-04", BERLIN)
    assert only(judged(said, *rows)).misses == 0
    late = only(judged(said, *rows, period=april))
    assert (late.misses, late.status) == (1, Status.MISSED)


@pytest.mark.parametrize(
    ("more", "status", "words"),
    [
        ({"statistic": "percentile", "committed": "50", "acceptable": "50"}, Status.MET, "the 50th percentile is 1h"),
        ({"statistic": "average", "committed": "100", "acceptable": "90"}, Status.MISSED, "3h on average over 2 items"),
        ({"statistic": "misses", "allowed_misses": 1}, Status.MET, "1 beyond it, at most 1 allowed"),
        ({"statistic": "misses", "allowed_misses": 0}, Status.MISSED, "1 beyond it, at most 0 allowed"),
    ],
)
def test_each_statistic_judges_the_same_times_in_its_own_way(more: dict[str, str], status: Status, words: str) -> None:
    rows = [
        *item("T1", ("opened", "03-04 09:00"), ("resolved", "03-04 10:00")),
        *item("T2", ("opened", "03-04 09:00"), ("resolved", "03-04 14:00")),
    ]
    figure = only(judged(some_terms(target("resolution_time", within="2h", **more), calendar=OFFICE), *rows))
    assert figure.status is status
    assert words in figure.how


AVERAGE = {"statistic": "average", "committed": "100", "acceptable": "90"}


def test_an_average_counts_what_is_late_and_never_done_in_every_month_that_ends_without_it() -> None:
    rows = [
        *item("T1", ("opened", "03-31 07:00")),
        *item("T2", ("opened", "03-30 07:00"), ("resolved", "03-30 08:00")),
    ]
    said = some_terms(target("resolution_time", within="2h", **AVERAGE), calendar=OFFICE)
    march, april = (only(judged(said, *rows, period=period_named(f"2027-{no}", BERLIN))) for no in ("03", "04"))
    assert march.status is april.status is Status.MISSED
    assert "4h 30min on average over 2 items (1 of them late and not done yet, with the time so far)" in march.how
    assert "184h on average over 1 items" in april.how


def test_an_item_that_is_open_within_its_limit_when_the_month_ends_has_no_time_yet() -> None:
    rows = item("T1", ("opened", "03-31 14:00"))
    said = some_terms(target("resolution_time", within="2h", **AVERAGE), calendar=OFFICE)
    assert only(judged(said, *rows)).attainment is None


def test_an_average_counts_what_is_done_after_the_edition_that_it_was_opened_under() -> None:
    first, second = (some_terms(target("resolution_time", within=limit, **AVERAGE)) for limit in ("4h", "5h"))
    editions = (applied(first, until="2027-03-01"), applied(second, "2027-03-01", no=2))
    rows = item("T1", ("opened", "02-26 10:00"), ("resolved", "03-25 10:00"))
    carried, own = judge(MARCH, editions, rows, MARCH.ends).figures
    assert (carried.edition, carried.is_carried_over, carried.status) == (edition(1), True, Status.MISSED)
    assert (own.edition, own.is_carried_over, own.attainment) == (edition(2), False, None)


def test_each_priority_has_its_own_limit() -> None:
    rows = [
        *item("T1", ("opened", "03-04 09:00"), ("resolved", "03-04 12:00"), priority="high"),
        *item("T2", ("opened", "03-04 09:00"), ("resolved", "03-04 12:00"), priority="low"),
    ]
    high, low = (target("resolution_time", id=name, within=within, priority=name, **SHARE) for name, within in
                 (("high", "2h"), ("low", "4h")))  # fmt: skip
    figures = judged(some_terms(high, low, calendar=OFFICE), *rows)
    assert [(figure.target, figure.status) for figure in figures] == [("high", Status.MISSED), ("low", Status.MET)]


def test_in_an_approved_exclusion_the_clock_of_an_item_rests() -> None:
    rows = item("T1", ("opened", "03-04 09:00"), ("resolved", "03-04 12:00"))
    excluded = row(
        "exclusion", start=at("03-04 10:00"), end=at("03-04 11:00"), cause="customer", evidence="Door was locked",
        approved_by="ana@northwind.example",
    )  # fmt: skip
    said = some_terms(target("resolution_time", within="2h", **SHARE), calendar=OFFICE)
    figure = only(judged(said, *rows, excluded))
    assert (only(judged(said, *rows)).misses, figure.misses) == (1, 0)
    assert [(each.row.key, each.seconds) for each in figure.exclusions] == [(excluded.key, Fraction(3600))]


def test_the_clock_of_an_item_rests_in_an_exclusion_after_its_terms_were_amended() -> None:
    rows = item("T1", ("opened", "03-04 09:00"), ("resolved", "03-18 12:00"))
    excluded = row(
        "exclusion", start=at("03-16 10:00"), end=at("03-18 11:00"), cause="customer", evidence="Door was locked",
        approved_by="ana@northwind.example",
    )  # fmt: skip
    old, new = (
        some_terms(target("resolution_time", within=within, **SHARE), calendar=OFFICE) for within in ("68h", "4h")
    )
    amended = (applied(old, until="2027-03-15"), applied(new, since="2027-03-15", no=2))
    late, in_time = (judge(MARCH, amended, found, MARCH.ends).figures[0] for found in (rows, (*rows, excluded)))
    assert (late.misses, in_time.misses) == (1, 0)


def test_an_item_counts_once_though_an_exclusion_of_the_month_before_moved_its_limit() -> None:
    excluded = row(
        "exclusion", start=at("03-30 22:00"), end=at("03-31 21:00"), cause="customer", evidence="Door was locked",
        approved_by="ana@northwind.example",
    )  # fmt: skip
    rows = (*item("T1", ("opened", "03-30 10:00")), excluded)  # at 12:00, so it has spent 5h by the evening
    said = some_terms(target("resolution_time", within="8h", **SHARE), calendar=OFFICE)
    months = [period_named(name, BERLIN) for name in ("2027-03", "2027-04")]
    chosen = [touching(rows, month.begins, month.ends) for month in months]
    found = [only(judged(said, *each, period=month)) for each, month in zip(chosen, months, strict=True)]
    assert [figure.misses for figure in found] == [0, 1]


def test_an_exclusion_that_was_over_before_the_month_is_not_told_of_its_availability() -> None:
    before = row("exclusion", start=at("02-04 10:00"), end=at("02-04 12:00"), cause="customer", evidence="They did it")
    assert only(judged(some_terms(target()), outage("03-04 10:00", "03-04 13:00"), before)).not_approved == ()


def test_an_average_rests_on_the_exclusions_in_which_its_clocks_rested() -> None:
    rows = item("T1", ("opened", "03-04 09:00"), ("resolved", "03-04 12:00"))
    excluded = row(
        "exclusion", start=at("03-04 10:00"), end=at("03-04 11:00"), cause="customer", evidence="Door was locked",
        approved_by="ana@northwind.example",
    )  # fmt: skip
    said = some_terms(target("resolution_time", within="2h", statistic="average", **SHARE), calendar=OFFICE)
    bare, figure = only(judged(said, *rows)), only(judged(said, *rows, excluded))
    assert (bare.status, figure.status) == (Status.MISSED, Status.MET)
    assert (figure.evidence_rows, len(figure.exclusions)) == (bare.evidence_rows + 1, 1)


def test_a_number_of_misses_is_told_as_a_number() -> None:
    rows = item("T1", ("opened", "03-04 09:00"), ("resolved", "03-04 14:00"))
    said = target("resolution_time", within="2h", statistic="misses", allowed_misses=1)
    assert only(judged(some_terms(said, calendar=OFFICE), *rows)).how == (
        "By line it-works of edition 1: 0 of 1 items resolved within 2h of service time; 1 beyond it, at most 1 "
        "allowed: met."
    )


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [
        ("03-07 23:00", "03-08 23:00", Status.EXCLUDED),  # the whole of the local day by whose end it is due
        ("03-08 23:00", "03-09 23:00", Status.MISSED),  # the day after it
        ("03-08 09:00", "03-08 22:00", Status.MISSED),  # an hour of it is left
    ],
)
def test_a_deed_is_left_out_where_the_end_of_its_last_day_is_excluded(start: str, end: str, status: Status) -> None:
    said = some_terms(target("done_within", event="a new member of staff", working_days=1, **SHARE), calendar=OFFICE)
    excluded = row(
        "exclusion", start=at(start), end=at(end), cause="force_majeure", evidence="Flood",
        approved_by="ana@northwind.example",
    )  # fmt: skip
    never = row("deed", target="it-works", happened_at=at("03-05 10:00"))
    assert only(judged(said, never, excluded)).status is status


def test_what_a_deed_was_to_be_done_by_is_in_the_sentence() -> None:
    said = some_terms(target("done_within", event="a new member of staff", working_days=1, **SHARE), calendar=OFFICE)
    deed = row("deed", target="it-works", happened_at=at("03-05 10:00"), done_at=at("03-08 10:00"))
    assert only(judged(said, deed)).how == (
        "By line it-works of edition 1: 1 of 1 done by the end of working day 1 after the event (a new member of "
        "staff): 100.000 % against the committed 95 %: met."
    )


def test_a_deed_is_in_time_until_the_end_of_its_working_day() -> None:
    said = some_terms(target("done_within", event="a new member of staff", working_days=1, **SHARE), calendar=OFFICE)
    happened = {"target": "it-works", "happened_at": at("03-05 10:00")}  # a Friday
    last = row("deed", **happened, done_at=at("03-08 22:59"))
    assert only(judged(said, last)).status is Status.MET
    assert only(judged(said, row("deed", **happened, done_at=at("03-08 23:00")))).status is Status.MISSED


def test_a_deed_that_was_never_done_is_late_from_the_end_of_its_day() -> None:
    said = some_terms(target("done_by_end_of_day", event="a leaver", day="the last day", **SHARE))
    never = row("deed", target="it-works", happened_at=at("03-20 10:00"), due_day="2027-03-31")
    april = period_named("2027-04", BERLIN)
    assert only(judged(said, never)).misses == 1  # its day is one of March
    assert only(judged(said, never, period=april)).misses == 0


def test_what_was_due_on_the_last_day_of_an_agreement_and_never_done_is_missed_in_its_last_period() -> None:
    said = some_terms(target("done_by_end_of_day", event="a leaver", day="the last day", **SHARE))
    never = row("deed", target="it-works", happened_at=at("03-20 10:00"), due_day="2027-03-31")
    (figure,) = judge(MARCH, (applied(said, until="2027-04-01"),), [never], MARCH.ends).figures
    assert (figure.status, figure.misses) == (Status.MISSED, 1)


def test_deeds_that_were_over_before_the_period_do_not_say_that_somebody_looked() -> None:
    said = some_terms(target("done_by_end_of_day", event="a leaver", day="the last day", **SHARE))
    long_ago = row(
        "deed", target="it-works", happened_at=at("01-20 10:00"), due_day="2027-01-31", done_at=at("01-30 10:00")
    )
    figure = only(judged(said, long_ago))
    assert (figure.status, figure.evidence_rows) == (Status.NO_DATA, 0)


def test_a_leaver_without_a_day_is_refused_by_name() -> None:
    said = some_terms(target("done_by_end_of_day", event="a leaver", day="the last day", **SHARE))
    with pytest.raises(BadInput, match=r"evidence leaver-3 of probe: names no day by whose end it is due"):
        judged(said, row("deed", target="it-works", happened_at=at("03-20 10:00"), key="leaver-3"))


def test_our_own_work_is_judged_by_the_same_engine() -> None:
    said = some_terms(target("resolution_time", within="8h", process="draft", **SHARE), calendar=OFFICE)
    tickets = item("T1", ("opened", "03-04 09:00"), ("resolved", "03-25 10:00"))
    drafts = tuple(item("draft", ("opened", "03-04 09:00"), ("resolved", "03-04 10:00")))
    own = (OwnWork(process=Process.DRAFT, events=drafts),)
    figure = only(judge(MARCH, (applied(said),), tickets, MARCH.ends, own=own).figures)
    assert (figure.attainment, figure.evidence_rows) == (Fraction(100), 2)


# -- amendments, disputes, time that is not over


def test_each_part_of_a_month_is_judged_by_the_terms_then_in_force() -> None:
    lax, strict = target(), target(committed="99.9", acceptable="99")
    editions = (
        applied(some_terms(lax, calendar=OFFICE), "2027-01-01", "2027-03-16", 1),
        applied(some_terms(strict, calendar=OFFICE), "2027-03-16", None, 2),
    )
    rows = outage("03-04 10:00", "03-04 10:20"), outage("03-18 10:00", "03-18 10:20")
    figures = judge(MARCH, editions, rows, MARCH.ends).figures
    assert [(each.edition, each.status) for each in figures] == [(edition(1), Status.MET), (edition(2), Status.MISSED)]
    assert figures[0].until == figures[1].since


def test_an_edition_that_leaves_a_line_as_it_was_does_not_part_it() -> None:
    said = some_terms(target(), calendar=OFFICE)
    editions = (applied(said, "2027-01-01", "2027-03-16", 1), applied(said, "2027-03-16", None, 2))
    figure = only(judge(MARCH, editions, [outage("03-04 10:00", "03-04 12:00")], MARCH.ends).figures)
    assert (figure.attainment, figure.edition) == (Fraction(182 * 100, 184), edition(2))


def test_an_item_is_judged_by_the_terms_under_which_it_was_opened() -> None:
    old, new = (target("resolution_time", within=within, **SHARE) for within in ("2h", "40h"))
    editions = (
        applied(some_terms(old, calendar=OFFICE), "2027-01-01", "2027-03-01", 1),
        applied(some_terms(new, calendar=OFFICE), "2027-03-01", None, 2),
    )
    rows = item("T1", ("opened", "02-26 15:30"), ("resolved", "03-02 09:00"))
    figures = judge(MARCH, editions, rows, MARCH.ends).figures
    assert [(each.edition, each.misses) for each in figures] == [(edition(1), 1), (edition(2), 0)]


def test_a_settled_dispute_states_another_figure_and_says_so() -> None:
    settled = Decided(dispute=3, target="it-works", is_open=False, value="99.6")
    said = some_terms(target(), calendar=OFFICE)
    judgement = judge(MARCH, (applied(said),), [outage("03-04 10:00", "03-04 12:00")], MARCH.ends, decided=(settled,))
    figure = only(judgement.figures)
    assert (figure.attainment, figure.status, figure.ruling) == (Fraction(996, 10), Status.MET, 3)
    assert "Dispute 3 was settled: 99.600 % is stated in place of it" in figure.how


def test_a_figure_by_decision_has_no_budget_of_what_was_measured() -> None:
    settled = Decided(dispute=3, target="it-works", is_open=False, value="99.6")
    applies, rows = (applied(some_terms(target(), calendar=OFFICE)),), [outage("03-04 10:00", "03-04 12:00")]
    assert only(judge(MARCH, applies, rows, MARCH.ends).figures).budget is not None
    assert only(judge(MARCH, applies, rows, MARCH.ends, decided=(settled,)).figures).budget is None


def test_an_open_dispute_freezes_the_figure_and_leaves_it() -> None:
    raised = Decided(dispute=3, target="it-works", is_open=True)
    said = some_terms(target(), calendar=OFFICE)
    figure = only(
        judge(MARCH, (applied(said),), [outage("03-04 10:00", "03-04 12:00")], MARCH.ends, decided=(raised,)).figures
    )
    assert (figure.status, figure.dispute) == (Status.MISSED, 3)


def test_a_month_that_is_not_over_is_at_risk_before_it_is_missed() -> None:
    said = some_terms(target(), calendar=OFFICE)
    eighth = datetime(2027, 3, 8, 23, tzinfo=UTC)  # 6 of 23 days
    few, more = outage("03-04 10:00", "03-04 10:40"), outage("03-04 10:00", "03-04 11:00")
    statuses = [only(judged(said, each, as_of=eighth)).status for each in (few, more)]
    assert statuses == [Status.AT_RISK, Status.MISSED]  # the budget is 55 min 12 s
    forecast = only(judged(said, few, as_of=eighth)).budget
    assert forecast is not None
    assert forecast.burn_rate == Fraction(40 * 60 * 23, 3312 * 6)
    assert forecast.breach_at is not None
    assert forecast.breach_at.date().isoformat() == "2027-03-11"
