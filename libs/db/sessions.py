"""What every session with a database is set to, and how that holds behind a pool of transactions, as PgBouncer is one.

There a connection has another session for each transaction, so what is set for a session must be set by the pool when
it connects (`connect_query`) or for the role; and nothing may be kept in one: no prepared statement, lock or setting.

`python -m libs.db.sessions ROLE …` prints what sets it for roles, to be run by a superuser.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import click
import sqlalchemy
from sqlalchemy.engine import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from libs.telling import TellableError

STATEMENT_TIMEOUT_SECONDS = 30
LOCK_TIMEOUT_SECONDS = 5
IDLE_IN_TRANSACTION_TIMEOUT_SECONDS = 30
NOTHING_IN_SESSIONS: Mapping[str, object] = {"prepare_threshold": None}
"""How the driver connects to a pool: it prepares no statement, and sends no `options`, which pools refuse or forget."""
_FOUND = "SELECT lower(name), setting FROM pg_settings WHERE lower(name) = ANY(%s)"


class UnpreparedPoolError(TellableError):
    """The pool gives sessions that are not set as ours must be."""


def session_settings(
    *,
    statement_timeout_seconds: float = STATEMENT_TIMEOUT_SECONDS,
    lock_timeout_seconds: float = LOCK_TIMEOUT_SECONDS,
    idle_in_transaction_timeout_seconds: float = IDLE_IN_TRANSACTION_TIMEOUT_SECONDS,
    synchronous_commit: bool = True,
) -> dict[str, str]:
    """Return what a session of ours is set to."""
    return {
        "statement_timeout": str(int(statement_timeout_seconds * 1000)),
        "lock_timeout": str(int(lock_timeout_seconds * 1000)),
        "idle_in_transaction_session_timeout": str(int(idle_in_transaction_timeout_seconds * 1000)),
        "synchronous_commit": "on" if synchronous_commit else "off",
        "default_transaction_read_only": "on",  # Only `Database.transaction` writes.
        "timezone": "UTC",
        "jit": "off",
    }


def options_of(settings: Mapping[str, str]) -> dict[str, object]:
    """Return how the driver sets a session that is ours alone."""
    return {"options": " ".join(f"-c {name}={value}" for name, value in settings.items())}


def connect_query(settings: Mapping[str, str]) -> str:
    """Return what a pool must send to the server when it connects."""
    return "; ".join(f"SET {name} = {value}" for name, value in settings.items())


def refuse_unprepared_pool(engine: Engine, settings: Mapping[str, str]) -> None:
    """Refuse each new connection whose session is not set as it must be."""

    @sqlalchemy.event.listens_for(engine, "connect", insert=True)
    def check(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(_FOUND, [list(settings)])
        wrong = {name: value for name, value in cursor.fetchall() if value != settings[name]}
        cursor.close()
        connection.rollback()
        if wrong:
            words = ", ".join(f"{name} = {value}" for name, value in sorted(wrong.items()))
            raise UnpreparedPoolError(
                f"the pool's sessions have {words}: its connect_query is {connect_query(settings)}"
            )


def main(roles: Sequence[str]) -> None:
    """Print what a superuser runs, so that sessions of roles are set as ours must be, whoever opens them."""
    for role in roles:
        for name, value in session_settings().items():
            click.echo(f"ALTER ROLE \"{role}\" SET {name} = '{value}';")


if __name__ == "__main__":
    main(sys.argv[1:])
