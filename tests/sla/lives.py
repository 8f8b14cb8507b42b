"""Agreements at any point of their life, in houses of several sorts, for the tests of the pure business."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

import pytest

from sla.agreement import AgreementState
from sla.commands import Command
from sla.errors import Refusal
from sla.intake import open_request, opened
from sla.kinds import Kind
from sla.letters import LetterKind
from sla.patience import next_due
from sla.people import Person
from sla.policy import ApprovalPolicy, ApprovalStage, Approver, Mode, OnDeadline, SigningOrder, SigningRule
from sla.provider import ProviderProfile
from sla.stages import Stage
from sla.terms import EditionRef
from sla.transitions import Transition, act, receive, silence
from tests.autopilot import next_command
from tests.people import BO, DORA, FINN, HUGO, JUN, KOFI, MARA, MONDAY, form, policy, provider

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""When somebody acts on a state of `state_in`: the same Monday, after everything that led there."""


def house(approval: ApprovalPolicy | None = None, people: tuple[Person, ...] | None = None) -> ProviderProfile:
    """Meridian with another approval policy for every kind, or with other people."""
    changes: dict[str, object] = {}
    if approval is not None:
        changes["policies"] = dict.fromkeys(Kind, approval)
    if people is not None:
        changes["people"] = people
    return provider().model_copy(update=changes)


def without(*emails: str) -> tuple[Person, ...]:
    """Meridian's people but these."""
    return tuple(person for person in provider().people if person.email not in emails)


def with_person(email: str, **changes: object) -> tuple[Person, ...]:
    """Meridian's people, one of them changed."""
    return tuple(p.model_copy(update=changes) if p.email == email else p for p in provider().people)


def one_stage(
    *approvers: Approver, mode: Mode = Mode.ALL, quorum: int | None = None, signing: SigningRule | None = None
) -> ApprovalPolicy:
    """A policy of a single stage."""
    stage = ApprovalStage(name="only", approvers=approvers, mode=mode, quorum=quorum)
    return ApprovalPolicy(name="one stage", owner=KOFI, stages=(stage,), signing=signing or SigningRule())


QUORUM = one_stage(
    *(Approver(email=email) for email in (DORA, HUGO, MARA)),
    mode=Mode.QUORUM,
    quorum=2,
    signing=SigningRule(order=SigningOrder.SEQUENTIAL, on_deadline=OnDeadline.REAPPROVE, within_working_days=5),
)
ANY = one_stage(Approver(email=DORA, deputy=JUN), Approver(email=HUGO, deputy=JUN), mode=Mode.ANY)
AUTHORS = one_stage(Approver(email=FINN), Approver(email=BO, deputy=JUN), Approver(email=DORA, deputy=JUN))
"""The drafters themselves have seats."""
INSIDERS = one_stage(Approver(email=DORA, deputy=FINN), Approver(email=HUGO, deputy=BO))
"""The drafters are called when an approver is silent, and may not answer."""
POLICIES = {"standard": policy(), "quorum": QUORUM, "any": ANY, "authors": AUTHORS, "insiders": INSIDERS}


def a_request(profile: ProviderProfile | None = None, **changes: object) -> AgreementState:
    """A new agreement in a house, just received."""
    return receive(opened(open_request(form(**changes), profile or provider()), "0001", MONDAY), MONDAY).state


def state_in(stage: Stage, profile: ProviderProfile | None = None, **changes: object) -> AgreementState:
    """The agreement when it enters a stage, carried there by the prompt colleague within two hours."""
    return carried(a_request(profile, **changes), stage)


def carried(state: AgreementState, stage: Stage, now: datetime = MONDAY) -> AgreementState:
    """The state, carried on by the prompt colleague until it is in a stage."""
    for step in range(60):
        if state.stage is stage:
            return state
        now += timedelta(minutes=2)
        command = next_command(state, now, f"auto-{state.head.seq}-{step}")
        assert command is not None, f"nobody is waited for in {state.stage}"
        state = act(state, command, now).state
    raise AssertionError(f"{state.number} does not come to {stage}; it is {state.stage}")


@lru_cache(maxsize=1)
def standing() -> AgreementState:
    """The standard agreement in approval; it takes a while to get there, and it is frozen."""
    return state_in(Stage.APPROVING)


def ref(state: AgreementState) -> EditionRef:
    """Number and hash of the current edition."""
    assert state.edition is not None
    return state.edition.ref


def do(state: AgreementState, *commands: Command, now: datetime = NOON) -> AgreementState:
    """The state after these commands."""
    for command in commands:
        state = act(state, command, now).state
    return state


def refusal(state: AgreementState, command: Command, error: type[Refusal], now: datetime = NOON) -> str:
    """The sentence with which a command is refused."""
    with pytest.raises(error) as caught:
        act(state, command, now)
    assert type(caught.value) is error
    return str(caught.value)


def silent_until(state: AgreementState, stage: Stage) -> list[Transition]:
    """What silence alone does, one deadline after the other, until the agreement is in a stage."""
    transitions = []
    for _ in range(300):
        due = next_due(state)
        assert due is not None, f"nothing is due in {state.stage}, and nobody would ever know"
        transitions.append(silence(state, due))
        state = transitions[-1].state
        if state.stage is stage:
            return transitions
    raise AssertionError(f"silence never ends in {stage}")


def letters(transition: Transition) -> set[tuple[LetterKind, str]]:
    """Kind and reader of each letter."""
    return {(letter.kind, letter.to) for letter in transition.letters}
