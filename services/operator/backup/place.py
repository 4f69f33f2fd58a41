"""Where copies of databases that are reached by URLs lie.

apart-<instant>/about            which point they are of, and what is in them
apart-<instant>/<service>.<table>  the rows of a table, as COPY tells them
erased                           whose data have ended, as of the newest copy
"""

from __future__ import annotations

import dataclasses
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from libs.clock import machine_now
from libs.sealed_files import DamagedFileError
from services.operator.backup.sealed_folder import ABOUT, BackupRefusedError, SealedFolder
from services.operator.export.snapshot import Moment

FORMAT = 1


@dataclasses.dataclass(frozen=True)
class Partition:
    """A part of a table, and which rows belong into it."""

    table: str
    of: str
    bounds: str


@dataclasses.dataclass(frozen=True)
class Table:
    """A table of a copy."""

    name: str
    columns: tuple[str, ...]
    rows: int


@dataclasses.dataclass(frozen=True)
class Part:
    """What of one service is in a copy; `migrations` are those it has had, with the SHA-256 of each."""

    moment: Moment
    migrations: dict[str, str]
    partitions: tuple[Partition, ...]
    tables: tuple[Table, ...]
    bytes: int


@dataclasses.dataclass(frozen=True)
class About:
    """What a copy is of: all services at one point."""

    format: int
    begun_at: str
    point_at: str
    tries: int
    services: dict[str, Part]

    @property
    def point(self) -> datetime:
        """Return the moment of the copy."""
        return datetime.fromisoformat(self.point_at)


class CopiesApart(SealedFolder):
    """One folder of copies, opened with its key."""

    def copies(self) -> list[Path]:
        """Return the copies that are whole, the oldest first."""
        return sorted(path for path in self.root.glob("apart-*") if (path / ABOUT).exists())

    def new_copy(self) -> Path:
        """Return a new folder for a copy; it counts once `about` is in it."""
        path = self.root / f"apart-{machine_now():%Y%m%dT%H%M%S%f}"
        path.mkdir(mode=0o700)
        return path

    def about(self, copy: Path) -> About:
        """Return what a copy is of.

        Raises:
            BackupRefusedError: this version does not know it.
            DamagedFileError
        """
        noted = self.read_json(copy / ABOUT)
        if noted.get("format") != FORMAT:
            raise BackupRefusedError(f"{copy} has format {noted.get('format')}; this version reads format {FORMAT}")
        return About(**noted | {"services": {name: _part(part) for name, part in noted["services"].items()}})

    def prune(self, *, keep: int) -> list[Path]:
        """Keep so many copies, the newest, and no older one; return which were removed.

        Raises:
            BackupRefusedError: of those that would stay one is not whole, so that nothing is removed.
        """
        assert keep > 0, "the last whole copy is never removed"
        kept, gone = self.copies()[-keep:], self.copies()[:-keep]
        for copy in kept if gone else ():
            self._refuse_half(copy)
        for copy in gone:
            # What says of what it is goes first: a copy that is half removed counts no more.
            (copy / ABOUT).unlink()
            shutil.rmtree(copy)
        for copy in self.root.glob("apart-*"):
            if gone and copy.name < kept[0].name:  # Never whole.
                shutil.rmtree(copy, ignore_errors=True)
        return gone

    def _refuse_half(self, copy: Path) -> None:
        try:
            about = self.about(copy)
        except DamagedFileError as error:
            raise BackupRefusedError(f"nothing was removed: {error}") from error
        files = [file_of(copy, name, table.name) for name, part in about.services.items() for table in part.tables]
        missing = [path for path in files if not path.is_file()]
        if missing:
            raise BackupRefusedError(f"nothing was removed: {missing[0]} is missing")


def file_of(copy: Path, service: str, table: str) -> Path:
    """Return where the rows of a table are."""
    return copy / f"{service}.{table}"


def _part(noted: dict[str, Any]) -> Part:
    return Part(
        moment=Moment(**noted["moment"]),
        migrations=noted["migrations"],
        partitions=tuple(Partition(**partition) for partition in noted["partitions"]),
        tables=tuple(Table(table["name"], tuple(table["columns"]), table["rows"]) for table in noted["tables"]),
        bytes=noted["bytes"],
    )
