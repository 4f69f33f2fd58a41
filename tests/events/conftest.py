"""A publishing and a hearing service, made up, on both brokers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from libs.bus import Broker
from libs.bus.kafka import KafkaBroker
from libs.bus.kafka_server import KafkaCluster
from libs.bus.postgres import PostgresBroker
from tests.events.world import World
from tests.support.kafka import DELIVERY_SECONDS
from tests.support.postgres import FreshDatabase


@pytest.fixture(params=["postgres", pytest.param("kafka", marks=pytest.mark.kafka)])
def broker(request: pytest.FixtureRequest, fresh_database: FreshDatabase) -> Iterator[Broker]:
    """Either broker."""
    broker: Broker
    if request.param == "postgres":
        broker = PostgresBroker(fresh_database("bus").app)
    else:
        cluster: KafkaCluster = request.getfixturevalue("kafka_cluster")
        broker = KafkaBroker(cluster.bootstrap, delivery_seconds=DELIVERY_SECONDS)
    yield broker
    broker.close()


@pytest.fixture
def world(broker: Broker, fresh_database: FreshDatabase) -> Iterator[World]:
    """Two services and a broker, with nothing running yet."""
    world = World(broker, fresh_database("sample").app, fresh_database("sample").app)
    yield world
    world.close()
