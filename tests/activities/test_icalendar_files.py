"""Events of iCalendar files, as closures: whole days, times, what is not taken, and what is refused."""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from activities.closure_files import closures_of
from activities.icalendar_files import read_events
from activities.icalendar_lines import MOST_BYTES
from sla.closures import Found
from sla.errors import BadInput
from sla.service_days import instant_of
from tests.activities.test_holiday_calendars import days

DAY = "DTSTART;VALUE=DATE:20270304"
TIME = "DTSTART;TZID=Europe/Berlin:20270304T090000"
TWO_HOURS = "DURATION:PT2H"


def event(*lines: str, uid: str = "a") -> str:
    return "\r\n".join(("BEGIN:VEVENT", f"UID:{uid}", "SUMMARY:Closed", *lines, "END:VEVENT"))


def file(*events: str, head: str = "VERSION:2.0") -> bytes:
    return "\r\n".join(("BEGIN:VCALENDAR", head, *events, "END:VCALENDAR", "")).encode()


def reads(data: bytes, zone: str = "Europe/Berlin", first: int = 2027, last: int = 2031) -> Found:
    return closures_of(read_events(data, "x.ics"), zone, first, last)


def closes(*lines: str, zone: str = "Europe/Berlin", first: int = 2027, last: int = 2031) -> Found:
    return reads(file(event(*lines)), zone, first, last)


def times(found: Found) -> list[str]:
    return [f"{each.start:%Y-%m-%dT%H:%M}/{each.end:%Y-%m-%dT%H:%M}" for each in found.times]


def refused(data: bytes, first: int = 2027, last: int = 2031) -> str:
    with pytest.raises(BadInput) as error:
        reads(data, first=first, last=last)
    return str(error.value)


# Whole days.


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((DAY,), ["2027-03-04"]),
        ((DAY, "DTEND;VALUE=DATE:20270306"), ["2027-03-04", "2027-03-05"]),
        ((DAY, "DTEND;VALUE=DATE:20270304"), ["2027-03-04"]),
        ((DAY, "DURATION:P2D"), ["2027-03-04", "2027-03-05"]),
        ((DAY, "RDATE;VALUE=DATE:20270401,20280401"), ["2027-03-04", "2027-04-01", "2028-04-01"]),
        ((DAY, "RRULE:FREQ=YEARLY;COUNT=2"), ["2027-03-04", "2028-03-04"]),
        ((DAY, "RRULE:FREQ=YEARLY;UNTIL=20290304"), ["2027-03-04", "2028-03-04", "2029-03-04"]),
        ((DAY, "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;VALUE=DATE:20270311"), ["2027-03-04", "2027-03-18"]),
        ((DAY, "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20270311T000000"), ["2027-03-04", "2027-03-18"]),
        ((DAY, "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20270310T230000Z"), ["2027-03-04", "2027-03-18"]),
        ((DAY, "RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=2"), ["2027-03-04", "2027-03-26", "2027-04-30"]),
        (("DTSTART;VALUE=DATE:20261230", "DTEND;VALUE=DATE:20270103"), ["2027-01-01", "2027-01-02"]),
        (("DTSTART;VALUE=DATE:20311231", "DTEND;VALUE=DATE:99991231"), ["2031-12-31"]),
    ],
    ids=range(13),
)
def test_an_event_of_whole_days_closes_them(lines: tuple[str, ...], expected: list[str]) -> None:
    assert (days(closes(*lines)), closes(*lines).yearly) == (expected, ())


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("DTSTART;VALUE=DATE:20201225", "RRULE:FREQ=YEARLY"), ["12-25"]),
        (("DTSTART;VALUE=DATE:16011225", "RRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25;WKST=SU"), ["12-25"]),
        (("DTSTART;VALUE=DATE:20200229", "RRULE:FREQ=YEARLY"), ["02-29"]),
        (("DTSTART;VALUE=DATE:20201231", "DTEND;VALUE=DATE:20210102", "RRULE:FREQ=YEARLY"), ["12-31", "01-01"]),
    ],
    ids=range(4),
)
def test_a_day_of_every_year_without_end_stays_one_line(lines: tuple[str, ...], expected: list[str]) -> None:
    found = closes(*lines)
    assert ([each.day for each in found.yearly], found.days) == (expected, ())


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        (("DTSTART;VALUE=DATE:20291225", "RRULE:FREQ=YEARLY"), 3),  # begins after the first year
        (("DTSTART;VALUE=DATE:20201225", "RRULE:FREQ=YEARLY;INTERVAL=2"), 2),
        (("DTSTART;VALUE=DATE:20201225", "RRULE:FREQ=YEARLY", "EXDATE;VALUE=DATE:20281225"), 4),
        (("DTSTART;VALUE=DATE:20201126", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"), 5),
        (("DTSTART;VALUE=DATE:20200227", "DTEND;VALUE=DATE:20200302", "RRULE:FREQ=YEARLY"), 20),
    ],
    ids=range(5),
)
def test_what_differs_by_year_is_written_out(lines: tuple[str, ...], number: int) -> None:
    found = closes(*lines)
    assert (len(found.days), found.yearly) == (number, ())
    assert any("repeats without end, and is written out for 2027 to 2031 only" in each for each in found.remarks)


