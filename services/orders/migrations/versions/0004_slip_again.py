"""A slip whose entry was declined can be entered again."""

from alembic import op

from libs.db.grants import grant

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Let the service's role name the order a slip now belongs to."""
    grant(op, "UPDATE", "slip_used")
