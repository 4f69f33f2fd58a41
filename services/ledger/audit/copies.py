"""Compare the journal with the copy that its topic keeps for ever: every event carries its row as the log keeps it.

What is told only once in a row (ids, salt, times) can only be named with a second copy of it. Which of the two is the
true one is told by the row's leaf hash, which the signed heads cover. What no hash covers (what was told besides a row,
when a head was signed, inner heads, a tail that nothing was signed over) is known by its copy alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg

from libs.db.database import plain_url
from services.ledger import messages
from services.ledger.audit.copied_heads import CopiedHeads
from services.ledger.audit.findings import Finding, Kind
from services.ledger.audit.topic import CARRIES, ROWS_AT_ONCE, CopiedHead, Copy
from services.ledger.domain.leaf import FIELDS, LEAF, LEAF_PREFIX, LEAF_VERSION, NAMES, Source, hash_leaf, unpack_leaf
from services.ledger.domain.wallets import NO_ID
from services.ledger.store.loading import ALL_BOOKS
from services.ledger.store.raw import raw_cursor
from services.ledger.store.rows import ENTRY_WITH_OWNERS, entry_from

FINDINGS_MAX = 100
UUID_BYTES = 16
COLUMNS = ", ".join(
    f"{field.name}_of.wallet_id" if field.source is Source.WALLET else f"e.{field.name}"
    for field in FIELDS
    if field.source in (Source.COLUMN, Source.WALLET)
)
"""What the journal has of a leaf's fields, in their order; wallets by their public ids."""
ROWS = f"""
    SELECT e.pos, e.leaf_hash, {COLUMNS}
    FROM journal.entry e
    LEFT JOIN journal.wallet debit_of ON debit_of.wallet = e.debit
    LEFT JOIN journal.wallet credit_of ON credit_of.wallet = e.credit
    WHERE e.book = (SELECT book FROM journal.book WHERE district_id = %s::uuid) AND e.pos = ANY(%s)"""


ANSWERS = """
    SELECT pos, event_type, payload FROM journal.answer
    WHERE book = (SELECT book FROM journal.book WHERE district_id = %s::uuid) AND pos = ANY(%s)"""


HASHES = """
    SELECT e.pos, e.leaf_hash FROM journal.entry e
    WHERE e.book = (SELECT book FROM journal.book WHERE district_id = %s::uuid) AND e.pos = ANY(%s)"""
HEADS = """
    SELECT b.district_id, coalesce((SELECT max(e.pos) FROM journal.entry e WHERE e.book = b.book), 0)
    FROM journal.book b ORDER BY b.book"""
REFUSED = messages.type_of(messages.own.TransferRefused)
"""The one type of event that is told with an answer as well as without one."""


class Comparison:
    """The journal beside the copies of its rows and heads; memory flat in rows."""

    def __init__(self, url: str, *, closely: bool = True) -> None:
        """`closely` names the fields of rows; else a row is known by its hash alone, which the caller has checked."""
        self.findings: list[Finding] = []
        self.rows = self.heads = 0
        self.without_copy: dict[UUID, int] = {}
        """How many rows of a district's journal nobody was told of."""
        self._url, self._closely = plain_url(url), closely
        self._last: dict[UUID, int] = {}
        self._gaps: dict[UUID, int] = {}

    def read(self, copies: Iterable[Copy | CopiedHead]) -> Comparison:
        """Compare all copies."""
        with psycopg.connect(self._url) as connection:
            connection.execute("SET TRANSACTION READ ONLY")
            heads = CopiedHeads(connection)
            waiting = iter(copies)
            while some := list(islice(waiting, ROWS_AT_ONCE)):
                self._add(heads.compare([one for one in some if isinstance(one, CopiedHead)]))
                self._read_rows(connection, [one for one in some if isinstance(one, Copy)])
                if len(self.findings) >= FINDINGS_MAX:
                    break
            else:
                self._add(heads.untold())
                self._count_without(connection)
            self.heads = heads.number
        return self

    def _read_rows(self, connection: psycopg.Connection[Any], copies: list[Copy]) -> None:
        by_district: dict[bytes, dict[int, Copy]] = {}
        for copy in copies:
            by_district.setdefault(copy.district_id, {})[copy.position] = copy
        compared = _compare_closely if self._closely else _compare_hashes
        for district_id, rows in by_district.items():
            self.rows += len(rows)
            self._remember(UUID(bytes=district_id), rows)
            self._add(compared(connection, district_id, rows))

    def _remember(self, district_id: UUID, positions: Iterable[int]) -> None:
        """Copies come in the order of their positions; an earlier one comes again, and a later one leaves a gap."""
        last, gap = self._last.get(district_id, 0), self._gaps.get(district_id, 0)
        for position in positions:
            if position > last:
                gap, last = gap + position - last - 1, position
        self._last[district_id], self._gaps[district_id] = last, gap

    def _count_without(self, connection: psycopg.Connection[Any]) -> None:
        for district_id, head in connection.execute(HEADS):
            missing = self._gaps.get(district_id, 0) + max(0, head - self._last.get(district_id, 0))
            if missing:
                self.without_copy[district_id] = missing

    def _add(self, findings: Iterable[Finding]) -> None:
        self.findings += islice(findings, FINDINGS_MAX - len(self.findings))