# Times.


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((TIME, TWO_HOURS), "2027-03-04T09:00/2027-03-04T11:00"),
        (("DTSTART:20270304T090000", TWO_HOURS), "2027-03-04T09:00/2027-03-04T11:00"),
        (("DTSTART:20270304T090000Z", TWO_HOURS), "2027-03-04T10:00/2027-03-04T12:00"),
        (("DTSTART;TZID=America/New_York:20270304T200000", TWO_HOURS), "2027-03-05T02:00/2027-03-05T04:00"),
        ((TIME, "DTEND;TZID=America/New_York:20270304T090000"), "2027-03-04T09:00/2027-03-04T15:00"),
        (("DTSTART;TZID=W. Europe Standard Time:20270304T090000", TWO_HOURS), "2027-03-04T09:00/2027-03-04T11:00"),
        (("DTSTART;TZID=/mozilla.org/1/Europe/Berlin:20270304T090000", TWO_HOURS), "2027-03-04T09:00/2027-03-04T11:00"),
        (("DTSTART:20270304T080059Z", "DTEND:20270304T083001Z"), "2027-03-04T09:00/2027-03-04T09:31"),
        (("DTSTART;TZID=Europe/Berlin:20270327T120000", "DURATION:P1D"), "2027-03-27T12:00/2027-03-28T12:00"),
        (("DTSTART;TZID=Europe/Berlin:20270327T120000", "DURATION:PT23H"), "2027-03-27T12:00/2027-03-28T12:00"),
        # the hour that is shown twice: the second 02:30 cannot be written, so the end moves behind that hour
        (("DTSTART:20271031T001500Z", "DTEND:20271031T013000Z"), "2027-10-31T02:15/2027-10-31T03:00"),
        (("DTSTART:20271031T013000Z", "DTEND:20271031T023000Z"), "2027-10-31T02:59/2027-10-31T03:30"),
        # the hour that is skipped: an end at the change is the time after it
        (("DTSTART:20270328T000000Z", "DTEND:20270328T010000Z"), "2027-03-28T01:00/2027-03-28T03:00"),
        (("DTSTART:20261231T120000Z", "DTEND:20270101T120000Z"), "2027-01-01T00:00/2027-01-01T13:00"),
    ],
    ids=range(14),
)  # fmt: skip
def test_an_event_with_times_closes_by_the_hour(lines: tuple[str, ...], expected: str) -> None:
    assert times(closes(*lines)) == [expected]


def test_a_closure_stays_at_its_local_time_when_the_clock_changes() -> None:
    found = closes("DTSTART;TZID=Europe/Berlin:20270321T090000", TWO_HOURS, "RRULE:FREQ=WEEKLY;COUNT=2")
    assert times(found) == ["2027-03-21T09:00/2027-03-21T11:00", "2027-03-28T09:00/2027-03-28T11:00"]


def test_a_closure_of_another_zone_moves_with_that_zone() -> None:
    found = closes("DTSTART;TZID=America/New_York:20270307T090000", TWO_HOURS, "RRULE:FREQ=WEEKLY;COUNT=2")
    assert times(found) == ["2027-03-07T15:00/2027-03-07T17:00", "2027-03-14T14:00/2027-03-14T16:00"]


def test_until_in_utc_includes_the_occurrence_at_that_instant() -> None:
    rule = "RRULE:FREQ=WEEKLY;UNTIL=20270311T080000Z"
    assert len(closes(TIME, TWO_HOURS, rule).times) == 2
    assert len(closes(TIME, TWO_HOURS, rule.replace("T080000Z", "T075959Z")).times) == 1
    assert len(closes(TIME, TWO_HOURS, "RRULE:FREQ=WEEKLY;UNTIL=20270311").times) == 2


