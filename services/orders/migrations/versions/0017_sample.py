"""The seeds by which submissions are drawn for a call by another office, and what came of each call."""

from alembic import op

from libs.db.grants import grant

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Create the tables; a seed is never changed. A slip's order is drawn before it is written."""
    op.execute("CREATE TABLE sample_seed (day date PRIMARY KEY, seed bytea NOT NULL)")
    op.execute("""
        CREATE TABLE sample_call (
            order_id uuid PRIMARY KEY,
            drawn_on date NOT NULL,
            call_until timestamptz NOT NULL,
            tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
            outcome text CHECK (outcome IN ('agreed', 'other_minutes', 'did_not_happen', 'not_reached')),
            said_minutes integer CHECK (said_minutes >= 0),
            called_by uuid,
            called_at timestamptz
        )""")
    op.execute("CREATE INDEX sample_call_open ON sample_call (order_id) WHERE outcome IS NULL")
    grant(op, "SELECT, INSERT", "sample_seed")
    grant(op, "SELECT, INSERT, UPDATE", "sample_call")
