"""Periods that were due and not stated, because something could not be asked for them. A row goes when it is stated."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "withheld",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["agreement.number"], name=op.f("fk_withheld_agreement")),
        sa.PrimaryKeyConstraint("number", "period_start", "period_end", name=op.f("pk_withheld")),
    )
