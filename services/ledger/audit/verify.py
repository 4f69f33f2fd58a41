"""`timebank verify` for the ledger: everything the journal promises, from its rows; resumable; memory flat in rows.

It reads with any role that may SELECT. Stretches of the books are checked by processes side by side; the rest (roots of
stored and outside checkpoints, balances as the indexes give them, caps, sums) is checked when a book is whole.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, TypeVar

import psycopg

from libs.db.database import plain_url
from services.ledger.audit import books as books_table, checks, closes, roots, sums
from services.ledger.audit.findings import Finding, Kind
from services.ledger.audit.heads import HEADS, Head
from services.ledger.audit.joined import JoinedBook, load, save
from services.ledger.audit.outside import Outside
from services.ledger.audit.segments import check_segment_of_width, without_collector
from services.ledger.audit.stretch import TILE, Segment, SegmentTerms

STRETCH_ROWS_MIN, STRETCH_ROWS_MAX = 512 * TILE, 4096 * TILE
"""A journal no longer than the shorter is checked without processes."""
STRETCHES = 8
PROCESSES = 2
WIDTHS = """
    SELECT pos FROM journal.entry WHERE book = %s AND octet_length(leaf_hash) <> 32 ORDER BY pos LIMIT 100"""

T = TypeVar("T")
RUNS = count(1)

Progress = Callable[[int, int], None]
"""Told (rows checked, rows in all)."""


@dataclass(slots=True)
class Report:
    """What a check found."""

    rows: int = 0
    books: int = 0
    wallets: int = 0
    checkpoints: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


@dataclass(frozen=True, slots=True)
class Terms:
    """What to check with, besides the database."""

    outside: tuple[Outside, ...] = ()
    log_folder: Path | None = None
    """The logs' static tiles: they tell which row it is when a root differs."""
    resume_file: Path | None = None
    processes: int = PROCESSES


def run(url: str, terms: Terms = Terms(), *, progress: Progress = lambda _done, _all: None) -> Report:
    """Check everything; the report names each row and field that is wrong."""
    with without_collector():
        return _run(url, terms, progress)


def _run(url: str, terms: Terms, progress: Progress) -> Report:
    report, plain = Report(), plain_url(url)
    with psycopg.connect(plain, autocommit=True) as connection:
        heads = connection.execute(HEADS).fetchall()
    earlier = load(terms.resume_file) if terms.resume_file else {}
    books = [earlier.get(book) or JoinedBook(book, district_id) for book, district_id, _ in heads]
    total = sum(head for _, _, head in heads)
    with _workers(total, terms.processes) as workers:
        plan = _Plan(plain, workers, terms, books, heads)
        # Only now, when the processes run: none of them has a connection that is not its own.
        with psycopg.connect(plain, autocommit=True) as connection:
            plan.check_rows(connection, report, lambda done: progress(done, total))
            for book in books:
                report.findings += book.finish()
                report.wallets += len(book.wallets)
                report.checkpoints += roots.check_roots(
                    connection, book, terms.outside, terms.log_folder, report.findings
                )
                report.findings += checks.check_balances(book, plan.balances[book.book].result())
            report.findings += books_table.check_books(connection, books)
            for asked in plan.tables:
                report.findings += asked.result()
    report.books, report.rows = len(books), sum(book.rows for book in books)
    if terms.resume_file:
        terms.resume_file.unlink(missing_ok=True)
    return report


