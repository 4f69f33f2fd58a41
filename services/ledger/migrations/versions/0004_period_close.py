"""Closed months of the books, to which rows are only ever added."""

from alembic import op

from libs.db.grants import grant

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table; it refuses every change but an insert, from everyone, as the journal does."""
    op.execute("""
        CREATE TABLE journal.period_close (
            close_id uuid PRIMARY KEY,
            district_id uuid NOT NULL,
            month date NOT NULL CHECK (extract(day FROM month) = 1),
            statement text NOT NULL,
            closed_by uuid NOT NULL,
            closed_at bigint NOT NULL,
            UNIQUE (district_id, month)
        )""")
    op.execute("""
        CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON journal.period_close
        FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse_change()""")
    op.execute("ALTER TABLE journal.period_close ENABLE ALWAYS TRIGGER refuse_change")
    grant(op, "SELECT, INSERT", "journal.period_close")
