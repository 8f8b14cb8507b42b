"""One figure with everything that it follows from, line by line. Source: MON-15."""

from collections.abc import Iterator

from sla.figures import MOST_NAMED, Figure
from sla.statements import Statement
from sla.targets import Availability, ResolutionTime, ResponseTime, Target
from sla.terms import Terms
from starter import statement_text
from starter.moments import spoken
from starter.telling import counted


def came(figure: Figure) -> str:
    """`met 99.6 %`, `no data`."""
    level = f" {statement_text.level(figure, figure.shown)}" if figure.shown is not None else ""
    return f"{statement_text.STATUS_WORDS[figure.status]}{level}"


def why_lines(statement: Statement, figure: Figure) -> Iterator[str]:
    """Which line of which edition, from when until when, the numbers, the exclusions, the rows, the credit."""
    zone = statement.period.zone
    line = f"line {figure.target} of edition {figure.edition.no}" if figure.edition else f"line {figure.target}"
    digest = f" ({figure.edition.hash[:8]})" if figure.edition else ""
    yield ""
    yield f"Terms       {line}{digest}"
    yield f"Applied     from {spoken(figure.since, zone)} to {spoken(figure.until, zone)}"
    yield from _hours_lines(statement, figure)
    if figure.outcome:
        yield f"Serves      {figure.outcome}"
    yield f"Figure      {came(figure)}{_acceptable(figure)}"
    yield f"Computed    {figure.how}"
    for each in figure.counted:
        yield f"  {each.what:<18} {statement_text.amount_words(each.amount, each.unit)}"
    if figure.budget:
        used = statement_text.amount_words(figure.budget.used, figure.budget.unit)
        allowed = statement_text.amount_words(figure.budget.allowed, figure.budget.unit)
        yield f"Budget      {used} used of {allowed}; {statement_text.budget_words(figure.budget)} left"
    yield from _row_lines(figure)
    for credit in (each for each in statement.credits if each.target == figure.target):
        yield f"Credit      {credit.amount}: {credit.how}"


def _hours_lines(statement: Statement, figure: Figure) -> Iterator[str]:
    used = [each for each in statement.inputs.terms if each.edition == figure.edition]
    for each in used[:1]:
        hours = f"service hours {each.calendar[:12]}" if each.calendar else "round the clock: no service hours as data"
        yield f"By          terms {each.terms[:12]}, {hours}"


def _acceptable(figure: Figure) -> str:
    if figure.is_acceptable is None:
        return ""
    word = "at or above" if figure.is_acceptable else "below"
    return f", {word} the acceptable {statement_text.level(figure, figure.acceptable)}"


def _row_lines(figure: Figure) -> Iterator[str]:
    for each in figure.exclusions:
        took = statement_text.amount_words(each.seconds, "s")
        name = f"{each.row.key} of {each.row.source} ({each.cause.words})"
        yield f"Excluded    {took} by {name}, approved by {each.approved_by}"
    for row in figure.not_approved:
        yield f"Not counted exclusion {row.key} of {row.source}, which nobody has approved"
    yield f"Evidence    {counted(figure.evidence_rows, 'row', 'rows')}, digest {figure.evidence_digest[:12]}"
    for row in figure.evidence:
        yield f"  {row.key} of {row.source}"
    if figure.evidence_rows > MOST_NAMED:
        yield f"  and {figure.evidence_rows - len(figure.evidence):,} more"


def default_lines(terms: Terms | None, figure: Figure) -> Iterator[str]:
    """Which rules the terms leave open, and what therefore counts."""
    target = next((each for each in terms.targets if each.id == figure.target), None) if terms else None
    if terms is None or target is None:
        return
    rules = [*_target_defaults(target)]
    if terms.hours is None or terms.hours.times is None:
        rules.append("every hour is service time")
    if terms.compliance is None:
        rules.append("it is judged by the month, and figures are cut after three digits")
    if rules:
        yield f"Defaults    not stated, so: {'; '.join(rules)}"


def _target_defaults(target: Target) -> Iterator[str]:
    if isinstance(target, Availability) and target.unknown is None:
        yield "unknown time is left out"
    if isinstance(target, ResponseTime | ResolutionTime) and target.statistic is None:
        yield "the share within the limit is what is promised"
    if target.no_data is None:
        yield "a period without evidence counts neither way"
