"""Which life of its database a publisher tells, and of which one a group takes events."""

from alembic import op

from libs.inbox import add_inbox_epochs
from libs.outbox import create_outbox_epoch

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Begin with the first life."""
    create_outbox_epoch(op)
    add_inbox_epochs(op)
