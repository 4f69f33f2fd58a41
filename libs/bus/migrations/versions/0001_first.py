"""The tables of the PostgreSQL broker: topics, two logs (facts, states), groups."""

from alembic import op

from libs.db.grants import grant

revision = "0001"
down_revision = None

_LOG = """
    CREATE TABLE {name} (
        topic_id integer NOT NULL,
        partition integer NOT NULL,
        "offset" bigint NOT NULL,
        key text NOT NULL,
        value bytea,
        headers text NOT NULL,
        version bigint,
        stored_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (topic_id, partition, "offset")
    )"""


def upgrade() -> None:
    """Create the tables."""
    op.execute("""
        CREATE TABLE bus_topic (
            topic_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL UNIQUE,
            compacted boolean NOT NULL,
            partitions integer NOT NULL CHECK (partitions > 0),
            retention_days integer CHECK (retention_days > 0)
        )""")
    op.execute("""
        CREATE TABLE bus_end (
            topic_id integer NOT NULL,
            partition integer NOT NULL,
            next_offset bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (topic_id, partition)
        ) WITH (fillfactor = 50)""")
    op.execute(_LOG.format(name="bus_fact"))
    op.execute("CREATE INDEX bus_fact_age ON bus_fact USING brin (stored_at)")
    op.execute(_LOG.format(name="bus_state"))
    op.execute('CREATE INDEX bus_state_key ON bus_state (topic_id, partition, key, "offset")')
    op.execute("""
        CREATE TABLE bus_group_offset (
            group_name text NOT NULL,
            topic_id integer NOT NULL,
            partition integer NOT NULL,
            next_offset bigint NOT NULL,
            PRIMARY KEY (group_name, topic_id, partition)
        ) WITH (fillfactor = 50)""")
    op.execute("""
        CREATE TABLE bus_member (
            group_name text NOT NULL,
            member text NOT NULL,
            expires_at timestamptz NOT NULL,
            PRIMARY KEY (group_name, member)
        ) WITH (fillfactor = 50)""")
    op.execute("""
        CREATE TABLE bus_claim (
            group_name text NOT NULL,
            topic_id integer NOT NULL,
            partition integer NOT NULL,
            member text NOT NULL,
            PRIMARY KEY (group_name, topic_id, partition)
        )""")
    tables = ["topic", "end", "fact", "state", "group_offset", "member", "claim"]
    grant(op, "SELECT, INSERT, UPDATE, DELETE", *(f"bus_{table}" for table in tables))
