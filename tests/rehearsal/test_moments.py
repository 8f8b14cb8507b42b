from datetime import UTC, date, datetime, time, timedelta

import pytest

from rehearsal.moments import SOON, After, Anchor, By, On, dated, days_before, parsed, typed_instant, whole_minute

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("+3d", After(span=3 * DAY)),
        ("+ 2 h", After(span=timedelta(hours=2))),
        ("+1w", After(span=7 * DAY)),
        ("+30min", After(span=timedelta(minutes=30))),
        ("2027-02-01", On(day=date(2027, 2, 1))),
        ("2027-02-01 09:30", On(day=date(2027, 2, 1), clock=time(9, 30))),
        ("2028-02-29", On(day=date(2028, 2, 29))),
        ("each review", By(anchor=Anchor.REVIEW, each=True)),
        ("each renewal", By(anchor=Anchor.RENEWAL, each=True)),
        ("review 2", By(anchor=Anchor.REVIEW, which="2")),
        ("review x1", By(anchor=Anchor.REVIEW, which="x1")),
        ("2d after review 2", By(anchor=Anchor.REVIEW, which="2", offset=2 * DAY)),
        ("2h after each review", By(anchor=Anchor.REVIEW, each=True, offset=timedelta(hours=2))),
        ("30d before end", By(anchor=Anchor.END, offset=-30 * DAY)),
        ("10d before notice deadline", By(anchor=Anchor.NOTICE_DEADLINE, offset=-10 * DAY)),
        ("1d before review 3", By(anchor=Anchor.REVIEW, which="3", offset=-DAY)),
        ("on signature", By(anchor=Anchor.SIGNATURE)),
        ("on   amendment", By(anchor=Anchor.AMENDMENT)),
        ("on approving", By(anchor=Anchor.STAGE, which="approving")),
        ("2d after step the-offer", By(anchor=Anchor.STEP, which="the-offer", offset=2 * DAY)),
    ],
)
def test_a_moment_is_read_as_it_is_said(text: str, when: object) -> None:
    assert parsed(text) == when


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("someday", "`+3d`, `2027-02-01`"),
        ("3d", "`+3d`"),
        ("+3 months", "is no moment"),
        ("2027-02-29", "is no day of the calendar"),
        ("2027-02-01 25:00", "no time of day"),
        ("review", "`review 2` or `each review` is expected"),
        ("review 0", "is no moment"),
        ("each signature", "only `each review` and `each renewal`"),
        ("each review 2", "only `each review` and `each renewal`"),
        ("3d before signature", "nobody knows before it happens"),
        ("3d before each review", "nobody knows before it happens"),
        ("on terminated", "is no moment"),
        ("on take_step", "is no moment"),
        ("2d after step", "is no moment"),
        ("", "is no moment"),
    ],
)
def test_what_is_no_moment_is_answered_with_what_would_be(text: str, right: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        parsed(text)
    assert right in str(caught.value)


def test_a_day_alone_is_played_at_half_past_ten_in_the_contracts_zone() -> None:
    assert On(day=date(2027, 7, 1)).instant("Europe/Berlin") == datetime(2027, 7, 1, 8, 30, tzinfo=UTC)


def test_what_hangs_on_a_day_is_played_on_that_day_at_the_usual_time() -> None:
    on_the_start = By(anchor=Anchor.START, offset=SOON)
    assert dated(on_the_start, date(2027, 2, 1), "Europe/Berlin") == datetime(2027, 2, 1, 9, 30, tzinfo=UTC)


def test_days_before_a_date_keep_the_local_time_over_a_clock_change() -> None:
    before, after = (days_before(date(2027, 3, 29), -days * DAY, "Europe/Berlin") for days in (2, 0))
    assert (before.hour, after.hour) == (9, 8)


def test_hours_before_a_date_count_back_from_its_beginning() -> None:
    at = days_before(date(2027, 2, 1), timedelta(hours=-3), "Europe/Berlin")
    assert at == datetime(2027, 1, 31, 20, 0, tzinfo=UTC)


def test_a_beginning_without_a_time_is_at_nine() -> None:
    assert typed_instant("2026-12-01", "Europe/Berlin") == datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


def test_instants_are_cut_to_their_minute() -> None:
    assert whole_minute(datetime(2027, 1, 1, 9, 0, 59, 999, tzinfo=UTC)) == datetime(2027, 1, 1, 9, 0, tzinfo=UTC)
