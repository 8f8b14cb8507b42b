"""Random verbs by random people, strangers and silence included, never break what must always hold."""

from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from pydantic import BaseModel

from sla.agreement import AgreementState, Wait
from sla.amendment import scene
from sla.approvals import is_complete
from sla.command import Command
from sla.contract_commands import Decide
from sla.delegation import LONGEST_CHAIN, not_over, running, takers
from sla.ending import next_step
from sla.ending_commands import TakeStep
from sla.errors import Refusal
from sla.events import Event, broken_link
from sla.findings_noted import heeds
from sla.invitations import INVITATIONS
from sla.kinds import KINDS, Kind, Side
from sla.lifecycle import allowed
from sla.living import coming_up, next_due
from sla.paths import PATHS
from sla.review import unacknowledged
from sla.signing import unsigned
from sla.stages import Stage, Verb
from sla.terms import Edition
from sla.transitions import Transition, act, note, refused_sign_off, silence, take_step
from tests.autopilot import BUILDERS, answer_to, next_command
from tests.people import EVE, MONDAY
from tests.people import requirement as standing_requirement
from tests.sla.lives import POLICIES, a_request, house
from tests.sla.mischief import a_command, a_finding

LAPSE_LIMIT = 400
SELDOM = {Verb.WITHDRAW: 0.02, Verb.COMMENT: 0.1, Verb.DECLINE_TO_SIGN: 0.2}
"""How often these rights are used, so that stories come far."""
BACK = {
    Stage.REVIEWING: {Stage.DRAFTING},
    Stage.APPROVING: {Stage.DRAFTING, Stage.NEGOTIATING, Stage.REVIEWING},
    Stage.SIGNING: {Stage.APPROVING},
}
LIVING = {
    Stage.ACTIVE: {Stage.ACTIVE, Stage.ENDING},
    Stage.ENDING: {Stage.ENDING, Stage.TERMINATED, Stage.EXPIRED},
    Stage.TERMINATED: {Stage.TERMINATED},
    Stage.EXPIRED: {Stage.EXPIRED},
}
DECLINING = {Stage.NEGOTIATING, Stage.APPROVING, Stage.SIGNING}


@lru_cache(maxsize=200)
def begun(kind: Kind, policy: str, steps: int) -> AgreementState:
    """An agreement that the prompt colleague has carried a few steps on its way."""
    state = a_request(house(POLICIES[policy]), kind=kind, requirements=(standing_requirement(1),))
    for step in range(steps):
        command = next_command(state, MONDAY, f"begin-{step}")
        if command is None:
            break
        state = act(state, command, MONDAY).state
    return state


def moves(state: AgreementState) -> set[Stage]:
    """Where the table lets this stage go."""
    path, stage = PATHS[state.kind], state.stage
    onward = {path[path.index(stage) + 1]} if stage in path[:-1] else set()
    back = BACK.get(stage, set()) & set(path)
    if stage in LIVING:
        return LIVING[stage]
    ends = {Stage.WITHDRAWN, Stage.LAPSED} if not stage.is_end else set()
    return {stage} | onward | back | ends | ({Stage.DECLINED} if stage in DECLINING else set())


def floats(value: object) -> list[float]:
    """Every float in a value, wherever it is."""
    if isinstance(value, BaseModel):
        return floats(dict(value))
    if isinstance(value, dict):
        return [found for each in (*value.keys(), *value.values()) for found in floats(each)]
    if isinstance(value, list | tuple | set | frozenset):
        return [found for each in value for found in floats(each)]
    return [value] if isinstance(value, float) else []


