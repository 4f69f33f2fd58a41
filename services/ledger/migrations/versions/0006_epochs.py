"""Which life of its database the ledger tells, and of which one it takes events."""

from alembic import op

from libs.db.grants import grant
from libs.inbox import add_inbox_epochs
from libs.outbox import create_outbox_epoch

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Begin with the first life; who publishes may see which it is."""
    create_outbox_epoch(op)
    add_inbox_epochs(op)
    grant(op, "SELECT", "outbox_epoch", to="relay")
