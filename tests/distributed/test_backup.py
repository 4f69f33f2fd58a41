"""The drill: four databases, reached by URLs, are copied while everything runs and restored into empty ones."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner, Result

import services.ledger.bootstrap as ledger
from libs.bus import Broker
from libs.clock import Clock
from libs.db import Database
from libs.db.database import plain_url
from libs.db.migrations import ServiceUrls, create_service_database, migrate
from libs.db.watched import prepare_watch
from libs.ids import new_id
from libs.inbox import Consumer
from libs.outbox import Relay
from libs.sealed_files import DamagedFileError, create_key_file, key_of_file
from services.accounts.erasure.usecases import end_again
from services.accounts.tests.platform import NOON
from services.embedded.databases import roles_of
from services.ledger.store.ddl_watch import RECORDED_BY
from services.ledger.tests.support import Ledger, earned, issue
from services.operator.backup import restoring
from services.operator.backup.options import Restored, Wanted
from services.operator.backup.place import CopiesApart, file_of
from services.operator.backup.restoring import MIGRATIONS, restore
from services.operator.backup.sealed_folder import ERASED, BackupRefusedError
from services.operator.commands import main
from services.operator.platform import SERVICES
from tests.events.test_erased_after_restore import OTHERS, SECONDS, City
from tests.events.world import running, until
from tests.proof.support import Bench
from tests.support.postgres import PASSWORD, DatabaseFactory, FreshDatabase

ROWS = 20
TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
Urls = Mapping[str, ServiceUrls]


class Place:
    """A folder of copies with its key, and databases to be restored into."""

    def __init__(self, factory: DatabaseFactory, folder: Path) -> None:
        self._factory, self.root, self.key = factory, folder / "copies", folder / "backup.key"
        create_key_file(self.key)
        self.store = CopiesApart(self.root, key_of_file(self.key))
        self._made: list[str] = []

    def backup(self, urls: Urls, *options: str) -> Result:
        """Run the command as a desk that may only read."""
        desk = {f"OPERATOR_{name.upper()}_URL": urls[name].reader for name in SERVICES}
        return CliRunner().invoke(main, ["backup", str(self.root), "--key", str(self.key), *options], env=desk)

    def empty(self) -> Urls:
        """Make four databases as `libs.db.create` does."""
        server, number = self._factory.server, len(self._made)
        urls = {}
        for name in SERVICES:
            database = f"{name}_restored_{number}"
            self._made.append(database)
            passwords = dict.fromkeys(roles_of(name), PASSWORD)
            create_service_database(server.superuser_url(), name, passwords=passwords, database=database)
            if name == "ledger":
                prepare_watch(server.superuser_url(database), "ledger_owner", RECORDED_BY)
            urls[name] = self._factory.urls(name, database)
        return urls

    def close(self) -> None:
        """Drop the databases."""
        for name in self._made:
            self._factory.drop(name)


@pytest.fixture
def place(database_factory: DatabaseFactory, tmp_path: Path) -> Iterator[Place]:
    made = Place(database_factory, tmp_path)
    yield made
    made.close()


@pytest.fixture
def city(database_factory: DatabaseFactory, tmp_path: Path) -> Iterator[City]:
    made = City(database_factory, tmp_path)
    yield made
    made.close()


@pytest.fixture
def urls(city: City, database_factory: DatabaseFactory) -> Urls:
    """The city's databases, as every role."""
    names = city.names | {"accounts": city.name}
    return {name: database_factory.urls(name, names[name]) for name in SERVICES}


@contextmanager
def everything(urls: Urls, broker: Broker, clock: Clock) -> Iterator[None]:
    """Run the relay of each service, and the consumers of those that hear of people."""
    with ExitStack() as stack:
        for name in SERVICES:
            database = Database(urls[name].app)
            stack.callback(database.dispose)
            relay = Relay(database, broker, name=name, sources=ledger.create_sources() if name == "ledger" else None)
            stack.enter_context(running(relay.run, relay.stop))
            if name in OTHERS:
                settings = OTHERS[name].Settings(database_url=urls[name].app)
                hears = OTHERS[name].create_consumers(settings, clock=clock)
                consumer = Consumer(database, broker, hears, group=name, member="one")
                stack.enter_context(running(consumer.run, consumer.stop))
        yield


