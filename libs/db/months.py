"""Logs that grow for ever in partitions by month: made ahead, and dropped whole when they are old enough.

The service's role may neither create nor drop tables: a function that runs as the owner does, and knows how long.
A month that already has rows in the rest stays there: nothing is refused because a partition is missing.
"""

from __future__ import annotations

from libs.db.grants import Operations, app_role

MONTHS_AHEAD = 3
ZONE_HOURS = "+08"
"""Months begin as the programme's do."""


def create_months(op: Operations, table: str, *, column: str, kept_months: int) -> None:
    """Make the rest of a table that is partitioned by a column of instants, and what keeps its partitions."""
    op.execute(f"CREATE TABLE {table}_rest PARTITION OF {table} DEFAULT")
    op.execute(_KEEP.format(table=table, column=column, kept=kept_months, ahead=MONTHS_AHEAD, zone=ZONE_HOURS))
    op.execute(f"SELECT {table}_keep_months()")
    op.execute(f"REVOKE ALL ON FUNCTION {table}_keep_months() FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {table}_keep_months() TO {app_role(op)}")


_KEEP = """
CREATE FUNCTION {table}_keep_months() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    month date;
    part text;
    dropped integer := 0;
BEGIN
    FOR ahead IN 0..{ahead} LOOP
        month := (date_trunc('month', now() AT TIME ZONE interval '{zone}:00') + ahead * interval '1 month')::date;
        part := '{table}_' || to_char(month, 'YYYYMM');
        IF to_regclass(part) IS NULL THEN
            BEGIN
                EXECUTE format('CREATE TABLE %I PARTITION OF {table} FOR VALUES FROM (%L) TO (%L)', part,
                               month || ' 00:00:00{zone}', (month + interval '1 month')::date || ' 00:00:00{zone}');
            EXCEPTION WHEN check_violation THEN
                NULL;
            END;
        END IF;
    END LOOP;
    FOR part IN SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
            WHERE inhparent = '{table}'::regclass AND relname ~ '^{table}_[0-9]{{6}}$'
            AND to_date(right(relname, 6), 'YYYYMM') + interval '{kept} months' + interval '1 month' <= now() LOOP
        EXECUTE format('DROP TABLE %I', part);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM {table} WHERE {column} < now() - interval '{kept} months' - interval '1 month'
        AND tableoid = '{table}_rest'::regclass;
    RETURN dropped;
END $$"""
