"""What people are to be told, and what became of it; not the words, which hold names."""

from alembic import op

from libs.db.grants import grant

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Create the notices."""
    op.execute("""
        CREATE TABLE notice (
            notice_id uuid PRIMARY KEY,
            person_id uuid NOT NULL,
            purpose text NOT NULL,
            order_id uuid NOT NULL,
            start_at timestamptz NOT NULL,
            other_id uuid,
            useless_after timestamptz,
            due_at timestamptz NOT NULL,
            state text NOT NULL CHECK (state IN ('waiting', 'sent', 'to_call', 'called', 'dropped')),
            told_at timestamptz,
            tries integer NOT NULL
        )""")
    op.execute("CREATE INDEX notice_due ON notice (due_at) WHERE state = 'waiting'")
    op.execute("CREATE INDEX notice_to_call ON notice (start_at, notice_id) WHERE state = 'to_call'")
    op.execute("CREATE INDEX notice_person ON notice (person_id, due_at)")
    op.execute("CREATE INDEX notice_other ON notice (other_id) WHERE other_id IS NOT NULL")
    grant(op, "SELECT, INSERT, UPDATE, DELETE", "notice")
