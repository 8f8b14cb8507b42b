"""Each form of target has its own sentence, and an example whose dates and figures are right."""

import math
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.calendars import WorkCalendar, is_working_day
from sla.promises import sentence, span_text
from sla.service_calendar import ServiceCalendar
from sla.targets import Availability, ResponseTime
from sla.terms import Period
from sla.worked_examples import worked_example
from tests.sla.test_targets import EVERY_FORM, target

FEBRUARY = Period(start=date(2027, 2, 1), end=date(2030, 2, 1), zone="Europe/Berlin")
"""1 February 2027 is a Monday; the month has 20 working days."""
FRIDAY = Period(start=date(2027, 2, 5), end=date(2027, 6, 1), zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("availability", "A: the service is available in 95 % of its service hours"),
        ("response_time", "A: 95 % of work items are answered within 4 hours of service time"),
        ("resolution_time", "A: 95 % of work items of priority high are resolved within 8 hours of service time"),
        ("done_within", "A: 95 % are done within 1 working day after this event: a new member of staff is announced"),
        ("done_by_end_of_day", "A: 95 % are done by the end of the last working day, after this event: a member of"),
        ("good_event_ratio", "A: 95 % of these: all pages, are these: pages without a fault"),
        ("throughput", "A: at least 95 pages a day are delivered; no less than 90 pages a day is acceptable."),
        ("outcome", "A: the outcome is 95 of 100 or better; no less than 90 of 100 is acceptable."),
    ],
)
def test_each_form_has_its_sentence(form: str, expected: str) -> None:
    assert sentence(target(form)).startswith(expected)


def test_equal_levels_leave_nothing_less() -> None:
    assert (
        sentence(target("outcome", acceptable="95"))
        == "A: the outcome is 95 of 100 or better; nothing less is acceptable."
    )


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (
            "availability",
            "Example: with service on Monday to Friday, 09:00 to 17:00 (Europe/Berlin), there are 160 hours of "
            "service from 1 February 2027 to 28 February 2027; the commitment of 95 % is kept with up to 480 "
            "minutes of outage, the acceptable 90 % with up to 960 minutes, neither with more.",
        ),
        (
            "response_time",
            "Example: with service on Monday to Friday, 09:00 to 17:00 (Europe/Berlin), what arrives on Monday, "
            "1 February 2027 at 16:00 is answered in time until Tuesday, 2 February 2027 at 12:00. Of 200 work "
            "items from 1 February 2027 to 28 February 2027, the commitment of 95 % is kept with 190 or more "
            "answered in time, the acceptable 90 % with 180 or more, neither with fewer.",
        ),
        (
            "resolution_time",
            "Example: with service on Monday to Friday, 09:00 to 17:00 (Europe/Berlin), what arrives on Monday, "
            "1 February 2027 at 16:00 is resolved in time until Tuesday, 2 February 2027 at 16:00. Of 200 work "
            "items from 1 February 2027 to 28 February 2027, the commitment of 95 % is kept with 190 or more "
            "resolved in time, the acceptable 90 % with 180 or more, neither with fewer.",
        ),
        (
            "done_within",
            "Example: with working days on Monday to Friday, what follows an event on Monday, 1 February 2027 is "
            "done in time until the end of Tuesday, 2 February 2027 (working day 1 after it). Of 200 events from "
            "1 February 2027 to 28 February 2027, the commitment of 95 % is kept with 190 or more done in time, "
            "the acceptable 90 % with 180 or more, neither with fewer.",
        ),
        (
            "done_by_end_of_day",
            "Example: when the last working day is Monday, 1 February 2027, it is done in time until 24:00 of "
            "that day (Europe/Berlin), and late from 00:00 of Tuesday, 2 February 2027. Of 200 cases from 1 "
            "February 2027 to 28 February 2027, the commitment of 95 % is kept with 190 or more done in time, "
            "the acceptable 90 % with 180 or more, neither with fewer.",
        ),
        (
            "good_event_ratio",
            "Example: of 10,000 (all pages) from 1 February 2027 to 28 February 2027, the commitment of 95 % is "
            "kept with 9,500 or more (pages without a fault), the acceptable 90 % with 9,000 or more, neither "
            "with fewer.",
        ),
        (
            "throughput",
            "Example: on Monday, 1 February 2027, the commitment of 95 pages a day is kept with 95 pages or "
            "more, the acceptable 90 pages a day with 90 pages or more, neither with fewer.",
        ),
        (
            "outcome",
            "Example: measured from 1 February 2027 to 28 February 2027, the commitment of 95 of 100 is kept "
            "with a result of 95 of 100 or more, the acceptable 90 of 100 with 90 of 100 or more, neither with "
            "less.",
        ),
    ],
)
def test_each_form_has_its_example(form: str, expected: str) -> None:
    assert worked_example(target(form), FEBRUARY) == expected


