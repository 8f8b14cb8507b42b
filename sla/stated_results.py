"""What statements say, for a review: the rows of its pack, and the results that are recorded for it. REV-1, REV-4.

Knows nothing of where statements are kept. Figures that are frozen by a dispute are told as such.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sla.errors import NotPossible
from sla.figures import Figure, Status, worst_parts
from sla.letters import Told
from sla.life import Measured, Results
from sla.statements import Statement
from sla.targets import Target, level_text
from sla.terms import Terms

MOST_BEFORE = 3
"""How many earlier periods stand beside the latest one."""
_IS_MET = {Status.MET: True, Status.MISSED: False}
_WORDS = {
    Status.NO_DATA: "no data",
    Status.MISSED: "missed for want of data",
    Status.EXCLUDED: "nothing was left to judge",
}
"""Of a figure without an attainment."""


def told_by_statements(statements: Sequence[Statement], terms: Mapping[int, Terms]) -> tuple[Told, ...]:
    """The latest statement beside those before it, the earliest first; `terms` by the number of their edition.

    Of a target with several parts the worst is told. Nothing where nothing is stated.
    """
    if not statements:
        return ()
    latest, before = statements[-1], statements[-1 - MOST_BEFORE : -1]
    rows = tuple(_target_told(figure, latest, before, terms) for figure in worst_parts(latest.figures))
    return (*rows, *_credits_told(latest, before))


def _target_told(figure: Figure, latest: Statement, before: Sequence[Statement], terms: Mapping[int, Terms]) -> Told:
    committed = _level(figure, terms, committed=True)
    past = [
        f"{_level(each, terms)} in {statement.period.name}"
        for statement in reversed(before)
        for each in worst_parts(statement.figures)
        if each.target == figure.target
    ]
    trend = f"; before: {', '.join(past)}" if past else ""
    frozen = f", disputed ({figure.dispute})" if figure.dispute is not None else ""
    said = f"{_level(figure, terms)} in {latest.period.name}, committed {committed}{frozen}{trend}"
    return Told(about=figure.name, said=said, is_met=None if frozen else _IS_MET.get(figure.status))


def _level(figure: Figure, terms: Mapping[int, Terms], *, committed: bool = False) -> str:
    value = figure.committed if committed else figure.shown
    if value is None and not committed:
        return _WORDS.get(figure.status, "no figure")
    target = _target(figure, terms)
    return level_text(target, value) if target is not None else str(value)


def _target(figure: Figure, terms: Mapping[int, Terms]) -> Target | None:
    edition = terms.get(figure.edition.no) if figure.edition else None
    return next((each for each in edition.targets if each.id == figure.target), None) if edition else None


def _credits_told(latest: Statement, before: Sequence[Statement]) -> tuple[Told, ...]:
    """What the periods came to in money, where the terms state credits."""
    if latest.credit is None:
        return ()
    past = [f"{each.credit} for {each.period.name}" for each in reversed(before) if each.credit is not None]
    trend = f"; before: {', '.join(past)}" if past else ""
    return (Told(about="Credits", said=f"{latest.credit} for {latest.period.name}{trend}"),)


def results_of(statement: Statement) -> Results:
    """The results that a statement comes to, as they are recorded for a review: of several parts the lowest, as shown.

    A target without data is left out, for what is missing is never read as met. Raises NotPossible while a figure is
    frozen by a dispute.
    """
    frozen = next((each for each in statement.figures if each.dispute is not None), None)
    if frozen is not None:
        wrong = f"{frozen.target} of {statement.period.name} is disputed ({frozen.dispute})"
        raise NotPossible(f"{wrong}; once the dispute is settled, its figure can be recorded")
    shown: dict[str, Decimal] = {}
    unknown = {each.target for each in statement.figures if each.shown is None and each.status is not Status.EXCLUDED}
    for each in statement.figures:
        if each.shown is not None and each.target not in unknown:
            shown[each.target] = min(each.shown, shown.get(each.target, each.shown))
    return Results(
        start=statement.period.start,
        end=statement.period.end,
        measured=tuple(Measured(target=target, value=value) for target, value in shown.items()),
    )
