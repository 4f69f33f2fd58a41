"""The copies that the topic keeps of all rows name what was done to a row, column by column."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from libs.bus import Topic
from libs.bus.postgres import PostgresBroker
from libs.clock import from_microseconds
from libs.outbox.envelope import pack
from libs.outbox.source import StoredEvent, Stream
from services.ledger import messages
from services.ledger.audit import copies
from services.ledger.audit.findings import Finding, Kind
from services.ledger.audit.topic import Copy, read_topic
from services.ledger.domain.leaf import LEAF
from services.ledger.store.journal_source import JournalSource
from services.ledger.tests.support import DAY_ONE_US, EAST, WEST
from services.ledger.tests.test_verify import EDITS, Tampered
from tests.support.postgres import DatabaseFactory, FreshDatabase

ROW = 9


@pytest.fixture
def tampered(database_factory: DatabaseFactory) -> Iterator[Tampered]:
    """A fresh history to tamper with."""
    made = Tampered(database_factory, messages.encode)
    yield made
    made.ledger.database.dispose()
    database_factory.drop(made.name)


@pytest.fixture
def broker(fresh_database: FreshDatabase) -> Iterator[PostgresBroker]:
    """A broker of its own."""
    made = PostgresBroker(fresh_database("bus").app)
    made.declare_topics([Topic(messages.TOPIC)])
    yield made
    made.close()


def _told(tampered: Tampered, broker: PostgresBroker) -> list[Copy]:
    """Publish the journal as the relay does, and read the rows back from the topic, the east first."""
    source = JournalSource(messages.TOPIC, messages.published, messages.type_without_answer)
    publisher = broker.publisher("test")
    with tampered.ledger.database.reading() as connection:
        for district in (EAST, WEST):
            events = source.read(connection, Stream(messages.TOPIC, str(UUID(bytes=district))), after=0, limit=1000)
            publisher.publish([pack(event, 1) for event in events])
        publisher.publish([pack(_no_row(), 1)])
    publisher.close()
    rows = [one for one in read_topic(broker) if isinstance(one, Copy)]
    return sorted(rows, key=lambda row: (row.entry[1:17] != EAST, row.entry))


def _no_row() -> StoredEvent:
    """An event of the ledger that is no row of the journal."""
    one = messages.erasure_answered(
        erasure_id=UUID(int=1), person_id=UUID(int=2), district_id=UUID(bytes=EAST), code="",
        now=from_microseconds(DAY_ONE_US),
    )  # fmt: skip
    return StoredEvent(
        topic=one.topic, stream=one.stream, position=1, event_id=one.event_id, event_type=one.event_type,
        key=one.key, subject=one.subject, payload=one.payload, version=None, occurred_at=one.occurred_at,
    )  # fmt: skip


def test_an_honest_journal_is_what_its_topic_says(tampered: Tampered, broker: PostgresBroker) -> None:
    told = _told(tampered, broker)

    assert len(told) == tampered.verify().rows
    for closely in (True, False):
        compared = copies.Comparison(tampered.urls.reader, closely=closely).read(told)
        assert (compared.findings, compared.rows, compared.without_copy) == ([], len(told), {})


@pytest.mark.parametrize("column", sorted(EDITS))
def test_every_column_that_was_edited_is_named_with_both_values(
    tampered: Tampered, broker: PostgresBroker, column: str
) -> None:
    told = _told(tampered, broker)
    tampered.drop_rules()

    tampered.tamper(f"UPDATE journal.entry SET {column} = {EDITS[column]} WHERE book = 1 AND pos = {ROW}")

    findings = copies.refine(tampered.verify().findings, copies.compare(tampered.urls.reader, told))
    here = [one for one in findings if (one.district_id, one.position) == (UUID(bytes=EAST), ROW)]
    if column in ("pos", "book"):
        request_id = UUID(bytes=LEAF.unpack(told[ROW - 1].entry)[3])
        assert Finding(Kind.ROW_MISSING, UUID(bytes=EAST), ROW, "pos", f"transfer {request_id}", "nothing") in here
    else:
        kind = Kind.LEAF_ALTERED if column == "leaf_hash" else Kind.ROW_ALTERED
        (exact,) = [one for one in here if one.kind is kind]
        assert exact.field == column
        assert exact.expected != exact.found
    assert not any("one of" in one.field for one in here)


def test_a_row_rewritten_together_with_its_hash_is_named_field_by_field(
    tampered: Tampered, broker: PostgresBroker
) -> None:
    told = _told(tampered, broker)
    forged = list(LEAF.unpack(told[ROW - 1].entry))
    forged[20] = UUID(int=7).bytes  # the checker
    tampered.tamper(
        f"UPDATE journal.entry SET checker = '{UUID(int=7)}',"
        f" leaf_hash = sha256('\\x00'::bytea || '\\x{LEAF.pack(*forged).hex()}'::bytea) WHERE book = 1 AND pos = {ROW}"
    )
    assert tampered.verify().is_clean  # Nothing in the journal itself says so.

    findings = copies.compare(tampered.urls.reader, told)

    assert [(one.kind, one.position, one.field) for one in findings] == [
        (Kind.DIFFERS_FROM_TOPIC, ROW, "checker"),
        (Kind.DIFFERS_FROM_TOPIC, ROW, "leaf_hash"),
    ]
    assert findings[0].found == str(UUID(int=7))


def test_swapped_deleted_and_inserted_rows_are_named(tampered: Tampered, broker: PostgresBroker) -> None:
    told = _told(tampered, broker)
    tampered.drop_rules()
    tampered.tamper("UPDATE journal.entry SET pos = 17 - pos WHERE book = 1 AND pos IN (8, 9)")
    tampered.tamper("DELETE FROM journal.entry WHERE book = 1 AND pos = 5")

    found = {(one.position, one.field) for one in copies.compare(tampered.urls.reader, told)}

    assert {(5, "pos"), (8, "request_id"), (9, "request_id"), (8, "salt"), (9, "salt")} <= found


def test_what_was_told_with_a_row_is_compared_too(tampered: Tampered, broker: PostgresBroker) -> None:
    told = _told(tampered, broker)
    answered = next(number for number, copy in enumerate(told, 1) if copy.event_type.endswith("HoursSettled"))
    tampered.tamper("ALTER TABLE journal.answer DISABLE TRIGGER refuse_change")
    tampered.tamper(f"UPDATE journal.answer SET payload = payload || '\\x00' WHERE book = 1 AND pos = {answered}")

    (finding,) = copies.Comparison(tampered.urls.reader, closely=False).read(told).findings

    assert [finding] == copies.compare(tampered.urls.reader, told)
    assert (finding.kind, finding.position, finding.field) == (Kind.DIFFERS_FROM_TOPIC, answered, "answer.payload")
