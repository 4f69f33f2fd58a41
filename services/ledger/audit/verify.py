"""`timebank verify` for the ledger: everything the journal promises, from its rows; resumable; memory flat in rows.

It reads with any role that may SELECT. Stretches of the books are checked by processes side by side; the rest (roots of
stored and outside checkpoints, balances as the indexes give them, caps, sums) is checked when a book is whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from libs.db.database import plain_url
from services.ledger.audit import checks
from services.ledger.audit.findings import Finding, Kind
from services.ledger.audit.joined import JoinedBook, load, save
from services.ledger.audit.packed import RowWidthError
from services.ledger.audit.segments import TILE, Segment, SegmentTerms, check_segment

SEGMENT_ROWS = 512 * TILE
PROCESSES = 2
WIDTHS = """
    SELECT pos FROM journal.entry WHERE book = %s AND octet_length(leaf_hash) <> 32 ORDER BY pos LIMIT 100"""

Progress = Callable[[int, int], None]
"""Told (rows checked, rows in all)."""


@dataclass(frozen=True, slots=True)
class Outside:
    """A checkpoint that was kept elsewhere: by a witness, a reader of the topic, a printed page."""

    district_id: UUID
    size: int
    root: bytes


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
    report = Report()
    with psycopg.connect(plain_url(url), autocommit=True) as connection:
        heads = connection.execute(checks.HEADS).fetchall()
        earlier = load(terms.resume_file) if terms.resume_file else {}
        books = [earlier.get(book) or JoinedBook(book, district_id) for book, district_id, _ in heads]
        total = sum(head for _, _, head in heads)
        _check_rows(plain_url(url), connection, books, heads, terms, report, lambda done: progress(done, total))
        for book in books:
            report.findings += book.finish()
            report.wallets += len(book.wallets)
            report.checkpoints += checks.check_roots(connection, book, terms.outside, terms.log_folder, report.findings)
            report.findings += checks.check_balances(connection, book)
        report.findings += checks.check_caps(connection)
        report.findings += checks.check_wallets(connection)
        report.findings += checks.check_postings(connection)
    report.books, report.rows = len(books), sum(book.rows for book in books)
    if terms.resume_file:
        terms.resume_file.unlink(missing_ok=True)
    return report


def _check_rows(
    url: str,
    connection: psycopg.Connection[Any],
    books: list[JoinedBook],
    heads: Iterable[tuple[int, UUID, int]],
    terms: Terms,
    report: Report,
    progress: Callable[[int], None],
) -> None:
    by_number = {book.book: book for book in books}
    plan = [one for book, district, head in heads for one in _plan(url, by_number[book], district, head)]
    done = sum(book.rows for book in books)
    for terms_of, segment in _segments(plan, terms.processes):
        book = by_number[terms_of.book]
        if segment is None:
            report.findings += _widths(connection, book)
            return
        report.findings += book.join(segment)
        done += segment.rows
        progress(done)
        if terms.resume_file and report.is_clean:
            save(terms.resume_file, books)


def _plan(url: str, book: JoinedBook, district_id: UUID, head: int) -> Iterator[SegmentTerms]:
    # An earlier check stopped at the end of a stretch; one that ended within a tile is done again from that tile.
    if book.size % TILE:
        whole = JoinedBook(book.book, book.district_id)
        book.size, book.rows, book.wallets, book.holds = whole.size, whole.rows, whole.wallets, whole.holds
        book.tiles, book.tail, book.last_time = whole.tiles, whole.tail, whole.last_time
    for first in range(book.size + 1, head + 1, SEGMENT_ROWS):
        yield SegmentTerms(url, book.book, district_id.bytes, first, min(first + SEGMENT_ROWS - 1, head))


def _segments(plan: list[SegmentTerms], processes: int) -> Iterator[tuple[SegmentTerms, Segment | None]]:
    """Check stretches side by side, give them back in order; no more wait than are being checked."""
    if len(plan) <= 1 or processes == 1:
        for terms in plan:
            yield terms, _checked(terms)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        running = [pool.submit(_checked, terms) for terms in plan[: processes * 2]]
        for number, terms in enumerate(plan):
            segment = running.pop(0).result()
            if number + processes * 2 < len(plan):
                running.append(pool.submit(_checked, plan[number + processes * 2]))
            yield terms, segment


def _checked(terms: SegmentTerms) -> Segment | None:
    try:
        return check_segment(terms)
    except RowWidthError:
        return None


def _widths(connection: psycopg.Connection[Any], book: JoinedBook) -> list[Finding]:
    return [
        Finding(Kind.LEAF_ALTERED, book.district_id, pos, "leaf_hash", "32 bytes", "another length")
        for (pos,) in connection.execute(WIDTHS, [book.book])
    ]
