"""Who applies to be a volunteer: proved numbers, applications, and the two signatures."""

from alembic import op

from libs.db.grants import grant
from libs.programme.proposals import COLUMNS_SQL

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create them; an application is sealed with a key of its own, and forgotten when it ended without a person."""
    op.execute("""
        CREATE TABLE application (
            application_id uuid PRIMARY KEY,
            unit_id uuid NOT NULL REFERENCES unit,
            state text NOT NULL,
            sealed bytea,
            number_digest bytea,
            born date,
            sex text,
            services text[] NOT NULL,
            hours jsonb NOT NULL,
            privacy_version text NOT NULL,
            applied_at timestamptz NOT NULL,
            document text,
            identity_by uuid,
            identity_at timestamptz,
            identity_on date,
            agreement_by uuid,
            agreement_at timestamptz,
            agreement_on date,
            training_by uuid,
            training_at timestamptz,
            training_on date,
            ended_by uuid,
            ended_at timestamptz,
            ended_why text NOT NULL DEFAULT '',
            forget_on date,
            CHECK ((state = 'applied') = (ended_at IS NULL)),
            CHECK (state <> 'applied' OR (sealed IS NOT NULL AND number_digest IS NOT NULL))
        )""")
    op.execute("CREATE UNIQUE INDEX application_open ON application (number_digest) WHERE state = 'applied'")
    op.execute("CREATE INDEX application_number ON application (number_digest)")
    op.execute("CREATE INDEX application_unit ON application (unit_id, state)")
    op.execute("CREATE INDEX application_forget ON application (forget_on) WHERE forget_on IS NOT NULL")
    op.execute(f"""
        CREATE TABLE admission (
            admission_id uuid PRIMARY KEY,
            application_id uuid NOT NULL REFERENCES application,
            {COLUMNS_SQL}
        )""")
    op.execute("CREATE INDEX admission_application ON admission (application_id)")
    op.execute("CREATE INDEX admission_waiting ON admission (lapses_at) WHERE state = 'proposed'")
    op.execute("""
        CREATE TABLE application_code (
            number_digest bytea PRIMARY KEY,
            digest bytea NOT NULL,
            sent_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            tries integer NOT NULL
        )""")
    op.execute("CREATE INDEX application_code_expires ON application_code (expires_at)")
    op.execute("""
        CREATE TABLE application_ticket (
            digest bytea PRIMARY KEY,
            sealed bytea NOT NULL,
            expires_at timestamptz NOT NULL
        )""")
    op.execute("CREATE INDEX application_ticket_expires ON application_ticket (expires_at)")
    grant(op, "SELECT, INSERT, UPDATE", "application", "admission")
    grant(op, "SELECT, INSERT, UPDATE, DELETE", "application_code", "application_ticket")
