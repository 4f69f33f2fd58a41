"""Books and wallets that a post names first: each is opened by the first row that names it, and as of that row's time.

So the journal itself tells when anything was opened, and what no row ever named is not there. Numbers are given out
under the locks; the numbers of what no row came to name are given again.
"""

from __future__ import annotations

from typing import Any

import psycopg

from services.ledger.domain.wallets import Id
from services.ledger.store.book import BookCache, CachedWallet
from services.ledger.store.raw import id_array

OPEN_BOOK = "INSERT INTO journal.book (book, district_id, opened_at) VALUES (%s, %s::uuid, %s)"
OPEN_WALLETS = """
    INSERT INTO journal.wallet (wallet, opened_at, book, class, wallet_id, owner)
    SELECT w, at, w >> 36, w & 15, i, o
    FROM unnest(%s::bigint[], %s::bigint[], %s::uuid[], %s::uuid[]) AS n (w, at, i, o)"""


class Openings:
    """What one post opens."""

    def __init__(self) -> None:
        self.books: dict[int, Id] = {}
        """Books that are not there yet, by number."""
        self.wallets: dict[int, CachedWallet] = {}
        """Wallets that are not there yet and that no row has named so far, by number."""
        self.serials: dict[int, int] = {}
        """The last serial given out in each book."""
        self._book_times: list[tuple[int, int]] = []
        self._wallet_times: list[tuple[CachedWallet, int]] = []

    def name_book(self, book: int, recorded_at: int) -> None:
        """A book has its first row."""
        if book in self.books:
            self._book_times.append((book, recorded_at))

    def name_wallets(self, debit: CachedWallet | None, credit: CachedWallet | None, recorded_at: int) -> None:
        """A row names wallets, perhaps the first that does."""
        for wallet in (debit, credit):
            if wallet is not None and self.wallets.pop(wallet.number, None) is not None:
                self._wallet_times.append((wallet, recorded_at))

    def write(self, cursor: psycopg.Cursor[Any], cache: BookCache) -> None:
        """Add what was named; forget what was not: another process may open it before this one looks again."""
        for book, opened_at in self._book_times:
            cursor.execute(OPEN_BOOK, [book, self.books[book].hex(), opened_at])
        if self._wallet_times:
            wallets, times = zip(*self._wallet_times, strict=True)
            numbers = [wallet.number for wallet in wallets]
            ids = id_array([wallet.id_bytes for wallet in wallets])
            owners = id_array([wallet.key.owner_id for wallet in wallets])
            cursor.execute(OPEN_WALLETS, [numbers, list(times), ids, owners])
        for wallet in self.wallets.values():
            cache.forget_wallet(wallet)
