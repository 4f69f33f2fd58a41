"""The open incidents of a whole city, the oldest first."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the index."""
    op.execute("CREATE INDEX incident_open_first ON incident (opened_at, incident_id) WHERE state = 'escalated'")
