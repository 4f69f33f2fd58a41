"""One book's log on disk: a tree that grows with the journal, and every check that the two are still the same.

    <folder>/<district>/checkpoint   the last head, signed and co-signed
    <folder>/<district>/tile/…       the tree, as static files
    <folder>/<district>/trust        what a receipt of this log is checked against (C2SP tlog-policy)
    <folder>/<district>/alarm        why nothing more is signed, if so
The files can be served as they are, and made anew from the journal at any time.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from libs.db import Connection
from libs.tlog.merkle import EMPTY_ROOT, HASH_BYTES
from libs.tlog.notes import ED25519, Checkpoint, Note, NoteError, VerifierKey, write_atomically
from libs.tlog.policy import Policy
from libs.tlog.rotations import Rotation
from libs.tlog.tiles import TILE_WIDTH, MissingTileError, TileReader, TileWriter
from services.ledger.proof.errors import SealingStoppedError
from services.ledger.proof.keys import trust_text
from services.ledger.store.checkpoints import last_head, some_heads
from services.ledger.store.leaves import LEAVES_AT_ONCE, LogBook, read_leaves

SCRUB_TILES = 8
HEADS_COMPARED_MAX = 1000


class BookLog:
    """The log of one book, as one sealer sees it."""

    def __init__(self, book: LogBook, *, folder: Path, key: VerifierKey, rotations: Sequence[Rotation] = ()) -> None:
        """`key` is the log's, whose name is the log's origin; `rotations` lead to it from the former ones."""
        self.book = book
        self._folder = folder / str(book.district_id)
        self._key = key
        self._rotations = rotations
        self._scrubbed = 0
        self._tree = TileWriter(self._folder)

    @property
    def size(self) -> int:
        """How many entries the tree has."""
        return self._tree.size

    @property
    def checkpoint(self) -> Checkpoint:
        """The head as it would be signed now."""
        return Checkpoint(self._key.name, self._tree.size, self._tree.root())

    def reader(self) -> TileReader:
        """Return the reader of the tree as it is now."""
        return self._tree.reader()

    def open(self, connection: Connection) -> int:
        """Load the tree of the last signed head, or make it anew from the journal; return its size.

        Raises:
            SealingStoppedError: the journal does not have the tree that was signed.
        """
        signed = self._last_signed(connection)
        try:
            self._tree = TileWriter.load(self._folder, signed.size)
        except MissingTileError:
            self._rebuild(connection, signed)
        if self._tree.root() != signed.root:
            self._rebuild(connection, signed)
        if self._alarm_file.exists():
            self._compare(connection, first=0, last=self._tree.size)
            self._alarm_file.unlink()
        return signed.size

    def extend(self, connection: Connection) -> int:
        """Add what the journal has beyond the tree; return how many leaves.

        Raises:
            SealingStoppedError: the journal has a gap, ends before the tree, or has another leaf at its end.
        """
        size = self._tree.size
        rows = read_leaves(connection, self.book.book, first=max(size, 1))
        if size:
            self._refuse_other_end(connection, next(rows, None))
        while chunk := list(islice(rows, LEAVES_AT_ONCE)):
            expected = self._tree.size + 1
            for position, _ in chunk:
                if position != expected:
                    raise self._stop(expected, f"the journal has a gap: {position} follows {expected - 1}")
                expected += 1
            self._tree.extend(leaf for _, leaf in chunk)
        self._tree.flush()
        return self._tree.size - size

    def scrub(self, connection: Connection) -> None:
        """Compare the next stretch of the journal with the tree, round and round.

        Raises:
            SealingStoppedError: a leaf that was signed is another one now.
        """
        if self._scrubbed >= self._tree.size:
            self._scrubbed = 0
        last = min(self._scrubbed + SCRUB_TILES * TILE_WIDTH, self._tree.size)
        self._compare(connection, first=self._scrubbed, last=last)
        self._scrubbed = last

    def publish(self, note: Note) -> None:
        """Put the signed head where everyone reads it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        write_atomically(self._folder / "checkpoint", str(note).encode(), durable=True)

    def publish_trust(self, policy: Policy) -> None:
        """Write the trust file: this log's key, the witnesses', and how many of them must sign."""
        self._folder.mkdir(parents=True, exist_ok=True)
        write_atomically(self._folder / "trust", trust_text(self._key, policy, self._rotations).encode())

    def raise_alarm(self, words: str) -> None:
        """Leave word of why nothing more is signed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        write_atomically(self._alarm_file, f"{words}\n".encode(), durable=True)

    @property
    def _alarm_file(self) -> Path:
        return self._folder / "alarm"

    def _last_signed(self, connection: Connection) -> Checkpoint:
        """Return the larger of the stored and the published head; a restored database has forgotten the larger one."""
        stored, published = last_head(connection, self.book.book), self._published()
        if stored is None or stored.size < published.size:
            return published
        head = Checkpoint(self._key.name, stored.size, stored.root)
        if published.size < head.size:
            self.publish(Note.parse(stored.note))  # A sealer was ended between storing and publishing.
        elif published != head:
            raise self._stop(head.size, "the stored head and the published head of this size differ")
        return head

    def _published(self) -> Checkpoint:
        try:
            note = Note.parse((self._folder / "checkpoint").read_text())
        except FileNotFoundError:
            return Checkpoint(self._key.name, 0, EMPTY_ROOT)
        except NoteError as error:
            raise self._stop(0, f"the published checkpoint is not readable: {error}") from error
        try:
            former = [VerifierKey(self._key.name, ED25519, rotation.old.public) for rotation in self._rotations]
            is_ours = bool(note.signers([self._key, *former]))
        except NoteError:
            is_ours = False
        if not is_ours:
            raise self._stop(0, "the published checkpoint is not signed with this log's key")
        return Checkpoint.parse(note.text)

    def _rebuild(self, connection: Connection, signed: Checkpoint) -> None:
        shutil.rmtree(self._folder / "tile", ignore_errors=True)
        self._tree = TileWriter(self._folder)
        matching = 0
        stored = some_heads(connection, self.book.book, limit=HEADS_COMPARED_MAX)
        heads = {head.size: head.root for head in stored if head.size <= signed.size} | {signed.size: signed.root}
        for size in sorted(heads):
            rows = read_leaves(connection, self.book.book, first=self._tree.size + 1, last=size)
            self._tree.extend(leaf for _, leaf in rows)
            if self._tree.size < size:
                raise self._stop(self._tree.size, f"the journal ends here, and {signed.size} entries were signed")
            if self._tree.root() != heads[size]:
                shutil.rmtree(self._folder / "tile", ignore_errors=True)
                raise self._stop(matching + 1, f"an entry from here to {size} is not the one that was signed")
            matching = size
        self._tree.flush()

    def _refuse_other_end(self, connection: Connection, row: tuple[int, bytes] | None) -> None:
        size = self._tree.size
        if row is not None and row[0] == size and row[1] == self._tree.last_leaf:
            return
        self._compare(connection, first=0, last=size)
        raise self._stop(size, "the entry is not the one that was signed")

    def _compare(self, connection: Connection, *, first: int, last: int) -> None:
        """Stop at the first of the leaves `first` … `last` - 1 at which tree and journal differ."""
        reader = self._tree.reader()
        rows = read_leaves(connection, self.book.book, first=first + 1, last=last)
        for index in range(first, last):
            tile, at = divmod(index, TILE_WIDTH)
            leaf = reader.tile(0, tile)[at * HASH_BYTES : (at + 1) * HASH_BYTES]
            row = next(rows, None)
            if row is None:
                words = f"the journal ends before this entry, and {self._tree.size} entries are in the signed tree"
                raise self._stop(index + 1, words)
            if row != (index + 1, leaf):
                raise self._stop(index + 1, "the entry is missing or not the one that was signed")

    def _stop(self, position: int, words: str) -> SealingStoppedError:
        return SealingStoppedError(self.book.district_id, position, words)


def describe_logs(folder: Path) -> list[dict[str, Any]]:
    """Return every log's district, origin, size and signed head, and why nothing more is signed, if so."""
    return [_describe(path.parent) for path in sorted(folder.glob("*/trust"))]


def _describe(log: Path) -> dict[str, Any]:
    found: dict[str, Any] = {"district_id": log.name, "origin": None, "size": 0, "stopped": None, "checkpoint": None}
    if (log / "checkpoint").exists():
        text = (log / "checkpoint").read_text()
        head = Checkpoint.parse(Note.parse(text).text)
        found |= {"origin": head.origin, "size": head.size, "checkpoint": text}
    if (log / "alarm").exists():
        found["stopped"] = (log / "alarm").read_text().strip()
    return found
