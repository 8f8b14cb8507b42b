"""The tables of the register. Rows never leave `activities/`, and they check nothing: values are checked before.

Every instant is stored in UTC. Event, edition and decision rows are never changed again: triggers in the
migration refuse it. Source: REG-1, REG-3.
"""

from datetime import UTC, date, datetime

from sqlalchemy import DateTime, Dialect, ForeignKeyConstraint, Index, MetaData, Table, Text, text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class UtcInstant(TypeDecorator[datetime]):
    """An aware instant, stored in UTC. SQLite forgets zones, so UTC is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC. Raises ValueError for a naive instant."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no zone; an aware instant is expected")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


_SOMEBODY_IS_WAITED_FOR = text("waiting_for IS NOT NULL")
_AT_RISK = text("risks IS NOT NULL")
_OF_AN_ITEM = text("item IS NOT NULL")


class _Row(SQLModel):
    metadata = METADATA


class AgreementRow(_Row, table=True):
    """One agreement as it stands. Until its first event is recorded it has a number and a reference only.

    `state` stands last, so that lists on SQLite never read it; `search_text` holds the case-folded words.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        Index(None, "stage", "id"),
        Index(None, "service", "id"),
        Index(None, "customer", "id"),
        Index(None, "next_due"),
        Index(None, "search_text"),
        # Most agreements wait for nobody, and an index entry of many addresses would be too long for PostgreSQL.
        Index(
            "ix_agreement_waits", "id", sqlite_where=_SOMEBODY_IS_WAITED_FOR, postgresql_where=_SOMEBODY_IS_WAITED_FOR
        ),
        Index("ix_agreement_risks", "id", sqlite_where=_AT_RISK, postgresql_where=_AT_RISK),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    number: str | None = Field(default=None, unique=True, sa_type=Text)
    workflow_id: str = Field(unique=True, sa_type=Text)
    reference: str = Field(sa_type=Text)
    form_digest: str = Field(sa_type=Text)
    provider: str = Field(sa_type=Text)
    customer: str | None = Field(default=None, sa_type=Text)
    kind: str | None = Field(default=None, sa_type=Text)
    level: str | None = Field(default=None, sa_type=Text)
    service: str | None = Field(default=None, sa_type=Text)
    title: str | None = Field(default=None, sa_type=Text)
    requester: str | None = Field(default=None, sa_type=Text)
    period_start: date | None = Field(default=None)
    period_end: date | None = Field(default=None)
    """The end of the running term (outside): it moves with each renewal and suspension."""
    stage: str | None = Field(default=None, sa_type=Text)
    edition_no: int | None = Field(default=None)
    edition_hash: str | None = Field(default=None, sa_type=Text)
    """Of the edition in force, or of the one in work before the signature; never of an amendment's."""
    seq: int = Field(default=0)
    head_hash: str = Field(sa_type=Text)
    next_due: datetime | None = Field(default=None, sa_type=UtcInstant)
    waiting_for: str | None = Field(default=None, sa_type=Text)
    """The addresses of those who are waited for, with a blank before, between and after; none for nobody."""
    ending_why: str | None = Field(default=None, sa_type=Text)
    risks: str | None = Field(default=None, sa_type=Text)
    """What lists show as a risk, one line each; none where there is none. Source: REV-3."""
    amending: str | None = Field(default=None, sa_type=Text)
    """The stage of the amendment on its way. Source: AME-1."""
    created_at: datetime = Field(sa_type=UtcInstant)
    updated_at: datetime = Field(sa_type=UtcInstant)
    search_text: str = Field(sa_type=Text)
    state: str | None = Field(default=None, sa_type=Text)


class EditionRow(_Row, table=True):
    """One immutable edition of the terms. Source: REG-1."""

    __tablename__ = "edition"

    number: str = Field(primary_key=True, foreign_key="agreement.number", sa_type=Text)
    no: int = Field(primary_key=True)
    hash: str = Field(sa_type=Text)
    origin: str = Field(sa_type=Text)
    author: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcInstant)
    requirements_hash: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text)


