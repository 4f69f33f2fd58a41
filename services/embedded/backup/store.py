"""Where backups lie: a folder with copies of the whole, the log of what was written since, and who was erased.

key.json             how the key is recognised, nothing of it
base-<instant>/      about, beside (files), database (PostgreSQL's base backup as a tar)
wal/<segment>        the database's log, as it was archived
erased               whose data have ended, as of the newest backup
"""

from __future__ import annotations

import dataclasses
import io
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from libs.clock import machine_now
from services.operator.backup.sealed_folder import ABOUT, BackupRefusedError, SealedFolder

FORMAT = 1
BESIDE, DATABASE = "beside", "database"
SUPERUSER = "superuser.password"
SEGMENT_NAME_LENGTH = 24


@dataclasses.dataclass(frozen=True)
class About:
    """What a copy of the whole is of: enough to choose one, and to refuse one."""

    format: int
    postgres: str
    kind: str
    broker: str
    begun_at: str
    point_at: str
    lsn: str
    first_segment: str
    bytes: int
    epochs: dict[str, int]
    positions: dict[str, int]

    @property
    def point(self) -> datetime:
        """Return the earliest moment to which it can be restored."""
        return datetime.fromisoformat(self.point_at)


class BackupStore(SealedFolder):
    """One folder of backups, opened with its key."""

    def __init__(self, root: Path, key: bytes) -> None:
        """Open a folder; it is begun with this key if there is nothing in it.

        Raises:
            WrongKeyError: it was begun with another one.
        """
        super().__init__(root, key)
        self.wal.mkdir(exist_ok=True, mode=0o700)

    @property
    def wal(self) -> Path:
        """Return where the database's log is."""
        return self.root / "wal"

    def bases(self) -> list[Path]:
        """Return the copies of the whole, the oldest first."""
        return sorted(path for path in self.root.glob("base-*") if (path / ABOUT).exists())

    def unfinished(self) -> list[Path]:
        """Return folders of copies that were never whole, or are not any more, the oldest first."""
        return sorted(path for path in self.root.glob("base-*") if not (path / ABOUT).exists())

    def holds(self, base: Path) -> bool:
        """Tell whether all files of a copy are there."""
        return all((base / name).is_file() for name in (ABOUT, BESIDE, DATABASE))

    def forget(self, base: Path) -> None:
        """Remove a copy of the whole."""
        (base / ABOUT).unlink()
        shutil.rmtree(base)

    def new_base(self) -> Path:
        """Return a new folder for a copy; it counts once `about` is in it."""
        path = self.root / f"base-{machine_now():%Y%m%dT%H%M%S%f}"
        path.mkdir(mode=0o700)
        return path

    def segments(self) -> set[str]:
        """Return the names of the pieces of the database's log that are here."""
        return {path.name for path in self.wal.iterdir() if len(path.name) == SEGMENT_NAME_LENGTH}

    def about(self, base: Path) -> About:
        """Return what a copy is of.

        Raises:
            BackupRefusedError: this version does not know it.
            DamagedFileError
        """
        noted = self.read_json(base / ABOUT)
        if noted.get("format") != FORMAT:
            raise BackupRefusedError(f"{base} has format {noted.get('format')}; this version reads format {FORMAT}")
        return About(**noted)


class Pieces(io.RawIOBase):
    """What is read piece by piece, as a file that is read once."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as one piece goes."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


def segments_after(first: str, present: set[str]) -> list[str]:
    """Return the run of segments from a first one on.

    Raises:
        BackupRefusedError: one is missing between others; what comes after it cannot be reached.
    """
    timeline = first[:8]
    later = sorted(name for name in present if name[:8] == timeline and name >= first)
    expected = first
    for name in later:
        if name != expected:
            raise BackupRefusedError(f"the piece {expected} of the database's log is missing; there are later ones")
        expected = _following(name)
    return later


def _following(name: str) -> str:
    """Return the name of the next segment of 16 MiB."""
    number = (int(name[8:16], 16) << 8) + int(name[16:], 16) + 1
    return f"{name[:8]}{number >> 8:08X}{number & 0xFF:08X}"
