"""Who was on the visit list when, and when a visit was recorded or taken back: what a month's rate was stays."""

from alembic import op

from libs.db.grants import grant

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Create the table from who is on the list now; a visit of before was recorded when it was made."""
    op.execute("""
        CREATE TABLE visit_listing (
            person_id uuid NOT NULL,
            since_at timestamptz NOT NULL,
            until_at timestamptz,
            unit_id uuid NOT NULL,
            district_id uuid NOT NULL,
            risk text NOT NULL,
            PRIMARY KEY (person_id, since_at)
        )""")
    op.execute("CREATE INDEX visit_listing_unit ON visit_listing (unit_id, since_at)")
    op.execute("CREATE UNIQUE INDEX visit_listing_open ON visit_listing (person_id) WHERE until_at IS NULL")
    op.execute("""
        INSERT INTO visit_listing (person_id, since_at, unit_id, district_id, risk)
        SELECT person_id, visit_listed_on::timestamp AT TIME ZONE 'Asia/Shanghai', home_unit_id, district_id, visit_risk
        FROM person WHERE visit_listed_on IS NOT NULL AND visit_risk <> '' AND status IN ('active', 'suspended')""")
    op.execute("ALTER TABLE visit ADD recorded_at timestamptz, ADD reversed_at timestamptz")
    grant(op, "SELECT, INSERT, UPDATE", "visit_listing")
