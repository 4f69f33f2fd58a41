"""A service that starts a month late, with an empty database, knows from the topics what the running one knows."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy

import services.accounts.bootstrap as accounts
import services.ledger.bootstrap as ledger
import services.orders.bootstrap as orders
import services.redemption.bootstrap as redemption
from libs import settings as variables
from libs.bus import Broker, OutgoingRecord, Record, headers
from libs.bus.kafka import KafkaBroker
from libs.bus.kafka_server import KafkaCluster
from libs.bus.postgres import PostgresBroker
from libs.clock import ManualClock
from libs.db import Database
from libs.ids import new_id
from libs.inbox import Consumer
from services.operator.platform import RunningPlatform, find
from tests.events.world import running, until
from tests.faults.town import found_town
from tests.scenarios.client import Client
from tests.scenarios.story import person_of
from tests.scenarios.world import A
from tests.support.kafka import DELIVERY_SECONDS
from tests.support.platform import Platform
from tests.support.postgres import DatabaseFactory

CATCH_UP_SECONDS_MAX = 240.0
SERVICES: Mapping[str, ModuleType] = {"orders": orders, "ledger": ledger, "redemption": redemption}
# What each keeps of what accounts tells; the rest follows from facts that a second service of that name never said.
READ_MODELS = {
    "orders": ("unit", "person", "relation", "acting_grant", "policy", "signing_key"),
    "ledger": ("unit", "person", "relation", "acting_grant", "policy", "signing_key"),
    "redemption": ("unit", "person", "relation", "acting_grant", "policy", "signing_key", "catalogue_item"),
}


@dataclasses.dataclass(frozen=True)
class Month:
    """A platform a month after its start, the clock it lives by, and somebody who was erased meanwhile."""

    platform: RunningPlatform
    folder: Path
    erased: str


@pytest.fixture(scope="module")
def month() -> Iterator[Month]:
    """A town that lived for a month: people come, change and go, help is given, one is erased."""
    folder = Path(tempfile.mkdtemp(prefix="timebank-late-"))
    folder.chmod(0o755)
    with Platform(folder) as platform:
        client = Client(platform.url)
        world = found_town(client, pairs=2, days=1).world
        for label in ("goes", "stays"):
            world.people[label] = person_of({"roles": ["volunteer"]})
            world.register(A, label, world.people[label])
        client.advance(world.story.instant("D15 12:00"))
        world.must(A, "POST", f"/v1/persons/{world.id_of('stays')}/suspension", {}, key="suspend")
        world.must(A, "POST", f"/v1/persons/{world.id_of('goes')}/erasure", {}, key="erase")
        client.settle()
        client.advance(world.story.instant("D32 12:00"))
        client.settle()
        yield Month(find(platform.folder), platform.folder, world.id_of("goes"))
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module", params=["postgres", pytest.param("kafka", marks=pytest.mark.kafka)])
def broker(request: pytest.FixtureRequest, month: Month) -> Iterator[Broker]:
    """The broker with the month's topics; Kafka is given the same records in the same order."""
    broker: Broker = PostgresBroker(month.platform.writers["bus"])
    if request.param == "kafka":
        cluster: KafkaCluster = request.getfixturevalue("kafka_cluster")
        on_kafka = KafkaBroker(cluster.bootstrap, delivery_seconds=DELIVERY_SECONDS)
        on_kafka.forget_topics()  # The node serves all tests of the run: another may have published on these topics.
        copy_topics(broker, on_kafka)
        broker.close()
        broker = on_kafka
    yield broker
    broker.close()


def copy_topics(source: Broker, target: Broker) -> None:
    """Publish every record of the services' topics once more, in its partition's order."""
    topics = [topic for service in (*SERVICES.values(), accounts) for topic in service.TOPICS]
    names = [topic.name for topic in topics]
    target.declare_topics(topics)
    subscription, publisher = source.subscribe(new_id().hex, names, member="copy"), target.publisher("copy")
    waiting = sum(source.end_offsets(names).values()) - sum(source.beginning_offsets(names).values())
    copied = 0

    def copy_some() -> bool:
        nonlocal copied
        records = subscription.poll(records_max=1000, timeout_seconds=0.2)
        publisher.publish([outgoing(record) for record in records])
        copied += len(records)
        return copied >= waiting

    assert until(copy_some, CATCH_UP_SECONDS_MAX)
    subscription.close()
    publisher.close()


def outgoing(record: Record) -> OutgoingRecord:
    """Return a record as the relay sent it."""
    return OutgoingRecord(
        record.topic, record.key, record.value, list(record.headers.items()), together=record.headers[headers.STREAM]
    )


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", SERVICES)
def test_a_service_started_a_month_late_rebuilds_what_it_knows_before_it_is_ready(
    month: Month, broker: Broker, name: str, database_factory: DatabaseFactory
) -> None:
    database = Database(database_factory.create(name)[1].app)
    late = late_consumer(month, name, database, broker)
    empty = read_model(database, name)
    ready_before = late.is_caught_up

    with running(late.run, late.stop):
        assert until(lambda: late.is_caught_up, CATCH_UP_SECONDS_MAX)
        known = read_model(database, name)

    running_service = Database(month.platform.readers[name])
    wanted = read_model(running_service, name)
    assert (ready_before, sum(map(len, empty.values()))) == (False, 0)
    assert known == wanted
    assert len(known["person"]) > 4
    assert month.erased not in {row["person_id"] for row in known["person"]}
    assert heard_of(database, month.erased)
    running_service.dispose()
    database.dispose()


def late_consumer(month: Month, name: str, database: Database, broker: Broker) -> Consumer:
    """Return the service's consumer on an empty database, in a group of its own: the running one must lose nothing."""
    program = SERVICES[name].PROGRAM
    environment = {
        f"{name.upper()}_DATABASE_URL": database.url,
        f"{name.upper()}_LOG_FOLDER": str(month.folder / "no-log"),
    }
    settings = variables.read(name, program.settings, environment)
    consumers = program.compose(settings, clock=ManualClock(month.folder / "clock")).consumers
    return Consumer(database, broker, consumers, group=f"late-{name}-{new_id().hex}", member=new_id().hex)


def read_model(database: Database, name: str) -> dict[str, list[Any]]:
    """Return the rows that say what a service knows of people, units and rules."""
    with database.reading() as connection:
        rows = {table: connection.execute(sqlalchemy.text(f"SELECT * FROM {table}")) for table in READ_MODELS[name]}
        return {
            table: sorted(({key: str(value) for key, value in row.items()} for row in found.mappings()), key=str)
            for table, found in rows.items()
        }


def heard_of(database: Database, person_id: str) -> bool:
    """Tell whether a state of this person, here its tombstone, was applied."""
    statement = sqlalchemy.text("SELECT 1 FROM inbox_version WHERE subject LIKE '%' || :person_id LIMIT 1")
    with database.reading() as connection:
        return connection.scalar(statement, {"person_id": person_id}) is not None
