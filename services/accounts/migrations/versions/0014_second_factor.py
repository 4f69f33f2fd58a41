"""The second factor of staff: its sealed secret, codes for the day it is lost, and its reset by two people."""

from alembic import op

from libs.db.grants import grant
from libs.programme.proposals import COLUMNS_SQL

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Create what a code is checked by, what was done with it, and whether a session was opened with one."""
    op.execute("ALTER TABLE session ADD COLUMN second_factor boolean NOT NULL DEFAULT false")
    op.execute("""
        CREATE TABLE second_factor (
            person_id uuid PRIMARY KEY REFERENCES person,
            sealed bytea NOT NULL,
            last_step bigint NOT NULL,
            confirmed_at timestamptz,
            pending_until timestamptz,
            CHECK (confirmed_at IS NOT NULL OR pending_until IS NOT NULL)
        )""")
    op.execute("""
        CREATE TABLE recovery_code (
            person_id uuid REFERENCES person,
            digest bytea,
            PRIMARY KEY (person_id, digest)
        )""")
    op.execute("""
        CREATE TABLE sign_in_ticket (
            digest bytea PRIMARY KEY,
            person_id uuid NOT NULL REFERENCES person,
            by_password boolean NOT NULL,
            expires_at timestamptz NOT NULL
        )""")
    op.execute("CREATE INDEX sign_in_ticket_person ON sign_in_ticket (person_id)")
    op.execute("""
        CREATE TABLE second_factor_act (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            person_id uuid NOT NULL REFERENCES person,
            act text NOT NULL,
            done_by uuid NOT NULL,
            done_at timestamptz NOT NULL
        )""")
    op.execute("CREATE INDEX second_factor_act_person ON second_factor_act (person_id, number)")
    op.execute(f"""
        CREATE TABLE second_factor_reset (
            reset_id uuid PRIMARY KEY,
            person_id uuid NOT NULL REFERENCES person,
            {COLUMNS_SQL},
            CHECK (decided_by IS NULL OR decided_by <> person_id),
            CHECK (proposed_by <> person_id)
        )""")
    op.execute("CREATE INDEX second_factor_reset_person ON second_factor_reset (person_id, reset_id)")
    op.execute("CREATE INDEX second_factor_reset_waiting ON second_factor_reset (lapses_at) WHERE state = 'proposed'")
    grant(op, "SELECT, INSERT, UPDATE, DELETE", "second_factor", "recovery_code", "sign_in_ticket")
    grant(op, "SELECT, INSERT", "second_factor_act")
    grant(op, "SELECT, INSERT, UPDATE", "second_factor_reset")
