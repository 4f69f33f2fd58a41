"""A notice knows the message that told it, so that what a gateway says of the message finds it."""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add the message's number, found while a receipt for it may still change something."""
    op.execute("ALTER TABLE notice ADD COLUMN message_id uuid")
    op.execute("ALTER TABLE notice DROP CONSTRAINT notice_state_check")
    op.execute(
        "ALTER TABLE notice ADD CONSTRAINT notice_state_check"
        " CHECK (state IN ('waiting', 'sent', 'delivered', 'to_call', 'called', 'dropped')) NOT VALID"
    )
    op.execute("CREATE INDEX notice_message ON notice (message_id) WHERE message_id IS NOT NULL")
