"""Agreements at any point of their life, in houses of several sorts, for the tests of the pure business."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest

from sla.agreement import AgreementState
from sla.amendment import scene
from sla.command import Command
from sla.commands import ConcludeReview, RequestChange
from sla.contract_commands import SubmitDraft
from sla.errors import Refusal
from sla.intake import open_request, opened
from sla.kinds import Kind
from sla.letter_kinds import LetterKind
from sla.life import ChangeKind, ReviewOutcome
from sla.living import coming_up, next_due
from sla.people import Person
from sla.policy import ApprovalPolicy, ApprovalStage, Approver, Mode, OnDeadline, SigningOrder, SigningRule
from sla.provider import ProviderProfile
from sla.stages import Stage
from sla.terms import EditionRef, Renewal, RenewalMode, Terms
from sla.transitions import Transition, act, receive, silence, silent
from tests.autopilot import answer_to, next_command
from tests.people import ANA, BO, DORA, FINN, HUGO, JUN, KOFI, MARA, MONDAY, form, policy, provider

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


# -- in force

TACIT = Renewal(mode=RenewalMode.TACIT, renewal_months=12, notice_months=3)
EXPRESS = Renewal(mode=RenewalMode.EXPRESS, renewal_months=12, notice_months=3)


def berlin(year: int, month: int, day: int, hour: int = 12) -> datetime:
    """A local time of the standard contract."""
    return datetime(year, month, day, hour, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


def played(state: AgreementState, until: datetime) -> AgreementState:
    """The agreement at an instant, if nobody has acted."""
    while (due := coming_up(state)) is not None and due.at <= until:
        state = silent(state, due, due.at)
    return state


def by_itself(state: AgreementState, until: datetime) -> list[Transition]:
    """What happens until an instant if nobody acts, each on its date."""
    transitions = list[Transition]()
    while (due := next_due(state)) is not None and due <= until:
        transitions.append(silence(state, due))
        state = transitions[-1].state
    return transitions


def sentences(transitions: list[Transition]) -> list[str]:
    """What the record says of them."""
    return [each.event.sentence for each in transitions]


def concluded(
    state: AgreementState, now: datetime, outcome: ReviewOutcome = ReviewOutcome.KEEP, by: str = FINN
) -> Transition:
    """The open review, concluded with an outcome; the provider gives 4 of 5, the customer 3."""
    assert state.life is not None
    assert state.life.review is not None
    command = ConcludeReview(
        by=by,
        decision_id=f"conclude-{state.head.seq}",
        review=state.life.review.no,
        outcome=outcome,
        reason="We looked back together.",
        provider_satisfaction=4,
        customer_satisfaction=3,
    )
    return act(state, command, now)


def renegotiating(state: AgreementState, now: datetime) -> AgreementState:
    """The agreement with an amendment to be drafted: Ana asked for longer hours, and the review agreed."""
    asked = RequestChange(
        by=ANA, decision_id=f"ask-{state.head.seq}", kinds=(ChangeKind.HOURS,), text="We open on Saturdays."
    )
    return concluded(do(state, asked, now=now), now, ReviewOutcome.RENEGOTIATE).state


def amending(
    state: AgreementState, stage: Stage, terms: Terms, now: datetime, *, decided: bool = False
) -> tuple[AgreementState, datetime]:
    """The agreement when its amendment enters a stage, carried there by the prompt colleague; and when that was."""
    state = state if decided else renegotiating(state, now)
    for step in range(60):
        now += timedelta(minutes=2)
        paper = scene(state)
        if state.amendment is None or paper.stage is stage:
            return state, now
        drafted = SubmitDraft(by=FINN, decision_id=f"draft-{state.head.seq}", terms=terms)
        prompt = answer_to(paper, paper.waits[0], now, f"amend-{state.head.seq}-{step}")
        state = act(state, drafted if paper.stage is Stage.DRAFTING else prompt, now).state
    raise AssertionError(f"the amendment of {state.number} does not come to {stage}")


def amended(state: AgreementState, terms: Terms, now: datetime) -> AgreementState:
    """The agreement with an edition that is signed, and takes effect later."""
    return amending(state, Stage.ACTIVE, terms, now)[0]
