"""What is imported: sealed as it came until it is done, then row by row, without what the rows said."""

from alembic import op

from libs.db.grants import grant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create imports and their reports."""
    op.execute("""
        CREATE TABLE import (
            import_id uuid PRIMARY KEY,
            imported_by uuid NOT NULL,
            imported_at timestamptz NOT NULL,
            content_type text NOT NULL,
            sealed_content bytea,
            state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'unreadable', 'stopped')),
            reason text NOT NULL DEFAULT '',
            rows integer,
            rows_done integer NOT NULL DEFAULT 0,
            CHECK ((sealed_content IS NULL) = (state NOT IN ('waiting', 'running')))
        )""")
    op.execute("CREATE INDEX import_unfinished ON import (imported_at) WHERE state IN ('waiting', 'running')")
    op.execute("""
        CREATE TABLE import_row (
            import_id uuid NOT NULL REFERENCES import,
            row integer NOT NULL CHECK (row > 0),
            person_id uuid,
            code text NOT NULL,
            fields text NOT NULL,
            PRIMARY KEY (import_id, row)
        )""")
    grant(op, "SELECT, INSERT, UPDATE", "import")
    grant(op, "SELECT, INSERT", "import_row")
