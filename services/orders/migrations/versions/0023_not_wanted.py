"""Volunteers whom a recipient does not want."""

from alembic import op

from libs.db.grants import grant

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Create the table."""
    op.execute("""
        CREATE TABLE not_wanted (
            recipient_id uuid NOT NULL,
            volunteer_id uuid NOT NULL,
            said_by uuid NOT NULL,
            said_at timestamptz NOT NULL,
            consent jsonb,
            why text NOT NULL,
            PRIMARY KEY (recipient_id, volunteer_id),
            CHECK (recipient_id <> volunteer_id)
        )""")
    op.execute("CREATE INDEX not_wanted_volunteer ON not_wanted (volunteer_id, recipient_id)")
    grant(op, "SELECT, INSERT, UPDATE, DELETE", "not_wanted")
