"""Measure events from commit to effect (`make bench-events`): rates beside what the client library does by itself.

What has a yardstick is measured in turn with it, several times. A missed target is told, not failed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import pathlib
import platform
import shutil
import statistics
import tempfile
from collections.abc import Callable
from typing import Any

from libs.bus import Topic
from libs.bus.kafka import KafkaBroker
from libs.bus.kafka_server import KafkaCluster
from libs.bus.postgres import PostgresBroker
from libs.db import Database
from libs.ids import new_id
from tests.load import events_bus
from tests.load.events_latency import latencies_ms
from tests.support.kafka import JARS
from tests.support.postgres import DatabaseFactory, running_server

ROOT = pathlib.Path(__file__).resolve().parents[2]
RESULT = ROOT / "build" / "bench" / "bench-events.json"
RELAY_TARGET, APPLY_TARGET = 0.5, 0.4
EMBEDDED_TARGET = 10_000
OUTBOX_COST_TARGET_PERCENT = 15
P50_TARGET_MS, P99_TARGET_MS = 60, 250
APPROVALS_PER_SECOND = 100
WRITES = 150
WRITE_ROUNDS = 15
ROUNDS = 4
Measure = Callable[[], float]


class Bench:
    """The rows of one run."""

    def __init__(self, *, count: int) -> None:
        self.count = count
        self.rows: list[dict[str, Any]] = []

    def row(self, name: str, value: float, unit: str, *, yardstick: float | None, target: str, met: bool) -> None:
        """Keep a row and print it."""
        ratio = round(value / yardstick, 2) if yardstick else None
        row = {"name": name, "value": round(value, 1), "unit": unit, "yardstick": yardstick and round(yardstick, 1)}
        self.rows.append({**row, "ratio": ratio, "target": target, "met": met})
        beside = f"{yardstick:>11.0f}" if yardstick else " " * 11
        print(
            f"{name:<52}{value:>11.1f} {unit:<8}{beside}{ratio or '':>7} {target:>9}  {'met' if met else 'MISSED'}",
            flush=True,
        )

    def on_kafka(self, factory: DatabaseFactory, cluster: KafkaCluster) -> None:
        """Relay and consumer beside kafka-python alone, with the same records."""
        broker = KafkaBroker(cluster.bootstrap)
        database = Database(factory.create("sample")[1].app, pool_max=4)
        count = self.count // ROUNDS // events_bus.STREAMS * events_bus.STREAMS
        topics = [f"bench-{new_id().hex}" for _ in range(ROUNDS + 1)]
        events_bus.relay_rate(database, broker, topics[0], count)
        sent = events_bus.records(topics[0], database, count)
        beside = f"beside-{topics[0]}"  # A topic of its own: the consumer below must not meet the same events thrice.
        broker.declare_topics([Topic(beside)])
        waiting = iter(topics[1:])
        self.in_turn(
            "relay: outbox rows to Kafka, acknowledged",
            lambda: events_bus.relay_rate(database, broker, next(waiting), count),
            lambda: events_bus.bare_producer_rate(cluster.bootstrap, beside, sent),
            times=RELAY_TARGET,
        )
        unread = iter(topics[1:])
        self.in_turn(
            "consumer: read and apply a trivial projection",
            lambda: events_bus.apply_rate(database, broker, next(unread), count),
            lambda: events_bus.bare_consumer_rate(cluster.bootstrap, topics[0], count),
            times=APPLY_TARGET,
        )
        broker.close()
        database.dispose()

    def in_turn(self, name: str, measure: Measure, yardstick: Measure, *, times: float) -> None:
        """Measure in turn with the yardstick: a round has the mean of the two around it, the row its median ratio."""
        rates, bare = [], [yardstick()]
        for _ in range(ROUNDS):
            rates.append(measure())
            bare.append(yardstick())
        beside = [statistics.mean(pair) for pair in itertools.pairwise(bare)]
        ratio = statistics.median(rate / other for rate, other in zip(rates, beside, strict=True))
        rate = statistics.median(rates)
        self.row(name, rate, "1/s", yardstick=rate / ratio, target=f"{times} x", met=ratio >= times)

    def embedded(self, factory: DatabaseFactory) -> None:
        """The broker of the embedded platform, in the same server as the services."""
        broker = PostgresBroker(factory.create("bus")[1].app, synchronous_commit=False)
        rate = events_bus.broker_rate(broker, self.count)
        self.row("embedded broker: publish and consume", rate, "1/s", yardstick=None,
                 target=f"{EMBEDDED_TARGET}", met=rate >= EMBEDDED_TARGET)  # fmt: skip
        broker.close()

    def outbox_cost(self, factory: DatabaseFactory) -> None:
        """A write with its event beside the same write without, in turns."""
        database = Database(factory.create("sample")[1].app, pool_max=1)
        plain, with_event = [events_bus.write_rate(database, WRITES, None)], []
        for _ in range(WRITE_ROUNDS):
            with_event.append(events_bus.write_rate(database, WRITES, "bench.v1"))
            plain.append(events_bus.write_rate(database, WRITES, None))
        beside = [statistics.mean(pair) for pair in itertools.pairwise(plain)]
        cost = 100 * statistics.median(1 - rate / bare for rate, bare in zip(with_event, beside, strict=True))
        self.row("outbox: cost of an event on a write", cost, "%", yardstick=None,
                 target=f"<{OUTBOX_COST_TARGET_PERCENT}", met=cost < OUTBOX_COST_TARGET_PERCENT)  # fmt: skip
        database.dispose()

    def latency(self, folder: pathlib.Path, broker: str, *, pairs: int, days: int) -> None:
        """From the answer to an approval until its credit is seen."""
        place = folder / f"latency-{broker}"
        place.mkdir()
        delays, pace = latencies_ms(place, broker, pairs=pairs, days=days, per_second=APPROVALS_PER_SECOND)
        delays.sort()
        for name, at, bound in (("p50", 0.5, P50_TARGET_MS), ("p99", 0.99, P99_TARGET_MS)):
            value = delays[min(len(delays) - 1, int(len(delays) * at))]
            self.row(f"approved to credit visible, {broker}, {name} at {pace:.0f}/s", value, "ms", yardstick=None,
                     target=f"<{bound}", met=value < bound and pace >= 0.9 * APPROVALS_PER_SECOND)  # fmt: skip


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=60_000, help="events per rate")
    parser.add_argument("--pairs", type=int, default=120, help="pairs of people for the latency")
    parser.add_argument("--days", type=int, default=2, help="days on which each pair meets twice")
    parser.add_argument("--only", choices=["rates", "latency"], help="one half of it")
    options = parser.parse_args()
    bench = Bench(count=options.count)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="timebank-bench-"))
    folder.chmod(0o755)
    try:
        if options.only != "latency":
            _rates(bench, folder)
        if options.only != "rates":
            for broker in ("kafka", "postgres"):
                bench.latency(folder, broker, pairs=options.pairs, days=options.days)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    machine = {"cpus": os.cpu_count(), "system": platform.platform(), "load_1_minute": round(os.getloadavg()[0], 1)}
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps({"machine": machine, "rows": bench.rows}, indent=1))


def _rates(bench: Bench, folder: pathlib.Path) -> None:
    with running_server({"shared_buffers": "256MB"}) as server:
        factory = DatabaseFactory(server)
        bench.outbox_cost(factory)
        bench.embedded(factory)
        cluster = KafkaCluster(folder / "kafka", jars=JARS)
        cluster.start_all()
        try:
            bench.on_kafka(factory, cluster)
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()
