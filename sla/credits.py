"""What a judged period costs: credits, rewards, what is earned back, and the rights that its misses give.

Pure arithmetic over figures, the scheme of the terms and the earlier statements: exact fractions inside, money rounded
once by the stated rule. It knows nothing of invoices, claims that were made, or who is told. Source: MON-6, TER-3.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from sla.credit_caps import Capped, as_money, at_least, room_left
from sla.credit_charges import Exactly, charged
from sla.credit_fees import Fee, fee_of, fee_over
from sla.credit_limits import Cap, Claim, ClaimFrom
from sla.credit_scheme import Combine, CreditLine, CreditScheme
from sla.credit_stretches import Stretch, charged_in_stretches
from sla.earn_back import earned_back
from sla.errors import BadInput
from sla.fields import Value
from sla.figures import Figure, Status
from sla.findings import Finding
from sla.money import MINOR_DIGITS, Money, total
from sla.past_periods import PastPeriod, PastTarget, before, past_of, targets_of
from sla.periods import JudgedPeriod
from sla.term import months_after
from sla.termination_misses import rights

__all__ = ["Owed", "PastPeriod", "PastTarget", "claim_by", "credits_due", "past_of"]

LONGEST_SENTENCE = 300
_SATURDAY = 5


class Owed(Value):
    """What a period comes to."""

    lines: tuple[CreditLine, ...] = ()
    """Credits first, then rewards, then what is earned back."""
    total: Money | None = None
    """The credits, after minimum and caps; none where neither fee nor scheme names a currency."""
    rewards: Money | None = None
    """Rewards and what is earned back: owed by the customer."""
    rights: tuple[Finding, ...] = ()


class _Case(NamedTuple):
    """Everything that the amounts of one period follow from."""

    scheme: CreditScheme
    period: JudgedPeriod
    figures: tuple[Figure, ...]
    fee: Fee | None
    currency: str | None
    """None where nothing names one; then nothing can come to anything."""
    past: tuple[PastPeriod, ...]
    term_start: date
    stretches: tuple[Stretch, ...]
    """None where one scheme and one fee count in all of the period."""


def credits_due(  # noqa: PLR0917 - what a statement has at hand, in the order in which it is made
    scheme: CreditScheme,
    period: JudgedPeriod,
    figures: tuple[Figure, ...],
    fee: Money | None,
    past: tuple[PastPeriod, ...],
    term_start: date,
    stretches: tuple[Stretch, ...] = (),
) -> Owed:
    """What a scheme makes of the figures of a final judgement; the order of figures and of the past does not matter.

    `fee` is that of one month; `past` holds the last revision of every earlier statement (later ones are not looked
    at), and `term_start` is the first day of the running term. Where scheme or fee change within the period,
    `stretches` says what counts when, and `scheme` is the last of them: it says how all is put together. Raises
    BadInput for figures of a period that is not over, another currency, a percentage without a fee, or units that a
    figure does not count. Source: MON-6, MON-7.
    """
    if any(figure.status is Status.AT_RISK for figure in figures):
        raise BadInput("the credits", "are asked for a period that is not over", "final figures are expected")
    changing = stretches if len(stretches) > 1 else ()
    fees = [each.monthly for each in changing] if changing else [fee]
    _refuse_other_currency([scheme, *(each.scheme for each in changing)], fees, past)
    paid = _paid(scheme, period, fee, changing)
    currency = paid.currency if paid else scheme.currency
    case = _Case(scheme, period, figures, paid, currency, before(period, past), term_start, changing)
    now = targets_of(figures)
    back = earned_back(scheme.earn_back, period, now, case.past) if scheme.earn_back else ()
    lines = (*_credits(case), *_rewards(case), *back)
    return Owed(
        lines=lines,
        total=total((line.amount for line in lines if not line.is_reward), currency) if currency else None,
        rewards=total((line.amount for line in lines if line.is_reward), currency) if currency else None,
        rights=rights(scheme.termination, period, now, case.past),
    )


def _paid(scheme: CreditScheme, period: JudgedPeriod, fee: Money | None, changing: tuple[Stretch, ...]) -> Fee | None:
    if changing:
        return fee_over([each.paid for each in changing], period, pro_rata=scheme.pro_rata)
    return fee_of(fee, period, pro_rata=scheme.pro_rata) if fee else None


def _refuse_other_currency(
    schemes: Sequence[CreditScheme | None], fees: Sequence[Money | None], past: tuple[PastPeriod, ...]
) -> None:
    stated = [fee.currency for fee in fees if fee]
    stated += [scheme.currency for scheme in schemes if scheme and scheme.currency]
    stated += [line.amount.currency for each in past for line in each.lines]
    if len(set(stated)) > 1:
        other = next(each for each in stated if each != stated[0])
        raise BadInput("the credits", f"are in {other}, and {stated[0]} is what they are part of", "one is expected")


def _credits(case: _Case) -> tuple[CreditLine, ...]:
    found = _charged(case, are_rewards=False)
    if case.scheme.combine is Combine.WORST and found and not case.stretches:
        largest = max(found, key=lambda each: each.amount)
        found = (largest._replace(words=f"the worst is {largest.words}"),)
    room = _room(case, case.scheme.caps, of_rewards=False) if found else None
    return _lines(case, at_least(found, case.scheme.minimum, room), room)


def _rewards(case: _Case) -> tuple[CreditLine, ...]:
    found = _charged(case, are_rewards=True)
    return _lines(case, found, _room(case, case.scheme.reward_caps, of_rewards=True) if found else None)


def _charged(case: _Case, *, are_rewards: bool) -> tuple[Exactly, ...]:
    if case.stretches:
        return charged_in_stretches(case.stretches, case.period, case.figures, are_rewards=are_rewards)
    rules = [rule for rule in case.scheme.rules if rule.is_reward is are_rewards]
    return tuple(line for rule in rules for line in charged(rule, case.figures, case.period, case.fee))


def _room(case: _Case, caps: tuple[Cap, ...], *, of_rewards: bool) -> Fraction | None:
    return room_left(Capped(case.period, case.fee, case.past, case.term_start), caps, of_rewards=of_rewards)


def _lines(case: _Case, found: tuple[Exactly, ...], room: Fraction | None) -> tuple[CreditLine, ...]:
    if case.currency is None:
        return ()
    claim = case.scheme.claim
    deadline = claim_by(claim, case.period) if claim else None
    return tuple(
        CreditLine(
            target=line.target,
            amount=amount,
            is_reward=line.is_reward,
            is_to_be_claimed=claim is not None and not line.is_reward,
            claim_by=None if line.is_reward else deadline,
            is_frozen=line.is_frozen,
            how=_sentence(line, amount),
        )
        for line, amount in as_money(found, room, case.scheme.rounding, case.currency)
    )


def _sentence(line: Exactly, amount: Money) -> str:
    """How a line was computed, in at most 300 characters."""
    step = Fraction(1, 10 ** MINOR_DIGITS[amount.currency])
    capped = "; more would be beyond a cap" if line.amount - Fraction(amount.amount) > step else ""
    end = f" = {amount}{capped}."
    room = LONGEST_SENTENCE - len(end)
    words = line.words if len(line.words) <= room else line.words[: room - 1] + "…"
    return words + end


def claim_by(claim: Claim, period: JudgedPeriod, stated_on: date | None = None) -> date | None:
    """The day (outside) by which a credit of a period must be claimed, in the period's zone.

    None where the time runs from the statement and its day is not given. The day of the event does not count, every day
    after it does, weekends and holidays too; a last day on a weekend stays there unless the scheme moves it.
    """
    if claim.counted_from is ClaimFrom.PERIOD_END:
        outside = period.end + timedelta(days=claim.days) if claim.days else _months_on(period.end, claim.months or 0)
    elif stated_on is None:
        return None
    else:
        last = stated_on + timedelta(days=claim.days) if claim.days else months_after(stated_on, claim.months or 0)
        outside = last + timedelta(days=1)
    return _after_weekend(outside) if claim.moves_to_monday else outside


def _months_on(outside: date, months: int) -> date:
    """So many months after a period, the day outside: counted from the day after it or from its last, whichever ends
    later, so that neither a short month nor an end within one takes days away."""
    last = months_after(outside - timedelta(days=1), months)
    return max(months_after(outside, months), last + timedelta(days=1))


def claimable_since(revisions: Sequence[tuple[date, tuple[CreditLine, ...]]]) -> date:
    """The day of the statement from which the time for a claim runs, of the days and credits of all revisions in order.

    It is the first of the last revisions that state one and the same credit: who is owed something else has time anew,
    and a revision that leaves the credit as it was gives none.
    """
    since, stands = revisions[-1][0], _owed(revisions[-1][1])
    for stated_on, lines in reversed(revisions):
        if _owed(lines) != stands:
            break
        since = stated_on
    return since


def _owed(lines: tuple[CreditLine, ...]) -> tuple[tuple[str | None, Money, bool], ...]:
    return tuple((line.target, line.amount, line.is_reward) for line in lines if line.amount.amount)


def _after_weekend(outside: date) -> date:
    last = outside - timedelta(days=1)
    return outside + timedelta(days=max(0, 7 - last.weekday()) if last.weekday() >= _SATURDAY else 0)
