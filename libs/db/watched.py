"""Record every change of a database's schema: event triggers, which only a superuser may create.

So a superuser leaves, once, a function in the database that creates exactly these; the owner calls it when it has
migrated, for what is recorded by is a function of the migrations. Where nobody runs `libs.db.create` as a superuser,
`python -m libs.db.watched <owner> <function>` prints what to run in the database.
"""

from __future__ import annotations

import re
import sys

import psycopg
from psycopg import sql

from libs.db.database import plain_url

EVENTS = ("ddl_command_end", "sql_drop")
"""Both are needed: a dropped object is no longer among the commands of the first."""
FUNCTION = re.compile(r"[a-z_]+\.[a-z_]+")
_PREPARE = """
CREATE SCHEMA IF NOT EXISTS ddl_watch;
CREATE OR REPLACE FUNCTION ddl_watch.install() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $install$
DECLARE
    event text;
BEGIN
    -- What runs at a superuser's change must run as its owner, not as the superuser.
    IF NOT EXISTS (SELECT FROM pg_proc WHERE oid = to_regprocedure('{function}()') AND prosecdef) THEN
        RAISE EXCEPTION '{function}() is not there, or is no SECURITY DEFINER';
    END IF;
    FOREACH event IN ARRAY ARRAY['ddl_command_end', 'sql_drop'] LOOP
        IF NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'watch_' || event) THEN
            EXECUTE format('CREATE EVENT TRIGGER %I ON %s EXECUTE FUNCTION {function}()', 'watch_' || event, event);
        END IF;
        EXECUTE format('ALTER EVENT TRIGGER %I ENABLE ALWAYS', 'watch_' || event);
    END LOOP;
END $install$;
REVOKE ALL ON SCHEMA ddl_watch FROM PUBLIC;
REVOKE ALL ON FUNCTION ddl_watch.install() FROM PUBLIC;
GRANT USAGE ON SCHEMA ddl_watch TO {owner};
GRANT EXECUTE ON FUNCTION ddl_watch.install() TO {owner};
"""
_WATCHED = """
SELECT count(DISTINCT evtevent) FROM pg_event_trigger
WHERE evtfoid = to_regprocedure(%s) AND evtenabled <> 'D' AND evtevent = ANY(%s)"""


class UnwatchedError(Exception):
    """Changes of a database's schema are not recorded, and its owner cannot bring it about; the message says how."""


def prepare_watch(superuser_url: str, owner: str, function: str) -> None:
    """Let `owner` have changes of this database's schema recorded by `function`; again changes nothing."""
    with psycopg.connect(plain_url(superuser_url), autocommit=True) as connection:
        connection.execute(statements(owner, function).encode())


def ensure_watch(owner_url: str, function: str) -> None:
    """See to it, as the owner of a migrated database, that changes of its schema are recorded.

    Raises:
        UnwatchedError: they are not, and nobody let the owner do it.
    """
    with psycopg.connect(plain_url(owner_url), autocommit=True) as connection:
        if _is_watched(connection, function):
            return
        try:
            connection.execute("SELECT ddl_watch.install()")
        except psycopg.errors.Error as error:
            raise UnwatchedError(_advice(connection, function, str(error.diag.message_primary))) from error
        if not _is_watched(connection, function):
            raise UnwatchedError(_advice(connection, function, "ddl_watch.install() watches something else"))


def statements(owner: str, function: str) -> str:
    """Return what a superuser runs in the database."""
    if not FUNCTION.fullmatch(function):
        raise ValueError(f"{function!r} is not schema.function")
    return _PREPARE.format(function=function, owner=sql.Identifier(owner).as_string())


def _is_watched(connection: psycopg.Connection, function: str) -> bool:
    row = connection.execute(_WATCHED, [f"{function}()", list(EVENTS)]).fetchone()
    return row is not None and row[0] == len(EVENTS)


def _advice(connection: psycopg.Connection, function: str, why: str) -> str:
    here = connection.info
    return (
        f"Changes of the schema of {here.dbname} are not recorded ({why}). A superuser runs in it, once, what "
        f"`python -m libs.db.watched {here.user} {function}` prints; then migrate again."
    )


if __name__ == "__main__":
    sys.stdout.write(statements(*sys.argv[1:3]))
