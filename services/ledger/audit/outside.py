"""Read checkpoints that were kept outside the ledger: a witness's folder, a file somebody saved, a page typed in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from libs.tlog.notes import Checkpoint, Note, NoteError


@dataclass(frozen=True, slots=True)
class Outside:
    """A checkpoint that was kept elsewhere: by a witness, a reader of the topic, a printed page."""

    district_id: UUID
    size: int
    root: bytes


class UnreadableCheckpointError(Exception):
    """The file is no checkpoint of a district's log."""


def read_outside(paths: Iterable[Path]) -> tuple[Outside, ...]:
    """Return the checkpoints in files, and in all files of folders.

    Read them before the journal: whatever was signed by then is in it.

    Raises:
        UnreadableCheckpointError: one cannot be read.
    """
    return tuple(_read(path) for path in _files(paths))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(found for found in path.iterdir() if found.is_file())
        else:
            yield path


def _read(path: Path) -> Outside:
    try:
        checkpoint = Checkpoint.parse(Note.parse(path.read_text()).text)
        district_id = UUID(checkpoint.origin.rsplit("/", 1)[-1])
    except (OSError, ValueError, NoteError) as error:
        raise UnreadableCheckpointError(f"{path}: {error}") from error
    return Outside(district_id, checkpoint.size, checkpoint.root)