def test_exdate_takes_out_by_instant_and_by_day() -> None:
    rule = "RRULE:FREQ=DAILY;COUNT=4"
    out = ("EXDATE:20270305T080000Z", "EXDATE;TZID=Europe/Berlin:20270306T090000,20270307T100000")
    assert [each[8:10] for each in times(closes(TIME, TWO_HOURS, rule, *out))] == ["04", "07"]
    assert len(closes(TIME, TWO_HOURS, rule, "EXDATE;VALUE=DATE:20270305").times) == 3


def test_rdate_adds_periods_of_their_own_length() -> None:
    found = closes(TIME, TWO_HOURS, "RDATE;VALUE=PERIOD:20270401T080000Z/PT1H,20270402T080000Z/20270402T083000Z")
    assert times(found)[1:] == ["2027-04-01T10:00/2027-04-01T11:00", "2027-04-02T10:00/2027-04-02T10:30"]


def test_one_occurrence_can_be_moved_and_another_cancelled() -> None:
    series = event(TIME, TWO_HOURS, "RRULE:FREQ=WEEKLY;COUNT=3")
    moved = event("RECURRENCE-ID:20270311T080000Z", "DTSTART:20270312T080000Z", "DTEND:20270312T090000Z")
    gone = event("RECURRENCE-ID;TZID=Europe/Berlin:20270318T090000", TIME, TWO_HOURS, "STATUS:CANCELLED")
    assert times(reads(file(series, moved, gone))) == [
        "2027-03-04T09:00/2027-03-04T11:00",
        "2027-03-12T09:00/2027-03-12T10:00",
    ]


def test_the_latest_version_of_an_event_counts() -> None:
    old, new = event(DAY), event("DTSTART;VALUE=DATE:20270401", "SEQUENCE:1")
    found = reads(file(new, old))
    assert (days(found), found.remarks) == (
        ["2027-04-01"],
        ("not taken, for a later version stands in the file: 1 event",),
    )


def test_events_that_share_a_uid_without_versions_all_count() -> None:
    assert days(reads(file(event(DAY), event("DTSTART;VALUE=DATE:20270401")))) == ["2027-03-04", "2027-04-01"]


@pytest.mark.parametrize(
    ("lines", "closed", "remark"),
    [
        ((DAY, "STATUS:CANCELLED"), 0, "not taken, for it is cancelled: 1 event"),
        ((DAY, "STATUS:TENTATIVE"), 1, "taken, though it is only tentative: 1 event"),
        ((DAY, "TRANSP:TRANSPARENT"), 1, None),
        ((TIME,), 0, "not taken, for it has no length and closes nothing: UID a (line 3)"),
        (("DTSTART;VALUE=DATE:20260304",), 0, "cut to 2027 to 2031, or left out as not in these years: UID a (line 3)"),
        ((DAY, "RRULE:FREQ=YEARLY;COUNT=9"), 5, "goes on after 2027 to 2031, and is written out until then: UID a "),
        ((DAY, "RECURRENCE-ID;VALUE=DATE:20270303"), 1, "taken as it is, though the event that it changes is not in "),
        (
            ("DTSTART:20270304T090000", TWO_HOURS),
            1,
            "read as local time of Europe/Berlin, for it names no zone: 1 event",
        ),
        (("DTSTART:20270304T090001Z", TWO_HOURS), 1, "rounded outward to whole local minutes: UID a (line 3)"),
    ],
    ids=range(9),
)
def test_what_comes_out_otherwise_than_it_stands_is_said(
    lines: tuple[str, ...], closed: int, remark: str | None
) -> None:
    found = closes(*lines)
    assert len(found.days) + len(found.times) == closed
    assert [each.startswith(remark or "") for each in found.remarks] == ([True] if remark else [])


def test_a_calendar_of_cancellations_closes_nothing() -> None:
    assert days(reads(file(event(DAY), head="METHOD:CANCEL"))) == []


def test_the_zone_of_a_rule_is_the_iana_one_even_where_the_file_has_its_own() -> None:
    own = "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0900\r\n"
    own += "TZOFFSETTO:+0900\r\nEND:STANDARD\r\nEND:VTIMEZONE"
    assert times(reads(file(own, event(TIME, TWO_HOURS)))) == ["2027-03-04T09:00/2027-03-04T11:00"]


