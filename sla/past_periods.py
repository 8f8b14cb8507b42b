"""What earlier statements say, as far as credits and rights depend on it: the last revision of each. Source: MON-6."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from itertools import groupby, pairwise

from sla.credit_scheme import CreditLine
from sla.credit_units import NOT_SHARES
from sla.errors import BadInput
from sla.exact import Exact
from sla.fields import Value
from sla.figures import Figure, Status, worst
from sla.periods import JudgedPeriod
from sla.statements import Statement
from sla.term import months_after


class PastTarget(Value):
    """What a target came to in an earlier period, all parts together."""

    target: str
    status: Status
    """The worst of its parts."""
    attainment: Exact | None = None
    """The lowest of its parts; None where any part has none."""
    is_disputed: bool = False
    is_share: bool = True
    """Its levels are percentages."""


class PastPeriod(Value):
    """An earlier period, by the last revision of its statement."""

    period: JudgedPeriod
    targets: tuple[PastTarget, ...]
    lines: tuple[CreditLine, ...] = ()
    is_forgone: bool = False
    """Its credits were to be claimed, and were not in time: nothing of them can be owed back."""

    @property
    def credited(self) -> Fraction:
        """All of its credits, exactly."""
        return _sum(line for line in self.lines if not line.is_reward)

    @property
    def rewarded(self) -> Fraction:
        """All of its rewards; not what was earned back."""
        return _sum(line for line in self.lines if line.is_reward and line.earns_back is None)

    def undisputed(self) -> "PastPeriod":
        """The same as if none of its figures was disputed."""
        targets = tuple(each.model_copy(update={"is_disputed": False}) for each in self.targets)
        return self.model_copy(update={"targets": targets})


def _sum(lines: Iterable[CreditLine]) -> Fraction:
    return sum((Fraction(line.amount.amount) for line in lines), start=Fraction(0))


def targets_of(figures: Iterable[Figure]) -> tuple[PastTarget, ...]:
    """One for each target of the figures, in the order of their ids."""
    ordered = sorted(figures, key=lambda figure: figure.target)
    return tuple(_together(target, tuple(found)) for target, found in groupby(ordered, key=lambda each: each.target))


def _together(target: str, parts: tuple[Figure, ...]) -> PastTarget:
    known = [part.attainment for part in parts if part.attainment is not None]
    return PastTarget(
        target=target,
        status=worst(frozenset(part.status for part in parts)),
        attainment=min(known) if len(known) == len(parts) else None,
        is_disputed=any(part.dispute is not None for part in parts),
        is_share=all(part.form not in NOT_SHARES for part in parts),
    )


def past_of(statement: Statement) -> PastPeriod:
    """A statement as later ones look back at it."""
    return PastPeriod(period=statement.period, targets=targets_of(statement.figures), lines=statement.credits)


def before(period: JudgedPeriod, past: Iterable[PastPeriod]) -> tuple[PastPeriod, ...]:
    """Those that were over when the period began, the earliest first. Raises BadInput for one that is there twice."""
    found = sorted((each for each in past if each.period.end <= period.start), key=lambda each: each.period.start)
    for earlier, later in pairwise(found):
        if later.period.start < earlier.period.end:
            wrong = f"{earlier.period.name} and {later.period.name} overlap"
            raise BadInput("the earlier periods", wrong, "the last revision of each period, once, is expected")
    return tuple(found)


def adjoining(period: JudgedPeriod, past: tuple[PastPeriod, ...]) -> tuple[PastPeriod, ...]:
    """Those that lead up to a period without a gap, the latest first."""
    start, found = period.start, list[PastPeriod]()
    for each in reversed(past):
        if each.period.end != start:
            break
        found.append(each)
        start = each.period.start
    return tuple(found)


def is_in_window(each: PastPeriod, period: JudgedPeriod) -> bool:
    """Whether its last day lies in the twelve months that end with the period."""
    return each.period.end > months_after(period.end, -12)


def is_in_term(each: PastPeriod, term_start: date) -> bool:
    """Whether its last day lies in the term that began on a day."""
    return each.period.end > term_start
