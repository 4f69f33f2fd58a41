"""The signed heads of the books' logs, to which rows are only ever added."""

from alembic import op

from libs.db.grants import grant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table; it refuses every change but an insert, from everyone, as the journal does."""
    op.execute("""
        CREATE TABLE journal.checkpoint (
            size bigint NOT NULL CHECK (size > 0),
            signed_at bigint NOT NULL,
            book integer NOT NULL REFERENCES journal.book,
            root bytea NOT NULL CHECK (octet_length(root) = 32),
            note text NOT NULL,
            PRIMARY KEY (book, size)
        )""")
    op.execute("""
        CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON journal.checkpoint
        FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse_change()""")
    op.execute("ALTER TABLE journal.checkpoint ENABLE ALWAYS TRIGGER refuse_change")
    grant(op, "SELECT", "journal.checkpoint")
