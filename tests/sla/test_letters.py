"""Who is written to, about what, and what they do next."""

import re

import pytest

from sla.agreement import AgreementState
from sla.contract_commands import Acknowledge, AgreeEngineer, Delegate, NameEngineer, RaiseComment, Withdraw
from sla.invitations import INVITATIONS
from sla.kinds import Kind, Side
from sla.letter_kinds import LetterKind
from sla.letters import Letter
from sla.lifecycle import VERBS
from sla.living import next_due
from sla.people import Person, Role
from sla.request import competent_engineers
from sla.stages import Stage, Verb
from sla.transitions import Transition, act, silence
from tests.people import ANA, BO, CHEN, DORA, FINN, HUGO, INES, JUN, PIA, life
from tests.sla.lives import DAY, HOUR, NOON, POLICIES, a_request, do, house, ref, state_in

LIFE = life()


def all_letters() -> list[Letter]:
    return [letter for transition in LIFE for letter in transition.letters]


def to(transition: Transition, email: str, kind: LetterKind) -> Letter:
    return next(letter for letter in transition.letters if (letter.to, letter.kind) == (email, kind))


def test_every_message_key_of_a_life_is_its_own_and_a_repeat_has_the_same() -> None:
    keys = [letter.message_key for letter in all_letters()]
    assert len(keys) == len(set(keys))
    assert keys == [letter.message_key for transition in life() for letter in transition.letters]
    assert all(re.fullmatch(r"[0-9a-f]{32}", key) for key in keys)


def test_two_agreements_never_share_a_message_key() -> None:
    other = {letter.message_key for transition in life("0002") for letter in transition.letters}
    assert not other & {letter.message_key for letter in all_letters()}


def test_everybody_who_is_newly_waited_for_gets_one_invitation() -> None:
    invitations = {row.kind for row in INVITATIONS.values()}
    before: set[tuple[str, str, str, int]] = set()
    for transition in LIFE:
        waits = {wait.key for wait in transition.state.waits}
        newcomers = {key[0] for key in waits - before}
        invited = [letter.to for letter in transition.letters if letter.kind in invitations]
        assert sorted(newcomers) == sorted(invited)
        before = waits


def test_every_letter_says_why_and_what_happened_and_an_invitation_what_to_do_by_when() -> None:
    invitations = {row.kind for row in INVITATIONS.values()}
    for letter in all_letters():
        assert letter.context.why
        assert letter.context.happened.endswith(".")
        assert letter.context.reader != letter.to
        if letter.kind in invitations:
            assert letter.context.next_step
            assert letter.context.due is not None
            assert letter.context.command is not None
            assert letter.context.command.startswith("sla ")
            assert " 0001 " in letter.context.command
            assert letter.context.command.endswith(f"--as {letter.to}")


def test_every_verb_that_somebody_is_waited_for_has_an_invitation() -> None:
    awaited = {wait.verb for transition in LIFE for wait in transition.state.waits}
    assert awaited <= set(INVITATIONS) <= set(VERBS)


def test_a_confirmation_names_the_requirements_that_were_read() -> None:
    recorded = next(each for each in LIFE if each.state.stage is Stage.CAPTURING)
    letter = to(recorded, ANA, LetterKind.CONFIRMATION_WANTED)
    hashed = recorded.state.requirements.hash
    assert letter.context.command == f"sla confirm-requirements 0001 --hash {hashed} --as {ANA}"


def test_whoever_decides_for_another_seat_reads_how_to_approve_and_reject_for_it() -> None:
    state = state_in(Stage.APPROVING)
    given = Delegate(by=DORA, decision_id="d", to=JUN, starts_at=NOON, ends_at=NOON + DAY)
    context = to(act(state, given, NOON), JUN, LetterKind.DELEGATION_GIVEN).context
    assert context.command == f"sla approve 0001 --edition 1 --for {DORA} --as {JUN}"
    assert context.alternatives[0] == f"sla reject 0001 --edition 1 --for {DORA} --reason TEXT --as {JUN}"


def test_a_second_delegation_to_the_same_hands_speaks_of_its_own_seat() -> None:
    state = state_in(Stage.APPROVING)
    state = do(state, Delegate(by=DORA, decision_id="d", to=JUN, starts_at=NOON, ends_at=NOON + DAY))
    later = NOON + HOUR
    given = Delegate(by=HUGO, decision_id="h", to=JUN, starts_at=later, ends_at=later + DAY)
    context = to(act(state, given, later), JUN, LetterKind.DELEGATION_GIVEN).context
    assert context.command == f"sla approve 0001 --edition 1 --for {HUGO} --as {JUN}"


def test_nobody_decides_for_a_seat_where_it_is_their_own() -> None:
    approving = next(each for each in LIFE if each.state.stage is Stage.APPROVING)
    context = to(approving, DORA, LetterKind.APPROVAL_WANTED).context
    assert context.command == f"sla approve 0001 --edition 2 --as {DORA}"
    assert [each.split()[1] for each in context.alternatives] == ["reject", "delegate"]


