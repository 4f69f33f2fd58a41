"""The public keys of people's devices."""

from alembic import op

from libs.db.grants import grant

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the keys; one that was revoked keeps its name alone, so that it never comes back."""
    op.execute("""
        CREATE TABLE device_key (
            key_id text PRIMARY KEY,
            person_id uuid NOT NULL REFERENCES person,
            session_id uuid NOT NULL,
            public_key bytea NOT NULL,
            registered_at timestamptz NOT NULL,
            revoked_at timestamptz,
            CHECK ((revoked_at IS NULL) = (length(public_key) = 65))
        )""")
    op.execute("CREATE INDEX device_key_person ON device_key (person_id)")
    grant(op, "SELECT, INSERT, UPDATE, DELETE", "device_key")
