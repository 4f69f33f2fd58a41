"""What takes two people: staff roles, and the numbers that open the accounts of staff."""

from alembic import op

from libs.db.grants import grant
from libs.programme.proposals import COLUMNS_SQL

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create who saw whose identity, the proposals, and the changes of numbers with what confirms them."""
    op.execute("""
        CREATE TABLE identity_sighting (
            sighting_id uuid PRIMARY KEY,
            person_id uuid NOT NULL REFERENCES person,
            document text NOT NULL,
            seen_by uuid NOT NULL,
            seen_at timestamptz NOT NULL,
            UNIQUE (person_id, seen_by),
            CHECK (seen_by <> person_id)
        )""")
    op.execute(f"""
        CREATE TABLE role_proposal (
            proposal_id uuid PRIMARY KEY,
            grant_id uuid NOT NULL,
            act text NOT NULL,
            person_id uuid NOT NULL REFERENCES person,
            role text NOT NULL,
            unit_id uuid NOT NULL REFERENCES unit,
            proposer_rank integer NOT NULL,
            {COLUMNS_SQL},
            CHECK (decided_by IS NULL OR decided_by <> person_id)
        )""")
    op.execute("CREATE INDEX role_proposal_grant ON role_proposal (grant_id)")
    op.execute("CREATE INDEX role_proposal_person ON role_proposal (person_id, proposal_id)")
    op.execute("CREATE INDEX role_proposal_waiting ON role_proposal (lapses_at) WHERE state = 'proposed'")
    op.execute(f"""
        CREATE TABLE number_proposal (
            proposal_id uuid PRIMARY KEY,
            person_id uuid NOT NULL REFERENCES person,
            sealed bytea NOT NULL,
            {COLUMNS_SQL},
            CHECK (decided_by IS NULL OR decided_by <> person_id)
        )""")
    op.execute("CREATE INDEX number_proposal_person ON number_proposal (person_id)")
    op.execute("CREATE INDEX number_proposal_waiting ON number_proposal (lapses_at) WHERE state = 'proposed'")
    op.execute("""
        CREATE TABLE number_change (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            person_id uuid NOT NULL REFERENCES person,
            changed_by uuid NOT NULL,
            changed_at timestamptz NOT NULL,
            opens_at timestamptz NOT NULL,
            digest bytea,
            tries integer NOT NULL,
            ended_at timestamptz
        )""")
    op.execute("CREATE INDEX number_change_person ON number_change (person_id, number)")
    grant(op, "SELECT, INSERT", "identity_sighting")
    grant(op, "SELECT, INSERT, UPDATE", "role_proposal", "number_proposal", "number_change")
