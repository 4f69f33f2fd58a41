"""What surrounds the ledger fails: the disk is full, a transaction never ends, the clock jumps back."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
import sqlalchemy
from psycopg import sql

from libs.db import Database
from libs.db.database import plain_url
from libs.db.embedded import EmbeddedPostgres
from libs.db.programs import unprivileged_user
from libs.tlog.merkle import root_of
from services.ledger.audit import verify
from services.ledger.audit.outside import Outside
from services.ledger.domain.transfers import Transfer
from services.ledger.store.journal import Journal
from services.ledger.store.leaves import find_book, read_leaves
from services.ledger.tests.support import DAY_ONE_US, EAST, WEST, Ledger, earned, encode_plainly, issue, move, new
from tests.support.postgres import DatabaseFactory, FreshDatabase, running_server

BATCH = 1_000
ROOM_BYTES = 256 * 1024
FILE_BYTES_MAX = 16 << 20
DAY_US = 86_400_000_000
Space = Callable[[], None]


class Disk:
    """A ledger's database whose disk becomes full, and has space again."""

    def __init__(self, server: EmbeddedPostgres, stack: ExitStack) -> None:
        self._server, self._stack = server, stack
        self.name, self.urls = DatabaseFactory(server).create("ledger")
        self.ledger = Ledger(self.urls.app)
        self.ledger.post(*(issue(earned(new()), 10) for _ in range(BATCH)))

    def on_small_volume(self) -> Space:
        """Move the database to a volume that is soon full."""
        folder = tempfile.mkdtemp(prefix="timebank-small-")
        self._stack.callback(shutil.rmtree, folder, ignore_errors=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder], check=True)
        self._stack.callback(subprocess.run, ["umount", "-l", folder], check=True)
        user = unprivileged_user()
        assert user is not None
        os.chown(folder, user.pw_uid, user.pw_gid)
        os.chmod(folder, 0o700)
        self.ledger.database.dispose()
        with psycopg.connect(self._server.superuser_url(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE TABLESPACE small LOCATION {}").format(sql.Literal(folder)))
            connection.execute(sql.SQL("ALTER DATABASE {} SET TABLESPACE small").format(sql.Identifier(self.name)))
        self._meet_reader()
        free = shutil.disk_usage(folder).free
        filler = Path(folder) / "filler"
        filler.write_bytes(b"\0" * (free - ROOM_BYTES))
        return filler.unlink

    def with_limited_files(self) -> Space:
        """Let no file of the server grow beyond a segment of its write-ahead log."""
        self._restart(FILE_BYTES_MAX)
        return lambda: self._restart(resource.RLIM_INFINITY)

    def _restart(self, bytes_max: int) -> None:
        """Start the server anew; it inherits the limit."""
        self._server.stop()
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_max, before[1]))
        try:
            self._server.start()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        self.ledger.database.dispose()
        self._meet_reader()

    def rows(self) -> int:
        """Return how many entries the journal has."""
        row = self._reader.execute("SELECT count(*) FROM journal.entry").fetchone()
        assert row is not None
        return int(row[0])

    def _meet_reader(self) -> None:
        """Connect who reads while there is space: a new session may want to keep a copy of the catalogue's rows."""
        self._reader = psycopg.connect(plain_url(self.urls.reader), autocommit=True)
        self._stack.callback(self._reader.close)


@pytest.fixture
def ledger(fresh_database: FreshDatabase) -> Iterator[Ledger]:
    """A journal on a fresh, empty database."""
    made = Ledger(fresh_database("ledger").app)
    yield made
    made.database.dispose()


