"""Stream a book's rows as COPY BINARY sends them: one message each, fixed width, a microsecond to unpack."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple

import psycopg
from psycopg.abc import Buffer
from psycopg.pq import ExecStatus

from services.ledger.store.raw import COLUMNS, FORMS

PACKED = struct.Struct(">2x" + "".join(f"4x{form}" for form in FORMS.values()))
HEADER_BYTES = 19
TRAILER_BYTES = 2
NAMES = tuple(FORMS)
MESSAGES_AT_ONCE = 256
MESSAGE = itemgetter(1)
AT_END = (-1, b"")


class RowWidthError(Exception):
    """A row does not have the width that every row has: a column was changed to something it never holds."""


class EmptyColumnError(Exception):
    """A column that is never empty is: the table was changed first, and then its rows."""


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
    for some in _messages_at_once(connection, _copy(book, first, last)):
        if set(map(len, some)) != {PACKED.size}:
            raise RowWidthError
        yield from PACKED.iter_unpack(b"".join(some))


def stream_packed(connection: psycopg.Connection[Any], *, book: int, first: int, last: int) -> Iterator[bytes]:
    """Yield the same rows as they came, `MESSAGES_AT_ONCE` together; whoever stops early must close `connection`.

    Their widths are not looked at: each row and field is behind its own.
    """
    return map(b"".join, _messages_at_once(connection, _copy(book, first, last)))


def _copy(book: int, first: int, last: int) -> str:
    return (
        f"COPY (SELECT {COLUMNS} FROM journal.entry WHERE book = {int(book)}"
        f" AND pos BETWEEN {int(first)} AND {int(last)} ORDER BY pos) TO STDOUT (FORMAT binary)"
    )


def put_together(connection: psycopg.Connection[Any], query: str, *, width: int) -> bytes:
    """The rows of a query that puts many together and counts them: of small ones, a message for each costs the most.

    Raises:
        EmptyColumnError: some of them are not there, for one of their columns is empty.
    """
    some = connection.cursor(binary=True).execute(query.encode()).fetchall()
    packed = b"".join(one or b"" for one, _ in some)
    if len(packed) != width * sum(count for _, count in some):
        raise EmptyColumnError
    return packed


def _messages_at_once(connection: psycopg.Connection[Any], query: str) -> Iterator[list[Buffer]]:
    """The messages of a COPY straight from libpq: no line of Python is run for a single one."""
    connection.execute("SELECT 1")  # Begins the transaction, where there is none yet.
    server = connection.pgconn
    server.send_query(query.encode())
    result = server.get_result()
    if result is None or result.status != ExecStatus.COPY_OUT:
        raise psycopg.OperationalError(server.get_error_message())
    length, first = server.get_copy_data(0)
    if length > HEADER_BYTES + TRAILER_BYTES:
        yield [bytes(first)[HEADER_BYTES:]]
    coming = iter(partial(server.get_copy_data, 0), AT_END) if length > 0 else iter(())
    while some := list(map(MESSAGE, islice(coming, MESSAGES_AT_ONCE))):
        if len(some[-1]) <= TRAILER_BYTES:
            some.pop()
        if some:
            yield some
    while (result := server.get_result()) is not None:
        if result.status != ExecStatus.COMMAND_OK:
            raise psycopg.OperationalError(server.get_error_message())
