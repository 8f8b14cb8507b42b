"""One approver's decisions in the hands of another, for a window: chains without circles, both names kept.

It knows who has given to whom, and until when. Whose decision is open is answered by `approvals`. Source: APP-5.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sla.agreement import AgreementState, Delegation, local_time
from sla.contract_commands import Delegate
from sla.errors import NotPossible, OwnWork
from sla.events import Fact
from sla.happening import Happening
from sla.letter_kinds import LetterKind
from sla.letters import Notice

LONGEST_DELEGATION = timedelta(days=92)
LONGEST_CHAIN = 3

Window = Callable[[Delegation], bool]


def running(now: datetime) -> Window:
    """Windows that are open now; half-open, so that one may end where the next begins."""
    return lambda each: each.starts_at <= now < each.ends_at


def not_over(now: datetime) -> Window:
    """Windows that are open now or later."""
    return lambda each: now < each.ends_at


def takers(state: AgreementState, giver: str, counts: Window) -> tuple[str, ...]:
    """The chain of hands from this giver, as far as the windows count."""
    given = {each.giver: each.taker for each in state.approval.delegations if counts(each)}
    chain: list[str] = []
    while giver in given and given[giver] not in chain and len(chain) < LONGEST_CHAIN:
        giver = given[giver]
        chain.append(giver)
    return tuple(chain)


def kept(state: AgreementState, now: datetime) -> tuple[Delegation, ...]:
    """The delegations that a fresh approval takes over: not over yet, between people who are no authors."""
    fit = not_over(now)
    return tuple(d for d in state.approval.delegations if fit(d) and not {d.giver, d.taker} & set(state.authors))


def delegate(state: AgreementState, command: Delegate, now: datetime) -> Happening:
    """Gives one's decisions to somebody else for a window; never in a circle, at most three hands long."""
    _refuse_window(command, now)
    _refuse_taker(state, command)
    others = tuple(d for d in state.approval.delegations if d.giver != command.by and now < d.ends_at)
    _refuse_chain(others, command)
    given = Delegation(giver=command.by, taker=command.to, starts_at=command.starts_at, ends_at=command.ends_at)
    approval = state.approval.model_copy(update={"delegations": (*others, given)})
    giver, taker = state.people.name_of(command.by), state.people.name_of(command.to)
    return Happening(
        state=state.model_copy(update={"approval": approval}),
        fact=Fact.DELEGATED,
        by=command.by,
        reason=command.reason,
        sentence=f"{giver} delegated their decision to {taker} from "
        f"{local_time(state, command.starts_at)} to {local_time(state, command.ends_at)}.",
        notices=(
            Notice(kind=LetterKind.DELEGATION_GIVEN, to=command.to, why=f"{giver}'s decision has been given to you"),
        ),
    )


def _refuse_window(command: Delegate, now: datetime) -> None:
    if command.ends_at <= command.starts_at or command.ends_at <= now:
        raise NotPossible("the window of the delegation ends before it begins or in the past; a later end is expected")
    if command.ends_at - command.starts_at > LONGEST_DELEGATION:
        raise NotPossible(f"a delegation runs at most {LONGEST_DELEGATION.days} days; a shorter window is expected")


def _refuse_taker(state: AgreementState, command: Delegate) -> None:
    giver, taker = state.people.find(command.by), state.people.find(command.to)
    if taker is None:
        raise NotPossible(f"{command.to} is nobody whom this agreement knows; name one of its people")
    if command.to == command.by:
        raise NotPossible("a decision is given to somebody else, not to oneself; name another person")
    if giver is not None and giver.side is not taker.side:
        raise NotPossible(f"{taker.name} stands on the {taker.side}'s side; name somebody of your own")
    if command.to in state.authors:
        raise OwnWork(f"{command.to} wrote a part of these terms; give the decision to somebody who did not")
    colleagues = {seat.email for stage in state.approval.plan for seat in stage.approvers}
    if command.to in colleagues:
        raise NotPossible(f"{command.to} has a seat of their own in this approval; give the decision to another")


def _refuse_chain(others: tuple[Delegation, ...], command: Delegate) -> None:
    """No circle, whatever the windows, and no more hands than three between a seat and its decision."""
    after = tuple(_hands_after(others, command.to))
    if command.by in after:
        raise NotPossible(f"{command.to} has passed on to you already; a delegation never comes back in a circle")
    if _hands_before(others, command.by) + 1 + len(after) > LONGEST_CHAIN:
        raise NotPossible(f"a decision passes through at most {LONGEST_CHAIN} hands; give it to somebody nearer")


def _hands_after(others: tuple[Delegation, ...], giver: str) -> Iterator[str]:
    given = {each.giver: each.taker for each in others}
    while giver in given:
        giver = given.pop(giver)
        yield giver


def _hands_before(others: tuple[Delegation, ...], taker: str) -> int:
    """The longest way on which a decision comes to this person; there are no circles among `others`."""
    return max((1 + _hands_before(others, each.giver) for each in others if each.taker == taker), default=0)
