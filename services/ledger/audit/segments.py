"""Check one stretch of a book's positions; stretches are checked side by side and joined in order.

What a stretch cannot know alone (where its wallets stood before) it hands on: the first and last state of every wallet
that it saw, and the change of every hold.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any
from uuid import UUID

import psycopg

from libs.tlog.merkle import subtree_hash
from services.ledger.audit.findings import Finding, Kind
from services.ledger.audit.locate import Context, name_field
from services.ledger.audit.packed import Row, RowWidthError, stream, stream_packed
from services.ledger.audit.public_ids import PublicIds, read_public_ids
from services.ledger.audit.quick import check_quickly
from services.ledger.audit.stretch import TILE, Segment, SegmentTerms
from services.ledger.domain.leaf import hash_leaf
from services.ledger.domain.wallets import MAY_OVERDRAW_MAX, Id, class_of
from services.ledger.store.rows import pack_leaf_of

__all__ = ["TILE", "Segment", "SegmentTerms"]


FINDINGS_MAX = 100
UNNAMED_MAX = 3
"""Rows of a stretch of which everything was tried in vain; from then on only what is likely is tried."""


@lru_cache(maxsize=1)
def _public_ids_once(url: str, book: int, run: int) -> PublicIds:
    """The book's wallets, for all its stretches that one process checks in one run."""
    assert run
    with contextlib.closing(psycopg.connect(url)) as connection:
        return read_public_ids(connection, book)


class _Checker:
    """Walks a stretch."""

    def __init__(self, terms: SegmentTerms, public_ids: dict[int, Id]) -> None:
        self.segment = Segment(terms.book, terms.first, terms.last)
        self._terms = terms
        self._public_ids = public_ids
        self._leaves: list[bytes] = []
        self._begins: dict[int, tuple[int, int, int]] = {}
        self._ends: dict[int, tuple[int, int]] = {}
        self._named: dict[int, int] = {}
        self._before: Row | None = None
        self._unnamed = 0

    def add(self, kind: Kind, position: int | None, name: str, expected: object = "", found: object = "") -> None:
        """Note a finding; a journal full of them is not worth all its lines."""
        if len(self.segment.findings) < FINDINGS_MAX:
            district = UUID(bytes=self._terms.district_id)
            self.segment.findings.append(Finding(kind, district, position, name, str(expected), str(found)))

    def walk(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Check every row."""
        segment, expected = self.segment, self.segment.first
        district, public_ids, leaves = self._terms.district_id, self._public_ids, self._leaves
        last_time = 0
        for fields in rows:
            row = Row._make(fields)
            pos, debit, credit, recorded_at = row.pos, row.debit, row.credit, row.recorded_at
            if pos != expected:
                self.add(Kind.POSITION_GAP, expected, "pos", expected, pos)
                expected = pos
            expected += 1
            try:
                leaf = pack_leaf_of(row, district, public_ids[debit], public_ids[credit])
            except KeyError as error:
                self.add(Kind.WALLET_UNKNOWN, pos, "debit" if error.args[0] == debit else "credit", "", error.args[0])
                leaf = b""
            if not leaf or hash_leaf(leaf) != row.leaf_hash:
                self._altered(row)
            leaves.append(row.leaf_hash)
            if recorded_at <= last_time:
                self.add(Kind.TIME_TURNED_BACK, pos, "recorded_at", f"> {last_time}", recorded_at)
            last_time = recorded_at
            self._named.setdefault(debit, recorded_at)
            self._named.setdefault(credit, recorded_at)
            if row.outcome == 0:
                self._side(pos, debit, row.debit_version, row.debit_after, -row.minutes, "debit")
                self._side(pos, credit, row.credit_version, row.credit_after, row.minutes, "credit")
                segment.hold(row.act_id, debit, credit, row.minutes)
            segment.rows += 1
            segment.first_time = segment.first_time or recorded_at
            self._before = row
        segment.last_time = last_time
        if expected <= segment.last:
            self.add(Kind.POSITION_GAP, expected, "pos", expected, "nothing")

    def finish(self) -> Segment:
        """Build the tiles of the stretch."""
        leaves = self._leaves
        whole = len(leaves) // TILE * TILE
        self.segment.tiles = [subtree_hash(leaves[at : at + TILE]) for at in range(0, whole, TILE)]
        self.segment.tail = leaves[whole:]
        self.segment.set_sides(self._begins, self._ends)
        self.segment.set_named(self._named)
        return self.segment

    def _side(self, pos: int, wallet: int, version: int, after: int, change: int, side: str) -> None:
        ends = self._ends
        state = ends.get(wallet)
        if state is None:
            self._begins[wallet] = (pos, version - 1, after - change)
        else:
            if version != state[0] + 1:
                self.add(Kind.VERSION_GAP, pos, f"{side}_version", state[0] + 1, version)
            if after != state[1] + change:
                self.add(Kind.BALANCE_WRONG, pos, f"{side}_after", state[1] + change, after)
        if after < 0 and class_of(wallet) > MAY_OVERDRAW_MAX:
            self.add(Kind.BELOW_ZERO, pos, f"{side}_after", ">= 0", after)
        ends[wallet] = (version, after)

    def _altered(self, row: Row) -> None:
        if len(self.segment.findings) >= FINDINGS_MAX:
            return
        sides = {number: self._ends.get(number) for number in (row.debit, row.credit)}
        context = Context(self._terms.district_id, self._public_ids, self._before, sides, self._unnamed < UNNAMED_MAX)
        name, expected = name_field(row, context)
        self._unnamed += not hasattr(row, name)
        kind = Kind.LEAF_ALTERED if name == "leaf_hash" else Kind.ROW_ALTERED
        found = getattr(row, name, "")
        self.add(kind, row.pos, name, expected, found.hex() if isinstance(found, bytes) else found)


def check_segment(terms: SegmentTerms) -> Segment:
    """Check one stretch, on a connection of its own; when anything is wrong, once more to name rows and fields."""
    where = {"book": terms.book, "first": terms.first, "last": terms.last}
    with without_collector(), contextlib.closing(_connect(terms)) as connection:
        public_ids = _public_ids_once(terms.url, terms.book, terms.run)
        segment = check_quickly(stream_packed(connection, **where), terms, public_ids)
    if segment is not None:
        return segment
    with contextlib.closing(_connect(terms)) as connection:
        return check_closely(stream(connection, **where), terms, public_ids)


def check_closely(rows: Iterable[tuple[Any, ...]], terms: SegmentTerms, public_ids: PublicIds) -> Segment:
    """Check row by row, and name what is wrong."""
    checker = _Checker(terms, public_ids.by_number())
    checker.walk(rows)
    return checker.finish()


def check_segment_of_width(terms: SegmentTerms) -> Segment | None:
    """The same; None where a row has another width than all rows have."""
    try:
        return check_segment(terms)
    except RowWidthError:
        return None


@contextlib.contextmanager
def without_collector() -> Iterator[None]:
    """Nothing here makes cycles, and looking for them costs as much as the check."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _connect(terms: SegmentTerms) -> psycopg.Connection[Any]:
    connection = psycopg.connect(terms.url)
    connection.execute("SET TRANSACTION READ ONLY")
    return connection
