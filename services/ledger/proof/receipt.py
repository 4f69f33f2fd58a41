"""Receipts (C2SP tlog-proof): the entry, its proof of inclusion, and the co-signed head, in one small text."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from libs.db import Connection
from libs.tlog.merkle import inclusion_proof, verify_inclusion
from libs.tlog.notes import encode
from libs.tlog.tiles import TileReader
from services.ledger.domain.entries import Entry, leaf_bytes
from services.ledger.domain.errors import NotSealedYetError
from services.ledger.domain.leaf import hash_leaf
from services.ledger.store.checkpoints import SignedHead, last_head
from services.ledger.store.leaves import find_book

FIRST_LINE = "c2sp.org/tlog-proof@v1"


def make_receipt(connection: Connection, *, entry: Entry, folder: Path) -> str:
    """Return the receipt of a row under the last signed head of its log.

    Raises:
        NotSealedYetError: no signed head covers it yet.
        ProofError: the row or the tree is not what was signed; there is no receipt for it.
    """
    district_id = UUID(bytes=entry.district_id)
    book = find_book(connection, district_id)
    head = last_head(connection, book.book) if book else None
    if head is None or head.size < entry.pos:
        raise NotSealedYetError(position=entry.pos, sealed=head.size if head else 0)
    return render(entry, head, folder / str(district_id))


def render(entry: Entry, head: SignedHead, log_folder: Path) -> str:
    """Return the receipt under this head; proved to hold before it is given out."""
    index, leaf = entry.pos - 1, leaf_bytes(entry)
    path = inclusion_proof(TileReader(log_folder, head.size).node, index=index, size=head.size)
    verify_inclusion(index=index, size=head.size, leaf=hash_leaf(leaf), path=path, root=head.root)
    lines = [FIRST_LINE, f"extra {encode(leaf)}", f"index {index}", *map(encode, path)]
    return "\n".join(lines) + "\n\n" + head.note


def file_name(transfer_id: UUID) -> str:
    """Return the name under which a receipt is saved."""
    return f"{transfer_id}.tlog-proof"
