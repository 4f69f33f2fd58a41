"""Who was erased after the point to which the databases were put back is erased again, in every service.

The broker outlives the databases, as Kafka does where the services run apart; of the erasure only a tombstone is left.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql

import services.accounts.bootstrap as accounts
import services.ledger.bootstrap as ledger
import services.orders.bootstrap as orders
import services.redemption.bootstrap as redemption
from libs.bus import Broker
from libs.bus.postgres import PostgresBroker
from libs.db import Database
from libs.inbox import Consumer
from libs.outbox import Relay
from services.accounts.__main__ import main
from services.accounts.erasure.gateways import ended_on_broker
from services.accounts.erasure.usecases import end_again
from services.accounts.tests.platform import Platform, add_units, start_platform
from services.operator.adopting import Adoption
from tests.events.world import running, until
from tests.support.postgres import DatabaseFactory

OTHERS = {"orders": orders, "ledger": ledger, "redemption": redemption}
SECONDS = 60


class City:
    """Four databases and a broker; accounts' can be copied, and put back."""

    def __init__(self, factory: DatabaseFactory, folder: Path) -> None:
        self._factory, self.folder = factory, folder
        self.name, urls = factory.create("accounts")
        self.platform = start_platform(urls, folder)
        add_units(self.platform)
        self.names = {service: factory.create(service)[0] for service in (*OTHERS, "bus")}
        self.databases = {service: Database(self.url(service)) for service in OTHERS}
        self.broker: Broker = PostgresBroker(self.url("bus"))
        self.broker.declare_topics([topic for of in (accounts, *OTHERS.values()) for topic in of.TOPICS])

    def url(self, service: str) -> str:
        """How a service reaches its database."""
        return self._factory.urls(service, self.names[service]).app

    def copy(self) -> str:
        """Copy the database of accounts as it is; return the copy's name."""
        name = f"{self.name}_before"
        self.platform.database.dispose()
        with psycopg.connect(self._factory.server.superuser_url(), autocommit=True) as connection:
            clone = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER accounts_owner STRATEGY wal_log")
            connection.execute(clone.format(sql.Identifier(name), sql.Identifier(self.name)))
            connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO PUBLIC").format(sql.Identifier(name)))
        self.names["accounts"] = name
        return self._factory.urls("accounts", name).app

    def relay(self, database: Database) -> None:
        """Publish all that a database of accounts has to tell."""
        relay = Relay(database, self.broker, name="accounts")
        with running(relay.run, relay.stop):
            assert until(lambda: _waiting(database) == 0, SECONDS)

    def know(self, service: str, person_id: str) -> bool:
        """Whether a service has anything of somebody."""
        with self.databases[service].reading() as connection:
            query = f"SELECT count(*) FROM person WHERE person_id = '{UUID(person_id)}'"
            return bool(connection.exec_driver_sql(query).scalar())

    def hear_until(self, person_id: str, *, is_known: bool) -> bool:
        """Let the three others hear what there is, until each knows somebody, or nobody does any more."""
        with ExitStack() as stack:
            for name, service in OTHERS.items():
                settings = service.Settings(database_url=self.url(name))
                consumers = service.create_consumers(settings, clock=self.platform.clock)
                consumer = Consumer(self.databases[name], self.broker, consumers, group=name, member="one")
                stack.enter_context(running(consumer.run, consumer.stop))
            return until(lambda: {self.know(name, person_id) for name in OTHERS} == {is_known}, SECONDS)

    def close(self) -> None:
        """Let go of everything."""
        self.broker.close()
        for database in (*self.databases.values(), self.platform.database):
            database.dispose()
        for name in (self.name, *self.names.values()):
            self._factory.drop(name)


def _waiting(database: Database) -> int:
    with database.reading() as connection:
        query = """SELECT count(*) FROM outbox o LEFT JOIN outbox_published p USING (topic, stream)
            WHERE o.pos > coalesce(p.published_pos, 0)"""
        return int(connection.exec_driver_sql(query).scalar() or 0)


@pytest.fixture
def city(database_factory: DatabaseFactory, tmp_path: Path) -> Iterator[City]:
    """A city whose services know each other's people."""
    made = City(database_factory, tmp_path)
    yield made
    made.close()


def test_of_whom_only_a_tombstone_is_left_everything_is_erased_again_in_all_services(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform: Platform = city.platform
    gone, stays = platform.register("小花", roles=["volunteer"]), platform.register("小兰", roles=["volunteer"])
    city.relay(platform.database)
    assert city.hear_until(gone, is_known=True)
    before = city.copy()
    with platform.database.transaction() as connection:  # The history that will be lost.
        end_again(connection, [{"person_id": gone, "status": "erased", "erase_on": ""}], platform.clock.now())
    city.relay(platform.database)

    restored = Database(before)
    adoption = Adoption({"accounts": restored, **city.databases}, operator="somebody", reason="a restore")
    list(adoption.adopt_all(city.broker))
    monkeypatch.setenv("ACCOUNTS_DATABASE_URL", before)
    monkeypatch.setenv("ACCOUNTS_BUS_URL", city.url("bus"))
    monkeypatch.setenv("ACCOUNTS_MASTER_KEY_FILE", str(platform.settings.master_key_file))
    ran = CliRunner().invoke(main, ["end-again", "--from-broker"])
    again = CliRunner().invoke(main, ["end-again", "--from-broker"])
    listed = CliRunner().invoke(main, ["ended"])
    city.relay(restored)

    assert [person["person_id"] for person in ended_on_broker(city.broker)] == [gone]
    assert (ran.exit_code, ran.output) == (0, "1 person's data were ended again\n"), ran.output
    assert again.output == "0 persons' data were ended again\n"
    assert [(person["person_id"], person["status"]) for person in json.loads(listed.output)] == [(gone, "erased")]
    assert city.hear_until(gone, is_known=False)
    assert all(city.know(service, stays) for service in OTHERS)
    with restored.reading() as connection:
        assert connection.exec_driver_sql(f"SELECT count(*) FROM person_key WHERE person_id = '{gone}'").scalar() == 0
    restored.dispose()
