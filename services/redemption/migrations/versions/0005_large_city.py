"""Indexes by which the lists of redemptions read a page, however large the city is."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the indexes: one for the units of a role, one for the order of the list."""
    op.execute("CREATE INDEX redemption_of_unit ON redemption (unit_id, requested_at, redemption_id)")
    op.execute("CREATE INDEX redemption_by_time ON redemption (requested_at, redemption_id)")
    op.execute("CREATE INDEX redemption_held ON redemption (state, requested_at, redemption_id) WHERE state = 'held'")
    op.execute("CREATE INDEX person_home ON person (home_unit_id)")
    op.execute("CREATE INDEX credit_request_of_receiver ON credit_request (receiver_id)")
