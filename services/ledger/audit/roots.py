"""The tree of a book against its stored checkpoints, those kept outside, and its static tiles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import psycopg

from libs.tlog.merkle import HASH_BYTES, ProofError
from libs.tlog.notes import Checkpoint, Note, NoteError
from libs.tlog.tiles import tile_path
from services.ledger.audit.findings import Finding, Kind
from services.ledger.audit.joined import JoinedBook
from services.ledger.audit.stretch import TILE

# All roots of a year of checkpoints would be millions: the newest, and a thousand spread over the rest.
CHECKPOINTS = """
    WITH numbered AS (
        SELECT size, root, note, book, signed_at, lead(signed_at) OVER (ORDER BY size) AS next_at,
            row_number() OVER (ORDER BY size DESC) - 1 AS number, count(*) OVER () AS heads
        FROM journal.checkpoint WHERE book = %s)
    SELECT n.size, n.root, n.note, n.signed_at,
        (SELECT e.recorded_at FROM journal.entry e WHERE e.book = n.book AND e.pos = n.size), n.next_at
    FROM numbered n WHERE n.number %% greatest(n.heads / 1000, 1) = 0 ORDER BY n.size"""
TILE_LEAVES = "SELECT leaf_hash FROM journal.entry WHERE book = %s AND pos > %s AND pos <= %s ORDER BY pos"
FINDINGS_MAX = 100


class OutsideCheckpoint(Protocol):
    """A checkpoint that was kept elsewhere."""

    @property
    def district_id(self) -> UUID:
        """Whose log."""

    @property
    def size(self) -> int:
        """How many leaves."""

    @property
    def root(self) -> bytes:
        """The root over them."""


def check_roots(
    connection: psycopg.Connection[Any],
    book: JoinedBook,
    outside: Iterable[OutsideCheckpoint],
    log_folder: Path | None,
    findings: list[Finding],
) -> int:
    """Compare the tree with stored and outside checkpoints; return with how many."""
    stored = connection.execute(CHECKPOINTS, [book.book]).fetchall()
    wanted = [(size, bytes(root)) for size, root, *_ in stored]
    wanted += [(one.size, one.root) for one in outside if one.district_id == book.district_id]
    differs = False
    for size, root in wanted:
        if size > book.size:
            findings.append(
                Finding(Kind.JOURNAL_SHORTER, book.district_id, book.size + 1, "pos", f"{size} rows", f"{book.size}")
            )
        elif _root_of(connection, book, size) != root:
            differs = True
            findings.append(Finding(Kind.ROOT_DIFFERS, book.district_id, None, f"checkpoint of {size}", root.hex()))
    for size, root, note, *times in stored:
        findings += _note_findings(book, size, bytes(root), note)
        findings += _time_findings(book, size, *times)
    if log_folder is not None:
        findings += _compare_tiles(connection, book, log_folder, all_rows=differs)
    return len(wanted)


def _root_of(connection: psycopg.Connection[Any], book: JoinedBook, size: int) -> bytes:
    start = size // TILE * TILE
    leaves = [bytes(leaf) for (leaf,) in connection.execute(TILE_LEAVES, [book.book, start, size])]
    try:
        return book.root(size, leaves)
    except (AssertionError, IndexError, ProofError):
        return b""


def _note_findings(book: JoinedBook, size: int, root: bytes, note: str) -> Iterator[Finding]:
    """A stored checkpoint must say what its signed note says; a note of another size and root is the wrong one."""
    try:
        signed = Checkpoint.parse(Note.parse(note).text)
    except NoteError:
        yield Finding(Kind.ROOT_DIFFERS, book.district_id, None, f"note of checkpoint {size}", "a signed note")
        return
    told = {"size": str(signed.size), "root": signed.root.hex(), "book": signed.origin.rsplit("/", 1)[-1]}
    stored = {"size": str(size), "root": root.hex(), "book": str(book.district_id)}
    differing = [name for name in told if told[name] != stored[name]]
    if {"size", "root"} <= set(differing):
        yield Finding(Kind.ROOT_DIFFERS, book.district_id, None, f"note of checkpoint {size}", str(size), told["size"])
        return
    for name in differing:
        field = f"{name} of checkpoint {size}"
        yield Finding(Kind.ROOT_DIFFERS, book.district_id, None, field, told[name], stored[name])


def _time_findings(
    book: JoinedBook, size: int, signed_at: int, recorded_at: int | None, next_at: int | None
) -> Iterator[Finding]:
    """A head is signed after its last row was recorded, and before the next head."""
    field = f"signed_at of checkpoint {size}"
    if recorded_at is not None and signed_at < recorded_at:
        yield Finding(Kind.TIME_TURNED_BACK, book.district_id, size, field, f">= {recorded_at}", str(signed_at))
    if next_at is not None and signed_at > next_at:
        yield Finding(Kind.TIME_TURNED_BACK, book.district_id, size, field, f"<= {next_at}", str(signed_at))


def _compare_tiles(
    connection: psycopg.Connection[Any], book: JoinedBook, log_folder: Path, *, all_rows: bool
) -> list[Finding]:
    """Name the rows whose hashes are not those of the static tiles."""
    findings: list[Finding] = []
    for number in range(book.size // TILE + 1) if all_rows else ():
        first = number * TILE
        rows = connection.execute(TILE_LEAVES, [book.book, first, min(first + TILE, book.size)]).fetchall()
        leaves = b"".join(bytes(leaf) for (leaf,) in rows)
        published = _published(log_folder / str(book.district_id), number, len(rows))
        for at in range(0, min(len(published), len(leaves)), HASH_BYTES):
            if published[at : at + HASH_BYTES] != leaves[at : at + HASH_BYTES] and len(findings) < FINDINGS_MAX:
                position = first + at // HASH_BYTES + 1
                findings.append(
                    Finding(Kind.ROW_ALTERED, book.district_id, position, "leaf_hash", published[at : at + 32].hex())
                )
    return findings


def _published(folder: Path, number: int, width: int) -> bytes:
    whole = folder / tile_path(level=0, index=number, width=TILE)
    if whole.exists():
        return whole.read_bytes()
    for candidate in range(width, 0, -1):
        partial = folder / tile_path(level=0, index=number, width=candidate)
        if partial.exists():
            return partial.read_bytes()
    return b""
