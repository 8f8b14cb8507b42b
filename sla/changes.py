"""A change that somebody asks for: it opens a review at once, with what it touches. Source: REV-2."""

from collections.abc import Iterator
from datetime import datetime

from sla.agreement import AgreementState, edition_of, life_of, with_life
from sla.commands import RequestChange
from sla.errors import NotPossible
from sla.events import Fact
from sla.happening import Happening, counted
from sla.letter_kinds import LetterKind
from sla.life import ChangeKind, ChangeRequest
from sla.money import Money
from sla.parties import both_sides, tell
from sla.service_reviews import open_at_once
from sla.targets import Target, level_text
from sla.terms import Terms

MOST_CHANGES = 20
"""How many requests one review answers at most."""

MOST_TOUCHED = 40
"""How many lines say what one request touches: twenty requests travel in one state, whatever the terms hold."""

_TIMED = ("availability", "response_time", "resolution_time", "done_within", "done_by_end_of_day")

TOUCHED_FORMS: dict[ChangeKind, tuple[str, ...]] = {
    ChangeKind.HOURS: _TIMED,
    ChangeKind.ACCESSIBILITY: ("availability", "good_event_ratio", "outcome"),
    ChangeKind.UPTIME: ("availability",),
    ChangeKind.COMPLETION: ("resolution_time", "done_within", "done_by_end_of_day", "throughput"),
    ChangeKind.RESPONSE: ("response_time",),
    ChangeKind.SCOPE: (*_TIMED, "good_event_ratio", "throughput", "outcome"),
    ChangeKind.PRICE: (),
}
"""The forms of target that a kind of change touches."""


def may_request(state: AgreementState, email: str, now: datetime) -> None:
    """The open review has room for one more."""
    if len(life_of(state).changes) >= MOST_CHANGES:
        raise NotPossible(f"{MOST_CHANGES} changes wait for the open review already; conclude it first")


def request_change(state: AgreementState, command: RequestChange, now: datetime) -> Happening:
    """The request joins the review that is open, or opens one."""
    kinds = tuple(kind for kind in ChangeKind if kind in command.kinds)
    if not kinds:
        names = ", ".join(ChangeKind)
        raise NotPossible(f"the request names nothing that is to change; at least one of {names} is expected")
    left = life_of(state).review
    state = open_at_once(state, now)
    life = life_of(state)
    review = life.review
    assert review is not None
    request = ChangeRequest(
        no=life.changes_asked + 1, by=command.by, kinds=kinds, text=command.text, at=now, touches=touches(state, kinds)
    )
    who, what = state.people.name_of(command.by), ", ".join(kinds)
    joins = f"it joins review {review.no}" if review == left else f"review {review.no} opens at once"
    never = f" Review {left.no} was never concluded." if left and review != left else ""
    return Happening(
        state=with_life(state, changes=(*life.changes, request), changes_asked=request.no),
        fact=Fact.CHANGE_REQUESTED,
        by=command.by,
        reason=command.text,
        sentence=f"{who} asked for a change of {what}; {joins}.{never}",
        notices=tell(
            both_sides(state), LetterKind.CHANGE_REQUESTED, "you speak for a side of this agreement", but=command.by
        ),
    )


def touches(state: AgreementState, kinds: tuple[ChangeKind, ...]) -> tuple[str, ...]:
    """What a change touches: targets with their requirements, clauses, the price, and the documents that say so."""
    edition = edition_of(state)
    targets = [target for target in edition.terms.targets if any(target.form in TOUCHED_FORMS[kind] for kind in kinds)]
    rows = [*(_target_line(target) for target in targets), *_requirement_lines(state, targets)]
    rest = [
        *_clause_lines(edition.terms, kinds, life_of(state).fee),
        f"document: edition {edition.no} ({edition.hash[:8]})",
    ]
    room = MOST_TOUCHED - len(rest)
    if len(rows) > room:
        rows = [*rows[: room - 1], f"and {len(rows) - room + 1} more targets, requirements and documents"]
    return tuple(line[:300] for line in (*rows, *rest))


def _target_line(target: Target) -> str:
    return f"target {target.id}: {target.name}, committed {level_text(target, target.committed)}"


def _requirement_lines(state: AgreementState, targets: list[Target]) -> Iterator[str]:
    numbers = {number for target in targets for number in target.requirements}
    for row in state.requirements.rows:
        if row.no in numbers:
            yield f"requirement {row.no}: {row.need}"
    if numbers:
        yield "document: the requirements"


def _clause_lines(terms: Terms, kinds: tuple[ChangeKind, ...], fee: Money | None) -> Iterator[str]:
    if ChangeKind.HOURS in kinds and terms.hours:
        yield f"service hours: {terms.hours.description}"
    if ChangeKind.SCOPE in kinds:
        yield f"limits: {counted(len(terms.limits), 'clause')}"
        yield f"exclusions: {counted(len(terms.exclusions), 'clause')}"
    if terms.price and {ChangeKind.SCOPE, ChangeKind.PRICE, ChangeKind.HOURS} & set(kinds):
        yield f"price: {fee or terms.price.monthly_fee} a month"
