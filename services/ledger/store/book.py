"""What one process has seen of the books: wallets as of a position; bounded, and dropped when in doubt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from services.ledger.domain.wallets import Id, WalletKey, wallet_id

WALLETS_CACHED_MAX = 100_000


class CachedWallet:
    """A wallet as of the last row that is known."""

    __slots__ = ("after", "id_bytes", "key", "number", "version")

    def __init__(self, key: WalletKey, number: int, id_bytes: Id, version: int, after: int) -> None:
        self.key = key
        self.number = number
        self.id_bytes = id_bytes
        self.version = version
        self.after = after


@dataclass(slots=True)
class Book:
    """Where a district's journal stood when this process last looked."""

    number: int
    district_id: Id
    last_pos: int = -1
    """The last position that is known; -1 = the journal was not read yet."""
    last_leaf: bytes = b""
    last_recorded_at: int = 0

    def is_known(self) -> bool:
        """Whether the journal was read before."""
        return self.last_pos >= 0


@dataclass(slots=True)
class BookCache:
    """All books and wallets that a poster has seen."""

    books: dict[Id, Book] = field(default_factory=dict)
    districts: dict[int, Id] = field(default_factory=dict)
    wallets: dict[WalletKey, CachedWallet] = field(default_factory=dict)
    by_number: dict[int, CachedWallet] = field(default_factory=dict)
    has_opened: bool = False
    """Whether a book got a number in the last transaction, which may have been rolled back, or may have had no row."""

    def add_book(self, number: int, district_id: Id) -> None:
        """Remember a book's number."""
        self.books.setdefault(district_id, Book(number, district_id))
        self.districts[number] = district_id

    def add_wallet(self, wallet: CachedWallet) -> None:
        """Remember a wallet."""
        self.wallets[wallet.key] = wallet
        self.by_number[wallet.number] = wallet

    def forget_wallet(self, wallet: CachedWallet) -> None:
        """Forget one wallet."""
        del self.wallets[wallet.key], self.by_number[wallet.number]

    def make_room(self) -> None:
        """Forget the quarter of the wallets that was read first; what is known of the others stays right."""
        for key in list(islice(self.wallets, len(self.wallets) // 4)):
            del self.by_number[self.wallets.pop(key).number]

    def forget_wallets(self) -> None:
        """Forget what was read of the journals: after a failure."""
        self.wallets.clear()
        self.by_number.clear()
        for book in self.books.values():
            book.last_pos, book.last_leaf, book.last_recorded_at = -1, b"", 0

    def forget_all(self) -> None:
        """Forget the books too: one that was opened and rolled back has another number next time."""
        self.forget_wallets()
        self.books.clear()
        self.districts.clear()
        self.has_opened = False

    def is_full(self) -> bool:
        """Whether it has reached its bound."""
        return len(self.wallets) > WALLETS_CACHED_MAX


class NearWallets(dict[WalletKey, CachedWallet]):
    """The wallets of one batch, found by the batch's own keys.

    Of a hundred thousand wallets each look-up finds other memory, out of the processor's reach; so each is looked up
    there once, and is then near.
    """

    def __init__(self, wallets: dict[WalletKey, CachedWallet]) -> None:
        super().__init__()
        self._wallets = wallets

    def __missing__(self, key: WalletKey) -> CachedWallet:
        wallet = self[key] = self._wallets[key]
        return wallet

    def wanted(self, keys: Iterable[WalletKey]) -> dict[Id, WalletKey]:
        """Bring near what is known; return the others by their public ids."""
        wanted = {}
        for key in keys:
            wallet = self._wallets.get(key)
            if wallet is None:
                wanted[wallet_id(key)] = key
            else:
                self[key] = wallet
        return wanted
