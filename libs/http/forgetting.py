"""Answers of commands are kept for a named time, and then forgotten, a bounded number at a time.

The time is longer than anybody may repeat a command: a session lasts 30 days, and whoever signs in anew begins a form
anew. One that comes later still is run as if it were new; what it would make is there already under its id, or what it
would change has changed, and so it is refused as the domain says, or finds nothing to do (tests/e2e holds it to
that).
"""

from __future__ import annotations

from sqlalchemy.engine import Connection

from libs.db.driver import scalar
from libs.db.grants import Operations, app_role

COMMANDS_KEPT_DAYS = 60
COMMANDS_KEPT_DAYS_MIN = 31
FORGOTTEN_AT_ONCE_MAX = 1000


def create_forgetting(op: Operations) -> None:
    """Create what forgets old commands: the service may not delete one, the owner does on its word, old ones only."""
    # Rows come in the order of time, and none moves: a thousandth of what another index costs finds the old ones.
    op.execute("CREATE INDEX command_age ON command USING brin (recorded_at) WITH (pages_per_range = 16)")
    op.execute(_FORGET)
    op.execute("REVOKE ALL ON FUNCTION command_forget_old(integer) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION command_forget_old(integer) TO {app_role(op)}")


def forget_old_commands(connection: Connection) -> int:
    """Forget some of those that are too old; return how many."""
    return int(scalar(connection, "SELECT command_forget_old(%(days)s)", {"days": COMMANDS_KEPT_DAYS}) or 0)


_FORGET = f"""
CREATE FUNCTION command_forget_old(keep_days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    forgotten integer;
BEGIN
    DELETE FROM command WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM command
        WHERE recorded_at < now() - greatest(keep_days, {COMMANDS_KEPT_DAYS_MIN}) * interval '1 day'
        LIMIT {FORGOTTEN_AT_ONCE_MAX} FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END $$"""
