"""The agenda: every date ahead with its cause, at any stage; what it says is what then happens. SEE-1."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla.agenda import Entry, agenda
from sla.agreement import AgreementState, edition_of, with_life
from sla.calendars import WorkCalendar
from sla.commands import GiveNotice
from sla.contract_commands import SubmitOffer, Withdraw
from sla.ending_commands import Suspend
from sla.events import Fact
from sla.kinds import Kind
from sla.life import Coming
from sla.living import coming_up, next_due
from sla.patience import PATIENCE, overdue
from sla.policy import OnDeadline, SigningRule
from sla.service_reviews import contract_calendar
from sla.stages import Stage
from sla.term import months_after, start_of_day
from sla.terms import Period, Renewal, RenewalMode, ReviewCadence, ServiceHours, SuspensionRule
from sla.transitions import silence, silent
from tests import people
from tests.people import ANA, BO, DORA, FINN, HUGO, MONDAY
from tests.sla.lives import (
    DAY,
    EXPRESS,
    HOUR,
    NOON,
    POLICIES,
    TACIT,
    a_request,
    berlin,
    do,
    house,
    one_stage,
    played,
    ref,
    state_in,
)
from tests.sla.test_term import ZONES

STAGES = [stage for stage in Stage if stage in PATIENCE]


def agreed(renewal: Renewal | None = None, period: Period | None = None, **changes: object) -> AgreementState:
    """The standard agreement, signed, with this renewal in its terms."""
    return people.in_force(renewal=renewal, period=period or people.form().period, **changes)


def certain(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """What comes whoever stays silent: neither a step of silence nor a pack."""
    return tuple(each for each in entries if not each.uid.startswith(("silence-", "pack-")))


def told(entries: tuple[Entry, ...], zone: str = "Europe/Berlin") -> list[tuple[str, str]]:
    """When, in the contract's zone, and what."""
    return [(f"{entry.at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}", entry.what) for entry in entries]


# -- before signature


def test_each_wait_has_its_next_step_with_its_person_and_its_rule() -> None:
    entries = agenda(a_request(), NOON)
    assert [(entry.what, entry.cause) for entry in entries] == [
        (f"{who} is reminded to name an engineer", "rule for silence, requested: 2 working days without an answer")
        for who in ("Bo Lindqvist", "Finn Doyle")
    ]
    assert {entry.at for entry in entries} == {MONDAY + 2 * DAY}


def test_an_open_offer_has_its_expiry() -> None:
    state = state_in(Stage.NEGOTIATING)
    offer = SubmitOffer(by=BO, decision_id="o", edition=ref(state), expires_at=NOON + 10 * DAY)
    entries = agenda(do(state, offer), NOON)
    assert [entry.what for entry in entries][-1].startswith("The round lapses (the offer of edition 1 expired")
    assert (entries[-1].at, entries[-1].cause) == (NOON + 10 * DAY, "expiry of the offer of edition 1")
    assert {entry.what for entry in entries[:-1]} == {
        "Ana Ruiz is reminded to answer the offer",
        "Ines Costa is reminded to answer the offer",
    }


def test_an_offer_that_expires_first_leaves_no_reminder() -> None:
    state = state_in(Stage.NEGOTIATING)
    offer = SubmitOffer(by=BO, decision_id="o", edition=ref(state), expires_at=NOON + HOUR)
    assert [entry.at for entry in agenda(do(state, offer), NOON)] == [NOON + HOUR]


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        (OnDeadline.LAPSE, "The request lapses (Pia Holm, Ines Costa did not sign in time)"),
        (OnDeadline.REAPPROVE, "The edition goes back to approval (Pia Holm, Ines Costa did not sign in time)"),
    ],
)
def test_the_signing_deadline_is_ahead_with_what_the_policy_says(rule: OnDeadline, what: str) -> None:
    signing = SigningRule(on_deadline=rule, within_working_days=5)
    policy = people.policy().model_copy(update={"signing": signing})
    state = state_in(Stage.SIGNING, house(policy))
    last = agenda(state, NOON)[-1]
    assert (last.at, last.what) == (state.signing.deadline, what)
    assert last.cause == f"approval policy, signing: within 5 working days, else {rule}"


