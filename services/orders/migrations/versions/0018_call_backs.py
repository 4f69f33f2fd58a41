"""What was asked and answered when somebody called the recipient's side."""

from alembic import op

from libs.db.grants import grant

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Create the calls of an order."""
    op.execute("""
        CREATE TABLE call_back (
            order_id uuid NOT NULL REFERENCES orders,
            called_at timestamptz NOT NULL,
            called_by uuid NOT NULL,
            spoke_with text NOT NULL CHECK (spoke_with IN ('recipient', 'relative', 'other')),
            was_there text NOT NULL CHECK (was_there IN ('yes', 'no', 'unsure')),
            says_minutes integer CHECK (says_minutes >= 0),
            words text NOT NULL,
            PRIMARY KEY (order_id, called_at, called_by)
        )""")
    grant(op, "SELECT, INSERT, UPDATE", "call_back")
