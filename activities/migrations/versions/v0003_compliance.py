"""What agreements are judged by, and what came of it: evidence and statements. Both stay as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes both tables, with the triggers that keep their rows."""
    _evidence()
    _statement()
    for table in ("evidence", "statement"):
        _keep(table)


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT),
        sa.Column("item", sa.Text()),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["agreement.number"], name=op.f("fk_evidence_agreement")),
        sa.PrimaryKeyConstraint("number", "source", "key", "version", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_number_received_at"), "evidence", ["number", "received_at"])
    op.create_index(op.f("ix_evidence_number_ends_at"), "evidence", ["number", "ends_at"])
    of_an_item = sa.text("item IS NOT NULL")
    columns = ["number", "item", "starts_at"]
    op.create_index("ix_evidence_items", "evidence", columns, sqlite_where=of_an_item, postgresql_where=of_an_item)


def _statement() -> None:
    op.create_table(
        "statement",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("credit", sa.Text()),
        sa.Column("stated_at", _INSTANT, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["agreement.number"], name=op.f("fk_statement_agreement")),
        sa.PrimaryKeyConstraint("number", "period_start", "period_end", "revision", name=op.f("pk_statement")),
    )
    op.create_index(op.f("ix_statement_period_start_number"), "statement", ["period_start", "number"])


def _keep(table: str) -> None:
    """Nothing that was recorded is changed or deleted, whoever writes. Source: MON-8, MON-10."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION register_stays()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_stays_on_{change.lower()} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'what is recorded in {table} is never changed'); END"
        )
