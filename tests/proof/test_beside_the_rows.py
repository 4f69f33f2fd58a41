"""What no hash of a row covers is known by its copy in the topic: answers, times of heads, inner heads, a cut tail."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest

from services.ledger import messages
from services.ledger.audit import copies
from services.ledger.audit.findings import Kind
from services.ledger.audit.topic import CopiedHead
from services.ledger.tests.support import EAST
from tests.proof.test_every_column import Clone, History, clone, history

__all__ = ["clone", "history"]
ANSWERED = "book = 1 AND pos = (SELECT min(pos) FROM journal.answer WHERE event_type LIKE '%{}' AND book = 1)"
INNER = "book = 1 AND size = (SELECT size FROM journal.checkpoint WHERE book = 1 ORDER BY size OFFSET 1 LIMIT 1)"
LAST_HEAD = "(SELECT max(size) FROM journal.checkpoint WHERE book = 1)"


@pytest.mark.parametrize(
    ("statement", "kind", "field"),
    [
        (
            f"UPDATE journal.answer SET payload = payload || '\\x5001' WHERE {ANSWERED.format('HoursSettled')}",
            Kind.DIFFERS_FROM_TOPIC,
            "answer.payload",
        ),
        (f"DELETE FROM journal.answer WHERE {ANSWERED.format('HoursSettled')}", Kind.DIFFERS_FROM_TOPIC, "answer."),
        (f"DELETE FROM journal.answer WHERE {ANSWERED.format('HoldPlaced')}", Kind.DIFFERS_FROM_TOPIC, "answer."),
        (
            "INSERT INTO journal.answer VALUES (1, 1, 'timebank.ledger.v1.HoursSettled', '')",
            Kind.DIFFERS_FROM_TOPIC,
            "answer.event_type",
        ),
        (
            f"UPDATE journal.checkpoint SET signed_at = signed_at + 1 WHERE {INNER}",
            Kind.DIFFERS_FROM_TOPIC,
            "signed_at of checkpoint",
        ),
        (f"DELETE FROM journal.checkpoint WHERE {INNER}", Kind.CHECKPOINT_MISSING, "checkpoint of"),
        (
            "UPDATE journal.checkpoint SET note = replace(note, chr(8212), chr(8212) || ' x')"
            f" WHERE {INNER}",
            Kind.DIFFERS_FROM_TOPIC,
            "note of checkpoint",
        ),
        (f"DELETE FROM journal.entry WHERE book = 1 AND pos > {LAST_HEAD}", Kind.ROW_MISSING, "pos"),
    ],
    ids=[
        "changed answer", "missing answer", "missing answer of a hold", "answer put in", "time of a head",
        "missing inner head", "other signature", "cut tail",
    ],
)  # fmt: skip
def test_it_is_named_by_the_copy(clone: Clone, statement: str, kind: Kind, field: str) -> None:
    clone.tamper(statement)

    found = clone.findings()

    assert [one for one in found if one.kind is kind and field in one.field], found


def test_a_head_that_nobody_was_told_of_is_named(clone: Clone, history: History) -> None:
    copied = [one for one in history.told if not (isinstance(one, CopiedHead) and one.size == _inner(clone))]

    found = copies.compare(clone.reader, copied)

    assert [(one.kind, one.field) for one in found] == [
        (Kind.DIFFERS_FROM_TOPIC, f"size of checkpoint {_inner(clone)}")
    ]


def test_a_tail_cut_off_is_shorter_than_what_the_relay_published(clone: Clone) -> None:
    clone.tamper(
        "INSERT INTO outbox_published (topic, stream, published_pos)"
        f" SELECT '{messages.TOPIC}', '{UUID(bytes=EAST)}', max(pos) FROM journal.entry WHERE book = 1"
    )
    assert clone.in_the_journal() == []

    clone.tamper(f"DELETE FROM journal.entry WHERE book = 1 AND pos > {LAST_HEAD}")

    assert any(
        finding.kind is Kind.JOURNAL_SHORTER and "published" in finding.expected for finding in clone.in_the_journal()
    )


def test_every_inner_head_is_held_against_the_journal_also_without_the_topic(clone: Clone) -> None:
    clone.tamper(f"UPDATE journal.checkpoint SET root = sha256(root) WHERE {INNER}")

    assert any(finding.kind is Kind.ROOT_DIFFERS for finding in clone.in_the_journal())


def test_rows_that_the_topic_does_not_have_are_counted(clone: Clone, history: History) -> None:
    east = UUID(bytes=EAST)
    rows = [one for one in history.told if not isinstance(one, CopiedHead) and one.entry[1:17] == EAST]

    compared = copies.Comparison(clone.reader, closely=False).read([*rows[:3], *rows[5:-2]])
    nothing = copies.Comparison(clone.reader).read([])

    assert (compared.findings, compared.without_copy[east]) == ([], 4)
    assert (nothing.rows, nothing.without_copy[east]) == (0, len(rows))


def _inner(clone: Clone) -> int:
    with psycopg.connect(clone.superuser) as connection:
        row = connection.execute(f"SELECT size FROM journal.checkpoint WHERE {INNER}").fetchone()
    assert row is not None
    return int(row[0])
