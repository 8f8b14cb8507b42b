"""Random lives of ten years: whatever people, suspensions, amendments and outages do, the dates hold.

Source: REV-1, AME-1, AME-3, TER-1, SEE-1.
"""

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest

from sla.agenda import agenda
from sla.agreement import AgreementState, edition_of, life_of
from sla.amendment import in_force_at, scene
from sla.command import Command
from sla.commands import ConcludeReview, RequestChange
from sla.contract_commands import SubmitDraft
from sla.ending import STOP, next_step
from sla.ending_commands import TakeStep
from sla.errors import Refusal
from sla.events import Event, Fact, broken_link
from sla.findings_noted import heeds
from sla.life import ChangeKind, InForce, ReviewOutcome
from sla.lifecycle import allowed, permit
from sla.living import coming_up, dues, next_due
from sla.renewal import deadline_for, end_of
from sla.reviews import review_instant, reviews_after
from sla.service_reviews import contract_calendar
from sla.stages import Stage, Verb
from sla.term import end_of_term, start_of_day
from sla.terms import (
    Period,
    PriceRevision,
    Ratchet,
    Renewal,
    RenewalMode,
    ReviewCadence,
    SuspensionRule,
    Terms,
)
from sla.transitions import Transition, act, first_answer, note, silence, take_step
from tests import people
from tests.autopilot import answer_to, next_command, terms_for
from tests.people import ANA, BO, EVE, FINN, MONDAY
from tests.sla.lives import carried, state_in
from tests.sla.mischief import a_command, a_finding
from tests.sla.test_invariants import floats
from tests.sla.test_term import ZONES

LIVES = 24
STARTS = ("2025-08-28", "2026-01-31", "2026-03-31", "2026-10-25", "2028-02-29")
"""Before the signature and after it; days that months clamp, and days on which clocks change."""
YEARS = timedelta(days=3653)
PATIENCE = {"prompt": 0.95, "brisk": 0.9, "slow": 0.6, "silent": 0.0, "mischievous": 0.5}
"""How often somebody who is waited for answers before silence has its next step."""
RIGHTS: dict[Verb, float] = {
    Verb.REQUEST_CHANGE: 2,
    Verb.RECORD_RESULTS: 4,
    Verb.GIVE_NOTICE: 0.3,
    Verb.AGREE_RENEWAL: 4,
    Verb.STATE_INDEX: 2,
    Verb.SUSPEND: 3,
    Verb.REINSTATE: 3,
    Verb.OPEN_TERMINATION: 0.7,
    Verb.WITHDRAW_TERMINATION: 1.5,
    Verb.OFFER_RIGHT: 1,
    Verb.ASSIGN_ACTION: 1,
    Verb.DISPUTE: 2,
    Verb.CLAIM_CREDIT: 0.5,
}
"""How often, beside each other, people use what they may use unasked."""
MOST_AT_ONCE = 2000
MOST_BYTES = 100_000
"""Of a state as JSON."""
MINUTE = timedelta(minutes=1)


def some_terms(random: Random, state: AgreementState) -> Terms:
    """The terms of a life: any zone, awkward days, every mode of renewal."""
    start = random.choice(
        [date(2026, 1, 31), date(2026, 3, 31), date(2026, 10, 25), date(2028, 2, 29), date(2025, 8, 28)]
    )
    months = random.choice([1, 6, 12, 12, 36, 60])
    end = end_of_term(start, months) + timedelta(days=random.choice([0, 0, 0, 17]))
    while start_of_day(end, "UTC") < MONDAY:
        end = end_of_term(end, 12)
    return terms_for(state).model_copy(
        update={
            "period": Period(start=start, end=end, zone=random.choice(ZONES)),
            "review": ReviewCadence(every_months=random.choice([1, 2, 3, 3, 3, 5, 6, 12])),
            **living_clauses(random),
        }
    )


