"""What doors read of the register: frozen values, never rows. Source: REG-2.

Knows how to find, list and search; writes nothing, and refuses to know who may see what. Every method raises
`Unreachable` when the database does not answer.
"""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine, Row, Select, select
from sqlalchemy.sql.elements import ColumnElement

from activities import audit
from activities.database import reading
from activities.outbox import LetterCounts, LetterStatus, letter_counts
from activities.rows import Cell
from activities.tables import AGREEMENTS, EDITIONS, EVENTS, LETTERS, STATEMENTS
from sla.agreement import AgreementState
from sla.amendment import in_force_at
from sla.events import Event
from sla.fields import Day, Instant, Value
from sla.kinds import Kind
from sla.letter_kinds import LetterKind
from sla.living import begin
from sla.periods import JudgedPeriod, period_named
from sla.stages import Stage
from sla.statements import Statement
from sla.terms import Edition, EditionRef

AuditReport = audit.AuditReport
MOST_LINES = 1000
"""The most that one page of a list holds."""
_LARGEST_ID = 10**9


class AgreementView(Value):
    """One agreement. `state` is none until its first event is recorded."""

    number: str
    workflow_id: str
    provider: str
    reference: str
    form_digest: str
    seq: int
    head_hash: str
    next_due: Instant | None
    updated_at: Instant
    state: AgreementState | None


class AgreementLine(Value):
    """One line of a list. `waiting_for` names the addresses of those who are waited for.

    `edition_no` is that of the edition in force, and `amending` the stage of an amendment of it; `period_end` is the
    day (outside) on which the running term ends. Source: REV-3, AME-1.
    """

    number: str
    title: str
    kind: Kind
    service: str | None
    customer: str
    stage: Stage
    edition_no: int | None
    waiting_for: tuple[str, ...]
    next_due: Instant | None
    period_end: Day
    risks: tuple[str, ...]
    amending: Stage | None
    updated_at: Instant


class EventView(Value):
    """One event, and the hash that stands beside it."""

    event: Event
    hash: str


class LetterView(Value):
    """One letter and what became of it. `attempts` counts those that were made."""

    message_key: str
    number: str
    seq: int
    kind: LetterKind
    recipient: str
    status: LetterStatus
    attempts: int
    last_reply: str | None
    queued_at: Instant
    sent_at: Instant | None


class StatementView(Value):
    """One revision of a statement, its digest, and when it was stated."""

    statement: Statement
    digest: str
    stated_at: Instant


class Head(Value):
    """How far the register is with one agreement; no stage before its first event."""

    number: str
    workflow_id: str
    seq: int
    head_hash: str
    stage: Stage | None


