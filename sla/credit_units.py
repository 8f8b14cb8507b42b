"""How many units a figure has missed: time down, items, or points of attainment, exactly. Source: MON-6."""

import math
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction

from sla.credit_bands import Begun, Beyond, Units
from sla.errors import BadInput
from sla.figures import Figure

NOT_SHARES = frozenset({"throughput", "outcome"})
"""The forms whose levels are no percentages: only a rule that names such a target is over it."""

_TOTALS = frozenset({"items", "cases", "valid"})
"""Under which names a figure counts all of its items."""


Counting = Callable[[Figure], Fraction]
"""What each unit that a figure has missed, and each item that it has counted, counts."""


def in_full(_: Figure) -> Fraction:
    """Each unit is one."""
    return Fraction(1)


def units_of(units: Units, figure: Figure) -> Fraction:
    """How many units a figure has missed, counted as the band says. Raises BadInput where it does not count them."""
    size, missed = _size(units), _missed(units, figure)
    number = missed / size
    if units.begun is Begun.EXACT:
        return number
    return Fraction(math.ceil(number) if units.begun is Begun.STARTED else math.floor(number))


def units_of_all(units: Units, figures: list[Figure], counting: Counting = in_full) -> Fraction:
    """The units of all figures that have an attainment."""
    known = (each for each in figures if each.attainment is not None)
    return sum((units_of(units, each) * counting(each) for each in known), start=Fraction(0))


def counted_of(figure: Figure) -> Fraction:
    """How many items, cases or events a figure has counted; zero where it counts something else."""
    return next((each.amount for each in figure.counted if each.what in _TOTALS), Fraction(0))


def _size(units: Units) -> Fraction:
    if units.time is not None:
        return Fraction(units.time // timedelta(seconds=1))
    return Fraction(units.items) if units.items is not None else Fraction(units.points or 1)


def _missed(units: Units, figure: Figure) -> Fraction:
    attainment = figure.attainment or Fraction(0)
    if units.points is not None:
        if units.beyond is Beyond.TOTAL and figure.form in NOT_SHARES:
            wrong = f"counts points up to 100, and a target of the form {figure.form} is no percentage"
            raise BadInput(f"the credits, {figure.target}", wrong, "`beyond: committed` is expected")
        level = Fraction(100) if units.beyond is Beyond.TOTAL else _committed(figure)
        return max(Fraction(0), level - attainment)
    used = _used(units, figure)
    if units.beyond is Beyond.TOTAL or used == 0:
        return used
    return max(Fraction(0), used - _allowed(figure, used))


def _committed(figure: Figure) -> Fraction:
    if figure.committed is None:
        raise BadInput(f"the credits, {figure.target}", "has no committed level to count from", "one is expected")
    return Fraction(figure.committed)


def _used(units: Units, figure: Figure) -> Fraction:
    """Seconds down or items missed: exactly where the figure says so, else rounded up as `misses` is."""
    is_time = figure.form == "availability"
    if is_time != (units.time is not None) or figure.form in NOT_SHARES:
        what = "time down" if units.time is not None else "items"
        wrong = f"counts {what}, which a target of the form {figure.form} has not"
        raise BadInput(f"the credits, {figure.target}", wrong, "a unit that the target counts is expected")
    budget = figure.budget if figure.budget and (figure.budget.unit == "s") == is_time else None
    if figure.ruling is not None and (ruled := _ruled(figure)) is not None:
        return ruled
    if budget is not None:
        return budget.used
    if figure.misses is None:
        raise BadInput(f"the credits, {figure.target}", "says not how much was missed", "its misses are expected")
    down = next((each.amount for each in figure.counted if is_time and each.what == "down"), None)
    return down if down is not None and math.ceil(down) == figure.misses else Fraction(figure.misses)


def _ruled(figure: Figure) -> Fraction | None:
    """What a decided attainment leaves of all that was counted; None where that is not known. Source: MON-10."""
    total = next((each.amount for each in figure.counted if each.what in _TOTALS), None)
    committed, budget = figure.committed, figure.budget
    if figure.form == "availability" and budget is not None and committed is not None and committed < 100:
        total = budget.allowed * 100 / (100 - Fraction(committed))
    return None if total is None else total * (100 - (figure.attainment or Fraction(0))) / 100


def _allowed(figure: Figure, used: Fraction) -> Fraction:
    """What the committed level leaves room for: as the budget says, or by the same whole that the attainment is of."""
    if figure.budget is not None:
        return figure.budget.allowed
    if any(each.what == "time spent" for each in figure.counted):
        wrong = "promises an average, which leaves room for no number of misses"
        raise BadInput(f"the credits, {figure.target}", wrong, "`beyond: total` is expected")
    attainment = figure.attainment or Fraction(0)
    return used * (100 - _committed(figure)) / (100 - attainment) if attainment < 100 else Fraction(0)
