"""Turn decided legs into rows: positions, versions, running balances and leaf hashes, given out under the lock."""

from __future__ import annotations

import os
from hashlib import sha256

from services.ledger.domain.entries import entry_of
from services.ledger.domain.leaf import LEAF, LEAF_PREFIX, LEAF_VERSION
from services.ledger.domain.postings import Leg, Terms
from services.ledger.domain.reasons import Outcome
from services.ledger.domain.wallets import MAY_OVERDRAW_MAX, NO_ID, Id
from services.ledger.store.book import Book, CachedWallet
from services.ledger.store.opening import Openings
from services.ledger.store.rows import pack_answer, pack_row
from services.ledger.store.view import JournalView

SALT_BYTES = 16
SALTS_AT_ONCE = 128
APPLIED = int(Outcome.APPLIED)
NO_WALLET = (0, NO_ID)


class Writer:
    """Collects the rows of one post, and keeps the cache of wallets in step with them."""

    def __init__(self, view: JournalView, openings: Openings, now_us: int) -> None:
        self.entries: list[bytes] = []
        """Packed rows that are not yet sent."""
        self.answers: list[bytes] = []
        self._view = view
        self._openings = openings
        self._now_us = now_us
        self._salts: list[bytes] = []

    def write(
        self,
        book: Book,
        leg: Leg,
        terms: Terms,
        request_id: Id,
        outcome: int,
        number: int,
        legs: int,
        debit: CachedWallet | None,
        credit: CachedWallet | None,
    ) -> int:
        """Make one row, the book's next; return its position. `number` is the leg's among `legs`."""
        _, _, _, minutes, reason, _, evidence, effective_at = leg
        cause, act_id, actor, checker, policy_version, terms_effective_at = terms
        debit_number, debit_id = (debit.number, debit.id_bytes) if debit else NO_WALLET
        credit_number, credit_id = (credit.number, credit.id_bytes) if credit else NO_WALLET
        if outcome == APPLIED:
            assert debit is not None
            assert credit is not None
            debit_version = debit.version = debit.version + 1
            debit_after = debit.after = debit.after - minutes
            credit_version = credit.version = credit.version + 1
            credit_after = credit.after = credit.after + minutes
            assert debit_after >= 0 or debit.key.wallet_class <= MAY_OVERDRAW_MAX, "the rules let a wallet go below 0"
        else:
            debit_version = debit_after = credit_version = credit_after = 0
        pos = book.last_pos = book.last_pos + 1
        recorded_at = book.last_recorded_at + 1
        if recorded_at < self._now_us:
            recorded_at = self._now_us
        book.last_recorded_at = recorded_at
        if pos == 1:
            self._openings.name_book(book.number, recorded_at)
        if self._openings.wallets:
            self._openings.name_wallets(debit, credit, recorded_at)
        effective_at = effective_at or terms_effective_at or recorded_at
        salt = self._salts.pop() if self._salts else self._salt()
        leaf = (
            book.district_id, pos, request_id, cause, act_id, reason, outcome, number, legs, evidence, policy_version,
            debit_id, credit_id, minutes, debit_version, debit_after, credit_version, credit_after, actor, checker,
            effective_at, recorded_at, salt,
        )  # fmt: skip
        leaf_hash = book.last_leaf = sha256(LEAF_PREFIX + LEAF.pack(LEAF_VERSION, *leaf)).digest()
        self.entries.append(pack_row(leaf, book.number, debit_number, credit_number, leaf_hash))
        if self._view.keeps_rows:
            self._view.add(entry_of(leaf, debit.key if debit else None, credit.key if credit else None, leaf_hash))
        return pos

    def answer(self, book: Book, pos: int, event_type: str, payload: bytes) -> None:
        """Add what the others hear about the row at this position."""
        self.answers.append(pack_answer(book.number, pos, event_type, payload))

    def _salt(self) -> bytes:
        fresh = os.urandom(SALT_BYTES * SALTS_AT_ONCE)
        self._salts = [fresh[i : i + SALT_BYTES] for i in range(0, len(fresh), SALT_BYTES)]
        return self._salts.pop()
