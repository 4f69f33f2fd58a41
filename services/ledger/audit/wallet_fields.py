"""Name the field of a wallet's row that was changed: its number tells book and class, its journal rows tell its id."""

from __future__ import annotations

from typing import Any, NamedTuple

import psycopg

from services.ledger.audit.locate import Context, hash_of
from services.ledger.audit.packed import Row
from services.ledger.domain.wallets import NO_ID, Id
from services.ledger.store.raw import COLUMNS, raw_cursor

CLASS_BITS = 15
BOOK_SHIFT = 36
NO_ID_NUMBER = 0
ENTRY_OF = f"SELECT {COLUMNS} FROM journal.entry WHERE (debit = %s OR credit = %s) AND outcome = 0 LIMIT 1"
PUBLIC_IDS = "SELECT wallet, wallet_id FROM journal.wallet WHERE wallet = ANY(%s)"


class WalletRow(NamedTuple):
    """A wallet as it is stored, with the district of the book that it names."""

    number: int
    book: int
    wallet_class: int
    owner: Id
    public_id: Id
    district_id: Id


def name_wallet_field(connection: psycopg.Connection[Any], row: WalletRow, expected: bytes) -> tuple[str, str, str]:
    """The changed field, its true value where that is known, and the one found; `expected` is its owner's wallet id."""
    if row.number >> BOOK_SHIFT != row.book:
        return "book", str(row.number >> BOOK_SHIFT), str(row.book)
    if row.number & CLASS_BITS != row.wallet_class:
        return "class", str(row.number & CLASS_BITS), str(row.wallet_class)
    cursor = raw_cursor(connection)
    found = cursor.execute(ENTRY_OF.encode(), [row.number, row.number]).fetchone()
    if found is None:
        return "wallet_id or owner", expected.hex(), row.public_id.hex()
    entry = Row._make(found)
    public_ids = {NO_ID_NUMBER: NO_ID} | dict(cursor.execute(PUBLIC_IDS, [[entry.debit, entry.credit]]).fetchall())
    if _holds(entry, row.district_id, public_ids):
        return "owner", f"the owner of wallet {row.public_id.hex()}", row.owner.hex()
    if _holds(entry, row.district_id, public_ids | {row.number: expected}):
        return "wallet_id", expected.hex(), row.public_id.hex()
    return "wallet_id or owner", expected.hex(), row.public_id.hex()


def _holds(entry: Row, district_id: Id, public_ids: dict[int, Id]) -> bool:
    return hash_of(entry, Context(district_id, public_ids, None, {})) == entry.leaf_hash
