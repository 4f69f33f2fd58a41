"""A volunteer on a round sees the addresses of several people, by one order."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Let what is disclosed name several people of one order."""
    op.execute("ALTER TABLE disclosure DROP CONSTRAINT disclosure_pkey")
    op.execute("ALTER TABLE disclosure ADD PRIMARY KEY (order_id, volunteer_id, recipient_id)")
