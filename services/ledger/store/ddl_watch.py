"""Record every change of the journal's schema: an event trigger, which only a superuser may create."""

from __future__ import annotations

import psycopg

from libs.db.database import plain_url

WATCHES = {"journal_ddl_end": "ddl_command_end", "journal_ddl_drop": "sql_drop"}


def install_ddl_watch(superuser_url: str) -> None:
    """Watch a migrated ledger database; again changes nothing. Called by whoever sets the database up."""
    with psycopg.connect(plain_url(superuser_url), autocommit=True) as connection:
        for name, event in WATCHES.items():
            found = connection.execute("SELECT 1 FROM pg_event_trigger WHERE evtname = %s", [name]).fetchone()
            if found is None:
                connection.execute(
                    f"CREATE EVENT TRIGGER {name} ON {event} EXECUTE FUNCTION journal.record_ddl()".encode()
                )
