"""The tree of a book against its stored checkpoints, those kept outside, and its static tiles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import psycopg

from libs.tlog.merkle import HASH_BYTES, node_hash, root_of_peaks
from libs.tlog.notes import Checkpoint, Note, NoteError
from libs.tlog.tiles import tile_path
from services.ledger.audit.findings import Finding, Kind
from services.ledger.audit.joined import JoinedBook
from services.ledger.audit.stretch import TILE

# Every head of the book, the inner ones too: what was signed once must be what stands there.
CHECKPOINTS = """
    SELECT c.size, c.root, c.note, c.signed_at,
        (SELECT e.recorded_at FROM journal.entry e WHERE e.book = c.book AND e.pos = c.size),
        lead(c.signed_at) OVER (ORDER BY c.size)
    FROM journal.checkpoint c WHERE c.book = %s ORDER BY c.size"""
HEADS_AT_ONCE = 2_000
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
    heads = _Heads(connection, book)
    with psycopg.ServerCursor(connection, "heads", withhold=True) as stored:
        stored.execute(CHECKPOINTS, [book.book])
        while some := stored.fetchmany(HEADS_AT_ONCE):
            for size, root, note, *times in some:
                heads.check(size, bytes(root))
                heads.add(_note_findings(book, size, bytes(root), note))
                heads.add(_time_findings(book, size, *times))
    for outside_checkpoint in outside:
        if outside_checkpoint.district_id == book.district_id:
            heads.check(outside_checkpoint.size, outside_checkpoint.root)
    findings += heads.findings
    if log_folder is not None:
        findings += _compare_tiles(connection, book, log_folder, all_rows=heads.differs)
    return heads.checked


class _Heads:
    """Compares heads with the tree; those of one tile, one after the other, cost a few hashes each."""

    def __init__(self, connection: psycopg.Connection[Any], book: JoinedBook) -> None:
        self.findings: list[Finding] = []
        self.checked, self.differs = 0, False
        self._connection, self._book = connection, book
        self._tile, self._leaves = -1, list[bytes]()
        self._row, self._rest = list[tuple[int, bytes]](), 0
        """The complete subtrees of the tile's first `_rest` leaves, with their heights."""

    def add(self, findings: Iterable[Finding]) -> None:
        """Keep findings; a log full of them is not worth all their lines."""
        self.findings += list(findings)[: FINDINGS_MAX - len(self.findings)]

    def check(self, size: int, root: bytes) -> None:
        """Compare a root with the journal's at this size."""
        book, self.checked = self._book, self.checked + 1
        if size > book.size:
            words = f"{size} rows", f"{book.size}"
            self.add([Finding(Kind.JOURNAL_SHORTER, book.district_id, book.size + 1, "pos", *words)])
        elif self._root(size) != root:
            self.differs = True
            self.add([Finding(Kind.ROOT_DIFFERS, book.district_id, None, f"checkpoint of {size}", root.hex())])

    def _root(self, size: int) -> bytes:
        tile, rest = divmod(size, TILE)
        if tile != self._tile or rest < self._rest:
            where = [self._book.book, tile * TILE, min(tile * TILE + TILE, self._book.size)]
            self._leaves = [bytes(leaf) for (leaf,) in self._connection.execute(TILE_LEAVES, where)]
            self._tile, self._row, self._rest = tile, [], 0
        if rest > len(self._leaves) or tile > len(self._book.tiles):
            return b""
        for leaf in self._leaves[self._rest : rest]:
            self._push(leaf)
        self._rest = rest
        return root_of_peaks([*self._book.peaks_of_tiles(tile), *(one for _, one in self._row)])

    def _push(self, leaf: bytes) -> None:
        height, node = 0, leaf
        while self._row and self._row[-1][0] == height:
            node = node_hash(self._row.pop()[1], node)
            height += 1
        self._row.append((height, node))


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