@pytest.mark.parametrize("form", EVERY_FORM)
def test_a_level_that_is_missing_has_no_example_yet(form: str) -> None:
    assert worked_example(target(form, acceptable=None), FEBRUARY) == "Example: none yet, for a level is not stated."


@pytest.mark.parametrize(
    ("within", "until"),
    [
        ("30min", "Friday, 5 February 2027 at 16:30"),
        ("1h", "Friday, 5 February 2027 at 17:00"),
        ("4h", "Monday, 8 February 2027 at 12:00"),
        ("2d", "Monday, 15 February 2027 at 16:00"),
    ],
)
def test_service_time_stops_over_the_weekend(within: str, until: str) -> None:
    example = worked_example(target("response_time", within=within), FRIDAY)
    assert f"arrives on Friday, 5 February 2027 at 16:00 is answered in time until {until}. " in example


@pytest.mark.parametrize(
    ("days", "until"),
    [
        (0, "Friday, 5 February 2027."),
        (1, "Monday, 8 February 2027 (working"),
        (10, "Friday, 19 February 2027 (working"),
    ],
)
def test_working_days_pass_over_the_weekend(days: int, until: str) -> None:
    example = worked_example(target("done_within", working_days=days), FRIDAY)
    assert f"an event on Friday, 5 February 2027 is done in time until the end of {until}" in example


def test_an_example_follows_the_calendar_that_it_is_given() -> None:
    shop = WorkCalendar(
        zone="Europe/Lisbon", weekdays=(0, 2, 5), opens=time(10), closes=time(14), holidays=(date(2027, 2, 6),)
    )
    example = worked_example(target("response_time"), FRIDAY, shop)
    hours = "with service on Monday, Wednesday, Saturday without holidays, 10:00 to 14:00 (Europe/Lisbon), "
    arrives = "what arrives on Monday, 8 February 2027 at 13:00 is answered in time until "
    assert f"Example: {hours}{arrives}Wednesday, 10 February 2027 at 13:00. " in example


def test_levels_that_lie_close_are_told_apart_by_a_larger_count() -> None:
    example = worked_example(target("done_within", committed="99.99", acceptable="99.98"), FEBRUARY)
    assert "Of 10,000 events" in example
    assert "kept with 9,999 or more done in time, the acceptable 99.98 % with 9,998 or more" in example


def test_a_commitment_to_all_is_broken_by_one() -> None:
    example = worked_example(target("done_within", committed="100", acceptable="100"), FEBRUARY)
    assert example.endswith("the commitment of 100 % is kept with 200 done in time and broken with fewer.")


def test_an_outage_is_told_exactly() -> None:
    example = worked_example(target("availability", committed="99.999", acceptable="99.99"), FEBRUARY)
    assert "kept with up to 5.76 seconds of outage, the acceptable 99.99 % with up to 57.6 seconds" in example


def test_a_term_without_service_time_says_so() -> None:
    weekend = Period(start=date(2027, 2, 6), end=date(2027, 2, 8), zone="UTC")
    assert "there is no service from 6 February 2027 to 7 February 2027" in worked_example(
        target("availability"), weekend
    )


@pytest.mark.parametrize(
    ("start", "end", "month"),
    [
        (date(2027, 1, 31), date(2028, 1, 31), "from 31 January 2027 to 27 February 2027"),
        (date(2027, 12, 1), date(2028, 12, 1), "from 1 December 2027 to 31 December 2027"),
        (date(2028, 1, 30), date(2029, 1, 30), "from 30 January 2028 to 28 February 2028"),
        (date(2027, 5, 10), date(2027, 5, 20), "from 10 May 2027 to 19 May 2027"),
    ],
)
def test_the_first_month_ends_before_its_day_comes_again_or_with_the_term(start: date, end: date, month: str) -> None:
    assert month in worked_example(target("outcome"), Period(start=start, end=end, zone="UTC"))


@given(
    st.decimals(min_value=0, max_value=100, places=3),
    st.dates(date(2026, 1, 1), date(2090, 1, 1)),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]),
)
def test_the_figures_of_availability_are_those_of_a_slow_count(committed: Decimal, start: date, zone: str) -> None:
    period = Period(start=start, end=start + timedelta(days=14), zone=zone)
    calendar = WorkCalendar(zone=zone)
    days = sum(is_working_day(calendar, start + timedelta(days=n)) for n in range(14))
    written = Availability(id="a", name="A", committed=committed, acceptable=committed)
    found = re.search(
        r"up to (?:([\d,]+) minutes? ?)?(?:([\d.]+) seconds?)? ?of outage", worked_example(written, period)
    )
    assert found is not None
    seconds = int((found[1] or "0").replace(",", "")) * 60 + Decimal(found[2] or 0)
    assert seconds == days * 8 * 3600 * (100 - committed) / 100


