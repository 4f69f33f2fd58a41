"""What devices signed at the door without a network, and which parts of orders stand on it."""

from alembic import op

from libs.db.grants import grant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the acts; of what was signed only a keyed digest is kept, for it names the door code as typed."""
    op.execute("""
        CREATE TABLE door_act (
            key_id text NOT NULL,
            counter bigint NOT NULL CHECK (counter > 0),
            person_id uuid NOT NULL,
            order_id uuid NOT NULL REFERENCES orders,
            verb text NOT NULL CHECK (verb IN ('check_in', 'check_out')),
            at timestamptz NOT NULL,
            received_at timestamptz NOT NULL,
            digest text NOT NULL,
            latitude_e6 integer,
            longitude_e6 integer,
            state text NOT NULL CHECK (state IN ('waiting', 'done', 'refused')),
            code text NOT NULL,
            PRIMARY KEY (key_id, counter)
        )""")
    op.execute("CREATE INDEX door_act_waiting ON door_act (order_id, person_id) WHERE state = 'waiting'")
    op.execute("CREATE INDEX door_act_person ON door_act (person_id, received_at)")
    op.execute("ALTER TABLE assignment ADD in_key text, ADD out_key text")
    grant(op, "SELECT, INSERT, UPDATE, DELETE", "door_act")
