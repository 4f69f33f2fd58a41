"""The journal's row: one immutable movement with its running balances, and the leaf that the log keeps of it."""

from __future__ import annotations

from typing import Any, NamedTuple

from services.ledger.domain.leaf import NAMES, WALLETS, pack_leaf
from services.ledger.domain.reasons import Outcome
from services.ledger.domain.wallets import NO_ID, Id, WalletKey, wallet_id


class Entry(NamedTuple):
    """One row of a book's journal: a transfer, a note that moves nothing, or a refusal."""

    district_id: Id
    pos: int
    request_id: Id
    cause: Id
    act_id: Id
    """The order, gift, donation, grant run, adjustment … whose credit this is; NO_ID = none."""
    reason: int
    outcome: int
    leg: int
    legs: int
    evidence: int
    policy_version: int
    debit: WalletKey | None
    credit: WalletKey | None
    minutes: int
    debit_version: int
    debit_after: int
    credit_version: int
    credit_after: int
    actor: Id
    checker: Id
    effective_at: int
    recorded_at: int
    salt: Id
    leaf_hash: bytes

    def is_applied(self) -> bool:
        """Whether it moved credit."""
        return self.outcome == Outcome.APPLIED

    def is_noted(self) -> bool:
        """Whether it is a note, which moves nothing."""
        return self.outcome == Outcome.NOTED


assert Entry._fields == (*NAMES[1:], "leaf_hash"), "an entry has a leaf's fields in a leaf's order"
WALLETS_AT = tuple(map(Entry._fields.index, WALLETS))


def entry_of(leaf: tuple[Any, ...], debit: WalletKey | None, credit: WalletKey | None, leaf_hash: bytes) -> Entry:
    """An entry from the fields of its leaf, with its wallets as the rules name them."""
    fields = [*leaf, leaf_hash]
    fields[WALLETS_AT[0]], fields[WALLETS_AT[1]] = debit, credit
    return Entry._make(fields)


def leaf_bytes(entry: Entry) -> bytes:
    """What the log keeps of an entry."""
    fields: list[object] = list(entry[:-1])
    for at, key in zip(WALLETS_AT, (entry.debit, entry.credit), strict=True):
        fields[at] = wallet_id(key) if key else NO_ID
    return pack_leaf(*fields)
