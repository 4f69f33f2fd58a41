"""Welfare checks, their steps, and how an incident ended."""

from alembic import op

from libs.db.grants import grant

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Create the tables; who is told where nobody acts is found by the offices that people hold."""
    op.execute("""
        CREATE TABLE welfare_check (
            incident_id uuid PRIMARY KEY REFERENCES incident,
            unit_id uuid NOT NULL,
            district_id uuid NOT NULL,
            person_id uuid NOT NULL,
            state text NOT NULL
                CHECK (state IN ('waiting', 'taken', 'needs_help', 'reached', 'unanswered', 'ended')),
            rung text NOT NULL CHECK (rung IN ('call', 'contact', 'door')),
            number integer NOT NULL CHECK (number > 0),
            above integer NOT NULL CHECK (above >= 0),
            opened_at timestamptz NOT NULL,
            ended_at timestamptz CHECK ((ended_at IS NOT NULL) = (state = 'ended'))
        )""")
    op.execute("""
        CREATE TABLE welfare_step (
            incident_id uuid NOT NULL REFERENCES welfare_check,
            number integer NOT NULL CHECK (number > 0),
            rung text NOT NULL CHECK (rung IN ('call', 'contact', 'door')),
            began_at timestamptz NOT NULL,
            answer_by timestamptz NOT NULL,
            taken_by uuid,
            taken_at timestamptz,
            outcome text CHECK (outcome IN ('reached_well', 'needs_help', 'not_reached', 'not_taken', 'not_reported')),
            reported_by uuid,
            reported_at timestamptz,
            told_ids uuid[] NOT NULL,
            above_ids uuid[] NOT NULL,
            PRIMARY KEY (incident_id, number)
        )""")
    op.execute("CREATE INDEX welfare_check_open ON welfare_check (opened_at) WHERE ended_at IS NULL")
    op.execute("ALTER TABLE incident ADD ending text")
    op.execute("""
        CREATE INDEX standing_staff ON standing USING gin (unit_ids)
        WHERE roles && ARRAY['operator', 'coordinator', 'checker', 'district_admin', 'city_admin']""")
    grant(op, "SELECT, INSERT, UPDATE", "welfare_check", "welfare_step")
