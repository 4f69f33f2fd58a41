"""The outbox's tables, for a service's migrations.

`outbox_stream` has the last position given out for each stream (a topic and a name); `outbox_published` how far the
relay has come, apart so that the relay never waits for a writer; `outbox_leader` the epoch of the relay that may write;
`outbox_epoch` which life of the database this is, told with every event: one more after each restore (decision 0038).
Rows of `outbox` are kept for RETENTION_DAYS in weekly partitions and dropped with them.
"""

from __future__ import annotations

from libs.db.grants import Operations, app_role, grant

RETENTION_DAYS = 30
PARTITIONS_AHEAD_WEEKS = 4


def create_outbox(op: Operations) -> None:
    """Create the outbox and grant it to the service's role."""
    for statement in _TABLES:
        op.execute(statement)
    op.execute(_KEEP_PARTITIONS)
    op.execute(f"SELECT outbox_keep_partitions({RETENTION_DAYS})")
    create_relay_tables(op)
    grant(op, "SELECT, INSERT", "outbox")
    grant(op, "SELECT, INSERT, UPDATE", "outbox_stream")
    op.execute("REVOKE ALL ON FUNCTION outbox_keep_partitions(integer) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION outbox_keep_partitions(integer) TO {app_role(op)}")


def create_relay_tables(op: Operations) -> None:
    """Create what a relay keeps, for a service whose journal is its own outbox."""
    op.execute("""
        CREATE TABLE outbox_published (
            topic text NOT NULL,
            stream text NOT NULL,
            published_pos bigint NOT NULL CHECK (published_pos >= 0),
            PRIMARY KEY (topic, stream)
        ) WITH (fillfactor = 50)""")
    op.execute("""
        CREATE TABLE outbox_leader (
            relay text PRIMARY KEY,
            epoch bigint NOT NULL,
            since timestamptz NOT NULL DEFAULT now()
        )""")
    grant(op, "SELECT, INSERT, UPDATE", "outbox_published", "outbox_leader")


def create_outbox_epoch(op: Operations) -> None:
    """Create what says which life of the database this is; it begins with the first."""
    op.execute("""
        CREATE TABLE outbox_epoch (
            number bigint PRIMARY KEY CHECK (number > 0),
            since timestamptz NOT NULL DEFAULT now(),
            operator text NOT NULL,
            reason text NOT NULL,
            heads jsonb NOT NULL
        )""")
    op.execute("INSERT INTO outbox_epoch (number, operator, reason, heads) VALUES (1, '', 'the first', '[]')")
    grant(op, "SELECT, INSERT", "outbox_epoch")


_TABLES = (
    """
    CREATE TABLE outbox_stream (
        topic text NOT NULL,
        stream text NOT NULL,
        last_pos bigint NOT NULL CHECK (last_pos > 0),
        PRIMARY KEY (topic, stream)
    ) WITH (fillfactor = 50)""",
    """
    CREATE TABLE outbox (
        topic text NOT NULL,
        stream text NOT NULL,
        pos bigint NOT NULL CHECK (pos > 0),
        event_id uuid NOT NULL,
        event_type text NOT NULL,
        key text NOT NULL,
        subject text NOT NULL,
        payload bytea,
        version bigint,
        occurred_at timestamptz NOT NULL,
        traceparent text,
        stored_on date NOT NULL DEFAULT current_date,
        PRIMARY KEY (topic, stream, pos, stored_on)
    ) PARTITION BY RANGE (stored_on)""",
    "CREATE TABLE outbox_rest PARTITION OF outbox DEFAULT",
)

# Runs as the owner, because the service's role may neither create nor drop tables. A week that already has rows in the
# default partition stays there. A partition with rows that were never published is kept, however old.
_KEEP_PARTITIONS = f"""
CREATE FUNCTION outbox_keep_partitions(keep_days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    monday date := date_trunc('week', current_date)::date;
    dropped integer := 0;
    waiting boolean;
    part text;
BEGIN
    FOR week IN 0..{PARTITIONS_AHEAD_WEEKS} LOOP
        part := 'outbox_' || to_char(monday + 7 * week, 'YYYYMMDD');
        IF to_regclass(part) IS NULL THEN
            BEGIN
                EXECUTE format('CREATE TABLE %I PARTITION OF outbox FOR VALUES FROM (%L) TO (%L)',
                               part, monday + 7 * week, monday + 7 * week + 7);
            EXCEPTION WHEN check_violation THEN
                NULL;
            END;
        END IF;
    END LOOP;
    FOR part IN SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
            WHERE inhparent = 'outbox'::regclass AND relname ~ '^outbox_[0-9]{{8}}$'
            AND to_date(right(relname, 8), 'YYYYMMDD') + 7 + greatest(keep_days, 1) <= current_date LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I o LEFT JOIN outbox_published p USING (topic, stream)
                        WHERE o.pos > coalesce(p.published_pos, 0))', part) INTO waiting;
        IF NOT waiting THEN
            EXECUTE format('DROP TABLE %I', part);
            dropped := dropped + 1;
        END IF;
    END LOOP;
    RETURN dropped;
END $$"""
