"""The journal's columns, packed for COPY and unpacked again, in the order that raw.py gives them."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

from services.ledger.domain.entries import Entry
from services.ledger.domain.wallets import Id, WalletKey, book_of, class_of
from services.ledger.store.raw import COLUMNS

COPY_ENTRIES = f"COPY journal.entry ({COLUMNS}) FROM STDIN (FORMAT binary)"
COPY_ANSWERS = "COPY journal.answer (book, pos, event_type, payload) FROM STDIN (FORMAT binary)"
COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
COPY_TAIL = b"\xff\xff"
COPY_ROW = struct.Struct(">h" + "iq" * 7 + "ii" * 5 + "ih" * 5 + "i16s" * 6 + "i32s")
FIELDS = 24


def pack_answer(book: int, pos: int, event_type: str, payload: bytes) -> bytes:
    """One answer as COPY BINARY wants it."""
    name = event_type.encode()
    head = struct.pack(">hiiiqi", 4, 4, book, 8, pos, len(name))
    return head + name + struct.pack(">i", len(payload)) + payload


ENTRY_WITH_OWNERS = f"""
    SELECT {", ".join("e." + name.strip() for name in COLUMNS.split(","))},
        dw.owner AS debit_owner, cw.owner AS credit_owner
    FROM journal.entry e
    LEFT JOIN journal.wallet dw ON dw.wallet = e.debit
    LEFT JOIN journal.wallet cw ON cw.wallet = e.credit
"""
"""Rows with who owns their wallets, in the order that `entry_from` reads."""


def entry_from(row: tuple[Any, ...], districts: Mapping[int, Id]) -> Entry:
    """An entry from a row of ENTRY_WITH_OWNERS."""
    (pos, debit, credit, debit_after, credit_after, effective_at, recorded_at, book, minutes, debit_version,
     credit_version, policy_version, reason, outcome, leg, legs, evidence, request_id, cause, act_id, actor, checker,
     salt, leaf_hash, debit_owner, credit_owner) = row  # fmt: skip
    return Entry(
        districts[book], pos, request_id, cause, act_id, reason, outcome, leg, legs, evidence, policy_version,
        key_of(debit, debit_owner, districts), key_of(credit, credit_owner, districts), minutes,
        debit_version, debit_after, credit_version, credit_after, actor, checker, effective_at, recorded_at,
        salt, leaf_hash,
    )  # fmt: skip


def key_of(number: int, owner: Id | None, districts: Mapping[int, Id]) -> WalletKey | None:
    """The wallet's key from its number and owner; None where the row names no wallet."""
    if number == 0 or owner is None:
        return None
    return WalletKey(districts[book_of(number)], owner, class_of(number))
