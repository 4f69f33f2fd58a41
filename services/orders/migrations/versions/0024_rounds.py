"""Stops of rounds."""

from alembic import op

from libs.db.grants import grant

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Create the table."""
    op.execute("""
        CREATE TABLE round_stop (
            stop_id uuid PRIMARY KEY,
            order_id uuid NOT NULL,
            number integer NOT NULL,
            recipient_id uuid NOT NULL,
            outcome text CHECK (outcome IN ('done', 'not_met', 'refused')),
            ticked_at timestamptz,
            ticked_by uuid,
            words text NOT NULL,
            UNIQUE (order_id, number)
        )""")
    op.execute("CREATE INDEX round_stop_recipient ON round_stop (recipient_id)")
    grant(op, "SELECT, INSERT, UPDATE", "round_stop")
