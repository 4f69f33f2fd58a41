"""Answers of commands are forgotten after a named time."""

from alembic import op

from libs.http.forgetting import create_forgetting

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Create what forgets them."""
    create_forgetting(op)
