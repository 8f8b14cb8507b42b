"""The letters that wait in the register: which are due, and what became of each.

Knows nothing of mail; every instant comes from whoever asks.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, Row, func, select, update

from activities.database import reading, writing
from activities.pack_statements import with_statements
from activities.tables import LETTERS
from sla.fields import Instant, Value
from sla.letter_kinds import LetterKind
from sla.letters import LetterContext

UNREADABLE_PAUSE = timedelta(minutes=15)
LONGEST_REPLY = 1000
"""Characters kept of what a mail server answered."""


class LetterStatus(StrEnum):
    """What became of a letter."""

    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"


class OutboxLetter(Value):
    """One letter that is due. `attempts` counts those that were made before."""

    message_key: str
    number: str
    kind: LetterKind
    recipient: str
    context: LetterContext
    attempts: int
    queued_at: Instant


class LetterCounts(Value):
    """How many letters stand where."""

    queued: int = 0
    sent: int = 0
    refused: int = 0


class Outbox:
    """The mailroom's side of the register. Each change is one transaction and safe to repeat."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def due(self, now: datetime, limit: int) -> tuple[OutboxLetter, ...]:
        """At most `limit` queued letters whose next attempt is at or before `now`, new ones first, then by instant.

        One that a newer release has written in words unknown here is postponed, and holds nothing up.
        """
        query = (
            select(LETTERS)
            .where(LETTERS.c.status == LetterStatus.QUEUED.value, LETTERS.c.next_attempt_at <= now)
            .order_by(LETTERS.c.next_attempt_at, LETTERS.c.queued_at, LETTERS.c.message_key)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
            letters = [(row.message_key, _letter(connection, row)) for row in rows]
        for message_key in (key for key, letter in letters if letter is None):
            self.postpone(message_key, now + UNREADABLE_PAUSE, "this release cannot read the letter; a newer one may")
        return tuple(letter for _, letter in letters if letter is not None)

    def mark_sent(self, message_key: str, at: datetime, reply: str) -> None:
        """The mail server took it. A letter that is no longer queued stays as it is."""
        self._settle(message_key, LetterStatus.SENT, at, reply)

    def mark_refused(self, message_key: str, at: datetime, reply: str) -> None:
        """It was refused for good. A letter that is no longer queued stays as it is."""
        self._settle(message_key, LetterStatus.REFUSED, at, reply)

    def postpone(self, message_key: str, until: datetime, reply: str) -> None:
        """It could not be sent now: the next attempt is at `until`, and one more attempt is counted."""
        self._change(message_key, {"next_attempt_at": until, "last_reply": _shown(reply)})

    def counts(self) -> LetterCounts:
        """How many letters stand where, in the whole register."""
        with reading(self._engine) as connection:
            return letter_counts(connection)

    def _settle(self, message_key: str, status: LetterStatus, at: datetime, reply: str) -> None:
        sent_at = at if status is LetterStatus.SENT else None
        self._change(
            message_key,
            {"status": status.value, "sent_at": sent_at, "next_attempt_at": at, "last_reply": _shown(reply)},
        )

    def _change(self, message_key: str, values: dict[str, str | datetime | None]) -> None:
        change = (
            update(LETTERS)
            .where(LETTERS.c.message_key == message_key, LETTERS.c.status == LetterStatus.QUEUED.value)
            .values(attempts=LETTERS.c.attempts + 1, **values)
        )
        with writing(self._engine) as connection:
            connection.execute(change)


def _letter(connection: Connection, row: Row[tuple[str | int | datetime | None, ...]]) -> OutboxLetter | None:
    try:
        context = LetterContext.model_validate_json(row.context)
        context = with_statements(connection, row.number, context, row.queued_at)
        cells = {**row._mapping, "context": context}
        return OutboxLetter.model_validate({name: cells[name] for name in OutboxLetter.model_fields})
    except ValidationError:
        return None


def letter_counts(connection: Connection) -> LetterCounts:
    """How many letters stand where."""
    rows = connection.execute(select(LETTERS.c.status, func.count()).group_by(LETTERS.c.status)).all()
    return LetterCounts.model_validate({row[0]: row[1] for row in rows})


def _shown(reply: str) -> str:
    """The reply without NUL, which PostgreSQL does not store, cut to what is kept."""
    return reply.replace("\x00", "")[:LONGEST_REPLY]
