"""Signatures: after every approval, on the same hash, in order or not, before a deadline. SIG-1, REG-1."""

from datetime import timedelta

from sla.agreement import AgreementState
from sla.contract_commands import DeclineToSign, Sign, Withdraw
from sla.errors import AlreadyDone, NotPossible, NotYourRole, OutOfTurn, StaleEdition
from sla.events import Fact
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.lifecycle import allowed
from sla.living import next_due
from sla.policy import OnDeadline, SigningOrder, SigningRule
from sla.signing import begin, unsigned
from sla.stages import Stage, Verb
from sla.terms import EditionRef
from sla.transitions import act, silence
from tests.people import ANA, BO, CHEN, FINN, INES, MONDAY, PIA
from tests.sla.lives import NOON, POLICIES, carried, do, house, letters, ref, refusal, silent_until, state_in


def sign(state: AgreementState, by: str) -> Sign:
    return Sign(by=by, decision_id="s", edition=ref(state))


def decline(state: AgreementState, by: str) -> DeclineToSign:
    return DeclineToSign(by=by, decision_id="d", edition=ref(state), reason="The board said no.")


def begun(**rule: object) -> AgreementState:
    signing = SigningRule.model_validate(rule)
    approval = POLICIES["standard"].model_copy(update={"signing": signing})
    return state_in(Stage.SIGNING, house(approval))


def test_both_sign_in_any_order_and_the_last_one_puts_it_in_force() -> None:
    for first, second in ((PIA, INES), (INES, PIA)):
        state = do(begun(), sign(begun(), first))
        assert state.stage is Stage.SIGNING
        last = act(state, sign(state, second), NOON)
        assert last.state.stage is Stage.ACTIVE
        assert {each.side for each in last.state.signing.signatures} == set(Side)
        assert {each.edition_hash for each in last.state.signing.signatures} == {ref(state).hash}
        assert {(LetterKind.IN_FORCE, email) for email in (ANA, BO, FINN, PIA, INES, CHEN)} <= letters(last)


def test_in_order_the_second_signer_is_asked_after_the_first() -> None:
    state = begun(order=SigningOrder.SEQUENTIAL)
    assert [wait.person for wait in state.waits] == [PIA]
    for command in (sign(state, INES), decline(state, INES)):
        assert "Pia Holm signs before you" in refusal(state, command, OutOfTurn)
    transition = act(state, sign(state, PIA), NOON)
    assert letters(transition) == {(LetterKind.SIGNATURE_WANTED, INES)}


def test_nobody_signs_twice_or_for_another() -> None:
    state = do(begun(), sign(begun(), PIA))
    assert "already" in refusal(state, sign(state, PIA), AlreadyDone)
    assert "already" in refusal(state, decline(state, PIA), AlreadyDone)
    for email in (ANA, BO, FINN):
        assert "Pia Holm, Ines Costa may" in refusal(state, sign(state, email), NotYourRole)


def test_without_all_approvals_on_this_hash_nobody_signs() -> None:
    state = begun()
    one_missing = state.approval.model_copy(update={"decisions": state.approval.decisions[:-1]})
    other_hash = tuple(each.model_copy(update={"edition_hash": "0" * 64}) for each in state.approval.decisions)
    for approval in (one_missing, state.approval.model_copy(update={"decisions": other_hash})):
        forged = state.model_copy(update={"approval": approval})
        assert "approvals come before signatures" in refusal(forged, sign(forged, PIA), NotPossible)
        assert Verb.SIGN not in allowed(forged, PIA, NOON)


def test_a_signature_on_another_edition_is_refused_and_does_not_count() -> None:
    state = begun()
    stale = Sign(by=PIA, decision_id="s", edition=EditionRef(no=1, hash="0" * 64))
    assert "is current" in refusal(state, stale, StaleEdition)
    signed = do(state, sign(state, PIA))
    old = tuple(each.model_copy(update={"edition_hash": "0" * 64}) for each in signed.signing.signatures)
    forged = signed.model_copy(update={"signing": signed.signing.model_copy(update={"signatures": old})})
    assert unsigned(forged) == (PIA, INES)


def test_declining_ends_it_with_the_reason_to_the_requester() -> None:
    transition = act(begun(), decline(begun(), INES), NOON)
    assert transition.state.stage is Stage.DECLINED
    assert transition.state.ending is not None
    assert (transition.state.ending.by, transition.state.ending.why) == (INES, "The board said no.")
    assert (LetterKind.DECLINED, ANA) in letters(transition)
    assert (LetterKind.DECLINED, PIA) in letters(transition), "she was asked to sign, and need not any more"


def test_at_the_deadline_it_lapses_if_the_policy_says_so() -> None:
    last = silent_until(begun(within_working_days=5), Stage.LAPSED)[-1]
    assert last.event.at == begun(within_working_days=5).signing.deadline
    assert "Pia Holm, Ines Costa did not sign in time" in (last.event.reason or "")
    assert (LetterKind.LAPSED, ANA) in letters(last)


def test_at_the_deadline_it_goes_back_to_a_fresh_approval_if_the_policy_says_so() -> None:
    state = do(begun(on_deadline=OnDeadline.REAPPROVE), sign(begun(), PIA))
    back = silent_until(state, Stage.APPROVING)[-1]
    assert back.event.fact is Fact.SIGNING_EXPIRED
    assert back.state.approval.decisions == ()
    assert back.state.edition == state.edition
    assert {(LetterKind.SIGNING_EXPIRED, PIA), (LetterKind.SIGNING_EXPIRED, INES)} <= letters(back)
    again = carried(back.state, Stage.SIGNING, back.event.at)
    assert unsigned(again) == (PIA, INES), "a signature from before the new approval counts no more"


def test_from_the_deadline_on_nobody_signs_even_before_the_timer_rings() -> None:
    state = begun()
    deadline = state.signing.deadline
    assert deadline is not None
    assert do(state, sign(state, PIA), now=deadline - timedelta(microseconds=1)).signing.signatures
    assert "too late" in refusal(state, sign(state, PIA), NotPossible, now=deadline)
    assert Verb.SIGN not in allowed(state, PIA, deadline)


def test_the_deadline_is_the_later_one_of_the_signers_own_calendars() -> None:
    state = begun()
    holidays = state.people.calendars["customer"].model_copy(
        update={"holidays": tuple((MONDAY + timedelta(days=day)).date() for day in range(1, 30))}
    )
    people = state.people.model_copy(update={"calendars": {**state.people.calendars, "customer": holidays}})
    later = begin(state.model_copy(update={"people": people}), NOON).signing.deadline
    assert later is not None
    assert state.signing.deadline is not None
    assert later - state.signing.deadline > timedelta(days=28)


def test_somebody_named_twice_signs_once() -> None:
    state = begun().model_copy(update={"signers": (PIA, INES, PIA)})
    assert unsigned(state) == (PIA, INES)
    assert do(state, sign(state, PIA), sign(state, INES)).stage is Stage.ACTIVE


def test_reminders_come_before_the_deadline() -> None:
    state = begun()
    first = next_due(state)
    assert first is not None
    assert silence(state, first).event.fact is Fact.REMINDED


def test_until_the_last_signature_it_can_be_withdrawn() -> None:
    state = do(begun(), sign(begun(), PIA))
    ended = act(state, Withdraw(by=ANA, decision_id="w", reason="No budget."), NOON)
    assert ended.state.stage is Stage.WITHDRAWN
    assert (LetterKind.WITHDRAWN, INES) in letters(ended)
