"""Photographs of volunteers, sealed with each one's own key."""

from alembic import op

from libs.db.grants import grant

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Create the photographs."""
    op.execute("CREATE TABLE person_photo (person_id uuid PRIMARY KEY, sealed bytea NOT NULL)")
    grant(op, "SELECT, INSERT, UPDATE, DELETE", "person_photo")
