"""Deaths recorded by one and confirmed by another, deaths found mistaken, and records that were turned down."""

from alembic import op

from libs.db.grants import grant
from libs.programme.proposals import COLUMNS_SQL

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create both, and room for who turned down a relation, and why."""
    op.execute(f"""
        CREATE TABLE death (
            death_id uuid PRIMARY KEY,
            person_id uuid NOT NULL REFERENCES person,
            died_on date NOT NULL,
            {COLUMNS_SQL},
            is_mistaken boolean NOT NULL,
            status_before text,
            ended_grants uuid[] NOT NULL,
            estate_settled_at timestamptz,
            CHECK (decided_by IS NULL OR decided_by <> person_id)
        )""")
    op.execute("CREATE INDEX death_person ON death (person_id, proposed_at)")
    op.execute("CREATE INDEX death_waiting ON death (lapses_at) WHERE state = 'proposed'")
    op.execute("CREATE UNIQUE INDEX death_confirmed ON death (person_id) WHERE state = 'accepted' AND NOT is_mistaken")
    op.execute(f"""
        CREATE TABLE death_mistake (
            mistake_id uuid PRIMARY KEY,
            death_id uuid NOT NULL REFERENCES death,
            person_id uuid NOT NULL REFERENCES person,
            why text NOT NULL,
            {COLUMNS_SQL},
            is_answered boolean NOT NULL,
            code text NOT NULL
        )""")
    op.execute("CREATE INDEX death_mistake_waiting ON death_mistake (lapses_at) WHERE state = 'proposed'")
    op.execute("CREATE INDEX death_mistake_death ON death_mistake (death_id, proposed_at)")
    op.execute("CREATE INDEX death_mistake_person ON death_mistake (person_id)")
    grant(op, "SELECT, INSERT, UPDATE", "death", "death_mistake")
    op.execute("ALTER TABLE relation ADD COLUMN turned_down_by uuid")
    op.execute("ALTER TABLE relation ADD COLUMN turned_down_why text NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE relation ADD CHECK (turned_down_by IS NULL OR turned_down_by <> recorded_by)")
