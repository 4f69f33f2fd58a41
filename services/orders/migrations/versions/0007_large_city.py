"""Indexes by which lists, queues and matching read a page, however large the city is."""

from alembic import op

revision = "0007"
down_revision = "0006"

# Each ends as its list is sorted, so that a page is read and nothing else. The planner takes the one with the unit for
# a community, and the one without for a whole city.
INDEXES = (
    "CREATE INDEX orders_of_unit ON orders (unit_id, start_at, order_id)",
    "CREATE INDEX orders_by_start ON orders (start_at, order_id)",
    "DROP INDEX orders_state",
    "CREATE INDEX orders_state ON orders (state, unit_id, start_at, order_id)",
    """CREATE INDEX orders_open ON orders (state, start_at, order_id)
        WHERE state IN ('under_review', 'published', 'confirmed', 'disputed')""",
    "CREATE INDEX orders_open_recipient ON orders (recipient_id) WHERE state = 'published'",
    "CREATE INDEX orders_offered ON orders (offered_to) WHERE offered_to IS NOT NULL",
    # Those who may help, by where they live.
    "DROP INDEX person_area",
    "CREATE INDEX person_area ON person (area_latitude_e6, area_longitude_e6, person_id)",
    """CREATE INDEX person_helps ON person (district_id, area_latitude_e6, area_longitude_e6)
        WHERE status = 'active' AND roles @> '{volunteer}'""",
)


def upgrade() -> None:
    """Create the indexes."""
    for statement in INDEXES:
        op.execute(statement)
