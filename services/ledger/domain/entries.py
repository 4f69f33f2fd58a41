"""The journal's row: one immutable movement with its running balances, and the leaf that the log keeps of it."""

from __future__ import annotations

import hashlib
import struct
from typing import NamedTuple

from services.ledger.domain.reasons import Outcome
from services.ledger.domain.wallets import NO_ID, Id, WalletKey, wallet_id

LEAF_VERSION = 1
LEAF = struct.Struct(">B16sq16s16s16shhhhhi16s16sqqqqq16s16sqq16s")
"""Version; district, position; request, cause, act; reason, outcome, leg, legs, evidence; policy version; debit and
credit wallet; minutes, debit version and balance after, credit version and balance after; actor, checker; effective
and recorded time in microseconds UTC; salt. Big-endian, fixed width, for ever."""

LEAF_PREFIX = b"\x00"


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


def leaf_bytes(entry: Entry) -> bytes:
    """What the log keeps of an entry: every field, fixed width."""
    return LEAF.pack(
        LEAF_VERSION,
        entry.district_id,
        entry.pos,
        entry.request_id,
        entry.cause,
        entry.act_id,
        entry.reason,
        entry.outcome,
        entry.leg,
        entry.legs,
        entry.evidence,
        entry.policy_version,
        wallet_id(entry.debit) if entry.debit else NO_ID,
        wallet_id(entry.credit) if entry.credit else NO_ID,
        entry.minutes,
        entry.debit_version,
        entry.debit_after,
        entry.credit_version,
        entry.credit_after,
        entry.actor,
        entry.checker,
        entry.effective_at,
        entry.recorded_at,
        entry.salt,
    )


def leaf_hash(leaf: bytes) -> bytes:
    """The RFC 6962 hash of a leaf."""
    return hashlib.sha256(LEAF_PREFIX + leaf).digest()
