"""The targets that rows of evidence can be about: those of the editions that both sides have signed, and of the one on
its way. Source: MON-1.

Knows where the register keeps them; which rows they can use is `sla.fitting`'s.
"""

from collections.abc import Iterator

from pydantic import ValidationError
from sqlalchemy import Connection, select

from activities.tables import AGREEMENTS, EDITIONS
from sla.due_periods import spans_of
from sla.errors import BadInput, NotFound
from sla.fields import Value
from sla.fitting import Counting, Words, words_of
from sla.life import Coming, InForce
from sla.terms import Terms


class _Numbered(Value):
    no: int


class _LeanLife(Value):
    in_force: tuple[InForce, ...]
    coming: Coming | None = None


class _LeanAmendment(Value):
    edition: _Numbered


class _LeanState(Value):
    """What of a state says which editions there are, and when they count."""

    edition: _Numbered | None = None
    life: _LeanLife | None = None
    amendment: _LeanAmendment | None = None


class _LeanEdition(Value):
    terms: Terms


def words_on_record(connection: Connection, number: str) -> tuple[Words, ...] | None:
    """What the editions of an agreement say of their targets; None where there is no edition yet.

    Raises NotFound for no agreement, and BadInput for one that cannot be read.
    """
    query = select(AGREEMENTS.c.number, AGREEMENTS.c.state).where(AGREEMENTS.c.number == number)
    found = connection.execute(query).one_or_none()
    if found is None:
        raise NotFound(f"there is no agreement {number!r:.40}; `sla list` shows those that there are")
    try:
        state = _LeanState.model_validate_json(found.state) if found.state else _LeanState()
        editions = tuple(_editions(connection, number, state))
    except (ValidationError, KeyError):
        right = f"one that can be read is expected: `sla audit {number}` tells what was changed"
        raise BadInput(f"agreement {number}", "its terms cannot be read", right) from None
    return words_of(editions) if editions else None


def _editions(connection: Connection, number: str, state: _LeanState) -> Iterator[Counting]:
    """Those that are signed, the first first, then those on their way."""
    spans = spans_of(state.life.in_force, state.life.coming) if state.life else ()
    signed = {span.edition.no for span in spans}
    papers = (state.edition, state.amendment.edition if state.amendment else None)
    others = {paper.no for paper in papers if paper is not None} - signed
    terms = _terms(connection, number, sorted(signed | others))
    for span in spans:
        yield Counting(terms[span.edition.no], span.since, span.until)
    for no in sorted(others):
        yield Counting(terms[no])


def _terms(connection: Connection, number: str, nos: list[int]) -> dict[int, Terms]:
    query = select(EDITIONS.c.no, EDITIONS.c.body).where(EDITIONS.c.number == number, EDITIONS.c.no.in_(nos))
    return {row.no: _LeanEdition.model_validate_json(row.body).terms for row in connection.execute(query)}
