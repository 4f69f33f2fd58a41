"""Orders that nobody receives: a seat at an activity, a round to several."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Let an order have no recipient."""
    op.execute("ALTER TABLE order_placed ALTER recipient_id DROP NOT NULL")
