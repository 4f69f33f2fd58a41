"""The volunteers of a community are found by where they live."""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Create the index."""
    op.execute("CREATE INDEX person_registered ON person (home_unit_id, person_id) WHERE 'volunteer' = ANY (roles)")
