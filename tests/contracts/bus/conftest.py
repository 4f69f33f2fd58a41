"""Each contract test runs on both brokers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from libs.bus import Broker, Topic
from libs.bus.kafka import KafkaBroker
from libs.bus.kafka_server import KafkaCluster
from libs.bus.postgres import PostgresBroker
from libs.ids import new_id
from tests.support.kafka import DELIVERY_SECONDS
from tests.support.postgres import FreshDatabase


@pytest.fixture(params=["postgres", pytest.param("kafka", marks=pytest.mark.kafka)])
def broker(request: pytest.FixtureRequest, fresh_database: FreshDatabase) -> Iterator[Broker]:
    """A broker, empty or with other tests' topics only."""
    broker: Broker
    if request.param == "postgres":
        broker = PostgresBroker(fresh_database("bus").app)
    else:
        cluster: KafkaCluster = request.getfixturevalue("kafka_cluster")
        broker = KafkaBroker(cluster.bootstrap, delivery_seconds=DELIVERY_SECONDS)
    yield broker
    broker.close()


@pytest.fixture
def topic(broker: Broker) -> str:
    """A new topic for facts, with 4 partitions."""
    name = f"facts-{new_id().hex}"
    broker.declare_topics([Topic(name, partitions=4)])
    return name


@pytest.fixture
def state_topic(broker: Broker) -> str:
    """A new compacted topic, with 4 partitions."""
    name = f"states-{new_id().hex}"
    broker.declare_topics([Topic(name, compacted=True, partitions=4)])
    return name