def compare(url: str, copies: Iterable[Copy | CopiedHead]) -> list[Finding]:
    """Name each row, field and head in which the journal differs from its copies."""
    return Comparison(url).read(copies).findings


def refine(findings: Sequence[Finding], differing: Sequence[Finding]) -> list[Finding]:
    """The findings, those of a row's hash replaced by the fields that the copies name."""
    named = {(finding.district_id, finding.position) for finding in differing}
    by_hash = (Kind.ROW_ALTERED, Kind.LEAF_ALTERED)
    kept = [
        finding
        for finding in findings
        if not (finding.kind in by_hash and (finding.district_id, finding.position) in named)
    ]
    return [*differing, *kept]


def _compare_hashes(
    connection: psycopg.Connection[Any], district_id: bytes, copies: dict[int, Copy]
) -> Iterator[Finding]:
    """A row whose hash is that of its copy is the same; of the others, and of what is told besides, more is said."""
    terms = [district_id.hex(), list(copies)]
    hashes = dict(raw_cursor(connection).execute(HASHES, terms).fetchall())
    answers = {row[0]: row[1:] for row in raw_cursor(connection).execute(ANSWERS, terms).fetchall()}
    sha256, doubtful = hashlib.sha256, {}
    for position, copy in copies.items():
        told = answers.get(position)
        is_told = told == copy[1:] if told else copy.event_type != REFUSED and copy.event_type == copy.plain_type
        if not is_told or hashes.get(position) != sha256(LEAF_PREFIX + copy.entry).digest():
            doubtful[position] = copy
    if doubtful:
        yield from _compare_closely(connection, district_id, doubtful)


def _compare_closely(
    connection: psycopg.Connection[Any], district_id: bytes, copies: dict[int, Copy]
) -> Iterator[Finding]:
    terms = [district_id.hex(), list(copies)]
    found = {row[0]: row for row in raw_cursor(connection).execute(ROWS, terms).fetchall()}
    answers = {row[0]: row[1:] for row in raw_cursor(connection).execute(ANSWERS, terms).fetchall()}
    for position, copy in copies.items():
        row = found.get(position)
        if row is None:
            request_id = UUID(bytes=unpack_leaf(copy.entry)["request_id"])
            yield Finding(
                Kind.ROW_MISSING, UUID(bytes=district_id), position, "pos", f"transfer {request_id}", "nothing"
            )
        else:
            differences = list(_differences(district_id, copy.entry, row))
            yield from differences
            answer = answers.get(position)
            if answer is None and not differences:
                answer = _told_without(connection, district_id, position)
            yield from _other_answer(district_id, position, copy, answer)


def _differences(district_id: bytes, copy: bytes, row: tuple[Any, ...]) -> Iterator[Finding]:
    position, leaf_hash, *columns = row
    stored = [LEAF_VERSION, district_id, *(NO_ID if one is None else one for one in columns)]
    expected = LEAF.unpack(copy)
    hash_of_copy = hash_leaf(copy)
    is_true = hash_of_copy == bytes(leaf_hash)
    for name, told, found in zip(NAMES, expected, stored, strict=True):
        if told != found:
            kind = Kind.ROW_ALTERED if is_true else Kind.DIFFERS_FROM_TOPIC
            yield Finding(kind, UUID(bytes=district_id), position, name, _words(told), _words(found))
    if not is_true:
        kind = Kind.LEAF_ALTERED if list(expected) == stored else Kind.DIFFERS_FROM_TOPIC
        yield Finding(kind, UUID(bytes=district_id), position, "leaf_hash", hash_of_copy.hex(), bytes(leaf_hash).hex())


def _told_without(connection: psycopg.Connection[Any], district_id: bytes, position: int) -> tuple[str, bytes]:
    """What the journal tells of a row that has no answer."""
    cursor = raw_cursor(connection)
    districts = dict(cursor.execute(ALL_BOOKS).fetchall())
    book = next(number for number, one in districts.items() if one == district_id)
    row = cursor.execute(f"{ENTRY_WITH_OWNERS} WHERE e.book = %s AND e.pos = %s", [book, position]).fetchone()
    assert row is not None
    event_type, payload = messages.published(entry_from(row, districts), None)
    return event_type, payload[: -len(CARRIES) - LEAF.size]


def _other_answer(district_id: bytes, position: int, copy: Copy, answer: tuple[str, bytes] | None) -> Iterator[Finding]:
    """What was told with a row must be what the journal would tell."""
    for name, told, found in zip(
        ("answer.event_type", "answer.payload"), (copy.event_type, copy.answer), answer or (), strict=False
    ):
        if told != found:
            yield Finding(Kind.DIFFERS_FROM_TOPIC, UUID(bytes=district_id), position, name, _words(told), _words(found))


def _words(value: object) -> str:
    if not isinstance(value, bytes):
        return str(value)
    return str(UUID(bytes=value)) if len(value) == UUID_BYTES else value.hex()
