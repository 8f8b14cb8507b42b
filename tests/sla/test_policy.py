"""Policies that could never be met, or that ask nobody, do not exist. APP-1."""

import pytest
from pydantic import ValidationError

from sla.policy import ApprovalPolicy, ApprovalStage, Approver, Condition, Mode, SigningRule
from tests.people import DORA, HUGO, JUN, KOFI, euros


def stage(
    *emails: str, mode: Mode = Mode.ALL, quorum: int | None = None, when: Condition | None = None
) -> ApprovalStage:
    seats = tuple(Approver(email=email) for email in emails)
    return ApprovalStage(name="legal", mode=mode, quorum=quorum, approvers=seats, when=when)


def test_each_mode_needs_its_number_of_approvals() -> None:
    assert stage(DORA, HUGO).needed == 2
    assert stage(DORA, HUGO, mode=Mode.ANY).needed == 1
    assert stage(DORA, HUGO, JUN, mode=Mode.QUORUM, quorum=2).needed == 2


@pytest.mark.parametrize("quorum", [None, 0, 3])
def test_a_quorum_that_cannot_be_reached_or_asks_nobody_is_refused(quorum: int | None) -> None:
    with pytest.raises(ValidationError, match=r"quorum"):
        stage(DORA, HUGO, mode=Mode.QUORUM, quorum=quorum)


def test_a_seat_stands_once_and_no_approver_is_a_colleagues_deputy() -> None:
    with pytest.raises(ValidationError, match="twice"):
        stage(DORA, DORA)
    seats = (Approver(email=DORA, deputy=HUGO), Approver(email=HUGO))
    with pytest.raises(ValidationError, match="an approver and a deputy"):
        ApprovalStage(name="legal", approvers=seats)


def test_a_stage_has_approvers_and_a_condition_says_something() -> None:
    with pytest.raises(ValidationError, match="at least 1"):
        stage()
    with pytest.raises(ValidationError, match="neither value_from nor discount_from"):
        Condition()


def test_a_policy_asks_somebody_in_every_case() -> None:
    with pytest.raises(ValidationError, match="only conditional stages"):
        ApprovalPolicy(name="p", owner=KOFI, stages=(stage(DORA, when=Condition(value_from=euros("1.00"))),))


def test_the_owner_decides_last_and_so_has_no_seat() -> None:
    with pytest.raises(ValidationError, match="an owner who decides last only"):
        ApprovalPolicy(name="p", owner=DORA, stages=(stage(DORA),))


@pytest.mark.parametrize("days", [0, 251])
def test_signers_get_from_one_to_two_hundred_and_fifty_working_days(days: int) -> None:
    with pytest.raises(ValidationError, match="within_working_days"):
        SigningRule(within_working_days=days)
