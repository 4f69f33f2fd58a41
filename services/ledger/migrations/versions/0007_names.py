"""What units are called; where some are kept without, their states are read again (`lacking`)."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the names; a new database has those of units from the first."""
    op.execute("ALTER TABLE unit ADD COLUMN IF NOT EXISTS name_zh text, ADD COLUMN IF NOT EXISTS name_en text")