class EventRow(_Row, table=True):
    """One link of the audit chain; `body` is the canonical JSON that its hash is taken over. Source: REG-3."""

    __tablename__ = "event"

    number: str = Field(primary_key=True, foreign_key="agreement.number", sa_type=Text)
    seq: int = Field(primary_key=True)
    hash: str = Field(sa_type=Text)
    previous: str = Field(sa_type=Text)
    fact: str = Field(sa_type=Text)
    by: str = Field(sa_type=Text)
    on_behalf_of: str | None = Field(default=None, sa_type=Text)
    stage: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcInstant)
    sentence: str = Field(sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    decision_id: str | None = Field(default=None, sa_type=Text)
    body: str = Field(sa_type=Text)


class DecisionRow(_Row, table=True):
    """One decision of a person, once: the event that it became."""

    __tablename__ = "decision"
    __table_args__ = (ForeignKeyConstraint(["number", "seq"], ["event.number", "event.seq"]),)

    number: str = Field(primary_key=True, sa_type=Text)
    decision_id: str = Field(primary_key=True, sa_type=Text)
    seq: int
    by: str = Field(sa_type=Text)
    on_behalf_of: str | None = Field(default=None, sa_type=Text)
    fact: str = Field(sa_type=Text)
    edition_hash: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=UtcInstant)
    said: str | None = Field(default=None, sa_type=Text)
    """The command in full (`sla.commands.Said`), so that a workflow whose history lost it can make it again."""


class LetterRow(_Row, table=True):
    """One letter and what became of it."""

    __tablename__ = "letter"
    __table_args__ = (
        ForeignKeyConstraint(["number", "seq"], ["event.number", "event.seq"]),
        Index(None, "status", "next_attempt_at"),
        Index(None, "number", "seq"),
    )

    message_key: str = Field(primary_key=True, sa_type=Text)
    number: str = Field(sa_type=Text)
    seq: int
    kind: str = Field(sa_type=Text)
    recipient: str = Field(sa_type=Text)
    context: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    attempts: int = Field(default=0)
    next_attempt_at: datetime = Field(sa_type=UtcInstant)
    last_reply: str | None = Field(default=None, sa_type=Text)
    queued_at: datetime = Field(sa_type=UtcInstant)
    sent_at: datetime | None = Field(default=None, sa_type=UtcInstant)


class EvidenceRow(_Row, table=True):
    """One row of evidence, in each version that came. Of one source and key, the last version counts. Source: MON-1."""

    __tablename__ = "evidence"
    __table_args__ = (
        Index(None, "number", "ends_at"),
        Index(None, "number", "received_at"),
        Index(
            "ix_evidence_items", "number", "item", "starts_at", sqlite_where=_OF_AN_ITEM, postgresql_where=_OF_AN_ITEM
        ),
    )

    number: str = Field(primary_key=True, foreign_key="agreement.number", sa_type=Text)
    source: str = Field(primary_key=True, sa_type=Text)
    key: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    digest: str = Field(sa_type=Text)
    starts_at: datetime = Field(sa_type=UtcInstant)
    ends_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    """None for what is not over; of a work item's events, only a resolution is."""
    item: str | None = Field(default=None, sa_type=Text)
    """The work item that it is an event of."""
    received_at: datetime = Field(sa_type=UtcInstant)
    body: str = Field(sa_type=Text)


class StatementRow(_Row, table=True):
    """One revision of a statement, never changed. Source: MON-8."""

    __tablename__ = "statement"
    __table_args__ = (Index(None, "period_start", "number"),)

    number: str = Field(primary_key=True, foreign_key="agreement.number", sa_type=Text)
    period_start: date = Field(primary_key=True)
    period_end: date = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    digest: str = Field(sa_type=Text)
    inputs: str = Field(sa_type=Text)
    """The digest of its inputs: while they stay, nothing is stated again."""
    status: str = Field(sa_type=Text)
    """The worst status of its figures."""
    credit: str | None = Field(default=None, sa_type=Text)
    """The sum of its credits, `EUR 120.00`."""
    stated_at: datetime = Field(sa_type=UtcInstant)
    body: str = Field(sa_type=Text)


class WithheldRow(_Row, table=True):
    """A period that was due and is not stated, because something could not be asked for it. Source: MON-16."""

    __tablename__ = "withheld"

    number: str = Field(primary_key=True, foreign_key="agreement.number", sa_type=Text)
    period_start: date = Field(primary_key=True)
    period_end: date = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcInstant)


def _table(name: str) -> Table:
    return METADATA.tables[name]


AGREEMENTS = _table("agreement")
EDITIONS = _table("edition")
EVENTS = _table("event")
DECISIONS = _table("decision")
LETTERS = _table("letter")
EVIDENCE = _table("evidence")
STATEMENTS = _table("statement")
WITHHELD = _table("withheld")
APPEND_ONLY = ("event", "edition", "decision", "evidence", "statement")
"""The tables whose rows are never changed and never deleted."""
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""When a new letter's first attempt is due: at once, on whatever clock the mailroom goes by."""
