"""Whose a role is that is lent to a deputy."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Keep it beside the role; a new database has the column from the first."""
    op.execute("ALTER TABLE standing ADD COLUMN IF NOT EXISTS lent_by_ids uuid[] NOT NULL DEFAULT '{}'")
