"""What two statements say otherwise of figures, credits and findings, in plain words. Source: MON-8."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from sla.credit_scheme import CreditLine
from sla.exact import shown
from sla.fields import Value
from sla.figures import Figure
from sla.findings import Finding, FindingKind
from sla.statements import Statement
from sla.terms import Rounding


class About(StrEnum):
    """What a difference is about."""

    STATEMENT = "statement"
    TERMS = "terms"
    EVIDENCE = "evidence"
    PAST = "past"
    FIGURE = "figure"
    CREDIT = "credit"
    FINDING = "finding"
    ENGINE = "engine"


class Difference(Value):
    """One thing that is not as it was stated."""

    about: About
    where: str
    """`printers-work, attainment`; `inputs.terms`."""
    stated: str | None = None
    found: str | None = None
    fails: bool = True
    """Whether the statement does not hold; another engine with the same figures is no failure."""
    sentence: str


def figure_key(figure: Figure) -> tuple[str, datetime]:
    """By what a figure of one statement is found in another."""
    return figure.target, figure.since


def figure_differences(stated: Statement, found: Statement) -> Iterator[Difference]:
    """Figure by figure, and those that only one of both has."""
    ours, theirs = ({figure_key(each): each for each in one.figures} for one in (stated, found))
    for key, figure in ours.items():
        other = theirs.get(key)
        if other is None:
            yield _only(figure, "was stated, and does not come out again")
        else:
            yield from _figure(figure, other)
    for key, figure in theirs.items():
        if key not in ours:
            yield _only(figure, "comes out now, and was not stated")


def _only(figure: Figure, words: str) -> Difference:
    where = f"{figure.target}, from {figure.since:%Y-%m-%d %H:%M} UTC"
    return Difference(about=About.FIGURE, where=where, sentence=f"The figure of {where} {words}.")


_FACTS = (
    *("name", "form", "outcome", "until", "is_carried_over", "edition", "committed", "acceptable", "attainment"),
    *("status", "is_acceptable", "exclusions", "not_approved", "dispute", "ruling"),
)
_DERIVED = ("shown", "misses", "budget", "how")
"""What follows from the rest: told where nothing else differs."""
_FIELDS = {
    "until": "end",
    "committed": "committed level",
    "acceptable": "acceptable level",
    "is_acceptable": "acceptability",
    "is_carried_over": "place before the period",
    "not_approved": "list of exclusions without approval",
    "shown": "rounded attainment",
    "misses": "number of misses",
    "budget": "error budget",
    "how": "explanation",
}


def _figure(figure: Figure, other: Figure) -> Iterator[Difference]:
    told = [*_counted(figure, other)]
    for field in _FACTS:
        told += _field(figure, other, field)
    yield from told
    if not told:
        for field in _DERIVED:
            yield from _field(figure, other, field)


def _field(figure: Figure, other: Figure, field: str) -> Iterator[Difference]:
    where = f"{figure.target}, {_FIELDS.get(field, field)}"
    yield from unequal(About.FIGURE, where, getattr(figure, field), getattr(other, field))


def _counted(figure: Figure, other: Figure) -> Iterator[Difference]:
    """Number by number."""
    ours, theirs = ({each.what: f"{_told(each.amount)} {each.unit}" for each in one.counted} for one in (figure, other))
    for what in dict.fromkeys((*ours, *theirs)):
        yield from unequal(About.FIGURE, f"{figure.target}, {what}", ours.get(what), theirs.get(what))


def credit_differences(stated: Statement, found: Statement) -> Iterator[Difference]:
    """The sum, and line by line."""
    ours, theirs = ({_line_name(line): line for line in one.credits} for one in (stated, found))
    told = list(unequal(About.CREDIT, "credit of the period", stated.credit, found.credit))
    for name in dict.fromkeys((*ours, *theirs)):
        old, new = ours.get(name), theirs.get(name)
        told += unequal(About.CREDIT, name, old and old.amount, new and new.amount)
    if not told and stated.figures == found.figures:
        told += unequal(About.CREDIT, "credit lines", stated.credits, found.credits)
    yield from told


def _line_name(line: CreditLine) -> str:
    kind = "earned back" if line.earns_back else "reward" if line.is_reward else "credit"
    back = f" of {line.earns_back}" if line.earns_back else ""
    return f"{kind}{back} for {line.target or 'the agreement'}"


def finding_differences(stated: Statement, found: Statement, *, has_previous: bool) -> Iterator[Difference]:
    """What was found, and what is now; the sentences repeat the figures."""
    ours, theirs = (
        {each.decision_id: each for each in (one.findings if has_previous else _by_itself(one))}
        for one in (stated, found)
    )
    for key, finding in {**ours, **theirs}.items():
        if key in ours and key in theirs:
            continue
        what = f"{finding.kind.value.replace('_', ' ')}{f' of {finding.subject}' if finding.subject else ''}"
        then, now = ("found" if key in each else "not found" for each in (ours, theirs))
        yield from unequal(About.FINDING, what, then, now)
    if stated.figures == found.figures and stated.credits == found.credits:
        for key in ours.keys() & theirs.keys():
            for field in Finding.model_fields:
                yield from unequal(
                    About.FINDING, f"{key}, {field}", getattr(ours[key], field), getattr(theirs[key], field)
                )


def _by_itself(statement: Statement) -> Iterator[Finding]:
    """What it has found without a look at the revision before."""
    for each in statement.findings:
        if each.kind is not FindingKind.RESTATED:
            yield each.model_copy(update={"again": None})


def unequal(about: About, where: str, stated: object, found: object) -> Iterator[Difference]:
    """A difference where two values are not equal."""
    if stated == found:
        return
    old, new = _told(stated), _told(found)
    sentence = f"{_name(where)}: {old or 'nothing'} was stated, {new or 'nothing'} comes out."
    if old == new:
        sentence = f"{_name(where)}: {old} was stated and comes out, and differs in its details."
    yield Difference(about=about, where=where, stated=old, found=new, sentence=sentence)


def _name(where: str) -> str:
    """`The attainment of portal-up`; a thing of the whole statement stands by itself."""
    target, comma, field = where.partition(", ")
    return f"The {field} of {target}" if comma else f"The {where}"


def _told(value: object) -> str | None:
    match value:
        case None:
            told = None
        case bool():
            told = "yes" if value else "no"
        case StrEnum():
            told = value.value.replace("_", " ")
        case Fraction():
            told = _number(value)
        case datetime():
            told = f"{value:%Y-%m-%d %H:%M:%S} UTC"
        case tuple():
            told = "; ".join(_told(each) or "" for each in value) or None
        case Value() if type(value).__str__ is Value.__str__:
            fields = ((field, getattr(value, field)) for field in type(value).model_fields)
            told = ", ".join(f"{field.replace('_', ' ')} {_told(each)}" for field, each in fields if each is not None)
        case _:
            told = str(value)
    return told


def _number(value: Fraction) -> str:
    """To six digits, with the exact fraction where these do not say all of it."""
    text = format(shown(value, Rounding(digits=6)), "f")
    text = text.rstrip("0").rstrip(".")
    return text if Fraction(text) == value else f"{text} (exactly {value})"
