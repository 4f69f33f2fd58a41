"""What was signed lately, by whom."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Create the index."""
    op.execute("CREATE INDEX order_step_signed ON order_step (at) WHERE verb IN ('approve', 'second_check')")
