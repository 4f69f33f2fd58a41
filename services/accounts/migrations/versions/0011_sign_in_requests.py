"""Requests of a browser to be signed in by a device that is signed in already."""

from alembic import op

from libs.db.grants import grant

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Create the requests: what the browser and the approving device show, only as digests."""
    op.execute("""
        CREATE TABLE sign_in_request (
            approval_digest bytea PRIMARY KEY,
            secret_digest bytea NOT NULL UNIQUE,
            about text NOT NULL,
            address text NOT NULL,
            number text NOT NULL,
            asked_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            person_id uuid REFERENCES person,
            decision text CHECK (decision IN ('approved', 'refused')),
            CHECK (decision IS NULL OR person_id IS NOT NULL)
        )""")
    op.execute("CREATE INDEX sign_in_request_expires ON sign_in_request (expires_at)")
    op.execute("CREATE INDEX sign_in_request_person ON sign_in_request (person_id)")
    grant(op, "SELECT, INSERT, UPDATE, DELETE", "sign_in_request")
