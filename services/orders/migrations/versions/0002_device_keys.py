"""The public keys of volunteers' devices, as accounts tells of them."""

from alembic import op

from libs.db.grants import grant

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the read model; a revoked key keeps its name, so that what it signed is refused with the reason."""
    op.execute("""
        CREATE TABLE device_key (
            key_id text PRIMARY KEY,
            person_id uuid NOT NULL,
            public_key bytea NOT NULL,
            registered_at timestamptz NOT NULL,
            revoked_at timestamptz
        )""")
    op.execute("CREATE INDEX device_key_person ON device_key (person_id)")
    grant(op, "SELECT, INSERT, UPDATE, DELETE", "device_key")
