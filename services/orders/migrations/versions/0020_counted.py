"""What happened to orders is counted by unit and month; a month that is over is added up, and stays as it was."""

from alembic import op

from libs.db.grants import grant

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Create the tables, empty: what happened before them is in no figure. Nothing that was counted is ever changed."""
    op.execute("""
        CREATE TABLE counted (
            month date NOT NULL CHECK (extract(day FROM month) = 1),
            kind text NOT NULL,
            at timestamptz NOT NULL,
            subject_id uuid NOT NULL,
            unit_id uuid NOT NULL,
            number integer NOT NULL CHECK (number >= 0),
            credit_minutes integer NOT NULL CHECK (credit_minutes >= 0),
            service_code text NOT NULL,
            marks text[] NOT NULL,
            PRIMARY KEY (month, kind, at, subject_id)
        )""")
    op.execute("CREATE INDEX counted_unit ON counted (month, unit_id, kind, at, subject_id)")
    op.execute("""
        CREATE UNIQUE INDEX counted_person ON counted (month, kind, subject_id)
        WHERE kind IN ('elder', 'volunteer')""")
    op.execute("""
        CREATE TABLE counted_sum (
            unit_id uuid NOT NULL,
            month date NOT NULL,
            kind text NOT NULL,
            service_code text NOT NULL,
            marks text[] NOT NULL,
            bucket integer NOT NULL,
            rules_version smallint NOT NULL,
            rows bigint NOT NULL,
            number bigint NOT NULL,
            credit_minutes bigint NOT NULL,
            PRIMARY KEY (unit_id, month, kind, service_code, marks, bucket)
        )""")
    op.execute("""
        CREATE TABLE counting (
            one boolean PRIMARY KEY DEFAULT true CHECK (one),
            upto timestamptz NOT NULL,
            closing date,
            after_unit uuid
        )""")
    op.execute("INSERT INTO counting (upto) VALUES ('1970-01-01 00:00+08')")
    grant(op, "SELECT, INSERT", "counted")
    grant(op, "SELECT, INSERT, UPDATE", "counted_sum")
    grant(op, "SELECT, UPDATE", "counting")
