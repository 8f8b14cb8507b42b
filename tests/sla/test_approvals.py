"""Seats by policy, stages in order, heirs of authors, delegation, calls when a seat is silent. APP-1 to APP-5."""

from datetime import datetime
from decimal import Decimal

import pytest

from sla import approvals
from sla.agreement import AgreementState, Call
from sla.approvals import is_complete, open_stage
from sla.contract_commands import Decide, Delegate, SubmitOffer
from sla.errors import AlreadyDone, NotPossible, NotYourRole, OwnWork
from sla.events import Fact
from sla.kinds import Kind
from sla.letter_kinds import LetterKind
from sla.lifecycle import allowed
from sla.living import next_due
from sla.money import Money
from sla.policy import ApprovalPolicy, ApprovalStage, Approver, Condition, Mode
from sla.stages import Stage, Verb
from sla.transitions import act, silence
from tests.autopilot import terms_for
from tests.people import ANA, BO, CHEN, DORA, EVE, FINN, GITA, HUGO, JUN, KOFI, LENA, MARA
from tests.sla.lives import (
    ANY,
    DAY,
    NOON,
    QUORUM,
    a_request,
    carried,
    do,
    house,
    letters,
    one_stage,
    ref,
    refusal,
    silent_until,
    standing,
    state_in,
)

TWICE = ApprovalPolicy(
    name="twice",
    owner=KOFI,
    stages=(
        ApprovalStage(name="first", approvers=(Approver(email=DORA),)),
        ApprovalStage(name="second", approvers=(Approver(email=DORA), Approver(email=HUGO))),
    ),
)


def approve(state: AgreementState, by: str, *, seat: str | None = None) -> Decide:
    return Decide(by=by, decision_id="y", edition=ref(state), approve=True, seat=seat)


def reject(
    state: AgreementState, by: str, *, back_to: Stage = Stage.DRAFTING, final: bool = False, reason: str | None = "No."
) -> Decide:
    return Decide(
        by=by, decision_id="n", edition=ref(state), approve=False, reason=reason, back_to=back_to, final=final
    )


def give(by: str, to: str, starts: datetime = NOON, ends: datetime = NOON + 10 * DAY) -> Delegate:
    return Delegate(by=by, decision_id="g", to=to, starts_at=starts, ends_at=ends)


def in_house(policy: ApprovalPolicy) -> AgreementState:
    return state_in(Stage.APPROVING, house(policy))


def as_author(state: AgreementState, *emails: str) -> AgreementState:
    """The same approval, begun when these people had a hand in the terms."""
    return approvals.begin(state.model_copy(update={"authors": (*state.authors, *emails)}), NOON)


def seats(state: AgreementState, stage: int = 0) -> list[str]:
    return [seat.email for seat in state.approval.plan[stage].approvers]


def waited_for(state: AgreementState) -> set[tuple[str, str]]:
    return {(wait.person, wait.subject) for wait in state.waits}


# -- seats and stages


def test_all_of_a_stage_approve_in_parallel() -> None:
    for first, second in ((DORA, HUGO), (HUGO, DORA)):
        state = do(standing(), approve(standing(), first))
        assert state.stage is Stage.APPROVING
        assert do(state, approve(state, second)).stage is Stage.SIGNING


def test_any_of_a_stage_is_enough() -> None:
    state = in_house(ANY)
    assert do(state, approve(state, HUGO)).stage is Stage.SIGNING


def test_a_quorum_is_enough_and_a_rejection_is_one_vote_while_it_can_be_reached() -> None:
    state = in_house(QUORUM)
    outvoted = do(state, reject(state, MARA, final=True))
    assert outvoted.stage is Stage.APPROVING
    assert do(outvoted, approve(state, DORA), approve(state, HUGO)).stage is Stage.SIGNING
    assert do(outvoted, reject(state, DORA)).stage is Stage.DRAFTING


