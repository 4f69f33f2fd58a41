"""Certificates that are signed credentials, may be valid until a day, and can be revoked."""

from alembic import op

from libs.db.grants import app_role

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add what is signed and what is revoked; a certificate of before holds by no signature."""
    op.execute("""
        ALTER TABLE certificate
            ADD services jsonb NOT NULL DEFAULT '{}',
            ADD valid_until date,
            ADD credential text NOT NULL DEFAULT '',
            ADD revoked_at timestamptz,
            ADD revoked_by uuid,
            ADD revoked_why text""")
    op.execute("CREATE INDEX certificate_revoked ON certificate (number) WHERE revoked_at IS NOT NULL")
    columns = "credential, verification_code, revoked_at, revoked_by, revoked_why"
    op.execute(f"GRANT UPDATE ({columns}) ON certificate TO {app_role(op)}")
