"""Who looked at whose data is kept by months; told notices are forgotten after a named time."""

from alembic import op

from libs.db.grants import grant
from libs.db.months import create_months

revision = "0020"
down_revision = "0019"

VIEWS_KEPT_MONTHS = 36
"""As long as records of how personal data were handled have to be kept."""


def upgrade() -> None:
    """Move what was seen into a table of partitions, with its rights; find old notices by where they lie."""
    op.execute("ALTER TABLE access_log RENAME TO access_log_before")
    op.execute("""
        CREATE TABLE access_log (
            number bigint GENERATED ALWAYS AS IDENTITY,
            viewed_at timestamptz NOT NULL,
            viewer_id uuid NOT NULL,
            person_id uuid NOT NULL,
            what text NOT NULL,
            why text NOT NULL,
            PRIMARY KEY (number, viewed_at)
        ) PARTITION BY RANGE (viewed_at)""")
    create_months(op, "access_log", column="viewed_at", kept_months=VIEWS_KEPT_MONTHS)
    op.execute("INSERT INTO access_log OVERRIDING SYSTEM VALUE SELECT * FROM access_log_before")
    op.execute("SELECT setval(pg_get_serial_sequence('access_log', 'number'), max(number)) FROM access_log_before")
    op.execute("DROP TABLE access_log_before")
    op.execute("CREATE INDEX access_log_person ON access_log (person_id, number)")
    op.execute("CREATE INDEX access_log_viewer ON access_log (viewer_id, number)")
    grant(op, "SELECT, INSERT", "access_log")
    # Rows come in the order of time, nearly: a thousandth of what another index costs finds the old ones.
    op.execute("CREATE INDEX notice_age ON notice USING brin (due_at) WITH (pages_per_range = 16)")
