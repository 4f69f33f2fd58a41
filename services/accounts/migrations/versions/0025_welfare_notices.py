"""What is told of welfare checks."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Name the further kinds of notices."""
    op.execute("ALTER TABLE duty_notice DROP CONSTRAINT duty_notice_kind_check")
    op.execute("""
        ALTER TABLE duty_notice ADD CONSTRAINT duty_notice_kind_check CHECK (kind IN (
            'called', 'answered', 'nobody_on_duty', 'unanswered', 'welfare_call', 'welfare_contact', 'welfare_door',
            'welfare_silence', 'welfare_needs_help'))""")
