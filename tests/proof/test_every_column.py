"""Each column of each table of the journal, changed in turn by a superuser, is found and named by `timebank verify`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from libs.clock import ManualClock, to_microseconds
from libs.ids import new_id
from libs.outbox import OutboxSource
from libs.outbox.envelope import pack
from libs.outbox.source import Stream
from libs.programme.two_people import Verdict
from services.ledger import messages
from services.ledger.audit import copies, verify
from services.ledger.audit.findings import Finding
from services.ledger.audit.topic import CopiedHead, Copy, copy_of
from services.ledger.domain.wallets import WalletClass as W
from services.ledger.store.journal_source import JournalSource
from services.ledger.store.proposal_store import Proposal
from services.ledger.tests.stories import of_district
from services.ledger.tests.support import EAST, WEST, issue
from services.ledger.tests.test_verify import EDITS as ENTRY_EDITS, Tampered
from services.ledger.usecases.period_close import decide_close, propose_close
from services.ledger.usecases.post import Postings
from tests.proof.support import Bench
from tests.support.postgres import DatabaseFactory

APRIL = datetime(2026, 4, 1, 4, tzinfo=UTC)
HEAD = "(SELECT min(size) FROM journal.checkpoint WHERE book = 1)"
ANSWER = "(SELECT min(pos) FROM journal.answer WHERE book = 1)"
FIRST_EARNED = "(SELECT min(wallet) FROM journal.wallet WHERE class = 5)"

Edits = dict[str, tuple[str, str]]
"""For each column, the value it is given and the words by which it is named."""

EDITS: dict[str, tuple[str, Edits]] = {
    "wallet": (
        f"wallet = {FIRST_EARNED}",
        {
            "wallet": ("wallet + 16000", ": wallet"),
            "opened_at": ("opened_at - 86400000000", ": opened_at"),
            "book": ("3 - book", ": book"),
            "class": ("7 - class", ": class"),
            "wallet_id": ("gen_random_uuid()", ": wallet_id"),
            "owner": ("gen_random_uuid()", ": owner"),
        },
    ),
    "book": (
        "book = 1",
        {
            "book": ("7", "book 1: book"),
            "district_id": ("gen_random_uuid()", "book 1: district_id"),
            "opened_at": ("opened_at - 86400000000", "book 1: opened_at"),
        },
    ),
    "answer": (
        f"book = 1 AND pos = {ANSWER}",
        {
            "pos": ("1", "answer."),
            "book": ("2", "answer."),
            "event_type": ("event_type || 'X'", "answer.event_type"),
            "payload": ("payload || '\\x00'", "answer.payload"),
        },
    ),
    "checkpoint": (
        f"book = 1 AND size = {HEAD}",
        {
            "size": ("size - 1", "size of checkpoint"),
            "signed_at": ("signed_at - 86400000000", "signed_at of checkpoint"),
            "book": ("2", "book of checkpoint"),
            "root": ("sha256(root)", "root of checkpoint"),
            "note": ("replace(note, chr(10), ' ')", "note of checkpoint"),
        },
    ),
    "period_close": (
        "true",
        {
            "close_id": ("gen_random_uuid()", "close_id of"),
            "district_id": ("gen_random_uuid()", "district_id of"),
            "month": ("month - interval '1 month'", "month of"),
            "statement": ("statement || ' '", "statement of"),
            "closed_by": ("gen_random_uuid()", "closed_by of"),
            "closed_at": ("closed_at - 86400000000", "closed_at of"),
        },
    ),
}
NOT_PROVEN = {"ddl": "tells an operator of changes of the schema; no credit follows from it, and no hash covers it"}
CASES = [(table, column) for table, (_, edits) in EDITS.items() for column in edits]
COLUMNS = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'journal'"
KEYS = """
    SELECT conrelid::regclass::text, conname FROM pg_constraint
    WHERE connamespace = 'journal'::regnamespace AND contype <> 'n' ORDER BY contype = 'f' DESC"""
INDEXES = "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'journal.entry'::regclass"


class History(Tampered):
    """A small history that was sealed four times and of which a month was closed, with what the topic was told of it.

    Behind the last head are rows that none covers.
    """

    def __init__(self, factory: DatabaseFactory, folder: Path) -> None:
        super().__init__(factory, messages.encode)
        bench = Bench(folder, self.urls.app)
        bench.sealer.tick()
        for _ in range(2):
            self.ledger.post(issue(of_district(W.POOL), 5))
            bench.sealer.tick()
        self.ledger.now_us = to_microseconds(APRIL)
        self.ledger.post(issue(of_district(W.POOL), 500))
        ManualClock(folder / "clock").set(APRIL)
        bench.sealer.tick()
        postings = Postings(ManualClock(folder / "clock"))
        proposal = Proposal(
            new_id(), "period_close", UUID(bytes=EAST), None, None, None, None, "", False, None, new_id(),
            to_microseconds(APRIL), "2026-03",
        )  # fmt: skip
        with self.ledger.database.transaction() as connection:
            propose_close(connection, proposal, now=APRIL)
            decide_close(connection, postings, proposal, Verdict(by=new_id(), ok=True, why="", at=APRIL))
        self.told = [*self._told(), *self._heads_told()]
        bench.close()
        self.ledger.database.dispose()

    def _heads_told(self) -> Iterator[CopiedHead]:
        with self.ledger.database.reading() as connection:
            for district in (EAST, WEST):
                stream = Stream(messages.TOPIC, f"checkpoints/{UUID(bytes=district)}")
                for event in OutboxSource().read(connection, stream, after=0, limit=1000):
                    record = pack(event, 1)
                    head = copy_of(record.value or b"", dict(record.headers))
                    assert isinstance(head, CopiedHead)
                    yield head

    def _told(self) -> Iterator[Copy | CopiedHead]:
        source = JournalSource(messages.TOPIC, messages.published, messages.type_without_answer)
        with self.ledger.database.reading() as connection:
            for district in (EAST, WEST):
                stream = Stream(messages.TOPIC, str(UUID(bytes=district)))
                for event in source.read(connection, stream, after=0, limit=1000):
                    record = pack(event, 1)
                    yield from filter(None, [copy_of(record.value or b"", dict(record.headers))])


class Clone:
    """A copy of the history, to tamper with."""

    def __init__(self, history: History, factory: DatabaseFactory, number: int) -> None:
        self.name = f"{history.name}_{number}"
        self.superuser = factory.server.superuser_url(self.name)
        self.reader = factory.urls("ledger", self.name).reader
        self._told = history.told
        with psycopg.connect(factory.server.superuser_url(), autocommit=True) as connection:
            clone = "CREATE DATABASE {} TEMPLATE {} STRATEGY wal_log"
            connection.execute(sql.SQL(clone).format(sql.Identifier(self.name), sql.Identifier(history.name)))
            connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO PUBLIC").format(sql.Identifier(self.name)))

    def tamper(self, statement: str) -> None:
        """Change something with all triggers, keys and indexes away that would refuse it."""
        with psycopg.connect(self.superuser, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            for table in ("entry", *EDITS):
                connection.execute(f"ALTER TABLE journal.{table} DISABLE TRIGGER refuse_change".encode())
            for table, name in connection.execute(KEYS).fetchall():
                connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
            for (name,) in connection.execute(INDEXES).fetchall():
                connection.execute(f"DROP INDEX {name}".encode())
            assert connection.execute(statement.encode()).rowcount >= 1

    def in_the_journal(self) -> list[Finding]:
        """What `timebank verify --no-topic` finds."""
        return verify.run(self.reader, verify.Terms(processes=1)).findings

    def findings(self) -> list[Finding]:
        """What `timebank verify` finds."""
        findings = self.in_the_journal()
        return copies.refine(findings, copies.Comparison(self.reader, closely=bool(findings)).read(self._told).findings)


@pytest.fixture(scope="module")
def history(database_factory: DatabaseFactory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """The history, made once."""
    made = History(database_factory, tmp_path_factory.mktemp("history"))
    yield made
    database_factory.drop(made.name)


_numbers = itertools.count(1)


@pytest.fixture
def clone(history: History, database_factory: DatabaseFactory) -> Iterator[Clone]:
    """A copy of it."""
    made = Clone(history, database_factory, next(_numbers))
    yield made
    database_factory.drop(made.name)


def test_no_column_of_the_journal_is_left_out(clone: Clone) -> None:
    with psycopg.connect(clone.superuser) as connection:
        there = {(table, column) for table, column in connection.execute(COLUMNS) if table not in NOT_PROVEN}

    # The columns of the entries themselves are changed in turn, in the same way, by the ledger's own tests.
    assert there == {*CASES, *(("entry", column) for column in ENTRY_EDITS)}


def test_the_history_as_it_was_made_is_clean(clone: Clone) -> None:
    assert clone.findings() == []


@pytest.mark.parametrize(("table", "column"), CASES)
def test_a_column_that_was_changed_is_found_and_named(clone: Clone, table: str, column: str) -> None:
    where, edits = EDITS[table]
    value, words = edits[column]

    clone.tamper(f"UPDATE journal.{table} SET {column} = {value} WHERE {where}")

    fields = [finding.field for finding in clone.findings()]
    assert any(words in field for field in fields), fields
