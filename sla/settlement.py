"""What becomes of the credits when an agreement ends: each is counted once, under what is true of it.

Pure: statements and claims in, sums and one sentence out. It pays nothing, and knows nothing of invoices.
Source: TER-2, MON-6.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from sla.credit_limits import Claim
from sla.credit_scheme import CreditLine
from sla.credits import claim_by
from sla.fields import Value
from sla.money import Money, total
from sla.periods import JudgedPeriod

LONGEST = 300


class Standing(StrEnum):
    """What is true of a credit at the end, in the order in which it is said."""

    GIVEN = "given"
    """No claim is asked for."""
    CLAIMED = "claimed"
    """It was claimed in time."""
    OPEN = "open"
    """It is not claimed, and its time still runs: nobody can claim after the end, so the settlement credits it."""
    LATE = "late"
    """It was claimed too late."""
    LAPSED = "lapsed"
    """Nobody claimed it in time."""
    FROZEN = "frozen"
    """A dispute about its figure is open."""
    REWARD = "reward"
    """It is owed by the customer."""


class Credited(NamedTuple):
    """What the last statement of a period says of credits, and what became of them."""

    period: JudgedPeriod
    lines: tuple[CreditLine, ...]
    claim: Claim | None
    """How the terms ask for a claim; none where they do not."""
    stated_on: date
    """The local day of the statement from which the time for a claim runs (`claimable_since`)."""
    claimed_on: date | None
    """The local day on which the credit was claimed, if it was."""


class Sum(Value):
    """All credits of one standing in one currency."""

    standing: Standing
    amount: Money
    until: date | None = None
    """Of open ones, the last day (outside) on which any of them can be claimed."""


def sums(credited: Iterable[Credited], ended_on: date) -> tuple[Sum, ...]:
    """The sums by standing and currency; nothing for amounts of zero. `ended_on` is the day of the settlement."""
    found: dict[tuple[Standing, str], list[tuple[Money, date | None]]] = {}
    for each in credited:
        deadlines = [_deadline(each, line) for line in each.lines]
        for line, deadline in zip(each.lines, deadlines, strict=True):
            standing = _standing(each, line, deadline, ended_on)
            found.setdefault((standing, line.amount.currency), []).append((line.amount, deadline))
    order = list(Standing)
    return tuple(
        Sum(standing=standing, amount=amount, until=max(filter(None, (day for _, day in parts)), default=None))
        for standing, currency in sorted(found, key=lambda key: (order.index(key[0]), key[1]))
        for parts in [found[standing, currency]]
        if (amount := total((money for money, _ in parts), currency)).amount
    )


def _deadline(each: Credited, line: CreditLine) -> date | None:
    """The day (outside) by which it must be claimed; none where no claim is asked for."""
    if line.claim_by is not None or each.claim is None:
        return line.claim_by
    return claim_by(each.claim, each.period, each.stated_on)


def _standing(each: Credited, line: CreditLine, deadline: date | None, ended_on: date) -> Standing:
    if line.is_frozen:
        return Standing.FROZEN
    if line.is_reward:
        return Standing.REWARD
    if deadline is None:
        return Standing.GIVEN
    if each.claimed_on is not None:
        return Standing.CLAIMED if each.claimed_on < deadline else Standing.LATE
    return Standing.OPEN if ended_on < deadline else Standing.LAPSED


def settlement_sentence(credited: Iterable[Credited], ended_on: date, *, has_scheme: bool) -> str:
    """How the credits stand at the end, in one line of at most 300 characters."""
    found = sums(credited, ended_on)
    if not found:
        return "no credit was owed in any stated period." if has_scheme else "the terms state no credits; none is owed."
    told = "; ".join(_told(each) for each in found) + "."
    return told if len(told) <= LONGEST else told[: LONGEST - 1] + "…"


def _told(each: Sum) -> str:
    words = {
        Standing.GIVEN: "credited without a claim",
        Standing.CLAIMED: "credited as claimed in time",
        Standing.OPEN: f"credited by this settlement: it could be claimed until {_last(each.until)}",
        Standing.LATE: "claimed too late",
        Standing.LAPSED: "lapsed without a claim",
        Standing.FROZEN: "frozen by an open dispute",
        Standing.REWARD: "owed by the customer as reward",
    }[each.standing]
    return f"{each.amount} {words}"


def _last(outside: date | None) -> date | None:
    return outside - timedelta(days=1) if outside else None
