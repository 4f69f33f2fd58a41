"""What waits for a second signature, apart from all that waits for a first."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Create the index."""
    op.execute("""
        CREATE INDEX orders_second_check ON orders (start_at, order_id)
        WHERE state = 'confirmed' AND cardinality(approvers) > 0""")
