"""Venues, activities at them, and orders that nobody receives: the seats of volunteers."""

from alembic import op

from libs.db.grants import grant

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Let an order have no recipient; create the tables."""
    op.execute("ALTER TABLE orders ALTER recipient_id DROP NOT NULL, ADD venue_id uuid, ADD activity_id uuid")
    op.execute("CREATE INDEX orders_activity ON orders (activity_id) WHERE activity_id IS NOT NULL")
    op.execute("""
        CREATE TABLE venue (
            venue_id uuid PRIMARY KEY,
            unit_id uuid NOT NULL,
            district_id uuid NOT NULL,
            kind text NOT NULL CHECK (kind IN ('canteen', 'day_centre', 'neighbour_point', 'other')),
            name text NOT NULL,
            address text NOT NULL,
            capacity integer NOT NULL CHECK (capacity > 0),
            latitude_e6 integer,
            longitude_e6 integer,
            registered_by uuid NOT NULL,
            registered_at timestamptz NOT NULL,
            closed_by uuid,
            closed_at timestamptz
        )""")
    op.execute("CREATE INDEX venue_unit ON venue (unit_id, name, venue_id)")
    op.execute("""
        CREATE TABLE venue_code_reader (
            venue_id uuid NOT NULL REFERENCES venue,
            person_id uuid NOT NULL,
            read_at timestamptz NOT NULL,
            PRIMARY KEY (venue_id, person_id)
        )""")
    op.execute("""
        CREATE TABLE activity (
            activity_id uuid PRIMARY KEY,
            venue_id uuid NOT NULL REFERENCES venue,
            unit_id uuid NOT NULL,
            district_id uuid NOT NULL,
            title text NOT NULL,
            service_code text NOT NULL,
            start_at timestamptz NOT NULL,
            end_at timestamptz NOT NULL CHECK (end_at > start_at),
            seats integer NOT NULL CHECK (seats > 0),
            state text NOT NULL CHECK (state IN ('open', 'closed', 'cancelled')),
            planned_by uuid NOT NULL,
            planned_at timestamptz NOT NULL,
            ended_by uuid,
            ended_at timestamptz,
            why text NOT NULL
        )""")
    op.execute("CREATE INDEX activity_unit ON activity (unit_id, start_at, activity_id)")
    op.execute("CREATE INDEX activity_venue ON activity (venue_id, start_at)")
    op.execute("CREATE INDEX activity_start ON activity (start_at, activity_id)")
    op.execute("""
        CREATE TABLE activity_waiter (
            activity_id uuid NOT NULL REFERENCES activity,
            volunteer_id uuid NOT NULL,
            order_id uuid NOT NULL,
            waits_since timestamptz NOT NULL,
            guardian_id uuid,
            group_id uuid,
            PRIMARY KEY (activity_id, volunteer_id)
        )""")
    op.execute("CREATE INDEX activity_waiter_volunteer ON activity_waiter (volunteer_id)")
    grant(op, "SELECT, INSERT, UPDATE", "venue", "activity")
    grant(op, "SELECT, INSERT, UPDATE, DELETE", "venue_code_reader", "activity_waiter")
