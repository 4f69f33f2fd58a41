"""Remove the oldest copies of the whole, and the pieces of the log that no copy that stays needs."""

from __future__ import annotations

import shutil
from pathlib import Path

from libs.sealed_files import DamagedFileError
from services.embedded.backup.store import BackupStore, segments_after
from services.operator.backup.sealed_folder import BackupRefusedError

TIMELINE_LETTERS = 8


def prune(store: BackupStore, *, keep: int) -> tuple[list[Path], int]:
    """Keep so many copies, the newest; return which were removed, and how many pieces of the log.

    Raises:
        BackupRefusedError: of those that would stay one cannot be restored, so that nothing is removed.
    """
    assert keep > 0, "the last whole copy is never removed"
    bases = store.bases()
    kept, gone = bases[-keep:], bases[:-keep]
    if not gone:
        return [], 0
    firsts = [_first_segment(store, base) for base in kept]
    for base in gone:
        # What says of what it is goes first: a copy that is half removed counts no more.
        store.forget(base)
    unneeded = [name for name in store.segments() if not _is_needed(name, firsts)]
    for name in unneeded:
        (store.wal / name).unlink()
    for base in store.unfinished():
        if base.name < kept[0].name:
            shutil.rmtree(base, ignore_errors=True)
    return gone, len(unneeded)


def _first_segment(store: BackupStore, base: Path) -> str:
    """Return where the log of a copy begins; the copy is described, there, and its log has no hole."""
    try:
        about = store.about(base)
    except DamagedFileError as error:
        raise BackupRefusedError(f"nothing was removed: {error}") from error
    if not store.holds(base):
        raise BackupRefusedError(f"nothing was removed: {base} is not whole")
    if not segments_after(about.first_segment, store.segments()):
        raise BackupRefusedError(f"nothing was removed: the database's log of {base} is not there")
    return about.first_segment


def _is_needed(name: str, firsts: list[str]) -> bool:
    """Tell whether a copy that stays is followed by this piece, or one that is not known yet may be."""
    timeline = name[:TIMELINE_LETTERS]
    of_timeline = [first for first in firsts if first[:TIMELINE_LETTERS] == timeline]
    return name >= min(of_timeline) if of_timeline else timeline > min(firsts)[:TIMELINE_LETTERS]
