"""A statement as people read it: a table of targets, the reason for each figure, what it costs, and what to look at.

Values in, lines and cells out; nothing is computed here but widths and words.
"""

from collections.abc import Iterator
from fractions import Fraction

from sla.exact import shown
from sla.figures import ErrorBudget, Figure, Status
from sla.findings import FindingKind
from sla.measured import duration_words
from sla.money import total
from sla.statements import Statement
from sla.terms import Rounding
from starter.moments import spoken
from starter.telling import counted

HEADS = ("target", "committed", "attained", "status", "budget left", "credit")
STATUS_WORDS = {
    Status.MET: "met",
    Status.AT_RISK: "at risk",
    Status.MISSED: "MISSED",
    Status.NO_DATA: "no data",
    Status.EXCLUDED: "nothing to judge",
}
_PLAIN_LEVELS = frozenset({"throughput", "outcome"})
_FINDING_WORDS = {
    FindingKind.EARLY_WARNING: "Warning",
    FindingKind.WATERMELON: "Watermelon",
    FindingKind.TERMINATION_RIGHT: "Right",
    FindingKind.RESTATED: "Restated",
}


def head_line(statement: Statement) -> str:
    """What it is: `0007, 2027-03 (Europe/Berlin), revision 2`."""
    period, zone = statement.period, statement.period.zone
    parts = [f"{statement.number or 'Terms without a number'}, {period.name} ({zone})"]
    if statement.window != period:
        parts.append(f"judged over {statement.window.start} to {statement.window.end}")
    if statement.revision > 1:
        parts.append(f"revision {statement.revision}")
    if statement.is_provisional:
        parts.append("PROVISIONAL: the period is not over")
    return ", ".join(parts)


def rows(statement: Statement) -> Iterator[tuple[str, ...]]:
    """One row for each figure, in the order of the terms."""
    named = set[str]()
    for figure in statement.figures:
        first = figure.target not in named
        named.add(figure.target)
        yield (
            f"{figure.name}\n({figure.target}){_part_words(statement, figure)}",
            level(figure, figure.committed) if figure.committed is not None else _allowed(figure),
            _attained(figure),
            STATUS_WORDS[figure.status] + _marks(figure),
            budget_words(figure.budget) if figure.budget else "-",
            _credit_of(statement, figure.target) if first else "",
        )


def _part_words(statement: Statement, figure: Figure) -> str:
    """From when on, where a target has several parts or does not count for the whole."""
    if figure.is_carried_over:
        return f"\nbegun before{f', by edition {figure.edition.no}' if figure.edition else ''}"
    if (figure.since, figure.until) == (statement.window.begins, statement.window.ends):
        return ""
    zone = statement.period.zone
    edition = f" by edition {figure.edition.no}" if figure.edition else ""
    return f"\n{spoken(figure.since, zone)[4:20]} to {spoken(figure.until, zone)[4:20]}{edition}"


def level(figure: Figure, number: object) -> str:
    """A level with its unit: `99.5 %`, `4.2`."""
    return f"{number}" if figure.form in _PLAIN_LEVELS else f"{number} %"


def _attained(figure: Figure) -> str:
    if figure.shown is None:
        return "-"
    is_number_of_misses = figure.committed is None and figure.misses is not None
    share = level(figure, figure.shown)
    return f"{figure.misses:,} late ({share})" if is_number_of_misses else share


def _allowed(figure: Figure) -> str:
    if figure.budget is None:
        return "-"
    return f"at most {_number(figure.budget.allowed, figure.budget.unit)}"


def _marks(figure: Figure) -> str:
    if figure.dispute is not None:
        return f"\nfrozen: dispute {figure.dispute}"
    return f"\nby dispute {figure.ruling}" if figure.ruling is not None else ""


def budget_words(budget: ErrorBudget) -> str:
    """What is left: `39min 12s`, `-1h 50min`, `1.5 items`."""
    if budget.unit == "s" and -1 < budget.left < 0:
        return "less than 1s over"
    sign = "-" if budget.left < 0 else ""
    if budget.unit == "s":
        return f"{sign}{duration_words(abs(budget.left))}"
    return f"{sign}{_number(abs(budget.left), budget.unit)}"


def amount_words(amount: Fraction, unit: str) -> str:
    """`2h 30min`, `12 items`."""
    return duration_words(amount) if unit == "s" else _number(amount, unit)


def _number(amount: Fraction, unit: str) -> str:
    """`1 item`, `0.4 items`: every noun that is counted is a plain plural."""
    return f"{_plain(amount)} {unit.removesuffix('s') if amount == 1 else unit}"


def _plain(number: Fraction) -> str:
    text = format(shown(number, Rounding(digits=2)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _credit_of(statement: Statement, target: str) -> str:
    lines = [line for line in statement.credits if line.target == target]
    if not lines:
        return "-"
    told = []
    for is_reward in (False, True):
        found = [line.amount for line in lines if line.is_reward is is_reward]
        if found:
            told.append(f"{'+' if is_reward else ''}{total(found, found[0].currency)}")
    return "\n".join(told) + (" (frozen)" if any(line.is_frozen for line in lines) else "")


def reasons(statement: Statement) -> Iterator[str]:
    """Why each figure is what it is. Source: MON-15."""
    for figure in statement.figures:
        yield figure.how
        if figure.budget and figure.budget.breach_at:
            at = spoken(figure.budget.breach_at, statement.period.zone)
            yield f"  At the rate so far its budget is used up at {at}."


def money_lines(statement: Statement) -> Iterator[str]:
    """What it costs, line by line, and the sum."""
    for line in statement.credits:
        kind = "Earned back" if line.earns_back else "Reward" if line.is_reward else "Credit"
        claim = f" To be claimed before {line.claim_by}." if line.claim_by else ""
        frozen = " Not payable until the dispute is settled." if line.is_frozen else ""
        yield f"{kind}{f' for {line.target}' if line.target else ''}: {line.amount}. {line.how}{claim}{frozen}"
    if statement.credit is not None:
        yield f"Credit of the period: {statement.credit}."


def finding_lines(statement: Statement) -> Iterator[str]:
    """What else follows; a miss is in its figure already."""
    for finding in statement.findings:
        if finding.kind in _FINDING_WORDS:
            until = f" (usable until {finding.until}, that day outside)" if finding.until else ""
            yield f"{_FINDING_WORDS[finding.kind]}: {finding.sentence}{until}"


def not_approved_lines(statement: Statement) -> Iterator[str]:
    """Exclusions that did not count because nobody approved them. Source: MON-3."""
    found: dict[tuple[str, str], list[str]] = {}
    for figure in statement.figures:
        for row in figure.not_approved:
            found.setdefault((row.source, row.key), []).append(figure.target)
    for (source, key), targets in found.items():
        names = ", ".join(dict.fromkeys(targets))
        yield f"Exclusion {key} of {source} is approved by nobody, so it did not count for {names}."


def foot_line(statement: Statement) -> str:
    """By what anybody can tell that it is this one."""
    evidence = counted(statement.inputs.evidence_rows, "row of evidence", "rows of evidence")
    engine = f"version {statement.engine.version}, time zone data {statement.engine.tzdata}"
    rests = f"{evidence}, each counted for every target that rests on it ({statement.inputs.evidence[:12]})"
    return f"Digest {statement.hash} from {rests}; {engine}."
