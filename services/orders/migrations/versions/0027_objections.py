"""Objections to hours, and the orders that record what one was right about."""

from alembic import op

from libs.db.grants import grant

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Create the table; one objection to an order is open at a time."""
    op.execute("""
        CREATE TABLE objection (
            objection_id uuid PRIMARY KEY,
            order_id uuid NOT NULL,
            district_id uuid NOT NULL,
            unit_id uuid NOT NULL,
            person_id uuid NOT NULL,
            filed_by uuid NOT NULL,
            filed_at timestamptz NOT NULL,
            about text NOT NULL CHECK (about IN ('decision', 'rejection', 'auto_check_out', 'missing_minutes')),
            counted_minutes integer NOT NULL CHECK (counted_minutes >= 0),
            says_minutes integer NOT NULL CHECK (says_minutes >= 0),
            words text NOT NULL,
            decide_by timestamptz NOT NULL,
            state text NOT NULL CHECK (state IN ('open', 'upheld', 'dismissed', 'lapsed')),
            decided_minutes integer CHECK (decided_minutes >= 0),
            decided_by uuid,
            decided_at timestamptz,
            decision_why text NOT NULL,
            entry_id uuid
        )""")
    op.execute("CREATE UNIQUE INDEX objection_open ON objection (order_id) WHERE state = 'open'")
    op.execute("CREATE INDEX objection_order ON objection (order_id)")
    op.execute("CREATE INDEX objection_person ON objection (person_id)")
    op.execute("CREATE INDEX objection_unit ON objection (unit_id, decide_by)")
    op.execute("ALTER TABLE orders ADD corrects uuid")
    grant(op, "SELECT, INSERT, UPDATE", "objection")
    # What waited before every wait had an end ends as what comes now, by the default rules.
    op.execute("""
        INSERT INTO deadline (subject_id, kind, at)
        SELECT order_id, 'review', placed_at + interval '72 hours' FROM orders WHERE state = 'under_review'
        UNION ALL SELECT order_id, 'funding', placed_at + interval '24 hours'
            FROM orders WHERE state = 'awaiting_funding'
        UNION ALL SELECT order_id, 'begin', end_at + interval '72 hours' FROM orders WHERE state = 'taken'
        UNION ALL SELECT order_id, 'signature', coalesce(ended_at, end_at) + interval '30 days'
            FROM orders WHERE state = 'confirmed'
        ON CONFLICT DO NOTHING""")
