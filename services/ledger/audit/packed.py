"""Stream a book's rows as COPY BINARY sends them: fixed width, a microsecond and a half each to unpack."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg

from services.ledger.store.rows import COLUMNS

PACKED = struct.Struct(">2x" + "4xq" * 7 + "4xi" * 5 + "4xh" * 5 + "4x16s" * 6 + "4x32s")
HEADER_BYTES = 19
TRAILER_BYTES = 2
CHUNK_BYTES = PACKED.size * 2048
NAMES = tuple(name.strip() for name in COLUMNS.split(","))


class RowWidthError(Exception):
    """A row does not have the width that every row has: a column was changed to something it never holds."""


class Row(NamedTuple):
    """A row of the journal as numbers and bytes, in the order of its columns."""

    pos: int
    debit: int
    credit: int
    debit_after: int
    credit_after: int
    effective_at: int
    recorded_at: int
    book: int
    minutes: int
    debit_version: int
    credit_version: int
    policy_version: int
    reason: int
    outcome: int
    leg: int
    legs: int
    evidence: int
    request_id: bytes
    cause: bytes
    act_id: bytes
    actor: bytes
    checker: bytes
    salt: bytes
    leaf_hash: bytes


assert Row._fields == NAMES


def stream(connection: psycopg.Connection[Any], *, book: int, first: int, last: int) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a book between two positions, both included, in order.

    Raises:
        RowWidthError: one of them has another width.
    """
    query = (
        f"COPY (SELECT {COLUMNS} FROM journal.entry WHERE book = {int(book)}"
        f" AND pos BETWEEN {int(first)} AND {int(last)} ORDER BY pos) TO STDOUT (FORMAT binary)"
    )
    waiting, skip = bytearray(), HEADER_BYTES
    with connection.cursor().copy(query) as copy:
        for chunk in copy:
            waiting += chunk
            if len(waiting) >= CHUNK_BYTES + skip:
                whole = (len(waiting) - skip - TRAILER_BYTES) // PACKED.size * PACKED.size
                yield from _unpack(waiting[skip : skip + whole])
                del waiting[: skip + whole]
                skip = 0
    rest = waiting[skip:-TRAILER_BYTES]
    if len(rest) % PACKED.size:
        raise RowWidthError
    yield from _unpack(rest)


def _unpack(rows: bytearray) -> Iterator[tuple[Any, ...]]:
    width = struct.pack(">h", len(NAMES))
    if any(rows[at : at + 2] != width for at in (0, len(rows) - PACKED.size) if 0 <= at < len(rows)):
        raise RowWidthError
    return PACKED.iter_unpack(rows)