@contextmanager
def people_coming(city: City) -> Iterator[list[str]]:
    """Register people, one after the other, for the length of a block."""
    registered: list[str] = []
    stopped = threading.Event()

    def register() -> None:
        while not stopped.is_set():
            registered.append(city.platform.register(f"人{len(registered)}", roles=["volunteer"]))

    with running(register, stopped.set):
        yield registered


def people(url: str) -> set[str]:
    """Return who a service knows."""
    with psycopg.connect(plain_url(url)) as connection:
        return {str(person_id) for (person_id,) in connection.execute("SELECT person_id FROM person")}


def count(url: str, query: str) -> int:
    with psycopg.connect(plain_url(url)) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])


def post(url: str, rows: int, person_id: UUID) -> None:
    """Give somebody credit."""
    posting = Ledger(url)
    assert all(posted.is_new for posted in posting.post(*(issue(earned(person_id.bytes), 10) for _ in range(rows))))
    posting.database.dispose()


def test_databases_that_are_copied_while_everything_runs_are_restored_and_gone_on_with(
    city: City, urls: Urls, place: Place, tmp_path: Path
) -> None:
    (tmp_path / "bench").mkdir()
    bench = Bench(tmp_path / "bench", urls["ledger"].app)
    gone, stays = (city.platform.register(name, roles=["volunteer"]) for name in ("小花", "小兰"))
    post(urls["ledger"].app, ROWS, UUID(stays))
    bench.sealer.tick()
    with everything(urls, city.broker, city.platform.clock), people_coming(city) as coming:
        assert until(lambda: len(coming) > 5 and gone in people(urls["orders"].reader), SECONDS)
        copied = place.backup(urls)
        at_least, after = set(coming), len(coming)
        assert until(lambda: len(coming) > after + 3, SECONDS)
    with city.platform.database.transaction() as connection:  # The history that will be lost.
        end_again(connection, [{"person_id": gone, "status": "erased", "erase_on": ""}], city.platform.clock.now())
    city.relay(city.platform.database)
    bench.close()

    restored = place.empty()
    said: list[str] = []
    wanted = Wanted(operator="somebody", reason="a drill")
    owners = {name: restored[name].owner for name in SERVICES}
    came = restore(place.store, owners, city.broker, wanted, now=city.platform.clock.now(), say=said.append)

    assert copied.exit_code == 0, copied.output
    assert "accounts at epoch 1" in copied.output
    assert (came.findings, came.differences, came.ended_again) == ([], [], 1), said
    assert count(restored["ledger"].reader, "SELECT count(*) FROM journal.entry") == ROWS
    there = people(restored["accounts"].reader)
    assert stays in there
    assert len(there & at_least) > 5
    for name in SERVICES:
        assert count(restored[name].reader, "SELECT max(number) FROM outbox_epoch") == 2
        migrate(restored[name].owner, MIGRATIONS[name])
    with everything(restored, city.broker, city.platform.clock):
        assert until(
            lambda: people(restored["orders"].app) == people(restored["redemption"].app) == there - {gone}, 5
        ), people(restored["orders"].app) ^ there


@pytest.fixture
def quiet(fresh_database: FreshDatabase) -> Urls:
    """Four databases of which nobody does anything."""
    return {name: fresh_database(name) for name in SERVICES}


def try_restore(place: Place, restored: Urls, *checkpoints: Path) -> Restored:
    """Restore into databases where there is no broker."""
    owners = {name: restored[name].owner for name in SERVICES}
    return restore(place.store, owners, None, Wanted(checkpoints=checkpoints), now=NOON, say=lambda _words: None)


def is_let_in(url: str) -> bool:
    try:
        psycopg.connect(plain_url(url)).close()
    except psycopg.OperationalError as error:
        return "permission denied for database" not in str(error)
    return True


