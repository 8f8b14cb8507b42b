"""One approver's decisions in the hands of another: windows, chains, circles, both names. APP-5."""

from datetime import timedelta

from sla.agreement import Call
from sla.errors import AlreadyDone, NotPossible, NotYourRole, OwnWork
from sla.letter_kinds import LetterKind
from sla.living import next_due
from sla.stages import Stage
from sla.transitions import act, silence
from tests.people import ANA, CHEN, DORA, EVE, FINN, GITA, HUGO, JUN, KOFI, LENA, MARA, PIA
from tests.sla.lives import (
    DAY,
    NOON,
    carried,
    do,
    letters,
    refusal,
    standing,
)
from tests.sla.test_approvals import TWICE, approve, give, in_house, reject, waited_for


def test_a_delegation_keeps_both_names_and_holds_within_its_window() -> None:
    starts, ends = NOON + DAY, NOON + 3 * DAY
    transition = act(standing(), give(HUGO, GITA, starts, ends), NOON)
    state = transition.state
    assert (LetterKind.DELEGATION_GIVEN, GITA) in letters(transition)
    tick = timedelta(microseconds=1)
    for closed in (starts - tick, ends, ends + DAY):
        assert "not open" in refusal(state, approve(state, GITA), NotYourRole, closed)
    for opened in (starts, ends - tick):
        after = act(state, approve(state, GITA), opened)
        assert (after.event.by, after.event.on_behalf_of) == (GITA, HUGO)
        assert "Gita Rao for Hugo Marin approved" in after.event.sentence


def test_the_giver_may_still_decide() -> None:
    state = do(standing(), give(HUGO, GITA))
    state = do(state, approve(state, HUGO))
    assert waited_for(state) == {(DORA, DORA)}


def test_a_delegate_is_no_longer_waited_for_when_the_window_is_over() -> None:
    state = do(standing(), give(HUGO, GITA, NOON, NOON + DAY))
    assert (GITA, HUGO) in waited_for(state)
    later = NOON + 7 * DAY
    over = []
    while (next_due(state) or later) <= later:
        over.append(silence(state, later))
        state = over[-1].state
    assert (GITA, HUGO) not in waited_for(state)
    assert not any((LetterKind.REMINDER, GITA) in letters(each) for each in over)


def test_a_window_is_not_past_not_empty_and_not_endless() -> None:
    for starts, ends in ((NOON, NOON), (NOON - 2 * DAY, NOON - DAY), (NOON - DAY, NOON)):
        assert "later end" in refusal(standing(), give(HUGO, GITA, starts, ends), NotPossible)
    assert "92 days" in refusal(standing(), give(HUGO, GITA, NOON, NOON + 93 * DAY), NotPossible)


def test_nobody_delegates_to_themselves_to_a_colleague_with_a_seat_to_a_stranger_or_to_the_other_side() -> None:
    for taker, told in (
        (HUGO, "oneself"),
        (DORA, "a seat of their own"),
        (EVE, "nobody whom"),
        (ANA, "the customer's side"),
    ):
        assert told in refusal(standing(), give(HUGO, taker), NotPossible)
    assert "wrote a part" in refusal(standing(), give(HUGO, FINN), OwnWork)


def test_a_chain_has_three_hands_at_most_and_no_circle() -> None:
    state = do(standing(), give(HUGO, GITA), give(GITA, CHEN))
    assert "circle" in refusal(state, give(CHEN, GITA), NotPossible)
    assert "a seat of their own" in refusal(state, give(CHEN, HUGO), NotPossible)
    state = do(state, give(CHEN, PIA))
    assert "at most 3 hands" in refusal(state, give(PIA, LENA), NotPossible)
    decided = act(state, approve(state, PIA), NOON)
    assert decided.event.on_behalf_of == HUGO


def test_two_chains_that_meet_are_both_counted() -> None:
    state = do(standing(), give(DORA, CHEN), give(HUGO, JUN), give(JUN, CHEN), give(CHEN, PIA))
    assert "at most 3 hands" in refusal(state, give(PIA, LENA), NotPossible)


def test_a_chain_is_cut_where_a_window_is_closed() -> None:
    state = do(standing(), give(HUGO, GITA), give(GITA, CHEN, NOON + 2 * DAY, NOON + 3 * DAY))
    assert do(state, approve(state, GITA)).approval.decisions
    assert "not open" in refusal(state, approve(state, CHEN), NotYourRole)
    assert do(state, approve(state, CHEN), now=NOON + 2 * DAY).approval.decisions


def test_only_somebody_with_a_decision_to_give_delegates() -> None:
    for email in (GITA, JUN, KOFI, MARA, ANA):
        assert "no decision to give" in refusal(standing(), give(email, CHEN), NotYourRole)


def test_a_later_stage_may_be_delegated_before_it_opens() -> None:
    state = do(in_house(TWICE), give(HUGO, GITA))
    assert (GITA, HUGO) not in waited_for(state)
    assert (GITA, HUGO) in waited_for(do(state, approve(state, DORA)))


def test_the_owner_who_was_called_may_delegate_and_it_holds() -> None:
    state, now = standing(), NOON
    while not any(each.who is Call.OWNER and each.seat == HUGO for each in state.approval.called):
        now = next_due(state) or now
        state = silence(state, now).state
    state = do(state, give(KOFI, PIA, now, now + DAY), now=now)
    assert act(state, approve(state, PIA, seat=HUGO), now).event.on_behalf_of == HUGO


def test_a_delegation_that_still_runs_is_kept_for_the_next_approval() -> None:
    state = do(standing(), give(HUGO, GITA))
    state = do(state, reject(state, DORA, back_to=Stage.REVIEWING))
    again = carried(state, Stage.APPROVING, NOON)
    assert (GITA, HUGO) in waited_for(again)


def test_the_giver_is_told_who_has_decided_for_them() -> None:
    state = do(standing(), give(HUGO, GITA))
    state = do(state, approve(state, GITA))
    assert "Gita Rao has decided for you" in refusal(state, approve(state, HUGO), AlreadyDone)
