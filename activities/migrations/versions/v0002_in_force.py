"""What an agreement in force shows in lists: its risks, and the amendment on its way."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds both columns, empty: an agreement of release 0.1.0 has shown neither yet."""
    for column in ("risks", "amending"):
        op.add_column("agreement", sa.Column(column, sa.Text()))
    if op.get_bind().dialect.name == "sqlite":
        _put_the_state_last()
    at_risk = sa.text("risks IS NOT NULL")
    op.create_index("ix_agreement_risks", "agreement", ["id"], sqlite_where=at_risk, postgresql_where=at_risk)


def _put_the_state_last() -> None:
    """SQLite reads a row from its beginning: columns after the large state would make every list read all of it."""
    op.execute("ALTER TABLE agreement ADD COLUMN moved_state TEXT")
    op.execute("UPDATE agreement SET moved_state = state")
    op.execute("ALTER TABLE agreement DROP COLUMN state")
    op.execute("ALTER TABLE agreement RENAME COLUMN moved_state TO state")
