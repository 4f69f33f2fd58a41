"""The inbox's tables, for a service's migrations.

`inbox_position` has one row per group and stream, `inbox_offset` says where to go on reading the broker's partitions,
`inbox_version` has one row per subject of a state topic, and `inbox_parked` the bytes of events that wait for something
not yet known, or are dead until an operator mends them. `inbox_epoch` says of which life of its publisher's database a
group takes the events of a topic, where it was told.
"""

from __future__ import annotations

from libs.db.grants import Operations, grant

EPOCHS = "inbox_epoch"
TABLES = ("inbox_position", "inbox_offset", "inbox_group", "inbox_version", "inbox_parked", "inbox_act")


def create_inbox(op: Operations) -> None:
    """Create the inbox and grant it to the service's role."""
    for statement in _TABLES:
        op.execute(statement)
    grant(op, "SELECT, INSERT, UPDATE, DELETE", *TABLES)


def add_inbox_epochs(op: Operations) -> None:
    """Keep with each position the epoch of what was applied, and the newer one that stopped a stream."""
    op.execute("ALTER TABLE inbox_position ADD COLUMN epoch bigint NOT NULL DEFAULT 1")
    op.execute("ALTER TABLE inbox_position ADD COLUMN came_epoch bigint")
    op.execute(f"""
        CREATE TABLE {EPOCHS} (
            group_name text NOT NULL,
            topic text NOT NULL,
            epoch bigint NOT NULL CHECK (epoch > 0),
            PRIMARY KEY (group_name, topic)
        )""")
    grant(op, "SELECT, INSERT, UPDATE", EPOCHS)


_TABLES = (
    """
    CREATE TABLE inbox_position (
        group_name text NOT NULL,
        topic text NOT NULL,
        stream text NOT NULL,
        position bigint NOT NULL CHECK (position >= 0),
        broker_partition integer NOT NULL,
        broker_offset bigint NOT NULL,
        stopped_at_offset bigint,
        stopped_since timestamptz,
        PRIMARY KEY (group_name, topic, stream)
    ) WITH (fillfactor = 50)""",
    """
    CREATE TABLE inbox_offset (
        group_name text NOT NULL,
        topic text NOT NULL,
        partition integer NOT NULL,
        next_offset bigint NOT NULL CHECK (next_offset >= 0),
        PRIMARY KEY (group_name, topic, partition)
    ) WITH (fillfactor = 50)""",
    """
    CREATE TABLE inbox_group (
        group_name text PRIMARY KEY,
        caught_up_at timestamptz NOT NULL DEFAULT now()
    )""",
    """
    CREATE TABLE inbox_version (
        group_name text NOT NULL,
        topic text NOT NULL,
        event_type text NOT NULL,
        subject text NOT NULL,
        version bigint NOT NULL,
        PRIMARY KEY (group_name, topic, event_type, subject)
    ) WITH (fillfactor = 70)""",
    """
    CREATE TABLE inbox_parked (
        group_name text NOT NULL,
        topic text NOT NULL,
        subject text NOT NULL,
        number bigint GENERATED ALWAYS AS IDENTITY,
        stream text NOT NULL,
        position bigint NOT NULL,
        event_id uuid NOT NULL,
        event_type text NOT NULL,
        key text NOT NULL,
        payload bytea,
        version bigint,
        occurred_at timestamptz NOT NULL,
        headers jsonb NOT NULL,
        state text NOT NULL CHECK (state IN ('waiting', 'dead', 'queued')),
        reason text NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        parked_at timestamptz NOT NULL DEFAULT now(),
        retry_at timestamptz NOT NULL DEFAULT now(),
        announced boolean NOT NULL DEFAULT false,
        PRIMARY KEY (group_name, topic, subject, number)
    )""",
    "CREATE INDEX inbox_parked_due ON inbox_parked (group_name, retry_at) WHERE state = 'waiting'",
    """
    CREATE TABLE inbox_act (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        done_at timestamptz NOT NULL DEFAULT now(),
        operator text NOT NULL,
        act text NOT NULL,
        subject text NOT NULL,
        reason text NOT NULL,
        detail jsonb NOT NULL
    )""",
)
