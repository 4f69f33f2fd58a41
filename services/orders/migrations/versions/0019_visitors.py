"""Who visits whom, and what was found."""

from alembic import op

from libs.db.grants import grant

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Create the table, and the column of findings."""
    op.execute("""
        CREATE TABLE visitor (
            person_id uuid PRIMARY KEY,
            assignment_id uuid NOT NULL,
            visitor_id uuid NOT NULL,
            assigned_by uuid NOT NULL,
            assigned_at timestamptz NOT NULL
        )""")
    op.execute("CREATE INDEX visitor_people ON visitor (visitor_id)")
    op.execute("ALTER TABLE visit ADD findings text[] NOT NULL DEFAULT '{}'")
    grant(op, "SELECT, INSERT, UPDATE, DELETE", "visitor")