def living_clauses(random: Random) -> dict[str, object]:
    """What the terms say of renewal, revision, suspension and better targets."""
    every, notice = random.choice([1, 3, 6, 12, 12, 12, 24]), random.choice([0, 1, 2, 3, 3])
    mode = random.choice([RenewalMode.TACIT, RenewalMode.TACIT, RenewalMode.TACIT, RenewalMode.EXPRESS])
    renewing = Renewal(mode=mode, renewal_months=every, notice_months=notice)
    return {
        "renewal": random.choice([renewing] * 9 + [None]),
        "price_revision": random.choice([None, PriceRevision(index="consumer prices", highest=Decimal(3))]),
        "suspension": random.choice([None, SuspensionRule(extends_term=True), SuspensionRule(longest_days=10)]),
        "ratchet": random.choice([None, Ratchet(after_results=2)]),
    }


def drafting(random: Random) -> AgreementState:
    state = state_in(Stage.DRAFTING)
    draft = SubmitDraft(by=FINN, decision_id="draft", terms=some_terms(random, state))
    return carried(act(state, draft, MONDAY + timedelta(hours=1)).state, Stage.ACTIVE, MONDAY + timedelta(hours=2))


class Played:
    """One life, with everything that has come by itself and every edition that was signed."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.state = drafting(random)
        self.now = self.state.stage_since
        self.began = self.now
        self.events: list[Event] = []
        self.terms = {edition_of(self.state).ref: edition_of(self.state).terms}
        self.came: list[tuple[str, datetime, datetime]] = []
        self.deadlines: set[tuple[int, date | None]] = set()
        self.packs: Counter[tuple[str, int]] = Counter()
        self.count = self.agendas = 0
        people = self.state.people.persons
        tempers = random.choice([["prompt"], ["prompt", "slow"], sorted(PATIENCE)])
        self.temper = {person.email: random.choice(tempers) for person in people}

    # -- one step

    def play(self) -> None:
        until = self.began + YEARS
        self.time_passes(self.now)
        while self.state.stage is Stage.ACTIVE and self.now < until:
            self.a_moment()
            self.check_agenda_sometimes()
        self.close()

    def a_moment(self) -> None:
        """Somebody answers, somebody uses a right, or time goes on to the next date, or far beyond it."""
        random, due = self.random, next_due(self.state)
        assert due is not None
        assert due > self.now
        if random.random() < 0.01:
            self.now += timedelta(days=random.choice([40, 100, 250]))
            self.a_right_is_used()
            self.time_passes(self.now)
        elif random.random() < 0.15:
            self.time_passes(self.now + (due - self.now) * random.random())
            self.a_right_is_used()
        elif random.random() < 0.05:
            self.a_run_tells()
        elif not self.somebody_answers(due):
            self.time_passes(due)

    def somebody_answers(self, due: datetime) -> bool:
        """Whether somebody who is waited for answers before the next date."""
        random = self.random
        for played in (self.state, scene(self.state)):
            for wait in played.waits:
                temper = self.temper[wait.person]
                if random.random() >= PATIENCE[temper] / len(played.waits):
                    continue
                self.now += min((due - self.now) / 2, timedelta(hours=random.randrange(1, 30)))
                id_ = self.next_id()
                if temper == "mischievous":
                    return self.attempt(a_command(random, self.state, wait.verb, wait.person, id_, self.now))
                return self.attempt(self.considered(played, answer_to(played, wait, self.now, id_)))
        return False

    def considered(self, played: AgreementState, command: Command) -> Command:
        """Now and then a review does not keep the terms, and a draft changes more than the fee."""
        random = self.random
        if isinstance(command, ConcludeReview) and random.random() < 0.12:
            outcome = random.choice([ReviewOutcome.RENEGOTIATE, ReviewOutcome.RAISE_TARGET, ReviewOutcome.TERMINATE])
            return command.model_copy(update={"outcome": outcome})
        if isinstance(command, SubmitDraft):
            return command.model_copy(update={"terms": self.amended(command.terms)})
        return command

    def amended(self, terms: Terms) -> Terms:
        random = self.random
        changes: dict[str, object] = {"effective_from": None}
        if random.random() < 0.4:
            changes["effective_from"] = self.now.date() + timedelta(days=random.choice([-5, 3, 40, 200]))
        if random.random() < 0.4:
            changes["review"] = ReviewCadence(every_months=random.choice([1, 3, 4, 6]))
        if random.random() < 0.3:
            changes |= living_clauses(random)
        if random.random() < 0.3:
            end = end_of_term(end_of(self.state), random.choice([-14, 0, 3, 12, 30]))
            zone = random.choice([terms.period.zone, terms.period.zone, "Pacific/Auckland"])
            if end > terms.period.start:
                changes["period"] = Period(start=terms.period.start, end=end, zone=zone)
        return terms.model_copy(update=changes)

    def a_right_is_used(self) -> None:
        random, state = self.random, self.state
        if state.stage is not Stage.ACTIVE:
            return
        verb = random.choices(list(RIGHTS), list(RIGHTS.values()))[0]
        if random.random() < 0.1:
            verb = random.choice(list(Verb))
        people = [*(person.email for person in state.people.persons), EVE]
        by = random.choice([ANA, BO, FINN, random.choice(people)])
        self.attempt(a_command(random, state, verb, by, self.next_id(), self.now))

    def a_run_tells(self) -> None:
        """A finding comes by signal; it is heeded once, and never refused."""
        command = a_finding(self.random, self.state, self.now)
        if heeds(self.state, command):
            self.enter(note(self.state, command, self.now))
            assert not heeds(self.state, command)

    def next_id(self) -> str:
        self.count += 1
        return f"life-{self.count}"

    def attempt(self, command: Command) -> bool:
        """Whether it was carried out. A refused one changes nothing, and no button would have offered it."""
        before = self.state.model_dump_json() if self.random.random() < 0.1 else None
        try:
            transition = act(self.state, command, self.now)
        except Refusal:
            assert before in {None, self.state.model_dump_json()}
            return False
        assert command.verb is not Verb.TAKE_STEP
        assert not self.has_ended(), "an end that has come is undone"
        assert command.verb in allowed(self.state, command.by, self.now)
        self.enter(transition)
        answer = first_answer(self.state, command)
        assert answer is not None
        assert answer.seq == transition.event.seq
        return True

    def has_ended(self) -> bool:
        """Whether an end has come by now, recorded or not."""
        late = [due for due in dues(self.state) if due.at <= self.now]
        return any(due.key.startswith("termination-") or "agreement ends" in due.what for due in late)

    def time_passes(self, to: datetime) -> None:
        """As the desk does it: everything that is due by then, one after the other, each with less to do."""
        self.now = max(self.now, to)
        keys = set()
        for _ in range(MOST_AT_ONCE):
            due = coming_up(self.state)
            if due is None or due.at > self.now:
                assert self.state.stage is not Stage.ACTIVE or due is not None
                self.check_waits()
                return
            assert due.key not in keys, f"{due.key} comes for ever at one instant"
            keys.add(due.key)
            since = life_of(self.state).in_force[-1].since
            assert due.at >= since or not due.key.startswith(("end-", "review-")), "a date of terms before they counted"
            self.came.append((due.key, due.at, self.now))
            if due.key.startswith("pack-"):
                self.packs[due.key, edition_of(self.state).no] += 1
            self.enter(silence(self.state, self.now))
        raise AssertionError("something comes for ever at one instant")

    # -- what holds at every step

    def enter(self, transition: Transition) -> None:
        before, after, event = self.state, transition.state, transition.event
        assert (event.seq, event.previous) == (before.head.seq + 1, before.head.hash)
        assert (after.head.seq, after.head.hash) == (event.seq, event.hash)
        assert after.stage in {Stage.ACTIVE, Stage.ENDING}
        self.state = after
        self.events.append(event)
        self.check_life(before, after)
        if after.head.seq % 60 == 0:
            assert AgreementState.model_validate_json(after.model_dump_json()) == after
            assert floats(after) == []

    def check_waits(self) -> None:
        state = self.state
        assert state.stage is Stage.ACTIVE or (not state.waits and state.amendment is None)
        for played in (state, scene(state)):
            keys = [wait.key for wait in played.waits]
            assert len(keys) == len(set(keys))
            for wait in played.waits:
                if wait.verb is not Verb.DECIDE:
                    permit(state, wait.person, wait.verb, max(self.now, wait.since))

    def check_life(self, before: AgreementState, after: AgreementState) -> None:
        was, life = life_of(before), life_of(after)
        if self.events[-1].fact is Fact.NOTICE_DEADLINE_PASSED:
            deadline = deadline_for(after, life.announced - life.renewals)
            assert (life.renewals_before + life.announced, deadline) not in self.deadlines
            self.deadlines.add((life.renewals_before + life.announced, deadline))
        if life.in_force is not was.in_force:
            self.check_spans(life.in_force, life.ended_at)
        if edition_of(after) != edition_of(before):
            self.terms[edition_of(after).ref] = edition_of(after).terms
            assert life.in_force[-1].edition == edition_of(after).ref
        assert life.renewals >= 0
        assert after.stage is Stage.ENDING or end_of(after) > after.period.start

    def check_spans(self, spans: tuple[InForce, ...], ended_at: datetime | None) -> None:
        """Contiguous, none empty, the last one open until the end."""
        for one, other in pairwise(spans):
            assert one.until == other.since
        for span in spans:
            assert span.until is None or span.since < span.until
            assert span.edition in self.terms or span is spans[-1]
        assert not spans or spans[-1].until == ended_at

    # -- the agenda tells what then happens

    def check_agenda_sometimes(self) -> None:
        if self.state.stage is Stage.ACTIVE and self.agendas < 5 and self.random.random() < 0.03:
            self.agendas += 1
            self.check_agenda()

    def check_agenda(self) -> None:
        told = [(entry.at, entry.uid.partition(f".{self.state.number}.")[0]) for entry in agenda(self.state, self.now)]
        played = self.state
        came: list[tuple[datetime, str]] = []
        now = self.now
        while len(came) < len(told):
            at, due = next_due(played), coming_up(played)
            assert at is not None
            assert due is not None
            now = max(now, at)  # a new edition may bring a pack that is late already
            came.append((now, due.key))
            played = silence(played, now).state
        assert told == came
        assert told == sorted(told, key=lambda each: each[0])
        assert len({key for _, key in told}) == len(told)

    # -- what holds at the end

    def close(self) -> None:
        """The ordered stop runs where the agreement has ended, and then nothing comes any more."""
        self.check_reviews()
        self.check_renewals()
        self.check_each_once()
        self.check_in_force()
        if self.state.stage is Stage.ENDING:
            self.stop()

    def stop(self) -> None:
        took_effect = any(event.fact is Fact.TERMINATION_TOOK_EFFECT for event in self.events)
        for _ in STOP:
            assert next_due(self.state) is None
            assert agenda(self.state, self.now) == ()
            step = TakeStep(decision_id=f"stop-{next_step(self.state)}", step=next_step(self.state), answered="done")
            transition = take_step(self.state, step, self.now)
            self.state = transition.state
            self.events.append(transition.event)
        assert self.state.stage is (Stage.TERMINATED if took_effect else Stage.EXPIRED)
        assert (next_due(self.state), coming_up(self.state), agenda(self.state, self.now)) == (None, None, ())
        assert all(allowed(self.state, person.email, self.now) == () for person in self.state.people.persons)

    def check_each_once(self) -> None:
        """Each key comes once; a notice deadline, or a pack, anew only where its date has moved."""
        often = ("notice-", "silence-", "amendment-", "pack-")
        keys = Counter(key for key, _, _ in self.came if not key.startswith(often))
        assert {key: times for key, times in keys.items() if times > 1} == {}
        assert all(times == 1 for times in self.packs.values())
        moments = [now for _, _, now in self.came]
        assert moments == sorted(moments)

    def check_reviews(self) -> None:
        """Each review day of the edition in force, and no other, opened one review."""
        opened = [at for key, at, _ in self.came if key.startswith("review-")]
        assert opened == sorted(set(opened))
        assert opened == list(self.expected_reviews())

    def expected_reviews(self) -> list[datetime]:
        expected: list[datetime] = []
        life = life_of(self.state)
        for index, span in enumerate(life.in_force):
            terms = self.terms[span.edition]
            calendar = contract_calendar(self.state, terms)
            after = max(self.began, span.since) if index == 0 else span.since
            until = span.until or self.now + timedelta(microseconds=1)
            assert terms.review is not None
            for review in reviews_after(0, terms.period.start, date(2060, 1, 1), terms.review, calendar):
                at = review_instant(review, terms.period.zone)
                if at >= until:
                    break
                if at > after or (index == 0 and at > self.began):
                    expected.append(at)
        return expected

    def check_renewals(self) -> None:
        renewed = sum(event.fact is Fact.RENEWED for event in self.events)
        ends = [at for key, at, _ in self.came if key.startswith("end-")]
        assert ends == sorted(set(ends))
        assert len(ends) == renewed + any(event.fact is Fact.TERM_ENDED for event in self.events)

    def check_in_force(self) -> None:
        life = life_of(self.state)
        spans = life.in_force
        if not spans:
            return
        first, end = spans[0].since, life.ended_at or self.now
        assert in_force_at(self.state, first - timedelta(microseconds=1)) is None
        if life.ended_at is not None:
            assert in_force_at(self.state, life.ended_at) is None
            assert in_force_at(self.state, life.ended_at + timedelta(days=900)) is None
        for _ in range(50):
            at = first + (end - first) * self.random.random()
            counted = [span for span in spans if span.since <= at and (span.until is None or at < span.until)]
            assert [in_force_at(self.state, at)] == counted or at == life.ended_at


@pytest.mark.parametrize("seed", range(LIVES))
def test_the_dates_of_a_random_life_hold(seed: int) -> None:
    life = Played(Random(seed))
    life.play()
    assert len(life.state.model_dump_json()) < MOST_BYTES


def test_ten_years_with_forty_reviews_and_three_amendments_stay_small(capsys: pytest.CaptureFixture[str]) -> None:
    transitions = a_busy_life()
    events = tuple(each.event for each in transitions)
    assert broken_link(events, tuple(event.hash for event in events)) is None
    facts = Counter(event.fact for event in events)
    assert (facts[Fact.REVIEW_OPENED], facts[Fact.EDITION_TOOK_EFFECT]) == (40, 3)
    largest = max(len(each.state.model_dump_json()) for each in transitions)
    with capsys.disabled():
        print(f"\nten years, 40 reviews, 3 amendments: {len(events)} events, at most {largest} bytes of state")
    assert largest < MOST_BYTES


def a_busy_life() -> list[Transition]:
    """Ten years in which everybody does their part, each review is asked for changes, and every tenth renegotiates."""
    ten_years = Period(start=date(2027, 1, 1), end=date(2037, 1, 2), zone="Europe/Berlin")
    transitions, now = [people.received(period=ten_years)], MONDAY
    while (state := transitions[-1].state).stage is not Stage.ENDING:
        due = next_due(state)
        assert due is not None
        command = a_busy_command(state, now + MINUTE)
        if command is None or due <= now + MINUTE:
            now = due
            transitions.append(silence(state, now))
        else:
            now += MINUTE
            transitions.append(act(state, command, now))
    return transitions


def a_busy_command(state: AgreementState, now: datetime) -> Command | None:
    id_, life = f"busy-{state.head.seq}", state.life
    if life is not None and life.review is not None and not life.changes:
        text = "We print more than we thought. " * 20
        return RequestChange(by=ANA, decision_id=id_, kinds=tuple(ChangeKind), text=text)
    command = next_command(state, now, id_)
    if isinstance(command, ConcludeReview) and command.review in {"10", "20", "30"}:
        return command.model_copy(update={"outcome": ReviewOutcome.RENEGOTIATE})
    return command
