"""Coordinators' words that a volunteer serves nobody for a day."""

from alembic import op

from libs.db.grants import grant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the stops."""
    op.execute("""
        CREATE TABLE volunteer_stop (
            stop_id uuid PRIMARY KEY,
            volunteer_id uuid NOT NULL,
            unit_id uuid NOT NULL,
            stopped_by uuid NOT NULL,
            stopped_at timestamptz NOT NULL,
            ends_at timestamptz NOT NULL CHECK (ends_at > stopped_at),
            why text NOT NULL,
            lifted_by uuid,
            lifted_at timestamptz,
            lifted_why text NOT NULL,
            CHECK ((lifted_by IS NULL) = (lifted_at IS NULL)),
            CHECK (stopped_by <> volunteer_id)
        )""")
    op.execute("CREATE INDEX volunteer_stop_of ON volunteer_stop (volunteer_id, stopped_at)")
    grant(op, "SELECT, INSERT, UPDATE, DELETE", "volunteer_stop")
