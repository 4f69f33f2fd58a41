"""The journal's columns, packed for COPY and unpacked again, in the order that raw.py gives them."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from services.ledger.domain.entries import WALLETS_AT, Entry
from services.ledger.domain.leaf import NAMES, WALLETS, pack_leaf
from services.ledger.domain.wallets import Id, WalletKey, book_of, class_of
from services.ledger.store.raw import COLUMNS, FORMS

COPY_ENTRIES = f"COPY journal.entry ({COLUMNS}) FROM STDIN (FORMAT binary)"
COPY_ANSWERS = "COPY journal.answer (book, pos, event_type, payload) FROM STDIN (FORMAT binary)"
COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
COPY_TAIL = b"\xff\xff"
COPY_ROW = struct.Struct(">h" + "".join(f"i{form}" for form in FORMS.values()))
WIDTHS = {name: struct.calcsize(form) for name, form in FORMS.items()}

_LEAF_OF_ROW = (*FORMS, "district_id", *(f"{name}_id" for name in WALLETS))
_ROW_OF_LEAF = (*(f"{name}_id" if name in WALLETS else name for name in NAMES[1:]), "book", *WALLETS, "leaf_hash")
_WIDTHS = tuple(sorted(set(WIDTHS.values())))
_pick_leaf = itemgetter(*map(_LEAF_OF_ROW.index, _ROW_OF_LEAF[: len(NAMES) - 1]))
_pick_entry = itemgetter(*(list(FORMS).index("book" if name == "district_id" else name) for name in Entry._fields))
_pick_row = itemgetter(
    *(
        at
        for name, width in WIDTHS.items()
        for at in (len(_ROW_OF_LEAF) + _WIDTHS.index(width), _ROW_OF_LEAF.index(name))
    )
)


def pack_row(leaf: tuple[Any, ...], book: int, debit: int, credit: int, leaf_hash: bytes) -> bytes:
    """One row as COPY BINARY wants it: the fields of its leaf, and what only the row has."""
    return COPY_ROW.pack(len(WIDTHS), *_pick_row((*leaf, book, debit, credit, leaf_hash, *_WIDTHS)))


def pack_leaf_of(row: tuple[Any, ...], district_id: Id, debit_id: Id, credit_id: Id) -> bytes:
    """The leaf of a row that was read, whose wallets have these public ids."""
    return pack_leaf(*_pick_leaf((*row, district_id, debit_id, credit_id)))


def pack_answer(book: int, pos: int, event_type: str, payload: bytes) -> bytes:
    """One answer as COPY BINARY wants it."""
    name = event_type.encode()
    head = struct.pack(">hiiiqi", 4, 4, book, 8, pos, len(name))
    return head + name + struct.pack(">i", len(payload)) + payload


ENTRY_WITH_OWNERS = f"""
    SELECT {", ".join(f"e.{name}" for name in FORMS)}, dw.owner AS debit_owner, cw.owner AS credit_owner
    FROM journal.entry e
    LEFT JOIN journal.wallet dw ON dw.wallet = e.debit
    LEFT JOIN journal.wallet cw ON cw.wallet = e.credit
"""
"""Rows with who owns their wallets, in the order that `entry_from` reads."""


def entry_from(row: tuple[Any, ...], districts: Mapping[int, Id]) -> Entry:
    """An entry from a row of ENTRY_WITH_OWNERS."""
    fields = list(_pick_entry(row))
    fields[0] = districts[fields[0]]
    for at, owner in zip(WALLETS_AT, row[-len(WALLETS_AT) :], strict=True):
        fields[at] = key_of(fields[at], owner, districts)
    return Entry._make(fields)


def key_of(number: int, owner: Id | None, districts: Mapping[int, Id]) -> WalletKey | None:
    """The wallet's key from its number and owner; None where the row names no wallet."""
    if number == 0 or owner is None:
        return None
    return WalletKey(districts[book_of(number)], owner, class_of(number))
