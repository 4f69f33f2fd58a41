"""What is to be told of urgent calls, and by which ways it was."""

from alembic import op

from libs.db.grants import grant

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create the notices: who is told of what, not the words, which hold names."""
    op.execute("""
        CREATE TABLE duty_notice (
            notice_id uuid PRIMARY KEY,
            incident_id uuid NOT NULL,
            person_id uuid NOT NULL,
            about_id uuid,
            kind text NOT NULL CHECK (kind IN ('called', 'answered', 'nobody_on_duty', 'unanswered')),
            answer_by timestamptz,
            asked_at timestamptz NOT NULL,
            sent_at timestamptz,
            ways text[] NOT NULL
        )""")
    op.execute("CREATE INDEX duty_notice_unsent ON duty_notice (asked_at) WHERE sent_at IS NULL")
    grant(op, "SELECT, INSERT, UPDATE", "duty_notice")