def test_a_letter_that_is_folded_in_the_middle_is_read() -> None:
    data = file(event(DAY)).replace(b"SUMMARY:Closed", b"SUMMARY:Betriebsausfl\xc3\r\n \xbcge")
    assert reads(data).days[0].name == "Betriebsausflüge"


@given(
    start=some.integers(0, 150_000_000),
    length=some.timedeltas(timedelta(seconds=1), timedelta(days=3)),
    zone=some.sampled_from(
        ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca")
    ),
)
def test_the_local_minutes_hold_the_whole_event_and_hardly_more(start: int, length: timedelta, zone: str) -> None:
    first = datetime(2027, 1, 2, tzinfo=UTC) + timedelta(seconds=start)
    last = (first + length).replace(microsecond=0) + timedelta(seconds=1)
    (found,) = closes(f"DTSTART:{first:%Y%m%dT%H%M%SZ}", f"DTEND:{last:%Y%m%dT%H%M%SZ}", zone=zone, last=2032).times
    opens, ends = (instant_of(ZoneInfo(zone), at) for at in (found.start, found.end))
    assert opens <= first < last <= ends
    assert instant_of(ZoneInfo(zone), found.start + timedelta(minutes=1)) > first
    assert instant_of(ZoneInfo(zone), found.end - timedelta(minutes=1)) < last


# Bad input.


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "x.ics: is empty; a file that begins with BEGIN:VCALENDAR is expected"),
        (b"\xef\xbb\xbf  \r\n", "x.ics: is no iCalendar file; a file that begins with BEGIN:VCALENDAR is expected"),
        (b"<html>", "x.ics: is no iCalendar file; a file that begins with BEGIN:VCALENDAR is expected"),
        (file(), "x.ics: has no events; at least one BEGIN:VEVENT is expected"),
        (file(event(DAY))[:-16], "x.ics: line 1, the file: begins a VCALENDAR that never ends; the whole file is "),
        (file(event(DAY), "END:VEVENT"), "x.ics: line 8, the file: ends a VEVENT that is not begun "),
        (file(event(DAY, "SUMMARY:Gr\xfcn")).replace(b"\xc3\xbc", b"\xfc"), "x.ics: line 7, the file: is not UTF-8;"),
        (file(event(DAY, "SUMMARY:a\0b")), "x.ics: line 7, the file: has the control character U+0000; plain visible "),
        (b"BEGIN:VCALENDAR\r\n" * 700_000, "x.ics: is larger than 10 MB; at most 10,000,000 bytes are taken"),
        (file(event("DTSTART:nonsense")), "x.ics: line 3, UID a: DTSTART cannot be read ("),
        (file(event(DAY, "garbage")), "x.ics: line 3, UID a: a line cannot be read ("),
        (file(event("DTEND:20270304T090000Z")), "x.ics: line 3, UID a: has no DTSTART; the day or time at which it "),
        (file(event(DAY, DAY)), "x.ics: line 3, UID a: has DTSTART more than once; one is expected"),
        (file(event(DAY, "DTEND:20270304T090000Z")), "x.ics: line 3, UID a: begins on a day and ends at a time, "),
        (
            file(event(TIME, "DTEND;TZID=Europe/Berlin:20270304T085959")),
            "x.ics: line 3, UID a: ends at 2027-03-04T08:59:59 Europe/Berlin, before it begins at 2027-03-04T09:00:00 "
            "Europe/Berlin; a later end is expected",
        ),
        (
            file(event(DAY, "DTEND;VALUE=DATE:20270303")),
            "x.ics: line 3, UID a: ends at 2027-03-03, before it begins at 2027-03-04; a later end is expected",
        ),
        (file(event(TIME, "DURATION:-PT1H")), "x.ics: line 3, UID a: ends at "),
        (
            file(event("DTSTART;TZID=Here:20270304T090000")),
            "x.ics: line 3, UID a: TZID 'Here' is no zone that is known; an IANA zone such as Europe/Berlin is expect",
        ),
        (file(event(TIME, "DTEND;TZID=Mars/Olympus:20270304T100000")), "x.ics: line 3, UID a: TZID 'Mars/Olympus' is"),
        (file(event(TIME + "Z")), "x.ics: line 3, UID a: says both a TZID and UTC on line 6; a local time with TZID,"),
        (file(event("DTSTART:14920101T000000Z")), "x.ics: line 3, UID a: DTSTART 1492-01-01 is out of range; years f"),
        (file(event(DAY, "DTEND;VALUE=DATE:20270305", "DURATION:P1D")), "x.ics: line 3, UID a: has a DTEND and a DUR"),
        (file(event(DAY, "EXRULE:FREQ=YEARLY")), "x.ics: line 3, UID a: has an EXRULE, which RFC 5545 no longer know"),
        (file(event(DAY, "RECURRENCE-ID;RANGE=THISANDFUTURE:20270304")), "x.ics: line 3, UID a: changes this and all "),
        (file(event(DAY, "RRULE:FREQ=YEARLY", "RRULE:FREQ=DAILY")), "x.ics: line 3, UID a: has RRULE more than once; "),
    ],
    ids=range(25),
)  # fmt: skip
def test_what_is_no_calendar_names_line_and_uid_and_what_would_be_right(data: bytes, sentence: str) -> None:
    assert refused(data).startswith(sentence)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("FREQ=HOURLY", "RRULE repeats by HOURLY; one of DAILY, WEEKLY, MONTHLY, YEARLY is expected"),
        ("FREQ=YEARLY;INTERVAL=0", "RRULE has INTERVAL=0; a number from 1 to 100,000 is expected"),
        ("FREQ=YEARLY;COUNT=0", "RRULE has COUNT=0; a number from 1 to 100,000 is expected"),
        ("FREQ=YEARLY;COUNT=3;UNTIL=20300101T000000Z", "RRULE has a COUNT and an UNTIL; one of them is expected"),
        ("FREQ=YEARLY;RSCALE=CHINESE", "RRULE has RSCALE, which is not known here; the days written out are expected"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "RRULE has a day 30 that no month of it has; a day that comes is "),
        (
            "FREQ=YEARLY;BYDAY=60MO",
            "RRULE FREQ=YEARLY;BYDAY=60MO cannot be unfolded (list index out of range); a ",
        ),
        (
            "FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5",
            "RRULE repeats more than 24 times a day; fewer are expected",
        ),
        ("FREQ=YEARLY;COUNT=x", "RRULE cannot be read (Expected int, got: x); what RFC 5545 has for it is expected"),
    ],
)
def test_a_rule_that_is_not_unfolded_is_refused_with_the_reason(rule: str, sentence: str) -> None:
    begin = time.process_time()
    assert refused(file(event(TIME, TWO_HOURS, f"RRULE:{rule}"))).startswith(f"x.ics: line 3, UID a: {sentence}")
    assert time.process_time() - begin < 3


