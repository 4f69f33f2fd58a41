"""Files of an export: written line by line and hashed on the way, under their names only when they are whole."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

READ_BYTES = 2**20


@dataclasses.dataclass(frozen=True)
class Column:
    """A column of a file, and its type as PostgreSQL names it."""

    name: str
    type: str


@dataclasses.dataclass(frozen=True)
class Written:
    """What the manifest says of a file."""

    path: str
    service: str
    table: str
    what: str
    format: str
    rows: int
    bytes: int
    sha256: str
    columns: list[Column]
    left_out: list[str]


class FileWriter:
    """Writes one file, or goes on with the part of it that an interrupted export has left."""

    def __init__(self, path: Path, *, goes_on: bool = False) -> None:
        """With `goes_on`, `last_line` is the last whole line of what is there; what follows it is cut off."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path, self._part = path, path.with_name(path.name + ".part")
        self._hash, self.lines, self.bytes = hashlib.sha256(), 0, 0
        self.last_line = b""
        if goes_on and self._part.exists():
            self._take_up()
        self._file = open(self._part, "ab" if self.bytes else "wb", opener=_private)  # noqa: SIM115 - closed by __exit__

    def write(self, content: bytes) -> None:
        """Write some whole lines."""
        self._file.write(content)
        self._hash.update(content)
        self.lines += content.count(b"\n")
        self.bytes += len(content)

    @property
    def sha256(self) -> str:
        """The hash of what was written."""
        return self._hash.hexdigest()

    def __enter__(self) -> FileWriter:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Make the file durable and give it its name; where something failed, leave the part."""
        with self._file as file:
            file.flush()
            if kind is None:
                os.fsync(file.fileno())
        if kind is None:
            self._part.replace(self._path)

    def _take_up(self) -> None:
        with open(self._part, "r+b") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._hash.update(line)
                self.lines, self.bytes, self.last_line = self.lines + 1, self.bytes + len(line), line
            file.truncate(self.bytes)


def sha256_of(path: Path) -> str:
    """Return the hash of a file."""
    digest = hashlib.sha256()
    for piece in _pieces(path):
        digest.update(piece)
    return digest.hexdigest()


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(READ_BYTES):
            yield piece


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
