"""A broker on a server of its own, which a test can stop, fill up and start again."""

from __future__ import annotations

import contextlib
import pathlib
from collections.abc import Iterator
from typing import Protocol

from libs.bus import Broker
from libs.bus.kafka import KafkaBroker
from libs.bus.kafka_server import KafkaCluster
from libs.bus.postgres import PostgresBroker
from libs.db.embedded import EmbeddedPostgres, free_port
from tests.support.kafka import start_cluster
from tests.support.postgres import DatabaseFactory

NODE = 1
DELIVERY_SECONDS = 6
SMALL = {"max_wal_size": "32MB", "min_wal_size": "32MB", "shared_buffers": "16MB"}


class OwnServer(Protocol):
    """What a broker stands on."""

    def kill(self) -> None:
        """End it as kill -9 does."""

    def revive(self) -> None:
        """Start it again if it has ended, as its supervisor does."""


class OwnPostgres:
    """A PostgreSQL."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server

    def kill(self) -> None:
        """End it as kill -9 does."""
        self._server.kill()

    def revive(self) -> None:
        """Start it again if it has ended."""
        if not self._server.is_running():
            self._server.start()


class OwnKafka:
    """A Kafka node; one that has lost its log folder ends by itself."""

    def __init__(self, cluster: KafkaCluster) -> None:
        self._cluster = cluster

    def kill(self) -> None:
        """End it as kill -9 does."""
        self._cluster.kill(NODE)

    def revive(self) -> None:
        """Start it again if it has ended."""
        running = self._cluster.processes.get(NODE)
        if running is None or running.poll() is not None:
            self._cluster.start(NODE)
            self._cluster.wait(NODE)


@contextlib.contextmanager
def broker_in(folder: pathlib.Path, kind: str) -> Iterator[tuple[Broker, OwnServer]]:
    """Give a broker of a kind, "postgres" or "kafka", whose server keeps its files in a folder."""
    with _on_postgres(folder) if kind == "postgres" else _on_kafka(folder) as made:
        yield made


@contextlib.contextmanager
def _on_postgres(folder: pathlib.Path) -> Iterator[tuple[Broker, OwnServer]]:
    server = EmbeddedPostgres(folder / "postgres", free_port(), settings=SMALL)
    server.initialise()
    server.start()
    broker = PostgresBroker(DatabaseFactory(server).create("bus")[1].app)
    try:
        yield broker, OwnPostgres(server)
    finally:
        broker.close()
        server.stop()


@contextlib.contextmanager
def _on_kafka(folder: pathlib.Path) -> Iterator[tuple[Broker, OwnServer]]:
    cluster = start_cluster(folder / "kafka")
    broker = KafkaBroker(cluster.bootstrap, delivery_seconds=DELIVERY_SECONDS)
    try:
        yield broker, OwnKafka(cluster)
    finally:
        broker.close()
        cluster.stop()
