"""Put a copy into empty databases that are reached by URLs, so that nothing counts twice.

Until everything is there, new epochs are begun and everybody is told, and whose data had ended is ended again, only the
owners get into the databases: a process that was left running can do nothing with half of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from libs.bus import Broker
from libs.clock import monotonic
from libs.db.database import plain_url
from libs.db.migrations import migrate, migrations_in
from services.accounts.bootstrap import PROGRAM as ACCOUNTS, ended_on_broker
from services.ledger.audit.outside import read_outside
from services.ledger.audit.verify import Terms
from services.ledger.bootstrap import PROGRAM as LEDGER
from services.operator.adopting import HEARD
from services.operator.backup import tables
from services.operator.backup.after import begin_anew, choose, look_at, whose_ended
from services.operator.backup.closed import ClosedDatabases
from services.operator.backup.options import Restored, Wanted
from services.operator.backup.place import About, CopiesApart, Part, Table, file_of
from services.operator.backup.sealed_folder import BackupRefusedError
from services.orders.bootstrap import PROGRAM as ORDERS
from services.redemption.bootstrap import PROGRAM as REDEMPTION

MIGRATIONS = {program.name: program.migrations for program in (ACCOUNTS, ORDERS, LEDGER, REDEMPTION)}
TOLD_EVERY_SECONDS = 2.0
SESSION = "-c timezone=UTC -c statement_timeout=0 -c idle_in_transaction_session_timeout=0"
Say = Callable[[str], object]


def restore(
    store: CopiesApart, owners: Mapping[str, str], broker: Broker | None, wanted: Wanted, *, now: datetime, say: Say
) -> Restored:
    """Restore the newest copy, or that of a moment, and check what came out; `broker` None has nothing from before.

    Where the ledger is not whole the databases stay closed. `now` is the platform's time.

    Raises:
        BackupRefusedError: there is nothing to restore, it is of other migrations than this release has, or the
            databases are not empty; nothing was changed.
        DamagedFileError: a byte of the copy is not as it was written; nothing was changed.
    """
    copies = [(copy, store.about(copy)) for copy in store.copies()]
    copy, about = choose(copies, wanted.to, root=store.root, kind="databases by URLs")
    _refuse_other_migrations(about)
    outside, ended = read_outside(wanted.checkpoints), whose_ended(store, wanted)
    _read_once(store, copy, about, say)
    closed = ClosedDatabases(owners)
    closed.close()
    for service, part in about.services.items():
        _fill(store, copy, service, part, owners[service])
        say(f"{service}: {sum(table.rows for table in part.tables)} rows, as they were at {part.moment.at}")
    before = _with_something(broker)
    ended = [*ended, *(ended_on_broker(before) if before is not None else ())]
    again = begin_anew(owners, before, wanted, ended, now=now, say=say)
    restored = look_at(owners, Terms(outside=outside), now=now, ended_again=again)
    if not restored.findings:
        closed.open()
    return restored


def _refuse_other_migrations(about: About) -> None:
    for service, part in about.services.items():
        ours = migrations_in(MIGRATIONS[service])
        other = [revision for revision, digest in part.migrations.items() if ours.get(revision) != digest]
        if other:
            raise BackupRefusedError(
                f"the copy's {service} had migration {other[0]}, which this release does not have: restore with the "
                "release that made the copy, or a later one"
            )


def _read_once(store: CopiesApart, copy: Path, about: About, say: Say) -> None:
    """Look at every byte of a copy before anything is changed."""
    whole = sum(part.bytes for part in about.services.values())
    say(f"reading {copy.name}, all databases as they were at {about.point_at}: {whole // 2**20} MB")
    read, told_at = 0, monotonic()
    for service, part in about.services.items():
        for table in part.tables:
            for piece in _pieces(store, copy, service, table):
                read += len(piece)
                if monotonic() - told_at > TOLD_EVERY_SECONDS:
                    told_at = monotonic()
                    say(f"{read // 2**20} MB of {whole // 2**20}")


def _pieces(store: CopiesApart, copy: Path, service: str, table: Table) -> Iterator[bytes]:
    path = file_of(copy, service, table.name)
    if not path.is_file():
        raise BackupRefusedError(f"{path} is missing")
    return store.read(path)


def _fill(store: CopiesApart, copy: Path, service: str, part: Part, owner: str) -> None:
    """Make a database what it was, whole or not at all."""
    migrate(owner, MIGRATIONS[service], to=part.moment.migration)
    with psycopg.connect(plain_url(owner), options=SESSION) as connection:
        tables.empty_tables(connection)
        tables.make_partitions(connection, part.partitions)
        by_name = {table.name: table for table in part.tables}
        for name in tables.in_order(connection, by_name):
            _fill_table(connection, by_name[name], store.read(file_of(copy, service, name)))
        tables.count_on(connection)
        connection.execute("ANALYZE")


def _fill_table(connection: psycopg.Connection[Any], table: Table, pieces: Iterator[bytes]) -> None:
    rows = tables.write_table(connection, table, pieces)
    if rows != table.rows:
        raise BackupRefusedError(f"{table.name} has {rows} rows, and had {table.rows}")


def _with_something(broker: Broker | None) -> Broker | None:
    """Return the broker, if it has anything from before: one that is new has not even the topics."""
    topics = sorted({topic for heard in HEARD.values() for topic in heard})
    return broker if broker is not None and broker.end_offsets(topics) else None
