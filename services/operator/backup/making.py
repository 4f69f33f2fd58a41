"""Copy all databases, reached by URLs, at one point and while everything runs: by the roles that may only read."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from libs.clock import machine_now, monotonic
from libs.db.driver import driver_connection
from services.accounts.bootstrap import ended_persons
from services.operator.backup import tables
from services.operator.backup.place import FORMAT, About, CopiesApart, Part, Table, file_of
from services.operator.backup.sealed_folder import ABOUT, ERASED, BackupRefusedError
from services.operator.one_point import OnePoint, OvertakenError, View, one_point

TOLD_EVERY_SECONDS = 2.0
Say = Callable[[str], object]


def copy_all(readers: Mapping[str, str], store: CopiesApart, say: Say) -> tuple[Path, About]:
    """Make a copy of all databases at one point; return where it is, and what it is of.

    Raises:
        BackupRefusedError: they were at no one point, or the copy could not be written.
    """
    begun = machine_now()
    try:
        with one_point(readers) as point:
            return _copied(point, store, begun.isoformat(), say)
    except OvertakenError as error:
        raise BackupRefusedError(str(error)) from error


def _copied(point: OnePoint, store: CopiesApart, begun_at: str, say: Say) -> tuple[Path, About]:
    at = max(view.moment.at for view in point.views.values())
    say(f"all databases as they are at {at}, {_under_way(point)} events on their way")
    copy = store.new_copy()
    try:
        store.write_json(store.root / ERASED, ended_persons(point.views["accounts"].database.connection))
        with ThreadPoolExecutor(len(point.views)) as threads:
            copying = partial(_copy_service, store, copy, say)
            parts = dict(zip(point.views, threads.map(copying, point.views.items()), strict=True))
        about = About(FORMAT, begun_at, at, point.tries, parts)
        store.write_json(copy / ABOUT, dataclasses.asdict(about))
    except OSError as error:
        shutil.rmtree(copy, ignore_errors=True)
        raise BackupRefusedError(f"the backup could not be written: {error.strerror}: {copy}") from error
    except BaseException:
        shutil.rmtree(copy, ignore_errors=True)
        raise
    return copy, about


def _copy_service(store: CopiesApart, copy: Path, say: Say, named: tuple[str, View]) -> Part:
    """Copy one database, on its own connection."""
    service, view = named
    connection = driver_connection(view.database.connection)
    progress = _Progress(service, say)
    copied = []
    for name, columns in tables.tables_of(connection).items():
        rows = 0
        with store.writer(file_of(copy, service, name)) as file:
            for piece in tables.read_table(connection, name, columns):
                file.write(piece)
                rows += piece.count(b"\n")  # A line end within a value is told as \\n.
                progress.add(name, len(piece))
        copied.append(Table(name, columns, rows))
    say(f"{service}: {sum(table.rows for table in copied)} rows of {len(copied)} tables, {progress.taken} bytes")
    migrations, partitions = tables.migrations_of(connection), tables.partitions_of(connection)
    return Part(view.moment, migrations, partitions, tuple(copied), progress.taken)


class _Progress:
    """How much was taken of one service, told now and then."""

    def __init__(self, service: str, say: Say) -> None:
        self._service, self._say, self._told_at, self.taken = service, say, monotonic(), 0

    def add(self, table: str, count: int) -> None:
        """Count some bytes of a table."""
        self.taken += count
        if monotonic() - self._told_at > TOLD_EVERY_SECONDS:
            self._told_at = monotonic()
            self._say(f"{self._service}: {self.taken // 2**20} MB, at {table}")


def note_done(path: Path) -> None:
    """Write down that a copy of the whole was made, for who watches the platform."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(json.dumps({"whole": int(machine_now().timestamp())}))
    fresh.replace(path)


def _under_way(point: OnePoint) -> int:
    """Return how many events were told at the point and not yet heard, of streams that were heard."""
    heads = {stream: head for view in point.views.values() for stream, head in view.moment.heads.items()}
    return sum(
        max(0, heads.get(stream, 0) - position)
        for view in point.views.values()
        for stream, position in view.moment.heard.items()
    )
