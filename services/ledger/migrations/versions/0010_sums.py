"""The sums of the journal by month are kept, and wallets of a unit lie in the order of its people."""

from alembic import op

from libs.db.grants import grant

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the tables, empty: what runs what is due adds the rows up, some thousands at a time."""
    op.execute("CREATE TABLE summed (book integer PRIMARY KEY, upto bigint NOT NULL)")
    op.execute("""
        CREATE TABLE month_sum (
            book integer NOT NULL,
            month date NOT NULL CHECK (extract(day FROM month) = 1),
            reason smallint NOT NULL,
            debit_class smallint NOT NULL,
            credit_class smallint NOT NULL,
            is_late boolean NOT NULL,
            entries bigint NOT NULL,
            minutes bigint NOT NULL,
            PRIMARY KEY (book, month, reason, debit_class, credit_class, is_late)
        )""")
    grant(op, "SELECT, INSERT, UPDATE", "summed", "month_sum")
    op.execute("CREATE INDEX person_at_home ON person (home_unit_id, person_id)")
    op.execute("DROP INDEX person_home")
