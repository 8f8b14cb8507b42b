"""The register: agreements, editions, events, decisions, letters; what was recorded stays as it is."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_APPEND_ONLY = ("event", "edition", "decision")

_REFUSE_ON_POSTGRESQL = """
CREATE FUNCTION register_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what is recorded in % is never changed', TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def upgrade() -> None:
    """Makes everything; forward only, because a register is never taken back."""
    _agreement()
    _edition()
    _event()
    _decision()
    _letter()
    _refuse_changes()


def _agreement() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text()),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("form_digest", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text()),
        sa.Column("kind", sa.Text()),
        sa.Column("level", sa.Text()),
        sa.Column("service", sa.Text()),
        sa.Column("title", sa.Text()),
        sa.Column("requester", sa.Text()),
        sa.Column("period_start", sa.Date()),
        sa.Column("period_end", sa.Date()),
        sa.Column("stage", sa.Text()),
        sa.Column("edition_no", sa.Integer()),
        sa.Column("edition_hash", sa.Text()),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.Text(), nullable=False),
        sa.Column("next_due", _INSTANT),
        sa.Column("waiting_for", sa.Text()),
        sa.Column("ending_why", sa.Text()),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("state", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("number", name=op.f("uq_agreement_number")),
        sa.UniqueConstraint("workflow_id", name=op.f("uq_agreement_workflow_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_agreement_customer_id"), "agreement", ["customer", "id"])
    op.create_index(op.f("ix_agreement_next_due"), "agreement", ["next_due"])
    op.create_index(op.f("ix_agreement_search_text"), "agreement", ["search_text"])
    op.create_index(op.f("ix_agreement_service_id"), "agreement", ["service", "id"])
    op.create_index(op.f("ix_agreement_stage_id"), "agreement", ["stage", "id"])
    waits = sa.text("waiting_for IS NOT NULL")
    op.create_index("ix_agreement_waits", "agreement", ["id"], sqlite_where=waits, postgresql_where=waits)


def _edition() -> None:
    op.create_table(
        "edition",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("requirements_hash", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["agreement.number"], name=op.f("fk_edition_agreement")),
        sa.PrimaryKeyConstraint("number", "no", name=op.f("pk_edition")),
    )


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("on_behalf_of", sa.Text()),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("decision_id", sa.Text()),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["agreement.number"], name=op.f("fk_event_agreement")),
        sa.PrimaryKeyConstraint("number", "seq", name=op.f("pk_event")),
    )


def _decision() -> None:
    op.create_table(
        "decision",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("on_behalf_of", sa.Text()),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("edition_hash", sa.Text()),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("said", sa.Text()),
        sa.ForeignKeyConstraint(["number", "seq"], ["event.number", "event.seq"], name=op.f("fk_decision_event")),
        sa.PrimaryKeyConstraint("number", "decision_id", name=op.f("pk_decision")),
    )


def _letter() -> None:
    op.create_table(
        "letter",
        sa.Column("message_key", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", _INSTANT, nullable=False),
        sa.Column("last_reply", sa.Text()),
        sa.Column("queued_at", _INSTANT, nullable=False),
        sa.Column("sent_at", _INSTANT),
        sa.ForeignKeyConstraint(["number", "seq"], ["event.number", "event.seq"], name=op.f("fk_letter_event")),
        sa.PrimaryKeyConstraint("message_key", name=op.f("pk_letter")),
    )
    op.create_index(op.f("ix_letter_number_seq"), "letter", ["number", "seq"])
    op.create_index(op.f("ix_letter_status_next_attempt_at"), "letter", ["status", "next_attempt_at"])


def _refuse_changes() -> None:
    """Events, editions and decisions are append-only, whoever writes. Source: REG-1, REG-3."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_REFUSE_ON_POSTGRESQL)
    for table in _APPEND_ONLY:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION register_stays()"
            )
        else:
            _refuse_on_sqlite(table, "UPDATE")
            _refuse_on_sqlite(table, "DELETE")


def _refuse_on_sqlite(table: str, change: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_stays_on_{change.lower()} BEFORE {change} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'what is recorded in {table} is never changed'); END"
    )
