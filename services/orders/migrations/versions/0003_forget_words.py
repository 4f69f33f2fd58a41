"""What was said about a person can be forgotten: free words on orders and steps, not the steps themselves."""

from alembic import op

from libs.db.grants import app_role

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Let the service's role blank the words of a step, and nothing else of it."""
    op.execute(f"GRANT UPDATE (consent, why) ON order_step TO {app_role(op)}")