def test_all_events_that_do_not_hold_are_told_at_once() -> None:
    told = refused(file(event("DTSTART:x", uid="one"), event(DAY, uid="two"), event("DTSTART:y", uid="three")))
    assert [line.partition(": ")[2][:16] for line in told.splitlines()] == ["line 3, UID one:", "line 13, UID thr"]


def test_more_closures_than_any_calendar_takes_are_refused_soon() -> None:
    long = [event("DTSTART;VALUE=DATE:19900101", "DTEND;VALUE=DATE:21990101", uid=str(index)) for index in range(50)]
    assert "closes more than a calendar takes" in refused(file(*long), first=1990, last=2199)


def test_a_name_that_hides_something_becomes_a_plain_line() -> None:
    data = file(event(DAY)).replace(b"SUMMARY:Closed", "SUMMARY:a\\nb\u202e\u200bc".encode())
    assert reads(data).days[0].name == "a b c"


def test_the_limit_of_size_is_that_of_the_sentence() -> None:
    assert MOST_BYTES == 10_000_000


def test_the_file_may_name_a_zone_for_itself() -> None:
    assert read_events(file(event(DAY), head="X-WR-TIMEZONE:Asia/Tokyo"), "x.ics").zone == "Asia/Tokyo"
    assert read_events(file(event(DAY), head="X-WR-TIMEZONE:Nowhere"), "x.ics").zone is None


def test_days_are_local_days_whatever_the_zone() -> None:
    assert closes(DAY, zone="Pacific/Kiritimati").days[0].day == date(2027, 3, 4)


def test_long_lists_of_exceptions_and_long_folded_lines_are_read_soon() -> None:
    folded = file(event(DAY)).replace(b"SUMMARY:Closed", b"SUMMARY:" + b"x\r\n " * 500_000)
    many = event(DAY, "RRULE:FREQ=DAILY", *["EXDATE;VALUE=DATE:20270305"] * 10_000)
    begin = time.process_time()
    assert (len(reads(folded).days), len(reads(file(many)).days)) == (1, 1763)
    assert time.process_time() - begin < 5
