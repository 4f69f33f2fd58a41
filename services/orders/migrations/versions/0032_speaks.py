"""What somebody speaks, as accounts tells it."""

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Add the column; of nobody it is known yet."""
    op.execute("ALTER TABLE person ADD COLUMN IF NOT EXISTS speaks text[] NOT NULL DEFAULT '{}'")
