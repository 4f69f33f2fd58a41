"""What was said about a person can be forgotten: free words on steps and certificates, not the steps themselves."""

from alembic import op

from libs.db.grants import app_role

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Let the service's role blank the words, and nothing else."""
    for table in ("order_step", "certificate"):
        op.execute(f"GRANT UPDATE (consent, why) ON {table} TO {app_role(op)}")
