"""Deaths recorded by one and confirmed by another, deaths found mistaken, and records that were turned down."""

from alembic import op

from libs.db.grants import grant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create both, and room for who turned down a relation or a finding, and why."""
    op.execute("""
        CREATE TABLE death (
            death_id uuid PRIMARY KEY,
            person_id uuid NOT NULL REFERENCES person,
            died_on date NOT NULL,
            recorded_by uuid NOT NULL,
            recorded_at timestamptz NOT NULL,
            state text NOT NULL,
            decided_by uuid,
            decided_at timestamptz,
            why text NOT NULL,
            status_before text,
            ended_grants uuid[] NOT NULL,
            estate_settled_at timestamptz,
            CHECK (decided_by IS NULL OR decided_by <> recorded_by)
        )""")
    op.execute("CREATE INDEX death_person ON death (person_id, recorded_at)")
    op.execute("CREATE INDEX death_waiting ON death (recorded_at) WHERE state = 'waiting'")
    op.execute("CREATE UNIQUE INDEX death_confirmed ON death (person_id) WHERE state = 'confirmed'")
    op.execute("""
        CREATE TABLE death_mistake (
            mistake_id uuid PRIMARY KEY,
            death_id uuid NOT NULL REFERENCES death,
            person_id uuid NOT NULL REFERENCES person,
            why text NOT NULL,
            proposed_by uuid NOT NULL,
            proposed_at timestamptz NOT NULL,
            state text NOT NULL,
            decided_by uuid,
            decided_at timestamptz,
            decided_why text NOT NULL,
            code text NOT NULL,
            CHECK (decided_by IS NULL OR decided_by <> proposed_by)
        )""")
    op.execute("CREATE INDEX death_mistake_death ON death_mistake (death_id, proposed_at)")
    grant(op, "SELECT, INSERT, UPDATE", "death", "death_mistake")
    for table in ("relation", "finding"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN turned_down_by uuid")
        op.execute(f"ALTER TABLE {table} ADD COLUMN turned_down_why text NOT NULL DEFAULT ''")
        op.execute(f"ALTER TABLE {table} ADD CHECK (turned_down_by IS NULL OR turned_down_by <> recorded_by)")