class _Later(Generic[T]):
    """What a process is asked for, made here when it is fetched: a short journal is not worth the processes."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make

    def result(self) -> T:
        """Make it."""
        return self._make()


class _Workers:
    """Processes that check side by side; none for a short journal."""

    def __init__(self, pool: ProcessPoolExecutor | None, processes: int) -> None:
        self._pool = pool
        self.ahead = processes * 2 if pool else 1

    def ask(self, function: Callable[..., T], *terms: object) -> _Later[T] | Future[T]:
        """Have something done; `result` of what is returned waits for it."""
        if self._pool is None:
            return _Later(partial(function, *terms))
        with _no_program():
            return self._pool.submit(function, *terms)


@contextmanager
def _no_program() -> Iterator[None]:
    """Processes that start now do not import the program that asks: they need none of it, and it takes a second."""
    program = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program


@contextmanager
def _workers(rows: int, processes: int) -> Iterator[_Workers]:
    if rows <= STRETCH_ROWS_MIN or processes == 1:
        yield _Workers(None, 1)
        return
    # A process that has only one thread can be doubled, which takes no time; others must be started anew.
    method = "fork" if threading.active_count() == 1 else "spawn"
    with ProcessPoolExecutor(processes, mp_context=get_context(method)) as pool:
        yield _Workers(pool, processes)


class _Plan:
    """Everything that is asked of the processes: the stretches in order, the rest behind the last of them."""

    def __init__(
        self, url: str, workers: _Workers, terms: Terms, books: Sequence[JoinedBook], heads: Sequence[Head]
    ) -> None:
        self._workers, self._terms, self._books = workers, terms, books
        self._by_number = {book.book: book for book in books}
        run_number = next(RUNS)
        length = _rows_of_a_stretch(sum(head for _, _, head in heads))
        stretches = [
            segment_terms
            for head in heads
            for segment_terms in _plan(url, self._by_number[head[0]], head, length, run_number)
        ]
        self._running = [
            (segment_terms, workers.ask(check_segment_of_width, segment_terms))
            for segment_terms in stretches[: workers.ahead]
        ]
        self._waiting = stretches[workers.ahead :]
        self._rest_of = [partial(self._ask_rest, url, heads)]
        self.balances: dict[int, _Later[bytes] | Future[bytes]] = {}
        self.tables: list[_Later[list[Finding]] | Future[list[Finding]]] = []

    def check_rows(self, connection: psycopg.Connection[Any], report: Report, progress: Callable[[int], None]) -> None:
        """Join the stretches in order, as they are checked."""
        done = sum(book.rows for book in self._books)
        for segment_terms, segment in self._segments():
            book = self._by_number[segment_terms.book]
            if segment is None:
                report.findings += _widths(connection, book)
                return
            report.findings += book.join(segment)
            done += segment.rows
            progress(done)
            if self._terms.resume_file and report.is_clean:
                save(self._terms.resume_file, self._books)

    def _segments(self) -> Iterator[tuple[SegmentTerms, Segment | None]]:
        """Give the stretches back in order; no more wait to be joined than are being checked."""
        self._ask_next()
        while self._running:
            segment_terms, asked = self._running.pop(0)
            segment = asked.result()
            self._ask_next()
            yield segment_terms, segment

    def _ask_next(self) -> None:
        while self._waiting and len(self._running) < self._workers.ahead:
            segment_terms = self._waiting.pop(0)
            self._running.append((segment_terms, self._workers.ask(check_segment_of_width, segment_terms)))
        if not self._waiting and self._rest_of:
            self._rest_of.pop()()

    def _ask_rest(self, url: str, heads: Sequence[Head]) -> None:
        # What takes longest is asked first.
        for book, _, head in heads:
            self.balances[book] = self._workers.ask(checks.read_balances, url, book, head)
        self.tables = [self._workers.ask(checks.check_table, url, check) for check in checks.CHECKS_OF_ALL_BOOKS]
        self.tables += [self._workers.ask(check, url) for check in (closes.check_closes, sums.check_sums)]


def _rows_of_a_stretch(total: int) -> int:
    """What a stretch hands on of its wallets is little beside its rows only when it is long; yet all must end together.

    Whole tiles, because a stretch begins at the beginning of one.
    """
    return min(max(total // STRETCHES // TILE * TILE, STRETCH_ROWS_MIN), STRETCH_ROWS_MAX)


def _plan(url: str, book: JoinedBook, head: Head, length: int, run_number: int) -> Iterator[SegmentTerms]:
    # An earlier check stopped at the end of a stretch; one that ended within a tile is done again from that tile.
    number, district_id, last = head
    if book.size % TILE:
        whole = JoinedBook(book.book, book.district_id)
        book.size, book.rows, book.wallets, book.holds = whole.size, whole.rows, whole.wallets, whole.holds
        book.opened, book.first_time, book.last_time = whole.opened, whole.first_time, whole.last_time
        book.tiles, book.tail = whole.tiles, whole.tail
    for first in range(book.size + 1, last + 1, length):
        yield SegmentTerms(url, number, district_id.bytes, first, min(first + length - 1, last), run_number)


def _widths(connection: psycopg.Connection[Any], book: JoinedBook) -> list[Finding]:
    return [
        Finding(Kind.LEAF_ALTERED, book.district_id, pos, "leaf_hash", "32 bytes", "another length")
        for (pos,) in connection.execute(WIDTHS, [book.book])
    ]
