"""The blind index by the key that each entry stands under, and the keys that may be used no more."""

from alembic import op

from libs.db.grants import grant

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Say of every entry that it stands under the key that was derived from the master key."""
    op.execute("ALTER TABLE person_index ADD COLUMN key_id text NOT NULL DEFAULT 'derived'")
    op.execute("ALTER TABLE person_index ALTER COLUMN key_id DROP DEFAULT")
    op.execute("CREATE INDEX person_index_key ON person_index (key_id, person_id)")
    op.execute("CREATE TABLE retired_index_key (key_id text PRIMARY KEY, retired_at timestamptz NOT NULL)")
    grant(op, "SELECT, INSERT", "retired_index_key")
