"""Erasures that wait for the others' answers; who may see whose name and address while an order lasts."""

from alembic import op

from libs.db.grants import grant

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create both, and the day on which a sealed person's key is destroyed."""
    op.execute("ALTER TABLE person ADD COLUMN erase_on date")
    op.execute("CREATE INDEX person_erase_on ON person (erase_on) WHERE status = 'sealed'")
    op.execute("""
        CREATE TABLE erasure (
            erasure_id uuid PRIMARY KEY,
            person_id uuid NOT NULL REFERENCES person,
            credit_to_pool boolean NOT NULL,
            requested_by uuid NOT NULL,
            requested_at timestamptz NOT NULL,
            state text NOT NULL,
            code text NOT NULL,
            answers jsonb NOT NULL,
            last_service_on date
        )""")
    op.execute("CREATE UNIQUE INDEX erasure_pending ON erasure (person_id) WHERE state = 'pending'")
    op.execute("""
        CREATE TABLE disclosure (
            order_id uuid NOT NULL,
            volunteer_id uuid NOT NULL,
            recipient_id uuid NOT NULL,
            until timestamptz NOT NULL,
            PRIMARY KEY (order_id, volunteer_id)
        )""")
    op.execute("CREATE INDEX disclosure_volunteer ON disclosure (volunteer_id, recipient_id)")
    op.execute("CREATE INDEX disclosure_recipient ON disclosure (recipient_id, volunteer_id)")
    grant(op, "SELECT, INSERT, UPDATE", "erasure")
    grant(op, "SELECT, INSERT, UPDATE, DELETE", "disclosure")
