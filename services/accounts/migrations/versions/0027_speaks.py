"""What somebody speaks."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add the column; of nobody it is known yet."""
    op.execute("ALTER TABLE person ADD COLUMN speaks text[] NOT NULL DEFAULT '{}'")