def test_one_of_many_who_rejects_for_good_does_not_end_what_the_others_may_still_approve() -> None:
    state = in_house(ANY)
    state = do(state, reject(state, DORA, final=True))
    assert state.stage is Stage.APPROVING
    assert do(state, reject(state, HUGO, final=True)).stage is Stage.DECLINED


def test_a_later_stage_opens_after_the_one_before_and_its_approver_is_written_to_again() -> None:
    state = in_house(TWICE)
    assert "not open" in refusal(state, approve(state, HUGO), NotYourRole)
    transition = act(state, approve(state, DORA), NOON)
    assert open_stage(transition.state) == 1
    assert letters(transition) == {(LetterKind.APPROVAL_WANTED, DORA), (LetterKind.APPROVAL_WANTED, HUGO)}
    assert {wait.since for wait in transition.state.waits} == {NOON}
    assert do(transition.state, approve(state, DORA), approve(state, HUGO)).stage is Stage.SIGNING


def test_a_stage_that_is_silent_for_the_second_time_is_called_for_again() -> None:
    state = in_house(TWICE)
    while not any(each.who is Call.OWNER for each in state.approval.called):
        state = silence(state, next_due(state) or NOON).state
    state = do(state, approve(state, DORA), now=next_due(state) or NOON)
    while open_stage(state) == 1 and len(state.approval.called) < 2:
        state = silence(state, next_due(state) or NOON).state
    assert {(each.stage, each.seat) for each in state.approval.called} == {(0, DORA), (1, DORA)}


@pytest.mark.parametrize(
    ("fee", "value_from", "discount_from", "asked"),
    [
        ("180.00", "2160.00", None, True),
        ("180.00", "2160.01", None, False),
        ("153.00", None, "15", True),
        ("153.10", None, "15", False),
        ("180.00", "999999.00", "15", False),
        ("90.00", "999999.00", "15", True),
    ],
)
def test_a_conditional_stage_is_asked_from_its_limit_on(
    fee: str, value_from: str | None, discount_from: str | None, asked: bool
) -> None:
    when = Condition(
        value_from=Money(amount=Decimal(value_from), currency="EUR") if value_from else None,
        discount_from=Decimal(discount_from) if discount_from else None,
    )
    assert (len(_priced(fee, when).approval.plan) == 2) is asked


def test_a_value_that_cannot_be_compared_asks_the_stage_instead_of_skipping_it() -> None:
    state = _priced("180.00", Condition(value_from=Money(amount=Decimal("999999.00"), currency="USD")))
    assert len(state.approval.plan) == 2


def test_an_agreement_without_a_price_skips_the_stages_about_prices() -> None:
    state = state_in(Stage.APPROVING, kind=Kind.INTERNAL_SLA)
    assert [stage.name for stage in state.approval.plan] == ["legal and finance"]
    assert do(state, approve(state, DORA), approve(state, HUGO)).stage is Stage.ACTIVE


def _priced(fee: str, when: Condition) -> AgreementState:
    policy = ApprovalPolicy(
        name="conditional",
        owner=KOFI,
        stages=(
            ApprovalStage(name="always", approvers=(Approver(email=DORA),)),
            ApprovalStage(name="sometimes", approvers=(Approver(email=MARA),), when=when),
        ),
    )
    state = carried(a_request(house(policy)), Stage.NEGOTIATING)
    terms = terms_for(state, Decimal(fee))
    offer = SubmitOffer(by=BO, decision_id="o", edition=ref(state), terms=terms, expires_at=NOON + 10 * DAY)
    return carried(do(state, offer), Stage.APPROVING, NOON)


# -- their own work


def test_a_drafter_with_a_seat_does_not_decide_and_somebody_else_does() -> None:
    state = in_house(one_stage(Approver(email=FINN, deputy=JUN), Approver(email=DORA)))
    assert seats(state) == [DORA, JUN]
    assert "you wrote" in refusal(state, approve(state, FINN), OwnWork)
    assert "not yours to give" in refusal(state, give(FINN, GITA), OwnWork)
    assert do(state, approve(state, JUN), approve(state, DORA)).stage is Stage.SIGNING