class Views:
    """The register, for reading. Numbers are taken as `7` or `0007`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, number: str) -> AgreementView | None:
        """The agreement of this number, if there is one."""
        return self._one(AGREEMENTS.c.number == padded(number))

    def by_workflow(self, workflow_id: str) -> AgreementView | None:
        """The agreement that this workflow carries, if the register knows it."""
        return self._one(AGREEMENTS.c.workflow_id == workflow_id)

    def list_agreements(
        self,
        *,
        stage: Stage | None = None,
        waiting_for: str | None = None,
        service: str | None = None,
        customer: str | None = None,
        text: str | None = None,
        at_risk: bool | None = None,
        limit: int = 50,
        after: str | None = None,
    ) -> tuple[AgreementLine, ...]:
        """A page of agreements, the newest first; `after` is the last number of the page before.

        `text` is looked for in number, reference, title, customer and service, in any case. The other filters are
        exact: an address, the service's id, the customer's name, whether anything is a risk. At most 1,000 lines.
        """
        query = select(*(AGREEMENTS.c[name] for name in AgreementLine.model_fields))
        query = query.where(AGREEMENTS.c.stage.is_not(None))
        for column, wanted in (("stage", stage), ("service", service), ("customer", customer)):
            if wanted is not None:
                query = query.where(AGREEMENTS.c[column] == str(wanted))
        if waiting_for is not None:
            person = AGREEMENTS.c.waiting_for.contains(f" {waiting_for.strip().lower()} ", autoescape=True)
            query = query.where(AGREEMENTS.c.waiting_for.is_not(None), person)
        if text is not None and text.strip():
            query = _containing(query, unicodedata.normalize("NFC", text.strip()).casefold())
        if at_risk is not None:
            query = query.where(AGREEMENTS.c.risks.is_not(None) if at_risk else AGREEMENTS.c.risks.is_(None))
        if after is not None:
            query = query.where(AGREEMENTS.c.id < _id(after))
        with self._reading() as connection:
            rows = connection.execute(query.order_by(AGREEMENTS.c.id.desc()).limit(_lines(limit))).all()
        return tuple(_line(row) for row in rows)

    def history(self, number: str) -> tuple[EventView, ...]:
        """Every event of an agreement, the first first."""
        query = select(EVENTS.c.body, EVENTS.c.hash).where(EVENTS.c.number == padded(number)).order_by(EVENTS.c.seq)
        with self._reading() as connection:
            rows = connection.execute(query).all()
        return tuple(EventView(event=Event.model_validate_json(row.body), hash=row.hash) for row in rows)

    def edition(self, number: str, no: int) -> Edition | None:
        """One edition in full."""
        return next(iter(self._editions(number, EDITIONS.c.no == no)), None)

    def editions(self, number: str) -> tuple[Edition, ...]:
        """Every edition in full, the first first."""
        return self._editions(number)

    def edition_in_force(self, number: str, at: datetime) -> Edition | None:
        """The edition that counted at an (aware) instant; none before the term begins and from its end on.

        An instant ahead is answered as things stand, an edition that is signed and only waits for its day included.
        Source: AME-1.
        """
        found = self.find(number)
        ref = counting_at(found.state, at) if found and found.state else None
        return self.edition(number, ref.no) if ref else None

    def statements(self, number: str, period: str | None = None) -> tuple[StatementView, ...]:
        """Every revision of the statements of an agreement, or of one period (`2026-03`, `2026-Q1`), the earliest
        period first, and of each the first revision first. Raises BadInput for a name of no period. Source: MON-8."""
        query = select(STATEMENTS.c.body, STATEMENTS.c.digest, STATEMENTS.c.stated_at)
        query = query.where(STATEMENTS.c.number == padded(number))
        if period is not None:
            named = period_named(period, "UTC")
            query = query.where(STATEMENTS.c.period_start == named.start, STATEMENTS.c.period_end == named.end)
        columns = (STATEMENTS.c.period_start, STATEMENTS.c.period_end, STATEMENTS.c.revision)
        with self._reading() as connection:
            rows = connection.execute(query.order_by(*columns)).all()
        return tuple(
            StatementView(statement=Statement.model_validate_json(row.body), digest=row.digest, stated_at=row.stated_at)
            for row in rows
        )

    def statement(self, number: str, period: str) -> StatementView | None:
        """The latest revision of the statement of a period, if there is one."""
        return next(reversed(self.statements(number, period)), None)

    def periods_stated(self, number: str) -> tuple[str, ...]:
        """The names of the periods of which there is a statement, the earliest first."""
        columns = (STATEMENTS.c.period_start, STATEMENTS.c.period_end)
        query = select(*columns).where(STATEMENTS.c.number == padded(number)).distinct().order_by(*columns)
        with self._reading() as connection:
            rows = connection.execute(query).all()
        return tuple(JudgedPeriod(start=start, end=end, zone="UTC").name for start, end in rows)

    def letters(self, number: str | None = None, status: LetterStatus | None = None) -> tuple[LetterView, ...]:
        """Letters in the order of their causes, of one agreement or of all, in one status or in any."""
        query = select(*(LETTERS.c[name] for name in LetterView.model_fields))
        if number is not None:
            query = query.where(LETTERS.c.number == padded(number))
        if status is not None:
            query = query.where(LETTERS.c.status == status.value)
        with self._reading() as connection:
            rows = connection.execute(
                query.order_by(LETTERS.c.number, LETTERS.c.seq, LETTERS.c.recipient, LETTERS.c.kind)
            ).all()
        return tuple(LetterView.model_validate(dict(row._mapping)) for row in rows)

    def letter_counts(self) -> LetterCounts:
        """How many letters stand where, in the whole register."""
        with self._reading() as connection:
            return letter_counts(connection)

    def audit(self, number: str) -> AuditReport | None:
        """What the audit of an agreement finds; None when there is no such agreement. Source: REG-3."""
        with self._reading() as connection:
            return audit.audit(connection, padded(number))

    def heads(self, limit: int = MOST_LINES, after: str | None = None) -> tuple[Head, ...]:
        """How far the register is with each agreement, the oldest first; `after` is the last number before."""
        query = select(*(AGREEMENTS.c[name] for name in Head.model_fields)).order_by(AGREEMENTS.c.id)
        if after is not None:
            query = query.where(AGREEMENTS.c.id > _id(after))
        with self._reading() as connection:
            rows = connection.execute(query.limit(_lines(limit))).all()
        return tuple(Head.model_validate(dict(row._mapping)) for row in rows)

    def _one(self, condition: ColumnElement[bool]) -> AgreementView | None:
        query = select(*(AGREEMENTS.c[name] for name in AgreementView.model_fields)).where(condition)
        with self._reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        state = AgreementState.model_validate_json(row.state) if row.state else None
        return AgreementView.model_validate({**row._mapping, "state": state})

    def _editions(self, number: str, *conditions: ColumnElement[bool]) -> tuple[Edition, ...]:
        query = select(EDITIONS.c.body).where(EDITIONS.c.number == padded(number), *conditions)
        with self._reading() as connection:
            rows = connection.execute(query.order_by(EDITIONS.c.no)).all()
        return tuple(Edition.model_validate_json(row.body) for row in rows)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with reading(self._engine) as connection:
            yield connection


def padded(number: str) -> str:
    """The number as the register writes it: `7` is `0007`; anything that is no number stays as it is."""
    text = number.strip()
    return f"{int(text):04d}" if text.isascii() and text.isdigit() and len(text) <= len(str(_LARGEST_ID)) else text


def _id(number: str) -> int:
    text = padded(number)
    return int(text) if text.isascii() and text.isdigit() and int(text) < _LARGEST_ID else _LARGEST_ID


def _lines(limit: int) -> int:
    return max(1, min(limit, MOST_LINES))


_Found = Select[tuple[Cell, ...]]


def _containing(query: _Found, words: str) -> _Found:
    """Only agreements in which the words stand; the inner query reads an index instead of whole rows."""
    found = select(AGREEMENTS.c.id).where(AGREEMENTS.c.search_text.contains(words, autoescape=True))
    return query.where(AGREEMENTS.c.id.in_(found))


def _line(row: Row[tuple[Cell, ...]]) -> AgreementLine:
    people, risks = tuple((row.waiting_for or "").split()), tuple((row.risks or "").splitlines())
    return AgreementLine.model_validate({**row._mapping, "waiting_for": people, "risks": risks})


def counting_at(state: AgreementState, at: datetime) -> EditionRef | None:
    """Which edition counts at an instant, by a state; that of 0.1.0 keeps no dates, and its edition never changed."""
    if state.life is None and state.stage is Stage.ACTIVE:
        state = begin(state, state.stage_since)
    span = in_force_at(state, at)
    coming = state.life.coming if state.life else None
    if span is None or coming is None or at < coming.at:
        return span.edition if span else None
    return coming.edition.ref
