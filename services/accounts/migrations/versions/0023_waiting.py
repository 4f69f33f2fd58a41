"""Relations that wait for a second person are found without looking at all the others."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Index the few that wait."""
    op.execute(
        "CREATE INDEX relation_waiting ON relation (relation_id)"
        " WHERE is_active AND (asks_verification AND NOT verified OR ending_by IS NOT NULL)"
    )
