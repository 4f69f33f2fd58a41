"""Bad deliveries to a platform at work: events that nobody can read, of every kind, and all events once more, late."""

from __future__ import annotations

import functools
import pathlib
from collections import Counter
from datetime import UTC, datetime
from functools import partial

import sqlalchemy
from click.testing import CliRunner
from sqlalchemy.exc import SQLAlchemyError

from libs.bus import Broker, BrokerError
from libs.bus.kafka import KafkaBroker
from libs.bus.kafka_server import KafkaCluster
from libs.bus.postgres import PostgresBroker
from libs.db import Database
from libs.ids import new_id
from libs.inbox import operate
from libs.outbox.envelope import pack
from libs.outbox.source import StoredEvent
from services.operator.commands import main
from services.operator.platform import RunningPlatform, find
from tests.contracts.events.catalogue import hearers, topics
from tests.faults.patience import patiently
from tests.support.kafka import DELIVERY_SECONDS, JARS

NO_EVENT = b"\xff\xff\xff"
SUBJECT = "poison-"
ACT = {"operator": "faults", "reason": "nobody ever meant it"}


@functools.cache
def kinds() -> dict[str, list[str]]:
    """Return every kind of event that is heard, and by which services."""
    return dict(hearers())


def poison_every_kind(folder: pathlib.Path) -> None:
    """Publish one event of every kind that is heard, with bytes that are none, each about a subject of its own."""
    platform = find(folder)
    broker, topic_of = _broker(folder, platform), topics()
    publisher = broker.publisher("poisoner")
    batch = [pack(_poison(kind, topic_of[kind]), 1) for kind in kinds()]
    # What arrives twice has the same positions, and counts once.
    patiently(lambda: publisher.publish(batch), BrokerError)
    publisher.close()
    broker.close()


def deliver_all_again(folder: pathlib.Path) -> None:
    """Have every service publish all it has ever published once more, as an operator can."""
    platform = find(folder)
    for service in ("accounts", "orders", "ledger", "redemption"):
        for topic, stream in patiently(partial(_published, platform.readers[service]), SQLAlchemyError):
            patiently(partial(_republish, folder, service, topic, stream), AssertionError)


def _published(url: str) -> list[tuple[str, str]]:
    database = Database(url, pool_max=1)
    try:
        with database.reading() as connection:
            return [(topic, stream) for topic, stream in connection.execute(_PUBLISHED)]
    finally:
        database.dispose()


def _republish(folder: pathlib.Path, service: str, topic: str, stream: str) -> None:
    again = ["--data", str(folder), "events", "republish", service, topic, stream, "1", "--yes"]
    done = CliRunner().invoke(main, again)
    assert done.exit_code == 0, f"{service} {topic} {stream}: {done.output}{done.exception!r}"


def give_up_poison(folder: pathlib.Path, *, times: int) -> None:
    """See that every hearer has set aside exactly what nobody can read, so often, and pass it over."""
    platform, found = find(folder), Counter[tuple[str, str]]()
    for service in platform.writers.keys() - {"bus"}:
        database = Database(platform.writers[service], pool_max=1)
        with database.transaction() as connection:
            for parked in operate.list_parked(connection):
                assert parked.subject.startswith(SUBJECT), f"{service} has set aside {parked}"
                assert parked.state == "dead", parked
                found[service, parked.event_type] += 1
                operate.pass_over(connection, parked.number, **ACT)
        database.dispose()
    assert found == Counter({(service, kind): times for kind, heard in kinds().items() for service in heard if times})


def _poison(kind: str, topic: str) -> StoredEvent:
    return StoredEvent(
        topic=topic,
        stream=f"{SUBJECT}{new_id()}",
        position=1,
        event_id=new_id(),
        event_type=kind,
        key=SUBJECT,
        subject=f"{SUBJECT}{new_id()}",
        payload=NO_EVENT,
        version=1 if ".state." in topic else None,
        occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
        traceparent=None,
    )


def _broker(folder: pathlib.Path, platform: RunningPlatform) -> Broker:
    if platform.broker == "kafka":
        return KafkaBroker(KafkaCluster(folder / "kafka", jars=JARS).bootstrap, delivery_seconds=DELIVERY_SECONDS)
    return PostgresBroker(platform.writers["bus"])


_PUBLISHED = sqlalchemy.text(
    "SELECT topic, stream FROM outbox_published WHERE published_pos > 0 ORDER BY topic, stream"
)
