"""Drive the ledger's own entry points under load: batches by processes, single commands by threads."""

from __future__ import annotations

import hashlib
import multiprocessing
import queue
import random
import threading
import time
from collections.abc import Callable
from multiprocessing.queues import Queue
from typing import Any

from libs.clock import SystemClock
from libs.db import Database
from libs.ids import new_id
from services.ledger.domain.postings import Terms
from services.ledger.domain.reasons import Reason
from services.ledger.domain.transfers import Transfer
from services.ledger.domain.wallets import Id, WalletClass, WalletKey, district_wallet, person_wallet
from services.ledger.usecases.post import Postings
from services.ledger.usecases.poster import Poster

FUNDED_MINUTES = 1_000_000
START_IN_SECONDS = 3.0


def an_id(*parts: object) -> Id:
    """An id that is always the same for the same words."""
    return hashlib.sha256(repr(parts).encode()).digest()[:16]


def district(number: int) -> Id:
    """A district of the measurement."""
    return an_id("district", number)


def wallet(book: int, number: int) -> WalletKey:
    """An earned wallet of the measurement."""
    return person_wallet(district(book), an_id("person", book, number), WalletClass.EARNED)


def fund(url: str, books: int, wallets: int, *, batch: int = 500) -> None:
    """Open and fund the wallets of every book."""
    database, postings = Database(url), Postings(SystemClock())
    for book in range(books):
        source = district_wallet(district(book), WalletClass.ISSUANCE)
        for start in range(0, wallets, batch):
            commands = []
            for number in range(start, min(wallets, start + batch)):
                request = new_id().bytes
                terms = Terms(cause=request)
                to = wallet(book, number)
                commands.append(Transfer(request, terms, source, to, FUNDED_MINUTES, Reason.MIGRATION))
            with database.transaction() as connection:
                postings.post(connection, commands)
    database.dispose()


def transfers(book: int, total: int, wallets: int, *, seed: int, hot: bool) -> list[Transfer]:
    """Plain transfers between random wallets; hot ones all hit the book's pool."""
    rnd = random.Random(seed)
    keys = [wallet(book, number) for number in range(wallets)]
    pool = district_wallet(district(book), WalletClass.POOL)
    found = []
    for _ in range(total):
        debit, credit = rnd.sample(range(wallets), 2)
        request = new_id().bytes
        to = pool if hot else keys[credit]
        found.append(Transfer(request, Terms(cause=request), keys[debit], to, 1, Reason.DONATION))
    return found


def write(
    url: str,
    book: int,
    size: int,
    total: int,
    wallets: int,
    hot: bool,
    start_at: float,
    out: Queue[tuple[float, float, int]],
) -> None:
    """One process, just started: post batches of one book."""
    database, postings = Database(url, pool_max=1), Postings(SystemClock())
    batches = _batches(book, size, total, wallets, hot=hot)
    post(database, postings, [transfers(book, 1, wallets, seed=time.time_ns(), hot=hot)])
    time.sleep(max(0.0, start_at - time.time()))
    began = time.time()
    post(database, postings, batches)
    out.put((began, time.time(), total))


def post(database: Database, postings: Postings, batches: list[list[Transfer]]) -> None:
    """Post batches, each in a transaction of its own."""
    for batch in batches:
        with database.transaction() as connection:
            postings.post(connection, batch)


def _batches(book: int, size: int, total: int, wallets: int, *, hot: bool) -> list[list[Transfer]]:
    commands = transfers(book, total, wallets, seed=time.time_ns(), hot=hot)
    return [commands[at : at + size] for at in range(0, total, size)]