def test_two_drafters_seats_go_to_two_people() -> None:
    policy = one_stage(Approver(email=FINN, deputy=JUN), Approver(email=BO, deputy=JUN), Approver(email=DORA))
    state = as_author(in_house(policy), BO)
    assert seats(state) == [DORA, JUN, KOFI]
    assert seats(as_author(state, JUN)) == [DORA, KOFI, LENA]


def test_a_quorum_never_asks_for_more_seats_than_there_are() -> None:
    policy = one_stage(Approver(email=FINN), Approver(email=BO), mode=Mode.QUORUM, quorum=2)
    state = as_author(in_house(policy), BO, LENA)
    assert (seats(state), state.approval.plan[0].needed) == ([KOFI], 1)


def test_an_author_decides_neither_as_deputy_nor_as_owner_nor_as_delegate() -> None:
    state = as_author(standing(), JUN, KOFI)
    for email in (JUN, KOFI):
        assert "wrote a part" in refusal(state, give(HUGO, email), OwnWork)
    facts = [each.event.fact for each in silent_until(state, Stage.LAPSED)]
    assert Fact.DEPUTY_CALLED not in facts
    assert Fact.OWNER_CALLED not in facts
    assert Fact.ESCALATED in facts


def test_where_every_possible_approver_is_an_author_the_managers_are_told_and_it_ends() -> None:
    alone = one_stage(Approver(email=DORA))
    state = carried(a_request(house(alone)), Stage.REVIEWING)
    state = state.model_copy(update={"authors": (*state.authors, DORA, KOFI, LENA)})
    state = carried(state, Stage.APPROVING, NOON)
    assert {(wait.person, wait.verb) for wait in state.waits} == {(FINN, Verb.WITHDRAW), (BO, Verb.WITHDRAW)}
    last = silent_until(state, Stage.LAPSED)[-1]
    assert last.state.ending is not None


# -- decisions


def test_a_rejection_says_why() -> None:
    assert "why" in refusal(standing(), reject(standing(), DORA, reason=None), NotPossible)


@pytest.mark.parametrize("target", [Stage.DRAFTING, Stage.NEGOTIATING, Stage.REVIEWING])
def test_a_rejection_goes_back_to_the_right_stage_and_reaches_the_requester(target: Stage) -> None:
    transition = act(standing(), reject(standing(), DORA, back_to=target), NOON)
    assert (transition.state.stage, transition.state.sent_back) == (target, "No.")
    assert (LetterKind.SENT_BACK, ANA) in letters(transition)
    again = carried(transition.state, Stage.APPROVING, NOON)
    assert (again.sent_back, again.approval.decisions) == (None, ())


def test_a_rejection_goes_nowhere_else() -> None:
    assert "drafting, negotiating, reviewing is expected" in refusal(
        standing(), reject(standing(), DORA, back_to=Stage.ACTIVE), NotPossible
    )
    internal = state_in(Stage.APPROVING, kind=Kind.OLA)
    told = refusal(internal, reject(internal, DORA, back_to=Stage.NEGOTIATING), NotPossible)
    assert "drafting, reviewing is expected" in told


def test_nobody_decides_twice_in_a_stage_for_whomever() -> None:
    state = do(standing(), approve(standing(), DORA))
    assert "already" in refusal(state, approve(state, DORA), AlreadyDone)
    assert "nothing is left to delegate" in refusal(state, give(DORA, GITA), AlreadyDone)
    assert not {Verb.DECIDE, Verb.DELEGATE} & set(allowed(state, DORA, NOON))


def test_one_delegate_of_two_approvers_fills_one_seat_only() -> None:
    state = do(standing(), give(DORA, GITA), give(HUGO, GITA))
    state = do(state, approve(state, GITA, seat=HUGO))
    assert "one person decides once" in refusal(state, approve(state, GITA, seat=DORA), AlreadyDone)
    assert waited_for(state) == {(DORA, DORA)}
    decision = state.approval.decisions[0]
    assert (decision.seat, decision.by) == (HUGO, GITA)


