"""Help that comes again every week: series, their patterns, and their days."""

from alembic import op

from libs.db.grants import grant

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Create the tables."""
    op.execute("""
        CREATE TABLE series (
            series_id uuid PRIMARY KEY,
            district_id uuid NOT NULL,
            unit_id uuid NOT NULL,
            recipient_id uuid NOT NULL,
            payer_id uuid,
            service_code text NOT NULL,
            funding text NOT NULL,
            placed_by uuid NOT NULL,
            placed_at timestamptz NOT NULL,
            acting_for uuid,
            consent jsonb,
            why text NOT NULL,
            under_grant boolean NOT NULL,
            until date,
            next_day date,
            ended_at timestamptz,
            ended_by uuid,
            end_reason text NOT NULL,
            alarm_code text NOT NULL,
            alarm_since timestamptz,
            approved_by uuid,
            approved_at timestamptz
        )""")
    op.execute("CREATE INDEX series_unit ON series (unit_id, placed_at)")
    op.execute("CREATE INDEX series_recipient ON series (recipient_id)")
    op.execute("CREATE INDEX series_payer ON series (payer_id) WHERE payer_id IS NOT NULL")
    op.execute("CREATE INDEX series_alarm ON series (unit_id, alarm_since) WHERE alarm_code <> ''")
    op.execute("""
        CREATE TABLE series_pattern (
            series_id uuid NOT NULL REFERENCES series,
            from_day date NOT NULL,
            weekdays integer[] NOT NULL CHECK (cardinality(weekdays) BETWEEN 1 AND 7),
            start_minute integer NOT NULL CHECK (start_minute BETWEEN 0 AND 1439),
            minutes integer NOT NULL CHECK (minutes > 0),
            PRIMARY KEY (series_id, from_day)
        )""")
    op.execute("""
        CREATE TABLE series_day (
            series_id uuid NOT NULL REFERENCES series,
            day date NOT NULL,
            state text NOT NULL
                CHECK (state IN ('planned', 'made', 'holiday', 'missed', 'refused', 'cancelled')),
            order_id uuid,
            number integer NOT NULL,
            start_minute integer,
            minutes integer,
            code text NOT NULL,
            PRIMARY KEY (series_id, day)
        )""")
    op.execute("CREATE INDEX series_day_order ON series_day (order_id) WHERE order_id IS NOT NULL")
    grant(op, "SELECT, INSERT, UPDATE", "series")
    grant(op, "SELECT, INSERT, UPDATE, DELETE", "series_pattern", "series_day")
