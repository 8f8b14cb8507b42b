"""What a statement follows from in earlier ones, and nothing else of them: so it is made again only if that changes.

Caps look at what was credited, earning back at one credit and whether the periods since were good, termination rights
at misses, watermelons at how long they last. Source: MON-6, MON-8, MON-9.
"""

from collections.abc import Iterator
from datetime import date

from sla.credit_caps import spent
from sla.credit_limits import CapOver
from sla.credit_scheme import CreditScheme
from sla.earn_back import Earnable, earnable
from sla.exact import Exact
from sla.fields import Slug, Value
from sla.past_periods import PastPeriod, before
from sla.periods import JudgedPeriod
from sla.termination_misses import misses_before
from sla.terms import Terms
from sla.watermelon import so_far


class Spent(Value):
    """What earlier periods have used of a cap."""

    over: CapOver
    of_rewards: bool
    amount: Exact


class Misses(Value):
    """Which targets were missed before, as a rule about termination counts it: the latest period first."""

    rule: int
    missed: tuple[tuple[Slug, ...], ...]


class Green(Value):
    """For how many periods in a row an outcome was missed while all that serves it was met."""

    outcome: Slug
    periods: int


class LookedBack(Value):
    """All of it; what says nothing is left out."""

    spent: tuple[Spent, ...] = ()
    earnable: tuple[Earnable, ...] = ()
    misses: tuple[Misses, ...] = ()
    undisputed: tuple[Misses, ...] = ()
    """The same as if no figure was disputed, where that says something else: a right that rests follows from it."""
    green: tuple[Green, ...] = ()


def looked_back(
    terms: Terms,
    scheme: CreditScheme | None,
    period: JudgedPeriod,
    past: tuple[PastPeriod, ...],
    term_start: date,
) -> LookedBack | None:
    """What the terms at hand look at in earlier statements; None where these say nothing that matters."""
    if scheme is None and not any(target.form == "outcome" for target in terms.targets):
        return None
    earlier = before(period, past)
    green = tuple(Green(outcome=each, periods=number) for each, number in so_far(terms, earlier, period) if number)
    if scheme is None:
        found = LookedBack(green=green)
    else:
        misses = tuple(_misses(scheme, period, earlier))
        undisputed = tuple(_misses(scheme, period, tuple(each.undisputed() for each in earlier)))
        found = LookedBack(
            spent=tuple(_spent(scheme, period, earlier, term_start)),
            earnable=earnable(scheme.earn_back, period, earlier) if scheme.earn_back else (),
            misses=misses,
            undisputed=undisputed if undisputed != misses else (),
            green=green,
        )
    return found if found != LookedBack() else None


def _spent(
    scheme: CreditScheme, period: JudgedPeriod, past: tuple[PastPeriod, ...], term_start: date
) -> Iterator[Spent]:
    for caps, of_rewards in ((scheme.caps, False), (scheme.reward_caps, True)):
        for over in dict.fromkeys(cap.over for cap in caps):
            amount = spent(over, period, past, term_start, of_rewards=of_rewards)
            if amount:
                yield Spent(over=over, of_rewards=of_rewards, amount=amount)


def _misses(scheme: CreditScheme, period: JudgedPeriod, past: tuple[PastPeriod, ...]) -> Iterator[Misses]:
    for place, rule in enumerate(scheme.termination):
        missed = tuple(tuple(sorted(each)) for each in misses_before(rule, period, past))
        if any(missed):
            yield Misses(rule=place, missed=missed)