def test_one_deputy_of_two_silent_approvers_fills_one_seat_only() -> None:
    state = in_house(one_stage(Approver(email=DORA, deputy=JUN), Approver(email=HUGO, deputy=JUN)))
    now = NOON
    while len(state.approval.called) < 2:
        now = next_due(state) or now
        state = silence(state, now).state
    state = do(state, approve(state, JUN, seat=DORA), now=now)
    assert (JUN, HUGO) not in waited_for(state)
    assert "one person decides once" in refusal(state, approve(state, JUN, seat=HUGO), AlreadyDone, now)


def test_a_seat_that_is_not_yours_is_not_decided() -> None:
    assert "you may not decide for" in refusal(standing(), approve(standing(), DORA, seat=HUGO), NotYourRole)
    for email in (ANA, JUN, KOFI, MARA, CHEN):
        assert "no seat" in refusal(standing(), approve(standing(), email), NotYourRole)
    assert "nobody whom" in refusal(standing(), approve(standing(), EVE), NotYourRole)


def test_a_changed_edition_voids_every_approval() -> None:
    state = do(standing(), approve(standing(), DORA))
    state = do(state, reject(state, HUGO, back_to=Stage.NEGOTIATING))
    terms = terms_for(state, Decimal("170.00"))
    offer = SubmitOffer(by=BO, decision_id="o", edition=ref(state), terms=terms, expires_at=NOON + 10 * DAY)
    again = carried(do(state, offer), Stage.APPROVING, NOON)
    assert again.approval.decisions == ()
    old = standing().edition
    assert old is not None
    forged = again.model_copy(
        update={
            "approval": do(standing(), approve(standing(), DORA)).approval.model_copy(
                update={"plan": again.approval.plan}
            )
        }
    )
    assert not is_complete(forged)
    assert open_stage(forged) == 0


# -- silence


def test_silence_reminds_then_calls_the_deputy_then_the_owner() -> None:
    state = do(standing(), approve(standing(), DORA))
    transitions = silent_until(state, Stage.LAPSED)
    told = [(each.event.fact, each.event.at.date().isoformat()) for each in transitions if HUGO in _about(each.letters)]
    assert told[:3] == [
        (Fact.REMINDED, "2026-03-04"),
        (Fact.DEPUTY_CALLED, "2026-03-06"),
        (Fact.OWNER_CALLED, "2026-03-10"),
    ]
    called = next(each for each in transitions if each.event.fact is Fact.DEPUTY_CALLED)
    assert letters(called) == {(LetterKind.REMINDER, HUGO), (LetterKind.DEPUTY_CALLED, JUN)}
    owner = next(each for each in transitions if each.event.fact is Fact.OWNER_CALLED)
    assert letters(owner) == {(LetterKind.REMINDER, HUGO), (LetterKind.OWNER_CALLED, KOFI)}


def _about(written: tuple[object, ...]) -> set[str]:
    return {str(getattr(letter, "to", "")) for letter in written}


def test_a_deputy_who_was_called_decides_and_both_names_are_kept() -> None:
    state, now = standing(), NOON
    while not any(each.who is Call.DEPUTY for each in state.approval.called):
        now = next_due(state) or now
        state = silence(state, now).state
    after = act(state, approve(state, JUN), now)
    assert (after.event.by, after.event.on_behalf_of) == (JUN, HUGO)


def test_an_owner_who_holds_an_authors_seat_is_not_called_for_himself() -> None:
    state = in_house(one_stage(Approver(email=FINN), Approver(email=DORA)))
    assert seats(state) == [DORA, KOFI]
    state = do(state, approve(state, DORA))
    facts = [each.event.fact for each in silent_until(state, Stage.LAPSED)]
    assert facts == [Fact.REMINDED, Fact.ESCALATED, Fact.ESCALATED, Fact.REMINDED, Fact.ESCALATED, Fact.LAPSED]