def test_a_silent_approver_is_followed_by_the_deputy_and_then_by_the_owner() -> None:
    state = state_in(Stage.APPROVING)
    seen = []
    while state.stage is Stage.APPROVING:
        due = next_due(state)
        assert due is not None
        seen += [entry.what for entry in agenda(state, due - timedelta(seconds=1))]
        state = silence(state, due).state
    for what in (
        "Hugo Marin is reminded to approve or reject the edition",
        "Jun Sato is called to approve or reject the edition for Hugo Marin",
        "Kofi Mensah is called to approve or reject the edition for Hugo Marin",
        "Dora Petrov is still to approve or reject the edition: Lena Vogt is told",
    ):
        assert what in seen
    assert any(what.startswith("The request lapses (") for what in seen)


@pytest.mark.parametrize("policy", sorted(POLICIES))
@pytest.mark.parametrize("stage", STAGES)
def test_what_comes_first_on_the_agenda_is_what_then_happens(stage: Stage, policy: str) -> None:
    """Silence is played to its end; at each step the agenda knew the instant, and every date of it has a cause."""
    state, steps = state_in(stage, house(POLICIES[policy])), 0
    while (due := next_due(state)) is not None and steps < 60:
        entries = agenda(state, due - timedelta(seconds=1))
        assert entries[0].at == due
        assert all(entry.cause for entry in entries)
        assert len({entry.uid for entry in entries}) == len(entries)
        wait, transition = overdue(state, due), silence(state, due)
        if wait is not None and transition.event.fact in {Fact.REMINDED, Fact.ESCALATED}:
            assert any(state.people.name_of(wait.person) in entry.what for entry in entries if entry.at == due)
        state, steps = transition.state, steps + 1
    assert steps


@pytest.mark.parametrize("stage", STAGES)
def test_each_wait_that_stands_is_on_the_agenda_unless_something_ends_it_before(stage: Stage) -> None:
    state = state_in(stage)
    entries = agenda(state, NOON)
    waits = {wait.person for wait in state.waits if wait.due}
    assert {name for name in map(state.people.name_of, waits) if any(name in entry.what for entry in entries)} == {
        state.people.name_of(person) for person in waits
    }


def test_a_step_that_is_overdue_comes_at_once() -> None:
    late = MONDAY + 30 * DAY
    entries = agenda(a_request(), late)
    assert {entry.at for entry in entries} == {late}
    assert len(entries) == 2


def test_the_uid_of_a_step_stays_when_time_passes_and_changes_with_the_step() -> None:
    state = a_request()
    first, later = (agenda(state, at) for at in (NOON, NOON + DAY))
    assert first == later
    due = next_due(state)
    assert due is not None
    after = agenda(silence(state, due).state, due)
    assert after[-1].uid.split("-")[1] in {entry.uid.split("-")[1] for entry in first}
    assert after[-1].uid not in {entry.uid for entry in first}


def test_two_agreements_of_one_number_in_two_registers_have_uids_of_their_own() -> None:
    one, other = a_request(), a_request(reference="NW-2026-015")
    assert one.number == other.number
    assert {entry.uid for entry in agenda(one, NOON)}.isdisjoint(entry.uid for entry in agenda(other, NOON))


def test_no_uid_tells_an_address() -> None:
    assert not any("@" in entry.uid.removesuffix("@sla-life") for entry in agenda(a_request(), NOON))


def test_nothing_is_ahead_of_an_agreement_that_has_ended() -> None:
    state = do(a_request(), Withdraw(by=ANA, decision_id="w", reason="No budget."))
    assert agenda(state, NOON) == ()


def test_where_nobody_can_act_the_managers_are_on_the_agenda() -> None:
    profile = house(one_stage(*(seat for stage in people.policy().stages for seat in stage.approvers)))
    engineers = tuple(p.model_copy(update={"competent_for": ()}) for p in profile.people)
    entries = agenda(a_request(profile.model_copy(update={"people": engineers})), NOON)
    assert {entry.what for entry in entries} == {
        "Finn Doyle is reminded to withdraw the request",
        "Bo Lindqvist is reminded to withdraw the request",
    }


