"""Services of one district, for some days, by night and by season; and which version a redemption was priced by."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns: what is known of services so far is the city's, and costs the same at any time."""
    op.execute("""
        ALTER TABLE catalogue_item
            ADD district_id uuid,
            ADD until date,
            ADD night_percent integer NOT NULL DEFAULT 100,
            ADD night_from integer NOT NULL DEFAULT 22,
            ADD night_until integer NOT NULL DEFAULT 6,
            ADD season_percent integer NOT NULL DEFAULT 100,
            ADD season_from text NOT NULL DEFAULT '',
            ADD season_until text NOT NULL DEFAULT ''""")
    op.execute("ALTER TABLE redemption ADD catalogue_version integer NOT NULL DEFAULT 0")
