"""The public ids of a book's wallets, by the numbers that the journal keeps them under."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import psycopg

from services.ledger.audit.packed import put_together
from services.ledger.audit.stretch import Numbers, Records
from services.ledger.domain.wallets import NO_ID, Id

WALLETS = np.dtype([("wallet", ">i8"), ("wallet_id", "V16")])
NOBODY = 0
ID_BYTES, SHA1_BYTES = 16, 20


class PublicIds:
    """In the order of the numbers; a note may name nobody, whose id is empty."""

    def __init__(self, numbers: Numbers, ids: Records) -> None:
        order = np.argsort(numbers, kind="stable")
        self.numbers, self.ids = numbers[order], ids[order]
        self.is_unique = bool((self.numbers[1:] != self.numbers[:-1]).all())

    def by_number(self) -> dict[int, Id]:
        """The same, for those who ask for one at a time."""
        return dict(zip(self.numbers.tolist(), self.ids.tolist(), strict=True))

    def ranks(self, numbers: Numbers) -> Numbers | None:
        """Where each is in the order; None when one is not there."""
        ranks: Numbers = np.searchsorted(self.numbers, numbers)
        is_there = self.numbers[np.minimum(ranks, len(self.numbers) - 1)] == numbers
        return ranks if is_there.all() else None


def ids_of(causes: Sequence[Id], names: Sequence[str]) -> Records:
    """What `id_of` makes of each cause and name, of all at once."""
    sha1, hashed = partial(hashlib.sha1, usedforsecurity=False), zip(causes, names, strict=True)
    digests = b"".join([sha1(cause + name.encode()).digest() for cause, name in hashed])
    ids = np.frombuffer(digests, np.uint8).reshape(-1, SHA1_BYTES)[:, :ID_BYTES].copy()
    ids[:, 6] = ids[:, 6] & 0x0F | 0x50
    ids[:, 8] = ids[:, 8] & 0x3F | 0x80
    return ids.view("V16").ravel()


def read_public_ids(connection: psycopg.Connection[Any], book: int) -> PublicIds:
    """The public id of every wallet of a book."""
    packed = "string_agg(int8send(wallet) || uuid_send(wallet_id), ''), count(*)"
    query = f"SELECT {packed} FROM journal.wallet WHERE book = {int(book)} GROUP BY wallet >> 20"
    rows = np.frombuffer(put_together(connection, query, width=WALLETS.itemsize), WALLETS)
    nobody = np.array([NO_ID], "V16")
    return PublicIds(np.append(rows["wallet"].astype(np.int64), NOBODY), np.append(rows["wallet_id"], nobody))
