"""The rate of an index, stated as a fact, and what it makes of the fee at the next renewal. Source: PRI-7."""

from datetime import datetime
from decimal import Decimal

from sla.agreement import AgreementState, edition_of, life_of, with_life
from sla.commands import StateIndex
from sla.errors import NotPossible
from sla.events import Fact
from sla.happening import Happening
from sla.life import Index
from sla.money import BOUND, Money, rounded
from sla.renewal import end_of, mode_of
from sla.terms import PriceRevision, RenewalMode


def may_state_index(state: AgreementState, email: str, now: datetime) -> None:
    """The terms revise the fee at a renewal."""
    terms = edition_of(state).terms
    if terms.price_revision is None or terms.price is None:
        raise NotPossible(f"the terms of {state.number} revise no price at a renewal; an amendment changes the fee")
    if mode_of(state) is RenewalMode.NONE:
        raise NotPossible(f"the term of {state.number} does not renew, so no fee is revised")


def state_index(state: AgreementState, command: StateIndex, now: datetime) -> Happening:
    """The rate for the next renewal. Stated again, the later one counts."""
    index = Index(rate=command.rate, source=command.source, by=command.by)
    who = state.people.name_of(command.by)
    state = with_life(state, index=index)
    return Happening(
        state=state,
        fact=Fact.INDEX_STATED,
        by=command.by,
        sentence=f"{who} stated an index rate of {command.rate} % ({command.source}): the fee from {end_of(state)} on "
        f"is {revised_fee(state)} a month, if the term renews.{_bounded(state, command.rate)}",
    )


def revised_fee(state: AgreementState) -> Money | None:
    """The monthly fee after the next renewal: moved by the stated rate within the bounds of the terms, rounded half to
    even to the currency's minor unit; as it is where no rate or no rule is stated, or where it would be more than any
    amount may be. Source: PRI-7."""
    life, rule = life_of(state), edition_of(state).terms.price_revision
    if life.fee is None or life.index is None or rule is None:
        return life.fee
    rate = _within(rule, life.index.rate)
    amount = life.fee.amount * (100 + rate) / 100
    return rounded(amount, life.fee.currency) if amount < BOUND - 1 else life.fee


def _within(rule: PriceRevision, rate: Decimal) -> Decimal:
    if rate < 0 and not rule.may_fall:
        return Decimal(0)
    return rate if rule.highest is None else min(rate, rule.highest)


def _bounded(state: AgreementState, rate: Decimal) -> str:
    rule = edition_of(state).terms.price_revision
    if rule is None or _within(rule, rate) == rate:
        return ""
    return f" By the terms the rate counts as {_within(rule, rate)} %."
