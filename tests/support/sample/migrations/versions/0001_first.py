"""The sample service's tables: an outbox, an inbox, and a trivial projection."""

from alembic import op

from libs.db.grants import grant
from libs.inbox import add_inbox_epochs, create_inbox
from libs.outbox import create_outbox, create_outbox_epoch
from libs.programme.standing import create_standing

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    create_outbox(op)
    create_inbox(op)
    create_outbox_epoch(op)
    add_inbox_epochs(op)
    create_standing(op)
    op.execute("""
        CREATE TABLE applied (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            stream text NOT NULL,
            position bigint NOT NULL,
            subject text NOT NULL,
            event_type text NOT NULL,
            payload bytea
        )""")
    op.execute("CREATE TABLE known (subject text PRIMARY KEY, value bytea)")
    op.execute(
        "CREATE TABLE control_outbox (id bigserial PRIMARY KEY, writer integer NOT NULL, number integer NOT NULL)"
    )
    grant(op, "SELECT, INSERT, UPDATE, DELETE", "applied", "known", "control_outbox")
    grant(op, "USAGE", "SEQUENCE control_outbox_id_seq")
