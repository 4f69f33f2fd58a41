"""Versions of the catalogue that two people publish: of the city, or of one district; by night and by season.

What a volunteer ticked of the list of a service stands with the volunteer's part of the order.
"""

from alembic import op

from libs.db.grants import grant
from libs.programme.proposals import COLUMNS_SQL

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add the columns and the table of what is proposed; the versions there are come from the platform's own file."""
    op.execute("""
        ALTER TABLE catalogue_item
            ADD district_id uuid,
            ADD until date,
            ADD night_percent integer NOT NULL DEFAULT 100,
            ADD night_from integer NOT NULL DEFAULT 22,
            ADD night_until integer NOT NULL DEFAULT 6,
            ADD season_percent integer NOT NULL DEFAULT 100,
            ADD season_from text NOT NULL DEFAULT '',
            ADD season_until text NOT NULL DEFAULT '',
            ADD reserve_yuan_per_hour integer""")
    op.execute(f"""
        CREATE TABLE catalogue_proposal (
            proposal_id uuid PRIMARY KEY,
            unit_id uuid NOT NULL,
            district_id uuid,
            code text NOT NULL,
            effective date NOT NULL,
            until date,
            terms jsonb NOT NULL,
            base_version integer NOT NULL,
            version integer,
            {COLUMNS_SQL}
        )""")
    op.execute("ALTER TABLE assignment ADD ticked integer[]")
    grant(op, "SELECT, INSERT, UPDATE", "catalogue_proposal")
