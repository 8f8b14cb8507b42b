"""The dates of a life fall on the right local day and clock in every zone: over clock changes, leap days, month ends.

Source: REV-1, AME-3, TER-1.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest

from sla.agenda import agenda
from sla.agreement import AgreementState, edition_of
from sla.amendment import in_force_at
from sla.checklist import checklist_of
from sla.command import Command
from sla.ending_commands import Answer, CheckTermination, OpenTermination
from sla.kinds import Side
from sla.life import Cause
from sla.living import begin, coming_up
from sla.renewal import end_of
from sla.stages import Stage
from sla.term import end_of_day, months_after, start_of_day
from sla.terms import Period, Renewal, RenewalMode, ReviewCadence
from sla.transitions import act, silent
from tests.people import BO, KOFI
from tests.sla.lives import state_in
from tests.sla.test_term import ZONES

DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
MONTHS = 24
STARTS = (date(2026, 3, 29), date(2026, 8, 31), date(2026, 10, 25), date(2028, 2, 29))
"""Days on which European clocks change, the end of a long month, and the day that most years do not have."""

Came = tuple[str, datetime]


@lru_cache(maxsize=1)
def signed() -> AgreementState:
    """The standard agreement in force."""
    return state_in(Stage.ACTIVE)


def living_from(start: date, zone: str, months: int, now: datetime | None = None, **changes: object) -> AgreementState:
    """The standard agreement, in force since its term began, with tacit renewal by a year unless `changes` differ."""
    state = signed()
    edition = edition_of(state)
    renewal = Renewal(mode=RenewalMode.TACIT, renewal_months=12, notice_months=3)
    fields = {
        "period": Period(start=start, end=months_after(start, months), zone=zone),
        "renewal": renewal,
        "review": ReviewCadence(every_months=1),
    }
    terms = edition.terms.model_copy(update=fields | changes)
    began = now or start_of_day(start, zone)
    at_the_signature = {"edition": edition.model_copy(update={"terms": terms}), "stage_since": began}
    return begin(state.model_copy(update={**at_the_signature, "zone": zone, "period": terms.period}), began)


def played(state: AgreementState, until: datetime) -> tuple[AgreementState, list[Came]]:
    """What comes by itself until an instant, each on its own instant; nobody is waited for, so nobody is reminded."""
    came: list[Came] = []
    while (due := coming_up(state)) is not None and due.at <= until:
        came.append((due.key, due.at))
        state = silent(state, due, due.at).model_copy(update={"waits": ()})
    return state, came


def local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@pytest.mark.parametrize("zone", ZONES)
def test_in_every_zone_each_date_comes_once_on_its_local_day_and_clock(zone: str) -> None:
    for start in STARTS:
        state = living_from(start, zone, 12)
        _, came = played(state, start_of_day(months_after(start, MONTHS), zone))
        instants = [at for _, at in came]
        assert instants == sorted(instants)
        assert len({key for key, _ in came}) == len(came)
        _reviews_are_held_monthly_on_working_days(start, zone, came)
        _ends_and_deadlines_fall_with_the_local_day(start, zone, came)


def _reviews_are_held_monthly_on_working_days(start: date, zone: str, came: list[Came]) -> None:
    held = [local(at, zone) for key, at in came if key.startswith("review-")]
    nominal = [months_after(start, month) for month in range(1, MONTHS)]
    assert len(held) == len(nominal)
    for moment, day in zip(held, nominal, strict=True):
        assert moment.time() == time(10)
        assert moment.date() == _working_day(day)
    packs = [local(at, zone) for key, at in came if key.startswith("pack-")]
    assert packs[: len(held)] == [moment - timedelta(days=14) for moment in held]


def _working_day(day: date) -> date:
    while day.weekday() > 4:
        day += DAY
    return day


def _ends_and_deadlines_fall_with_the_local_day(start: date, zone: str, came: list[Came]) -> None:
    ends = [at for key, at in came if key.startswith("end-")]
    assert ends == [start_of_day(months_after(start, months), zone) for months in range(12, MONTHS + 1, 12)]
    deadlines = [at for key, at in came if key.startswith("notice-") and key.count("-") == 1]
    days = [months_after(months_after(start, months), -3) for months in range(12, MONTHS + 1, 12)]
    assert deadlines == [start_of_day(day, zone) for day in days]
    reminders = {key: local(at, zone) for key, at in came if key.count("-") == 2}
    for index, day in enumerate(days):
        for early in (90, 60, 30, 7):
            assert reminders[f"notice-{index}-{early}"] == datetime.combine(day - early * DAY, time(9))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("effective", [date(2027, 3, 27), date(2027, 10, 30), date(2028, 2, 29), date(2027, 11, 6)])
def test_a_termination_takes_effect_when_its_local_day_is_over(zone: str, effective: date) -> None:
    state = living_from(date(2027, 1, 31), zone, 24)
    now = start_of_day(date(2027, 2, 3), zone)
    state, _ = played(state, now)
    state = act(state, _termination(effective), now).state
    state = act(state, _check(), now).state
    at = end_of_day(effective, zone)
    before, _ = played(state, at - TICK)
    assert before.stage is Stage.ACTIVE
    after, came = played(before, at)
    assert (after.stage, came[-1]) == (Stage.ENDING, ("termination-CRM-1", at))
    assert in_force_at(after, at - TICK) is not None
    assert in_force_at(after, at) is None
    assert local(at, zone).date() > effective


def _termination(effective: date) -> Command:
    return OpenTermination(
        by=BO,
        decision_id="end",
        case="CRM-1",
        cause=Cause.MUTUAL,
        requested_by=Side.CUSTOMER,
        effective=effective,
        reason="they move",
        waiver="both sides want it",
    )


def _check() -> Command:
    answers = tuple(Answer(question=each.key, is_met=True) for each in checklist_of(Cause.MUTUAL))
    return CheckTermination(by=KOFI, decision_id="check", case="CRM-1", answers=answers)


# -- the golden cases, lived


def test_a_term_that_has_renewed_is_given_notice_two_months_before_its_current_end() -> None:
    """First end 2025-08-28, renewal 12 months, notice 2 months, today 2026-02-11."""
    zone, renewal = "Europe/Berlin", Renewal(mode=RenewalMode.TACIT, renewal_months=12, notice_months=2)
    today = start_of_day(date(2026, 2, 11), zone)
    state = living_from(date(2024, 8, 28), zone, 12, today, renewal=renewal, review=ReviewCadence(every_months=12))
    assert end_of(state) == date(2026, 8, 28)
    deadline = next(entry for entry in agenda(state, today) if entry.what.startswith("Notice deadline"))
    assert deadline.at == start_of_day(date(2026, 6, 28), zone)
    assert deadline.what == "Notice deadline: the last day to give notice is Sat 2026-06-27"
    _, came = played(state, deadline.at)
    assert [local(at, zone).date() for key, at in came if key == "notice-1"] == [date(2026, 6, 28)]


def test_a_first_term_of_three_years_is_given_notice_three_months_before_its_first_end() -> None:
    """Start 2020-08-01, 36 months, renewals of 12, notice 3."""
    zone = "Europe/Berlin"
    state = living_from(date(2020, 8, 1), zone, 36, review=ReviewCadence(every_months=3))
    assert end_of(state) == date(2023, 8, 1)
    _, came = played(state, start_of_day(date(2024, 8, 1), zone))
    dates = {key: local(at, zone).date() for key, at in came}
    assert (dates["notice-0"], dates["end-0"]) == (date(2023, 5, 1), date(2023, 8, 1))
    assert (dates["notice-1"], dates["end-1"]) == (date(2024, 5, 1), date(2024, 8, 1))


def test_a_term_from_a_leap_day_ends_on_the_last_of_february_and_does_not_drift() -> None:
    zone = "America/Havana"
    state = living_from(date(2028, 2, 29), zone, 12, review=ReviewCadence(every_months=12))
    _, came = played(state, start_of_day(date(2033, 1, 1), zone))
    ends = [local(at, zone).date() for key, at in came if key.startswith("end-")]
    assert ends == [date(2029, 2, 28), date(2030, 2, 28), date(2031, 2, 28), date(2032, 2, 29)]


@pytest.mark.parametrize("zone", ["Pacific/Apia", "America/Havana", "Africa/Cairo"])
def test_an_express_renewal_that_nobody_agrees_to_ends_with_the_local_day(zone: str) -> None:
    express = Renewal(mode=RenewalMode.EXPRESS, renewal_months=12, notice_months=1)
    state = living_from(date(2027, 10, 31), zone, 1, renewal=express)
    after, came = played(state, start_of_day(date(2028, 3, 1), zone))
    assert after.stage is Stage.ENDING
    assert came[-1] == ("end-0", start_of_day(date(2027, 11, 30), zone))
