"""The sample service's notes, and the table of commands."""

from alembic import op

from libs.db.grants import grant
from libs.http import create_commands
from libs.http.forgetting import create_forgetting
from libs.programme.standing import create_standing

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    create_commands(op.get_bind())
    create_forgetting(op)
    create_standing(op)
    op.execute("CREATE TABLE note (note_id uuid PRIMARY KEY, text text NOT NULL, minutes integer NOT NULL)")
    grant(op, "SELECT, INSERT", "command", "note")
