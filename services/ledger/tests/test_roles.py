"""Relay and sealer have roles of their own in the database: each can do its work, and is refused everything else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest

from libs.db import Database
from libs.db.database import plain_url
from libs.outbox import OutgoingEvent, append
from libs.outbox.cursor import become_leader, mark_published, published_positions, rewind
from libs.outbox.source import Stream
from services.ledger import messages
from services.ledger.bootstrap import create_sources
from services.ledger.settings import DATABASE_ROLES
from services.ledger.store.checkpoints import SignedHead, add_head, last_head
from services.ledger.store.leaves import books, read_leaves
from services.ledger.tests.support import EAST, Ledger, earned, issue, new
from tests.support.postgres import DatabaseFactory

MAY = {
    "relay": {
        "SELECT": {
            "journal.book", "journal.entry", "journal.wallet", "journal.answer", "public.outbox",
            "public.outbox_stream", "public.outbox_published", "public.outbox_leader", "public.outbox_epoch",
            "public.alembic_version",
        },
        "INSERT": {"public.outbox_published", "public.outbox_leader"},
        "UPDATE": {"public.outbox_published", "public.outbox_leader"},
    },
    "sealer": {
        "SELECT": {"journal.book", "journal.checkpoint", "public.outbox_stream", "public.alembic_version"},
        "INSERT": {"journal.checkpoint", "public.outbox", "public.outbox_stream"},
        "UPDATE": {"public.outbox_stream"},
    },
}  # fmt: skip
REFUSED = {
    "relay": (
        "INSERT INTO journal.entry SELECT * FROM journal.entry",
        "INSERT INTO journal.checkpoint VALUES (1, 1, 1, decode(repeat('00', 32), 'hex'), '')",
        "INSERT INTO outbox_stream VALUES ('t', 's', 1)",
        "INSERT INTO outbox_epoch VALUES (2, now(), 'nobody', '', '[]')",
        "SELECT * FROM person",
        "SELECT * FROM proposal",
    ),
    "sealer": (
        "INSERT INTO journal.entry SELECT * FROM journal.entry",
        "UPDATE journal.wallet SET class = 5",
        "SELECT debit FROM journal.entry",
        "SELECT owner FROM journal.wallet",
        "UPDATE journal.checkpoint SET note = ''",
        "SELECT payload FROM outbox",
        "UPDATE outbox_published SET published_pos = 0",
        "SELECT * FROM person",
    ),
    "app": ("INSERT INTO journal.checkpoint VALUES (1, 1, 1, decode(repeat('00', 32), 'hex'), '')",),
}
HELD = """
    SELECT t.schemaname || '.' || t.tablename, p.privilege
    FROM pg_tables t, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'])
        AS p (privilege)
    WHERE t.schemaname IN ('public', 'journal')
        AND has_table_privilege(%s, format('%%I.%%I', t.schemaname, t.tablename)::regclass, privilege)"""
DAY = datetime(2026, 3, 1, tzinfo=UTC)


class Roles:
    """A ledger with two rows, and the ways of its roles into it."""

    def __init__(self, factory: DatabaseFactory) -> None:
        self.name, self.urls = factory.create("ledger")
        ledger = Ledger(self.urls.app)
        ledger.post(issue(earned(new()), 60), issue(earned(new()), 30))
        ledger.database.dispose()
        self.url_of = {"app": self.urls.app, **self.urls.more}
        self.databases = {role: Database(url, pool_max=1) for role, url in self.urls.more.items()}


@pytest.fixture(scope="module")
def roles(database_factory: DatabaseFactory) -> Iterator[Roles]:
    """One for the file."""
    roles = Roles(database_factory)
    yield roles
    for database in roles.databases.values():
        database.dispose()
    database_factory.drop(roles.name)


def test_the_relay_reads_journal_and_outbox_and_moves_its_cursors(roles: Roles) -> None:
    stream = Stream(messages.TOPIC, str(UUID(bytes=EAST)))
    with roles.databases["relay"].transaction() as connection:
        heads = [source.heads(connection) for source in create_sources()]
        told = create_sources()[0].read(connection, stream, after=0, limit=10)
        epoch = become_leader(connection, "ledger")
        mark_published(connection, "ledger", epoch, {stream: 2})
        rewind(connection, "ledger", stream, 1)
        connection.exec_driver_sql("SELECT outbox_keep_partitions(30)")
        positions = published_positions(connection)

    assert heads[0] == {stream: 2}
    assert [event.position for event in told] == [1, 2]
    assert positions[stream] == 1


def test_the_sealer_reads_leaves_and_stores_and_tells_a_head(roles: Roles) -> None:
    with roles.databases["sealer"].transaction() as connection:
        (book,) = books(connection)
        leaves = list(read_leaves(connection, book.book, first=1))
        head = add_head(connection, SignedHead(book.book, book.district_id, 2, bytes(32), "note", DAY))
        event = messages.checkpoint_signed(
            district_id=head.district_id, size=head.size, root=head.root, note=head.note, now=head.signed_at
        )
        assert isinstance(event, OutgoingEvent)
        append(connection, event)
        last = last_head(connection, book.book)

    assert [pos for pos, _ in leaves] == [1, 2]
    assert last == head


@pytest.mark.parametrize(("role", "statement"), [(role, one) for role, some in REFUSED.items() for one in some])
def test_each_is_refused_what_is_not_its_work(roles: Roles, role: str, statement: str) -> None:
    with (
        psycopg.connect(plain_url(roles.url_of[role])) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


@pytest.mark.parametrize("role", DATABASE_ROLES)
def test_no_table_is_granted_beside_those_named_here(roles: Roles, role: str) -> None:
    with psycopg.connect(plain_url(roles.urls.owner)) as connection:
        held: dict[str, set[str]] = {}
        for table, privilege in connection.execute(HELD, [f"ledger_{role}"]):
            held.setdefault(privilege, set()).add(table)

    assert held == MAY[role]
