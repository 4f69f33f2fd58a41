"""Who is on duty, the urgent calls, and who was told of each."""

from alembic import op

from libs.db.grants import grant

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables: what somebody was told of is never taken back."""
    op.execute("""
        CREATE TABLE duty_entry (
            entry_id uuid PRIMARY KEY,
            unit_id uuid NOT NULL,
            district_id uuid NOT NULL,
            person_id uuid NOT NULL,
            starts_at timestamptz NOT NULL,
            ends_at timestamptz NOT NULL CHECK (ends_at >= starts_at),
            rank integer NOT NULL,
            set_by uuid NOT NULL,
            set_at timestamptz NOT NULL,
            ended_by uuid
        )""")
    op.execute("CREATE INDEX duty_entry_unit ON duty_entry (unit_id, ends_at)")
    op.execute("CREATE INDEX duty_entry_person ON duty_entry (person_id, ends_at)")
    op.execute("""
        CREATE TABLE duty_call (
            incident_id uuid PRIMARY KEY REFERENCES incident,
            unit_id uuid NOT NULL,
            district_id uuid NOT NULL,
            person_id uuid,
            caller_id uuid NOT NULL,
            state text NOT NULL CHECK (state IN ('calling', 'acknowledged', 'nobody_on_duty', 'unanswered')),
            opened_at timestamptz NOT NULL,
            acknowledged_by uuid,
            acknowledged_at timestamptz,
            ended_at timestamptz
        )""")
    op.execute("""
        CREATE TABLE duty_ring (
            incident_id uuid NOT NULL REFERENCES duty_call,
            number integer NOT NULL CHECK (number > 0),
            round integer NOT NULL CHECK (round > 0),
            person_id uuid NOT NULL,
            rung_at timestamptz NOT NULL,
            answer_by timestamptz NOT NULL,
            answer text NOT NULL CHECK (answer IN ('waiting', 'acknowledged', 'silent', 'unreached')),
            PRIMARY KEY (incident_id, number)
        )""")
    op.execute("CREATE INDEX duty_ring_person ON duty_ring (person_id)")
    grant(op, "SELECT, INSERT, UPDATE", "duty_entry", "duty_call", "duty_ring")
