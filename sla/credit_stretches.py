"""What a period costs in which the scheme of the credits or the monthly fee changes. Source: MON-6, MON-7.

The days of the period fall into stretches, each with one scheme and one fee. Each is charged by its own, as if the
whole period had been like it, and weighs its share of the local days: rules, what they read, and how several of them
are combined. A figure counts in a stretch with the days that it has there. What is charged for each unit missed is not
weighed; where a stretch has only some days of a figure, its units and its items count by these. The limit of a line is
the sum of those of its stretches, each by its days. Minimum, caps and rounding come after, once for the period.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from sla.applied import Applied
from sla.credit_charges import Exactly, charged_freely, weights, with_all_met
from sla.credit_fees import Fee, Paid, fee_of_days, most_of
from sla.credit_limits import FeeBase
from sla.credit_scheme import Combine, CreditRule, CreditScheme
from sla.due_periods import terms_at
from sla.figures import Figure
from sla.money import Money
from sla.monthly_fees import Fees, fee_at
from sla.periods import JudgedPeriod
from sla.term import day_at, end_of_day, start_of_day

_TICK = timedelta(microseconds=1)


class Stretch(NamedTuple):
    """Local days of a period with one scheme and one monthly fee; the last day is outside."""

    scheme: CreditScheme | None
    """None where the terms state no credits."""
    monthly: Money | None
    start: date
    end: date

    @property
    def paid(self) -> Paid:
        """The fee of its days."""
        return Paid(self.monthly, self.start, self.end)


def stretches_of(period: JudgedPeriod, applied: tuple[Applied, ...], fees: Fees) -> tuple[Stretch, ...]:
    """The stretches of a period, the first days first. A day counts by what counts when it ends."""
    begins, ends = period.begins, period.ends
    edges = (*(each.since for each in applied), *(each.since for each in fees))
    inside = (day_at(edge, period.zone) for edge in edges if begins < edge < ends)
    days = sorted({period.start, *inside})
    found: list[Stretch] = []
    for start, end in pairwise((*days, period.end)):
        at = end_of_day(start, period.zone) - _TICK
        scheme, monthly = terms_at(applied, at).credits, fee_at(fees, at)
        if found and (found[-1].scheme, found[-1].monthly) == (scheme, monthly):
            found[-1] = found[-1]._replace(end=end)
        else:
            found.append(Stretch(scheme, monthly, start, end))
    return tuple(found)


def scheme_of(period: JudgedPeriod, applied: tuple[Applied, ...]) -> CreditScheme | None:
    """The scheme that counts last in a period: by it credits are claimed."""
    return next((each.scheme for each in reversed(stretches_of(period, applied, ())) if each.scheme), None)


def last_instant(stretch: Stretch, zone: str) -> datetime:
    """The last instant of its days."""
    return start_of_day(stretch.end, zone) - _TICK


class _Line(NamedTuple):
    """What one rule makes of a target (or of the agreement) in a stretch, weighed, and its limit there."""

    rule: int
    exactly: Exactly
    limit: Fraction
    """What it comes to, where the rule states none."""


def charged_in_stretches(
    stretches: tuple[Stretch, ...], period: JudgedPeriod, figures: tuple[Figure, ...], *, are_rewards: bool
) -> tuple[Exactly, ...]:
    """The credits or the rewards of a period, stretch by stretch: one line for each target and place of its rule, in
    the order of these places and then of the targets' ids.

    Raises BadInput where a percentage is due for a stretch without a fee.
    """
    found: dict[tuple[int, str | None], list[_Line]] = {}
    for each in stretches:
        for line in _of_stretch(each, period, figures, are_rewards=are_rewards):
            found.setdefault((line.rule, line.exactly.target), []).append(line)
    return tuple(_together(found[line]) for line in sorted(found, key=lambda line: (line[0], line[1] or "")))


def _together(lines: list[_Line]) -> Exactly:
    first = lines[0].exactly
    amount = sum((each.exactly.amount for each in lines), start=Fraction(0))
    limit = sum((each.limit for each in lines), start=Fraction(0))
    name = f"{first.target}: " if first.target is not None else ""
    words = name + "; ".join(each.exactly.words.removeprefix(name) for each in lines)
    return first._replace(
        amount=min(amount, limit),
        words=words if amount <= limit else f"{words}, at most its limit",
        is_frozen=any(each.exactly.is_frozen for each in lines),
    )


def _of_stretch(
    stretch: Stretch, period: JudgedPeriod, figures: tuple[Figure, ...], *, are_rewards: bool
) -> tuple[_Line, ...]:
    scheme = stretch.scheme
    if scheme is None:
        return ()
    share = Fraction((stretch.end - stretch.start).days, (period.end - period.start).days)
    fee = _fee(stretch, scheme, period, share)
    pieces = _pieces(stretch, period, figures, share)
    lines = [
        line
        for place, rule in enumerate(scheme.rules)
        if rule.is_reward is are_rewards
        for line in _of_rule(place, rule, _Charged(stretch, period, figures, pieces, share, fee))
    ]
    if lines and scheme.combine is Combine.WORST and not are_rewards:
        worst = max(lines, key=lambda each: min(each.exactly.amount, each.limit))
        return (worst,)
    return tuple(lines)


class _Charged(NamedTuple):
    """One stretch of a period, with all that its rules need."""

    stretch: Stretch
    period: JudgedPeriod
    figures: tuple[Figure, ...]
    pieces: dict[Figure, Fraction]
    """The figures as far as they lie in the stretch, and what each piece has of its figure."""
    share: Fraction
    fee: Fee | None


def _fee(stretch: Stretch, scheme: CreditScheme, period: JudgedPeriod, share: Fraction) -> Fee | None:
    """As if the whole period had been like the stretch: its share of that is what is paid for the stretch."""
    if stretch.monthly is None:
        return None
    paid = fee_of_days(stretch.paid, period, pro_rata=scheme.pro_rata)
    days = (period.end - period.start).days
    return Fee(Fraction(stretch.monthly.amount), paid / share, stretch.monthly.currency, days)


def _pieces(
    stretch: Stretch, period: JudgedPeriod, figures: tuple[Figure, ...], share: Fraction
) -> dict[Figure, Fraction]:
    """Of a window that is longer than the period, every figure speaks of every day of the period."""
    if any(each.since < period.begins or each.until > period.ends for each in figures):
        return dict.fromkeys(figures, share)
    begins, ends = (start_of_day(day, period.zone) for day in (stretch.start, stretch.end))
    found: dict[Figure, Fraction] = {}
    for figure in figures:
        since, until = max(figure.since, begins), min(figure.until, ends)
        if since < until:
            spans = [(since, until), (figure.since, since), (until, figure.until)]
            piece = figure.model_copy(update={"since": since, "until": until})
            found[piece] = weights([span for span in spans if span[0] < span[1]], period.zone)[0]
    return found


def _of_rule(place: int, rule: CreditRule, of: _Charged) -> Iterator[_Line]:
    def counting(piece: Figure) -> Fraction:
        return of.pieces[piece] / of.share

    lines = charged_freely(rule, tuple(of.pieces), of.period, of.fee, counting)
    for line in with_all_met(rule, lines, of.figures):
        amount = line.amount * of.share
        limit = most_of(rule.most, of.fee, FeeBase.PERIOD) * of.share if rule.most else amount
        yield _Line(place, line._replace(amount=amount, words=f"{line.words} {_told(of)}"), limit)


def _told(of: _Charged) -> str:
    """`(10 of 31 days, EUR 310.00 a month)`."""
    days = f"{(of.stretch.end - of.stretch.start).days} of {(of.period.end - of.period.start).days} days"
    return f"({days}, {of.stretch.monthly} a month)" if of.stretch.monthly else f"({days})"
