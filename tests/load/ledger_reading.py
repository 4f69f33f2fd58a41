"""What a large journal costs: batches with wallets in memory and not, a balance, a statement page, a receipt."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol
from uuid import UUID

import psycopg

from libs.db import Database
from libs.db.migrations import ServiceUrls
from services.ledger.domain.wallets import wallet_id
from services.ledger.queries import entries, wallets
from tests.load.ledger_posting import batches_per_second, fund, wallet

ROWS, WALLETS = 2_000_000, 200_000
LARGE = 5
SMALL_WALLETS = 5_000
LOOKS = 200
PAGE = 50
ROUNDS = 3
STEP_ROWS = 500_000


class Bench(Protocol):
    """What a measurement gives."""

    scale: int
    server: Any

    def database(self, name: str) -> ServiceUrls:
        """A fresh database of the ledger."""

    def add(self, name: str, value: float, unit: str, *, at_most: float | None = None, at_least: float | None = None,
            written: int | None = None) -> None:  # fmt: skip
        """Keep a row."""


def measure(bench: Bench, *, large: bool) -> None:
    """Compare an almost empty database with a large one."""
    factor = LARGE if large else 1
    rows, count = ROWS * factor // bench.scale, WALLETS * factor // bench.scale
    empty, full = bench.database("ledger_empty").app, bench.database("ledger_full").app
    fund(empty, 2, SMALL_WALLETS)
    fund(full, 2, count // 2, batch=1_000)
    _fill(full, rows=rows - count, wallets=count // 2)
    for name in ("ledger_empty", "ledger_full"):
        with psycopg.connect(bench.server.superuser_url(name), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
    _batches(bench, empty, full, count)
    for name, look in (("balance by id", _balance), ("statement page", _page)):
        bare, measured = _milliseconds(((empty, SMALL_WALLETS), (full, count // 2)), look)
        bench.add(f"{name}, empty database", bare, "ms")
        bench.add(f"{name}, {rows:,} rows", measured, "ms", at_most=round(2 * bare, 3))


def _fill(url: str, *, rows: int, wallets: int) -> None:
    """Post until the journal is as large as it should be, and show how far it has come."""
    done = 0
    while done < rows:
        step = min(STEP_ROWS, rows - done)
        rate = batches_per_second(url, books=2, size=1_000, total=step // 2, wallets=wallets, hot=False)
        done += step
        print(f"  {done:,} of {rows:,} rows, {rate:,.0f}/s", flush=True)


def _batches(bench: Bench, empty: str, full: str, count: int) -> None:
    total = 20_000 // bench.scale

    def rate(url: str, wallets: int) -> float:
        return batches_per_second(url, books=2, size=500, total=total, wallets=wallets, hot=False)

    # Few wallets are in the posters' memory after their first batches; of many, most are not. Measured in turn, for the
    # machine is not equally quiet all the time: each round has the two of the empty database around it as yardstick.
    bare, found = [rate(empty, SMALL_WALLETS)], []
    for _ in range(ROUNDS):
        found.append((rate(full, SMALL_WALLETS), rate(full, count // 2)))
        bare.append(rate(empty, SMALL_WALLETS))
    bench.add("batches of 500, empty database", statistics.median(bare), "/s", written=2 * total * len(bare))
    around = [statistics.mean(pair) for pair in itertools.pairwise(bare)]
    for where, rates, share in zip(("in memory", "not in memory"), zip(*found, strict=True), (0.8, 0.5), strict=True):
        of_empty = statistics.median(one / empty_rate for one, empty_rate in zip(rates, around, strict=True))
        name = f"batches of 500, large journal, wallets {where}"
        bench.add(name, of_empty, "× of empty", at_least=share, written=2 * total * ROUNDS)


def _milliseconds(databases: Sequence[tuple[str, int]], look: Callable[[Any, UUID], object]) -> list[float]:
    """The median of each database, looked at in turn."""
    opened = [(Database(url, pool_max=1), count) for url, count in databases]
    times: list[list[float]] = [[] for _ in opened]
    for number in range(LOOKS):
        for (database, count), found in zip(opened, times, strict=True):
            key = wallet(0, number * 7919 % count)
            began = time.perf_counter()
            with database.reading() as connection:
                look(connection, UUID(bytes=wallet_id(key)))
            found.append((time.perf_counter() - began) * 1000)
    for database, _ in opened:
        database.dispose()
    return [statistics.median(found) for found in times]


def _balance(connection: Any, public_id: UUID) -> object:
    return wallets.find_wallet(connection, public_id)


def _page(connection: Any, public_id: UUID) -> object:
    found = entries.find_number(connection, public_id)
    assert found is not None
    return entries.entries_of_wallet(connection, found[0], limit=PAGE)
