"""Histories of one book as the journal's rows, made without a database, and what may be done to them."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from services.ledger.audit.packed import PACKED, Row
from services.ledger.audit.public_ids import PublicIds
from services.ledger.audit.stretch import SegmentTerms
from services.ledger.domain.leaf import hash_leaf
from services.ledger.domain.wallets import MAY_OVERDRAW_MAX, NO_ID, WalletClass as W, class_of, id_of, wallet_number
from services.ledger.store.rows import pack_leaf_of
from services.ledger.tests.support import DAY_ONE_US, EAST

BOOK = 5
CLASSES = (W.ISSUANCE, W.CLEARING, W.POOL, W.POOL_HELD, W.EARNED, W.EARNED_HELD, W.GRANTED, W.GRANTED_HELD, W.EARNED)
WALLETS = [
    wallet_number(book=BOOK, serial=1 + at // 2, wallet_class=wallet_class) for at, wallet_class in enumerate(CLASSES)
]
"""Some differ by nothing but their class."""
NOBODY = 0
IDS = {number: id_of(EAST, str(number)) for number in WALLETS} | {NOBODY: NO_ID}


class Step(NamedTuple):
    """What one row does: so many minutes from one wallet to another, or nothing when there are not so many."""

    debit: int
    credit: int
    minutes: int
    act: int


def public_ids(numbers: Iterable[int] = IDS) -> PublicIds:
    """The wallets of a history."""
    known = list(numbers)
    return PublicIds(np.array(known, np.int64), np.array([IDS.get(one, NO_ID) for one in known], "V16"))


def terms(rows: Sequence[Row], *, first: int = 1) -> SegmentTerms:
    """A stretch of so many rows."""
    return SegmentTerms("", BOOK, EAST, first, first + len(rows) - 1)


def history(steps: Iterable[Step], *, first: int = 1) -> list[Row]:
    """The rows of an honest history."""
    states = dict.fromkeys(WALLETS, (0, 0))
    rows = []
    for pos, step in enumerate(steps, first):
        debit, credit = WALLETS[step.debit % len(WALLETS)], WALLETS[step.credit % len(WALLETS)]
        can_pay = class_of(debit) <= MAY_OVERDRAW_MAX or states[debit][1] >= step.minutes
        sides = [(0, 0), (0, 0)]
        if can_pay:
            for side, (number, change) in enumerate(((debit, -step.minutes), (credit, step.minutes))):
                version, balance = states[number]
                sides[side] = states[number] = (version + 1, balance + change)
        elif step.act % 2:
            credit = NOBODY
        rows.append(_row(pos, step, debit, credit, *sides, outcome=0 if can_pay else 1))
    return rows


def _row(
    pos: int, step: Step, debit: int, credit: int, debit_state: tuple[int, int], credit_state: tuple[int, int],
    *, outcome: int,
) -> Row:  # fmt: skip
    ids = [hashlib.sha256(f"{name} {pos}".encode()).digest()[:16] for name in ("request", "cause", "actor", "salt")]
    request_id, cause, actor, salt = ids
    return hashed(
        Row(
            pos=pos, debit=debit, credit=credit, debit_after=debit_state[1], credit_after=credit_state[1],
            effective_at=DAY_ONE_US, recorded_at=DAY_ONE_US + 3 * pos, book=BOOK, minutes=step.minutes,
            debit_version=debit_state[0], credit_version=credit_state[0], policy_version=1, reason=3, outcome=outcome,
            leg=0, legs=1, evidence=0, request_id=request_id, cause=cause, act_id=id_of(EAST, f"act {step.act}"),
            actor=actor, checker=NO_ID, salt=salt, leaf_hash=bytes(32),
        )
    )  # fmt: skip


def hashed(row: Row) -> Row:
    """The row with the hash of its leaf."""
    leaf = pack_leaf_of(row, EAST, IDS.get(row.debit, NO_ID), IDS.get(row.credit, NO_ID))
    return row._replace(leaf_hash=hash_leaf(leaf))


LENGTHS = (8,) * 7 + (4,) * 5 + (2,) * 5 + (16,) * 6 + (32,)
TYPED = "".join(f"i{dict(zip((8, 4, 2), 'qih', strict=True)).get(width, f'{width}s')}" for width in LENGTHS)


def packed(rows: Iterable[Row]) -> bytes:
    """The rows as COPY BINARY sends them."""
    form = struct.Struct(">h" + TYPED)
    assert form.size == PACKED.size
    return b"".join(
        form.pack(len(row), *(one for pair in zip(LENGTHS, row, strict=True) for one in pair)) for row in rows
    )
