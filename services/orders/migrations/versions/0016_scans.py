"""Scans: what is known of them for good, and the pictures, which are deleted."""

from alembic import op

from libs.db.grants import grant

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Create them. A picture lies apart: what is known of it is read without it, and stays when it is deleted."""
    op.execute("""
        CREATE TABLE scan (
            scan_id uuid PRIMARY KEY,
            kind text NOT NULL CHECK (kind IN ('slip', 'photo')),
            media_type text NOT NULL CHECK (media_type IN ('image/png', 'image/jpeg', 'application/pdf')),
            size_bytes integer NOT NULL CHECK (size_bytes > 0),
            sha256 text NOT NULL,
            uploaded_by uuid NOT NULL,
            uploaded_at timestamptz NOT NULL,
            deleted_at timestamptz
        )""")
    op.execute("CREATE INDEX scan_uploaded ON scan (uploaded_by) WHERE deleted_at IS NULL")
    op.execute("CREATE TABLE scan_content (scan_id uuid PRIMARY KEY REFERENCES scan, sealed bytea NOT NULL)")
    op.execute("ALTER TABLE scan_content ALTER COLUMN sealed SET STORAGE EXTERNAL")
    op.execute("""
        CREATE TABLE scan_order (
            scan_id uuid NOT NULL REFERENCES scan,
            order_id uuid NOT NULL REFERENCES orders,
            PRIMARY KEY (scan_id, order_id)
        )""")
    op.execute("CREATE INDEX scan_order_order ON scan_order (order_id)")
    op.execute("""
        CREATE TABLE scan_look (
            scan_id uuid NOT NULL REFERENCES scan,
            looked_by uuid NOT NULL,
            looked_at timestamptz NOT NULL,
            PRIMARY KEY (scan_id, looked_by, looked_at)
        )""")
    grant(op, "SELECT, INSERT, UPDATE", "scan")
    grant(op, "SELECT, INSERT, DELETE", "scan_content")
    grant(op, "SELECT, INSERT, UPDATE", "scan_order", "scan_look")
