"""What was imported, row by row, without what the rows said."""

from alembic import op

from libs.db.grants import grant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the reports of imports."""
    op.execute("""
        CREATE TABLE import (
            import_id uuid PRIMARY KEY,
            imported_by uuid NOT NULL,
            imported_at timestamptz NOT NULL
        )""")
    op.execute("""
        CREATE TABLE import_row (
            import_id uuid NOT NULL REFERENCES import,
            row integer NOT NULL CHECK (row > 0),
            person_id uuid,
            code text NOT NULL,
            fields text NOT NULL,
            PRIMARY KEY (import_id, row)
        )""")
    grant(op, "SELECT, INSERT", "import", "import_row")
