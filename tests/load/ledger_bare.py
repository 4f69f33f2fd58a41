"""A peer for the ledger's batches: a writer of the same design with nothing in it that a product needs.

One table with the same four unique indexes and 17 columns, plain numbers for wallets, all wallets in memory, one rule
(no balance below zero), no answers, no reasons of refusals, no acts, no register of wallets. What it reaches on a
machine is what the design can give there; the distance to it is what the rules cost.
"""

from __future__ import annotations

import hashlib
import os
import random
import struct
import time
from collections.abc import Sequence
from multiprocessing.queues import Queue

import psycopg

from libs.ids import new_id

WALLETS = 50_000
BATCH_OF_FIRST = 1_000
BASE = 1_000_000
SCHEMA = """
    CREATE SCHEMA IF NOT EXISTS bare;
    DROP TABLE IF EXISTS bare.journal;
    CREATE TABLE bare.journal (
        book int NOT NULL, pos bigint NOT NULL, request_id uuid NOT NULL, reason smallint NOT NULL,
        debit bigint NOT NULL, credit bigint NOT NULL, amount bigint NOT NULL CHECK (amount > 0),
        debit_version bigint NOT NULL, debit_after bigint NOT NULL, credit_version bigint NOT NULL,
        credit_after bigint NOT NULL, cause uuid NOT NULL, policy_version int NOT NULL, effective_at bigint NOT NULL,
        recorded_at bigint NOT NULL, salt bytea NOT NULL, leaf bytea NOT NULL,
        CHECK (debit <> credit), CHECK (debit_after >= 0 OR debit < 0), PRIMARY KEY (book, pos));
    CREATE UNIQUE INDEX ON bare.journal (request_id);
    CREATE UNIQUE INDEX ON bare.journal (debit, debit_version);
    CREATE UNIQUE INDEX ON bare.journal (credit, credit_version)"""
LAST_ROWS = """
    SELECT w, coalesce(CASE WHEN dv >= coalesce(cv, 0) THEN dv ELSE cv END, 0),
        coalesce(CASE WHEN dv >= coalesce(cv, 0) THEN da ELSE ca END, 0)
    FROM unnest(%s::bigint[]) w
    LEFT JOIN LATERAL (SELECT debit_version dv, debit_after da FROM bare.journal WHERE debit = w
                       ORDER BY debit_version DESC LIMIT 1) d ON true
    LEFT JOIN LATERAL (SELECT credit_version cv, credit_after ca FROM bare.journal WHERE credit = w
                       ORDER BY credit_version DESC LIMIT 1) c ON true"""
CATCH_UP = "SELECT pos FROM bare.journal WHERE book = %s AND pos >= %s ORDER BY pos"
SEEN = "SELECT request_id::text FROM bare.journal WHERE request_id = ANY(%s::uuid[])"
COPY_HEAD, COPY_TAIL = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0), b"\xff\xff"
COPY_ROW = struct.Struct(">hiiiqi16sihiqiqiqiqiqiqiqi16siiiqiqi16si32s")
LEAF = struct.Struct(">BBiq16shqqqqqqq16siqq16s")
Command = tuple[bytes, int, int]
"""Request id, debit, credit; one minute each."""


class BareBook:
    """One book and all its wallets, as the only process that writes it knows them."""

    def __init__(self, connection: psycopg.Connection[tuple[object, ...]], book: int) -> None:
        self._connection, self._book = connection, book
        self._pos = 0
        self._wallets: dict[int, tuple[int, int]] = {}

    def post(self, commands: Sequence[Command]) -> None:
        """Append the commands: lock, load what is not known, decide, COPY, commit."""
        connection = self._connection
        connection.execute("SELECT pg_advisory_xact_lock(77, %s)", [self._book])
        for (pos,) in connection.execute(CATCH_UP, [self._book, self._pos]):
            raise AssertionError(f"another process wrote position {pos}")
        missing = {wallet for _, debit, credit in commands for wallet in (debit, credit)} - self._wallets.keys()
        if missing:
            for wallet, version, after in connection.execute(LAST_ROWS, [list(missing)]):
                self._wallets[wallet] = (version, after)  # type: ignore[assignment]  # three numbers
        seen = connection.execute(SEEN, [[request.hex() for request, _, _ in commands]]).fetchall()
        assert not seen, "every id of the measurement is new"
        rows = [COPY_HEAD, *map(self._row, commands), COPY_TAIL]
        with connection.cursor().copy("COPY bare.journal FROM STDIN (FORMAT binary)") as copy:
            copy.write(b"".join(rows))
        connection.commit()

    def _row(self, command: Command) -> bytes:
        request, debit, credit = command
        (debit_version, debit_after), (credit_version, credit_after) = self._wallets[debit], self._wallets[credit]
        assert debit_after > 0 or debit < 0
        debit_version, debit_after = debit_version + 1, debit_after - 1
        credit_version, credit_after = credit_version + 1, credit_after + 1
        self._wallets[debit], self._wallets[credit] = (debit_version, debit_after), (credit_version, credit_after)
        pos, now, salt = self._pos, time.time_ns() // 1000, os.urandom(16)
        self._pos += 1
        moved = (debit_version, debit_after, credit_version, credit_after)
        leaf = hashlib.sha256(
            LEAF.pack(0, 1, self._book, pos, request, 1, debit, credit, 1, *moved, request, 3, now, now, salt)
        ).digest()
        return COPY_ROW.pack(
            17, 4, self._book, 8, pos, 16, request, 2, 1, 8, debit, 8, credit, 8, 1, 8, debit_version, 8, debit_after,
            8, credit_version, 8, credit_after, 16, request, 4, 3, 8, now, 8, now, 16, salt, 32, leaf,
        )  # fmt: skip


def open_bare(url: str) -> None:
    """An empty table; `url` is its owner's."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SCHEMA)


def run_bare(
    url: str,
    size: int,
    total: int,
    book: int,
    asked: Queue[float | None],
    out: Queue[tuple[float, float, int]],
) -> None:
    """One process of `Running`: write `total` transfers of one book, as often as it is asked to."""
    rnd, written = random.Random(book), BareBook(psycopg.connect(url, prepare_threshold=1), book + 1)
    first = (book + 1) * BASE
    # The debits are wallets of the kind that may be overdrawn: nothing has to be funded before.
    around = [(new_id().bytes, -first - number, first + number) for number in range(WALLETS)]
    for at in range(0, WALLETS, BATCH_OF_FIRST):
        written.post(around[at : at + BATCH_OF_FIRST])
    while (start_at := asked.get()) is not None:
        commands = [
            (new_id().bytes, -first - rnd.randrange(WALLETS), first + rnd.randrange(WALLETS)) for _ in range(total)
        ]
        time.sleep(max(0.0, start_at - time.time()))
        began = time.time()
        for at in range(0, total, size):
            written.post(commands[at : at + size])
        out.put((began, time.time(), total))
