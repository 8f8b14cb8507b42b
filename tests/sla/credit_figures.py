"""Figures, periods and schemes as the tests of credits need them: one line each."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sla.credit_scheme import CreditLine, CreditScheme
from sla.credits import Owed, credits_due
from sla.figures import ErrorBudget, Figure, Status
from sla.money import Money
from sla.past_periods import PastPeriod, targets_of
from sla.periods import JudgedPeriod, period_named

BERLIN = "Europe/Berlin"
MARCH = period_named("2027-03", BERLIN)
TERM_START = date(2027, 1, 1)
Plain = Mapping[str, object]


def euros(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


FEE = euros("1000.00")


def scheme(*rules: Plain, **rest: object) -> CreditScheme:
    return CreditScheme.model_validate({"rules": list(rules), **rest})


def bands(*rows: Plain, **rest: object) -> Plain:
    return {"targets": ["uptime"], "bands": list(rows), **rest}


CLOUD = bands(
    {"below": "99.99", "at_least": "99", "percent": "10"},
    {"below": "99", "at_least": "95", "percent": "30"},
    {"below": "95", "percent": "100"},
)


def figure(
    attainment: str | Fraction | None,
    target: str = "uptime",
    *,
    status: Status | None = None,
    period: JudgedPeriod = MARCH,
    committed: str = "99.99",
    form: str = "availability",
    misses: int | None = None,
    budget: tuple[str, str] | None = None,
    dispute: int | None = None,
) -> Figure:
    """`budget` is what was used of what is allowed."""
    exact = None if attainment is None else Fraction(attainment)
    judged = Status.NO_DATA if exact is None else Status.MET if exact >= Fraction(committed) else Status.MISSED
    return Figure(
        target=target,
        form=form,
        name=target,
        since=period.begins,
        until=period.ends,
        committed=Decimal(committed),
        acceptable=None,
        attainment=exact,
        shown=None,
        status=status or judged,
        misses=misses,
        budget=_budget(form, budget) if budget else None,
        evidence_digest="0" * 64,
        how="As measured.",
        dispute=dispute,
    )


def _budget(form: str, budget: tuple[str, str]) -> ErrorBudget:
    used, allowed = (Fraction(each) for each in budget)
    unit = "s" if form == "availability" else "items"
    return ErrorBudget(unit=unit, used=used, allowed=allowed, left=allowed - used)


def owed(
    of: CreditScheme,
    *figures: Figure,
    period: JudgedPeriod = MARCH,
    fee: Money | None = FEE,
    past: Sequence[PastPeriod] = (),
    term_start: date = TERM_START,
) -> Owed:
    return credits_due(of, period, figures, fee, tuple(past), term_start)


def amounts(found: Owed) -> list[tuple[str | None, str]]:
    return [(line.target, str(line.amount)) for line in found.lines]


def looked_back(period: JudgedPeriod, figures: Sequence[Figure], lines: Sequence[CreditLine] = ()) -> PastPeriod:
    return PastPeriod(period=period, targets=targets_of(figures), lines=tuple(lines))


def months(first: str, number: int) -> list[JudgedPeriod]:
    """So many months from one of this name on."""
    year, month = int(first[:4]), int(first[5:])
    places = [year * 12 + month - 1 + each for each in range(number)]
    return [period_named(f"{place // 12}-{place % 12 + 1:02}", BERLIN) for place in places]


def played(of: CreditScheme, rows: Sequence[tuple[JudgedPeriod, Sequence[Figure]]]) -> list[Owed]:
    """Period after period, each with everything that the ones before it came to."""
    past: list[PastPeriod] = []
    found: list[Owed] = []
    for period, figures in rows:
        found.append(credits_due(of, period, tuple(figures), FEE, tuple(past), TERM_START))
        past.append(looked_back(period, figures, found[-1].lines))
    return found
