"""Whose help nobody takes is asked what now, and where it was referred to is followed to its outcome."""

from alembic import op

from libs.db.grants import grant

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Create the table; what waits now is asked by the default rules, halfway to its end at the latest."""
    op.execute("ALTER TABLE orders ADD asked_at timestamptz, ADD wait_until timestamptz")
    op.execute("""
        CREATE TABLE referral (
            order_id uuid PRIMARY KEY,
            district_id uuid NOT NULL,
            unit_id uuid NOT NULL,
            fallback text NOT NULL CHECK (fallback IN ('purchased', 'market')),
            state text NOT NULL
                CHECK (state IN ('ordered', 'open', 'served', 'not_served', 'withdrawn', 'unknown')),
            referred_at timestamptz NOT NULL,
            due_at timestamptz,
            purchased_order_id uuid,
            provider text NOT NULL,
            contact text NOT NULL,
            comes_at timestamptz,
            named_by uuid,
            ended_at timestamptz,
            ended_by uuid,
            words text NOT NULL
        )""")
    op.execute("CREATE INDEX referral_followed ON referral (state, due_at) WHERE state IN ('open', 'unknown')")
    grant(op, "SELECT, INSERT, UPDATE", "referral")
    op.execute("""
        INSERT INTO deadline (subject_id, kind, at)
        SELECT order_id, 'ask', greatest(published_at, at - least(interval '12 hours', (at - published_at) / 2))
        FROM orders JOIN deadline ON subject_id = order_id AND deadline.kind = 'expire'
        WHERE state = 'published' AND recipient_id IS NOT NULL AND at > published_at
        ON CONFLICT DO NOTHING""")
