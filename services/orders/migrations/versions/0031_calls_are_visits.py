"""How somebody on a round was reached, and how well a visit is proved."""

from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Add the columns: who was served before was at the door; what was recorded before rests on somebody's word."""
    op.execute("ALTER TABLE round_stop ADD how text CHECK (how IN ('door', 'phone'))")
    op.execute("UPDATE round_stop SET how = 'door' WHERE outcome IS NOT NULL")
    op.execute("ALTER TABLE round_stop ADD CHECK ((how IS NULL) = (outcome IS NULL))")
    op.execute("""
        ALTER TABLE visit ADD proof text NOT NULL DEFAULT 'attested' CHECK (proof IN ('verified', 'attested'))""")
