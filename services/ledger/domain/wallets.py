"""Wallets: who owns them, of which class, in which district's book, and the numbers the journal keeps them under."""

from __future__ import annotations

import hashlib
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

Id = bytes
"""A UUID as its 16 bytes: the journal packs and hashes millions of them."""

NO_ID: Id = bytes(16)


class WalletClass(IntEnum):
    """What a wallet is for; the number is part of the wallet's number and never changes."""

    ISSUANCE = 1
    CLEARING = 2
    POOL = 3
    REDEEMED = 4
    EARNED = 5
    GRANTED = 6
    RECEIVED = 7
    POOL_HELD = 8
    EARNED_HELD = 9
    GRANTED_HELD = 10
    RECEIVED_HELD = 11


MAY_OVERDRAW_MAX = WalletClass.CLEARING
"""Issuance and clearing are the only classes that go below zero."""

CLASS_BITS = 4
SERIAL_BITS = 32
HELD_TWIN = {
    WalletClass.POOL: WalletClass.POOL_HELD,
    WalletClass.EARNED: WalletClass.EARNED_HELD,
    WalletClass.GRANTED: WalletClass.GRANTED_HELD,
    WalletClass.RECEIVED: WalletClass.RECEIVED_HELD,
}
BASE_OF_TWIN = {twin: base for base, twin in HELD_TWIN.items()}
# By plain numbers: the rules ask for a wallet's twin and base several times per settlement.
_TWIN: dict[int, int] = {int(base): int(twin) for base, twin in HELD_TWIN.items()}
_BASE: dict[int, int] = {int(twin): int(base) for twin, base in BASE_OF_TWIN.items()}
SPENDING_ORDER = (WalletClass.GRANTED, WalletClass.RECEIVED, WalletClass.EARNED)
PERSON_CLASSES = frozenset((*SPENDING_ORDER, *(HELD_TWIN[c] for c in SPENDING_ORDER)))


class WalletKey(NamedTuple):
    """What names a wallet in the rules: the district, the owner (a person or the district itself), the class."""

    district_id: Id
    owner_id: Id
    wallet_class: int

    def twin(self) -> WalletKey:
        """The wallet that keeps what is held of this one."""
        return WalletKey(self.district_id, self.owner_id, _TWIN[self.wallet_class])

    def base(self) -> WalletKey:
        """The wallet whose held twin this is; itself if it is none."""
        base_class = _BASE.get(self.wallet_class)
        return self if base_class is None else WalletKey(self.district_id, self.owner_id, base_class)

    def is_held(self) -> bool:
        """Whether it is a held twin."""
        return self.wallet_class >= WalletClass.POOL_HELD

    def may_overdraw(self) -> bool:
        """Whether its balance may be negative."""
        return self.wallet_class <= MAY_OVERDRAW_MAX


def district_wallet(district_id: Id, wallet_class: WalletClass) -> WalletKey:
    """The district's own wallet of that class."""
    assert wallet_class not in PERSON_CLASSES
    return WalletKey(district_id, district_id, wallet_class)


def person_wallet(district_id: Id, person_id: Id, wallet_class: WalletClass) -> WalletKey:
    """A person's wallet of that class in a district."""
    assert wallet_class in PERSON_CLASSES
    return WalletKey(district_id, person_id, wallet_class)


def id_of(cause: Id, name: str) -> Id:
    """The UUIDv5 of a cause and a name: the same cause always gives the same id."""
    digest = bytearray(hashlib.sha1(cause + name.encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    return bytes(digest)


def wallet_id(key: WalletKey) -> Id:
    """The public id of a wallet: UUIDv5 of person, class and district."""
    return id_of(key.owner_id, wallet_name(key.wallet_class, key.district_id))


@lru_cache(maxsize=4096)
def wallet_name(wallet_class: int, district_id: Id) -> str:
    """What its public id is made of, besides its owner."""
    return f"wallet:{WalletClass(wallet_class).name.lower()}:{district_id.hex()}"


def wallet_number(*, book: int, serial: int, wallet_class: int) -> int:
    """The number of a wallet in the journal: book, serial within the book, class."""
    assert 0 < book < 1 << 26
    assert 0 < serial < 1 << SERIAL_BITS
    return book << SERIAL_BITS + CLASS_BITS | serial << CLASS_BITS | wallet_class


def book_of(number: int) -> int:
    """The book a wallet's number belongs to."""
    return number >> SERIAL_BITS + CLASS_BITS


def class_of(number: int) -> int:
    """The class a wallet's number says."""
    return number & (1 << CLASS_BITS) - 1
