"""Who is away and who stands in; a role that is lent says whose it is."""

from alembic import op

from libs.db.grants import grant
from libs.programme.proposals import COLUMNS_SQL

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Let the same role be held beside the lent one; keep who named whom."""
    op.execute("ALTER TABLE role_grant ADD COLUMN lent_by_id uuid")
    op.execute("DROP INDEX role_grant_held")
    op.execute("""
        CREATE UNIQUE INDEX role_grant_held ON role_grant (person_id, role, unit_id)
        WHERE ended_at IS NULL AND lent_by_id IS NULL""")
    op.execute(f"""
        CREATE TABLE deputyship (
            deputyship_id uuid PRIMARY KEY,
            grant_id uuid NOT NULL REFERENCES role_grant,
            absent_id uuid NOT NULL REFERENCES person,
            deputy_id uuid NOT NULL REFERENCES person,
            role text NOT NULL,
            unit_id uuid NOT NULL REFERENCES unit,
            begins_on date NOT NULL,
            ends_on date NOT NULL CHECK (ends_on >= begins_on),
            begin_at timestamptz NOT NULL,
            end_at timestamptz NOT NULL,
            reason text NOT NULL,
            lent_id uuid REFERENCES role_grant,
            ended_at timestamptz,
            ended_by uuid,
            {COLUMNS_SQL},
            CHECK (deputy_id <> absent_id),
            CHECK (decided_by IS NULL OR decided_by <> absent_id)
        )""")
    op.execute("CREATE INDEX deputyship_unit ON deputyship (unit_id, begins_on)")
    op.execute("CREATE INDEX deputyship_absent ON deputyship (absent_id)")
    op.execute("CREATE INDEX deputyship_deputy ON deputyship (deputy_id)")
    op.execute("CREATE INDEX deputyship_waiting ON deputyship (lapses_at) WHERE state = 'proposed'")
    op.execute("CREATE INDEX deputyship_due ON deputyship (begin_at) WHERE state = 'accepted' AND ended_at IS NULL")
    grant(op, "SELECT, INSERT, UPDATE", "deputyship")