@pytest.fixture
def disk() -> Iterator[Disk]:
    """A ledger on a server of its own."""
    with ExitStack() as stack, running_server() as server:
        made = Disk(server, stack)
        yield made
        made.ledger.database.dispose()


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("volume", marks=pytest.mark.mounts),
        "file",
    ],
)
def test_a_full_disk_refuses_clearly_leaves_nothing_half_and_goes_on_when_there_is_space(disk: Disk, kind: str) -> None:
    free_space = disk.on_small_volume() if kind == "volume" else disk.with_limited_files()
    posted, refused, error = BATCH, [], ""
    for _ in range(200):
        commands = [issue(earned(new(), district), 10) for _ in range(BATCH // 2) for district in (EAST, WEST)]
        try:
            disk.ledger.post(*commands)
            posted += len(commands)
        except sqlalchemy.exc.DBAPIError as caught:
            refused, error = commands, str(caught)
            break

    assert "could not extend file" in error
    assert ("No space left on device" if kind == "volume" else "File too large") in error
    assert disk.rows() == posted
    with pytest.raises(sqlalchemy.exc.DBAPIError):
        disk.ledger.post(*refused)  # Still full: still refused, and what is there can be read.
    assert disk.rows() == posted
    free_space()
    again = disk.ledger.post(*refused)
    assert all(one.is_new and one.refusal is None for one in again)
    assert disk.rows() == posted + len(refused)
    assert verify.run(disk.urls.reader, verify.Terms(processes=1)).findings == []


def test_a_long_reader_sees_one_moment_and_stops_nobody(ledger: Ledger) -> None:
    ledger.post(*(issue(earned(new()), 10) for _ in range(BATCH)))
    with psycopg.connect(plain_url(ledger.database.url)) as reader:
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        count = "SELECT count(*) FROM journal.entry"
        assert reader.execute(count).fetchone() == (BATCH,)

        for _ in range(5):
            ledger.post(*(issue(earned(new()), 10) for _ in range(BATCH)))

        assert reader.execute(count).fetchone() == (BATCH,)
    assert verify.run(ledger.database.url, verify.Terms(processes=1)).rows == 6 * BATCH


def test_a_poster_that_stalls_stops_only_its_district_and_not_for_ever(ledger: Ledger) -> None:
    hurried = Database(ledger.database.url, lock_timeout_seconds=0.5)
    ledger.post(issue(earned(new()), 10), issue(earned(new(), WEST), 10))
    late = issue(earned(new()), 10)
    with ledger.database.transaction() as stalled:
        Journal(encode_plainly).post(stalled, [late], now_us=DAY_ONE_US)

        with hurried.transaction() as connection:  # Another district goes on.
            Journal(encode_plainly).post(connection, [issue(earned(new(), WEST), 10)], now_us=DAY_ONE_US)
        with pytest.raises(sqlalchemy.exc.OperationalError, match="lock timeout"), hurried.transaction() as connection:
            Journal(encode_plainly).post(connection, [issue(earned(new()), 10)], now_us=DAY_ONE_US)
        assert len(_leaves(hurried)) == 1  # What is not committed is not sealed: no position is passed over.

    ledger.post(issue(earned(new()), 10))
    assert len(_leaves(hurried)) == 3
    assert verify.run(ledger.database.url, verify.Terms(processes=1)).findings == []
    hurried.dispose()


def test_posters_that_wait_for_a_stalled_one_are_posted_in_order_when_it_ends(ledger: Ledger) -> None:
    ledger.post(issue(earned(new()), 10))
    done: list[bool] = []

    def post_one() -> None:
        waiting = Ledger(ledger.database.url)
        done.append(waiting.post(issue(earned(new()), 10))[0].is_new)
        waiting.database.dispose()

    threads = [threading.Thread(target=post_one) for _ in range(4)]
    with ledger.database.transaction() as stalled:
        Journal(encode_plainly).post(stalled, [issue(earned(new()), 10)], now_us=DAY_ONE_US)
        for thread in threads:
            thread.start()
        threads[0].join(0.5)
        assert done == []
    for thread in threads:
        thread.join(30)

    assert done == [True] * 4
    with ledger.database.reading() as connection:
        assert [position for position, _ in read_leaves(connection, 1, first=1)] == list(range(1, 7))
    assert verify.run(ledger.database.url, verify.Terms(processes=1)).findings == []


@pytest.mark.parametrize("jump_us", [1, 1_000_000, 30 * DAY_US, 20_000 * DAY_US])
def test_a_clock_that_jumps_back_turns_nothing_back(ledger: Ledger, jump_us: int) -> None:
    owner = earned(new())
    ledger.post(issue(owner, 500))
    heads = [root_of(_leaves(ledger.database))]
    back = [max(1, DAY_ONE_US - jump_us), DAY_ONE_US + 5, max(1, DAY_ONE_US - 2 * jump_us)]
    for now_us in back:
        ledger.now_us = now_us
        fresh = Ledger(ledger.database.url)  # Another process, that remembers nothing.
        fresh.now_us = now_us
        posted: list[Transfer] = [move(owner, earned(new()), 10) for _ in range(3)]
        assert all(one.refusal is None for one in ledger.post(*posted) + fresh.post(move(owner, earned(new()), 10)))
        heads.append(root_of(_leaves(ledger.database)))
        fresh.database.dispose()

    with ledger.database.reading() as connection:
        query = "SELECT recorded_at FROM journal.entry ORDER BY pos"
        times = list(connection.scalars(sqlalchemy.text(query)))
    assert times == sorted(set(times))
    assert times[0] == DAY_ONE_US
    assert times[-1] <= DAY_ONE_US + 100
    leaves = _leaves(ledger.database)
    outside = tuple(Outside(UUID(bytes=EAST), size, root) for size, root in zip((1, 5, 9, 13), heads, strict=True))
    assert len(leaves) == 13
    assert verify.run(ledger.database.url, verify.Terms(outside=outside, processes=1)).findings == []


def _leaves(database: Database) -> list[bytes]:
    with database.reading() as connection:
        book = find_book(connection, UUID(bytes=EAST))
        assert book is not None
        return [leaf for _, leaf in read_leaves(connection, book.book, first=1)]
