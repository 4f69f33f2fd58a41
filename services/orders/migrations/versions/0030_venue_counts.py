"""How many came to a venue on a day, and what was corrected of it."""

from alembic import op

from libs.db.grants import grant

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Create the table; a day has one first count, and a count one correction: nothing is changed or deleted."""
    op.execute("""
        CREATE TABLE venue_count (
            count_id uuid PRIMARY KEY,
            venue_id uuid NOT NULL REFERENCES venue,
            unit_id uuid NOT NULL,
            day date NOT NULL,
            revision integer NOT NULL CHECK (revision >= 1),
            visitors integer NOT NULL CHECK (visitors >= 0),
            meals integer NOT NULL CHECK (meals >= 0),
            entered_by uuid NOT NULL,
            entered_at timestamptz NOT NULL,
            corrects uuid REFERENCES venue_count,
            why text NOT NULL,
            CHECK ((corrects IS NULL) = (revision = 1)),
            CHECK ((corrects IS NULL) = (why = ''))
        )""")
    op.execute("CREATE UNIQUE INDEX venue_count_first ON venue_count (venue_id, day) WHERE corrects IS NULL")
    op.execute("CREATE UNIQUE INDEX venue_count_corrects ON venue_count (corrects) WHERE corrects IS NOT NULL")
    op.execute("CREATE INDEX venue_count_unit ON venue_count (unit_id, day)")
    grant(op, "SELECT, INSERT", "venue_count")
    # A correction counts the difference, which may be less than none.
    op.execute("ALTER TABLE counted DROP CONSTRAINT counted_number_check")
    op.execute("""
        ALTER TABLE counted ADD CONSTRAINT counted_number_check
            CHECK (number >= 0 OR kind IN ('visitors', 'meals_given'))""")