@given(st.decimals(min_value=0, max_value=100, places=2), st.decimals(min_value=0, max_value=100, places=2))
def test_the_figures_of_a_share_just_reach_its_levels(first: Decimal, second: Decimal) -> None:
    acceptable, committed = sorted((first, second))
    written = ResponseTime(id="a", name="A", within=timedelta(hours=1), committed=committed, acceptable=acceptable)
    found = re.search(r"Of ([\d,]+) work items .* kept with ([\d,]+)", worked_example(written, FEBRUARY))
    assert found is not None
    total, needed = (int(number.replace(",", "")) for number in found.groups())
    assert needed == math.ceil(total * committed / 100)


@given(st.integers(1, 500), st.dates(date(2026, 1, 1), date(2060, 1, 1)))
def test_a_deadline_leaves_exactly_the_promised_service_time(minutes: int, start: date) -> None:
    written = ResponseTime(
        id="a", name="A", within=timedelta(minutes=minutes), committed=Decimal(95), acceptable=Decimal(90)
    )
    example = worked_example(written, Period(start=start, end=start + timedelta(days=90), zone="Europe/Berlin"))
    moments = re.findall(r"\w+day, (\d+ \w+ \d{4}) at (\d\d:\d\d)", example)
    zone = ZoneInfo("Europe/Berlin")
    arrives, until = (datetime.strptime(" ".join(each), "%d %B %Y %H:%M").replace(tzinfo=zone) for each in moments)
    open_minutes, walked = 0, arrives
    while walked < until:
        open_minutes += walked.weekday() < 5 and 9 <= walked.hour < 17
        walked += timedelta(minutes=1)
    assert open_minutes == minutes


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(hours=1), "1 hour"),
        (timedelta(days=2), "48 hours"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(seconds=61), "61 seconds"),
    ],
)
def test_a_length_of_service_time_is_told_in_hours_never_in_days(span: timedelta, text: str) -> None:
    assert span_text(span) == text


@pytest.mark.parametrize(
    ("form", "changes", "expected"),
    [
        (
            "response_time",
            {"statistic": "misses", "allowed_misses": 3, "committed": None, "acceptable": None},
            "work items are answered within 4 hours of service time, at most 3 items late in a period.",
        ),
        (
            "resolution_time",
            {"statistic": "misses", "allowed_misses": 0, "committed": None, "acceptable": None},
            "work items of priority high are resolved within 8 hours of service time, no item late in a period.",
        ),
        (
            "response_time",
            {"statistic": "average", "committed": "100"},
            "work items are answered within 4 hours of service time on average; no less than 90 % is acceptable.",
        ),
        (
            "response_time",
            {"statistic": "percentile"},
            "the time within which 95 % of work items are answered is at most 4 hours of service time; ",
        ),
        ("availability", {"unknown": "down"}, "; time in which nobody looked counts as an outage."),
        ("availability", {"no_data": "missed"}, "; a period without evidence is a miss."),
        ("response_time", {"process": "approve"}, "95 % of approvals of this agreement are answered within 4 hours"),
    ],
)
def test_a_sentence_says_by_which_rule_it_is_judged(form: str, changes: dict[str, object], expected: str) -> None:
    assert expected in sentence(target(form, **changes))


def test_a_promised_number_of_misses_has_an_example() -> None:
    written = target("response_time", statistic="misses", allowed_misses=3, committed=None, acceptable=None)
    told = "3 may be late, however many there are; with 4 late the commitment is broken."
    assert worked_example(written, FEBRUARY).endswith(told)


def test_a_promised_average_has_an_example() -> None:
    example = worked_example(target("response_time", statistic="average", committed="100"), FEBRUARY)
    assert example.endswith(
        "Two items that take 2 hours and 6 hours take 4 hours on average, which is exactly the limit: 100 %."
    )


def test_an_example_goes_by_the_hours_that_the_terms_state_as_data() -> None:
    office = {"weekdays": "mon-fri", "opens": "08:00", "closes": "12:00"}
    hours = ServiceCalendar.model_validate({"zone": "Europe/Berlin", "weekly": [office], "closed": ["2027-02-02"]})
    example = worked_example(target("response_time"), FEBRUARY, hours)
    assert "with service on Monday to Friday, 08:00 to 12:00 (Europe/Berlin), " in example
    assert "1 February 2027 at 11:00 is answered in time until Wednesday, 3 February 2027 at 11:00. " in example
    assert "there are 76 hours of service" in worked_example(target("availability"), FEBRUARY, hours)


def test_hours_that_never_open_have_no_example() -> None:
    once = ServiceCalendar.model_validate(
        {"zone": "UTC", "other_hours": [{"day": "2020-01-01", "opens": "09:00", "closes": "10:00"}]}
    )
    assert worked_example(target("response_time"), FEBRUARY, once).startswith("Example: none, ")
