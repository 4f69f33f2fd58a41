"""One-time codes to sign in with."""

from alembic import op

from libs.db.grants import grant

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the codes: only what a code can be checked by, never the code."""
    op.execute("""
        CREATE TABLE sign_in_code (
            person_id uuid PRIMARY KEY REFERENCES person,
            digest bytea NOT NULL,
            sent_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            tries integer NOT NULL
        )""")
    grant(op, "SELECT, INSERT, UPDATE, DELETE", "sign_in_code")