def test_a_copy_that_is_older_than_heads_elsewhere_is_named_and_stays_closed(
    quiet: Urls, place: Place, tmp_path: Path
) -> None:
    (tmp_path / "bench").mkdir()
    bench = Bench(tmp_path / "bench", quiet["ledger"].app)
    post(quiet["ledger"].app, ROWS, new_id())
    assert place.backup(quiet).exit_code == 0
    post(quiet["ledger"].app, 1, new_id())
    bench.sealer.tick()
    bench.close()
    restored = place.empty()

    came = try_restore(place, restored, *(tmp_path / "bench").rglob("checkpoint"))

    assert [words for words in came.findings if "journal_shorter" in words] != []
    assert {name: is_let_in(restored[name].app) for name in SERVICES} == dict.fromkeys(SERVICES, False)


def flip_last_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def test_nothing_is_restored_from_a_copy_with_a_byte_that_was_changed(quiet: Urls, place: Place) -> None:
    place.backup(quiet)
    path = file_of(place.store.copies()[0], "orders", "public.catalogue_item")
    restored = place.empty()

    for damaged in (path, place.store.root / ERASED):
        flip_last_byte(damaged)
        with pytest.raises(DamagedFileError, match=re.escape(str(damaged))):
            try_restore(place, restored)
        flip_last_byte(damaged)
    path.unlink()
    with pytest.raises(BackupRefusedError, match=re.escape(f"{path} is missing")):
        try_restore(place, restored)

    assert is_let_in(restored["accounts"].app)
    assert count(restored["accounts"].owner, TABLES) == 0


def test_only_empty_databases_in_which_nobody_is_are_restored_into(quiet: Urls, place: Place) -> None:
    place.backup(quiet)
    restored = place.empty()

    with pytest.raises(BackupRefusedError, match="the database of accounts is not empty"):
        try_restore(place, quiet)
    with (
        psycopg.connect(plain_url(restored["orders"].app)),
        pytest.raises(BackupRefusedError, match="orders_app is in"),
    ):
        try_restore(place, restored)

    assert all(is_let_in(restored[name].app) for name in SERVICES)


def test_a_copy_of_migrations_that_this_release_does_not_have_is_refused(
    quiet: Urls, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.backup(quiet)
    monkeypatch.setitem(restoring.MIGRATIONS, "ledger", restoring.MIGRATIONS["redemption"])

    with pytest.raises(BackupRefusedError, match="the copy's ledger had migration 0001, which this release does not"):
        try_restore(place, place.empty())


def test_only_the_newest_copies_are_kept(quiet: Urls, place: Place, tmp_path: Path) -> None:
    half = place.store.new_copy()
    oldest, *_ = [place.backup(quiet) for _ in range(2)] and place.store.copies()

    third = place.backup(quiet, "--keep", "2")

    assert third.exit_code == 0, third.output
    assert f"removed {oldest}" in third.output
    assert len(place.store.copies()) == 2
    assert not half.exists()
    file_of(place.store.copies()[1], "ledger", "journal.entry").unlink()
    fourth = place.backup(quiet, "--keep", "2")
    assert "nothing was removed" in fourth.output
    assert len(place.store.copies()) == 3


def test_databases_that_are_at_no_one_point_are_not_copied(quiet: Urls, place: Place) -> None:
    with psycopg.connect(plain_url(quiet["orders"].app)) as connection:
        connection.execute(
            "INSERT INTO inbox_position (group_name, topic, stream, position, broker_partition, broker_offset) "
            "VALUES ('orders', 'timebank.accounts.v1', 'person', 7, 0, 7)"
        )

    result = place.backup(quiet)

    assert result.exit_code == 1
    assert "orders has heard 7 of timebank.accounts.v1 person, of which 0 were told" in result.output
    assert place.store.copies() == []


def test_what_only_a_data_folder_has_is_refused_by_urls(quiet: Urls, place: Place) -> None:
    result = place.backup(quiet, "--log")

    assert result.exit_code == 2
    assert "No such option" in result.output


def test_when_a_copy_was_made_is_written_down(
    quiet: Urls, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPERATOR_BACKUP_FILE", str(tmp_path / "done.json"))

    place.backup(quiet)

    assert json.loads((tmp_path / "done.json").read_text())["whole"] > 1_700_000_000
