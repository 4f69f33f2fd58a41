"""What the ledger's tests share: ids, districts and a journal on a fresh database."""

from __future__ import annotations

import itertools
from typing import Any

from libs.db import Database
from services.ledger.domain.postings import Command, Terms
from services.ledger.domain.reasons import Reason
from services.ledger.domain.transfers import Transfer
from services.ledger.domain.wallets import Id, WalletClass, WalletKey, district_wallet, id_of, person_wallet
from services.ledger.store.journal import Encode, Journal, Posted

EAST = id_of(bytes(16), "east")
WEST = id_of(bytes(16), "west")
DAY_ONE_US = 1_772_413_200_000_000
"""2026-03-02 09:00 in Shanghai."""

_numbers = itertools.count(1)


def new() -> Id:
    """An id never given before in this process."""
    return id_of(b"test", str(next(_numbers)))


def encode_plainly(answer: Any) -> tuple[str, bytes]:
    """An encoder for tests that do not look at events."""
    return type(answer).__name__, repr(answer).encode()


def earned(person: Id, district: Id = EAST) -> WalletKey:
    """A person's earned wallet."""
    return person_wallet(district, person, WalletClass.EARNED)


def issue(to: WalletKey, minutes: int, reason: Reason = Reason.MIGRATION) -> Transfer:
    """A transfer from issuance."""
    source = district_wallet(to.district_id, WalletClass.ISSUANCE)
    request = new()
    return Transfer(request, Terms(cause=request, act_id=request), source, to, minutes, reason)


def move(debit: WalletKey, credit: WalletKey, minutes: int) -> Transfer:
    """A plain transfer."""
    request = new()
    return Transfer(request, Terms(cause=request), debit, credit, minutes, Reason.GIFT)


class Ledger:
    """A journal that commits each post."""

    def __init__(self, url: str, encode: Encode = encode_plainly) -> None:
        self.database = Database(url)
        self.journal = Journal(encode)
        self.now_us = DAY_ONE_US

    def post(self, *commands: Command) -> list[Posted]:
        """Post and commit."""
        with self.database.transaction() as connection:
            return self.journal.post(connection, commands, now_us=self.now_us)

    def balance(self, key: WalletKey) -> int:
        """A wallet's balance, read from the journal's last row by a poster that knows nothing."""
        from services.ledger.store.balances import balances_of

        with self.database.reading() as connection:
            return balances_of(connection, [key])[key]
