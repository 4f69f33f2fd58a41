"""Compare the journal with the copy that its topic keeps for ever: every event carries its row as the log keeps it.

What is told only once in a row (ids, salt, times) can only be named with a second copy of it. Which of the two is the
true one is told by the row's leaf hash, which the signed heads cover.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from libs.bus import Broker, headers
from libs.clock import monotonic
from libs.db.database import plain_url
from libs.ids import new_id
from services.ledger import messages
from services.ledger.audit.findings import Finding, Kind
from services.ledger.domain.entries import LEAF, LEAF_PREFIX, LEAF_VERSION
from services.ledger.domain.wallets import NO_ID
from services.ledger.store.loading import ALL_BOOKS
from services.ledger.store.raw import raw_cursor
from services.ledger.store.rows import ENTRY_WITH_OWNERS, entry_from

ROWS_AT_ONCE = 2_000
SILENT_SECONDS_MAX = 30.0
UUID_BYTES = 16
CARRIES = messages.own.TransferPosted(entry=bytes(LEAF.size)).SerializeToString()[: -LEAF.size]
"""What stands before the row in every event: the tag and the length of its field."""
NAMES = (
    "version", "district", "pos", "request_id", "cause", "act_id", "reason", "outcome", "leg", "legs", "evidence",
    "policy_version", "debit", "credit", "minutes", "debit_version", "debit_after", "credit_version", "credit_after",
    "actor", "checker", "effective_at", "recorded_at", "salt",
)  # fmt: skip
"""The columns of a row in the order of its leaf; wallets by their public ids."""
ROWS = """
    SELECT e.pos, e.leaf_hash, e.request_id, e.cause, e.act_id, e.reason, e.outcome, e.leg, e.legs, e.evidence,
        e.policy_version, d.wallet_id, c.wallet_id, e.minutes, e.debit_version, e.debit_after, e.credit_version,
        e.credit_after, e.actor, e.checker, e.effective_at, e.recorded_at, e.salt
    FROM journal.entry e
    LEFT JOIN journal.wallet d ON d.wallet = e.debit LEFT JOIN journal.wallet c ON c.wallet = e.credit
    WHERE e.book = (SELECT book FROM journal.book WHERE district_id = %s::uuid) AND e.pos = ANY(%s)"""


ANSWERS = """
    SELECT pos, event_type, payload FROM journal.answer
    WHERE book = (SELECT book FROM journal.book WHERE district_id = %s::uuid) AND pos = ANY(%s)"""


class Copy(NamedTuple):
    """A row as the topic keeps it."""

    entry: bytes
    """The row as its leaf is made of it."""
    event_type: str
    answer: bytes
    """What the event says besides."""


class TopicSilentError(Exception):
    """The broker gave nothing for a while, though there is more."""


def rows_of_topic(broker: Broker, topic: str = messages.TOPIC) -> Iterator[Copy]:
    """Yield the rows that the topic's events carry, from the first to the end as it is now.

    Raises:
        TopicSilentError: the broker stopped giving them.
    """
    group = f"verify-{new_id().hex}"
    begins, ends = broker.beginning_offsets([topic]), broker.end_offsets([topic])
    waiting = {partition: end for partition, end in ends.items() if end > begins.get(partition, 0)}
    subscription = broker.subscribe(group, [topic], member=group)
    heard_at = monotonic()
    try:
        while waiting:
            for record in subscription.poll(records_max=ROWS_AT_ONCE, timeout_seconds=1.0):
                heard_at = monotonic()
                if copy := copy_of(record.value or b"", record.headers):
                    yield copy
                partition = next((one for one in waiting if one.partition == record.partition), None)
                if partition is not None and record.offset + 1 >= waiting[partition]:
                    del waiting[partition]
            if monotonic() - heard_at > SILENT_SECONDS_MAX:
                raise TopicSilentError(f"{topic}: nothing for {SILENT_SECONDS_MAX:.0f} s")
    finally:
        subscription.close()


def copy_of(value: bytes, told: Mapping[str, str]) -> Copy | None:
    """The row that an event carries at its end; None for an event of the ledger that is no row."""
    carried = len(CARRIES) + LEAF.size
    if value[-carried : -LEAF.size] != CARRIES:
        return None
    entry = value[-LEAF.size :]
    _, district_id, position, *_ = LEAF.unpack(entry)
    stands_at = (told.get(headers.STREAM), told.get(headers.POSITION))
    if stands_at != (str(UUID(bytes=district_id)), str(position)):
        return None
    return Copy(entry, told[headers.TYPE], value[:-carried])


def compare(url: str, copies: Iterable[Copy], *, findings_max: int = 100) -> list[Finding]:
    """Name each row and field in which the journal differs from its copies; memory flat in rows."""
    findings: list[Finding] = []
    with psycopg.connect(plain_url(url)) as connection:
        connection.execute("SET TRANSACTION READ ONLY")
        waiting = iter(copies)
        while some := list(islice(waiting, ROWS_AT_ONCE)):
            ordered = sorted((LEAF.unpack(copy.entry)[1:3], copy) for copy in some)
            for district_id, group in groupby(ordered, key=lambda one: one[0][0]):
                findings += _compare(connection, district_id, [copy for _, copy in group])
            if len(findings) >= findings_max:
                break
    return findings[:findings_max]


def refine(findings: Sequence[Finding], differing: Sequence[Finding]) -> list[Finding]:
    """The findings, those of a row's hash replaced by the fields that the copies name."""
    named = {(one.district_id, one.position) for one in differing}
    by_hash = (Kind.ROW_ALTERED, Kind.LEAF_ALTERED)
    kept = [one for one in findings if not (one.kind in by_hash and (one.district_id, one.position) in named)]
    return [*differing, *kept]


def _compare(connection: psycopg.Connection[Any], district_id: bytes, copies: list[Copy]) -> Iterator[Finding]:
    unpacked = {LEAF.unpack(copy.entry)[2]: copy for copy in copies}
    terms = [district_id.hex(), list(unpacked)]
    found = {row[0]: row for row in raw_cursor(connection).execute(ROWS, terms).fetchall()}
    answers = {row[0]: row[1:] for row in raw_cursor(connection).execute(ANSWERS, terms).fetchall()}
    for position, copy in unpacked.items():
        row = found.get(position)
        if row is None:
            request_id = UUID(bytes=LEAF.unpack(copy.entry)[3])
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
    stored = [LEAF_VERSION, district_id, position, *(NO_ID if one is None else one for one in columns)]
    expected = LEAF.unpack(copy)
    hash_of_copy = hashlib.sha256(LEAF_PREFIX + copy).digest()
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