# -- in force


def test_a_term_without_renewal_has_its_packs_its_reviews_and_its_end() -> None:
    entries = agenda(agreed(), berlin(2026, 12, 1))
    assert told(tuple(each for each in entries if not each.on_silence)) == [
        ("2027-01-01 00:00", "The term begins"),
        ("2027-03-18 10:00", "The pack of review 1 goes out"),
        ("2027-04-01 10:00", "Review 1"),
        ("2027-06-17 10:00", "The pack of review 2 goes out"),
        ("2027-07-01 10:00", "Review 2"),
        ("2027-09-17 10:00", "The pack of review 3 goes out"),
        ("2027-10-01 10:00", "Review 3"),
        ("2028-01-01 00:00", "The agreement ends"),
    ]


def test_the_silence_after_a_review_is_ahead_and_marked_as_such() -> None:
    entries = agenda(agreed(), berlin(2026, 12, 1))
    steps = [each for each in entries if each.on_silence]
    assert told(tuple(steps))[:7] == [
        ("2027-04-05 10:00", "Bo Lindqvist is reminded to conclude the review"),
        ("2027-04-05 10:00", "Finn Doyle is reminded to conclude the review"),
        ("2027-04-07 10:00", "Bo Lindqvist is reminded to conclude the review"),
        ("2027-04-07 10:00", "Finn Doyle is reminded to conclude the review"),
        ("2027-04-09 10:00", "Bo Lindqvist is still to conclude the review: those who can help are told"),
        ("2027-04-09 10:00", "Finn Doyle is still to conclude the review: those who can help are told"),
        ("2027-04-15 10:00", "Review 1 is overdue, unless it was concluded"),
    ]
    assert steps[0].cause == "rule for silence, conclude the review: 2 working days without an answer"
    assert len(steps) == 3 * 7


def test_once_a_review_is_open_its_silence_is_no_longer_a_guess() -> None:
    state = played(agreed(), berlin(2027, 4, 2))
    first = [each.on_silence for each in agenda(state, berlin(2027, 4, 2)) if "conclude the review" in each.what][:2]
    assert first == [False, False]


def test_a_tacit_renewal_has_its_notice_deadline_with_four_reminders() -> None:
    last_day = "the last day to give notice is Thu 2027-09-30"
    state = played(agreed(TACIT, review=None), berlin(2027, 1, 1))
    assert told(agenda(state, berlin(2027, 1, 1))) == [
        ("2027-07-03 09:00", f"Reminder: {last_day}"),
        ("2027-08-02 09:00", f"Reminder: {last_day}"),
        ("2027-09-01 09:00", f"Reminder: {last_day}"),
        ("2027-09-24 09:00", f"Reminder: {last_day}"),
        ("2027-10-01 00:00", f"Notice deadline: {last_day}"),
        ("2028-01-01 00:00", "The agreement renews until 2029-01-01, without notice"),
    ]


def test_after_the_deadline_the_renewal_and_the_next_deadline_are_ahead() -> None:
    now = berlin(2027, 10, 2)
    entries = certain(agenda(played(agreed(TACIT, review=None), now), now))
    assert told(entries)[0] == ("2028-01-01 00:00", "The agreement renews until 2029-01-01, without notice")
    assert told(entries)[-1] == (
        "2028-10-01 00:00",
        "Notice deadline: the last day to give notice is Sat 2028-09-30",
    )
    assert entries[-1].cause == "terms, renewal: 3 months before the end on 2029-01-01"


def test_reviews_go_on_in_the_renewed_term() -> None:
    now = berlin(2028, 2, 1)
    entries = agenda(played(agreed(TACIT), now), now)
    assert [row for row in told(entries) if row[1] in {f"Review {no}" for no in range(9)}] == [
        ("2028-04-03 10:00", "Review 5"),
        ("2028-07-03 10:00", "Review 6"),
        ("2028-10-02 10:00", "Review 7"),
    ]


