"""Transactions on one PostgreSQL database (SQLAlchemy Core, psycopg 3).

What a transaction collects with `collect` (the events of the outbox) is written by its last statements,
just before the commit, so that the locks these statements take are held for one commit only. A savepoint that
is rolled back forgets what was collected inside it.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import sqlalchemy
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InterfaceError, InvalidatePoolError, OperationalError, TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from libs.clock import monotonic
from libs.db.driver import pipelined, run
from libs.db.sessions import (
    IDLE_IN_TRANSACTION_TIMEOUT_SECONDS,
    LOCK_TIMEOUT_SECONDS,
    NOTHING_IN_SESSIONS,
    STATEMENT_TIMEOUT_SECONDS,
    options_of,
    refuse_unprepared_pool,
    session_settings,
)

CONNECT_TIMEOUT_SECONDS = 5
POOL_WAIT_SECONDS = 10
REST_SECONDS = 1.0

# What passes by itself: the server is away, a lock was not to be had, two transactions met. Try again.
TRANSIENT = (OperationalError, InterfaceError, PoolTimeoutError)

T = TypeVar("T")
Finisher = Callable[[Connection, list[Any]], None]

_STATE = "transaction_state"


@dataclasses.dataclass
class _TransactionState:
    """What one open transaction will still do: before its commit, and after it."""

    collected: dict[Finisher, list[Any]] = dataclasses.field(default_factory=dict)
    after_commit: list[Callable[[], None]] = dataclasses.field(default_factory=list)


class Database:
    """A pool of connections to one database, as one role."""

    def __init__(
        self,
        url: str,
        *,
        pool_max: int = 5,
        application_name: str = "timebank",
        wake: Callable[[], None] | None = None,
        statement_timeout_seconds: float = STATEMENT_TIMEOUT_SECONDS,
        lock_timeout_seconds: float = LOCK_TIMEOUT_SECONDS,
        idle_in_transaction_timeout_seconds: float = IDLE_IN_TRANSACTION_TIMEOUT_SECONDS,
        synchronous_commit: bool = True,
        pooled: bool = False,
    ) -> None:
        """Connect lazily; `wake` is called after each commit that collected something (it must not block).

        `pooled`: the server is behind a pool of transactions (PgBouncer), so nothing may be kept in a session.
        """
        self.url = url
        self._wake = wake
        settings = session_settings(
            statement_timeout_seconds=statement_timeout_seconds,
            lock_timeout_seconds=lock_timeout_seconds,
            idle_in_transaction_timeout_seconds=idle_in_transaction_timeout_seconds,
            synchronous_commit=synchronous_commit,
        )
        self.engine: Engine = sqlalchemy.create_engine(
            driver_url(url),
            pool_size=pool_max,
            max_overflow=0,
            pool_timeout=POOL_WAIT_SECONDS,
            hide_parameters=True,  # No value of a row may reach a log.
            connect_args={
                "application_name": application_name,
                "connect_timeout": CONNECT_TIMEOUT_SECONDS,
                **(NOTHING_IN_SESSIONS if pooled else options_of(settings)),
            },
        )
        if pooled:
            refuse_unprepared_pool(self.engine, settings)

        self._reader = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        _let_transactions_write(self.engine)
        _ping_after_a_rest(self.engine)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open the one read-write transaction of a command or batch; it is committed on leaving."""
        with self.engine.connect() as connection:
            state = connection.info[_STATE] = _TransactionState()
            try:
                with connection.begin():
                    yield connection
                    _finish(connection, state)
            finally:
                # After a broken connection there is no `info` left to clear.
                if not connection.invalidated:
                    connection.info.pop(_STATE, None)
        for act in state.after_commit:
            act()
        if self._wake is not None and any(state.collected.values()):
            self._wake()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that only reads: each statement by itself, with its own snapshot and no lock kept."""
        with self._reader.connect() as connection:
            yield connection

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _finish(connection: Connection, state: _TransactionState) -> None:
    """Write what was collected and commit, in one trip."""
    if not any(state.collected.values()):
        return
    with pipelined(connection):
        for finish, entries in state.collected.items():
            if entries:
                finish(connection, entries)
        run(connection, "COMMIT")


def _let_transactions_write(engine: Engine) -> None:
    """Say READ WRITE with every BEGIN: what has no transaction of its own is read-only by the session's default."""

    @sqlalchemy.event.listens_for(engine, "connect")
    def allow(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.read_only = False


def _ping_after_a_rest(engine: Engine) -> None:
    """Ask a pooled connection whether it still lives, unless it was used just now; a dead one is replaced.

    The pool's own pre-ping asks before every transaction, which is a round trip for nothing on a busy server.
    """

    @sqlalchemy.event.listens_for(engine, "checkin")
    def note(_: object, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = monotonic()

    @sqlalchemy.event.listens_for(engine, "checkout")
    def ping(connection: DBAPIConnection, record: ConnectionPoolEntry, _: object) -> None:
        rests_since = record.info.get("rests_since")
        if rests_since is None or monotonic() - rests_since < REST_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            if not engine.dialect.is_disconnect(error, connection, None):
                raise
            raise InvalidatePoolError from error


def driver_url(url: str) -> str:
    """Return the URL with the one driver we use, psycopg 3."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def plain_url(url: str) -> str:
    """Return the URL as libpq understands it, for psycopg and the command-line programs."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


@contextlib.contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """Undo everything done and collected inside when it raises, and nothing else."""
    state = _state(connection)
    lengths = {finish: len(entries) for finish, entries in state.collected.items()}
    actions = len(state.after_commit)
    try:
        with connection.begin_nested():
            yield
    except BaseException:
        for finish, entries in state.collected.items():
            del entries[lengths.get(finish, 0) :]
        del state.after_commit[actions:]
        raise


def collect(connection: Connection, finish: Callable[[Connection, list[T]], None], entry: T) -> None:
    """Keep `entry`; just before the commit, `finish` is called once with all entries kept for it."""
    _state(connection).collected.setdefault(finish, []).append(entry)


def write_at_end(connection: Connection, write: Callable[[], object]) -> None:
    """Write with the last statements of the transaction, which go to the server with the commit; it is read no more."""
    collect(connection, _write_all, write)


def _write_all(_connection: Connection, writes: list[Callable[[], object]]) -> None:
    for write in writes:
        write()


def after_commit(connection: Connection, act: Callable[[], None]) -> None:
    """Call `act` once this transaction is committed; never when it is rolled back."""
    _state(connection).after_commit.append(act)


def _state(connection: Connection) -> _TransactionState:
    state = connection.info.get(_STATE)
    assert isinstance(state, _TransactionState), "this needs Database.transaction()"
    return state
