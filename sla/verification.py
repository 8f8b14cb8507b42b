"""Whether a statement comes out again, and what differs where it does not: field by field, in plain words.

Two statements are compared, the stated one and the one computed anew. Another engine is told and fails nothing while
the figures agree; everything else that differs does. Source: MON-8.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sla.applied import Applied
from sla.canonical import digest
from sla.fields import Value
from sla.figures import MOST_NAMED, Figure, RowRef
from sla.money import Money
from sla.stated_difference import (
    About,
    Difference,
    credit_differences,
    figure_differences,
    figure_key,
    finding_differences,
    unequal,
)
from sla.statements import Inputs, Statement, UsedTerms

_SHORT = 12
"""So many digits of a digest are told."""


class Verification(Value):
    """What came of computing a statement again."""

    number: str
    period: str
    revision: int
    holds: bool
    """Everything came out as it was stated."""
    differences: tuple[Difference, ...] = ()


def counting_again(stated: Statement, given: Iterable[Applied], *, as_given: bool = False) -> tuple[Applied, ...]:
    """The given terms, each from when until when the statement says that it counted; `as_given`, as they say.

    Where a statement's own window cuts that, what was given says since when: work that was begun before counts by it.
    Terms that ended before the window stay as they were given; those that it did not use are left out, unless it used
    others that are missing here.
    """
    left, used = list(given), stated.inputs.terms
    if as_given:
        refs = {entry.terms: entry.edition for entry in used}
        return tuple(each.model_copy(update={"edition": refs.get(digest(each.terms), each.edition)}) for each in left)
    found = [each for entry in used if (each := _again(stated, entry, left))]
    if len(found) < len(used):
        return tuple(left)
    first = min((each.since for each in found), default=stated.window.begins)
    names = {digest(each.terms) for each in found}
    earlier = [each for each in left if each.since < first and digest(each.terms) not in names]
    return (*(_ended(each, earlier, first) for each in earlier), *found)


def _again(stated: Statement, entry: UsedTerms, given: list[Applied]) -> Applied | None:
    match = next((each for each in given if digest(each.terms) == entry.terms), None)
    if match is None:
        return None
    window = stated.window
    since = entry.since if entry.since > window.begins else min(match.since, window.begins)
    until = entry.until if entry.until < window.ends else None
    return match.model_copy(update={"edition": entry.edition, "since": since, "until": until})


def _ended(each: Applied, earlier: list[Applied], first: datetime) -> Applied:
    following = [other.since for other in earlier if other.since > each.since]
    return each.model_copy(update={"until": min(following, default=first)})


def verify(
    stated: Statement,
    found: Statement,
    recorded: str | None,
    *,
    has_previous: bool = True,
    prices: Iterable[Money | None] = (),
) -> Verification:
    """What differs. `recorded` is the digest that stands beside the statement, where one does.

    Without the revision before, its number, its digest, and the finding that it was restated are not compared. `prices`
    are those of the terms, where the fee was taken from the statement itself: another fee is told, and fails nothing.
    """
    differences = _differences(stated, found, recorded, has_previous=has_previous)
    told = (*differences, *_other_fee(stated.inputs, tuple(prices)))
    return Verification(
        number=stated.number,
        period=stated.period.name,
        revision=stated.revision,
        holds=not any(each.fails for each in told),
        differences=told,
    )


def _differences(
    stated: Statement, found: Statement, recorded: str | None, *, has_previous: bool
) -> Iterator[Difference]:
    yield from _tampered(stated, recorded)
    yield from _terms(stated.inputs, found.inputs)
    yield from _evidence(stated, found)
    yield from _other_inputs(stated.inputs, found.inputs)
    yield from figure_differences(stated, found)
    yield from credit_differences(stated, found)
    yield from finding_differences(stated, found, has_previous=has_previous)
    yield from _heads(stated, found, has_previous=has_previous)
    yield from _engine(stated, found)


def _tampered(stated: Statement, recorded: str | None) -> Iterator[Difference]:
    if recorded is None:
        yield Difference(
            about=About.STATEMENT,
            where="digest",
            found=stated.hash,
            fails=False,
            sentence="The statement carries no digest of its own, so nothing tells whether it was changed.",
        )
    elif recorded != stated.hash:
        yield Difference(
            about=About.STATEMENT,
            where="digest",
            stated=recorded,
            found=stated.hash,
            sentence=f"The statement was changed after it was made: it says {recorded[:_SHORT]} of itself, and what it "
            f"holds gives {stated.hash[:_SHORT]}.",
        )


def _terms(stated: Inputs, found: Inputs) -> Iterator[Difference]:
    ours, theirs = list(stated.terms), list(found.terms)
    for entry in ours:
        if entry not in theirs:
            same = next((each for each in theirs if each.terms == entry.terms), None)
            yield _other_span(entry, same) if same else _missing_terms(entry, theirs)
    for entry in theirs:
        if entry.terms not in {each.terms for each in ours}:
            yield Difference(
                about=About.TERMS,
                where="inputs.terms",
                found=entry.terms,
                sentence=f"Terms {entry.terms[:_SHORT]} were given, and the statement knows nothing of them.",
            )


def _missing_terms(entry: UsedTerms, given: list[UsedTerms]) -> Difference:
    name = f"edition {entry.edition.no}" if entry.edition else "the terms"
    calendars = {each.calendar for each in given}
    hours = "; the service hours differ, too" if entry.calendar not in calendars else ""
    what = f"{name} with the digest {entry.terms[:_SHORT]}, from {entry.since:%Y-%m-%d %H:%M} UTC on"
    got = ", ".join(each.terms[:_SHORT] for each in given) or "none"
    return Difference(
        about=About.TERMS,
        where="inputs.terms",
        stated=entry.terms,
        found=got,
        sentence=f"It was made by {what}; what is given has {got}{hours}.",
    )


def _other_span(entry: UsedTerms, other: UsedTerms) -> Difference:
    stated, found = (
        f"{each.since:%Y-%m-%d %H:%M} to {each.until:%Y-%m-%d %H:%M} UTC"
        + (f", edition {each.edition.no}" if each.edition else "")
        for each in (entry, other)
    )
    return Difference(
        about=About.TERMS,
        where="inputs.terms",
        stated=stated,
        found=found,
        sentence=f"The terms {entry.terms[:_SHORT]} counted from {stated}; now they count from {found}.",
    )


def _evidence(stated: Statement, found: Statement) -> Iterator[Difference]:
    """Figure by figure; that of the whole only where no figure tells it."""
    again = {figure_key(each): each for each in found.figures}
    pairs = [(figure, again[figure_key(figure)]) for figure in stated.figures if figure_key(figure) in again]
    told = [_other_evidence(*pair) for pair in pairs if _rests_on(pair[0]) != _rests_on(pair[1])]
    yield from told
    if not told:
        for field in ("evidence", "evidence_rows"):
            ours, theirs = getattr(stated.inputs, field), getattr(found.inputs, field)
            yield from unequal(About.EVIDENCE, field.replace("_", " "), ours, theirs)


def _rests_on(figure: Figure) -> tuple[str, int, tuple[RowRef, ...]]:
    return figure.evidence_digest, figure.evidence_rows, figure.evidence


def _other_evidence(figure: Figure, other: Figure) -> Difference:
    gone, new = _names(figure, other), _names(other, figure)
    told = []
    if gone:
        told.append(f"missing now: {_listed(gone)}")
    if new:
        told.append(f"not there then: {_listed(new)}")
    if not gone and not new:
        told.append(
            "the same rows are there, and at least one has other values" if _all_named(figure) else "rows differ"
        )
    return Difference(
        about=About.EVIDENCE,
        where=f"{figure.target}, evidence",
        stated=_rows(figure),
        found=_rows(other),
        sentence=f"The evidence for {figure.target} is not what it was ({_rows(figure)} then, {_rows(other)} now); "
        f"{'; '.join(told)}.",
    )


def _rows(figure: Figure) -> str:
    return "1 row" if figure.evidence_rows == 1 else f"{figure.evidence_rows:,} rows"


def _all_named(figure: Figure) -> bool:
    return figure.evidence_rows <= MOST_NAMED


def _names(one: Figure, other: Figure) -> list[RowRef]:
    """The rows that only the one names; those of a figure that names only some of its rows say nothing."""
    return [row for row in one.evidence if row not in other.evidence] if _all_named(one) and _all_named(other) else []


def _listed(rows: list[RowRef]) -> str:
    more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
    return ", ".join(f"{row.key} of {row.source}" for row in rows[:5]) + more


def _fees(inputs: Inputs) -> str | None:
    """The monthly fees with the instants from which they counted, where there are several."""
    if inputs.fees is None:
        return str(inputs.fee) if inputs.fee is not None else None
    return ", then ".join(f"{each.fee or 'none'} from {each.since:%Y-%m-%d %H:%M} UTC" for each in inputs.fees)


def _other_fee(inputs: Inputs, prices: tuple[Money | None, ...]) -> Iterator[Difference]:
    """A fee that no terms state: it has moved by an index, or was given beside them, and no file tells which."""
    used = {inputs.fee} if inputs.fees is None else {each.fee for each in inputs.fees}
    if not prices or used <= {None, *prices}:
        return
    stated, found = _fees(inputs), ", then ".join(str(each or "none") for each in prices)
    yield Difference(
        about=About.CREDIT,
        where="fee",
        stated=stated,
        found=found,
        fails=False,
        sentence=f"The monthly fee is that of the statement, {stated}; the terms say {found}.",
    )


def _other_inputs(stated: Inputs, found: Inputs) -> Iterator[Difference]:
    yield from unequal(About.CREDIT, "fee", _fees(stated), _fees(found))
    if stated.before != found.before:
        yield Difference(
            about=About.PAST,
            where="inputs.before",
            stated=stated.before,
            found=found.before,
            sentence="The earlier statements that it depends on are not those that are given: credits and rights that "
            "look back cannot be compared.",
        )


def _heads(stated: Statement, found: Statement, *, has_previous: bool) -> Iterator[Difference]:
    fields = [
        "number",
        "period",
        "window",
        "is_provisional",
        *(["revision", "previous", "why"] if has_previous else []),
    ]
    for field in fields:
        yield from unequal(About.STATEMENT, field.replace("_", " "), getattr(stated, field), getattr(found, field))


def _engine(stated: Statement, found: Statement) -> Iterator[Difference]:
    for field, what in (("version", "version of the product"), ("tzdata", "time zone data")):
        old, new = getattr(stated.engine, field), getattr(found.engine, field)
        if old != new:
            yield Difference(
                about=About.ENGINE,
                where=f"engine, {field}",
                stated=old,
                found=new,
                fails=False,
                sentence=f"Another {what} computed it: {old} then, {new} now.",
            )