def test_the_golden_case_of_a_renewed_term_is_on_the_agenda() -> None:
    """First end 2025-08-28, renewal 12 months, notice 2 months, in 2026: the next notice deadline is 2026-06-28."""
    period = Period(start=date(2024, 8, 28), end=date(2025, 8, 28), zone="Europe/Berlin")
    state = agreed(TACIT.model_copy(update={"notice_months": 2}), period, review=None)
    entries = agenda(state, state.stage_since)
    deadline = next(entry for entry in entries if entry.what.startswith("Notice deadline"))
    assert deadline.at == start_of_day(date(2026, 6, 28), "Europe/Berlin")
    assert told(entries)[-1] == ("2026-08-28 00:00", "The agreement renews until 2027-08-28, without notice")


def test_the_golden_case_of_a_first_end_is_on_the_agenda() -> None:
    """Start 2020-08-01, 36 months, renewals of 12, notice 3, moved by ten years: the same days of the year."""
    period = Period(start=date(2030, 8, 1), end=date(2033, 8, 1), zone="Europe/Berlin")
    entries = agenda(agreed(TACIT, period, review=None), NOON)
    deadline = next(entry for entry in entries if entry.what.startswith("Notice deadline"))
    assert deadline.at == start_of_day(date(2033, 5, 1), "Europe/Berlin")
    assert deadline.cause == "terms, renewal: 3 months before the end on 2033-08-01"


def test_an_express_renewal_is_agreed_in_time_or_the_agreement_ends() -> None:
    now = berlin(2027, 9, 30)
    state = played(agreed(EXPRESS, review=None), now)
    assert told(agenda(state, now)) == [
        ("2027-10-01 00:00", "Notice deadline: the last day to agree on the renewal is Thu 2027-09-30"),
        ("2028-01-01 00:00", "The agreement ends, unless its renewal was agreed"),
    ]
    assert agenda(played(state, berlin(2028, 1, 1)), berlin(2028, 1, 1)) == ()


def test_with_notice_longer_than_a_renewal_every_deadline_of_the_term_is_ahead() -> None:
    monthly, now = Renewal(mode=RenewalMode.TACIT, renewal_months=1, notice_months=3), berlin(2027, 9, 1)
    entries = agenda(played(agreed(monthly, review=None), now), now)
    found = [row[0] for row in told(entries) if row[1].startswith("Notice")]
    assert found == ["2027-10-01 00:00", "2027-11-01 00:00", "2027-12-01 00:00", "2028-01-01 00:00"]


def test_an_agenda_reaches_to_the_end_that_is_decided() -> None:
    """Here notice is longer than a renewal, and it was given for an end after the next one."""
    monthly, now = Renewal(mode=RenewalMode.TACIT, renewal_months=1, notice_months=3), berlin(2027, 10, 15)
    state = played(agreed(monthly, review=None), now)
    notice = GiveNotice(by=ANA, decision_id="n", end=date(2028, 2, 1))
    entries = agenda(do(state, notice, now=now), now)
    assert told(certain(entries)) == [
        ("2028-01-01 00:00", "The agreement renews until 2028-02-01"),
        ("2028-02-01 00:00", "The agreement ends"),
    ]


def test_a_date_keeps_its_uid_until_it_is_past() -> None:
    state, now = agreed(TACIT), berlin(2026, 12, 1)
    before = {entry.uid: entry for entry in certain(agenda(state, now))}
    while now < berlin(2028, 12, 1):
        now += 9 * DAY
        state = played(state, now)
        after = {entry.uid: entry for entry in certain(agenda(state, now))}
        assert all(after[uid] == entry for uid, entry in before.items() if entry.at > now)
        before = after