def test_the_customer_and_the_engineer_read_their_own_words_about_the_requirements() -> None:
    state = do(a_request(requirements=()), NameEngineer(by=FINN, decision_id="n", engineer=CHEN))
    agreed = act(state, AgreeEngineer(by=BO, decision_id="a", engineer=CHEN), NOON)
    ana, chen = (to(agreed, email, LetterKind.REQUIREMENTS_WANTED).context for email in (ANA, CHEN))
    assert (ana.side, chen.side) == (Side.CUSTOMER, Side.PROVIDER)
    assert ana.next_step == INVITATIONS[Verb.RECORD_REQUIREMENTS].customers_step
    assert chen.next_step == INVITATIONS[Verb.RECORD_REQUIREMENTS].next_step


def test_whoever_names_the_engineer_reads_who_is_competent() -> None:
    people = (
        *house().people,
        Person(name="Pia Sol", email=PIA, roles=(Role.ENGINEER,), competent_for=("managed-printing",)),
        Person(name="Eve", email="eve@meridian.example", roles=(Role.ENGINEER,), competent_for=("telephony",)),
    )
    state = a_request(house(people=people))
    able = tuple(f"{each.name} ({each.email})" for each in competent_engineers(state))
    named = act(state, NameEngineer(by=FINN, decision_id="n", engineer=PIA), NOON)
    context = to(named, BO, LetterKind.ENGINEER_AGREEMENT_WANTED).context
    assert f"Pia Sol ({PIA})" in able
    assert context.candidates == tuple(each for each in able if PIA not in each)
    assert context.command == f"sla agree-engineer 0001 {PIA} --as {BO}"
    first = to(LIFE[0], FINN, LetterKind.ENGINEER_WANTED).context
    assert len(first.candidates) == len(competent_engineers(LIFE[0].state)) > 0


def test_a_letter_leaves_its_reader_only_the_known_words_to_fill_in() -> None:
    for row in INVITATIONS.values():
        for command in (row.command, *row.alternatives):
            assert set(re.findall(r"\b[A-Z]{2,}\b", command)) <= {"TEXT", "FILE", "AMOUNT", "EMAIL", "WHEN", "SCORE"}


def test_a_letter_about_one_of_two_tasks_speaks_of_that_one() -> None:
    state = state_in(Stage.REVIEWING)
    transition = act(state, RaiseComment(by=BO, decision_id="c", edition=ref(state), text="Why?"), NOON)
    letter = to(transition, BO, LetterKind.RESOLUTION_WANTED)
    assert letter.context.command == f"sla resolve-comment 0001 1 --edition 1 --how TEXT --as {BO}"
    assert letter.context.next_step == INVITATIONS[Verb.RESOLVE_COMMENT].next_step


def test_a_reminder_speaks_of_the_task_that_is_overdue() -> None:
    state = state_in(Stage.REVIEWING)
    state = do(state, RaiseComment(by=BO, decision_id="c", edition=ref(state), text="Why?"))
    state = do(state, Acknowledge(by=ANA, decision_id="k", edition=ref(state)))
    reminders: list[str | None] = []
    while len(reminders) < 3:
        transition = silence(state, next_due(state) or NOON)
        reminders += [letter.context.command for letter in transition.letters if letter.to == BO]
        state = transition.state
    assert reminders[:2] == [
        f"sla acknowledge 0001 --edition 1 --as {BO}",
        f"sla resolve-comment 0001 1 --edition 1 --how TEXT --as {BO}",
    ]


@pytest.mark.parametrize(
    "stage", [stage for stage in Stage if not stage.is_end and stage not in {Stage.ACTIVE, Stage.ENDING}]
)
def test_an_end_is_told_to_the_requester_to_both_sides_and_to_whoever_was_waited_for(stage: Stage) -> None:
    state = state_in(stage)
    ended = act(state, Withdraw(by=ANA, decision_id="w", reason="No budget."), NOON)
    told = {letter.to for letter in ended.letters}
    assert {ANA, INES, BO, FINN, *(wait.person for wait in state.waits)} <= told
    assert {letter.kind for letter in ended.letters} == {LetterKind.WITHDRAWN}
    assert {letter.context.reason for letter in ended.letters} == {"No budget."}
    assert {letter.context.next_step for letter in ended.letters} == {None}
    assert len(told) == len(ended.letters)


def test_an_agreement_in_force_tells_everybody_and_carries_no_old_reason() -> None:
    last = LIFE[-1]
    assert {letter.kind for letter in last.letters} == {LetterKind.IN_FORCE}
    assert {letter.context.reason for letter in last.letters} == {None}


def test_an_offer_is_due_at_its_expiry_and_a_signature_at_the_deadline() -> None:
    offered = next(each for each in LIFE if each.state.negotiation.offer and each.state.stage is Stage.NEGOTIATING)
    offer = offered.state.negotiation.offer
    assert offer is not None
    assert to(offered, ANA, LetterKind.OFFER_RECEIVED).context.due == offer.expires_at
    signing = next(each for each in LIFE if each.state.stage is Stage.SIGNING)
    assert to(signing, INES, LetterKind.SIGNATURE_WANTED).context.due == signing.state.signing.deadline


def test_no_letter_of_an_unpriced_agreement_names_a_fee() -> None:
    state: AgreementState = state_in(Stage.APPROVING, house(POLICIES["any"]), kind=Kind.OLA)
    transition = silence(state, next_due(state) or NOON)
    assert {letter.to for letter in transition.letters} <= {DORA, HUGO}
    assert {letter.context.fee for letter in transition.letters} == {None}


def test_the_first_letters_are_about_the_request() -> None:
    assert {letter.context.stage for letter in LIFE[0].letters} == {Stage.REQUESTED}
    assert a_request().head.seq == 1
