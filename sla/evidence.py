"""Evidence: what was measured, one row for each thing that somebody or something saw. Source: MON-1, MON-2, MON-3.

A row is known by its source and its key, whoever sends it and how often; one with other values corrects the one before.
Rows say what was seen, never what follows from it: no row knows of a limit, a level or a period.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, TypeAdapter, model_validator

from sla.canonical import Digested, text_digest
from sla.fields import Day, Email, Instant, Line, Name, Plain, Prose, Slug, Whole, WrongField


def _not_below_zero(number: int) -> int:
    if number < 0:
        raise ValueError(f"{number} is below zero; zero or more is expected")
    return number


Tally = Annotated[Whole, AfterValidator(_not_below_zero)]
Key = Annotated[Line, Field(max_length=200)]


class _Row(Digested):
    """What every row has."""

    source: Name
    """Who or what saw it: `probe`, `ticket system`, `prometheus`."""
    key: Key
    """Under which the source knows it; the same again is the same thing."""

    @property
    def first(self) -> datetime:
        """The earliest instant that it speaks of."""
        raise NotImplementedError

    @property
    def last(self) -> datetime | None:
        """The latest; None where it is not over."""
        return self.first


class _Beginning(_Row):
    """Something that lasts; `target` none for every target that it can concern."""

    start: Instant
    target: Slug | None = None

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.last is not None and self.last < self.start:
            wrong = f"{_told(self.last)} is before the start at {_told(self.start)}; the start or later is expected"
            raise WrongField(wrong, "end")
        return self

    @property
    def first(self) -> datetime:
        """Its start."""
        return self.start


class _Stretch(_Beginning):
    """A half-open stretch of time."""

    end: Instant

    @property
    def last(self) -> datetime | None:
        """Its end."""
        return self.end


class Outage(_Beginning):
    """The service was not available; without an end it still is not."""

    kind: Literal["outage"] = "outage"
    end: Instant | None = None
    note: Line | None = None

    @property
    def last(self) -> datetime | None:
        """Its end, if it is over."""
        return self.end


class Observed(_Stretch):
    """In this stretch the source was looking: what it did not see did not happen. Source: MON-14."""

    kind: Literal["observed"] = "observed"


class Unknown(_Stretch):
    """In this stretch nobody knows. Source: MON-14."""

    kind: Literal["unknown"] = "unknown"


class Count(_Row):
    """So many good events among the valid ones, seen at an instant. Source: DRA-7."""

    kind: Literal["count"] = "count"
    target: Slug
    at: Instant
    good: Tally
    valid: Tally

    @model_validator(mode="after")
    def _no_more_good_than_valid(self) -> Self:
        if self.good > self.valid:
            wrong = f"{self.good} is more than the {self.valid} valid ones, which is above 100 %"
            raise WrongField(f"{wrong}; at most {self.valid} is expected", "good")
        return self

    @property
    def first(self) -> datetime:
        """Its instant."""
        return self.at


class ItemDoes(StrEnum):
    """What happens to a work item. At one instant they happen in this order. Source: MON-2."""

    OPENED = "opened"
    REOPENED = "reopened"
    RESUMED = "resumed"
    PRIORITY_CHANGED = "priority_changed"
    RESPONDED = "responded"
    PAUSED = "paused"
    RESOLVED = "resolved"


class ItemEvent(_Row):
    """One event of a work item: a ticket, an order, a task."""

    kind: Literal["item"] = "item"
    item: Key
    does: ItemDoes
    at: Instant
    priority: Name | None = None
    """Of an opening, and of a change of priority."""
    reason: Line | None = None
    """Why it is paused: `waits for the customer`."""

    @model_validator(mode="after")
    def _says_what_it_needs(self) -> Self:
        if self.does is ItemDoes.PRIORITY_CHANGED and self.priority is None:
            raise WrongField("is missing; the new priority is expected", "priority")
        if self.does is ItemDoes.PAUSED and self.reason is None:
            raise WrongField("is missing; why the clock rests is expected", "reason")
        return self

    @property
    def first(self) -> datetime:
        """Its instant."""
        return self.at


class Deed(_Row):
    """Something that was to be done after an event, and when it was done, if it was. Source: DRA-7."""

    kind: Literal["deed"] = "deed"
    target: Slug
    happened_at: Instant
    """The event that asks for it."""
    due_day: Day | None = None
    """The local day by whose end it is to be done, where the target is about a named day."""
    done_at: Instant | None = None

    @property
    def first(self) -> datetime:
        """The event."""
        return self.happened_at

    @property
    def last(self) -> datetime | None:
        """When it was done; it may even be done before its event."""
        return None if self.done_at is None else max(self.done_at, self.happened_at)


class Quantity(_Row):
    """So many units were delivered. Source: DRA-7."""

    kind: Literal["quantity"] = "quantity"
    target: Slug
    at: Instant
    amount: Plain

    @model_validator(mode="after")
    def _not_negative(self) -> Self:
        if self.amount < 0:
            raise WrongField(f"{self.amount} is below zero; zero or more is expected", "amount")
        return self

    @property
    def first(self) -> datetime:
        """Its instant."""
        return self.at


class Score(_Row):
    """What somebody said of the outcome, on the target's scale; the mean of so many answers. Source: DRA-7, MON-9."""

    kind: Literal["score"] = "score"
    target: Slug
    at: Instant
    value: Plain
    answers: Annotated[Whole, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _not_negative(self) -> Self:
        if self.value < 0:
            raise WrongField(f"{self.value} is below zero; a value of the scale is expected", "value")
        return self

    @property
    def first(self) -> datetime:
        """Its instant."""
        return self.at


class ExclusionCause(StrEnum):
    """Why time does not count. Source: MON-3."""

    MAINTENANCE = "maintenance"
    FORCE_MAJEURE = "force_majeure"
    CUSTOMER = "customer"
    SUSPENSION = "suspension"
    """The agreement was suspended: the register says so itself. Source: TER-4."""

    @property
    def words(self) -> str:
        """As a sentence says it."""
        return "caused by the customer" if self is ExclusionCause.CUSTOMER else self.value.replace("_", " ")


class Exclusion(_Stretch):
    """Time that is not to count, with its evidence; it counts as excluded only once somebody has approved it. MON-3."""

    kind: Literal["exclusion"] = "exclusion"
    cause: ExclusionCause
    evidence: Prose
    """What proves it: the ticket, the announcement, the report."""
    approved_by: Email | None = None
    approved_at: Instant | None = None

    @property
    def is_approved(self) -> bool:
        """Somebody has approved it."""
        return self.approved_by is not None


class Withdrawn(_Row):
    """The row of this source and key was wrong as a whole, and counts no more. Source: MON-10."""

    kind: Literal["withdrawn"] = "withdrawn"
    at: Instant
    reason: Line

    @property
    def first(self) -> datetime:
        """When it was withdrawn."""
        return self.at


Evidence = Annotated[
    Outage | Observed | Unknown | Count | ItemEvent | Deed | Quantity | Score | Exclusion | Withdrawn,
    Field(discriminator="kind"),
]
ANY_EVIDENCE: TypeAdapter[Evidence] = TypeAdapter(Evidence)
"""Reads a row of any kind."""


def known_as(digest: str, row: Evidence) -> Evidence:
    """The row with its digest, where that is known: taking it is most of the work of a statement."""
    row.__dict__["hash"] = digest
    return row


def standing(rows: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """What counts: of each source and key the last row, less what was withdrawn; in one order, however they came."""
    last = {(row.source, row.key): row for row in rows}
    found = [row for row in last.values() if not isinstance(row, Withdrawn)]
    return tuple(sorted(found, key=_ORDER))


_ORDER = attrgetter("first", "kind", "source", "key")


def evidence_digest(rows: Iterable[Evidence]) -> str:
    """SHA-256 over the digests of the rows, sorted: the same rows give the same, in whatever order they came. MON-8."""
    return digest_of(row.hash for row in rows)


def digest_of(hashes: Iterable[str]) -> str:
    """The same, where the digests of the rows are known."""
    return text_digest("\n".join(sorted(hashes)))


def _told(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
