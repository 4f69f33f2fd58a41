"""Groups that serve together."""

from alembic import op

from libs.db.grants import grant

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create them, found by unit and by member."""
    op.execute("""
        CREATE TABLE volunteer_group (
            group_id uuid PRIMARY KEY,
            unit_id uuid NOT NULL REFERENCES unit,
            district_id uuid,
            name_zh text NOT NULL,
            name_en text NOT NULL,
            leader_id uuid NOT NULL REFERENCES person,
            member_ids uuid[] NOT NULL,
            registered_by uuid NOT NULL,
            registered_at timestamptz NOT NULL,
            is_active boolean NOT NULL,
            version bigint NOT NULL
        )""")
    op.execute("CREATE INDEX volunteer_group_unit ON volunteer_group (unit_id, group_id)")
    op.execute("CREATE INDEX volunteer_group_leader ON volunteer_group (leader_id)")
    op.execute("CREATE INDEX volunteer_group_member ON volunteer_group USING gin (member_ids)")
    grant(op, "SELECT, INSERT, UPDATE", "volunteer_group")