class Agreement(RuleBasedStateMachine):
    """One agreement among people who do whatever they like."""

    def __init__(self) -> None:
        super().__init__()
        self.state = begun(Kind.CUSTOMER_SLA, "standard", 0)
        self.now = MONDAY
        self.count = 0
        self.events: list[Event] = []
        self.editions: dict[int, str] = {}
        self.keys: set[str] = set()
        self.signed: Edition | None = None
        self.confirmed: str | None = None
        self.slowness = 10
        self.random = Random(0)

    @initialize(seed=st.integers(0, 2**32))
    def seed(self, seed: int) -> None:
        """One seed for a run: its steps are well spread and repeatable, and a failing run can be cut shorter."""
        self.random = Random(seed)
        self.begin(self.random)

    def begin(self, random: Random) -> None:
        """Somewhere on the way, in some house."""
        self.check_chain()
        kind = random.choice([Kind.CUSTOMER_SLA, Kind.CUSTOMER_SLA, Kind.INTERNAL_SLA, Kind.OLA, Kind.UC])
        steps = random.choice([random.randrange(16), 7, 9, 11])
        self.state = begun(kind, random.choice(sorted(POLICIES)), steps)
        self.now = max(self.now, MONDAY)
        self.events, self.keys = [], set()
        self.slowness = random.choice([3, 10, 80])
        edition = self.signed = self.state.edition
        self.editions = {edition.no: edition.hash} if edition else {}
        captured = self.state.stage not in {Stage.REQUESTED, Stage.CAPTURING}
        self.confirmed = self.state.requirements.hash if captured else None

    @rule()
    def something_happens(self) -> None:
        """Somebody does their part, or whatever they may, or what they may not, or nobody does anything."""
        random = self.random
        stage = self.state.stage
        if random.random() < (0.4 if stage.is_end else 0.05 if stage is Stage.ACTIVE else 0):
            self.now = MONDAY
            self.begin(random)
            return
        if stage is Stage.ENDING:
            self.a_step_is_taken()
            return
        acts: list[Callable[[Random], None]] = [
            self.a_part_is_done,
            self.a_right_is_used,
            self.anything_is_tried,
            self.a_signal_comes,
            self.a_run_tells,
            self.time_passes,
        ]
        random.choices(acts, [45, 35, 10, 3, 3, self.slowness])[0](random)

    # -- what may happen

    def a_part_is_done(self, random: Random) -> None:
        papers = (self.state, scene(self.state))
        waits = [(paper, wait) for paper in papers for wait in paper.waits if wait.verb in BUILDERS]
        if waits:
            paper, wait = random.choice(waits)
            self.attempt(answer_to(paper, wait, self.now, self.next_id()))

    def a_step_is_taken(self) -> None:
        step = next_step(self.state)
        command = TakeStep(decision_id=self.next_id(), step=step, answered="nothing is left to do")
        self.enter(take_step(self.state, command, self.now))

    def a_right_is_used(self, random: Random) -> None:
        people = [person.email for person in self.state.people.persons]
        rights = [(by, verb) for by in people for verb in allowed(self.state, by, self.now)]
        rights = [right for right in rights if random.random() < SELDOM.get(right[1], 1)]
        if rights:
            by, verb = random.choice(rights)
            self.attempt(a_command(random, self.state, verb, by, self.next_id(), self.now))

    def anything_is_tried(self, random: Random) -> None:
        by = random.choice([*(person.email for person in self.state.people.persons), EVE])
        verb = random.choice([verb for verb in Verb if verb is not Verb.WITHDRAW])
        self.attempt(a_command(random, self.state, verb, by, self.next_id(), self.now))

    def a_signal_comes(self, random: Random) -> None:
        by = random.choice([*(person.email for person in self.state.people.persons), EVE])
        command = a_command(random, self.state, Verb.DECIDE, by, self.next_id(), self.now)
        assert isinstance(command, Decide)
        try:
            self.enter(act(self.state, command, self.now))
        except Refusal as refusal:
            self.enter(refused_sign_off(self.state, command, refusal, self.now))

    def a_run_tells(self, random: Random) -> None:
        command = a_finding(random, self.state, self.now)
        if heeds(self.state, command):
            self.enter(note(self.state, command, self.now))

    def time_passes(self, random: Random) -> None:
        due = next_due(self.state)
        jumps = [timedelta(hours=hours) for hours in (1, 7, 30, 24 * 5)]
        self.now += random.choice([*jumps, max(due - self.now, timedelta(0)) if due else jumps[0]])
        self.silence_acts()

    # -- how it is carried out

    def next_id(self) -> str:
        self.count += 1
        return f"d{self.count}"

    def attempt(self, command: Command) -> None:
        before = self.state.model_dump_json()
        may = command.verb in allowed(self.state, command.by, self.now)
        try:
            transition: Transition | None = act(self.state, command, self.now)
        except Refusal as refusal:
            transition, told = None, str(refusal)
        else:
            told = ""
        if not transition:
            assert len(told) > 20
            assert before == self.state.model_dump_json()
            return
        assert may, f"{command.by} did {command.verb}, and no page would have shown it"
        self.enter(transition)

    def silence_acts(self) -> None:
        """As the desk does it: until nothing is due any more, and each time there is less to do."""
        keys = set()
        for _ in range(LAPSE_LIMIT):
            due, coming = next_due(self.state), coming_up(self.state)
            if due is None or due > self.now:
                return
            if coming is not None:
                assert coming.key not in keys, f"{coming.key} comes for ever at one instant"
                keys.add(coming.key)
                self.enter(silence(self.state, self.now))
                continue
            overdue = {wait.key for wait in self.state.waits if wait.due and wait.due <= self.now}
            stage = self.state.stage
            self.enter(silence(self.state, self.now))
            left = {wait.key for wait in self.state.waits if wait.due and wait.due <= self.now}
            assert left < overdue or self.state.stage is not stage or not overdue
        raise AssertionError("silence acts for ever at one instant")

    def enter(self, transition: Transition) -> None:
        before, after, event = self.state, transition.state, transition.event
        assert after.stage in moves(before), f"{before.stage} -> {after.stage}"
        self.check_event(before, after, event)
        self.check_editions(before, transition)
        self.check_decisions(before, after)
        self.check_letters(before, transition)
        if before.stage is Stage.CAPTURING and after.stage is Stage.ASSESSING:
            self.confirmed = after.requirements.hash
        if after.stage is Stage.ACTIVE and before.stage is not Stage.ACTIVE:
            self.signed = after.edition
        self.state = after

    def check_event(self, before: AgreementState, after: AgreementState, event: Event) -> None:
        assert (event.seq, event.previous) == (before.head.seq + 1, before.head.hash)
        assert (after.head.seq, after.head.hash) == (event.seq, event.hash)
        assert (event.stage_before, event.stage) == (before.stage, after.stage)
        self.events.append(event)

    def check_editions(self, before: AgreementState, transition: Transition) -> None:
        new, current = transition.new_edition, transition.state.edition
        assert transition.state.editions == before.editions + (new is not None)
        if new is not None:
            assert (new.no, new.author) == (before.editions + 1, transition.event.by)
            assert new.author in transition.state.authors
            self.editions[new.no] = new.hash
        if current is not None:
            assert self.editions[current.no] == current.hash

    def check_decisions(self, before: AgreementState, after: AgreementState) -> None:
        if before.amendment and after.amendment:
            before, after = scene(before), scene(after)
        current = after.edition.hash if after.edition else ""
        for signature in after.signing.signatures[len(before.signing.signatures) :]:
            assert is_complete(before)
            assert signature.edition_hash == current
            assert signature.by in after.signers
        for decision in after.approval.decisions[len(before.approval.decisions) :]:
            assert decision.edition_hash == current
            assert decision.by not in after.authors
            assert before.stage is Stage.APPROVING
        if after.stage is not before.stage and after.stage is Stage.APPROVING:
            assert not after.approval.decisions, "an approval begins with none of the old decisions"

    def check_letters(self, before: AgreementState, transition: Transition) -> None:
        after = transition.state
        standing = {wait.key for wait in before.waits} if before.stage is after.stage else set()
        written_to = {letter.to for letter in transition.letters}
        for wait in after.waits:
            assert wait.verb in INVITATIONS
            assert wait.key in standing or wait.person in written_to, f"{wait.person} does not know of {wait.verb}"
        for letter in transition.letters:
            assert after.people.find(letter.to) is not None
            assert letter.context.why
            assert letter.context.happened
            assert letter.message_key not in self.keys
            self.keys.add(letter.message_key)
        if after.stage.is_end and not before.stage.is_end:
            assert after.ending is not None
            assert {p.email for p in after.people.persons if "requester" in p.roles} <= written_to

    # -- what always holds

    @invariant()
    def somebody_is_waited_for_until_a_deadline(self) -> None:
        state = self.state
        keys = [wait.key for wait in state.waits]
        assert len(keys) == len(set(keys))
        due = next_due(state)
        if state.stage.is_end or state.stage is Stage.ENDING:
            assert (keys, due) == ([], None)
            return
        assert keys or state.stage is Stage.ACTIVE
        assert not state.amendment or state.amendment.waits
        assert due is not None
        assert due > self.now
        for wait in (*state.waits, *scene(state).waits):
            may = wait.verb in allowed(state, wait.person, self.now) or self.has_another_window(wait)
            assert may, f"{wait.person} is waited for to {wait.verb}, and may not"

    def has_another_window(self, wait: Wait) -> bool:
        """A delegate is waited for before the window opens, and until somebody looks again after it closed."""
        closed = (each for each in scene(self.state).approval.delegations if not running(self.now)(each))
        return wait.verb is Verb.DECIDE and wait.person != wait.subject and any(each.taker for each in closed)

    @invariant()
    def nobody_judges_their_own_work(self) -> None:
        state = scene(self.state)
        assert state.review.passed_by is None or state.review.passed_by not in state.authors
        if state.stage in {Stage.APPROVING, Stage.SIGNING, Stage.ACTIVE}:
            deciders = [(each.stage, each.by) for each in state.approval.decisions]
            seats = [(each.stage, each.seat) for each in state.approval.decisions]
            assert len(deciders) == len(set(deciders)), "one person decides once in a stage"
            assert len(seats) == len(set(seats))

    @invariant()
    def it_is_in_force_only_when_its_path_is_complete(self) -> None:
        state = scene(self.state)
        is_amended = state.life is not None and state.edition != self.signed and state.amendment is None
        if state.stage not in {Stage.SIGNING, Stage.ACTIVE} or is_amended:
            return
        assert is_complete(state)
        assert state.review.passed_by
        assert not state.review.open_comments
        assert not unacknowledged(state)
        assert state.edition is not None
        assert state.edition.requirements_hash == state.requirements.hash == self.confirmed
        if state.stage is Stage.ACTIVE and KINDS[state.kind].signed:
            assert not unsigned(state)
            assert {each.side for each in state.signing.signatures} == set(Side)

    @invariant()
    def the_state_travels_without_loss(self) -> None:
        assert AgreementState.model_validate_json(self.state.model_dump_json()) == self.state
        assert floats(self.state) == []

    @invariant()
    def delegations_never_circle(self) -> None:
        state = scene(self.state)
        for each in state.approval.delegations:
            chain = takers(state, each.giver, not_over(self.now))
            assert each.giver not in chain
            assert len(chain) == len(set(chain)) <= LONGEST_CHAIN

    def check_chain(self) -> None:
        if self.events and self.events[0].seq == 1:
            assert broken_link(tuple(self.events), tuple(event.hash for event in self.events)) is None

    def teardown(self) -> None:
        self.check_chain()


@pytest.mark.timeout(120)
def test_random_people_never_break_what_must_always_hold() -> None:
    profile = settings(
        max_examples=25,
        stateful_step_count=45,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Agreement, settings=profile)
