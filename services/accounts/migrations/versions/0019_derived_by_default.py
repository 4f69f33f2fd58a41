"""What a process of the release before writes into the index stands under the key that it has: the derived one."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Let who names no key mean the derived one; a later release may take the default away."""
    op.execute("ALTER TABLE person_index ALTER COLUMN key_id SET DEFAULT 'derived'")
