"""Indexes by which lists of people read a page, however large the city is."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Create the indexes: who holds a role, and what waits for an answer."""
    op.execute("CREATE INDEX role_grant_of_role ON role_grant (role, person_id) WHERE ended_at IS NULL")
    op.execute("CREATE INDEX complaint_waiting ON complaint (complaint_id) WHERE state = 'open'")
