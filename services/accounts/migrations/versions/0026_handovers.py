"""What went from whom to whom when somebody left; who looks after a proposal about a role."""

from alembic import op

from libs.db.grants import grant

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Create the tables; let a proposal name who looks after it, and decides it as little as its maker."""
    op.execute("ALTER TABLE role_proposal ADD COLUMN kept_by uuid, ADD CHECK (decided_by <> kept_by)")
    op.execute("""
        CREATE TABLE handover (
            handover_id uuid PRIMARY KEY,
            from_id uuid NOT NULL REFERENCES person,
            to_id uuid NOT NULL REFERENCES person,
            unit_id uuid NOT NULL REFERENCES unit,
            kinds text[] NOT NULL,
            asked_by uuid NOT NULL,
            asked_at timestamptz NOT NULL,
            CHECK (to_id <> from_id)
        )""")
    op.execute("CREATE INDEX handover_unit ON handover (unit_id, asked_at)")
    op.execute("CREATE INDEX handover_from ON handover (from_id)")
    op.execute("CREATE INDEX handover_to ON handover (to_id)")
    op.execute("""
        CREATE TABLE handover_result (
            handover_id uuid NOT NULL REFERENCES handover,
            kind text NOT NULL,
            moved_count integer NOT NULL CHECK (moved_count >= 0),
            left_count integer NOT NULL CHECK (left_count >= 0),
            PRIMARY KEY (handover_id, kind)
        )""")
    grant(op, "SELECT, INSERT", "handover", "handover_result")