def test_the_sequence_grows_when_dates_move_and_the_uids_stay() -> None:
    state, now = played(agreed(TACIT, suspension=SuspensionRule(extends_term=True)), berlin(2027, 2, 1)), NOON
    suspended = Suspend(by=FINN, decision_id="s", until=date(2027, 2, 11), reason="The house is rebuilt.")
    after = do(state, suspended, now=berlin(2027, 2, 1))
    old, new = ({e.uid.split(".")[0]: e for e in certain(agenda(each, now))} for each in (state, after))
    assert (old["end-0"].sequence, new["end-0"].sequence) == (0, 1)
    assert new["end-0"].at - old["end-0"].at == 10 * DAY
    assert old["end-0"].uid == new["end-0"].uid
    assert {"notice-0", "notice-0-90", "notice-0-7"} <= old.keys() & new.keys()


def test_an_amendment_that_changes_the_cadence_gives_no_review_the_name_of_another() -> None:
    """Their numbers go on from the last one, so a calendar never moves a review that was held."""
    state = played(agreed(), berlin(2027, 7, 2))
    edition = edition_of(state)
    monthly = edition.terms.model_copy(update={"review": ReviewCadence(every_months=1)})
    coming = Coming(edition=edition.model_copy(update={"no": 9, "terms": monthly}), at=berlin(2027, 7, 20))
    state = played(with_life(state, coming=coming), berlin(2027, 7, 20))
    reviews = [row for row in told(agenda(state, berlin(2027, 7, 21))) if row[1].startswith("Review ")]
    assert [row for row in reviews if len(row[1]) == len("Review 3")][:3] == [
        ("2027-08-02 10:00", "Review 3"),
        ("2027-09-01 10:00", "Review 4"),
        ("2027-10-01 10:00", "Review 5"),
    ]


def test_an_agreement_inside_the_house_has_its_dates_too() -> None:
    state = state_in(Stage.ACTIVE, kind=Kind.INTERNAL_SLA)
    assert [entry.what for entry in agenda(state, NOON)][-1] == "The agreement ends"


def test_the_contracts_calendar_is_the_one_that_its_hours_name() -> None:
    state = agreed(hours=ServiceHours(description="Lisbon", calendar="customer"))
    assert contract_calendar(state, edition_of(state).terms).zone == "Europe/Lisbon"
    other = people.terms(hours=ServiceHours(description="Any", calendar="none-such"))
    assert contract_calendar(state, other) == WorkCalendar(zone="Europe/Berlin")


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("start", "months"),
    [(date(2027, 1, 31), 13), (date(2028, 2, 29), 12), (date(2027, 3, 28), 36), (date(2027, 11, 7), 24)],
)
def test_a_term_is_followed_date_by_date_in_every_zone(zone: str, start: date, months: int) -> None:
    """From the first date to the fourth end: none missed, none doubled, and what the agenda of each term says comes."""
    renewal = Renewal(mode=RenewalMode.TACIT, renewal_months=11, notice_months=2)
    period = Period(start=start, end=months_after(start, months), zone=zone)
    state = agreed(renewal, period, review=ReviewCadence(every_months=3))
    seen, expected = list[tuple[datetime, str]](), list[tuple[datetime, str]]()
    while (due := coming_up(state)) is not None and due.at < start_of_day(months_after(start, months + 34), zone):
        if not seen or seen[-1][1].startswith("end-"):
            ahead = [(entry.at, entry.uid.split(".")[0]) for entry in agenda(state, due.at)]
            expected += ahead[: [key.startswith("end-") for _, key in ahead].index(True) + 1]
        seen.append((due.at, due.key))
        state = silent(state, due, due.at)
    assert seen[: len(expected)] == expected[: len(seen)]
    keys = [key for _, key in seen]
    assert len(keys) == len(set(keys))
    assert [key for key in keys if key.startswith("end-")] == [f"end-{n}" for n in range(4)]
    assert [key for key in keys if key in {f"notice-{n}" for n in range(4)}] == [f"notice-{n}" for n in range(4)]
    reviews = [int(key.removeprefix("review-")) for key in keys if key.startswith("review-")]
    assert reviews == list(range(1, len(reviews) + 1))
    assert len(reviews) >= (months + 33) // 3 - 1


def test_a_date_of_the_agenda_tells_hugo_and_dora_apart() -> None:
    entries = agenda(state_in(Stage.APPROVING), NOON)
    assert len({entry.uid for entry in entries}) == len(entries) == len({DORA, HUGO})