def batches_per_second(url: str, *, books: int, size: int, total: int, wallets: int, hot: bool) -> float:
    """Transfers a second of one process per book, which has just started and knows no wallet."""
    context = multiprocessing.get_context("spawn")
    out: Queue[tuple[float, float, int]] = context.Queue()
    start_at = time.time() + START_IN_SECONDS + total * 20e-6
    processes = [
        context.Process(target=write, args=(url, book, size, total, wallets, hot, start_at, out))
        for book in range(books)
    ]
    for process in processes:
        process.start()
    results = [out.get(timeout=300) for _ in processes]
    for process in processes:
        process.join()
    began, ended = min(r[0] for r in results), max(r[1] for r in results)
    return sum(r[2] for r in results) / (ended - began)


class Running:
    """Processes, one for each book, that post whenever they are told to, as those of a service do."""

    def __init__(self, target: Callable[..., None], *terms: Any, books: int) -> None:
        """`target` is called in each process with the terms, a book, and the ends to hear and to answer by."""
        context = multiprocessing.get_context("spawn")
        self._out: Queue[tuple[float, float, int]] = context.Queue()
        self._asked: list[Queue[float | None]] = [context.Queue() for _ in range(books)]
        self._processes = [
            context.Process(target=target, args=(*terms, book, asked, self._out))
            for book, asked in enumerate(self._asked)
        ]

    def __enter__(self) -> Running:
        for process in self._processes:
            process.start()
        self.per_second()  # Connects, and reads what is read once.
        return self

    def __exit__(self, *_: object) -> None:
        for asked in self._asked:
            asked.put(None)
        for process in self._processes:
            process.join()

    def per_second(self) -> float:
        """Let each post once all that it posts at a time; return transfers a second of all together."""
        start_at = time.time() + START_IN_SECONDS
        for asked in self._asked:
            asked.put(start_at)
        results = [self._out.get(timeout=300) for _ in self._processes]
        return sum(r[2] for r in results) / (max(r[1] for r in results) - min(r[0] for r in results))


def run(
    url: str,
    size: int,
    total: int,
    wallets: int,
    hot: bool,
    book: int,
    asked: Queue[float | None],
    out: Queue[tuple[float, float, int]],
) -> None:
    """One process of `Running`: post `total` transfers of one book, as often as it is asked to."""
    database, postings = Database(url, pool_max=1), Postings(SystemClock())
    _know_wallets(database, postings, book, wallets)
    while (start_at := asked.get()) is not None:
        batches = _batches(book, size, total, wallets, hot=hot)
        time.sleep(max(0.0, start_at - time.time()))
        began = time.time()
        post(database, postings, batches)
        out.put((began, time.time(), total))


def _know_wallets(database: Database, postings: Postings, book: int, wallets: int) -> None:
    """Let a minute go round all wallets, so that each was named once."""
    keys = [wallet(book, number) for number in range(wallets)]
    ring = []
    for number in range(0, wallets, 2):
        request = new_id().bytes
        to = keys[(number + 1) % wallets]
        ring.append(Transfer(request, Terms(cause=request), keys[number], to, 1, Reason.DONATION))
    post(database, postings, [ring[at : at + 1_000] for at in range(0, len(ring), 1_000)])


def threads_per_second(url: str, *, threads: int, total: int, wallets: int, hot: bool) -> tuple[float, float]:
    """Return transfers a second, and the 99th percentile in milliseconds, of callers with one command each."""
    poster = Poster(Database(url, pool_max=1), SystemClock())
    waiting: queue.SimpleQueue[Transfer] = queue.SimpleQueue()
    for command in transfers(0, total, wallets, seed=time.time_ns(), hot=hot):
        waiting.put(command)
    for command in transfers(0, 50, wallets, seed=time.time_ns(), hot=hot):
        poster.post(command)
    latencies: list[float] = []

    def call() -> None:
        while True:
            try:
                command = waiting.get_nowait()
            except queue.Empty:
                return
            began = time.perf_counter()
            poster.post(command).raise_refusal()
            latencies.append(time.perf_counter() - began)

    callers = [threading.Thread(target=call) for _ in range(threads)]
    began = time.perf_counter()
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    seconds = time.perf_counter() - began
    return total / seconds, sorted(latencies)[int(len(latencies) * 0.99)] * 1000
